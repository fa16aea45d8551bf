"""A small laboratory for lesson cells: a source, a private chain, and what was done on it so far.

    box = lab(SOURCE)
    jar = box.deploy("TipJar", sender="alice")
    jar.tip("thanks", sender="bob", value=ether(1))   # a transaction: answers a Receipt
    jar.total()                                       # a view function: answers its value

The classroom keeps no chain for it: each action sends the whole list of transactions so far and one more step, and the
same list gives the same chain. Reading leaves nothing behind, so reads never join the list, and waiting goes along with
the next action. A step that fails is a result and not an exception: a `Receipt` whose `ok` is False and whose `error`
says why. Mistakes in the notebook's own Python (an unknown function, too few arguments) raise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from classroom.errors import ClassroomError, Invalid
from classroom.notebook import shown
from classroom.notebook.abi import NAMES, Entry, named, parameters, signature
from classroom.notebook.client import Client, default_client
from classroom.notebook.functions import WithFunctions
from classroom.notebook.traces import Trace
from classroom.notebook.units import Wei
from classroom.schemas import Diagnostic, Severity, Step, StepResult

MAX_STEPS = 200
NOTHING = "// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.0;\n\ninterface Nothing {}\n"
"""The source of a chain on which people are alone."""


class CompileError(Invalid):
    """The source does not compile; `diagnostics` has each message."""

    title = "The source does not compile"

    def __init__(self, source: str, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(shown.diagnostics_text(source, diagnostics))
        self.diagnostics = tuple(diagnostics)

    def _render_traceback_(self) -> list[str]:
        return [f"{self.title}.", *self.detail.splitlines()]


@dataclass(frozen=True)
class LabEvent:
    """An event of a transaction; `args` are by parameter name."""

    name: str | None
    args: dict[str, Any]
    address: str | None = None

    def __str__(self) -> str:
        return f"{self.name}({', '.join(f'{name}={value!r}' for name, value in self.args.items())})"


@dataclass(frozen=True, repr=False)
class Receipt:
    """What a step did. It is true where the step succeeded; where it did not, `error` says why in a few words.

    `explanation` is the whole sentence: who did what, what happened, and what to look at.
    """

    what: str
    ok: bool
    gas_used: int | None = None
    value: Any = None
    events: tuple[LabEvent, ...] = field(default=())
    error: str | None = None
    explanation: str | None = None
    transaction: str | None = None
    address: str | None = None
    tracer: "Callable[[], Trace] | None" = field(default=None, compare=False)

    def trace(self) -> "Trace":
        """Tell what happened inside: calls, variables, gas. Raise `Invalid` for what was never sent."""
        if self.tracer is None:
            raise Invalid(f"{self.what} was not sent, so there is nothing to look into.")
        return self.tracer()

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return shown.receipt_text(self)

    def _repr_html_(self) -> str:
        return shown.receipt_html(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        reason = f"{self.what} failed: {self.error}" if not self.ok else f"{self.what} gave a receipt"
        raise AttributeError(f"There is no {name!r} here: {reason}.")


class Deployed(WithFunctions):
    """A contract on the lab's chain. Its functions are attributes; `functions` has them by name and by signature."""

    def __init__(self, lab: "Lab", step: Step, address: str) -> None:
        super().__init__(step.contract or "", address, lab.contracts[step.contract or ""])
        self.lab = lab
        self._step = step

    def _use(self, entry: Entry, args: Sequence[Any], sender: Any, value: int, *, reads: bool) -> Any:
        return self.lab._use(self, entry, args, sender, value, reads=reads)  # noqa: SLF001 - one unit


