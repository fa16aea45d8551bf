"""Hostile sources get their verdict in time, and a compiler that was stopped or killed is replaced unharmed."""

import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evmbox.compiler import Compilation, NodeCompiler
from evmbox.compiler.imports import NODE_MODULES
from evmbox.compiler.process import LimitedProcess, LimitReached, ProcessEnded
from evmbox.errors import CompilerUnavailable
from evmbox.isolation.view import python_files
from evmbox.report import Outcome
from support.waiting import wait_until

HOSTILE = Path(__file__).parent / "hostile" / "compile"
HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
FINE = HEAD + "contract Fine {}"
ADDITIONS = HEAD + f"contract C {{ function f() public pure returns (uint) {{ return {'+'.join('1' * 20_000)}; }} }}"
DEEP_TYPE = HEAD + f"contract C {{ uint{'[]' * 20_000} public x; }}"
STRUCT_COPY = (HOSTILE / "struct_copy.sol").read_text()
# Some 14 s of work and little memory.
LONG_LINE = HEAD + "contract C0 {}" + "".join(f"contract C{i} is C{i - 1}{{}}" for i in range(1, 2000))


@pytest.fixture(scope="module")
def target() -> Iterator[NodeCompiler]:
    """Give a compiler to be mistreated."""
    with NodeCompiler() as node_compiler:
        yield node_compiler


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def compile_in_background(
    executor: ThreadPoolExecutor, target: NodeCompiler, source: str
) -> "tuple[Callable[[], Compilation], int]":
    """Start to compile `source`, wait until solc is in the midst of it, and give its result and process id."""
    assert target.compile(FINE).ok
    pid = target.pid
    enough = cpu_seconds(pid) + 1  # the idle warm-up uses time as well, but less than that
    future = executor.submit(target.compile, source, timeout_s=100)
    wait_until(lambda: cpu_seconds(pid) > enough)
    assert not future.done()
    return future.result, pid


@pytest.mark.parametrize("path", sorted(HOSTILE.glob("*.sol")), ids=lambda path: path.stem)
def test_a_hostile_source_gets_its_verdict_and_the_next_compile_is_fine(target: NodeCompiler, path: Path) -> None:
    source = path.read_text()
    verdicts = source.splitlines()[0].removeprefix("// verdict: ").split(" | ")
    assert target.compile(FINE).ok
    started = time.monotonic()
    compilation = target.compile(source)
    seconds = time.monotonic() - started
    code = compilation.diagnostics[0].code if compilation.diagnostics else None
    assert {
        None: "compiled",
        Outcome.COMPILE_ERROR: f"compile_error {code}",
    }.get(compilation.outcome, compilation.outcome) in verdicts
    assert seconds < 20
    assert "root:" not in repr(compilation)
    assert compilation.ok or compilation.message
    assert target.compile(FINE).ok


def test_the_hostile_sources_were_found() -> None:
    assert len(list(HOSTILE.glob("*.sol"))) >= 15


def test_a_long_sum_is_no_problem(target: NodeCompiler) -> None:
    compilation = target.compile(ADDITIONS)
    assert compilation.outcome in (None, Outcome.RESOURCE_LIMIT)
    assert target.compile(FINE).ok


def test_a_type_nested_too_deeply_is_a_resource_limit(target: NodeCompiler) -> None:
    pid = target.pid
    compilation = target.compile(DEEP_TYPE)
    assert compilation.outcome is Outcome.RESOURCE_LIMIT
    assert compilation.message == (
        "The compiler ran out of memory on this source, or its parts are nested too deeply. Make it simpler."
    )
    assert target.pid != pid
    assert target.compile(FINE).ok


def test_the_time_limit_can_be_shorter(target: NodeCompiler) -> None:
    assert target.compile(FINE).ok
    compilation = target.compile(LONG_LINE, timeout_s=0.5)
    assert compilation.outcome is Outcome.TIMED_OUT
    assert 500 <= compilation.elapsed_ms < 8000, "ten seconds are usual"
    assert target.compile(FINE).ok


