"""Kernels that nobody uses end by themselves: sooner where no page is open."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from classroom.apps import kernels
from classroom.apps.admission import NoRoom
from classroom.apps.kernels import LessonKernels
from classroom.apps.pages import read_lesson
from classroom.apps.voila import ClassroomVoila
from support.lesson_apps import House
from support.waiting import wait_until

NEVER = timedelta(days=1)
AT_ONCE = timedelta(0)
Something = Callable[[LessonKernels, str], Awaitable[None]]


class OpenPage:
    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def with_kernels(house: House, tmp_path: Path) -> Iterator[Callable[[Something], None]]:
    """Run something with a server in this process, and the id of a kernel that has run its lesson."""
    before = signal.getsignal(signal.SIGTERM)

    async def serve(something: Something) -> None:
        app = ClassroomVoila(house.settings, house.database, dict(os.environ), connection_dir_root=str(tmp_path))
        app.initialize([])
        app.start()
        try:
            manager: LessonKernels = app.kernel_manager
            lesson = read_lesson(house.settings.apps_dir / "facts.ipynb")
            kernel_id = await manager.open(house.users["alice"].id, lesson)
            run = manager.run(kernel_id)
            assert run is not None
            assert [told["cell"] async for told in run.follow()] == [2]
            kernel: Any = manager.get_kernel(kernel_id)
            await asyncio.to_thread(wait_until, lambda: kernel.execution_state == "idle")
            await something(manager, kernel_id)
        finally:
            await app.close()

    yield lambda something: asyncio.run(serve(something))
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ("quiet", "abandoned", "page_is_open", "ends"),
    [
        (NEVER, NEVER, False, False),
        (NEVER, AT_ONCE, False, True),
        (NEVER, AT_ONCE, True, False),
        (AT_ONCE, NEVER, True, True),
    ],
)
def test_a_kernel_that_nobody_uses_ends(
    with_kernels: Callable[[Something], None],
    monkeypatch: pytest.MonkeyPatch,
    quiet: timedelta,
    abandoned: timedelta,
    page_is_open: bool,
    ends: bool,
) -> None:
    async def cull(manager: LessonKernels, kernel_id: str) -> None:
        page = OpenPage()
        if page_is_open:
            manager.pages[kernel_id] = {page}
        await manager.cull_kernels()
        assert (kernel_id not in manager) == ends
        assert (manager.owner(kernel_id) is None) == ends
        assert page.closed == (ends and page_is_open)

    monkeypatch.setattr(kernels, "ABANDONED", abandoned)
    monkeypatch.setattr(kernels, "QUIET", quiet)
    with_kernels(cull)


def test_a_kernel_that_nobody_misses_goes_to_who_waits(
    house: House, with_kernels: Callable[[Something], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "LEFT", NEVER)

    async def crowd(manager: LessonKernels, kernel_id: str) -> None:
        bob = house.users["bob"].id
        lesson = read_lesson(house.settings.apps_dir / "facts.ipynb")
        manager.admission.most = 1
        with pytest.raises(NoRoom):
            await manager.open(bob, lesson)

        monkeypatch.setattr(kernels, "LEFT", AT_ONCE)
        assert manager.spare() == [kernel_id]
        page: Any = OpenPage()
        manager.connected(kernel_id, page)
        assert manager.spare() == [], "its page is open, and it was used a moment ago"
        manager._idle = AT_ONCE
        assert manager.spare() == [kernel_id]

        his = await manager.open(bob, lesson)
        assert (kernel_id in manager, his in manager, page.closed) == (False, True, True)
        assert manager.count() == 1

    with_kernels(crowd)
