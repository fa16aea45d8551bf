"""Wire types of lessons and exercises."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from classroom.schemas.base import Out


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
    best_score: float = Field(description="the most an attempt reached, less what the hints before it cost")
    max_score: float
    best_gas: int | None = Field(default=None, description="the least a correct contract used, where gas is scored")
    last_outcome: str | None = None
    given_up: bool = Field(default=False, description="the solution was given up for; attempts after that are practice")
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
    due_at: datetime | None = Field(default=None, description="when it is due for this learner; null: never")


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
    due_at: datetime | None = Field(default=None, description="when the first of its exercises is due; null: never")
