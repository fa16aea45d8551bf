"""Wire types: what the API takes and gives, shared by the server and the client in a learner's kernel."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from evmbox.isolation.tier import Tier
from evmbox.report import Diagnostic, Progress, Report, Severity
from evmbox.steps import ACCOUNTS, Step, StepResult
from evmbox.traces import MAX_PAGE, MAX_STEPS, Traced

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
    "LessonOut",
    "MeOut",
    "Problem",
    "Progress",
    "ProgressOut",
    "QuestionOut",
    "ReadyOut",
    "Report",
    "ScenarioIn",
    "ScenarioOut",
    "Severity",
    "Step",
    "StepResult",
    "SubmissionIn",
    "SubmissionOut",
    "TaskOut",
    "TraceIn",
    "TraceOut",
    "Traced",
]

MAX_SOURCE_BYTES = 64 * 1024


def _storable(value: str) -> str:
    if "\x00" in value:
        raise PydanticCustomError("not_storable", "must not contain the NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("not_storable", "must be valid Unicode, not half of a surrogate pair") from None
    return value


def _within_limit(value: str) -> str:
    if len(value) > MAX_SOURCE_BYTES or len(value.encode()) > MAX_SOURCE_BYTES:
        raise PydanticCustomError(
            "too_large", "must be at most {max_bytes} bytes of UTF-8", {"max_bytes": MAX_SOURCE_BYTES}
        )
    return value


Text = Annotated[str, AfterValidator(_storable)]
Name = Annotated[
    str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$", examples=["tip-jar", "hello-storage"])
]
Source = Annotated[
    Text,
    AfterValidator(_within_limit),  # bytes, not characters, and a type of its own: the API answers 413 to it
    Field(
        description="Solidity, or what the exercise's `language` says; at most 64 KiB of UTF-8",
        examples=["pragma solidity ^0.8.0;\n\ncontract TipJar {}\n"],
        json_schema_extra={"maxLength": MAX_SOURCE_BYTES},
    ),
]


class In(BaseModel):
    """A request: strict, and unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Out(BaseModel):
    """A response."""

    model_config = ConfigDict(frozen=True)


class Problem(Out):
    """RFC 9457 problem details."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str | None = None
    request_id: str | None = None
    errors: list[dict[str, Any]] | None = Field(
        default=None, description="for 422: where, what, and what is allowed; never what was sent"
    )


class ChainIn(In):
    """A private chain that is wanted."""

    name: Name = Field(default="notebook", description="which of one's chains; the one of this name if there is one")


class ChainOut(Out):
    """A private chain, and where it is talked to in JSON-RPC."""

    id: UUID
    name: str
    chain_id: int = Field(description="what the chain answers to `eth_chainId`")
    rpc_path: str = Field(description="path of the JSON-RPC endpoint; send the same bearer token")
    entries: int = Field(description="how often it was changed")
    max_entries: int = Field(description="how often it may be changed")
    created_at: datetime


class ReadyOut(Out):
    """Whether each part can do its work; the whole is ready when every part is."""

    ready: bool
    parts: dict[str, str] = Field(
        description="`ok`, or what is wrong and what to do, by part", examples=[{"database": "ok", "compiler": "ok"}]
    )
    isolation: Tier = Field(description="how strongly submissions are isolated on this machine; `rlimits` is weakest")


class MeOut(Out):
    """Who is signed in."""

    id: UUID
    name: str
    display_name: str
    roles: dict[str, list[Literal["instructor", "learner"]]] = Field(description="roles by course slug")


class TaskOut(Out):
    """One numbered thing an exercise asks for."""

    number: int
    text: str


class ExerciseSummary(Out):
    """An exercise as a list shows it."""

    id: str
    title: str
    kind: str
    max_score: float


class ProgressOut(Out):
    """How far a learner is with an exercise."""

    exercise_id: str
    state: Literal["new", "started", "passed"]
    attempts: int
    best_score: float
    max_score: float
    best_gas: int | None = Field(default=None, description="the least a correct contract used, where gas is scored")
    last_outcome: str | None = None
    updated_at: datetime | None = None


class QuestionOut(Out):
    """A question with the learner's own values in it. What is handed in is a JSON object of answers by `id`."""

    id: str
    text: str
    type: Literal["number", "hex", "yes-no", "choice", "address", "text", "gas"]
    choices: list[str]
    form: str = Field(description="what an answer looks like, to go on a sentence with")


