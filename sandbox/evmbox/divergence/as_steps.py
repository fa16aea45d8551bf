"""What a check did, as the steps of a scenario: for a learner to do the same by hand, and something else.

Only what leads to the first divergence, only what a learner's own source can do, and nothing that a scenario would do
otherwise: where the check used another contract, or more steps than a person reads, there are none.
"""

from collections.abc import Sequence
from typing import Any, Final

from eth_typing import Address

from evmbox.chain import Chain
from evmbox.chain.abi import Interface, Parameter, Undecodable, checksummed, decode
from evmbox.compiler import Artifact
from evmbox.divergence.transcript import Entry
from evmbox.scenario import to_json
from evmbox.steps import Step

MAX_STEPS: Final = 40
MAX_ARGUMENTS_BYTES: Final = 4_096
"""Bytes of arguments in one step."""


class _Unlike(Exception):
    """No scenario does this."""


def steps_until(index: int, entries: Sequence[Entry], artifact: Artifact, chain: Chain) -> tuple[Step, ...]:
    """Return what was done up to and with the entry at `index`; nothing where a scenario cannot do the same."""
    steps: list[Step] = []
    scenario = _Scenario(artifact, {account.raw: account.name for account in chain.accounts})
    try:
        for place, entry in enumerate(entries[: index + 1]):
            if entry.undone_at is not None and entry.undone_at <= index:
                continue  # it was done on a snapshot that was left again
            if entry.waited:
                steps.append(Step(action="wait", seconds=entry.waited))
            if entry.is_transaction or place == index:
                steps.append(scenario.step(entry, len(steps)))
            if len(steps) > MAX_STEPS:
                return ()
    except (_Unlike, Undecodable, ValueError):
        return ()
    return tuple(steps)


class _Scenario:
    def __init__(self, artifact: Artifact, people: dict[Address, str]) -> None:
        self._artifact = artifact
        self._interface = Interface(artifact.abi)
        self._functions = {each.selector: each for each in self._interface.functions}
        self._people = people
        self._deployed: dict[Address, int] = {}

    def step(self, entry: Entry, place: int) -> Step:
        """Give one action as a step, the one at `place`."""
        message = entry.message
        if message.sender not in self._people or len(message.data) - self._head(message.to) > MAX_ARGUMENTS_BYTES:
            raise _Unlike
        account, value = self._people[message.sender], message.value
        if not message.to:
            return self._deploy(entry, account, place)
        target = self._deployed.get(message.to)
        if not message.data and entry.is_transaction:
            if target is not None:
                return Step(action="transfer", account=account, target=target, value_wei=value)
            if message.to in self._people:
                return Step(action="transfer", account=account, to=self._people[message.to], value_wei=value)
        function = self._functions.get(message.data[:4])
        if target is None:
            raise _Unlike
        if function is None:
            data = f"0x{message.data.hex()}"
            return Step(action="raw", account=account, target=target, args=[data], value_wei=value)
        return Step(
            action="send" if entry.is_transaction else "call",
            account=account,
            target=target,
            function=function.signature,
            args=self._args(function.inputs, message.data[4:]),
            value_wei=value,
        )

    def _deploy(self, entry: Entry, account: str, place: int) -> Step:
        message = entry.message
        if not message.data.startswith(self._artifact.creation):
            raise _Unlike
        args = self._args(self._interface.constructor.inputs, message.data[len(self._artifact.creation) :])
        if entry.execution.created is not None:
            self._deployed[entry.execution.created] = place
        return Step(action="deploy", account=account, contract=self._artifact.name, args=args, value_wei=message.value)

    def _head(self, to: Address) -> int:
        return 4 if to else len(self._artifact.creation)

    def _args(self, inputs: Sequence[Parameter], data: bytes) -> list[Any]:
        return [self._named(to_json(value)) for value in decode(inputs, data)] if inputs else []

    def _named(self, value: Any) -> Any:
        """Have accounts, and what earlier steps deployed, stand by name."""
        match value:
            case dict():
                return {name: self._named(each) for name, each in value.items()}
            case list():
                return [self._named(each) for each in value]
            case str() if len(value) == 42 and value.startswith("0x"):
                return self._known().get(value, value)
        return value

    def _known(self) -> dict[str, str]:
        people = {checksummed(address): name for address, name in self._people.items()}
        return people | {checksummed(address): f"@{place}" for address, place in self._deployed.items()}
