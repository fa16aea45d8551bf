"""Private chains for notebooks: whose they are, their journals, and the processes that run them. Nothing of HTTP.

A chain is its journal. Whatever changes it is written down, numbered, before it is answered; the process that runs it
is a copy that may be lost at any moment, and is made again by doing the journal again, on any server. The number of an
entry is taken once only: of two servers that go on from the same entry, one is told to catch up and try again.
"""

from classroom.chains.live import MAX_BODY_BYTES, LiveChains
from classroom.chains.records import NO_SUCH_CHAIN, Owner, create, delete, get, journal, of_owner, write_down

__all__ = [
    "MAX_BODY_BYTES",
    "NO_SUCH_CHAIN",
    "LiveChains",
    "Owner",
    "create",
    "delete",
    "get",
    "journal",
    "of_owner",
    "write_down",
]
