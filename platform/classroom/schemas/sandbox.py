"""Wire types of the sandbox: compiling, scenarios, traces, and whether it is ready."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from classroom.schemas.base import In, Name, Out, Source
from evmbox.isolation.tier import Tier
from evmbox.report import Diagnostic
from evmbox.steps import Step, StepResult
from evmbox.traces import MAX_PAGE, MAX_STEPS, Traced


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


class Steps(In):
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
    exercise_id: Name | None = Field(default=None, description="whose compiler and own files the source wants")


class ScenarioIn(Steps):
    """Steps to be taken; with `state`, each says what it changed in storage, and the last how all stands, by name."""

    state: bool = False


class ScenarioOut(Out):
    """Diagnostics, and what each step did; fewer steps than asked for where the source does not compile."""

    diagnostics: list[Diagnostic]
    steps: list[StepResult]
    stopped: str | None = Field(default=None, description="why it ended early: a limit, in words")


class TraceIn(Steps):
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


class ReadyOut(Out):
    """Whether each part can do its work; the whole is ready when every part is."""

    ready: bool
    parts: dict[str, str] = Field(
        description="`ok`, or what is wrong and what to do, by part", examples=[{"database": "ok", "compiler": "ok"}]
    )
    isolation: Tier = Field(description="how strongly submissions are isolated on this machine; `rlimits` is weakest")
