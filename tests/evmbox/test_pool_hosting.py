"""Chains in processes of their own: what ends one, and what that leaves behind."""

import os
import signal
from collections.abc import Iterator

import psutil
import pytest

from evmbox.errors import EvmboxError, PoolClosed
from evmbox.pool.hosting import RATION, GuestLost, Host
from evmbox.pool.residents import MAX_ANSWER_BYTES
from evmbox.pool.template import Ending
from evmbox.rpc import Bounds, Call
from support.waiting import wait_until
from support.wires import ALICE, FOREVER

NUMBER = Call("eth_blockNumber", [])
MINE = Call("evm_mine", [])
NEVER_ENDS = Call("eth_call", [{"from": ALICE.address, "data": FOREVER, "gas": hex(30_000_000)}])


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host(RATION.model_copy(update={"wall_s": 2.0})) as host:
        yield host


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_guests_are_apart_and_do_again_what_a_journal_tells(host):
    first, second = (host.open(seed=1, bounds=Bounds()) for _ in range(2))
    entries = [first.ask(MINE).entry for _ in range(3)]
    assert second.ask(NUMBER).result == "0x0"
    second.replay(entries)
    assert second.ask(NUMBER).result == "0x3"
    with pytest.raises(EvmboxError, match="cannot be replayed"):
        second.replay([("eth_sendRawTransaction", ["0x02"])])
    assert not second.alive
    assert first.alive
    first.close()


def test_a_question_that_takes_too_long_ends_its_guest_and_no_other(host):
    slow, other = (host.open(seed=1, bounds=Bounds()) for _ in range(2))
    with pytest.raises(GuestLost) as lost:
        slow.ask(NEVER_ENDS)
    assert lost.value.ending is Ending.TIMED_OUT
    wait_until(lambda: gone(slow.pid), what="its end")
    assert other.ask(NUMBER).result == "0x0"
    other.close()
    wait_until(lambda: gone(other.pid), what="its end")


def test_an_answer_that_is_too_long_is_refused_and_the_guest_stays(host):
    guest = host.open(seed=1, bounds=Bounds())
    emits_100_kilobytes = "620186a06000a000"
    guest.ask(Call("anvil_setCode", [f"0x{'11' * 20}", f"0x{emits_100_kilobytes}"]))
    order = {"from": ALICE.address, "to": f"0x{'11' * 20}", "gas": hex(5_000_000)}
    for _ in range(MAX_ANSWER_BYTES // 200_000 + 1):
        assert guest.ask(Call("eth_sendTransaction", [order])).error is None
    answer = guest.ask(Call("eth_getLogs", [{"fromBlock": "earliest"}]))
    assert answer.error is not None
    assert answer.error.code == -32005
    few = guest.ask(Call("eth_getLogs", [{"fromBlock": "latest"}]))
    assert len(few.result[0]["data"]) == 200_002
    guest.close()


def test_when_the_template_is_killed_its_guests_die_and_the_next_one_has_another(host):
    guest = host.open(seed=1, bounds=Bounds())
    template = psutil.Process(guest.pid).ppid()
    os.kill(template, signal.SIGKILL)
    wait_until(lambda: gone(guest.pid), what="the end of the guest")
    with pytest.raises(GuestLost) as lost:
        guest.ask(NUMBER)
    assert lost.value.ending is Ending.DIED
    other = host.open(seed=1, bounds=Bounds())
    assert other.ask(NUMBER).result == "0x0"
    assert psutil.Process(other.pid).ppid() != template
    other.close()


def test_a_host_that_is_closed_takes_its_guests_along():
    with Host() as host:
        guest = host.open(seed=1, bounds=Bounds())
    wait_until(lambda: gone(guest.pid), what="the end of the guest")
    guest.close()
    with pytest.raises(PoolClosed):
        host.open(seed=1, bounds=Bounds())
