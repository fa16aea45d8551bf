"""The one client of a learner's kernel. What it can do is told in `classroom.client`."""

from functools import cache

from classroom.client import Client, Unreachable

__all__ = ["Client", "Unreachable", "default_client"]


@cache
def default_client() -> Client:
    """Give the kernel's one client, made at first use."""
    return Client.from_environment()
