"""Chains in memory: who gets a turn, and who leaves."""

import asyncio
import json
from contextlib import ExitStack, closing
from uuid import UUID, uuid4

import pytest

from classroom import chains
from classroom.chains import LiveChains, Owner
from classroom.chains.live import TURNS_EACH
from classroom.errors import Conflict, NotFound
from classroom.models import ChainRequest, now


@pytest.fixture
def owner(people) -> Owner:
    return Owner(people.alice.id, uuid4())


@pytest.fixture
def make(database, owner, settings):
    def make_chain(name: str) -> UUID:
        with database.unit_of_work() as work:
            return chains.create(work.session, owner, name, settings=settings)[0].id

    return make_chain


def body(method: str, *params: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


def code(answer: bytes) -> int:
    return json.loads(answer)["error"]["code"]


def test_chains_leave_memory_when_others_come_or_nobody_asks_and_come_back_as_they_were(
    database, settings, owner, make
):
    settings = settings.model_copy(update={"chains_in_memory": 1, "chain_idle_s": 1e-9})
    first, second = make("first"), make("second")

    async def live() -> None:
        with closing(LiveChains(database, settings)) as running:
            await running.answer(first, owner, body("evm_increaseTime", 1000))
            await running.answer(first, owner, body("evm_mine"))
            head = await running.answer(first, owner, body("eth_getBlockByNumber", "latest"))
            assert list(running.in_memory) == [first]
            await running.answer(second, owner, body("evm_mine"))
            assert list(running.in_memory) == [second]
            assert await running.answer(first, owner, body("eth_getBlockByNumber", "latest")) == head
            running.leave_idle()
            assert not running.in_memory
            assert await running.answer(first, owner, body("eth_getBlockByNumber", "latest")) == head

    asyncio.run(live())


def test_a_person_has_some_requests_under_way_and_no_more(database, settings, owner, make):
    chain = make("one")

    async def live() -> None:
        with closing(LiveChains(database, settings)) as running, ExitStack() as turns:
            for _ in range(TURNS_EACH):
                turns.enter_context(running._turn(owner))
            assert code(await running.answer(chain, owner, body("eth_chainId"))) == -32005
            turns.close()
            assert not running._turns

    asyncio.run(live())


def test_without_room_a_request_is_told_to_come_again(database, settings, owner, make):
    chain, other = make("one"), make("other")

    async def live() -> None:
        small = settings.model_copy(update={"chains_in_memory": 1})
        with closing(LiveChains(database, small)) as running, running._resident(other):
            assert code(await running.answer(chain, owner, body("eth_chainId"))) == -32002

    asyncio.run(live())


def test_a_number_of_the_journal_is_taken_once(database, make):
    chain = make("one")
    assert chains.write_down(database, chain, 0, ("evm_mine", [])) > 0
    for taken in (0, 2):
        with pytest.raises(Conflict):
            chains.write_down(database, chain, taken, ("evm_mine", []))
    with pytest.raises(Conflict):
        chains.write_down(database, uuid4(), 0, ("evm_mine", []))
    chains.write_down(database, chain, 1, ("evm_increaseTime", [5]))
    with database.read() as session:
        assert chains.journal(session, chain) == [("evm_mine", []), ("evm_increaseTime", [5])]
        assert chains.journal(session, chain, after=1) == [("evm_increaseTime", [5])]
        assert session.get_one(ChainRequest, (chain, 0)).created_at <= now()


def test_a_chain_is_its_owners_and_its_journal_goes_with_it(database, people, owner, make):
    chain = make("one")
    chains.write_down(database, chain, 0, ("evm_mine", []))
    bob = Owner(people.bob.id, uuid4())
    with database.unit_of_work() as work:
        with pytest.raises(NotFound):
            chains.get(work.session, chain, bob)
        with pytest.raises(NotFound):
            chains.delete(work.session, chain, bob)
        chains.delete(work.session, chain, owner)
    with database.read() as session:
        assert chains.journal(session, chain) == []
        assert chains.of_owner(session, owner) == []


def test_a_broken_journal_is_a_fault_of_ours_and_told_as_such(database, settings, owner, make):
    chain = make("one")
    chains.write_down(database, chain, 0, ("eth_sendRawTransaction", ["0x02"]))

    async def live() -> None:
        with closing(LiveChains(database, settings)) as running:
            assert code(await running.answer(chain, owner, body("eth_chainId"))) == -32603

    asyncio.run(live())
