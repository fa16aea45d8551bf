"""The chains that run on this server now: each a process, used by one request at a time.

Its bookkeeping belongs to the event loop, so it needs no locks of its own; what takes time is done in threads, fewer
than the chains may keep busy. Requests for the same chain wait in line without a thread, and not many of one person.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import UUID

import anyio
import anyio.to_thread

from classroom.chains.records import NO_SUCH_CHAIN, Owner, get, journal, write_down
from classroom.db import Database
from classroom.errors import Conflict, Unavailable
from classroom.models import Chain
from classroom.settings import Settings
from evmbox.errors import EvmboxError, PoolClosed
from evmbox.pool.hosting import RATION, Guest, GuestLost, Host
from evmbox.pool.template import Ending
from evmbox.rpc import Bounds, Call, RpcError, changes_the_chain, parse, respond
from evmbox.rpc.errors import INTERNAL_ERROR, LIMIT_EXCEEDED, NOT_FOUND, SERVER_ERROR, UNAVAILABLE
from evmbox.rpc.wire import Perform

logger = logging.getLogger("classroom.chains")

TURNS_EACH: Final = 8
"""Requests of one person that may be under way or wait."""

MAX_BODY_BYTES: Final = 2 * 1024**2 + 64 * 1024
"""Room for a transaction with six blobs, in hexadecimal."""

MAX_ANSWER_BYTES: Final = 8 * 1024**2
REQUESTS_A_BODY: Final = 3
"""How many times the time limit of one request all of a batch may take."""

TRIES: Final = 3
_BEGIN: Final = "Begin a new one."
SWEEP_S: Final = 30.0


@dataclass
class _Resident:
    """One chain here: its process if it has one, and how many entries of its journal that has done."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    guest: Guest | None = None
    sequence: int = 0
    users: int = 0
    used_at: float = field(default_factory=time.monotonic)

    def leave(self) -> None:
        """End the process; the journal has all that it knew."""
        if self.guest is not None:
            self.guest.close()
        self.guest = None
        self.sequence = 0


class LiveChains:
    """Answers JSON-RPC bodies for chains. To be used from one event loop."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self.host = Host(RATION.model_copy(update={"wall_s": settings.chain_request_s}))
        self._residents: dict[UUID, _Resident] = {}
        self._turns: Counter[UUID] = Counter()
        self._limiter = anyio.CapacityLimiter(settings.chains_in_memory)

    async def answer(self, chain_id: UUID, owner: Owner, body: bytes) -> bytes:
        """Answer a body; empty where nothing is to be said. Raises NotFound where the chain is not the owner's.

        Whatever the body is, and whatever happens to the chain, the answer is well-formed JSON-RPC.
        """
        with self._turn(owner) as admitted, self._resident(chain_id) as resident:
            if not admitted:
                return respond(
                    parse(body), _refuse(LIMIT_EXCEEDED, f"You have {TURNS_EACH} requests under way already.")
                )
            async with resident.lock:
                if not self._make_room(resident):
                    return respond(
                        parse(body), _refuse(UNAVAILABLE, "Many chains are in use now. Try again in a moment.")
                    )
                work = partial(self._answer, resident, chain_id, owner, body)
                try:
                    return await anyio.to_thread.run_sync(work, limiter=self._limiter)
                finally:
                    resident.used_at = time.monotonic()

    async def forget(self, chain_id: UUID) -> None:
        """End the process of a chain, which was deleted."""
        with self._resident(chain_id) as resident:
            async with resident.lock:
                resident.leave()
                del self._residents[chain_id]

    async def sweep(self) -> None:
        """Have chains that are idle leave memory, forever."""
        while True:
            await asyncio.sleep(min(SWEEP_S, self.settings.chain_idle_s))
            self.leave_idle()

    def leave_idle(self) -> None:
        """End the processes of chains that nobody has asked for long."""
        long_ago = time.monotonic() - self.settings.chain_idle_s
        for chain_id, resident in list(self._residents.items()):
            if not resident.users and resident.used_at < long_ago:
                resident.leave()
                del self._residents[chain_id]

    def close(self) -> None:
        """End every process."""
        self.host.close()
        for resident in self._residents.values():
            resident.leave()

    @property
    def in_memory(self) -> dict[UUID, int]:
        """The process ids of the chains that have a process."""
        return {chain_id: each.guest.pid for chain_id, each in self._residents.items() if each.guest is not None}

    @contextlib.contextmanager
    def _turn(self, owner: Owner) -> Iterator[bool]:
        who = owner.fair_share
        if self._turns[who] >= TURNS_EACH:
            yield False
            return
        self._turns[who] += 1
        try:
            yield True
        finally:
            self._turns[who] -= 1
            if not self._turns[who]:
                del self._turns[who]

    @contextlib.contextmanager
    def _resident(self, chain_id: UUID) -> Iterator[_Resident]:
        resident = self._residents.setdefault(chain_id, _Resident())
        resident.users += 1
        try:
            yield resident
        finally:
            resident.users -= 1
            if not resident.users and resident.guest is None:
                self._residents.pop(chain_id, None)

    def _make_room(self, newcomer: _Resident) -> bool:
        """End the process that was not used longest where there are as many as may be; False where all are in use."""
        there = [each for each in self._residents.values() if each is not newcomer and (each.guest or each.users)]
        if newcomer.guest is not None or len(there) < self.settings.chains_in_memory:
            return True
        idle = [each for each in there if not each.users]
        if not idle:
            return False
        min(idle, key=lambda each: each.used_at).leave()
        return True

    def _answer(self, resident: _Resident, chain_id: UUID, owner: Owner, body: bytes) -> bytes:
        """Answer a body, in a thread that holds the resident's lock."""
        read = parse(body)
        try:
            with self.database.read() as session:
                chain = get(session, chain_id, owner)
        except Unavailable as error:
            return respond(read, _refuse(UNAVAILABLE, error.detail))
        conversation = _Conversation(self, resident, chain)
        return respond(read, conversation.perform)


