"""Light or dark: what the visitor chose, kept in a cookie that pages and lesson apps of this host read."""

from enum import StrEnum
from typing import Final

from fastapi import Response

COOKIE: Final = "hk_theme"
_KEPT_S: Final = 365 * 86_400


class Theme(StrEnum):
    """The looks there are."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def chosen(cookie: str | None) -> Theme:
    """Read the cookie; who chose nothing follows their system."""
    return Theme(cookie) if cookie in list(Theme) else Theme.SYSTEM


def keep(answer: Response, theme: Theme, *, secure: bool) -> None:
    """Remember the choice in this browser, or forget it for the system's own."""
    if theme is Theme.SYSTEM:
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=secure)
        return
    answer.set_cookie(COOKIE, theme.value, max_age=_KEPT_S, path="/", httponly=True, samesite="lax", secure=secure)
