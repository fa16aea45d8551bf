"""A trace as data: what a debugger shows, with a JSON schema. No behaviour; a kernel can import it.

Numbers that may not fit into 53 bits are text: wei in decimal, words in 0x-hexadecimal. Values of Solidity are as a
learner reads them, known addresses by name.
"""

from pydantic import Field

from evmbox.report import Data, Location
from evmbox.steps import StepResult

MAX_PAGE = 1000
"""Steps on one page, at most."""

MAX_STEPS = 200_000
"""Steps of a trace, at most."""


class Window(Data):
    """What is wanted of a trace: some of its steps, with their memory or without, the summary or not, the outline."""

    offset: int = Field(default=0, ge=0, le=MAX_STEPS)
    limit: int = Field(default=200, ge=0, le=MAX_PAGE)
    memory: bool = False
    summary: bool = True
    outline: bool = False


class TraceCall(Data):
    """One call or creation. Its steps, and those of what it calls, are `first_step` to `end_step` (exclusive)."""

    index: int
    parent: int | None
    depth: int
    kind: str = Field(description="CALL, STATICCALL, DELEGATECALL, CALLCODE, CREATE or CREATE2")
    sender: str
    target: str = Field(description="whose code runs")
    storage: str = Field(description="whose storage is used; differs from target in a DELEGATECALL")
    contract: str | None = Field(description="None where the code is not known, or not shown")
    function: str | None = Field(description="signature, 'constructor', 'receive' or 'fallback'")
    arguments: dict[str, str]
    result: str | None
    error: str | None = Field(description="how it failed: reverted with NotOwner(caller=Bob)")
    undone: bool = Field(description="it, or a call around it, failed")
    value_wei: str
    gas: int
    gas_used: int
    first_step: int
    end_step: int
    location: Location | None = Field(description="where in the caller's source it was made")


class TraceWrite(Data):
    """One variable that was written. Where none explains the slot, `variable` is None, `old` and `new` are words."""

    step: int | None
    call: int
    address: str
    contract: str | None
    slot: str
    variable: str | None
    type: str | None
    old: str
    new: str
    transient: bool
    undone: bool
    location: Location | None


class TraceLog(Data):
    """One event; `event` is None where no known ABI explains it."""

    step: int | None
    call: int
    address: str
    event: str | None = Field(description="Changed(by=Alice, from=0, to=5)")
    topics: tuple[str, ...]
    data: str
    undone: bool
    location: Location | None


class LineGas(Data):
    """Gas of a line: its own, and in all with what it called."""

    file: str
    line: int
    own: int
    total: int
    steps: int


class FunctionGas(Data):
    """Gas of a function: its own, and in all with what it called."""

    contract: str | None
    function: str
    own: int
    total: int
    calls: int


class TraceSummary(Data):
    """A trace but for its steps. `truncated` where more happened than was recorded."""

    steps: int
    truncated: bool
    gas_used: int | None = Field(description="of the transaction with what it pays beforehand; None for a call")
    calls: tuple[TraceCall, ...]
    writes: tuple[TraceWrite, ...]
    logs: tuple[TraceLog, ...]
    lines: tuple[LineGas, ...]
    functions: tuple[FunctionGas, ...]
    gas_elsewhere: int = Field(description="gas that no shown line explains")


class TraceStep(Data):
    """One instruction, as it is before it runs. `stack` is its words, the top last; `memory` is in hexadecimal.

    `memory` is left out where it is as in the step before on the page.
    """

    index: int
    call: int
    pc: int
    op: str
    gas: int
    cost: int
    depth: int
    location: int | None = Field(description="index into the page's locations")
    stack: tuple[str, ...] | None = None
    memory: str | None = None


class TracePage(Data):
    """Some steps of a trace, from `offset` on; `total` is how many there are.

    A page is shorter than asked for where stacks and memory are large; the next begins after its last step.
    """

    offset: int
    total: int
    locations: tuple[Location, ...]
    steps: tuple[TraceStep, ...]


class TraceOutline(Data):
    """All steps of a trace at once but for stack and memory, in columns, small enough to send whole.

    `columns` is base64 of a zlib stream (RFC 1950). In it stand, one column after the other and each `steps` numbers
    long, little-endian and unsigned: op (8 bits, index into `ops`), location (16 bits, index into `locations`, 65535
    is none), call, pc and depth (16 bits), gas left before the step and gas it costs (32 bits). A number that does not
    fit is the largest that does.
    """

    steps: int
    ops: tuple[str, ...]
    locations: tuple[Location, ...]
    columns: str


class Traced(Data):
    """One step of a scenario, traced. Without a summary where none was wanted, or the step executes nothing."""

    result: StepResult
    summary: TraceSummary | None = None
    page: TracePage | None = None
    outline: TraceOutline | None = None


class CheckAction(Data):
    """One thing that a check did, in words; `ok` where it did not fail, which may be what the check wanted."""

    text: str
    ok: bool
    transaction: bool = Field(description="it changed the chain, where it did not fail")


class TracedCheck(Data):
    """What a check did with a submission, and one of those actions traced."""

    actions: tuple[CheckAction, ...]
    index: int = Field(description="which of the actions is traced")
    summary: TraceSummary | None = None
    page: TracePage | None = None
    outline: TraceOutline | None = None
