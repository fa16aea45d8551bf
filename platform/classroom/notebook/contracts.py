"""Contracts of `%%solidity` cells, deployed on one's own lasting chain and used there.

    Counter.deploy(5, sender="bob")       # on chain(), or `on=` another
    counter.add(2)                        # a transaction: answers a Receipt
    counter.value()                       # a view function: answers its value

A transaction that fails is a result and not an exception, as in a lab.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from classroom.errors import Invalid
from classroom.notebook import abi, tables
from classroom.notebook.abi import Entry
from classroom.notebook.functions import WithFunctions
from classroom.notebook.labs import LabEvent, Receipt
from classroom.notebook.traces import Trace
from classroom.schemas import Diagnostic

if TYPE_CHECKING:
    from classroom.notebook.chains import PrivateChain

REVERTED = 3
"""JSON-RPC's code for what reverted, as geth has it."""


@dataclass(frozen=True, repr=False)
class Contract:
    """A compiled contract: deploy it, or name the address where it stands already."""

    name: str
    abi: tuple[Entry, ...]
    bytecode: str
    source: str = ""
    solc: str | None = None
    """What it was compiled from, and by which of the pinned compilers where that was chosen."""

    @property
    def constructor(self) -> Sequence[Entry]:
        """The constructor's parameters."""
        entry = next((entry for entry in self.abi if entry.get("type") == "constructor"), None)
        return () if entry is None else entry["inputs"]

    def deploy(
        self, *args: Any, sender: Any = "alice", value: int = 0, on: "PrivateChain | None" = None
    ) -> "OnChain | Receipt":
        """Deploy it with its constructor's arguments; where that fails, answer the failed `Receipt`."""
        return (on or _chain()).deploy(self, *args, sender=sender, value=value)

    def at(self, address: str, *, on: "PrivateChain | None" = None) -> "OnChain":
        """Use the one that stands at an address."""
        return OnChain(on or _chain(), self, abi.address_of(address))

    def __repr__(self) -> str:
        return f"{self.name}({abi.parameters(self.constructor)}): {self.name}.deploy(…) puts it on your chain"

    def _repr_html_(self) -> str:
        return tables.contract_html(self)


class OnChain(WithFunctions):
    """A contract on a lasting chain. Its functions are attributes."""

    def __init__(self, chain: "PrivateChain", kind: Contract, address: str) -> None:
        super().__init__(kind.name, address, kind.abi)
        self._chain = chain
        self._kind = kind
        chain.known[address] = kind

    def _use(self, entry: Entry, args: Sequence[Any], sender: Any, value: int, *, reads: bool) -> Any:
        data = abi.selector(entry) + abi.encode(entry["inputs"], args)
        order = order_of(sender, value, data, to=self.address)
        what = f"{self.contract}.{entry['name']}"
        if not reads:
            return send(self._chain, what, order, self._kind.abi)
        try:
            answer = self._chain.ask("eth_call", order, "latest")
        except Invalid as refused:
            return _refused(what, refused, self._kind.abi)
        values = abi.decode(entry.get("outputs", []), bytes.fromhex(answer[2:]))
        return values[0] if len(values) == 1 else tuple(values) or None


class Compiled:
    """What a `%%solidity` cell gave: its contracts, by name, and the compiler's warnings."""

    def __init__(self, source: str, contracts: dict[str, Contract], diagnostics: Sequence[Diagnostic]) -> None:
        self.source = source
        self.contracts = contracts
        self.diagnostics = tuple(diagnostics)

    def __repr__(self) -> str:
        return tables.compiled_text(self)

    def _repr_html_(self) -> str:
        return tables.compiled_html(self)


def order_of(sender: Any, value: int, data: bytes = b"", *, to: str | None = None) -> dict[str, str]:
    """Write a transaction as JSON-RPC has it; `value` is in wei."""
    if not isinstance(value, int):
        raise Invalid(f"{value} is not a whole number of wei. Write ether({value}) if ether is meant.")
    order = {"from": abi.address_of(sender), "value": hex(value), "data": f"0x{data.hex()}"}
    return order if to is None else {**order, "to": to}


def send(chain: "PrivateChain", what: str, order: dict[str, str], known: Sequence[Entry] = ()) -> Receipt:
    """Send a transaction and tell what it did; `known` explains its events and errors."""
    try:
        digest = chain.ask("eth_sendTransaction", order)
    except Invalid as refused:
        return _refused(what, refused, known)
    mined = chain.ask("eth_getTransactionReceipt", digest)
    ok = mined["status"] == "0x1"
    error = None if ok else _why(chain, digest, known)
    return Receipt(
        what,
        ok,
        gas_used=int(mined["gasUsed"], 16),
        events=tuple(_event(known, log) for log in mined["logs"]),
        error=error,
        explanation=error,
        transaction=digest,
        address=abi.address_of(made) if (made := mined.get("contractAddress")) else None,
        tracer=lambda: _trace(chain, what, digest),
    )


def _event(known: Sequence[Entry], log: dict[str, Any]) -> LabEvent:
    topics = [bytes.fromhex(each[2:]) for each in log["topics"]]
    name, args = abi.decode_log(known, topics, bytes.fromhex(log["data"][2:]))
    return LabEvent(name, args, log["address"])


def _why(chain: "PrivateChain", digest: str, known: Sequence[Entry]) -> str:
    call = chain.ask("debug_traceTransaction", digest, {"tracer": "callTracer", "tracerConfig": {"onlyTopCall": True}})
    return abi.decode_error(known, bytes.fromhex(call.get("output", "0x")[2:])) or str(call.get("error", "it failed"))


def _trace(chain: "PrivateChain", what: str, digest: str) -> Trace:
    functions = {
        address: {f"0x{abi.selector(entry).hex()}": entry["name"] for entry in kind.abi if entry["type"] == "function"}
        for address, kind in chain.known.items()
    }

    def called(address: str, data: str) -> str:
        name = chain.known[address].name if address in chain.known else repr(abi.named(address)).strip("'")
        function = functions.get(address, {}).get(data[:10])
        return f"{name}.{function}" if function else name

    call = chain.ask("debug_traceTransaction", digest, {"tracer": "callTracer"})
    return Trace.of_chain(what, call, lambda address, data: called(abi.address_of(address), data))


def _refused(what: str, refused: Invalid, known: Sequence[Entry]) -> Receipt:
    """Tell of a call that reverted. Anything else that was refused is raised again."""
    if getattr(refused, "code", None) != REVERTED:
        raise refused
    data = getattr(refused, "data", None)
    why = abi.decode_error(known, bytes.fromhex(data[2:])) if isinstance(data, str) else None
    return Receipt(what, ok=False, error=why or refused.detail, explanation=why or refused.detail)


def _chain() -> "PrivateChain":
    from classroom.notebook.chains import chain  # noqa: PLC0415 - a chain deploys contracts: the two know each other

    return chain()
