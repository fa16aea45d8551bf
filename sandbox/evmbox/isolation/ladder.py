"""Which walls this machine can put around a process, found out by putting them around one and looking from inside.

From the top: bubblewrap, with all that follows inside it; Landlock and seccomp; resource limits alone. A rung is never
claimed that was not tried, and what is in the way of the ones above is said and logged.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from evmbox.isolation import bubblewrap, launch
from evmbox.isolation.tier import Tier
from evmbox.isolation.view import LIBRARIES, NULL, RANDOM, loaders, python_files

TRIAL_S = 60.0
"""Patience with a trial, which takes a tenth of a second, for a machine that is busy starting everything at once."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Walls:
    """What is put around a process that works on what learners wrote, besides limits on its resources.

    `bubblewrap` is the path of the program, None where it is not used. `reasons` say what is in the way of more.
    """

    bubblewrap: str | None = None
    landlock: bool = False
    seccomp: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def tier(self) -> Tier:
        """The rung of the ladder that these walls make up."""
        if self.bubblewrap:
            return Tier.BUBBLEWRAP
        return Tier.LANDLOCK if self.landlock and self.seccomp else Tier.RLIMITS

    @property
    def words(self) -> list[str]:
        """What a process is told to put around itself, as arguments; see `from_words`."""
        return [name for name in ("landlock", "seccomp") if getattr(self, name)]

    @classmethod
    def from_words(cls, words: Sequence[str]) -> "Walls":
        """Return the walls that a process is told to put around itself."""
        return cls(landlock="landlock" in words, seccomp="seccomp" in words)

    def before(self, readable: Sequence[str], *, first: bool = False, die_with_parent: bool = False) -> Sequence[str]:
        """Return what goes before a command to run it with the outer wall, if any; see `bubblewrap.command`."""
        if self.bubblewrap is None:
            return ()
        return bubblewrap.command(self.bubblewrap, readable, first=first, die_with_parent=die_with_parent)

    def before_compiler(
        self, *, readable: Sequence[str], executable: Sequence[str], limits: Mapping[str, int], die_with_parent: bool
    ) -> Sequence[str]:
        """Return what goes before a compiler's command to run it behind every wall and within its limits.

        `limits` are numbers by the name of the limit, such as CPU; see `launch`.
        """
        view = (*python_files(), *readable, *executable)
        readable, executable = (*LIBRARIES, NULL, RANDOM, *readable), (*loaders(), *executable)
        words = [
            *self.words,
            *(f"read:{path}" for path in readable),
            *(f"run:{path}" for path in executable),
            *(f"{name}={number}" for name, number in limits.items()),
            *(("die-with-parent",) if die_with_parent else ()),
        ]
        outer = self.before(view, die_with_parent=die_with_parent)
        return (*outer, sys.executable, "-I", "-S", "-B", launch.__file__, *words, "--")


@cache
def find_walls() -> Walls:
    """Return the strongest walls of this machine, and log what is in the way of stronger ones. Tried once."""
    walls = try_all()
    for reason in walls.reasons:
        _log.warning("Isolation: %s", reason)
    return walls


def try_all() -> Walls:
    """Put up every wall there is around processes of ours, and return those that stand."""
    program = bubblewrap.find_bubblewrap()
    trials = [_Trial(Walls())]
    if program:
        trials.append(_Trial(Walls(bubblewrap=program)))
    inner, *outer = [trial.result() for trial in trials]
    reasons: list[str] = []
    if program is None:
        reasons.append("bubblewrap is not installed; on Debian and Ubuntu: apt-get install bubblewrap")
    for found in outer:
        if isinstance(found, str):
            reasons.append(f"bubblewrap is not allowed to work here: {found}")
        else:
            missing = [f"{name} {why}" for name, why in found.items() if why]
            return Walls(program, not found["landlock"], not found["seccomp"], tuple(missing))
    if isinstance(inner, str):
        return Walls(reasons=(*reasons, f"neither Landlock nor seccomp could be tried: {inner}"))
    reasons += [f"{name} {why}" for name, why in inner.items() if why]
    return Walls(None, not inner["landlock"], not inner["seccomp"], tuple(reasons))


class _Trial:
    """A process of ours that is confined as a job is, looks around and tells what it found."""

    def __init__(self, walls: Walls) -> None:
        prefix = walls.before(python_files(), first=True)
        self._process = subprocess.Popen(
            [*prefix, sys.executable, "-P", "-B", "-m", "evmbox.isolation", *(["alone"] if prefix else [])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env={"LANG": "C.UTF-8"},
            text=True,
        )

    def result(self) -> Mapping[str, str] | str:
        """Return why each inner wall does not stand, empty where it does; or why nothing could be tried."""
        try:
            told, complaint = self._process.communicate(timeout=TRIAL_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            return f"nothing was heard within {TRIAL_S:.0f} s"
        if self._process.returncode != 0:
            lines = complaint.strip().splitlines()
            return lines[-1] if lines else f"it ended with status {self._process.returncode}"
        found: dict[str, str] = json.loads(told)
        return found
