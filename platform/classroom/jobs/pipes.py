"""Named pipes, by which the processes of one data folder call each other: no waiting, no answer, and no way in.

What is written may be lost: nobody listens, or the pipe is full. Whoever listens looks after what was not heard by
itself. A pipe can be opened by the owner of the folder only.
"""

import os
import select
from contextlib import suppress
from pathlib import Path
from typing import Final

AT_ONCE_BYTES: Final = select.PIPE_BUF
"""What is no longer than this is written whole or not at all, whoever else writes."""


def open_to_read(path: Path) -> int:
    """Make a pipe where there is none, and open it; reading from it never waits."""
    with suppress(FileExistsError):
        os.mkfifo(path, 0o600)
    return os.open(path, os.O_RDWR | os.O_NONBLOCK)  # for writing too: a pipe without writers is always ready


def write(path: Path, data: bytes) -> None:
    """Write to whoever listens. Raises ValueError for more than `AT_ONCE_BYTES`."""
    if len(data) > AT_ONCE_BYTES:
        raise ValueError(f"{len(data)} bytes are more than a pipe takes at once")
    with suppress(OSError):
        pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(pipe, data)
        finally:
            os.close(pipe)
