"""Keeps other sites from using a visitor's cookie. What a request may do is decided elsewhere.

An unsafe request that comes with the cookie must come from our own pages (Origin, or else Sec-Fetch-Site) and show the
token of its session, in the header `X-CSRF` or a form's field `csrf`. A bearer token is never sent by a browser on its
own, so requests that come with one need neither.
"""

import hashlib
import hmac
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from classroom.errors import Forbidden
from classroom.keys import derive

HEADER: Final = "X-CSRF"
FIELD: Final = "csrf"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def csrf_token(key: bytes, session_secret: str) -> str:
    """Make the token of one session; a page of ours puts it into its forms and requests."""
    return hmac.digest(derive(key, "csrf token"), session_secret.encode(), hashlib.sha256).hex()


def require_same_origin(request: Request) -> None:
    """Raise `Forbidden` for a request that a browser sends on behalf of another site."""
    origin = request.headers.get("origin")
    if origin is not None:
        same = _netloc(origin) == request.headers.get("host", "").lower() != ""
    else:
        same = request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    if not same:
        raise Forbidden("This request comes from another site. Use the classroom's own pages, or a bearer token.")


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def require_csrf_token(shown: str | None, *, key: bytes, session_secret: str) -> None:
    """Raise `Forbidden` where the token shown is not the session's."""
    expected = csrf_token(key, session_secret)
    if shown is None or not hmac.compare_digest(shown.encode(errors="replace"), expected.encode()):
        raise Forbidden(f"The token of this session is missing or wrong. Reload the page; scripts send {HEADER}.")
