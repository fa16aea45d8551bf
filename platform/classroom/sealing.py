"""The seal on the audit log: a chain of digests whose head is signed, and what verifies it.

The sealer gives each entry its position, in the order in which it finds them: transactions commit out of the order of
their ids, and who comes late gets a later position. An entry's digest is the SHA-256 of its content and of the digest
before it, as canonical JSON (RFC 8785). The head is signed with ECDSA on secp256k1 over SHA-256, by a key derived from
the server's; whoever has the public key verifies it, with this module or with `openssl dgst`.

Whoever edits, deletes, inserts or reorders sealed entries breaks the chain. Whoever cuts its end off has to cut the
head back too, and is found by a head that was exported before.
"""

import hashlib
import json
import math
import os
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from coincurve import PrivateKey, PublicKey
from pydantic import BaseModel, Field
from sqlalchemy import bindparam, inspect, update
from sqlmodel import Session, col, func, select

from classroom.db import Database
from classroom.errors import Invalid
from classroom.keys import derive
from classroom.models import AuditEvent, AuditHead, now

NOTHING_YET: Final = "0" * 64
"""The digest before the first entry."""

OUT_OF_TIME: Final = timedelta(minutes=15)
"""An entry dated that long before one that is sealed before it is worth a question."""

_BATCH: Final = 200  # a seal holds up other writers of a SQLite file for as long as this takes: about 10 ms
_CONTENT: Final = ("id", "at", "action", "actor", "subject", "course", "details", "request")
_EVENTS: Any = inspect(AuditEvent).local_table
_SEAL = (
    update(_EVENTS)
    .where(_EVENTS.c.id == bindparam("event_id"), _EVENTS.c.position.is_(None))
    .values(position=bindparam("at_position"), digest=bindparam("with_digest"))
)


class Head(BaseModel):
    """How far the log was sealed at some time, signed: what is exported, and kept where the server cannot reach."""

    position: int = Field(ge=0)
    digest: str = Field(pattern="^[0-9a-f]{64}$")
    sealed_at: str
    signature: str = Field(pattern="^[0-9a-f]*$", max_length=160)
    public_key: str = Field(pattern="^([0-9a-f]{66})?$")

    @property
    def signed(self) -> bytes:
        """The bytes that are signed."""
        return canonical({"digest": self.digest, "position": self.position, "sealed_at": self.sealed_at})

    def is_signed_by(self, public_key: str) -> bool:
        """Tell whether the signature is of that key."""
        try:
            return PublicKey(bytes.fromhex(public_key)).verify(bytes.fromhex(self.signature), self.signed)
        except ValueError:
            return False


@dataclass(frozen=True)
class Entry:
    """One sealed entry, as it is read to be verified or exported."""

    content: dict[str, Any]
    position: int
    digest: str


@dataclass(frozen=True)
class Verdict:
    """What verifying found. Without a `broken` the log holds up to `sealed`; the newest wait for their seal."""

    sealed: int
    unsealed: int
    broken: str | None = None
    doubts: tuple[str, ...] = ()


class Sealer:
    """Seals, with the key that belongs to this server."""

    def __init__(self, server_key: bytes) -> None:
        self._key = PrivateKey(derive(server_key, "audit head"))

    @property
    def public_key(self) -> str:
        """The public key, compressed, in hexadecimal: what others verify with."""
        return self._key.public_key.format().hex()

    def seal(self, database: Database) -> int:
        """Seal every entry that is committed; tell how many. Another sealer at work is left to it."""
        sealed = 0
        while self._waiting(database):
            with database.unit_of_work() as work:
                done = self._seal_some(work.session)
            sealed += done
            if done < _BATCH:
                break
        return sealed

    @staticmethod
    def _waiting(database: Database) -> bool:
        with database.read() as session:
            return (
                session.exec(select(AuditEvent.id).where(col(AuditEvent.position).is_(None)).limit(1)).first()
                is not None
            )

    def _seal_some(self, session: Session) -> int:
        held = session.exec(select(AuditHead).with_for_update(skip_locked=True)).one_or_none()
        if held is None:
            return 0
        waiting = (
            select(AuditEvent).where(col(AuditEvent.position).is_(None)).order_by(col(AuditEvent.id)).limit(_BATCH)
        )
        events = session.exec(waiting).all()
        if not events:
            return 0
        seals = []
        for event in events:
            held.position += 1
            held.digest = digest_of(content_of(event), held.position, held.digest)
            seals.append({"event_id": event.id, "at_position": held.position, "with_digest": held.digest})
        session.connection().execute(_SEAL, seals)
        held.sealed_at = now()
        held.public_key = self.public_key
        held.signature = self._key.sign(head_of(held).signed).hex()
        return len(events)


def current_head(session: Session) -> Head:
    """Read how far the log is sealed."""
    return head_of(session.exec(select(AuditHead)).one())


def head_of(row: AuditHead) -> Head:
    """Say it as it is signed and exported."""
    return Head(
        position=row.position,
        digest=row.digest,
        sealed_at=_time(row.sealed_at),
        signature=row.signature,
        public_key=row.public_key,
    )


def entries(session: Session) -> Generator[Entry, None, None]:
    """Give every sealed entry in the order of the seal, a few at a time."""
    sealed = select(AuditEvent).where(col(AuditEvent.position).is_not(None)).order_by(col(AuditEvent.position))
    with closing(session.exec(sealed.execution_options(yield_per=500))) as found:
        for event in found:
            yield Entry(content_of(event), event.position or 0, event.digest or "")
            session.expunge(event)


