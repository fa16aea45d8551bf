"""How many kernels the memory of this machine, or of the container it is, holds."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

KERNEL_BYTES: Final = 128 * 1024**2
"""What one lesson's kernel may come to."""

FEWEST: Final = 4
MOST: Final = 200

_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")


def total_bytes(limit: Path = _LIMIT) -> int:
    """Give the memory there is: the machine's, or less where a container has a limit."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):  # no control groups here, or no limit ("max")
        total = min(total, int(limit.read_text()))
    return total


def kernels_that_fit(total: int) -> int:
    """Give how many kernels half of that memory holds; the other half is for everything else."""
    return min(max(total // 2 // KERNEL_BYTES, FEWEST), MOST)
