"""What is kept no longer than the settings say: attempts' sources, chains, drafts, sessions, counts, files, backups.

A rule of 0 days keeps for ever. What is about to go can be counted without anything being changed.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, select, update

from classroom import audit_log, backups, exports
from classroom.audit_log import Action
from classroom.db import Database
from classroom.models import (
    Chain,
    ChainRequest,
    Credential,
    Draft,
    Fingerprints,
    RateCount,
    SimilarPair,
    Submission,
    SubmissionState,
    now,
)
from classroom.settings import Settings

BATCH: Final = 500
"""Rows in one transaction, so that nobody waits for long."""


@dataclass(frozen=True)
class Rule:
    """What is kept for how many days, and how many there are that were kept for longer."""

    name: str
    what: str
    days: int
    over: int = 0


@dataclass(frozen=True)
class _Rows:
    name: str
    what: str
    days: Callable[[Settings], int]
    table: Any
    over: Callable[[datetime], ColumnElement[bool]]
    empties: str = ""
    """The column that is emptied, where the row stays."""


def _sources(limit: datetime) -> ColumnElement[bool]:
    table: Any = Submission
    over: ColumnElement[bool] = (
        (table.created_at < limit)
        & (table.source != "")
        & table.state.in_([SubmissionState.DONE, SubmissionState.FAILED])
    )
    return over


def _prints(limit: datetime) -> ColumnElement[bool]:
    table: Any = Fingerprints
    submission: Any = Submission
    over: ColumnElement[bool] = table.submission_id.in_(select(submission.id).where(submission.created_at < limit))
    return over


def _pairs(limit: datetime) -> ColumnElement[bool]:
    table: Any = SimilarPair
    submission: Any = Submission
    old = select(submission.id).where(submission.created_at < limit)  # whose source nobody can look at any more
    over: ColumnElement[bool] = table.first_submission_id.in_(old) | table.second_submission_id.in_(old)
    return over


def _chains(limit: datetime) -> ColumnElement[bool]:
    table: Any = Chain
    request: Any = ChainRequest
    later = select(request.chain_id).where(request.chain_id == table.id, request.created_at >= limit)
    over: ColumnElement[bool] = (table.created_at < limit) & ~later.exists()
    return over


def _sessions(limit: datetime) -> ColumnElement[bool]:
    table: Any = Credential
    over: ColumnElement[bool] = (table.expires_at < limit) | (table.revoked_at < limit)
    return over


def _drafts(limit: datetime) -> ColumnElement[bool]:
    table: Any = Draft
    over: ColumnElement[bool] = table.updated_at < limit
    return over


def _failures(limit: datetime) -> ColumnElement[bool]:
    table: Any = RateCount
    over: ColumnElement[bool] = table.expires_at < limit
    return over


_RULES: Final = (
    _Rows("sources", "Sources of attempts", lambda it: it.keep_sources_days, Submission, _sources, empties="source"),
    _Rows("prints", "Fingerprints of attempts", lambda it: it.keep_sources_days, Fingerprints, _prints),
    _Rows("pairs", "Pairs of similar attempts", lambda it: it.keep_sources_days, SimilarPair, _pairs),
    _Rows("chains", "Private chains", lambda it: it.keep_chains_days, Chain, _chains),
    _Rows("drafts", "Drafts", lambda it: it.keep_drafts_days, Draft, _drafts),
    _Rows("sessions", "Sessions, links and keys that ended", lambda it: it.keep_sessions_days, Credential, _sessions),
    _Rows("failures", "Counts of failed sign-ins", lambda it: it.keep_failures_days, RateCount, _failures),
)


def plan(database: Database, settings: Settings) -> list[Rule]:
    """Count what was kept for long enough, and change nothing."""
    found = []
    with database.read() as session:
        for rule in _RULES:
            days, over = rule.days(settings), 0
            if days:
                rows = select(func.count()).select_from(rule.table).where(rule.over(now() - timedelta(days=days)))
                over = session.execute(rows).scalar_one()
            found.append(Rule(rule.name, rule.what, days, over))
        files = len(exports.expired(settings, session))
    found.append(Rule("exports", "Files to download", settings.keep_exports_days, files))
    found.append(Rule("backups", "Backups in the data folder", settings.keep_backups_days, len(_backups(settings))))
    return found


def apply(
    database: Database, settings: Settings, told: Callable[[float, str], None] = lambda _share, _stage: None
) -> list[Rule]:
    """Clear away what was kept for long enough, some hundred rows at a time, and tell how much it was."""
    done = []
    for number, rule in enumerate(_RULES):
        told(number / len(_RULES), rule.what)
        done.append(Rule(rule.name, rule.what, rule.days(settings), _clear(database, settings, rule)))
    with database.read() as session:
        files = len(exports.expired(settings, session))
        exports.forget_old(settings, session)
    done.append(Rule("exports", "Files to download", settings.keep_exports_days, files))
    stale = _backups(settings)
    for path in stale:
        path.unlink(missing_ok=True)
    done.append(Rule("backups", "Backups in the data folder", settings.keep_backups_days, len(stale)))
    if counts := {rule.name: rule.over for rule in done if rule.over}:
        with database.unit_of_work() as work:
            audit_log.record(work.session, Action.RETENTION_APPLIED, actor_id=None, details=counts)
    return done


def _clear(database: Database, settings: Settings, rule: _Rows) -> int:
    days, cleared = rule.days(settings), 0
    if not days:
        return 0
    (key,) = rule.table.__table__.primary_key
    limit = now() - timedelta(days=days)
    while True:
        with database.unit_of_work() as work:
            rows = select(key).where(rule.over(limit)).limit(BATCH).with_for_update(skip_locked=True)
            chosen = work.session.scalars(rows).all()
            of_them = key.in_(chosen) & rule.over(limit)  # what was used while they were chosen is kept
            if rule.empties:
                work.session.execute(update(rule.table).where(of_them).values({rule.empties: ""}))
            else:
                work.session.execute(delete(rule.table).where(of_them))
        cleared += len(chosen)
        if len(chosen) < BATCH:
            return cleared


def _backups(settings: Settings) -> list[Path]:
    """List the backups that were kept for long enough; never the newest."""
    if not settings.keep_backups_days:
        return []
    limit = time.time() - settings.keep_backups_days * 86_400
    by_age = sorted(settings.backups_dir.glob(f"*{backups.SUFFIX}"), reverse=True)
    return [path for path in by_age[1:] if path.stat().st_mtime < limit]
