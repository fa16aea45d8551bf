"""Hears what consumers tell, and passes it on to the clients that wait.

Beside SQLite it comes through a named pipe, on PostgreSQL by NOTIFY from whichever host. What is lost there costs
nobody more than a moment: the hubs look at the rows.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import psycopg
from pydantic import TypeAdapter, ValidationError

from classroom.jobs import pipes
from classroom.jobs.wake import CHANNEL
from classroom.schemas import Event, JobEvent

logger = logging.getLogger("classroom.api")

AGAIN_AFTER_S: Final = 1.0

Publish = Callable[[Event | JobEvent], None]

_NEWS: Final = TypeAdapter[Event | JobEvent](Event | JobEvent)
_READ_BYTES: Final = 65536


async def listen_to_pipe(path: Path, publish: Publish) -> None:
    """Listen for ever to the consumer of this data folder."""
    pipe, loop = pipes.open_to_read(path), asyncio.get_running_loop()
    rest = b""

    def hear() -> None:
        nonlocal rest
        with suppress(BlockingIOError):
            *lines, rest = (rest + os.read(pipe, _READ_BYTES)).split(b"\n")
            for line in lines:
                _pass_on(line, publish)

    loop.add_reader(pipe, hear)
    try:
        await loop.create_future()
    finally:
        loop.remove_reader(pipe)
        os.close(pipe)


async def listen(dsn: str, publish: Publish) -> None:
    """Listen for ever; a connection that is lost is opened again, and meanwhile the hubs look at the rows."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                async for notice in connection.notifies():
                    _pass_on(notice.payload, publish)
        except psycopg.Error as error:
            logger.warning("not listening to PostgreSQL at the moment: %s", error)
        await asyncio.sleep(AGAIN_AFTER_S)


def _pass_on(news: str | bytes, publish: Publish) -> None:
    try:
        event = _NEWS.validate_json(news)
    except ValidationError:
        logger.debug("news that was not understood: %r", news[:200])
    else:
        publish(event)
