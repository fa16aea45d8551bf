"""The way of a letter: asked for in the transaction of what it tells of, and sent until it is gone.

An order is a row. It is written without anybody being looked up: so the answer to who asks, and the time it takes, tell
nothing of whether there is such an account. A thread then takes the order, makes the link in a transaction of its own,
and sends the letter when that is committed; the row goes when the mail server has it. A process that is killed leaves
the row to whoever comes next, so a letter may come twice, and then the link of the later one is the one that works.
"""

import json
import logging
import smtplib
import threading
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select

from classroom.accounts.letters import ChangeAddress, Invites, Notice, Order, Reset, SignUp, Writer
from classroom.db import Database, UnitOfWork
from classroom.errors import ClassroomError, Unavailable
from classroom.keys import derive, seal, server_key, unseal
from classroom.mail import send
from classroom.models import LetterOrder, now
from classroom.settings import Settings

LEASE: Final = timedelta(seconds=90)
"""How long an order is its taker's: a mail server that answers, however slowly, has the letter by then."""

GIVEN_UP_AFTER: Final = timedelta(days=1)
"""A letter that could not be sent for so long helps nobody any more; its link would not work."""

FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=15)

_LOOK_EVERY_S: Final = 5.0  # for what a killed process left, and for what rests after a failure
_STOP_S: Final = 5.0
_ORDERS: Final[dict[str, type[Any]]] = {order.__name__: order for order in (SignUp, Reset, ChangeAddress, Notice)}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Taken:
    id: UUID
    tries: int
    sealed: str
    too_old: bool


class Post:
    """Takes orders for letters, and sends them in a thread of its own from `start` to `close`."""

    def __init__(self, database: Database, settings: Settings, invites: Invites | None = None) -> None:
        self._database = database
        self._settings = settings
        self._writer = Writer(settings, invites)
        self._key = derive(server_key(settings), "letters")
        self._called = threading.Event()
        self._stopping = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="letters", daemon=True)

    def order(self, work: UnitOfWork, order: Order) -> None:
        """Ask for a letter: it goes when this transaction is committed, and never if that fails."""
        told = json.dumps([type(order).__name__, asdict(order)], default=str).encode()
        user_id = order.user_id if isinstance(order, ChangeAddress | Notice) else None
        work.session.add(LetterOrder(user_id=user_id, sealed=seal(self._key, told)))
        work.after_commit(self._called.set)

    def start(self) -> None:
        """Begin to send, with what others have left."""
        self._thread.start()

    def drain(self) -> None:
        """Send what is due, and come back when nothing is."""
        with self._one_at_a_time:
            while not self._stopping.is_set() and self._send_one():
                pass

    def close(self) -> None:
        """Stop, after the letter in hand."""
        self._stopping.set()
        self._called.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_S)

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._called.clear()
            try:
                self.drain()
            except Unavailable as error:
                logger.warning("Letters wait: %s", error.detail)
            except Exception:
                logger.exception("Letters wait")
            self._called.wait(_LOOK_EVERY_S)

    def _send_one(self) -> bool:
        """Send the letter that has been due for the longest, if one is; tell whether there was one."""
        with self._database.read() as session:
            if session.exec(select(LetterOrder.id).where(LetterOrder.due_at <= now()).limit(1)).first() is None:
                return False
        with self._database.unit_of_work() as work:
            taken = _take(work)
        if taken is None:
            return False
        if taken.too_old:
            logger.warning("A letter was given up: it could not be sent within a day")
            self._drop(taken)
            return True
        try:
            self._fill(taken)
        except ClassroomError as error:
            if isinstance(error, Unavailable):
                raise
            logger.warning("A letter was not written: %s", error.detail)
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("A letter was not sent: %s; it is tried again", type(error).__name__)
            self._put_back(taken)
            return True
        except Exception:
            logger.exception("A letter was not written; it is tried again")
            self._put_back(taken)
            return True
        self._drop(taken)
        return True

    def _fill(self, taken: _Taken) -> None:
        kind, fields = json.loads(unseal(self._key, taken.sealed))
        if "user_id" in fields:
            fields["user_id"] = UUID(fields["user_id"])
        with self._database.unit_of_work() as work:
            letter = self._writer.write(work.session, _ORDERS[kind](**fields))
        if letter is not None:
            send(letter, self._settings)

    def _put_back(self, taken: _Taken) -> None:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(taken.tries - 1, 16))
        held = update(LetterOrder).where(col(LetterOrder.id) == taken.id, col(LetterOrder.tries) == taken.tries)
        with self._database.unit_of_work() as work:
            work.session.exec(held.values(due_at=now() + pause))

    def _drop(self, taken: _Taken) -> None:
        with self._database.unit_of_work() as work:
            work.session.exec(
                delete(LetterOrder).where(col(LetterOrder.id) == taken.id, col(LetterOrder.tries) == taken.tries)
            )


def _take(work: UnitOfWork) -> _Taken | None:
    """Take the order that has been due for the longest: the database decides who, in one statement."""
    at = now()
    due = select(LetterOrder.id).where(LetterOrder.due_at <= at).order_by(col(LetterOrder.due_at)).limit(1)
    row = work.session.execute(
        update(LetterOrder)
        .where(col(LetterOrder.id) == due.with_for_update(skip_locked=True).scalar_subquery())
        .values(due_at=at + LEASE, tries=LetterOrder.tries + 1)
        .returning(col(LetterOrder.id), col(LetterOrder.tries), col(LetterOrder.sealed), col(LetterOrder.created_at))
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return None if row is None else _Taken(row.id, row.tries, row.sealed, row.created_at < at - GIVEN_UP_AFTER)