class Lab:
    """A source and the steps taken on its private chain."""

    def __init__(self, source: str, client: Client | None = None) -> None:
        self.source = source
        self._client = client or default_client()
        compiled = self._client.compile(source)
        self.contracts: dict[str, list[dict[str, Any]]] = compiled.contracts
        self.diagnostics = tuple(compiled.diagnostics)
        self._refuse_errors(compiled.diagnostics)
        self._steps: list[Step] = []
        self._latest: tuple[Step, ...] = ()

    @property
    def client(self) -> Client:
        """The classroom it is in."""
        return self._client

    @property
    def history(self) -> tuple[Step, ...]:
        """All that led to what was done last, and that itself, also where it failed or only read."""
        return self._latest or self.steps

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps so far that changed the chain or its clock."""
        return tuple(self._steps)

    def deploy(self, contract: str, *args: Any, sender: Any = "alice", value: int = 0) -> Deployed | Receipt:
        """Deploy a contract with its constructor's arguments; where that fails, answer the failed `Receipt`."""
        if contract not in self.contracts:
            names = ", ".join(self.contracts) or "none that can be deployed"
            raise Invalid(f"The source has no contract {contract!r} to deploy. It has: {names}.")
        constructor = next((entry for entry in self.contracts[contract] if entry.get("type") == "constructor"), {})
        wanted = constructor.get("inputs", [])
        if len(wanted) != len(args):
            raise Invalid(f"The constructor of {contract} takes {parameters(wanted) or 'nothing'}.")
        step = _step("deploy", account=_name(sender), contract=contract, args=_plain(args), value_wei=value)
        result = self._act(step)
        if result.ok and result.address:
            return Deployed(self, step, result.address)
        return self._receipt(f"deploying {contract}", step, result)

    def transfer(self, to: "str | Deployed", value: int, *, sender: Any = "alice") -> Receipt:
        """Send ether, in wei, to an account or a contract, without calling a function."""
        where = {"target": self._target(to)} if isinstance(to, Deployed) else {"to": _name(to)}
        what = f"{value / 10**18:g} ether from {_name(sender).capitalize()} to "
        what += to.contract if isinstance(to, Deployed) else _name(to).capitalize()
        step = _step("transfer", account=_name(sender), value_wei=value, **where)
        return self._receipt(what, step, self._act(step))

    def wait(self, *, seconds: int = 0, minutes: int = 0, hours: int = 0, days: int = 0) -> None:
        """Let time pass on the chain."""
        passed = seconds + 60 * (minutes + 60 * (hours + 24 * days))
        self._steps.append(_step("wait", seconds=passed))

    def balance(self, of: "str | Deployed") -> Wei:
        """Read the balance of an account or a contract, in wei."""
        if isinstance(of, Deployed):
            return Wei(self._read(_step("balance", target=self._target(of))))
        return Wei(self._read(_step("balance", account=_name(of))))

    def storage(self, contract: Deployed, slot: int) -> int:
        """Read one of a contract's storage slots."""
        result = self._read(_step("storage", target=self._target(contract), slot=slot))
        return int(result, 16) if isinstance(result, str) else int(result)

    def reset(self) -> None:
        """Forget all steps and begin on a fresh chain."""
        self._steps.clear()
        self._latest = ()

    def __repr__(self) -> str:
        return shown.lab_text(self)

    def _repr_html_(self) -> str:
        return shown.lab_html(self)

    def _use(
        self, deployed: Deployed, entry: Entry, args: Sequence[Any], sender: Any, value: int, *, reads: bool
    ) -> Any:
        """Call a function, or send a transaction to it where nothing is only read."""
        step = _step(
            "call" if reads else "send",
            account=_name(sender),
            target=self._target(deployed),
            function=signature(entry),
            args=_plain(args),
            value_wei=value,
        )
        result = self._run(step) if reads else self._act(step)
        if reads and result.ok:
            answer = named(result.result)
            return tuple(answer.values()) if len(entry.get("outputs", [])) > 1 else answer
        return self._receipt(f"{deployed.contract}.{entry['name']}", step, result)

    def _target(self, deployed: Deployed) -> int:
        """Give the index of the step that deployed a contract."""
        for index, step in enumerate(self._steps):
            if step is deployed._step:  # noqa: SLF001 - one unit
                return index
        raise Invalid(f"This {deployed.contract} is not on the chain of this lab any more. Deploy it again.")

    def _act(self, step: Step) -> StepResult:
        """Run a step that changes the chain, and keep it where the chain took it."""
        result = self._run(step)
        if result.ok or result.gas_used:
            self._steps.append(step)
        return result

    def _read(self, step: Step) -> Any:
        result = self._run(step)
        if not result.ok:
            raise Invalid(result.error or "This cannot be read.")
        return result.result

    def _run(self, step: Step) -> StepResult:
        """Run all steps so far and one more, and answer what that one did."""
        if len(self._steps) >= MAX_STEPS:
            raise Invalid(f"A lab takes {MAX_STEPS} steps. `reset()` begins on a fresh chain.")
        self._latest = (*self._steps, step)
        outcome = self._client.scenario(self.source, self._latest)
        self._refuse_errors(outcome.diagnostics)
        if len(outcome.steps) <= len(self._steps):
            raise ClassroomError(outcome.stopped or "The chain stopped before this step.", status_code=422)
        return outcome.steps[len(self._steps)]

    def _receipt(self, what: str, step: Step, result: StepResult) -> Receipt:
        return _receipt(what, result, self._tracer(what, step))

    def _tracer(self, what: str, step: Step) -> Callable[[], Trace]:
        """Give what traces a step on the chain as it was when the step was taken."""
        kept = next((at for at, other in enumerate(self._steps) if other is step), len(self._steps))
        steps = [*self._steps[:kept], step]

        def trace() -> Trace:
            traced = self._client.trace(self.source, steps, index=len(steps) - 1, limit=0)
            if traced.trace is None:
                raise ClassroomError(traced.stopped or "There is no trace of this.", status_code=422)
            return Trace.of_lab(what, traced.trace)

        return trace

    def _refuse_errors(self, diagnostics: Sequence[Diagnostic]) -> None:
        if any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics):
            raise CompileError(self.source, diagnostics)


