"""The walls around a submission, looked at from inside: what each rung of the ladder promises is tried, rung by rung.

Which rungs there are depends on the machine. The tests of one that it does not have are skipped, with the reason that
the ladder itself gives; the best it has and the lowest are always there.
"""

import dataclasses
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from evmbox.compiler.node import find_node
from evmbox.compiler.process import LimitedProcess
from evmbox.exercise import Exercise, load_exercise
from evmbox.isolation import bubblewrap, ladder
from evmbox.isolation.ladder import Walls, find_walls
from evmbox.isolation.tier import Tier
from evmbox.pool import Pool
from evmbox.pool.template import TemplateLost
from evmbox.report import CheckStatus, Outcome

EXERCISES = Path(__file__).parent / "exercises"
LINUX = sys.platform == "linux"
CI_HAS_BUBBLEWRAP = bool(os.environ.get("CI")) and bubblewrap.find_bubblewrap() is not None

CHECKS = '''
import ctypes, errno, os, signal, socket
from evmbox.checks import check

LIBC = ctypes.CDLL(None, use_errno=True)

def refused(what):
    """Tell how trying something ended: the error's name, or that it could be done."""
    try:
        done = what()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))
    except (RuntimeError, ValueError):  # Python's words for it, where it starts a thread or raises a limit
        return "EPERM"
    return f"done: {str(done)[:60]}"

def call(number, *arguments):
    """Make a system call that Python has no name for."""
    if LIBC.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "")
    return "called"

def fork():
    if (pid := os.fork()) == 0:
        os._exit(0)
    return os.waitpid(pid, 0)

'''
CHECK = """
@check({what!r}, task=1)
def number_{number}(chain):
    found = refused(lambda: {attempt})
    assert found in ("EPERM", "EACCES", "ENOENT", "EROFS", "ESRCH"), found
"""

PARENT = "os.getppid()"
PTRACE, PROCESS_VM_READV, BPF, KEYCTL, MOUNT, UNSHARE, IO_URING_SETUP, PIDFD_OPEN, MEMFD = (
    (101, 310, 321, 250, 165, 272, 425, 434, 319)
    if os.uname().machine == "x86_64"
    else (117, 270, 280, 219, 40, 97, 425, 434, 279)
)

# What is tried, as an expression.
ATTEMPTS = {
    "a file of the system": "open('/etc/passwd').read()",
    "the list of its files": "os.listdir('/')",
    "the lessons": "open(LESSONS).read()",
    "a file of the person who runs it": "open(MINE).read()",
    "the environment of its parent": f"open(f'/proc/{{{PARENT}}}/environ').read()",
    "the memory of its parent": f"open(f'/proc/{{{PARENT}}}/mem', 'rb').read(1)",
    "its own environment": "open('/proc/self/environ').read()",
    "the list of processes": "os.listdir('/proc')",
    "a new file": "open('/tmp/of-a-submission', 'w')",
    "a new folder": "os.mkdir('/tmp/of-a-submission')",
    "a file in a package": "open(PACKAGE, 'a')",
    "to remove a file": "os.unlink(MINE)",
    "to rename a file": "os.rename(MINE, MINE + '-')",
    "a link": "os.symlink('/etc/passwd', '/tmp/of-a-submission')",
    "a socket of TCP": "socket.socket()",
    "a socket of UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "a raw socket": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "a local socket": "socket.socket(socket.AF_UNIX)",
    "a socket of the kernel's": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "a pair of sockets": "socket.socketpair()",
    "another program": "os.execv('/bin/true', ['true'])",
    "another process": "fork()",
    "a thread": "__import__('threading').Thread(target=print).start()",
    "to end its parent": f"os.kill({PARENT}, signal.SIGKILL)",
    "to end everyone": "os.kill(-1, 0)",
    "to find out who is there": "os.kill(1, 0)",
    "to be signalled for another": "__import__('fcntl').fcntl(0, 8, 1)",
    "to type into a terminal": "__import__('fcntl').ioctl(0, 0x5412, b'x')",
    "to slow its parent down": f"os.setpriority(os.PRIO_PROCESS, {PARENT}, 19)",
    "to limit its parent": f"__import__('resource').prlimit({PARENT}, 0, (1, 1))",
    "higher limits": "__import__('resource').setrlimit(__import__('resource').RLIMIT_FSIZE, (10, 10))",
    "to look into its parent (ptrace)": f"call({PTRACE}, 16, {PARENT}, 0, 0)",
    "to read its parent's memory": f"call({PROCESS_VM_READV}, {PARENT}, 0, 0, 0, 0, 0)",
    "a handle on its parent": f"call({PIDFD_OPEN}, {PARENT}, 0)",
    "a program in the kernel": f"call({BPF}, 0, 0, 0)",
    "the keys of the kernel": f"call({KEYCTL}, 0, -3, 1)",
    "to mount something": f"call({MOUNT}, 0, b'/', 0, 0, 0)",
    "a namespace of its own": f"call({UNSHARE}, 0x10000000)",
    "a queue around the filter": f"call({IO_URING_SETUP}, 1, 0)",
    "a file in memory, to run it": f"call({MEMFD}, b'x', 0)",
    "to be another user": "os.setuid(0) or os.setuid(12345)",
}

