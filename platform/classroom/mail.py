"""Letters: sent by SMTP where the settings name a server, and otherwise put where the operator sees them.

Nothing here knows of people or of the database, and nothing here may be called inside a transaction: a mail server
takes seconds. The outbox is a folder that `classroom up` reads aloud; a letter in it is a secret (mode 0600), and
is thrown away when it has been read, or a day later.
"""

import os
import secrets
import smtplib
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Final

from classroom.files import write_atomically
from classroom.settings import Settings

TIMEOUT_S: Final = 15.0
_KEPT_S: Final = 86_400
_KEPT: Final = 100


@dataclass(frozen=True)
class Letter:
    """What is sent to one person. Without an address only the operator can pass it on."""

    to: str | None
    subject: str
    text: str


def send(letter: Letter, settings: Settings) -> None:
    """Send a letter, or leave it to the operator. Raises OSError or smtplib.SMTPException."""
    if settings.smtp_host and letter.to:
        _by_smtp(letter, settings)
    else:
        _to_operator(letter, settings.outbox_dir)


def read_outbox(settings: Settings) -> list[str]:
    """Take what the operator is to see out of the outbox, the oldest first."""
    texts = []
    for path in _waiting(settings.outbox_dir):
        with suppress(OSError):
            texts.append(path.read_text(encoding="utf-8"))
            path.unlink()
    return texts


def _by_smtp(letter: Letter, settings: Settings) -> None:
    message = EmailMessage()
    message["From"] = settings.mail_from or f"classroom@{settings.smtp_host}"
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=settings.smtp_host)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    secure = ssl.create_default_context()
    server: smtplib.SMTP
    if settings.smtp_security == "tls":
        server = smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S, context=secure)
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S)
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=secure)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(message)


def _to_operator(letter: Letter, folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in _waiting(folder)[: -_KEPT + 1] + [path for path in _waiting(folder) if _age_s(path) > _KEPT_S]:
        path.unlink(missing_ok=True)
    path = folder / f"{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(4)}.txt"
    whom = f"for {letter.to}" if letter.to else "for somebody without an address"
    write_atomically(path, f"{letter.subject} ({whom})\n{letter.text}\n", mode=0o600)


def _waiting(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.txt"))


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
