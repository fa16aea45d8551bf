"""Bubblewrap: namespaces of a process's own, in which no network, no other process and no other file exists."""

import shutil
from collections.abc import Iterable, Sequence

from evmbox.isolation.view import NULL, RANDOM

NOBODY = "65534"


def find_bubblewrap() -> str | None:
    """Return the path of bubblewrap, or None."""
    return shutil.which("bwrap")


def command(
    program: str, readable: Iterable[str], *, first: bool = False, die_with_parent: bool = False
) -> Sequence[str]:
    """Return what to put before a command, to run it where only `readable` exists and nothing can be written.

    The command is in the process group of who started it, so it can be ended with that. With `first` it is the first
    process of its namespace, and every other there ends with it. `die_with_parent` means the thread that starts it.
    """
    binds = [word for path in _outermost(readable) for word in ("--ro-bind-try", path, path)]
    devices = [word for device in (NULL, RANDOM) for word in ("--dev-bind", device, device)]
    return (
        program,
        *("--unshare-all", "--unshare-user", "--uid", NOBODY, "--gid", NOBODY, "--cap-drop", "ALL"),
        *("--hostname", "sandbox"),
        *binds,
        *devices,
        *("--proc", "/proc", "--remount-ro", "/", "--chdir", "/"),
        *(("--as-pid-1",) if first else ()),
        *(("--die-with-parent",) if die_with_parent else ()),
    )


def _outermost(paths: Iterable[str]) -> Iterable[str]:
    """Leave out what is inside of another: it is there already, and a link that is there can't be bound again."""
    every = {path.rstrip("/") for path in paths}
    return sorted(path for path in every if not any(path.startswith(f"{other}/") for other in every))
