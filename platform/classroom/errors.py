"""What the platform answers when it cannot do what was asked; one handler renders these as RFC 9457 problem+json.

ClassroomError          any refusal with a status code
├── Unauthenticated     401  no sign-in, or one that no longer holds
├── Forbidden           403  signed in, but this door is not theirs
├── NotFound            404  it is not there, or not for this person
├── Conflict            409  it exists already, or changed meanwhile
├── TooLarge            413  more than the limit
├── Invalid             422  understood, but wrong; the detail says where
├── TooMany             429  slower, please
└── Unavailable         503  a part is missing; the detail says what to do
"""

from typing import Any


class ClassroomError(Exception):
    """A refusal with a reason a person can act on."""

    status_code = 500
    title = "Something went wrong"
    link: str | None = None
    """The page on which something can be done about it."""

    def __init__(
        self,
        detail: str,
        *,
        status_code: int | None = None,
        headers: dict[str, str] | None = None,
        errors: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        if status_code is not None:
            self.status_code = status_code

    def _render_traceback_(self) -> list[str]:
        """Show one line in a notebook instead of a traceback (IPython asks for this by name)."""
        return [f"{self.title}: {self.detail}{f' {self.link}' if self.link else ''}"]


class Unauthenticated(ClassroomError):
    """Nobody is signed in, or the credential no longer holds."""

    status_code = 401
    title = "Please sign in"


class Forbidden(ClassroomError):
    """Signed in, but not allowed to do this."""

    status_code = 403
    title = "Not allowed"


class NotFound(ClassroomError):
    """Not there, or not for this person: both look the same."""

    status_code = 404
    title = "Not found"


class Conflict(ClassroomError):
    """It exists already, or has changed meanwhile."""

    status_code = 409
    title = "Conflict"


class TooLarge(ClassroomError):
    """More than the limit."""

    status_code = 413
    title = "Too large"


class Invalid(ClassroomError):
    """Understood, but wrong."""

    status_code = 422
    title = "Invalid"


class TooMany(ClassroomError):
    """Too many requests, or the queue is full."""

    status_code = 429
    title = "Too many requests"


class Unavailable(ClassroomError):
    """A part is missing or busy; the detail says what to do."""

    status_code = 503
    title = "Unavailable"
