"""Who is at the door: the portal's session cookie, checked against the database on every request.

Nothing is cached: a session that was closed and a person who was shut out are refused at once. A visitor's `username`
is the person's id, which never changes hands as a name might.
"""

import asyncio
from typing import Any, Final
from uuid import UUID

from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.auth.identity import User as Visitor
from tornado.web import HTTPError, RequestHandler
from traitlets import default

from classroom import accounts
from classroom.accounts import SESSION_COOKIE, SessionSigner
from classroom.db import Database
from classroom.errors import Unauthenticated, Unavailable
from classroom.keys import server_key
from classroom.models import CredentialKind, User
from classroom.settings import Settings

SIGN_IN: Final = "/sign-in"


class Sessions:
    """Tells whose a session cookie is."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._database = database
        self._signer = SessionSigner(server_key(settings))

    def user(self, cookie: str | None) -> User | None:
        """Give the person who is signed in with this cookie. Raises Unavailable where the database cannot be asked."""
        secret = self._signer.unsign(cookie) if cookie else None
        if secret is None:
            return None
        with self._database.read() as session:
            try:
                return accounts.authenticate(session, {CredentialKind.SESSION}, secret)[0]
            except Unauthenticated:
                return None


class SessionIdentity(IdentityProvider):
    """Admits whoever is signed in at the portal. The server it belongs to has `classroom` (settings) and `sessions`."""

    parent: Any

    @default("token")
    def _token_default(self) -> str:
        """Make no token: whoever sees an address with one in it could come in."""
        return ""

    async def get_user(self, handler: RequestHandler) -> Visitor | None:
        """Tell who asks; None sends a browser to the portal's sign-in."""
        handler.current_user = None  # what renders an error asks for it
        sessions: Sessions = self.parent.sessions
        try:
            user = await asyncio.to_thread(sessions.user, handler.get_cookie(SESSION_COOKIE))
        except Unavailable as error:
            raise HTTPError(503, error.detail) from error
        return None if user is None else self.admit(user)

    def admit(self, user: User) -> Visitor:
        """Make a visitor of a person, or raise `HTTPError`."""
        return Visitor(username=str(user.id), name=user.name, display_name=user.display_name)

    def get_handlers(self) -> list[tuple[str, object]]:
        """Serve no sign-in form: the portal does."""
        return []


class OwnerIdentity(SessionIdentity):
    """Admits one person only, by name: the one whose machine and whose files these are."""

    def admit(self, user: User) -> Visitor:
        """Make a visitor of the owner; refuse everybody else."""
        settings: Settings = self.parent.classroom
        if user.name != settings.owner:
            raise HTTPError(403, "This JupyterLab is its owner's alone. Your lessons open as apps, from the portal.")
        return super().admit(user)


def visitor_id(visitor: Visitor) -> UUID:
    """Give the person's id."""
    return UUID(visitor.username)
