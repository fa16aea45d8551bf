"""The verdict as data: versioned, frozen, the same on disk, over HTTP and in a widget. It is read, never run."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from evmbox.steps import Step

REPORT_VERSION: Literal[1] = 1


class Outcome(StrEnum):
    """How grading a submission ended."""

    PASSED = "passed"
    FAILED = "failed"
    COMPILE_ERROR = "compile_error"
    NO_DEPLOYABLE_CONTRACT = "no_deployable_contract"
    OUT_OF_GAS = "out_of_gas"
    TIMED_OUT = "timed_out"
    RESOURCE_LIMIT = "resource_limit"
    OUTPUT_LIMIT = "output_limit"
    LESSON_BROKEN = "lesson_broken"


class Severity(StrEnum):
    """How grave a diagnostic is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class CheckStatus(StrEnum):
    """How one check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"


class Stage(StrEnum):
    """Where a submission is on its way to a verdict."""

    COMPILE = "compile"
    DEPLOY = "deploy"
    CHECK = "check"


class Data(BaseModel):
    """A frozen record that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Diagnostic(Data):
    """One message of the compiler. Lines and columns are 1-based, columns count characters; the end is exclusive."""

    severity: Severity
    code: str | None = Field(default=None, description="solc's error code, such as 7576")
    kind: str = Field(description="solc's type, such as DeclarationError")
    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    help: str | None = Field(default=None, description="the message in a beginner's words")


class Location(Data):
    """A place in a source file. Lines and columns are 1-based, columns count characters; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    contract: str | None = None
    function: str | None = Field(default=None, description="the function, modifier or public variable it is part of")


class CheckResult(Data):
    """What one check found. `divergence` and `trace_id` are filled where the exercise has them."""

    id: str
    title: str
    task: int
    status: CheckStatus
    points: float = Field(description="points this check is worth")
    message: str | None = None
    hint: str | None = None
    ending: str | None = Field(default=None, description="how the call that failed it ended, such as 'out of gas'")
    where: Location | None = Field(default=None, description="the place in the submitted source that is at its root")
    divergence: str | None = Field(default=None, description="what happened first that does not in a right contract")
    trace_id: str | None = None
    steps: tuple[Step, ...] = Field(
        default=(),
        description="what the check did until then, as a scenario; empty where a scenario cannot do the same",
    )


class Deployed(Data):
    """The contract that was put on the chain to be checked."""

    contract: str
    address: str
    deployer: str
    gas_used: int
    bytecode_sha256: str = Field(description="SHA-256 of the creation bytecode, hexadecimal")


class GasScore(Data):
    """What a correct contract used where gas is scored, in all and by measure, against what it may use."""

    used: int
    budget: int
    best_known: int | None = Field(default=None, description="the least that is known, where the exercise tells it")
    measures: dict[str, int] = Field(description="gas by the id of the measure, which is also that of a check")


class Timings(Data):
    """Milliseconds by stage."""

    compile_ms: float = 0.0
    deploy_ms: float = 0.0
    checks_ms: float = 0.0
    total_ms: float = 0.0


class Versions(Data):
    """What the verdict was made with; a regrade compares them."""

    solc: str
    evm: str
    exercise: str = Field(description="SHA-256 of the exercise folder, hexadecimal")


class Progress(Data):
    """One step on the way to a verdict: check `index` of `total`, both 0 outside the check stage."""

    stage: Stage
    index: int = 0
    total: int = 0


class Report(Data):
    """The verdict on one submission."""

    version: Literal[1] = REPORT_VERSION
    exercise_id: str
    outcome: Outcome
    message: str | None = Field(default=None, description="one sentence for the learner, where the outcome needs one")
    where: Location | None = Field(
        default=None, description="the place in the submitted source that the outcome is about"
    )
    score: float
    max_score: float
    diagnostics: tuple[Diagnostic, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    deployed: Deployed | None = None
    gas: dict[str, int] = Field(
        default_factory=dict, description="highest gas used, by function; deployment is 'constructor'"
    )
    gas_score: GasScore | None = Field(default=None, description="only where gas is scored, and the contract correct")
    size: int | None = Field(default=None, description="bytes of runtime bytecode")
    timings: Timings
    versions: Versions
