"""The line before the pool's slots: fair, bounded, and closed for good."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from evmbox.errors import PoolBusy, PoolClosed
from evmbox.pool.line import Line


def wait_until_waiting(line: Line[str], callers: int) -> None:
    """Return once so many callers stand in the line."""
    poll = threading.Event()
    while line.waiting < callers:
        poll.wait(0.001)


def test_callers_are_served_in_the_order_they_came():
    line = Line[str](max_waiting=10)
    served = []

    def caller(name: int) -> None:
        with line.turn():
            served.append(name)

    with ThreadPoolExecutor(5) as executor:
        for name in range(5):
            executor.submit(caller, name)
            wait_until_waiting(line, name + 1)
        line.add("slot")
    assert served == [0, 1, 2, 3, 4]


def test_one_thing_serves_one_caller_at_a_time():
    line = Line[str](max_waiting=50)
    line.add("a")
    line.add("b")
    held: list[str] = []
    together: list[int] = []

    def caller() -> None:
        with line.turn() as thing:
            assert thing not in held
            held.append(thing)
            together.append(len(held))
            held.remove(thing)

    with ThreadPoolExecutor(8) as executor:
        for done in [executor.submit(caller) for _ in range(50)]:
            done.result()
    assert max(together) <= 2


def test_a_line_that_is_full_turns_callers_away():
    line = Line[str](max_waiting=1)
    line.add("slot")
    with ThreadPoolExecutor(1) as executor:
        with line.turn():
            waiting = executor.submit(lambda: line.turn().__enter__())
            wait_until_waiting(line, 1)
            with pytest.raises(PoolBusy), line.turn():
                pass
        assert waiting.result() == "slot"


def test_a_caller_that_fails_gives_its_thing_back():
    line = Line[str](max_waiting=0)
    line.add("slot")
    with pytest.raises(ZeroDivisionError), line.turn():
        raise ZeroDivisionError
    with line.turn() as thing:
        assert thing == "slot"


def test_closing_sends_the_waiting_and_the_coming_away():
    line = Line[str](max_waiting=1)
    with ThreadPoolExecutor(1) as executor:
        waiting = executor.submit(lambda: line.turn().__enter__())
        wait_until_waiting(line, 1)
        line.close()
        with pytest.raises(PoolClosed):
            waiting.result()
    with pytest.raises(PoolClosed), line.turn():
        pass
