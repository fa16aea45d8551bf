"""Light or dark: what the visitor chose, kept in a cookie that pages and lesson apps of this host read."""

from enum import StrEnum
from typing import Final

from fastapi import Request, Response

COOKIE: Final = "hk_theme"
_KEPT_S: Final = 365 * 86_400


class Theme(StrEnum):
    """The looks there are."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def chosen(request: Request) -> Theme:
    """Give what the visitor chose; who chose nothing follows their system."""
    said = request.cookies.get(COOKIE, "")
    return Theme(said) if said in list(Theme) else Theme.SYSTEM


def keep(answer: Response, theme: Theme, *, secure: bool) -> None:
    """Remember the choice in this browser, or forget it for the system's own."""
    if theme is Theme.SYSTEM:
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=secure)
        return
    answer.set_cookie(COOKIE, theme.value, max_age=_KEPT_S, path="/", httponly=True, samesite="lax", secure=secure)
