"""Fetching a native solc, from a server on this machine: what is put in place, and what never is."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from solcx import install as solcx_install

from evmbox.compiler import NativeCompiler, open_compiler
from evmbox.compiler.installing import install_solc, installed_solc
from evmbox.errors import CompilerUnavailable
from evmbox.isolation.ladder import Walls
from evmbox.versions import SOLC_VERSION, SOLC_VERSIONS
from support.native_solc import native_solc

OLDEST = next(iter(SOLC_VERSIONS))
FILE = f"solc-linux-amd64-v{OLDEST}+commit.e11b9ed9"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the folder of a release server, where py-solc-x looks for one, and an empty folder for py-solc-x."""
    (tmp_path / "served" / "linux-amd64").mkdir(parents=True)
    (tmp_path / "solcx").mkdir()
    handler = partial(_Quiet, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("SOLCX_BINARY_PATH", str(tmp_path / "solcx"))
        monkeypatch.setattr("evmbox.compiler.process.find_walls", Walls)  # no wall lets a shell script run
        monkeypatch.setattr(
            solcx_install, "BINARY_DOWNLOAD_BASE", f"http://127.0.0.1:{server.server_port}/{{}}-amd64/{{}}"
        )
        yield tmp_path / "served" / "linux-amd64"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def publish(shelf: Path, program: bytes, *, sha256: str | None = None, **changes: Any) -> None:
    """Put a release on the server, with the digest it has or another."""
    digest = sha256 or "0x" + hashlib.sha256(program).hexdigest()
    listed = {"builds": [{"path": FILE, "version": OLDEST, "sha256": digest}], "releases": {OLDEST: FILE}, **changes}
    (shelf / FILE).write_bytes(program)
    (shelf / "list.json").write_text(json.dumps(listed))


def left(shelf: Path) -> list[str]:
    """Tell what is in py-solc-x's folder."""
    return sorted(path.name for path in (shelf.parents[1] / "solcx").iterdir())


def test_a_native_solc_is_fetched_checked_and_then_used(shelf: Path) -> None:
    program = native_solc(OLDEST)
    publish(shelf, program)
    told: list[tuple[int, int | None]] = []
    path = install_solc(OLDEST, lambda done, total: told.append((done, total)))
    assert told[-1] == (len(program), len(program))
    assert path.read_bytes() == program
    assert (left(shelf), installed_solc()) == ([f"solc-v{OLDEST}"], {OLDEST: path})
    compiler = open_compiler(OLDEST)
    assert isinstance(compiler, NativeCompiler)
    assert compiler.compile(f"pragma solidity {OLDEST}; contract C {{}}").ok
    (shelf / FILE).unlink()
    assert install_solc(OLDEST) == path, "what is in place is not fetched again"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda shelf: publish(shelf, native_solc(OLDEST), sha256="0x" + "0" * 64), "SHA-256 is another"),
        (lambda shelf: publish(shelf, native_solc(OLDEST, says="0.8.1")), f"is not {OLDEST}"),
        (lambda shelf: publish(shelf, b"#!/bin/sh\nexit 1\n"), "does not run"),
        (lambda shelf: publish(shelf, native_solc(OLDEST), releases={}), "no native solc"),
        (lambda shelf: publish(shelf, native_solc(OLDEST), builds=[]), "can't be read"),
        (lambda shelf: publish(shelf, native_solc(OLDEST), sha256="nonsense"), "can't be read"),
        (lambda shelf: (shelf / "list.json").write_text("[1]"), "can't be read"),
        (lambda shelf: (shelf / "list.json").write_bytes(b"\xff\xfe"), "can't be read"),
        (lambda _: None, "404"),
    ],
    ids=[
        "another digest",
        "another version",
        "no solc",
        "not released",
        "not listed",
        "no digest",
        "another list",
        "no list",
        "nothing there",
    ],
)
def test_what_is_not_right_is_never_put_in_place(shelf: Path, change: Callable[[Path], object], says: str) -> None:
    change(shelf)
    with pytest.raises(CompilerUnavailable, match=says):
        install_solc(OLDEST)
    assert left(shelf) == []


def test_without_a_network_the_advice_is_clear(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Quiet) as closed:
        port = closed.server_port
    monkeypatch.setattr(solcx_install, "BINARY_DOWNLOAD_BASE", f"http://127.0.0.1:{port}/{{}}-amd64/{{}}")
    with pytest.raises(
        CompilerUnavailable, match=r"could not be fetched .* needs the network\. Without it solc on Node"
    ):
        install_solc(SOLC_VERSION)
    assert left(shelf) == []


def test_only_pinned_versions_are_fetched(shelf: Path) -> None:
    with pytest.raises(CompilerUnavailable, match=r"solc 0\.8\.1 is not pinned here"):
        install_solc("0.8.1")
    (shelf.parents[1] / "solcx" / "solc-v0.8.1").touch()
    assert installed_solc() == {}
