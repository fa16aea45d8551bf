"""The thread that seals the audit log every few seconds. Every consumer has one; one at a time is let in."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from classroom.db import Database
from classroom.errors import Unavailable
from classroom.keys import server_key
from classroom.sealing import Sealer
from classroom.settings import Settings

STOP_S = 5.0

logger = logging.getLogger(__name__)


@contextmanager
def sealing(settings: Settings, database: Database) -> Iterator[None]:
    """Seal from now on, and once more at the end, so that a stop leaves nothing unsealed."""
    sealer = Sealer(server_key(settings))
    stopping = threading.Event()

    def run() -> None:
        while not stopping.wait(settings.audit_seal_s):
            try:
                sealer.seal(database)
            except Unavailable as error:
                logger.info("The audit log is sealed later: %s", error.detail)
            except Exception:
                logger.exception("The audit log could not be sealed")

    thread = threading.Thread(target=run, name="sealer", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(STOP_S)
        with suppress(Unavailable):
            sealer.seal(database)
