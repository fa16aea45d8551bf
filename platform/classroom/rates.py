"""How often something may be tried, counted by the `limits` library: in a table, in Redis, or in this process.

The table is the default: it survives a restart, and every process of a classroom sees it. What is counted is stored
under a keyed hash, so that the counts name nobody. A window begins with the first try in it and is not moved by later
ones, so that whoever goes on trying cannot keep anybody out for ever.
"""

import hashlib
import hmac
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import delete, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from classroom.db import Database
from classroom.errors import TooMany
from classroom.keys import derive
from classroom.models import RateCount, now
from classroom.settings import Settings


@dataclass(frozen=True)
class Rate:
    """So many tries in so many seconds."""

    tries: int
    seconds: int

    @property
    def item(self) -> RateLimitItemPerSecond:
        """Give it as the library has it."""
        return RateLimitItemPerSecond(self.tries, self.seconds)


class Rates:
    """Counts tries and refuses too many. Safe to share between threads."""

    def __init__(self, database: Database, settings: Settings, key: bytes) -> None:
        self._key = derive(key, "rates")
        self._limiter = FixedWindowRateLimiter(_storage(database, settings.rate_storage))

    def take(self, what: str, rate: Rate, *who: str) -> None:
        """Count one try. Raises TooMany, which says when to try again, where there were enough."""
        if not self._limiter.hit(rate.item, self._key_of(what, who)):
            raise self._refusal(what, rate, who)

    def look(self, what: str, rate: Rate, *who: str) -> None:
        """Raise TooMany where there were enough tries already; count none."""
        if not self._limiter.test(rate.item, self._key_of(what, who)):
            raise self._refusal(what, rate, who)

    def count(self, what: str, rate: Rate, *who: str) -> None:
        """Count one try that was made."""
        self._limiter.hit(rate.item, self._key_of(what, who))

    def forget(self, what: str, rate: Rate, *who: str) -> None:
        """Count from the beginning again."""
        self._limiter.clear(rate.item, self._key_of(what, who))

    def _refusal(self, what: str, rate: Rate, who: tuple[str, ...]) -> TooMany:
        reset = self._limiter.get_window_stats(rate.item, self._key_of(what, who)).reset_time
        wait_s = max(1, round(reset - time.time()) + 1)
        minutes = -(-wait_s // 60)
        when = "in a minute" if minutes == 1 else f"in {minutes} minutes"
        return TooMany(f"Too many tries. Try again {when}.", headers={"Retry-After": str(wait_s)})

    def _key_of(self, what: str, who: tuple[str, ...]) -> str:
        told = "\0".join((what, *who)).encode(errors="replace")
        return hmac.digest(self._key, told, hashlib.sha256).hex()[:40]


def _storage(database: Database, address: str) -> Storage:
    if not address:
        return TableStorage(database)
    if address == "memory":
        return MemoryStorage()
    storage = storage_from_string(address)
    if not isinstance(storage, Storage):
        raise TypeError(f"{address} is not a storage that can be used from threads")
    return storage


class TableStorage(Storage):
    """Counts in the table `rate_counts`, for the `limits` library."""

    STORAGE_SCHEME = None

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """Wrap nothing: what the database raises is answered as everywhere."""
        return ()

    def incr(self, key: str, expiry: float, amount: int = 1, **_: Any) -> int:
        """Count, and give the count; the first of a window sets when it ends."""
        at = now()
        with self._database.unit_of_work(durable=False) as work:
            session = work.session
            session.exec(delete(RateCount).where(col(RateCount.expires_at) <= at))
            insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
            fresh = insert(RateCount).values(key=_fitting(key), count=amount, expires_at=at + timedelta(seconds=expiry))
            counted = fresh.on_conflict_do_update(
                index_elements=["key"], set_={"count": RateCount.count + amount}
            ).returning(col(RateCount.count))
            return int(session.execute(counted).scalar_one())

    def get(self, key: str) -> int:
        """Give a count."""
        with self._database.read() as session:
            live = select(RateCount.count).where(RateCount.key == _fitting(key), col(RateCount.expires_at) > now())
            return session.exec(live).first() or 0

    def get_expiry(self, key: str) -> float:
        """Tell when a window ends, in seconds since 1970."""
        with self._database.read() as session:
            ends = session.exec(select(RateCount.expires_at).where(RateCount.key == _fitting(key))).first()
        return (ends or datetime.now(UTC)).timestamp()

    def check(self) -> bool:
        """Tell whether the table answers."""
        with self._database.read() as session:
            return session.exec(select(func.count()).select_from(RateCount)).first() is not None

    def reset(self) -> int | None:
        """Forget every count, and tell how many there were."""
        with self._database.unit_of_work(durable=False) as work:
            return int(work.session.exec(delete(RateCount)).rowcount)

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._database.unit_of_work(durable=False) as work:
            work.session.exec(delete(RateCount).where(col(RateCount.key) == _fitting(key)))


def _fitting(key: str) -> str:
    """Give the key as its column holds it: the library writes its own words and the rate around ours."""
    return hashlib.sha256(key.encode()).hexdigest()
