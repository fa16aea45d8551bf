"""What a confined process may read: the programs and libraries it is made of, and nothing that is anybody's."""

import sys
from pathlib import Path

LIBRARIES = tuple(
    Path(path)
    for path in ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64", "/etc/ld.so.cache")
)
NULL = Path("/dev/null")
RANDOM = Path("/dev/urandom")
LOADERS = ("lib*/ld-*.so*", "usr/lib*/ld-*.so*", "lib/*/ld-*.so*", "usr/lib/*/ld-*.so*")
"""Where the program is that the kernel starts in place of one that is linked dynamically."""


def python_files() -> tuple[Path, ...]:
    """List what this Python reads to run the sandbox: itself, its packages, the libraries, the sandbox's own code."""
    prefixes = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    packages = {path for path in sys.path if path.endswith(("site-packages", "dist-packages", "lib-dynload"))}
    own = Path(__file__).resolve().parents[1]
    return (*LIBRARIES, *map(Path, sorted(prefixes | packages)), own)


def loaders() -> tuple[Path, ...]:
    """List the dynamic loaders of this machine."""
    return tuple(found for pattern in LOADERS for found in Path("/").glob(pattern))
