"""A shelf lends each thing to one borrower, keeps few, and closes what nobody wants."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from evmbox.errors import PoolBusy, PoolClosed
from evmbox.pool.shelf import Shelf
from support.waiting import wait_until


@dataclass(eq=False)
class Thing:
    """Something that knows its name and whether it was closed."""

    name: str
    closed: threading.Event = field(default_factory=threading.Event)

    def close(self) -> None:
        self.closed.set()


def test_a_thing_is_opened_once_and_lent_again() -> None:
    shelf = Shelf(Thing, size=2)
    with shelf.turn("a") as first:
        pass
    with shelf.turn("a") as second:
        assert second is first
        assert second.name == "a"
    assert not first.closed.is_set()
    shelf.close()
    assert first.closed.is_set()


def test_two_borrowers_never_hold_the_same_thing() -> None:
    shelf = Shelf(Thing, size=2)
    with shelf.turn("a") as first, shelf.turn("a") as second:
        assert first is not second
        with pytest.raises(PoolBusy), shelf.turn("a"):
            pass
    assert shelf.open == 2
    shelf.close()


def test_the_one_idle_for_longest_makes_room() -> None:
    shelf = Shelf(Thing, size=2)
    with shelf.turn("a") as a, shelf.turn("b") as b:
        pass  # b comes back first
    with shelf.turn("c") as c:
        assert (b.closed.is_set(), a.closed.is_set(), c.closed.is_set()) == (True, False, False)
        assert shelf.open == 2
    shelf.close()


def test_what_is_idle_for_too_long_is_closed() -> None:
    shelf = Shelf(Thing, size=2, idle_s=0.01)
    with shelf.turn("a") as a, shelf.turn("b") as b:
        pass
    wait_until(lambda: a.closed.is_set() and b.closed.is_set())
    wait_until(lambda: shelf.open == 0)
    with shelf.turn("a") as again:
        assert not again.closed.is_set()
    wait_until(again.closed.is_set)


def test_what_is_lent_is_not_idle() -> None:
    shelf = Shelf(Thing, size=2, idle_s=0.01)
    with shelf.turn("a") as lent:
        with shelf.turn("b") as idle:
            pass
        wait_until(idle.closed.is_set)
        assert not lent.closed.is_set()
    shelf.close()


def test_closing_the_shelf_closes_what_is_lent_and_sends_away_who_comes_later() -> None:
    shelf = Shelf(Thing, size=2)
    with shelf.turn("a") as lent:
        shelf.close()
        assert lent.closed.is_set()
        with pytest.raises(PoolClosed), shelf.turn("a"):
            pass
    shelf.close()
    assert shelf.open == 0


def test_a_thing_that_was_being_opened_meanwhile_is_closed_too() -> None:
    opening, go_on = threading.Event(), threading.Event()
    opened: list[Thing] = []

    def open_slowly(name: str) -> Thing:
        opening.set()
        assert go_on.wait(30)
        opened.append(Thing(name))
        return opened[0]

    shelf = Shelf(open_slowly, size=1)
    with ThreadPoolExecutor(1) as executor:
        borrowed = executor.submit(lambda: shelf.turn("a").__enter__())
        assert opening.wait(30)
        shelf.close()
        go_on.set()
        with pytest.raises(PoolClosed):
            borrowed.result()
    assert opened[0].closed.is_set()


def test_a_thing_that_cannot_be_opened_takes_no_place() -> None:
    def refuse(name: str) -> Thing:
        raise ValueError(name)

    shelf = Shelf(refuse, size=1)
    for _ in range(2):
        with pytest.raises(ValueError, match="a"), shelf.turn("a"):
            pass
    assert shelf.open == 0
