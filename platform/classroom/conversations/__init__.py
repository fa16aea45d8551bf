"""What learners and those who teach them say to each other about attempts: questions, answers, comments, and notes."""

from classroom.conversations.answering import answer, change, given_out, seen, withdraw
from classroom.conversations.asking import (
    OPEN_AT_ONCE,
    PER_HOUR,
    ask,
    close,
    comments,
    discussion,
    of_exercise,
    own,
    reopen,
    vote,
)
from classroom.conversations.inbox import Which, count_waiting, kinds, misconceptions, order, tally
from classroom.conversations.passages import passages
from classroom.conversations.reading import asked_out
from classroom.conversations.remarks import remark, remarks_about, remarks_out, remove

__all__ = [
    "OPEN_AT_ONCE",
    "PER_HOUR",
    "Which",
    "answer",
    "ask",
    "asked_out",
    "change",
    "close",
    "comments",
    "count_waiting",
    "discussion",
    "given_out",
    "kinds",
    "misconceptions",
    "of_exercise",
    "order",
    "own",
    "passages",
    "remark",
    "remarks_about",
    "remarks_out",
    "remove",
    "reopen",
    "seen",
    "tally",
    "vote",
    "withdraw",
]
