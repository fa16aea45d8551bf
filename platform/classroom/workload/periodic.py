"""What is to be done again and again, by whichever consumer is first: each time once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from classroom.db import UnitOfWork
from classroom.models import PeriodicTask, now
from classroom.workload.kinds import Kind, Params
from classroom.workload.lifecycle import Enqueue, add


@dataclass(frozen=True)
class Periodic:
    """A rule: make a job of this kind every so often, the first `every` after the first start unless `at_once`."""

    name: str
    kind: Kind
    every: timedelta
    params: Params | None = None
    at_once: bool = False


def make_due(work: UnitOfWork, rules: Iterable[Periodic], *, enqueue: Enqueue) -> list[UUID]:
    """Make the jobs whose time has come, and move that time on; what was missed while nobody ran is done once."""
    at = now()
    known = {task.name: task.next_at for task in work.session.exec(select(PeriodicTask)).all()}
    made = []
    for rule in rules:
        if rule.name not in known:
            if not _begin(work, rule, at):
                continue  # another consumer was quicker
        elif known[rule.name] > at or not _take(work, rule, at):
            continue
        else:
            made.append(_make(work, rule, known[rule.name], enqueue))
            continue
        if rule.at_once:
            made.append(_make(work, rule, at, enqueue))
    return made


def _begin(work: UnitOfWork, rule: Periodic, at: datetime) -> bool:
    try:
        with work.session.begin_nested():
            work.session.add(PeriodicTask(name=rule.name, next_at=at + rule.every))
    except IntegrityError:
        return False
    return True


def _take(work: UnitOfWork, rule: Periodic, at: datetime) -> bool:
    """Move the time on, if nobody else has: that is the lease, decided by the database in one statement."""
    moved = work.session.exec(
        update(PeriodicTask)
        .where(col(PeriodicTask.name) == rule.name, col(PeriodicTask.next_at) <= at)
        .values(next_at=at + rule.every)
        .returning(col(PeriodicTask.name))
        .execution_options(synchronize_session=False)
    )
    return moved.scalar_one_or_none() is not None


def _make(work: UnitOfWork, rule: Periodic, due_at: datetime, enqueue: Enqueue) -> UUID:
    return add(work, rule.kind, enqueue=enqueue, key=f"{rule.name} {due_at.isoformat()}", params=rule.params).id
