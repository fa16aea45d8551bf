"""How a chain stands between the steps of a scenario: storage by the names of variables, and what each step changed.

A mapping has no list of its keys: those are shown that a step has looked up, known by what was hashed.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from evmbox.chain import Chain, Struct
from evmbox.chain.recorder import Recording, recording
from evmbox.chain.words import show
from evmbox.compiler import Compilation
from evmbox.steps import Change, Holding, State, Step, StepResult, Variable
from evmbox.trace.changes import changes
from evmbox.trace.layout import Cell, Key, Layout, Long, Path
from evmbox.trace.programs import Library

EXECUTING: Final = frozenset({"deploy", "send", "raw", "transfer"})
MAX_CHANGES: Final = 40
"""Changes told of one step."""

MAX_ROWS: Final = 100
"""Values told of one contract."""

MAX_LOADS: Final = 2_000
"""Words read to tell the values of one variable."""

MAX_PREIMAGES: Final = 2_000
MAX_SHORT_LIST: Final = 8
"""Elements of an array of plain values that stand in one line."""


class _TooLong(Exception):
    """More words than are read for one variable."""


class Watcher:
    """Watches the steps on a chain. `compilation` has details, or there is nothing to be told by name."""

    def __init__(self, chain: Chain, compilation: Compilation) -> None:
        self._chain = chain
        self._details = compilation.details
        self._library = Library(compilation.details) if compilation.details else Library()
        self._preimages: dict[int, bytes] = {}
        self._deployed: list[tuple[int, str, str]] = []
        self._taken = 0

    def watch(self, step: Step, take: Callable[[Step], StepResult]) -> StepResult:
        """Have a step taken, and add what it changed."""
        if step.action not in EXECUTING:
            result = take(step)
        else:
            with recording(self._chain.engine) as recorded:
                result = take(step)
            for digest, preimage in recorded.preimages.items():
                if len(self._preimages) < MAX_PREIMAGES:
                    self._preimages[digest] = preimage
            result = result.model_copy(update={"changes": list(self._changes(recorded)) if result.ok else []})
        if result.address is not None and step.contract is not None:
            self._deployed.append((self._taken, step.contract, result.address))
        self._taken += 1
        return result

    def state(self) -> State:
        """Tell how all stands now."""
        return State(
            contracts=[
                Holding(
                    target=target,
                    contract=contract,
                    address=address,
                    balance_wei=str(self._chain.balance(address)),
                    variables=list(self._variables(contract, address)),
                )
                for target, contract, address in self._deployed
            ],
            accounts={account.name: str(self._chain.balance(account)) for account in self._chain.accounts},
            time=self._chain.now,
        )

    def _changes(self, recorded: Recording) -> Iterator[Change]:
        found: dict[tuple[str, Path], tuple[str, Any, Any]] = {}
        for each in changes(recorded, self._library):
            if each.path is None or each.undone or each.transient:
                continue
            place = (each.address, each.path)
            _, first, _ = found.get(place, ("", each.old, None))
            found[place] = (each.contract or "", first, each.new)
        kept = [(path, *told) for (_, path), told in found.items() if told[1] != told[2]]
        for path, contract, old, new in kept[:MAX_CHANGES]:
            yield Change(
                contract=contract, variable=path.in_words(self._name), old=self._show(old), new=self._show(new)
            )

    def _variables(self, contract: str, address: str) -> Iterator[Variable]:
        details = self._details.contracts.get(contract) if self._details else None
        if self._details is None or details is None:
            return
        layout = Layout(details.storage_layout, asts=self._details.asts)
        left = MAX_ROWS
        for cell in layout.variables:
            for path, value in self._values(layout, cell, address):
                if left == 0:
                    return
                left -= 1
                kind = layout.label(cell) if path == layout.told(cell) else ""  # an array's is that of its length
                yield Variable(name=path.in_words(self._name), type=kind, value=value)

    def _values(self, layout: Layout, cell: Cell, address: str) -> Iterator[tuple[Path, str]]:
        loads = 0

        def load(slot: int) -> int:
            nonlocal loads
            loads += 1
            if loads > MAX_LOADS:
                raise _TooLong
            return self._chain.storage_at(address, slot)

        try:
            value = layout.value(cell, load, keys=self._preimages.values())
        except _TooLong:
            yield cell.path, "too long to show"
            return
        yield from self._rows(cell.path, value)

    def _rows(self, path: Path, value: Any) -> Iterator[tuple[Path, str]]:
        """Give a value in lines: a mapping by key, a struct by field, an array by element where that reads better."""
        match value:
            case Struct():
                for field, part in value.as_dict().items():
                    yield from self._rows(path / field, part)
            case Mapping():
                if not value:
                    yield path, "no entries"
                for key, part in value.items():
                    yield from self._rows(path / Key(key), part)
            case list() if len(value) > MAX_SHORT_LIST or any(isinstance(each, Struct | dict | list) for each in value):
                for index, part in enumerate(value):
                    yield from self._rows(path / Key(index), part)
            case _:
                yield path, self._show(value)

    def _name(self, address: str) -> str | None:
        return self._chain.name_of(address)

    def _show(self, value: Any) -> str:
        return str(value) if isinstance(value, Long) else show(value, self._name)
