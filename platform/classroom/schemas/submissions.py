"""Wire types of attempts and drafts."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from classroom.schemas.base import In, Name, Out, Source
from classroom.schemas.regrades import RegradedOut
from evmbox.report import Progress, Report


class SubmissionIn(In):
    """An attempt to be graded."""

    exercise_id: Name
    source: Source


class SubmissionOut(Out):
    """An attempt and, when it is done, its verdict."""

    id: UUID
    exercise_id: str
    number: int
    state: Literal["queued", "running", "done", "failed"]
    created_at: datetime
    finished_at: datetime | None = None
    source: str | None = Field(default=None, description="only where one submission is asked for")
    report: Report | None = None
    message: str | None = Field(default=None, description="failed: why there is no verdict, and what to do")
    regraded: list[RegradedOut] = Field(default_factory=list, description="graded again since, the latest first")
    handed_in_for: bool = Field(default=False, description="whether somebody who teaches handed it in for the learner")


class Event(Out):
    """One server-sent event on a submission's way; the last has a state of done or failed."""

    submission_id: UUID
    state: Literal["queued", "running", "done", "failed"]
    progress: Progress | None = None
    submission: SubmissionOut | None = Field(default=None, description="the attempt with its verdict, in the last")


class DraftIn(In):
    """The text in the editor. `revision` is the one it was based on (0: none yet); an older one is refused with 409."""

    source: Source
    revision: int = Field(ge=0, le=2**31 - 1)


class DraftOut(Out):
    """The draft the server holds."""

    exercise_id: str
    source: str
    revision: int
    updated_at: datetime
