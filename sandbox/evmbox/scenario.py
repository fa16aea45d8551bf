"""Runs a scenario: steps given as data, on a fresh chain, answered with data. No checks and no exercise."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from evmbox.chain import Artifact, Chain, Contract, Event, LearnerError, OutOfReach, Receipt, Struct
from evmbox.chain.accounts import Addressed
from evmbox.chain.recorder import NO_STEPS, Wanted, recording
from evmbox.checks.expectations import EXHAUSTED
from evmbox.compiler import Compilation
from evmbox.errors import ChainError, TimeUp
from evmbox.report import Outcome
from evmbox.steps import Step, StepResult
from evmbox.trace import Trace
from evmbox.trace.standing import Watcher
from evmbox.traces import MAX_STEPS, Traced, Window

NOTHING: Mapping[str, Addressed] = MappingProxyType({})
OnResult = Callable[[StepResult], object]


def run_scenario(
    compilation: Compilation, steps: Sequence[Step], *, on_result: OnResult = lambda _: None, state: bool = False
) -> tuple[list[StepResult], str | None]:
    """Run the steps in order. A step that fails says why, changes nothing, and the next one runs.

    With `state` each says what it changed in storage, and the last how all stands; `compilation` then has details.
    Returns one result a step that was reached, and None, or in words why the others were not.
    """
    chain = Chain(artifacts=compilation.artifacts, abis=compilation.abis.values())
    scenario = Scenario(chain, compilation.artifacts)
    watcher = Watcher(chain, compilation) if state else None
    results: list[StepResult] = []
    stopped: Outcome | None = None
    try:
        for step in steps:
            result = watcher.watch(step, scenario.take) if watcher else scenario.take(step)
            if watcher and len(results) == len(steps) - 1:
                result = result.model_copy(update={"state": watcher.state()})
            results.append(result)
            on_result(results[-1])
    except TimeUp:
        stopped = Outcome.TIMED_OUT
    except EXHAUSTED:
        stopped = Outcome.RESOURCE_LIMIT
    return results, None if stopped is None else stopped_at(len(results), stopped)


def trace_step(
    compilation: Compilation, steps: Sequence[Step], index: int, window: Window
) -> tuple[Traced | None, str | None]:
    """Run the steps up to `index`, and that one recorded. `compilation` has details.

    Returns its trace and None, or None and in words why there is none.
    """
    chain = Chain(artifacts=compilation.artifacts, abis=compilation.abis.values())
    scenario = Scenario(chain, compilation.artifacts)
    reached = 0
    try:
        for step in steps[:index]:
            scenario.take(step)
            reached += 1
        return scenario.trace(steps[index], compilation, window), None
    except TimeUp:
        return None, stopped_at(reached, Outcome.TIMED_OUT)
    except EXHAUSTED:
        return None, stopped_at(reached, Outcome.RESOURCE_LIMIT)


def stopped_at(step: int, outcome: Outcome) -> str:
    """Say at which step, counted from 0, a scenario was stopped by a limit."""
    why = {
        Outcome.TIMED_OUT: "it took too long",
        Outcome.OUTPUT_LIMIT: "it put out too much",
        Outcome.RESOURCE_LIMIT: "it used more memory or computing time than a scenario may",
    }[outcome]
    return f"The scenario was stopped in step {step + 1}: {why}."


class Scenario:
    """Steps on a chain. `artifacts` can be deployed, `world` is what was there before, by the names that steps use.

    An argument `@2` is the address of the contract that step 2, counted from 0, deployed; `@bank` that of a name.
    """

    def __init__(
        self, chain: Chain, artifacts: Mapping[str, Artifact], world: Mapping[str, Addressed] = NOTHING
    ) -> None:
        self._chain = chain
        self._artifacts = artifacts
        self._world = world
        self._contracts: list[Contract | None] = []

    def take(self, step: Step) -> StepResult:
        """Do one step."""
        contract: Contract | None = None
        try:
            if step.action == "deploy":
                contract = self._deploy(step)
                return _done(contract.deployment, address=contract.address)
            return self._act(step)
        except LearnerError as error:
            return StepResult(ok=False, error=error.explanation, reason=str(error))
        except ChainError as error:
            return StepResult(ok=False, error=str(error))
        finally:
            self._contracts.append(contract)

    def trace(self, step: Step, compilation: Compilation, window: Window) -> Traced:
        """Do one step and tell what happened in it, by the details of the contracts in `compilation`."""
        shown = range(window.offset, window.offset + window.limit)
        wanted = Wanted(steps=MAX_STEPS, stack=shown, memory=shown if window.memory else NO_STEPS)
        with recording(self._chain.engine, wanted) as recorded:
            result = self.take(step)
        if not recorded.frames:
            return Traced(result=result)
        trace = Trace(recorded, compilation, self._chain.name_of, gas_used=result.gas_used)
        return Traced(
            result=result,
            summary=trace.summary() if window.summary else None,
            page=trace.page(window.offset, window.limit),
            outline=trace.outline() if window.outline else None,
        )

    def _deploy(self, step: Step) -> Contract:
        if step.contract is None:
            raise ChainError("A deploy step names a contract.")
        artifact = self._artifacts.get(step.contract)
        if artifact is None or not artifact.creation:
            raise OutOfReach(f"There is no contract `{step.contract}` that can be deployed.")
        return self._chain.deploy(
            artifact, *self._args(step), sender=step.account, value=step.value_wei, called=f"`{step.contract}`"
        )

    def _act(self, step: Step) -> StepResult:
        match step.action:
            case "send" | "raw":
                return self._send(step)
            case "transfer":
                to = self._world.get(step.to, step.to) if step.to is not None else self._target(step)
                return _done(self._chain.transfer(step.account, to, step.value_wei))
            case "call":
                value = self._target(step).call(
                    _function(step), *self._args(step), sender=step.account, value=step.value_wei
                )
                return StepResult(ok=True, result=to_json(value))
            case "wait":
                self._chain.wait(step.seconds)
                return StepResult(ok=True, result=self._chain.now)
            case "storage":
                return StepResult(ok=True, result=self._chain.storage_at(self._target(step), step.slot))
            case _:
                whose = self._chain.account(step.account) if step.target is None else self._target(step)
                return StepResult(ok=True, result=self._chain.balance(whose))

    def _send(self, step: Step) -> StepResult:
        contract = self._target(step)
        if step.action == "raw":
            receipt = self._chain.transfer(step.account, contract, step.value_wei, data=_calldata(step))
            return _done(receipt).model_copy(update={"result": to_json(receipt.output)})
        return _done(contract.send(_function(step), *self._args(step), sender=step.account, value=step.value_wei))

    def _target(self, step: Step) -> Contract:
        if step.to is not None:
            there = self._world.get(step.to)
            if isinstance(there, Contract):
                return there
            raise ChainError(f"There is no contract {step.to!r}; there are: {', '.join(self._world) or 'none'}.")
        if step.target is None:
            raise ChainError(
                f"A {step.action} step says which contract it means: the index of the step that deploys it."
            )
        contract = self._contracts[step.target] if step.target < len(self._contracts) else None
        if contract is None:
            raise ChainError(f"Step {step.target + 1} deployed nothing.")
        return contract

    def _args(self, step: Step) -> list[Any]:
        return [self._argument(each) for each in step.args]

    def _argument(self, value: Any) -> Any:
        match value:
            case list():
                return [self._argument(each) for each in value]
            case dict():
                return {name: self._argument(each) for name, each in value.items()}
        if not isinstance(value, str) or not value.startswith("@"):
            return value
        name = value[1:]
        if name.isdecimal() and int(name) < len(self._contracts):
            return self._contracts[int(name)] or value
        return self._world.get(name, value)


def to_json(value: Any) -> Any:
    """Return a value of the chain as JSON has it: byte strings as 0x-hexadecimal, structs as objects."""
    match value:
        case bytes() | bytearray():
            return f"0x{bytes(value).hex()}"
        case Struct():
            return to_json(value.as_dict())
        case Mapping():
            return {str(key): to_json(each) for key, each in value.items()}
        case list() | tuple():
            return [to_json(each) for each in value]
    return value


def _function(step: Step) -> str:
    if step.function is None:
        raise ChainError(f"A {step.action} step names a function.")
    return step.function


def _calldata(step: Step) -> bytes:
    try:
        [written] = step.args
        return bytes.fromhex(written.removeprefix("0x"))
    except (ValueError, AttributeError):
        raise ChainError("A raw step has one argument: the calldata in hexadecimal, such as 0x2a.") from None


def _done(receipt: Receipt | None, *, address: str | None = None) -> StepResult:
    if receipt is None:
        return StepResult(ok=True, address=address)
    return StepResult(
        ok=True,
        result=None if address else to_json(receipt.value),
        address=address,
        gas_used=receipt.gas_used,
        events=[_event(event) for event in receipt.events],
    )


def _event(event: Event) -> dict[str, Any]:
    shown = {"name": event.name, "args": to_json(event.args), "address": event.address}
    return shown if event.name else {**shown, "topics": to_json(event.topics), "data": to_json(event.data)}
