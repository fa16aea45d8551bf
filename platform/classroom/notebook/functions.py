"""A deployed contract's functions as Python attributes, wherever it is deployed: completion, overloads, advice."""

import difflib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from classroom.errors import Invalid
from classroom.notebook import shown
from classroom.notebook.abi import Entry, declaration, signature


class Function:
    """One function of a deployed contract: call it. A view or pure one answers its value, any other a `Receipt`."""

    def __init__(self, deployed: "WithFunctions", overloads: Sequence[Entry]) -> None:
        self.name: str = overloads[0]["name"]
        self._deployed = deployed
        self._overloads = overloads
        self.__doc__ = "\n".join(declaration(entry) for entry in overloads)

    def __call__(self, *args: Any, sender: Any = "alice", value: int = 0) -> Any:
        """Call the function as `sender`, with `value` wei."""
        entry = self._entry(args)
        return self._deployed._use(entry, args, sender, value, reads=_reads(entry))  # noqa: SLF001 - one unit

    def call(self, *args: Any, sender: Any = "alice", value: int = 0) -> Any:
        """Try the function and answer its value; nothing is changed, whatever the function does."""
        return self._deployed._use(self._entry(args), args, sender, value, reads=True)  # noqa: SLF001 - one unit

    def transact(self, *args: Any, sender: Any = "alice", value: int = 0) -> Any:
        """Send a transaction to the function, even to one that only reads, and answer its `Receipt`."""
        return self._deployed._use(self._entry(args), args, sender, value, reads=False)  # noqa: SLF001 - one unit

    def __repr__(self) -> str:
        return f"<{self._deployed.contract}: {self.__doc__}>"

    def _entry(self, args: Sequence[Any]) -> Entry:
        fitting = [entry for entry in self._overloads if len(entry["inputs"]) == len(args)]
        if not fitting:
            raise Invalid(f"{self.name} takes other arguments: {' or '.join((self.__doc__ or '').splitlines())}.")
        if len(fitting) > 1:
            choices = " or ".join(f'functions["{signature(entry)}"]' for entry in fitting)
            raise Invalid(f"Several functions are called {self.name}. Say which one is meant: {choices}.")
        return fitting[0]


class WithFunctions(ABC):
    """A contract at an address. Its functions are attributes; `functions` has them by name and by signature."""

    def __init__(self, contract: str, address: str, abi: Sequence[Mapping[str, Any]]) -> None:
        self.contract = contract
        self.address = address
        self.functions: dict[str, Function] = {}
        entries = [entry for entry in abi if entry.get("type") == "function"]
        for entry in entries:
            overloads = [other for other in entries if other["name"] == entry["name"]]
            self.functions[entry["name"]] = Function(self, overloads)
            self.functions[signature(entry)] = Function(self, [entry])

    def __getattr__(self, name: str) -> Function:
        functions = self.__dict__.get("functions", {})
        if name in functions:
            return functions[name]  # type: ignore[no-any-return]  # __dict__ is untyped
        if name.startswith("_"):
            raise AttributeError(name)
        names = [known for known in functions if "(" not in known]
        close = difflib.get_close_matches(name, names, n=1)
        advice = f"Did you mean {close[0]}?" if close else f"It has: {', '.join(names) or 'none'}."
        raise AttributeError(f"{self.contract} has no function {name!r}. {advice}")

    def __getitem__(self, name: str) -> Function:
        """Give a function by its name or, where several share it, by its signature."""
        return self.functions[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for name in self.functions if "(" not in name)]

    def __repr__(self) -> str:
        return f"{self.contract} at {self.address}"

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.functions)

    def _repr_html_(self) -> str:
        return shown.deployed_html(self)

    @abstractmethod
    def _use(self, entry: Entry, args: Sequence[Any], sender: Any, value: int, *, reads: bool) -> Any:
        """Call a function, or send a transaction to it."""


def _reads(entry: Entry) -> bool:
    return entry.get("stateMutability") in {"view", "pure"}
