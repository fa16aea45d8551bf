"""`make run`, as a person at a terminal meets it."""

import os
import re
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from support.room import Classroom, alive, classroom_on
from support.waiting import wait_until


@dataclass(frozen=True)
class Beside:
    """A classroom that was started while its first port was taken."""

    room: Classroom
    link: str
    taken: int


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    with classroom_on(tmp_path_factory.mktemp("classroom")) as room, socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = room.ports[0] = other.getsockname()[1]
        link = room.start()
        found = re.match(r"http://127\.0\.0\.1:(\d+)/", link)
        assert found is not None
        room.ports[0] = int(found.group(1))
        yield Beside(room, link, taken)


def test_a_taken_port_is_told_and_the_next_one_is_used(beside: Beside) -> None:
    assert f"Port {beside.taken} is taken" in "".join(beside.room.said)
    assert beside.room.ports[0] > beside.taken
    assert httpx.get(beside.link, trust_env=False).status_code == 303


def test_a_second_classroom_on_the_same_folder_is_refused_with_the_address_of_the_first(beside: Beside) -> None:
    room = beside.room
    second = Classroom(room.data_dir, room.ports)
    second.begin()
    assert second.process is not None
    assert second.process.wait(60) == 2
    assert second.listener is not None
    second.listener.join(10)
    assert second.heard("running already")
    assert room.portal in "".join(second.said)
    assert httpx.get(f"{room.portal}/healthz", trust_env=False).status_code == 200


def test_a_part_that_dies_is_started_again(beside: Beside) -> None:
    room = beside.room
    consumer = next(pid for pid in room.processes() if b"classroom.jobs" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(consumer, signal.SIGKILL)
    room.wait_for("starting it again")
    wait_until(
        lambda: httpx.get(f"{room.portal}/readyz", trust_env=False).status_code == 200, what="a classroom that is ready"
    )


def test_a_killed_launcher_leaves_no_orphan(beside: Beside) -> None:
    pids = beside.room.processes()
    assert len(pids) > 5
    assert beside.room.process is not None
    beside.room.process.kill()
    beside.room.process.wait()
    wait_until(lambda: not alive(pids), what="the end of every process")
