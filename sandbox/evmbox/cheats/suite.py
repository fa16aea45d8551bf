"""The tests of one test contract, run one by one against one version of the contract under test."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evmbox.chain import (
    CALL_GAS,
    DEPLOY_GAS,
    STARTING_BALANCE,
    Artifact,
    Chain,
    Contract,
    ExecutionError,
    LearnerError,
    OutOfGas,
    Reverted,
    Snapshot,
)
from evmbox.chain.abi import Error, Function, Interface, Parameter, Undecodable, checksummed, decode
from evmbox.chain.accounts import KEYS
from evmbox.chain.direct_engine import DirectEngine
from evmbox.chain.words import hexadecimal, printable, show, show_all
from evmbox.cheats.computation import cheating
from evmbox.cheats.drawing import inputs
from evmbox.cheats.invariants import Call, is_invariant, rows, targets
from evmbox.cheats.places import line_of
from evmbox.cheats.session import Session, Setting
from evmbox.compiler import Details

RUNS = 16
"""How many inputs a test with parameters is run with."""

DRAWS = 8 * RUNS
"""How many are drawn at most, those that `vm.assume` drops included."""

GENEROUS = 4
LEAST_GAS = 500_000
CREATION_GAS = 250
"""For each byte of the contract under test: a faulty version may be created where the right one refuses to be."""

MAX_ENDLESS = 1
"""How often a function may run out of gas before it is left alone: a row of such calls would take seconds."""

MAX_CALLS_TOLD = 6

SET_UP = "setUp()"

ASSERTION = Error(
    "AssertionFailed",
    tuple(
        Parameter(name, kind)
        for name, kind in (
            ("assertion", "string"),
            ("kind", "string"),
            ("left", "bytes"),
            ("right", "bytes"),
            ("note", "string"),
        )
    ),
)
"""What an assertion of the library reverts with."""

COMPARED = {
    kind: Parameter("", kind) for kind in ("uint256", "int256", "address", "bool", "bytes32", "bytes", "string")
}
"""What the assertions of the library compare. A test may revert as they do, with whatever it likes."""


@dataclass(frozen=True)
class Failure:
    """Why a test failed, in words that follow its name: 'reverted with "not enough"'."""

    test: str
    why: str
    drawn: tuple[Any, ...] = ()
    calls: tuple[Call, ...] = ()


def cheating_chain(
    session: Session,
    *,
    seed: int = 0,
    artifacts: Mapping[str, Artifact] | None = None,
    abis: Iterable[Sequence[Mapping[str, Any]]] = (),
    deploy_gas: int = DEPLOY_GAS,
    call_gas: int = CALL_GAS,
) -> Chain:
    """Return a chain on which the cheat codes of `session` exist."""
    engine = DirectEngine(KEYS, balance=STARTING_BALANCE, seed=seed % 2**256)
    state_class = engine.state_class
    state_class.computation_class = cheating(state_class.computation_class, session)
    return Chain(seed=seed, artifacts=artifacts, abis=abis, deploy_gas=deploy_gas, call_gas=call_gas, engine=engine)


def tests_of(artifact: Artifact) -> list[Function]:
    """Return the tests of a test contract: its functions called `test…` and `invariant…`, in the ABI's order."""
    functions = Interface(artifact.abi).functions
    return [each for each in functions if each.name.startswith("test") or is_invariant(each)]


