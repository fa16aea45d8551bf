"""The queue before the lesson apps: who is next, and who has no place any more."""

import asyncio
from collections.abc import Iterator
from itertools import count
from uuid import UUID, uuid4

import pytest

from classroom.apps.memory import FEWEST, KERNEL_BYTES, MOST, kernels_that_fit
from classroom.apps.places import KEPT_S, LISTENERS_EACH, OFFERED_S, Places, Standing


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people() -> Iterator[UUID]:
    return (uuid4() for _ in count())


async def listen(places: Places, person: UUID) -> asyncio.Task[None]:
    """Open a tab that waits to be told."""
    before = places.come(person).listeners
    tab = asyncio.create_task(places.change(person, 60))
    begun = asyncio.Event()
    asyncio.get_running_loop().call_soon(begun.set)
    await begun.wait()
    assert places.come(person).listeners == before + 1
    return tab


def test_who_came_first_is_first_and_coming_again_takes_no_other_place(clock: Clock, people: Iterator[UUID]) -> None:
    places = Places(clock)
    first, second = next(people), next(people)
    for person in (first, second, first, first):
        places.come(person)
    assert [places.standing(person) for person in (first, second)] == [Standing(1, 2), Standing(2, 2)]
    places.offer()
    assert [places.standing(person).number for person in (first, second)] == [0, 1]
    assert (len(places), places.offered) == (1, 1)
    places.leave(first)
    places.come(first)
    assert places.standing(first).number == 2, "who was in and wants more waits behind the others"


def test_a_closed_tabs_place_lapses_and_one_that_somebody_listens_at_does_not(
    clock: Clock, people: Iterator[UUID]
) -> None:
    places = Places(clock)
    gone, here = next(people), next(people)

    async def wait() -> int:
        for person in (gone, here):
            places.come(person)
        listening = await listen(places, here)
        clock.now = KEPT_S + 1
        places.forget_the_gone()
        await listening  # it is told that it stands elsewhere now
        return places.standing(here).number

    assert asyncio.run(wait()) == 1
    with pytest.raises(KeyError):
        places.standing(gone)


def test_who_does_not_come_in_when_it_is_their_turn_loses_it(clock: Clock, people: Iterator[UUID]) -> None:
    places = Places(clock)
    slow = next(people)
    places.come(slow)
    places.offer()
    clock.now = OFFERED_S + 1
    places.forget_the_gone()
    assert places.is_empty


def test_who_comes_back_after_their_turn_is_at_the_end_again(clock: Clock, people: Iterator[UUID]) -> None:
    places = Places(clock)
    slow, other = next(people), next(people)
    places.come(slow)
    places.offer()
    places.come(other)
    clock.now = OFFERED_S + 0.3
    places.come(other)
    places.come(slow)
    places.forget_the_gone()
    assert (places.standing(other).number, places.standing(slow).number) == (1, 2)


def test_only_some_tabs_of_one_person_are_told_at_once(clock: Clock, people: Iterator[UUID]) -> None:
    places = Places(clock)
    person = next(people)

    async def open_tabs() -> list[bool]:
        places.come(person)
        found, tabs = [], []
        for _ in range(LISTENERS_EACH + 1):
            found.append(places.may_listen(person))
            tabs.append(await listen(places, person))
        places.offer()
        await asyncio.gather(*tabs)
        return found

    assert asyncio.run(open_tabs()) == [True] * LISTENERS_EACH + [False]


def test_half_of_the_memory_is_for_kernels() -> None:
    assert kernels_that_fit(64 * KERNEL_BYTES) == 32
    assert kernels_that_fit(KERNEL_BYTES) == FEWEST
    assert kernels_that_fit(10**15) == MOST
