"""The header `Idempotency-Key`: who is not sure whether a request arrived sends it again, and it is done once.

A route that makes something takes `InOnce`, calls `begin` when it has let the person in, and hands its answer to
`keep`: in the same transaction, so that there is an answer exactly where there is a change. Within a day the same key
with the same request gives the same answer, and with another request a 409. A key is its person's own.

Answers may hold what is shown once (a new key, the link of an invite). They are kept sealed by a key that is made of
the server's and the sender's: the table alone opens none, and neither does the server until the sender asks again.
Submissions have keys of their own, kept with them for ever.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from classroom.api.deps import InKnown, InServices
from classroom.db import UnitOfWork
from classroom.errors import Conflict
from classroom.keys import derive, seal, unseal
from classroom.models import KeptAnswer, now

KEPT_FOR: Final = timedelta(hours=24)
HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"

_Answer = TypeVar("_Answer", bound=BaseModel)

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="a new one for each thing that is to be made, the same one for each repetition of the request",
        examples=["6f1d3c1e-53c8-4c3d-9f5e-0c9d1f6f2a11"],
    ),
]


class Repeated(Exception):
    """It was done already: this is the answer that was given then."""

    def __init__(self, content: bytes, location: str | None) -> None:
        super().__init__("answered before")
        self.content = content
        self.location = location


@dataclass(frozen=True)
class Once:
    """One request that may come again; without a key, each time is the first."""

    user_id: UUID
    secret: bytes | None
    request_hash: str
    response: Response

    def begin(self, work: UnitOfWork) -> None:
        """Take the key for this request, or wait for who has it and raise Repeated, or Conflict for another request."""
        if self.secret is None:
            return
        session, at = work.session, now()
        session.exec(delete(KeptAnswer).where(col(KeptAnswer.expires_at) <= at))
        insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
        taken = session.execute(
            insert(KeptAnswer)
            .values(
                user_id=self.user_id,
                key_hash=self._key_hash,
                request_hash=self.request_hash,
                created_at=at,
                expires_at=at + KEPT_FOR,
            )
            .on_conflict_do_nothing()
            .returning(col(KeptAnswer.key_hash))
        ).first()
        if taken is None:
            self._repeat(work)

    def keep(self, work: UnitOfWork, answer: _Answer) -> _Answer:
        """Keep the answer for who asks again, with the `Location` that the response has by now; give it back."""
        if self.secret is not None:
            kept = work.session.get_one(KeptAnswer, (self.user_id, self._key_hash))
            told = [self.response.headers.get("location"), answer.model_dump_json()]
            kept.answer = seal(self._answer_key, json.dumps(told).encode())
            work.session.add(kept)
        return answer

    @property
    def _key_hash(self) -> str:
        assert self.secret is not None  # noqa: S101 - asked for where there is a key only
        return derive(self.secret, "name").hex()

    def _repeat(self, work: UnitOfWork) -> None:
        wanted = select(KeptAnswer).where(KeptAnswer.user_id == self.user_id, KeptAnswer.key_hash == self._key_hash)
        kept = work.session.exec(wanted).first()
        if kept is None or kept.answer is None or kept.request_hash != self.request_hash:
            raise Conflict(f"This {HEADER} was used for another request. Use a new one for each thing that you make.")
        location, content = json.loads(unseal(self._answer_key, kept.answer))
        raise Repeated(content.encode(), location)

    @property
    def _answer_key(self) -> bytes:
        assert self.secret is not None  # noqa: S101 - asked for where there is a key only
        return derive(self.secret, "answer")


async def _once(
    request: Request, response: Response, person: InKnown, services: InServices, idempotency_key: IdempotencyKey = None
) -> Once:
    if idempotency_key is None:
        return Once(person.user.id, None, "", response)
    secret = derive(services.key, f"idempotency key:{person.user.id}:{idempotency_key}")
    told = f"{request.method} {request.url.path}?{request.url.query}".encode(errors="replace")
    request_hash = derive(secret, hashlib.sha256(told + b"\0" + await request.body()).hexdigest()).hex()
    return Once(person.user.id, secret, request_hash, response)


InOnce = Annotated[Once, Depends(_once)]
FIRST: Final = Once(UUID(int=0), None, "", Response())
"""For who calls a route's function without a request: a page, whose forms are sent once."""


async def repeat(request: Request, error: Exception) -> Response:
    """Answer as the first time: the same status and the same body."""
    assert isinstance(error, Repeated)  # noqa: S101 - registered for this class only
    headers = {REPLAYED: "true"} | ({"Location": error.location} if error.location else {})
    status: int = getattr(request.scope.get("route"), "status_code", None) or 200
    return Response(error.content, status_code=status, headers=headers, media_type="application/json")
