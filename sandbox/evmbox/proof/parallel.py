"""Does the same with many things, some at a time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def in_parallel(
    given: Sequence[Given],
    make: Callable[[Given], Made],
    at_a_time: int,
    on_done: Callable[[Given, Made, int], object],
) -> list[Made]:
    """Return what `make` makes of each, in the order given. `on_done` is told in this thread, with how many are done.

    What is raised by either ends it: what has not begun never does.
    """
    with ThreadPoolExecutor(at_a_time) as executor:
        futures = {executor.submit(make, each): each for each in given}
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                on_done(futures[future], future.result(), done)
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise
    return [future.result() for future in futures]
