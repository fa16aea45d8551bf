"""Kernels: what they may know of this machine, whose they are, and when they end. Not what runs in them.

A lesson app's kernel starts with a ticket that is nobody's and is then bound to its visitor, once. Only its owner
reaches it, and the ticket dies with it. A stock of kernels started ahead (with their cells run) would need no more than
`bind` when its page leaves, since nothing here depends on whose request a kernel was started in.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server._tz import utcnow
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from nbformat import NotebookNode
from tornado.websocket import WebSocketHandler

from classroom import accounts
from classroom.apps import memory
from classroom.apps.admission import Admission, NoRoom
from classroom.apps.pages import Run
from classroom.db import Database
from classroom.models import CredentialKind, Scope
from classroom.settings import Settings

KERNEL_NAME: Final = "python3"
PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ")
"""What a kernel gets of the server's environment. Everything else stays here: settings, secrets, the person's own."""

MAX_EACH: Final = 4
"""Lesson pages one person can have open; another one closes the kernel that was quiet the longest."""

QUIET: Final = timedelta(hours=1)
"""How long nothing may happen on a page that is open until its kernel ends."""

ABANDONED: Final = timedelta(minutes=10)
"""How long a kernel lives that no page is connected to: a laptop's lid may close and open again."""

LEFT: Final = timedelta(seconds=30)
"""How long such a kernel is kept from those who wait for one: a page may be loading, or away for a moment."""

_TICKET_LIFETIME: Final = timedelta(hours=12)


def environment(environ: Mapping[str, str], **more: str) -> dict[str, str]:
    """Give a kernel's whole environment: the allow-list, and what is added for it."""
    return {name: environ[name] for name in PASSED_ON if name in environ} | more


MAX_SOCKET_NAME: Final = 103
"""Bytes that the name of a socket may have everywhere (Linux: 107)."""

WIDGETS: Final = ["--ext=ipywidgets"]
"""A page asks for the widgets there are as soon as it is connected. A kernel whose cells have not imported them yet
would refuse the question, and the page would show none."""


class OneKernelSpec(KernelSpecManager):
    """Knows one kernel, this very Python, whatever is installed for the person or the machine."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kernel_dirs = []


@dataclass
class Held:
    """What belongs to one kernel."""

    wanted_by: UUID | None
    since: datetime
    """When it was begun, or the last page that was connected to it went away."""
    ticket: str = ""
    scratch: Path | None = None
    owner: UUID | None = None
    run: Run | None = None
    work: asyncio.Task[None] | None = None
    ending: asyncio.Future[None] | None = None

    @property
    def is_ending(self) -> bool:
        """Tell whether it ends just now."""
        return self.ending is not None and not self.ending.done()


class SocketKernels(AsyncMappingKernelManager):
    """Kernels that are reached over files only their account can open, and not over ports that others may take first.

    Where the name of such a file would be longer than systems allow, it is ports. What is said is encrypted: another
    account of this machine could read what goes over loopback.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.transport_encryption = "auto"

    def pre_start_kernel(self, kernel_name: str | None, kwargs: Any) -> tuple[Any, str, str]:
        """Choose how the kernel that is about to start will be reached."""
        kernel, name, kernel_id = super().pre_start_kernel(kernel_name, kwargs)
        stem = f"{Path(kernel.connection_file).with_suffix('')}-ipc"
        if os.name == "posix" and len(os.fsencode(f"{stem}-5")) <= MAX_SOCKET_NAME:
            kernel.transport, kernel.ip = "ipc", stem
        return kernel, name, kernel_id


