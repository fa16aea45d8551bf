"""A consumer as a process of its own, on a course of one exercise whose check can be held at a gate."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

from classroom.settings import REPOSITORY, Settings
from support.waiting import wait_until

COUNTER = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Counter {
    uint256 public count;

    function increment() external { count += 1; }
}
"""
CHECKS = """import threading
from pathlib import Path

from evmbox.checks import check

GATE = Path({gate!r})


@check("The counter counts", task=1)
def counts(chain, contract):
    if GATE.exists():
        GATE.with_name("reached").touch()
    while GATE.exists():
        threading.Event().wait(0.01)
    contract.increment()
    assert contract.count() == 1
"""


class Gate:
    """While it is shut, the one check of the exercise waits for it in the sandbox's child process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.path = folder / "gate"

    def shut(self) -> None:
        self.path.touch()

    def open(self) -> None:
        self.path.unlink()

    def wait_until_reached(self) -> None:
        wait_until(self.path.with_name("reached").exists, what="the check that waits at the gate")


def write_counter_course(lessons: Path, gate: Gate) -> Path:
    """Write a course of one exercise, `counter`, whose check can be held at the gate."""
    exercise = lessons / "basics" / "counting" / "counter"
    source = REPOSITORY / "tests" / "evmbox" / "exercises" / "counter"
    for kind in ("variants", "mistakes"):
        (exercise / kind).mkdir(parents=True)
    (exercise / "starter.sol").write_text((source / "starter.sol").read_text())
    (exercise / "solution.sol").write_text(COUNTER)
    (exercise / "checks.py").write_text(CHECKS.format(gate=str(gate.path)))
    (exercise / "exercise.toml").write_text(
        'id = "counter"\ntitle = "A counter"\ncontract = "Counter"\nconcepts = ["state"]\ntasks = ["Count."]\n'
    )
    (exercise.parent / "lesson.md").write_text(
        "---\nclassroom:\n  title: Counting\n  summary: One, two.\n  minutes: 5\n---\n\n# Counting\n"
    )
    (lessons / "course.toml").write_text(
        'title = "A course"\n[[tracks]]\nid = "basics"\ntitle = "Basics"\nsummary = "First."\nlessons = ["counting"]\n'
    )
    return lessons


WITHOUT_WALLS = (
    "import classroom.isolation; from evmbox.isolation.ladder import Walls; classroom.isolation.find_walls = Walls\n"
    "from classroom.jobs.__main__ import main; main()"
)
"""`python -m classroom.jobs`, but for one thing: behind walls no check would see the gate, which is a file."""


class ConsumerProcess:
    """The consumer on these settings, and what it printed."""

    def __init__(self, settings: Settings, *arguments: str) -> None:
        variables = {
            f"CLASSROOM_{name.upper()}": str(value) for name, value in settings.model_dump(mode="json").items()
        }
        self.log = settings.data_dir / f"consumer-{uuid4().hex}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", WITHOUT_WALLS, "--parent", str(os.getpid()), *arguments],
                env={**os.environ, **variables},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def says(self, pattern: str) -> re.Match[str] | None:
        return re.search(pattern, self.log.read_text(encoding="utf-8", errors="replace"))

    def wait_until_ready(self) -> "ConsumerProcess":
        wait_until(lambda: self.says("Grading,") or self.process.poll() is not None, what="the consumer's start")
        assert self.process.poll() is None, self.log.read_text()
        return self

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
