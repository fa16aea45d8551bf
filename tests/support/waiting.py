"""Waiting for a condition. Nothing in the tests sleeps."""

import threading
import time
from collections.abc import Callable
from typing import Any


def wait_until(condition: Callable[[], Any], *, timeout_s: float = 60.0, what: str = "it") -> Any:
    """Wait for a condition, and give what it gave; fail if it never holds."""
    deadline = time.monotonic() + timeout_s
    pause = threading.Event()
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} never happened"
        pause.wait(0.02)
    return found
