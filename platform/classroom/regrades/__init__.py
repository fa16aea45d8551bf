"""Regrades: new verdicts on attempts that have one already, after a check was mended. Nothing of HTTP."""

from classroom.regrades.deciding import REGRADE, discard, finish, order, publish, put, stop, todo
from classroom.regrades.reading import (
    Change,
    CheckChange,
    Effect,
    Listed,
    Note,
    changes,
    effects,
    find,
    job_of,
    listed,
    notes,
    of_course,
)

__all__ = [
    "REGRADE",
    "Change",
    "CheckChange",
    "Effect",
    "Listed",
    "Note",
    "changes",
    "discard",
    "effects",
    "find",
    "finish",
    "job_of",
    "listed",
    "notes",
    "of_course",
    "order",
    "publish",
    "put",
    "stop",
    "todo",
]