class GasBudgetOut(Out):
    """The gas that a correct contract may use: in all, or by the id of each measure."""

    total: int
    measures: dict[str, int]
    best_known: int | None


class ExerciseOut(ExerciseSummary):
    """What a learner may see of an exercise. Checks, solution and hints not yet asked for stay on the server."""

    lesson_id: str
    contract: str | None
    concepts: list[str]
    tasks: list[TaskOut]
    starter: str
    language: Literal["solidity", "yul", "hex", "json"] = Field(
        default="solidity", description="what is handed in; `json` is answers by question, or calldata and value"
    )
    shown: dict[str, str] = Field(
        default_factory=dict, description="files to be read beside the starter, such as the scene: text by name"
    )
    questions: list[QuestionOut] = Field(default_factory=list, description="for the kind `predict`")
    gas_budget: GasBudgetOut | None = Field(default=None, description="for the kind `gas`")
    max_size: int | None = Field(default=None, description="for the kind `bytecode`: bytes of code or calldata")
    progress: ProgressOut


class LessonOut(Out):
    """A lesson with its exercises and the learner's progress."""

    id: str
    track: str
    title: str
    summary: str
    minutes: int
    app_url: str
    notebook_url: str | None = Field(description="where JupyterLab opens it; null for who has no JupyterLab here")
    exercises: list[ExerciseSummary]
    progress: list[ProgressOut]


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


class Event(Out):
    """One server-sent event on a submission's way; the last has a state of done or failed."""

    submission_id: UUID
    state: Literal["queued", "running", "done", "failed"]
    progress: Progress | None = None


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


class CompileIn(In):
    """A source to be compiled or, with `check_only`, only parsed and type-checked.

    With `exercise_id`, by the compiler of that exercise, whose own files may be imported.
    """

    source: Source
    check_only: bool = False
    exercise_id: Name | None = None
    language: Literal["solidity", "yul"] = "solidity"


class CompileOut(Out):
    """Diagnostics, and what can be deployed."""

    diagnostics: list[Diagnostic]
    contracts: dict[str, list[dict[str, Any]]] = Field(description="ABI by contract name")


class ScenarioIn(In):
    """A source and what to do with it, from an empty chain. Nothing is kept: the same again gives the same answer."""

    source: Source
    steps: list[Step] = Field(
        min_length=1,
        max_length=200,
        examples=[
            [
                {"action": "deploy", "contract": "TipJar"},
                {
                    "action": "send",
                    "target": 0,
                    "function": "tip",
                    "args": ["thanks"],
                    "account": "bob",
                    "value_wei": 1,
                },
                {"action": "call", "target": 0, "function": "total"},
            ]
        ],
    )


class ScenarioOut(Out):
    """Diagnostics, and what each step did; fewer steps than asked for where the source does not compile."""

    diagnostics: list[Diagnostic]
    steps: list[StepResult]
    stopped: str | None = Field(default=None, description="why it ended early: a limit, in words")


class TraceIn(ScenarioIn):
    """A scenario, and which of its steps is wanted with all that happened in it.

    Nothing is kept: ask again with another `offset` for more of the trace's own steps, and without the summary.
    """

    index: int = Field(ge=0, lt=200, description="the scenario's step, counted from 0")
    offset: int = Field(default=0, ge=0, le=MAX_STEPS, description="the first of the trace's steps on the page")
    limit: int = Field(default=200, ge=0, le=MAX_PAGE, description="how many of them")
    memory: bool = Field(default=False, description="whether memory is wanted with each")
    summary: bool = Field(default=True, description="whether calls, variables, events and gas are wanted")

    @model_validator(mode="after")
    def _has_the_step(self) -> Self:
        if self.index >= len(self.steps):
            raise PydanticCustomError("no_such_step", "index must be that of one of the steps")
        return self


class TraceOut(Out):
    """Diagnostics, and the trace, null where the source does not compile or a limit ended it."""

    diagnostics: list[Diagnostic]
    trace: Traced | None
    stopped: str | None = Field(default=None, description="why there is no trace: a limit, in words")


class CohortCell(Out):
    """One learner's state in one exercise."""

    exercise_id: str
    state: Literal["new", "started", "passed"]
    attempts: int
    best_score: float
    max_score: float
    last_outcome: str | None = None


class CohortRow(Out):
    """One learner's line."""

    user_id: UUID
    name: str
    display_name: str
    cells: list[CohortCell]


class CohortOut(Out):
    """Learners by exercises."""

    course: str
    exercises: list[ExerciseSummary]
    rows: list[CohortRow]
