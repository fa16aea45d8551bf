"""What the browser's cookies carry: signed, so that a made-up value never reaches the database."""

import hashlib
import hmac
import secrets
from uuid import UUID

from itsdangerous import BadSignature, Signer

from classroom.keys import derive

SESSION_COOKIE = "classroom_session"
STEP_COOKIE = "classroom_step"
DEVICE_COOKIE = "classroom_device"


class SessionSigner:
    """Signs the secret that the session cookie carries."""

    def __init__(self, key: bytes, *, purpose: str = "session cookie", salt: str = SESSION_COOKIE) -> None:
        self._signer = Signer(derive(key, purpose), salt=salt, digest_method=hashlib.sha256)

    def sign(self, secret: str) -> str:
        """Give the cookie's value."""
        return self._signer.sign(secret).decode()

    def unsign(self, cookie: str) -> str | None:
        """Give the secret back, or None where the value is not one that we signed."""
        try:
            return self._signer.unsign(cookie.encode()).decode()
        except (BadSignature, UnicodeError):
            return None


class DeviceSigner:
    """Knows a browser in which somebody has signed in before: who floods an account from elsewhere cannot lock it out.

    The cookie opens nothing. It gives tries of their own to the device that shows it.
    """

    def __init__(self, key: bytes) -> None:
        self._signer = SessionSigner(key, purpose="device cookie", salt=DEVICE_COOKIE)

    def issue(self, user_id: UUID) -> str:
        """Give the cookie's value for a browser in which this person has just signed in."""
        return self._signer.sign(f"{user_id.hex}-{secrets.token_hex(8)}")

    def known(self, cookie: str | None, user_id: UUID | None) -> str | None:
        """Give a name of the device where it is this person's, or None."""
        device = self._signer.unsign(cookie) if cookie else None
        if device is None or user_id is None or not hmac.compare_digest(device.partition("-")[0], user_id.hex):
            return None
        return device
