"""Native solc, which py-solc-x finds: three times as fast as solc on Node. Also the choice between the two."""

import logging
import threading
import time
from pathlib import Path

from evmbox.compiler.compilation import Compiler
from evmbox.compiler.imports import NODE_MODULES, Library
from evmbox.compiler.node import NodeCompiler
from evmbox.compiler.process import TOO_HEAVY, LimitedProcess, LimitReached, ProcessEnded
from evmbox.compiler.standard_json import StandardJsonCompiler
from evmbox.errors import CompilerUnavailable
from evmbox.report import Outcome
from evmbox.versions import SOLC_VERSION

_START_LIMIT_S = 10.0

_log = logging.getLogger(__name__)


class NativeCompiler(StandardJsonCompiler):
    """Compiles with a native solc, one process for each compile.

    py-solc-x only finds the program: its own way to run it knows no limits.
    """

    def __init__(
        self,
        executable: Path,
        version: str = SOLC_VERSION,
        *,
        node_modules: Path = NODE_MODULES,
        niceness: int = 0,
    ) -> None:
        """Use the solc at `executable`. Raise CompilerUnavailable if it does not run or has another version."""
        super().__init__(version, Library(node_modules))
        self._executable = executable
        self._niceness = niceness
        self._change = threading.Lock()  # held while a process starts or all is closed
        self._closed = False
        self._process: LimitedProcess | None = None
        try:
            banner = self._run(("--version",), b"", deadline=time.monotonic() + _START_LIMIT_S).decode()
        except (LimitReached, ProcessEnded) as error:
            raise CompilerUnavailable(f"The solc at {executable} does not run: {error}.") from error
        if f"Version: {version}+" not in banner:
            raise CompilerUnavailable(f"The solc at {executable} is not {version}.")

    def close(self) -> None:
        """End the compile under way, if any; see `Compiler.close`."""
        with self._change:
            self._closed = True
            if self._process:
                self._process.kill()

    def _answer(self, request: bytes, deadline: float) -> bytes:
        try:
            # Without a callback solc opens no file: it has what stands in the request, and nothing else.
            return self._run(("--standard-json", "--no-import-callback"), request, deadline=deadline)
        except ProcessEnded as ended:
            raise LimitReached(Outcome.RESOURCE_LIMIT, TOO_HEAVY) from ended

    def _run(self, options: tuple[str, ...], request: bytes, *, deadline: float) -> bytes:
        with self._change:
            if self._closed:
                raise CompilerUnavailable("The compiler was closed.")
            try:
                self._process = process = LimitedProcess(
                    (self._executable, *options),
                    cpu_s=deadline - time.monotonic(),
                    die_with_thread=True,
                    niceness=self._niceness,
                )
            except OSError as error:
                raise CompilerUnavailable(f"The solc at {self._executable} can't be started: {error}.") from error
        try:
            return process.ask_once(request, deadline=deadline)
        except ProcessEnded:
            if self._closed:
                raise CompilerUnavailable("The compiler was closed.") from None
            raise
        finally:
            process.discard()


def find_solc(version: str = SOLC_VERSION) -> Path | None:
    """Return the native solc of a version that py-solc-x has installed, or None."""
    from solcx import install  # noqa: PLC0415 (it loads an HTTP client: 0.2 s that only this choice needs)

    if version in map(str, install.get_installed_solc_versions()):
        return install.get_executable(version)
    return None


def open_compiler(version: str = SOLC_VERSION, *, niceness: int = 0) -> Compiler:
    """Return the fastest compiler of a pinned version that this machine has. 19 is the most `niceness` to others.

    Raise CompilerUnavailable, with advice, if it has none or the version is not pinned.
    """
    if executable := find_solc(version):
        try:
            return NativeCompiler(executable, version, niceness=niceness)
        except CompilerUnavailable as error:
            _log.warning("%s solc on Node is used instead.", error)
    return NodeCompiler(version, niceness=niceness)
