"""`make run`, as a person at a terminal meets it."""

import os
import re
import signal
import socket
from pathlib import Path

import httpx

from support.room import Classroom, alive
from support.waiting import wait_until


def test_ctrl_c_stops_everything_without_an_orphan(room: Classroom) -> None:
    room.start()
    pids = room.processes()
    assert len(pids) > 5
    assert room.stop() == 0
    wait_until(lambda: not alive(pids), what="the end of every process")
    assert "Nothing is left running" in "".join(room.said)


def test_a_killed_launcher_leaves_no_orphan(room: Classroom) -> None:
    room.start()
    pids = room.processes()
    assert room.process is not None
    room.process.kill()
    room.process.wait()
    wait_until(lambda: not alive(pids), what="the end of every process")


def test_a_taken_port_is_told_and_the_next_one_is_used(room: Classroom) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = room.ports[0] = taken.getsockname()[1]
        link = room.start()
    assert f"Port {port} is taken" in "".join(room.said)
    found = re.match(r"http://127\.0\.0\.1:(\d+)/", link)
    assert found is not None
    assert int(found.group(1)) > port
    assert httpx.get(link, trust_env=False).status_code == 303


def test_a_second_classroom_on_the_same_folder_is_refused_with_the_address_of_the_first(room: Classroom) -> None:
    room.start()
    second = Classroom(room.data_dir, room.ports)
    second.begin()
    assert second.process is not None
    assert second.process.wait(60) == 2
    assert second.listener is not None
    second.listener.join(10)
    assert second.heard("running already")
    assert room.portal in "".join(second.said)
    assert httpx.get(f"{room.portal}/healthz", trust_env=False).status_code == 200


def test_a_part_that_dies_is_started_again(room: Classroom) -> None:
    room.start()
    consumer = next(pid for pid in room.processes() if b"classroom.jobs" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(consumer, signal.SIGKILL)
    room.wait_for("starting it again")
    wait_until(
        lambda: httpx.get(f"{room.portal}/readyz", trust_env=False).status_code == 200, what="a classroom that is ready"
    )
