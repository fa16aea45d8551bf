"""Hears on PostgreSQL what consumers tell by NOTIFY, from whichever host, and passes it on to the clients that wait."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import psycopg
from pydantic import TypeAdapter, ValidationError

from classroom.jobs.wake import CHANNEL
from classroom.schemas import Event, JobEvent

logger = logging.getLogger("classroom.api")

AGAIN_AFTER_S: Final = 1.0

_NEWS: Final = TypeAdapter[Event | JobEvent](Event | JobEvent)


async def listen(dsn: str, publish: Callable[[Event | JobEvent], None]) -> None:
    """Listen for ever; a connection that is lost is opened again, and meanwhile the hubs look at the rows."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                async for notice in connection.notifies():
                    try:
                        publish(_NEWS.validate_json(notice.payload))
                    except ValidationError:
                        logger.debug("news that was not understood: %r", notice.payload[:200])
        except psycopg.Error as error:
            logger.warning("not listening to PostgreSQL at the moment: %s", error)
        await asyncio.sleep(AGAIN_AFTER_S)