class LessonKernels(SocketKernels):
    """The kernels of lesson apps. The server they belong to has `classroom` (settings), `database` and `environ`."""

    parent: Any
    cull_connected = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cull_idle_timeout = int(QUIET.total_seconds())
        self.cull_interval = 60
        self.pages: dict[str, set[WebSocketHandler]] = {}
        """The open connections to each kernel."""
        self._held: dict[str, Held] = {}
        self._endings: set[asyncio.Future[None]] = set()
        settings: Settings = self.parent.classroom
        self._idle = timedelta(seconds=settings.lesson_kernel_idle_s)
        self.admission = Admission(self, settings.lesson_kernels or memory.kernels_that_fit(memory.total_bytes()))

    async def open(self, owner: UUID, lesson: NotebookNode, *, teaches: bool = False) -> str:
        """Start a kernel for a visitor and begin to run the lesson's cells in it; give its id.

        Where the visitor `teaches`, and looks at a notebook for those, it holds a token with the scope `teach`.
        Raises NoRoom where all are in use: they have a place in the queue then.
        """
        await self._keep_to_the_limit(owner)
        await self.admission.enter(owner)
        kernel_id = await self.start_kernel(
            kernel_name=KERNEL_NAME, wanted_by=owner, teacher=owner if teaches else None
        )
        try:
            if not teaches:
                await self.bind(kernel_id, owner)
        except BaseException:
            await self.end(kernel_id)
            raise
        held = self._held[kernel_id]
        held.run = Run(lesson, self.get_kernel(kernel_id))
        held.work = asyncio.create_task(held.run.work())
        return kernel_id

    async def bind(self, kernel_id: str, owner: UUID) -> None:
        """Make a kernel somebody's, for good. Raises Conflict where it is somebody else's."""
        held = self._held[kernel_id]

        def write() -> None:
            with self._database.unit_of_work() as work:
                accounts.bind_kernel(work.session, held.ticket, owner)

        await asyncio.to_thread(write)
        held.owner = owner

    def owner(self, kernel_id: str) -> UUID | None:
        """Tell whose a kernel is; None while it is nobody's, and for one that there is not."""
        held = self._held.get(kernel_id)
        return held.owner if held else None

    def run(self, kernel_id: str) -> Run | None:
        """Give the run of the lesson's cells in a kernel."""
        held = self._held.get(kernel_id)
        return held.run if held else None

    async def start_kernel(self, **kwargs: Any) -> str:  # type: ignore[override]
        """Start a kernel in a scratch folder, with a ticket of its own. What a caller says of both is not heard."""
        settings: Settings = self.parent.classroom
        kernel_id = self.new_kernel_id()
        held = self._held[kernel_id] = Held(kwargs.get("wanted_by"), utcnow())  # counts from here on
        try:
            held.ticket = await asyncio.to_thread(self._issue, kwargs.get("teacher"))
            held.owner = kwargs.get("teacher")
            held.scratch = Path(tempfile.mkdtemp(prefix="classroom-kernel-"))
            place = str(held.scratch)
            await super().start_kernel(
                kernel_id=kernel_id,
                kernel_name=kwargs.get("kernel_name", KERNEL_NAME),
                cwd=place,
                extra_arguments=WIDGETS,
                env=environment(
                    self.parent.environ,
                    HOME=place,
                    TMPDIR=place,
                    CLASSROOM_URL=settings.portal_url,
                    CLASSROOM_TICKET=held.ticket,
                ),
            )
        except BaseException:
            self._end(kernel_id)
            raise
        return kernel_id

    def remove_kernel(self, kernel_id: str) -> Any:
        """Forget a kernel that has ended, in whatever way: its pages, its ticket and its folder end with it."""
        removed = super().remove_kernel(kernel_id)
        self._end(kernel_id)
        return removed

    def _handle_kernel_died(self, kernel_id: str) -> None:
        """Clear away a kernel that crashed. A new one would know nothing of the page, so there is none."""
        self.log.warning("Kernel %s died", kernel_id)
        self._later(self.end(kernel_id))

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel that has been quiet too long: sooner where no page is connected to it."""
        if utcnow() - self._last_seen(kernel_id) > ABANDONED and not self.pages.get(kernel_id):
            await self.end(kernel_id)
        else:
            await super().cull_kernel_if_idle(kernel_id)

    async def end(self, kernel_id: str) -> None:
        """End a kernel, unless it has ended already."""
        if (ending := self.end_soon(kernel_id)) is not None:
            await asyncio.shield(ending)

    def end_soon(self, kernel_id: str) -> asyncio.Future[None] | None:
        """Begin to end a kernel, unless it ends already; None where it has."""
        held = self._held.get(kernel_id)
        if held is None or kernel_id not in self:
            return None
        if not held.is_ending:
            held.ending = asyncio.ensure_future(self.shutdown_kernel(kernel_id, now=True))
            held.ending.add_done_callback(self._note_end)
        return held.ending

    def connected(self, kernel_id: str, page: WebSocketHandler) -> None:
        """Note that a page is connected to a kernel."""
        self.pages.setdefault(kernel_id, set()).add(page)

    def disconnected(self, kernel_id: str, page: WebSocketHandler) -> None:
        """Note that a page is no longer connected to a kernel."""
        self.pages.get(kernel_id, set()).discard(page)
        if held := self._held.get(kernel_id):
            held.since = utcnow()

    def count(self) -> int:
        """Count all kernels there are, also those that start or end just now."""
        return len(self._held)

    def leaving(self) -> int:
        """Count the kernels that end just now."""
        return sum(held.is_ending for held in self._held.values())

    def of(self, person: UUID) -> list[str]:
        """List somebody's kernels, the quietest first."""
        return self._running(lambda held: held.owner == person)

    def spare(self) -> list[str]:
        """List the kernels that may go to somebody who waits, the quietest first."""
        now = utcnow()

        def is_spare(kernel_id: str) -> bool:
            kernel: Any = self.get_kernel(kernel_id)
            if getattr(kernel, "execution_state", None) == "busy":
                return False
            quiet = now - max(self._last_seen(kernel_id), self._held[kernel_id].since)
            return quiet > (self._idle if self.pages.get(kernel_id) else min(LEFT, self._idle))

        return [kernel_id for kernel_id in self._running(lambda held: held.owner is not None) if is_spare(kernel_id)]

    async def close(self) -> None:
        """End every kernel, and wait until all that is theirs is gone."""
        self.admission.close()
        with suppress(Exception):  # one that cannot be ended is logged, and must not keep the others
            await self.shutdown_all(now=True)
        await asyncio.gather(*self._endings, return_exceptions=True)

    @property
    def _database(self) -> Database:
        database: Database = self.parent.database
        return database

    def _issue(self, teacher: UUID | None) -> str:
        with self._database.unit_of_work() as work:
            if teacher is not None:
                return accounts.issue(
                    work.session,
                    CredentialKind.TOKEN,
                    teacher,
                    lifetime=_TICKET_LIFETIME,
                    label="dashboard",
                    scopes=(Scope.TEACH,),
                )
            return accounts.issue(
                work.session, CredentialKind.KERNEL, None, lifetime=_TICKET_LIFETIME, label="lesson app"
            )

    async def _keep_to_the_limit(self, owner: UUID) -> None:
        theirs = self.of(owner)
        if over := theirs[: max(0, len(theirs) - MAX_EACH + 1)]:
            self.admission.places.come(owner)
            self.admission.places.offer(owner)  # what they give up is for their own next page
        for kernel_id in over:
            await self.end(kernel_id)
        if sum(held.wanted_by == owner for held in self._held.values()) >= MAX_EACH:
            raise NoRoom("Several of your lessons are starting just now. This one follows.")

    def _running(self, chosen: Callable[[Held], bool]) -> list[str]:
        ids = [
            kernel_id
            for kernel_id, held in self._held.items()
            if not held.is_ending and kernel_id in self and chosen(held)
        ]
        return sorted(ids, key=self._last_seen)

    def _last_seen(self, kernel_id: str) -> datetime:
        kernel: Any = self.get_kernel(kernel_id)
        return kernel.last_activity or utcnow()

    def _end(self, kernel_id: str) -> None:
        held = self._held.pop(kernel_id, None)
        for page in self.pages.pop(kernel_id, set()):
            page.close()
        if held is not None:
            if held.work is not None:
                held.work.cancel()
            self._later(asyncio.to_thread(self._clear, held))
            self.admission.settle()

    def _clear(self, held: Held) -> None:
        if held.scratch is not None:
            shutil.rmtree(held.scratch, ignore_errors=True)
        if not held.ticket:
            return
        try:
            with self._database.unit_of_work() as work:
                accounts.revoke(work.session, held.ticket, actor_id=held.owner)
        except Exception:
            self.log.exception("A kernel's ticket could not be revoked; it ends by itself in %s", _TICKET_LIFETIME)

    def _note_end(self, ending: asyncio.Future[None]) -> None:
        if not ending.cancelled() and (error := ending.exception()):
            self.log.error("A kernel could not be ended; it is tried again when there is need", exc_info=error)

    def _later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)