def test_memory_that_runs_out_is_a_resource_limit_and_a_process_that_has_grown_is_replaced(
    target: NodeCompiler,
) -> None:
    assert target.compile(FINE).ok
    pid = target.pid
    assert target.compile(FINE).ok
    assert target.pid == pid
    assert target.compile(STRUCT_COPY, timeout_s=100).outcome is Outcome.RESOURCE_LIMIT
    assert target.pid != pid
    assert target.compile(FINE).ok


@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGABRT])
def test_a_compiler_that_died_between_compiles_is_replaced(target: NodeCompiler, kind: signal.Signals) -> None:
    assert target.compile(FINE).ok
    killed = target.pid
    node = os.pidfd_open(killed)
    os.kill(killed, kind)
    assert select.select([node], [], [], 10)[0]
    os.close(node)
    assert target.compile(FINE).ok
    assert target.pid != killed


def test_a_compiler_killed_by_someone_else_during_a_compile_does_it_again(target: NodeCompiler) -> None:
    source = LONG_LINE[: LONG_LINE.index("contract C900 ")]  # about a fifth of the work
    with ThreadPoolExecutor() as executor:
        result, pid = compile_in_background(executor, target, source)
        os.kill(pid, signal.SIGKILL)
        assert result().ok
    assert target.pid != pid


def test_the_limits_are_set(target: NodeCompiler) -> None:
    assert target.compile(FINE).ok
    limits = Path(f"/proc/{target.pid}/limits").read_text()
    soft = dict(re.findall(r"^(Max [a-z ]+?)  +(\S+)", limits, re.MULTILINE))
    assert soft["Max data size"] == str(3 * 1024**3)
    assert soft["Max address space"] == str(32 * 1024**3)
    assert soft["Max file size"] == "0"
    assert soft["Max core file size"] == "0"
    assert float(soft["Max cpu time"]) <= cpu_seconds(target.pid) + 12


def test_the_process_sees_nothing_of_our_environment_and_has_a_group_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CLASSROOM_CANARY", "sings")
    monkeypatch.setenv("NODE_OPTIONS", "--require=/nowhere.js")
    with NodeCompiler() as compiler:
        assert compiler.compile(FINE).ok
        environment = Path(f"/proc/{compiler.pid}/environ").read_bytes().split(b"\0")
        assert {entry.partition(b"=")[0] for entry in environment if entry} == {b"OPENSSL_CONF", b"LANG"}
        assert os.getpgid(compiler.pid) != os.getpgid(0)


@pytest.mark.skipif(sys.platform != "linux", reason="threads and their niceness are read from /proc")
def test_a_compiler_that_yields_to_others_does_so_with_every_thread() -> None:
    with NodeCompiler(niceness=19) as compiler:
        assert compiler.compile("").ok
        tasks = list(Path(f"/proc/{compiler.pid}/task").iterdir())
        assert len(tasks) > 1
        assert {(task / "stat").read_text().rpartition(") ")[2].split()[16] for task in tasks} == {"19"}


def test_threads_take_turns_and_each_gets_its_own_answer(target: NodeCompiler) -> None:
    names = [f"C{i}" for i in range(20)]
    with ThreadPoolExecutor(4) as executor:
        compilations = list(executor.map(lambda name: target.compile(f"{HEAD}contract {name} {{}}"), names))
    assert [list(compilation.artifacts) for compilation in compilations] == [[name] for name in names]


def test_closing_ends_the_process_and_may_be_done_twice() -> None:
    compiler = NodeCompiler()
    pid = compiler.pid
    compiler.close()
    compiler.close()
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), timeout_s=5, what="its end")
    with pytest.raises(CompilerUnavailable, match="closed"):
        compiler.compile(FINE)


def test_closing_during_a_compile_ends_it_at_once() -> None:
    compiler = NodeCompiler()
    with ThreadPoolExecutor() as executor:
        result, pid = compile_in_background(executor, compiler, LONG_LINE)
        compiler.close()
        with pytest.raises(CompilerUnavailable, match="closed"):
            result()
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), timeout_s=5, what="its end")
    assert threading.active_count() < 20


