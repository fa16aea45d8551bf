"""Wire types of the sandbox: compiling, scenarios, traces, and whether it is ready."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from classroom.schemas.base import In, Name, Out, Source
from evmbox.isolation.tier import Tier
from evmbox.report import Diagnostic
from evmbox.steps import Step, StepResult
from evmbox.traces import MAX_PAGE, MAX_STEPS, Traced, TracedCheck


class CompileIn(In):
    """A source to be compiled or, with `check_only`, only parsed and type-checked.

    With `exercise_id`, by the compiler of that exercise, whose own files may be imported; else by `solc`, where that is
    one of the pinned versions.
    """

    source: Source
    check_only: bool = False
    exercise_id: Name | None = None
    language: Literal["solidity", "yul"] = "solidity"
    solc: str | None = Field(default=None, max_length=16, description="a pinned version of solc", examples=["0.8.30"])
    bytecode: bool = Field(default=False, description="whether bytecode is wanted; there is none for an exercise")
    layouts: bool = Field(default=False, description="whether the layouts of storage are wanted too")
    debugging: bool = Field(
        default=False, description="whether what the tracer `stepTracer` of a chain takes as `compiled` is wanted too"
    )


class CompileOut(Out):
    """Diagnostics, and what can be deployed."""

    diagnostics: list[Diagnostic]
    contracts: dict[str, list[dict[str, Any]]] = Field(description="ABI by contract name")
    bytecode: dict[str, str] = Field(
        default_factory=dict,
        description="creation bytecode in hexadecimal by contract name, where it was asked for",
        examples=[{"TipJar": "0x6080604052"}],
    )
    layouts: dict[str, dict[str, Any]] | None = Field(
        default=None, description="solc's `storageLayout` by contract name, where it was asked for"
    )
    debugging: list[Any] | None = Field(
        default=None, description="what `stepTracer` takes as `compiled`, where it was asked for"
    )


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


class WindowIn(In):
    """What is wanted of a trace."""

    offset: int = Field(default=0, ge=0, le=MAX_STEPS, description="the first of the trace's steps on the page")
    limit: int = Field(default=200, ge=0, le=MAX_PAGE, description="how many of them")
    memory: bool = Field(default=False, description="whether memory is wanted with each")
    summary: bool = Field(default=True, description="whether calls, variables, events and gas are wanted")
    outline: bool = Field(default=False, description="whether all steps are wanted at once, in columns")


class TraceIn(Steps, WindowIn):
    """A scenario, and which of its steps is wanted with all that happened in it.

    Nothing is kept: ask again with another `offset` for more of the trace's own steps, and without the summary.
    """

    index: int = Field(ge=0, lt=200, description="the scenario's step, counted from 0")

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


class CheckTraceIn(WindowIn):
    """A check that an attempt failed, and which of the things it did is wanted with all that happened in it."""

    check: str = Field(min_length=1, max_length=128, description="the check's id", examples=["it_keeps_tips"])
    index: int | None = Field(
        default=None, ge=0, lt=500, description="the check's action, counted from 0; null: the one that it ended at"
    )


class CheckTraceOut(Out):
    """The trace, and what else the check did; null where there is none, with the reason in words."""

    trace: TracedCheck | None
    stopped: str | None = Field(default=None, description="why there is no trace, in words")


class ReadyOut(Out):
    """Whether each part can do its work; the whole is ready when every part is."""

    ready: bool
    parts: dict[str, str] = Field(
        description="`ok`, or what is wrong and what to do, by part", examples=[{"database": "ok", "compiler": "ok"}]
    )
    isolation: Tier = Field(description="how strongly submissions are isolated on this machine; `rlimits` is weakest")