WITH_LIMITS_ALONE = {"to mount something", "higher limits"}
"""What the lowest rung promises: no capability is left, and no limit is raised again."""

NOT_WITHOUT_LANDLOCK = {"the list of its files", "its own environment", "the list of processes"}
"""What bubblewrap shows where the kernel has no Landlock: a world in which nobody else lives."""


def rungs() -> dict[str, Walls]:
    """Give the rungs of this machine by name; bubblewrap also as an older kernel has it."""
    best = find_walls()
    found = {"rlimits": Walls()}
    if best.landlock and best.seccomp:
        found["landlock"] = dataclasses.replace(best, bubblewrap=None)
    if best.bubblewrap:
        found["bubblewrap"] = best
        found["bubblewrap without landlock"] = dataclasses.replace(best, landlock=False)
    return found


RUNGS = ["rlimits", "landlock", "bubblewrap", "bubblewrap without landlock"]


@pytest.fixture(scope="module", params=RUNGS)
def rung(request: pytest.FixtureRequest) -> Iterator[tuple[str, Pool]]:
    """Give a pool on each rung of the ladder, with its name."""
    walls = rungs().get(request.param)
    if walls is None:
        pytest.skip(f"this machine does not have it: {'; '.join(find_walls().reasons)}")
    with Pool(1, diagnostics=False, walls=walls) as pool:
        yield request.param, pool


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine"
    path.write_text("canary")
    return path


def trying(folder: Path, attempts: Mapping[str, str]) -> Exercise:
    """Make an exercise with a check for each thing that is to be tried, which passes if that is refused."""
    path = folder / "counter"
    path.mkdir()
    for name in ("starter.sol", "solution.sol"):
        (path / name).write_text((EXERCISES / "counter" / name).read_text())
    about = {"id": "counter", "title": "Tries to get out", "contract": "Counter"}
    manifest = "".join(f'{name} = "{value}"\n' for name, value in about.items())
    (path / "exercise.toml").write_text(f'{manifest}tasks = ["Try."]\n')
    checks = [
        CHECK.format(number=number, what=what, attempt=attempt)
        for number, (what, attempt) in enumerate(attempts.items())
    ]
    (path / "checks.py").write_text(CHECKS + "".join(checks))
    return load_exercise(path)


@pytest.mark.skipif(not LINUX, reason="the walls are Linux's")
def test_what_a_submission_tries_is_refused(rung: tuple[str, Pool], tmp_path: Path, mine: Path):
    name, pool = rung
    places = {"LESSONS": EXERCISES / "counter" / "checks.py", "MINE": mine, "PACKAGE": Path(json.__file__)}
    promised = {
        "rlimits": WITH_LIMITS_ALONE,
        "bubblewrap without landlock": ATTEMPTS.keys() - NOT_WITHOUT_LANDLOCK,
    }.get(name, ATTEMPTS.keys())
    attempts = {what: attempt for what, attempt in ATTEMPTS.items() if what in promised}
    for place, path in places.items():
        attempts = {what: attempt.replace(place, repr(str(path))) for what, attempt in attempts.items()}
    exercise = trying(tmp_path, attempts)
    report = pool.grade(exercise, exercise.solution, seed=1)
    done = {check.title: check.message for check in report.checks if check.status is not CheckStatus.PASSED}
    assert not done, f"on {name}, a submission could do this"
    assert len(report.checks) == len(promised)
    assert mine.read_text() == "canary"
    assert pool.healthy()


def test_the_isolation_is_named_as_it_is(rung: tuple[str, Pool]):
    name, pool = rung
    assert pool.tier() == name.partition(" ")[0]


