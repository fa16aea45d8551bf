"""Wire types: what the API takes and gives, shared by the server and the client in a learner's kernel."""

from classroom.schemas.base import MAX_SOURCE_BYTES, In, Name, Out, Page, Problem, Source, Text
from classroom.schemas.chains import ChainIn, ChainOut
from classroom.schemas.courses import CohortCell, CohortOut, CohortRow
from classroom.schemas.jobs import JobEvent, JobOut, JobPage, RunIn
from classroom.schemas.lessons import (
    ExerciseOut,
    ExerciseSummary,
    GasBudgetOut,
    LessonOut,
    ProgressOut,
    QuestionOut,
    TaskOut,
)
from classroom.schemas.people import MeOut
from classroom.schemas.sandbox import CompileIn, CompileOut, ReadyOut, ScenarioIn, ScenarioOut, TraceIn, TraceOut
from classroom.schemas.submissions import DraftIn, DraftOut, Event, SubmissionIn, SubmissionOut
from evmbox.report import Diagnostic, Progress, Report, Severity
from evmbox.steps import ACCOUNTS, Step, StepResult
from evmbox.traces import Traced

__all__ = [
    "ACCOUNTS",
    "MAX_SOURCE_BYTES",
    "ChainIn",
    "ChainOut",
    "CohortCell",
    "CohortOut",
    "CohortRow",
    "CompileIn",
    "CompileOut",
    "Diagnostic",
    "DraftIn",
    "DraftOut",
    "Event",
    "ExerciseOut",
    "ExerciseSummary",
    "GasBudgetOut",
    "In",
    "JobEvent",
    "JobOut",
    "JobPage",
    "LessonOut",
    "MeOut",
    "Name",
    "Out",
    "Page",
    "Problem",
    "Progress",
    "ProgressOut",
    "QuestionOut",
    "ReadyOut",
    "Report",
    "RunIn",
    "ScenarioIn",
    "ScenarioOut",
    "Severity",
    "Source",
    "Step",
    "StepResult",
    "SubmissionIn",
    "SubmissionOut",
    "TaskOut",
    "Text",
    "TraceIn",
    "TraceOut",
    "Traced",
]