class Suite:
    """A test contract that was deployed and set up. Each test begins from there.

    `used` is the gas that each function used on the right version, where that is known: it then gets `GENEROUS` times
    as much, and a version that loops is soon found out. Where it is not, a test may use half of its limit: none is to
    pass by a hair and fail where a version costs a little more.
    """

    def __init__(
        self, chain: Chain, session: Session, artifact: Artifact, *, used: Mapping[str, int] | None = None
    ) -> None:
        self.chain = chain
        self.tests = tests_of(artifact)
        self._session = session
        self._artifact = artifact
        self.used: dict[str, int] = {}
        self._known = used
        self.contract: Contract | None = None
        self._start: tuple[Snapshot, Setting] | None = None
        self._targets: list[Contract] = []

    def set_up(self) -> Failure | None:
        """Deploy the test contract and run its `setUp()`; say why that failed.

        From here on the clock and the number of the block stand still, unless a test moves them: `skip(1 days)` in a
        test comes to the very second that is a day after `setUp()`.
        """
        self._session.set(timestamp=self.chain.now, number=self.chain.block_number)
        try:
            self.contract = self.chain.deploy(self._artifact, called=f"`{self._artifact.name}`")
            if self.contract.has(SET_UP):
                self._send(SET_UP)
        except LearnerError as error:
            where = "setUp" if self.contract else "constructor"
            return Failure(f"{where}()", self._why(error))
        if (fault := self._session.end()) is not None:
            return Failure(SET_UP, fault)
        if any(map(is_invariant, self.tests)):
            try:
                self._targets = targets(self.contract, self._made())
            except LearnerError as error:
                return Failure(SET_UP, self._why(error))
        self._start = self.chain.snapshot(), self._session.setting
        return None

    def failures(self) -> Iterator[Failure]:
        """Run every test and yield what failed, in order."""
        tried: Mapping[str, Failure] | None = None
        for test in self.tests:
            if is_invariant(test):
                tried = self._try_invariants(filter(is_invariant, self.tests)) if tried is None else tried
                failure = tried.get(test.signature)
            else:
                failure = self.run(test)
            if failure is not None:
                yield failure

    def run(self, test: Function) -> Failure | None:
        """Run one test: one with parameters with several inputs, an invariant after calls. Say why it failed."""
        if is_invariant(test):
            return self._try_invariants([test]).get(test.signature)
        runs = 0
        for drawn in inputs(test, seed=self.chain.seed, limit=DRAWS if test.inputs else 1):
            why = self._run(test, drawn)
            if self._session.dropped:
                continue
            if why is not None:
                given = f" with ({show_all(drawn, self._name)})" if test.inputs else ""
                return Failure(test.signature, f"{why}{given}", tuple(drawn))
            runs += 1
            if runs == RUNS:
                break
        return None if runs else Failure(test.signature, "found no input that `vm.assume` lets pass")

    def line(self, failure: Failure, details: Details) -> int | None:
        """Run a test that failed once more, and return the line of the submitted file that it failed in, if any."""
        test = next((each for each in self.tests if each.signature == failure.test), None)
        if test is None:
            return None
        trail = list[int]()
        if is_invariant(test):
            self._retrace(failure.calls, test, trail)
        else:
            self._session.trail = trail
            try:
                self._run(test, failure.drawn)
            finally:
                self._session.trail = None
        return line_of(trail, self._artifact.name, details)

    def _made(self) -> list[Contract]:
        """Return the contracts that were created and whose ABI is known, in their order."""
        return [
            self.chain.at(checksummed(address), name, called=f"`{name}`")
            for address, name in self._session.setting.made.items()
            if name in self.chain.artifacts
        ]

    def _try_invariants(self, invariants: Iterable[Function]) -> dict[str, Failure]:
        """Hold invariants against the same rows of calls; where the version is the right one, tell as few as do."""
        invariants = list(invariants)
        senders = [account.name for account in self.chain.accounts]
        pool = [account.address for account in self.chain.accounts] + [each.address for each in self._targets]
        failures: dict[str, Failure] = {}
        called = False
        for row in rows(self._targets, seed=self.chain.seed, senders=senders, pool=pool):
            left = [each for each in invariants if each.signature not in failures]
            failed = self._after(row, left, from_start=not called)
            called = True
            for test in left:
                if test.signature not in failed:
                    continue
                why, calls = failed[test.signature]
                if self._known is None:
                    why, calls = self._fewer(test, why, calls)
                failures[test.signature] = Failure(test.signature, f"{why}{self._after_what(calls)}", calls=calls)
            if len(failures) == len(invariants) or (failures and self._known is not None):
                break  # one is enough to notice a faulty version
        if not called:
            nothing = "found nothing to call: make the contract in `setUp()`, with `new`"
            return {test.signature: Failure(test.signature, nothing) for test in invariants}
        return failures

    def _after(
        self, calls: Sequence[Call], tests: Iterable[Function], *, from_start: bool = True
    ) -> dict[str, tuple[str, tuple[Call, ...]]]:
        """Make calls, looking at invariants before, between and after them; say why and after which each failed.

        A call that reverted has changed nothing, so none is looked at again after it.
        """
        assert self._start is not None  # noqa: S101 - set_up comes first
        self._session.begin(self._start[1])
        left = {test.signature: test for test in tests}
        failed: dict[str, tuple[str, tuple[Call, ...]]] = {}
        endless: Counter[tuple[str, str]] = Counter()

        def look(so_far: Sequence[Call], wrong: str | None = None) -> None:
            for name, test in list(left.items()):
                if (why := wrong or self._look(test)) is not None:
                    failed[name] = why, tuple(so_far)
                    del left[name]

        try:
            if from_start:
                look(())
            for number, call in enumerate(calls, start=1):
                if not left:
                    break
                if endless[call.key] >= MAX_ENDLESS:
                    continue
                changed, wrong = self._make(call, endless)
                if changed:
                    look(calls[:number], wrong)
        finally:
            self.chain.revert(self._start[0])
        return failed

    def _retrace(self, calls: Sequence[Call], test: Function, trail: list[int]) -> None:
        """Make calls, look at an invariant after the last, and leave in `trail` where the test contract went."""
        assert self._start is not None  # noqa: S101 - set_up comes first
        self._session.begin(self._start[1])
        endless: Counter[tuple[str, str]] = Counter()
        try:
            if not any(self._make(call, endless)[1] for call in calls):
                self._session.trail = trail
                self._look(test)
        finally:
            self._session.trail = None
            self.chain.revert(self._start[0])

    def _make(self, call: Call, endless: Counter[tuple[str, str]]) -> tuple[bool, str | None]:
        """Make a call that may revert. Say whether it counts, and what is wrong where an assertion failed in it."""
        before = self._session.setting
        self._session.begin(before)
        try:
            call.send()
        except OutOfGas:
            endless[call.key] += 1
        except LearnerError as error:
            if isinstance(error, Reverted) and error.data[:4] == ASSERTION.selector:
                return True, self._assertion(error.data[4:])
        else:
            return True, self._session.end()
        self._session.begin(before)
        return False, None

    def _look(self, test: Function) -> str | None:
        """Call an invariant and keep nothing of it; say why it failed."""
        assert self.contract is not None  # noqa: S101 - it was deployed before
        setting, mark = self._session.setting, self.chain.snapshot()
        self._session.begin(setting)
        try:
            self._send(test.signature)
        except LearnerError as error:
            return self._session.faults[0] if self._session.faults else self._why(error)
        else:
            return self._session.end()
        finally:
            self.chain.revert(mark)
            self._session.begin(setting)

    def _fewer(self, test: Function, why: str, calls: tuple[Call, ...]) -> tuple[str, tuple[Call, ...]]:
        """Leave calls out, one by one, without which the invariant fails too."""
        for call in calls:
            without = tuple(each for each in calls if each is not call)
            if (failed := self._after(without, [test]).get(test.signature)) is not None:
                why, calls = failed
        return why, calls

    def _after_what(self, calls: Sequence[Call]) -> str:
        if not calls:
            return " from the start"
        said = [
            f"{call.sender.capitalize()} called `{call.function.name}({show_all(call.args, self._name)})` "
            f"of {call.target!r}"
            for call in calls[-MAX_CALLS_TOLD:]
        ]
        more = len(calls) - len(said)
        return f" after {f'{more} more calls, ' if more else ''}{', '.join(said)}"

    def _run(self, test: Function, drawn: Sequence[Any]) -> str | None:
        assert self._start is not None  # noqa: S101 - set_up comes first
        self._session.begin(self._start[1])
        try:
            self._send(test.signature, *drawn)
        except LearnerError as error:
            return self._session.faults[0] if self._session.faults else self._why(error)
        finally:
            self.chain.revert(self._start[0])
        used = self.used[test.signature]
        if self._known is None and used > self.chain.call_gas // 2:
            return f"used {used:,} gas, more than half of the {self.chain.call_gas:,} that a test has"
        return self._session.end()

    def _send(self, function: str, *args: Any) -> None:
        assert self.contract is not None  # noqa: S101 - it was deployed before
        known = None if self._known is None else self._known.get(function)
        least = LEAST_GAS + CREATION_GAS * self._session.shown_size
        gas = None if known is None else min(self.chain.call_gas, max(GENEROUS * known, least))
        receipt = self.contract.send(function, *args, sender="owner", gas=gas)
        self.used[function] = max(receipt.gas_used, self.used.get(function, 0))

    def _why(self, error: LearnerError) -> str:
        if isinstance(error, Reverted) and error.data[:4] == ASSERTION.selector:
            return self._assertion(error.data[4:])
        return error.predicate if isinstance(error, ExecutionError) else error.explanation

    def _assertion(self, data: bytes) -> str:
        try:
            assertion, kind, left, right, note = decode(ASSERTION.inputs, data)
            values = [decode((COMPARED[kind],), each)[0] for each in (left, right)] if kind else []
        except (Undecodable, KeyError):
            return "reverted with an assertion that can't be read"
        shown = ", ".join(
            hexadecimal(value) if isinstance(value, bytes) else show(value, self._name) for value in values
        )
        said = f': "{printable(note)}"' if note else ""
        return f"failed at `{printable(assertion)}({shown})`{said}"

    def _name(self, address: str) -> str | None:
        labels = self._session.setting.labels
        return next(
            (name for raw, name in labels.items() if f"0x{raw.hex()}" == address.lower()), self.chain.name_of(address)
        )