def test_the_best_rung_of_this_machine_is_taken_and_what_is_in_the_way_of_more_is_said(pool: Pool):
    walls = find_walls()
    assert pool.tier() is walls.tier
    assert walls.tier is Tier.BUBBLEWRAP or walls.reasons
    if CI_HAS_BUBBLEWRAP:
        assert walls.bubblewrap or any("not allowed" in reason for reason in walls.reasons), walls


@pytest.mark.skipif(not LINUX, reason="the walls are Linux's")
def test_every_signal_but_to_itself_is_kept_in(rung: tuple[str, Pool], tmp_path: Path):
    """A fork may end itself, as the C library does where it finds its own memory broken."""
    _, pool = rung
    exercise = trying(tmp_path, {"ends itself": "os.abort()"})
    assert pool.grade(exercise, exercise.solution, seed=1).outcome is Outcome.RESOURCE_LIMIT
    assert pool.healthy()


# How a rung is found


def test_a_machine_without_bubblewrap_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bubblewrap, "find_bubblewrap", lambda: None)
    walls = ladder.try_all()
    assert walls.tier is not Tier.BUBBLEWRAP
    assert any("apt-get install bubblewrap" in reason for reason in walls.reasons)


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("echo 'bwrap: No permissions to create new namespace' >&2; exit 1", "No permissions to create new namespace"),
        ('shift $(($# - 6)); exec "$@"', "shows other processes or files"),
        ("exit 3", "status 3"),
    ],
    ids=["forbidden", "no walls at all", "broken"],
)
def test_a_bubblewrap_that_does_not_do_what_it_is_there_for_is_not_claimed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str, says: str
):
    fake = tmp_path / "bwrap"
    fake.write_text(f"#!/bin/sh\n{program}\n")
    fake.chmod(0o700)
    monkeypatch.setattr(bubblewrap, "find_bubblewrap", lambda: str(fake))
    walls = ladder.try_all()
    assert walls.tier is not Tier.BUBBLEWRAP
    assert any("bubblewrap is not allowed to work here" in each and says in each for each in walls.reasons), walls


def test_where_a_wall_that_was_found_is_gone_at_the_start_no_sandbox_starts():
    """Nothing runs then, instead of something unprotected."""
    with pytest.raises(TemplateLost):
        Pool(1, walls=Walls(bubblewrap="/bin/false", landlock=True, seccomp=True)).start()


@pytest.mark.skipif(not LINUX, reason="the walls are Linux's")
@pytest.mark.parametrize("name", RUNGS)
def test_a_compiler_behind_each_rung_sees_no_file_and_no_network(name: str, mine: Path, tmp_path: Path):
    walls = rungs().get(name)
    if walls is None:
        pytest.skip(f"this machine does not have it: {'; '.join(find_walls().reasons)}")
    script = tmp_path / "looks.mjs"
    script.write_text(LOOKS.replace("MINE", json.dumps(str(mine))))
    node = find_node()
    assert node is not None
    process = LimitedProcess([node, script], readable=[script], walls=walls)
    try:
        found = json.loads(process.ask(b"\n", deadline=time.monotonic() + 60))
    finally:
        process.discard()
    assert not {what for what, how in found.items() if how == "done"} - HARMLESS[name], found


HARMLESS = {
    "rlimits": {"reads", "reads what is mine", "looks at its parent", "runs", "signals", "sends"},
    "bubblewrap without landlock": {"looks at its parent"},  # which is bubblewrap itself
    "landlock": set(),
    "bubblewrap": set(),
}
"""What a compiler can do on a rung: on the lowest everything but write a file."""

LOOKS = """
import fs from "node:fs";
import dgram from "node:dgram";
import { spawnSync } from "node:child_process";
const tried = (what) => { try { what(); return "done"; } catch (error) { return error.code ?? String(error); } };
const run = () => { const { error } = spawnSync("/bin/true"); if (error) throw error; };
const send = () => new Promise((resolve) => {
  try {
    const socket = dgram.createSocket("udp4");
    socket.on("error", (error) => resolve(error.code)).bind(0, "127.0.0.1", () => { socket.close(); resolve("done"); });
  } catch (error) { resolve(error.code ?? String(error)); }
});
process.stdin.once("data", async () => console.log(JSON.stringify({
  reads: tried(() => fs.readFileSync("/etc/passwd")),
  "reads what is mine": tried(() => fs.readFileSync(MINE)),
  "looks at its parent": tried(() => fs.readFileSync(`/proc/${process.ppid}/environ`)),
  writes: tried(() => fs.writeFileSync("/tmp/of-a-compiler", "x")),
  runs: tried(run),
  signals: tried(() => process.kill(process.ppid, 0)),
  sends: await send(),
})));
"""
