"""Native solc, called as the real one is; here it is a program around the npm solc, since it compiles the same."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from evmbox.compiler import NativeCompiler, NodeCompiler, open_compiler
from evmbox.compiler.native import find_solc
from evmbox.compiler.node import find_node
from evmbox.errors import CompilerUnavailable
from evmbox.isolation.ladder import Walls
from evmbox.report import Outcome
from evmbox.versions import SOLC_VERSION
from support.native_solc import put_native_solc
from support.waiting import wait_until

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
FINE = HEAD + "contract Fine {}"
TOKEN = (Path(__file__).parent / "contracts" / "Token.sol").read_text()
HOSTILE = Path(__file__).parent / "hostile" / "compile"
LONG_LINE = HEAD + "contract C0 {}" + "".join(f"contract C{i} is C{i - 1}{{}}" for i in range(1, 2000))


@pytest.fixture(scope="module", autouse=True)
def no_walls() -> Iterator[None]:
    """Leave the walls away: no wall lets a shell script run that is there in place of solc, which is one program."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("evmbox.compiler.process.find_walls", Walls)
        yield


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeCompiler]:
    with NativeCompiler(put_native_solc(tmp_path_factory.mktemp("solc"))) as compiler:
        yield compiler


@pytest.mark.parametrize(
    "source",
    [
        TOKEN,
        HEAD + 'import "@openzeppelin/contracts/access/Ownable.sol"; contract C is Ownable(msg.sender) {}',
        HEAD + 'import "/etc/passwd";',
        HEAD + 'contract C { string s = unicode"é"; uint x = y; }',
        "",
    ],
    ids=["token", "library", "forbidden import", "error", "empty"],
)
def test_native_solc_and_solc_on_node_give_the_same(
    native: NativeCompiler, compiler: NodeCompiler, source: str
) -> None:
    ours, theirs = native.compile(source, timeout_s=60), compiler.compile(source)
    assert ours.artifacts == theirs.artifacts
    assert ours.abis == theirs.abis
    assert ours.diagnostics == theirs.diagnostics
    assert (ours.outcome, ours.message) == (theirs.outcome, theirs.message)


@pytest.mark.skipif(find_solc() is None, reason="no native solc is installed: classroom solc install")
@pytest.mark.parametrize("details", [False, True])
def test_a_real_native_solc_gives_the_same_where_there_is_one(details: bool) -> None:
    with open_compiler() as native, NodeCompiler() as node:
        assert isinstance(native, NativeCompiler)
        ours, theirs = (each.compile(TOKEN, details=details) for each in (native, node))
    assert ours.ok
    assert replace(ours, elapsed_ms=0) == replace(theirs, elapsed_ms=0)


def test_a_bomb_is_stopped_and_leaves_no_process(native: NativeCompiler) -> None:
    started = time.monotonic()
    compilation = native.compile(LONG_LINE, timeout_s=1)
    assert compilation.outcome is Outcome.TIMED_OUT
    assert time.monotonic() - started < 8, "ten seconds are usual"
    assert native._process is not None
    assert not native._process.is_alive()
    assert native.compile(FINE).ok


def test_too_much_output_is_a_limit(native: NativeCompiler) -> None:
    assert native.compile((HOSTILE / "new_chain.sol").read_text()).outcome is Outcome.OUTPUT_LIMIT
    assert native.compile(FINE).ok


def test_too_much_nesting_is_a_limit(native: NativeCompiler) -> None:
    source = HEAD + f"contract C {{ uint{'[]' * 20_000} public x; }}"
    assert native.compile(source).outcome is Outcome.RESOURCE_LIMIT
    assert native.compile(FINE).ok


def test_closing_during_a_compile_ends_it_at_once(tmp_path: Path) -> None:
    native = NativeCompiler(put_native_solc(tmp_path))
    version_check = native._process
    with ThreadPoolExecutor() as executor:
        future = executor.submit(native.compile, LONG_LINE, timeout_s=60)
        wait_until(lambda: native._process is not version_check)
        native.close()
        with pytest.raises(CompilerUnavailable, match="closed"):
            future.result()
    native.close()
    with pytest.raises(CompilerUnavailable, match="closed"):
        native.compile(FINE)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere an orphan ends at its CPU limit")
def test_no_process_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = (
        "import sys, threading; from pathlib import Path; from evmbox.compiler import NativeCompiler, process\n"
        "process.find_walls = process.Walls\n"
        "compiler = NativeCompiler(Path(sys.argv[1])); first = compiler._process\n"
        "threading.Thread(target=lambda: compiler.compile(sys.stdin.read(), timeout_s=60)).start()\n"
        "while compiler._process is first: pass\n"
        "print(compiler._process.pid, flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, put_native_solc(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(LONG_LINE.encode())
        parent.stdin.close()
        pid = int(parent.stdout.readline())
        solc = os.pidfd_open(pid)
        node = find_node()
        assert node is not None
        wait_until(lambda: node.samefile(f"/proc/{pid}/exe"))  # by then it has asked to die with its parent
        parent.kill()
    assert select.select([solc], [], [], 5)[0], "solc still runs"
    os.close(solc)


def test_a_solc_killed_by_someone_is_a_resource_limit(native: NativeCompiler) -> None:
    with ThreadPoolExecutor() as executor:
        before = native._process
        future = executor.submit(native.compile, LONG_LINE, timeout_s=60)
        wait_until(lambda: native._process is not before)
        assert native._process is not None
        os.kill(native._process.pid, signal.SIGKILL)
        assert future.result().outcome is Outcome.RESOURCE_LIMIT
    assert native.compile(FINE).ok


def test_another_version_is_not_used(tmp_path: Path) -> None:
    with pytest.raises(CompilerUnavailable, match=rf"is not {SOLC_VERSION}"):
        NativeCompiler(put_native_solc(tmp_path, says="0.8.1"))


def test_a_program_that_does_not_run_is_not_used(tmp_path: Path) -> None:
    with pytest.raises(CompilerUnavailable, match=r"does not run|can't be started"):
        NativeCompiler(tmp_path / "solc")


def test_native_solc_is_taken_where_py_solc_x_has_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOLCX_BINARY_PATH", str(tmp_path))
    put_native_solc(tmp_path)
    compiler = open_compiler()
    assert isinstance(compiler, NativeCompiler)
    assert compiler.compile(FINE).ok
    compiler.close()


@pytest.mark.parametrize("broken", [False, True], ids=["absent", "broken"])
def test_solc_on_node_is_taken_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, broken: bool
) -> None:
    monkeypatch.setenv("SOLCX_BINARY_PATH", str(tmp_path))
    if broken:
        put_native_solc(tmp_path, says="0.8.1")
    compiler = open_compiler()
    assert isinstance(compiler, NodeCompiler)
    assert ("solc on Node is used instead" in caplog.text) is broken
    compiler.close()


def test_without_any_compiler_the_machine_is_told_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOLCX_BINARY_PATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("evmbox.compiler.node.ROOT_DIR", str(tmp_path))
    with pytest.raises(CompilerUnavailable, match="make setup"):
        open_compiler()
