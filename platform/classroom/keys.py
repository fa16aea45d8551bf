"""The server's one secret key, and the secrets derived from it, each for a single purpose."""

import hashlib
import hmac
import os
import secrets
from base64 import b64decode, b64encode
from contextlib import suppress

from Crypto.Cipher import AES

from classroom.files import write_atomically
from classroom.settings import Settings

_KEY_BYTES = 32


def server_key(settings: Settings) -> bytes:
    """Read the server's secret key; the first caller makes it, readable by its owner only.

    Whoever loses a race for the first call reads the winner's: a finished file is linked into place, never overwritten.
    """
    path = settings.key_path
    with suppress(FileNotFoundError):
        return _checked(path.read_bytes(), str(path))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    return _checked(path.read_bytes(), str(path))


def derive(key: bytes, purpose: str) -> bytes:
    """Derive a key of 256 bits for one purpose (HMAC-SHA256); it tells nothing of the key or of its siblings."""
    return hmac.digest(key, purpose.encode(), hashlib.sha256)


def seal(key: bytes, text: bytes) -> str:
    """Encrypt and authenticate a text with a derived key (AES-GCM); in base 64, with its nonce and tag."""
    cipher = AES.new(key, AES.MODE_GCM)
    sealed, tag = cipher.encrypt_and_digest(text)
    return b64encode(bytes(cipher.nonce) + tag + sealed).decode()


def unseal(key: bytes, sealed: str) -> bytes:
    """Open what `seal` made. Raises ValueError where it was changed, or sealed with another key."""
    packed = b64decode(sealed)
    nonce, tag, rest = packed[:16], packed[16:32], packed[32:]
    return AES.new(key, AES.MODE_GCM, nonce=nonce).decrypt_and_verify(rest, tag)


def write_owner_key(settings: Settings, token: str) -> None:
    """Put the owner's token where the owner's notebooks find it, and where nobody else can read it."""
    settings.owner_key_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(settings.owner_key_path, f"{token}\n", mode=0o600)


def _checked(key: bytes, path: str) -> bytes:
    if len(key) != _KEY_BYTES:
        raise ValueError(f"{path} should hold {_KEY_BYTES} bytes; restore it from a backup, or remove it to start anew")
    return key