class _Conversation:
    """One body's calls: each on a process that has done the whole journal, and written down before it is answered."""

    def __init__(self, house: "LiveChains", resident: _Resident, chain: Chain) -> None:
        settings = house.settings
        self._database = house.database
        self._settings = settings
        self._host = house.host
        self._bounds = Bounds(blocks=settings.chain_blocks, state_bytes=settings.chain_state_bytes)
        self._resident = resident
        self._chain = chain
        self._until = time.monotonic() + REQUESTS_A_BODY * settings.chain_request_s
        self._received = 0

    def perform(self, call: Call) -> Any:
        """Return a call's result. Raises `RpcError`, whatever goes wrong."""
        if time.monotonic() > self._until or self._received > MAX_ANSWER_BYTES:
            raise RpcError(LIMIT_EXCEEDED, "The requests before this one took up what a batch may. Send it alone.")
        try:
            for tried in range(TRIES):
                try:
                    return self._perform(call)
                except Conflict:
                    self._resident.leave()
                    self._look_again()
                except GuestLost as lost:
                    self._resident.leave()
                    if tried or lost.ending is not Ending.DIED:  # one that died may have been killed by somebody else
                        raise RpcError(SERVER_ERROR, self._in_words(lost.ending)) from None
        except Unavailable as error:
            self._resident.leave()
            raise RpcError(UNAVAILABLE, error.detail) from None
        except PoolClosed:
            raise RpcError(UNAVAILABLE, "The classroom is shutting down.") from None
        except EvmboxError:
            self._resident.leave()
            logger.exception("a chain broke")
            raise RpcError(INTERNAL_ERROR, "This is a fault of the classroom, not yours. It was logged.") from None
        raise RpcError(UNAVAILABLE, "This chain is being changed from several places at once. Try again.")

    def _perform(self, call: Call) -> Any:
        changes = changes_the_chain(call.method)
        if changes:
            self._check_bounds(call)
        guest = self._caught_up()
        before = guest.received
        answer = guest.ask(call)
        self._received += guest.received - before
        if answer.error is not None:
            raise RpcError(answer.error.code, answer.error.message, answer.error.data)
        if changes and answer.entry is not None:
            size = write_down(self._database, self._chain.id, self._resident.sequence, answer.entry)
            self._resident.sequence += 1
            self._chain.entries += 1
            self._chain.journal_bytes += size
        return answer.result

    def _caught_up(self) -> Guest:
        """Return the chain's process, with the whole journal done."""
        resident = self._resident
        if resident.guest is None or not resident.guest.alive:
            resident.leave()
            resident.guest = self._host.open(seed=int(self._chain.seed, 16), bounds=self._bounds)
        if resident.sequence < self._chain.entries:
            with self._database.read() as session:
                missed = journal(session, self._chain.id, after=resident.sequence)
            resident.guest.replay(missed)
            resident.sequence += len(missed)
            self._chain.entries = resident.sequence
        return resident.guest

    def _look_again(self) -> None:
        with self._database.read() as session:
            chain = session.get(Chain, self._chain.id)
        if chain is None:
            raise RpcError(NOT_FOUND, NO_SUCH_CHAIN)
        self._chain = chain

    def _in_words(self, ending: Ending) -> str:
        words = {
            Ending.TIMED_OUT: f"execution timed out: it took longer than {self._settings.chain_request_s:g} s",
            Ending.DIED: "execution stopped: it used more memory than a chain may have",
            Ending.TOO_MUCH_OUTPUT: "execution stopped: its answer was longer than an answer may be",
        }
        return f"{words[ending]}, and nothing of it was kept"

    def _check_bounds(self, call: Call) -> None:
        settings = self._settings
        if self._chain.entries >= settings.chain_entries:
            raise RpcError(
                LIMIT_EXCEEDED, f"This chain may be changed {settings.chain_entries:,} times, and has been. {_BEGIN}"
            )
        if self._chain.journal_bytes + len(json.dumps(call.params)) > settings.chain_journal_bytes:
            allowed = settings.chain_journal_bytes // 1024
            raise RpcError(LIMIT_EXCEEDED, f"What is sent to this chain may be {allowed:,} KiB in all. {_BEGIN}")


def _refuse(code: int, message: str) -> Perform:
    """Make what answers every call with the same error."""

    def refuse(_call: Call) -> Any:
        raise RpcError(code, message)

    return refuse
