"""Fetches a native solc into the folder where py-solc-x looks for it, and says which are there.

py-solc-x knows the address, the name of the system and the folder. Its own download is not used: it checks no digest,
and what it fetches is in place, and run, before anything is known about it.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from solcx import install

from evmbox.compiler.native import NativeCompiler
from evmbox.errors import CompilerUnavailable
from evmbox.versions import SOLC_VERSIONS

SIZE_LIMIT_BYTES = 256 * 1024**2

_LIST_LIMIT_BYTES = 4 * 1024**2
_TIMEOUT_S = 20.0
_INSTEAD = "Without it solc on Node is used, which compiles the same."

OnBytes = Callable[[int, int | None], object]


def install_solc(version: str, on_bytes: OnBytes = lambda _done, _total: None) -> Path:
    """Fetch a pinned native solc, check its SHA-256 against the release list, try it, and put it in place.

    `on_bytes` is told how many bytes have come, and of how many where that is known. Where it is there already nothing
    is fetched. Returns its path. Raises `CompilerUnavailable` with advice; then nothing was put in place.
    """
    if version not in SOLC_VERSIONS:
        raise CompilerUnavailable(f"solc {version} is not pinned here; choose one of {', '.join(SOLC_VERSIONS)}.")
    folder = install.get_solcx_install_folder()
    path = folder / f"solc-v{version}"
    if path.exists():
        NativeCompiler(path, version).close()
        return path
    descriptor, name = tempfile.mkstemp(prefix=".fetching-", dir=folder)  # py-solc-x takes what begins with solc-v
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file, httpx.Client(timeout=_TIMEOUT_S, follow_redirects=True) as client:
            build = _build(client, version)
            _fetch(client, build, file.write, on_bytes)
        part.chmod(0o755)
        NativeCompiler(part, version).close()
        part.replace(path)
    except httpx.HTTPError as error:
        where = install.BINARY_DOWNLOAD_BASE.split("/{}")[0]
        reason = str(error) or type(error).__name__
        msg = f"solc {version} could not be fetched from {where}: {reason}. This needs the network. {_INSTEAD}"
        raise CompilerUnavailable(msg) from error
    finally:
        part.unlink(missing_ok=True)
    return path


def installed_solc() -> dict[str, Path]:
    """Return the pinned native compilers that are in place, by version."""
    found = map(str, install.get_installed_solc_versions())
    return {version: install.get_executable(version) for version in found if version in SOLC_VERSIONS}


def _build(client: httpx.Client, version: str) -> dict[str, Any]:
    """Return the release list's entry for a version: `path` is its file, `sha256` its digest as 0x-hexadecimal."""
    text = bytearray()
    with client.stream("GET", _address("list.json")) as response:
        response.raise_for_status()
        for chunk in response.iter_bytes():
            text += chunk
            if len(text) > _LIST_LIMIT_BYTES:
                raise CompilerUnavailable(f"The list of releases is too long to be one. {_INSTEAD}")
    try:
        listed = httpx.Response(200, content=bytes(text)).json()
        file = listed["releases"][version]
        build: dict[str, Any] = next(build for build in listed["builds"] if build["path"] == file)
        bytes.fromhex(build["sha256"].removeprefix("0x"))
    except KeyError as error:
        msg = f"There is no native solc {version} for this system in the list of releases. {_INSTEAD}"
        raise CompilerUnavailable(msg) from error
    except (ValueError, TypeError, AttributeError, StopIteration) as error:
        raise CompilerUnavailable(f"The list of releases can't be read. {_INSTEAD}") from error
    return build


def _fetch(client: httpx.Client, build: dict[str, Any], write: Callable[[bytes], object], on_bytes: OnBytes) -> None:
    digest, done = hashlib.sha256(), 0
    with client.stream("GET", _address(build["path"])) as response:
        response.raise_for_status()
        length = response.headers.get("Content-Length", "")
        for chunk in response.iter_bytes():
            write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if done > SIZE_LIMIT_BYTES:
                raise CompilerUnavailable(f"The file is too large to be solc. {_INSTEAD}")
            on_bytes(done, int(length) if length.isdecimal() else None)
    if digest.digest() != bytes.fromhex(build["sha256"].removeprefix("0x")):
        msg = "What came is not what the list of releases promises (its SHA-256 is another), so it was thrown away."
        raise CompilerUnavailable(f"{msg} Try again, and on another network. {_INSTEAD}")


def _address(file: str) -> str:
    return install.BINARY_DOWNLOAD_BASE.format(install._get_os_name(), file)  # noqa: SLF001 - its only name for it
