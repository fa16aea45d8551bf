"""The methods that can be called, by name. A module adds its own with `@method`; being imported is all it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from evmbox.rpc.errors import INVALID_PARAMS, METHOD_NOT_FOUND, RpcError
from evmbox.rpc.node import Node
from evmbox.rpc.values import Reader
from evmbox.rpc.wire import Call

Function = Callable[..., Any]
F = TypeVar("F", bound=Function)
Entry = tuple[str, list[Any]]
"""What the journal keeps of a call that changed the chain: a method and params that do it again."""


@dataclass(frozen=True, slots=True)
class Optional:
    """A parameter that may be left out, or null."""

    reader: Reader[Any]
    default: Any = None


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a call that changed the chain, where the journal keeps something else than the call itself.

    No entry: nothing was changed after all.
    """

    result: Any
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Method:
    """A method: what it does, how its parameters are read, and whether it changes the chain."""

    function: Function
    parameters: tuple[Reader[Any] | Optional, ...]
    changes: bool

    def arguments(self, params: Any) -> list[Any]:
        """Read the parameters. Raises `RpcError`."""
        if not isinstance(params, list):
            raise RpcError(INVALID_PARAMS, "Send the params as an array.")
        if len(params) > len(self.parameters):
            raise RpcError(INVALID_PARAMS, f"too many arguments, want at most {len(self.parameters)}")
        return [self._argument(place, params) for place in range(len(self.parameters))]

    def _argument(self, place: int, params: list[Any]) -> Any:
        parameter = self.parameters[place]
        if isinstance(parameter, Optional):
            if place >= len(params) or params[place] is None:
                return parameter.default
            reader = parameter.reader
        elif place >= len(params):
            raise RpcError(INVALID_PARAMS, f"missing value for required argument {place}")
        else:
            reader = parameter
        try:
            return reader(params[place])
        except RpcError as error:
            raise RpcError(error.code, f"invalid argument {place}: {error.message}", error.data) from None


METHODS: dict[str, Method] = {}


def method(name: str, *parameters: Reader[Any] | Optional, changes: bool = False) -> Callable[[F], F]:
    """Make a function answer a method: it is given the node and the parameters, and returns JSON."""

    def register(function: F) -> F:
        METHODS[name] = Method(function, parameters, changes)
        return function

    return register


def changes_the_chain(name: str) -> bool:
    """Tell whether a method of this name may change a chain."""
    found = METHODS.get(name)
    return found is not None and found.changes


def perform(node: Node, call: Call) -> tuple[Any, Entry | None]:
    """Do what is called for; return the result, and what the journal is to keep of it. Raises `RpcError`."""
    found = METHODS.get(call.method)
    if found is None:
        shown = call.method if len(call.method) <= 64 and call.method.isprintable() else "of that name"
        raise RpcError(METHOD_NOT_FOUND, f"the method {shown} does not exist/is not available")
    result = found.function(node, *found.arguments(call.params))
    if isinstance(result, Done):
        return result.result, result.entry
    if found.changes:
        return result, (call.method, list(call.params))
    return result, None


def replay(node: Node, entry: Entry) -> None:
    """Do again what the journal tells. Raises `RpcError` where it cannot be done: the journal is not this chain's."""
    node.replaying = True
    try:
        perform(node, Call(*entry))
    finally:
        node.replaying = False
