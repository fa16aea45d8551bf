"""What a confined process may read: the programs and libraries it is made of, and nothing that is anybody's."""

import sys
from glob import glob
from pathlib import Path

LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64", "/etc/ld.so.cache")
NULL = "/dev/null"
RANDOM = "/dev/urandom"
LOADERS = ("/lib*/ld-*.so*", "/lib/*/ld-*.so*")
"""Where the program is that the kernel starts in place of one that is linked dynamically."""


def python_files() -> tuple[str, ...]:
    """List what this Python reads to run the sandbox: itself, its packages, the libraries, the sandbox's own code."""
    prefixes = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    packages = {path for path in sys.path if path.endswith(("site-packages", "dist-packages", "lib-dynload"))}
    return (*LIBRARIES, *sorted(prefixes | packages), str(Path(__file__).resolve().parents[1]))


def loaders() -> tuple[str, ...]:
    """List the dynamic loaders of this machine."""
    return tuple(found for pattern in LOADERS for found in sorted(glob(pattern)))  # noqa: PTH207 - as text, like the rest