def verify(session: Session, *, public_key: str, exported: Head | None = None) -> Verdict:
    """Go through the log of a database; name the first entry that is not as it was sealed."""
    unsealed = session.exec(
        select(func.count()).select_from(AuditEvent).where(col(AuditEvent.position).is_(None))
    ).one()
    head = current_head(session)
    with closing(entries(session)) as sealed:  # which is left in the middle where it is broken
        return verify_entries(sealed, head, public_key=public_key, exported=exported, unsealed=unsealed)


def verify_entries(
    sealed: Iterable[Entry], head: Head, *, public_key: str, exported: Head | None = None, unsealed: int = 0
) -> Verdict:
    """Go through entries that come in the order of the seal, whether from a database or from an export."""
    if exported is not None and not exported.is_signed_by(public_key):
        return Verdict(0, unsealed, "The exported head is not signed with this server's key.")
    position, previous, newest = 0, NOTHING_YET, ""
    doubts: list[str] = []
    for entry in sealed:
        position += 1
        if entry.position != position:
            return Verdict(position - 1, unsealed, f"The entry at position {position} is missing.", tuple(doubts))
        if entry.digest != digest_of(entry.content, position, previous):
            return Verdict(position - 1, unsealed, _changed(entry), tuple(doubts))
        if exported is not None and position == exported.position and entry.digest != exported.digest:
            text = (
                f"The log up to position {position} is another than when that head was exported: it was written anew."
            )
            return Verdict(position - 1, unsealed, text, tuple(doubts))
        at = entry.content["at"]
        if newest and datetime.fromisoformat(at) < datetime.fromisoformat(newest) - OUT_OF_TIME:
            doubts.append(f"The entry at position {position} is dated {at}, long before one that was sealed earlier.")
        newest, previous = max(newest, at), entry.digest
    return Verdict(position, unsealed, _end(position, previous, head, public_key, exported), tuple(doubts))


def digest_of(content: dict[str, Any], position: int, previous: str) -> str:
    """Digest one entry, linked to the one before: SHA-256 of canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical({**content, "position": position, "previous": previous})).hexdigest()


def content_of(event: AuditEvent) -> dict[str, Any]:
    """Give what is sealed of an entry: all but the seal."""
    return {
        "id": event.id,
        "at": _time(event.at),
        "action": event.action,
        "actor": None if event.actor_id is None else str(event.actor_id),
        "subject": event.subject,
        "course": None if event.course_id is None else str(event.course_id),
        "details": event.details,
        "request": event.request_id,
    }


def canonical(value: Any) -> bytes:
    """Write JSON in its one canonical form (RFC 8785): sorted names, no spaces, numbers as ECMAScript writes them."""
    return _written(value).encode()


def read_head(text: str) -> Head:
    """Read an exported head. Raises Invalid."""
    try:
        return Head.model_validate_json(text)
    except ValueError:
        raise Invalid("This is no exported head of an audit log.") from None


def export(session: Session, path: Path) -> None:
    """Write the sealed log as JSON lines, each an entry with its seal, and the head last."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 - the mode from the first byte on
        for entry in entries(session):
            sealed = {**entry.content, "position": entry.position, "digest": entry.digest}
            file.write(json.dumps(sealed, ensure_ascii=False) + "\n")
        file.write(json.dumps({"head": current_head(session).model_dump()}) + "\n")


def verify_export(path: Path, *, public_key: str, exported: Head | None = None) -> Verdict:
    """Verify a log that was exported, without the database it comes from. Raises Invalid for what is no such file."""
    try:
        with path.open(encoding="utf-8") as file:
            *lines, last = [json.loads(line) for line in file]
        head = Head.model_validate(last["head"])
        sealed = [
            Entry({name: line[name] for name in _CONTENT}, position=line["position"], digest=line["digest"])
            for line in lines
        ]
    except (OSError, ValueError, KeyError, TypeError):
        raise Invalid(f"{path} is no exported audit log, or its end was cut off.") from None
    return verify_entries(sealed, head, public_key=public_key, exported=exported)


def _end(position: int, digest: str, head: Head, public_key: str, exported: Head | None) -> str | None:
    """Tell what is wrong at the end of a chain that holds in itself."""
    if exported is not None and exported.position > position:
        return f"The log ends at position {position}, the exported head is at {exported.position}: its end was cut off."
    if head.position > position:
        return f"The log ends at position {position}, its head is at {head.position}: its end was cut off."
    if head.position < position:
        return f"The entry at position {head.position + 1} stands after the signed head: it was put there."
    if head.digest != digest:
        return f"The head is another than the entry at position {position}."
    if position and not head.is_signed_by(public_key):
        return "The head is not signed with this server's key."
    return None


def _changed(entry: Entry) -> str:
    content = entry.content
    return (
        f"The entry at position {entry.position} (id {content['id']}, {content['action']}, {content['at']}) is not as "
        "it was sealed, or not in its place."
    )


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _written(value: Any) -> str:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{_written(name)}:{_written(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, float):
        return _number(value)
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """Write a number as ECMAScript does (ECMA-262, Number::toString)."""
    if not math.isfinite(value):
        raise ValueError("no number of JSON")
    if value.is_integer() and abs(value) < 1e21:
        return str(int(Decimal(repr(value))))  # the shortest digits that are read back as this number
    if 1e-6 <= abs(value) < 1e21:
        return format(Decimal(repr(value)), "f")
    mantissa, exponent = repr(value).split("e")
    return f"{mantissa}e{int(exponent):+d}"
