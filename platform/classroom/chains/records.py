"""Chains and their journals in the database."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, inspect, update
from sqlalchemy import delete as sa_delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from classroom import audit_log
from classroom.audit_log import Action
from classroom.db import Database
from classroom.errors import Conflict, NotFound
from classroom.models import Chain, ChainRequest, Credential, User, now
from classroom.settings import Settings
from evmbox.rpc import Entry

_CHAINS: Any = inspect(Chain).local_table
_ENTRIES: Any = inspect(ChainRequest).local_table
_CHAIN = select(Chain).where(col(Chain.id) == bindparam("chain_id"))  # these are written once: every request asks
_COUNT_ENTRY = (  # the first, each transaction does the others, and writing them costs more than doing them
    update(_CHAINS)
    .where(_CHAINS.c.id == bindparam("chain_id"), _CHAINS.c.entries == bindparam("sequence"))
    .values(entries=bindparam("next"), journal_bytes=_CHAINS.c.journal_bytes + bindparam("bytes"))
)
_WRITE_ENTRY = insert(_ENTRIES)

NO_SUCH_CHAIN = "There is no such chain."


@dataclass(frozen=True)
class Owner:
    """Whose a chain is. A kernel that is bound to nobody yet owns one by its ticket; bound, it keeps that one too."""

    user_id: UUID | None
    credential_id: UUID

    @property
    def fair_share(self) -> UUID:
        """Whose share of what everybody uses is taken."""
        return self.user_id or self.credential_id

    def owns(self, chain: Chain) -> bool:
        """Tell whether a chain is theirs."""
        return chain.credential_id == self.credential_id or (self.user_id is not None and chain.user_id == self.user_id)


def create(session: Session, owner: Owner, name: str, *, settings: Settings) -> tuple[Chain, bool]:
    """Give the owner's chain of that name, made if there is none; tell whether it was. Raises Conflict at the bound."""
    _sweep_throwaways(session)
    holder = select(User.id).where(User.id == owner.user_id) if owner.user_id else None
    if holder is None:
        holder = select(Credential.id).where(Credential.id == owner.credential_id)
    session.exec(holder.with_for_update(key_share=True))  # else two at once would both find room for the last one
    held = of_owner(session, owner)
    for chain in held:
        if chain.name == name:
            return chain, False
    allowed = settings.chains_each if owner.user_id else 1
    if len(held) >= allowed:
        raise Conflict(f"You have {len(held)} chains, and may have {allowed}. Delete one, or go on with one of them.")
    chain = Chain(
        user_id=owner.user_id,
        credential_id=None if owner.user_id else owner.credential_id,
        name=name,
        seed=secrets.token_hex(32),
    )
    session.add(chain)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("A chain of that name was made somewhere else at the same moment.") from None
    audit_log.record(session, Action.CHAIN_CREATED, actor_id=owner.user_id, subject=str(chain.id))
    return chain, True


def of_owner(session: Session, owner: Owner) -> list[Chain]:
    """List the owner's chains, the oldest first."""
    theirs = col(Chain.credential_id) == owner.credential_id
    if owner.user_id is not None:
        theirs |= col(Chain.user_id) == owner.user_id
    return list(session.exec(select(Chain).where(theirs).order_by(col(Chain.created_at), col(Chain.id))))


def get(session: Session, chain_id: UUID, owner: Owner) -> Chain:
    """Give a chain to its owner. Raises NotFound for everyone else."""
    chain: Chain | None = session.execute(_CHAIN, {"chain_id": chain_id}).scalar_one_or_none()
    if chain is None or not owner.owns(chain):
        raise NotFound(NO_SUCH_CHAIN)
    return chain


def delete(session: Session, chain_id: UUID, owner: Owner) -> None:
    """Delete a chain and its journal. Raises NotFound where it is not the owner's."""
    get(session, chain_id, owner)
    if session.exec(sa_delete(Chain).where(col(Chain.id) == chain_id)).rowcount != 1:
        raise NotFound(NO_SUCH_CHAIN)  # somebody else was quicker
    audit_log.record(session, Action.CHAIN_DELETED, actor_id=owner.user_id, subject=str(chain_id))


def journal(session: Session, chain_id: UUID, *, after: int = 0) -> Sequence[Entry]:
    """Read what happened on a chain, in order, from the entry of that number on."""
    rows = session.exec(
        select(ChainRequest.method, ChainRequest.params)
        .where(ChainRequest.chain_id == chain_id, ChainRequest.sequence >= after)
        .order_by(col(ChainRequest.sequence))
    )
    return [(method, list(params)) for method, params in rows]


def write_down(database: Database, chain_id: UUID, sequence: int, entry: Entry) -> int:
    """Append an entry to a chain's journal and return its bytes.

    Raises Conflict where that number is taken, or the chain deleted; Unavailable where the record is out of order.

    A chain is no one's mark: a power cut may cost it its last second, as long as it never comes back with a gap.
    """
    method, params = entry
    size = len(json.dumps(params))
    with database.unit_of_work(durable=False) as work:
        connection = work.session.connection()
        counted = {"chain_id": chain_id, "sequence": sequence, "next": sequence + 1, "bytes": size}
        if connection.execute(_COUNT_ENTRY, counted).rowcount != 1:
            raise Conflict("The chain has gone on somewhere else.")
        written = {"chain_id": chain_id, "sequence": sequence, "method": method, "params": params, "created_at": now()}
        try:
            connection.execute(_WRITE_ENTRY, written)
        except IntegrityError:
            raise Conflict("The chain has gone on somewhere else.") from None
    return size


def _sweep_throwaways(session: Session) -> None:
    """Delete the chains of tickets that hold no more."""
    over = select(Credential.id).where((col(Credential.expires_at) <= now()) | col(Credential.revoked_at).is_not(None))
    swept = select(Chain).where(col(Chain.credential_id).in_(over)).limit(100).with_for_update(skip_locked=True)
    for chain in session.exec(swept).all():
        session.delete(chain)