def lab(source: str = NOTHING) -> Lab:
    """Set up a private chain, with the contracts of a source; raise `CompileError` where that does not compile."""
    return Lab(source)


def _receipt(what: str, result: StepResult, tracer: Callable[[], Trace]) -> Receipt:
    events = tuple(LabEvent(event["name"], named(event["args"] or {}), event["address"]) for event in result.events)
    return Receipt(
        what,
        result.ok,
        gas_used=result.gas_used,
        value=named(result.result),
        events=events,
        error=result.reason or result.error,
        explanation=result.error,
        tracer=tracer,
    )


def _step(action: str, **fields: Any) -> Step:
    try:
        return Step(action=action, **fields)  # type: ignore[arg-type]  # pydantic checks it
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = first["loc"][0] if first["loc"] else action
        raise Invalid(f"{where}: {first['msg']}") from None


def _name(account: Any) -> str:
    """Give the name by which a step knows an account."""
    if isinstance(account, Deployed):
        raise Invalid(f"{account.contract} is a contract: only an account can send a transaction.")
    return NAMES[account].lower() if account in NAMES else str(account)


def _plain(values: Sequence[Any]) -> list[Any]:
    return [_plain_value(value) for value in values]


def _plain_value(value: Any) -> Any:
    """Turn an argument into what travels: contracts by address, bytes as hexadecimal, whole numbers as they are."""
    if isinstance(value, Deployed):
        return value.address
    if isinstance(value, bytes | bytearray):
        return f"0x{value.hex()}"
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, list | tuple):
        return _plain(value)
    if isinstance(value, float):
        raise Invalid(f"{value} is not a whole number. Write ether({value}) if ether is meant.")
    raise Invalid(f"A contract cannot be given a {type(value).__name__}.")