@pytest.mark.parametrize("work", ["idle", "busy"])
def test_no_process_outlives_a_parent_that_was_killed(work: str) -> None:
    script = (
        "import sys; from evmbox.compiler import NodeCompiler; c = NodeCompiler(); c.compile('');"
        "print(c.pid, flush=True); c.compile(sys.stdin.read(), timeout_s=60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        node = os.pidfd_open(pid)
        if work == "busy":
            enough = cpu_seconds(pid) + 1
            parent.stdin.write(LONG_LINE.encode())
            parent.stdin.close()
            wait_until(lambda: cpu_seconds(pid) > enough)
        parent.kill()
    assert select.select([node], [], [], 5)[0], "the compiler still runs"
    os.close(node)


def test_a_machine_without_solc_is_told_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(CompilerUnavailable, match=r"solc was not found\. Run `make setup`"):
        NodeCompiler(node_modules=tmp_path)


def test_a_machine_without_node_is_told_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("evmbox.compiler.node.ROOT_DIR", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CompilerUnavailable, match=r"Node was not found\. Run `make setup`"):
        NodeCompiler()
    with pytest.raises(CompilerUnavailable, match="can't be started"):
        NodeCompiler(node=tmp_path / "node")


@pytest.mark.parametrize(
    ("package", "message"),
    [
        ("throw new Error('half installed')", r"Error: half installed\. Run `make setup`"),
        ("", r"version 0\.8\.30 is installed, 0\.8\.37 is needed"),
        ("process.kill(process.pid, 'SIGTERM')", "ended with status -15"),
    ],
)
def test_a_solc_that_is_broken_or_another_is_not_used(tmp_path: Path, package: str, message: str) -> None:
    for other in NODE_MODULES.iterdir():  # it may read what is named there, and nothing else
        (tmp_path / f"real-{other.name}").symlink_to(other)
    folder = tmp_path / "solc"
    folder.mkdir()
    if package:
        (folder / "soljson.js").write_text(package)
    else:
        (folder / "soljson.js").symlink_to(NODE_MODULES / "solc-0.8.30" / "soljson.js")
    with NodeCompiler(node_modules=tmp_path) as compiler:
        for _ in range(2):
            with pytest.raises(CompilerUnavailable, match=message):
                compiler.compile(FINE)


PATIENT = "import sys; sys.stdin.buffer.read(1); "


@pytest.mark.parametrize(
    ("program", "outcome"),
    [
        (PATIENT + "print('x' * 5_000_000)", Outcome.OUTPUT_LIMIT),
        (PATIENT + "import time; time.sleep(60)", Outcome.TIMED_OUT),
        (PATIENT + "sys.stdout.close(); import os, time; os.close(1); time.sleep(60)", Outcome.TIMED_OUT),
    ],
)
def test_a_process_is_stopped_at_its_limits(program: str, outcome: Outcome) -> None:
    process = LimitedProcess([sys.executable, "-c", program], readable=python_files())
    with pytest.raises(LimitReached) as limit:
        process.ask_once(b"x" * 1_000_000, deadline=time.monotonic() + 1)
    assert limit.value.outcome is outcome
    assert process.is_alive()
    process.discard()
    process.discard()
    assert not process.is_alive()


def test_processor_time_is_limited_beyond_what_was_used_before() -> None:
    program = PATIENT + "print(1, flush=True)\nwhile True: pass"
    process = LimitedProcess([sys.executable, "-c", program], readable=python_files())
    assert process.ask(b"x", deadline=time.monotonic() + 10) == b"1\n"
    process.allow_cpu(1)
    with pytest.raises(LimitReached) as limit:
        process.ask(b"", deadline=time.monotonic() + 30)
    assert limit.value.outcome is Outcome.TIMED_OUT
    assert not process.is_alive()
    process.discard()


@pytest.mark.parametrize(
    "program",
    ["bytearray(4 * 1024**3)", "import os; os.write(os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY), b'x')"],
    ids=["memory", "files"],
)
def test_memory_and_files_are_limited(program: str, tmp_path: Path) -> None:
    process = LimitedProcess([sys.executable, "-c", PATIENT + program, tmp_path / "file"], readable=python_files())
    with pytest.raises(ProcessEnded) as ended:
        process.ask_once(b"x", deadline=time.monotonic() + 10)
    assert not ended.value.from_outside
    process.discard()
