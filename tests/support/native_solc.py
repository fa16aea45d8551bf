"""A program that is called as native solc is and compiles with the npm solc, for machines that have no native one."""

from pathlib import Path

from evmbox.compiler.imports import NODE_MODULES
from evmbox.compiler.node import find_node
from evmbox.versions import SOLC_VERSION, npm_package

_PROGRAM = """#!/bin/sh
exec "{node}" --wasm-max-mem-pages=8192 --disable-wasm-trap-handler -e '
const solc = require("{package}");
const options = process.argv.slice(1);
if (options.join() === "--version") console.log("Version: {says}+" + solc.version().split("+")[1]);
else if (options.join() === "--standard-json,--no-import-callback")
  process.stdout.write(solc.compile(require("fs").readFileSync(0, "utf8")) + "\\n");
else process.exit(2);
' -- "$@"
"""


def native_solc(version: str = SOLC_VERSION, *, says: str | None = None) -> bytes:
    """Give a solc of a version; `says` is what it says it is."""
    package = NODE_MODULES / npm_package(version)
    return _PROGRAM.format(node=find_node(), package=package, says=says or version).encode()


def put_native_solc(folder: Path, version: str = SOLC_VERSION, *, says: str | None = None) -> Path:
    """Put a solc where py-solc-x looks for that version, and return its path."""
    path = folder / f"solc-v{version}"
    path.write_bytes(native_solc(version, says=says))
    path.chmod(0o700)
    return path
