"""One private chain: named accounts, contracts by their functions, time, snapshots. What lesson authors write against.

It says no word about exercises or checks, and nothing about how the EVM is run: that is an `Engine`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_typing import Address

from evmbox.chain import seeded
from evmbox.chain.abi import Interface, Mismatch, checksummed, encode
from evmbox.chain.accounts import KEYS, NAMES, OWNER, Account, Addressed
from evmbox.chain.actions import Action, tell
from evmbox.chain.code import Code, creation_of
from evmbox.chain.contract import Artifact, Contract, Sender
from evmbox.chain.engine import MAX_TRANSACTION_GAS, Ending, Engine, Execution, Log, Message
from evmbox.chain.errors import ExecutionError, MissingFunction, OutOfReach
from evmbox.chain.failures import failure
from evmbox.chain.receipts import Event, Receipt, decode_event
from evmbox.chain.requests import Request, wei, whole
from evmbox.chain.units import ether, in_words
from evmbox.chain.words import is_address, show, show_all
from evmbox.errors import ChainError

ZERO_ADDRESS = "0x" + 40 * "0"
NOBODY = "the zero address"

STARTING_BALANCE = ether(1000)
"""What each account has at the start."""

DEPLOY_GAS = 8_000_000
CALL_GAS = 3_000_000
MAX_TIME = 2**64 - 1
SUBMISSION = "your contract"
"""What the contract that was deployed first is called in messages."""


@dataclass(frozen=True)
class Snapshot:
    """A state of a chain to go back to, with its clock and the names it had given."""

    mark: Any
    contracts: dict[str, Interface]
    names: dict[str, str]
    submission: str | None


class Chain:
    """A private chain of one's own.

    It starts at a fixed time, `START_TIME`; each transaction has a block of its own and takes one second. Accounts
    start with 1,000 ether. Gas is limited but costs nothing (`tx.gasprice` and `block.basefee` are 0), so balances
    change by exactly what is sent.

    `seed` gives values that differ from one learner to the next (see `number`) and decides `block.prevrandao`.
    `artifacts` are contracts that `deploy` knows by name. `abis` explain errors and events of contracts that other
    contracts make. What is deployed first is the learner's, unless `first_is_submission` says otherwise.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        artifacts: Mapping[str, Artifact] | None = None,
        abis: Iterable[Sequence[Mapping[str, Any]]] = (),
        deploy_gas: int = DEPLOY_GAS,
        call_gas: int = CALL_GAS,
        engine: Engine | None = None,
        first_is_submission: bool = True,
    ) -> None:
        self.seed = seed
        self.artifacts: dict[str, Artifact] = dict(artifacts or {})
        self.deploy_gas = deploy_gas
        self.call_gas = call_gas
        self.gas: dict[str, int] = {}
        """The highest gas that a transaction to each function of the submission used; 'constructor' for deployment."""

        self.accounts = tuple(Account(self, name, key) for name, key in zip(NAMES, KEYS, strict=True))
        self.owner, self.alice, self.bob, self.carol, self.dave, self.erin = self.accounts
        self._engine = engine or _direct(seed)
        self._abis = tuple(abis)
        self._contracts: dict[str, Interface] = {}
        self._names = {account.address: account.name.capitalize() for account in self.accounts} | {ZERO_ADDRESS: NOBODY}
        self._ever_named = dict(self._names)
        self._submission: str | None = None
        self._first_is_submission = first_is_submission

    @property
    def engine(self) -> Engine:
        """What runs the EVM here, for those who record it."""
        return self._engine

    def put_on(self, engine: Engine) -> None:
        """Go on with another engine: one that passes everything on to the present one, and watches."""
        self._engine = engine

    def account(self, name: str) -> Account:
        """Return the account of this name. Raises `ChainError`."""
        for account in self.accounts:
            if account.name == name.lower():
                return account
        raise ChainError(f"There is no account {name!r}; there are {', '.join(NAMES)}.")

    def deploy(
        self,
        artifact: Artifact | str,
        *args: Any,
        sender: Sender = OWNER,
        value: int = 0,
        gas: int | None = None,
        called: str | None = None,
    ) -> Contract:
        """Deploy a contract, by default as the owner, and return it.

        `called` is what messages call it: "your contract" for the first, later the contract's own name. Raises
        `Reverted`, `OutOfGas` or `ExecutionError` where the deployment fails, and `MissingFunction` where the
        constructor takes other arguments.
        """
        found = self._artifact(artifact)
        interface = Interface(found.abi)
        first = self._submission is None and self._first_is_submission
        title = called or (SUBMISSION if first else f"`{found.name}`")
        given = f" with ({show_all(args, self.name_of)})" if args else ""
        paying = f", sending {in_words(wei(value))}" if value else ""
        account = self.sender(sender)
        refuses_ether = value and not interface.constructor.payable
        receipt = self.execute(
            Request(
                sender=account,
                to=None,
                data=found.creation + self._constructor_data(interface, args, title),
                value=value,
                gas=self.deploy_gas if gas is None else gas,
                action=f"{account!r} deployed {title}{given}{paying}",
                interface=interface,
                advice="Its constructor isn't `payable`, so it can't take ether." if refuses_ether else None,
            )
        )
        address = str(receipt.created)
        self._contracts[address] = interface
        self._names[address] = self._ever_named[address] = title
        if first:
            self._submission = address
            self._record("constructor", receipt.gas_used)
        return Contract(self, address, found, receipt)

    def deploy_code(
        self, runtime: bytes, *, called: str = "the code", sender: Sender = OWNER, value: int = 0
    ) -> Contract:
        """Deploy runtime bytecode as it is. Without an ABI it is reached by `transfer` and `call_raw`."""
        code = Code(called, creation_of(runtime))
        return self.deploy(code, sender=sender, value=value, called=called)

    def at(self, address: object, artifact: Artifact | str, *, called: str | None = None) -> Contract:
        """Return the contract at an address, made by another contract, to be called by the ABI of `artifact`."""
        found = self._artifact(artifact)
        where = self._locate(address)
        self._contracts[where] = Interface(found.abi)
        self._ever_named[where] = self._names.setdefault(where, called or f"`{found.name}`")
        return Contract(self, where, found)

    def transfer(self, sender: Sender, to: object, value: int, *, data: bytes = b"", gas: int | None = None) -> Receipt:
        """Send wei, and with it raw calldata if any: to a contract's `receive` or `fallback`, or to an account."""
        account = self.sender(sender)
        where = self._locate(to)
        interface = self._contracts.get(where)
        advice = None
        if interface is not None and not data and not interface.takes_plain_ether:
            title = self.name_of(where) or where
            advice = f"{title[0].upper()}{title[1:]} has no `receive()`, so it can't take plain ether."
        carrying = f" with the calldata {show(data)}" if data else ""
        return self.execute(
            Request(
                sender=account,
                to=where,
                data=data,
                value=value,
                gas=gas,
                action=f"{account!r} sent {in_words(wei(value))}{carrying} to {self.name_of(where) or where}",
                interface=interface,
                advice=advice,
            )
        )

    def call_raw(
        self, to: object, data: bytes = b"", *, sender: Sender = None, value: int = 0, gas: int | None = None
    ) -> bytes:
        """Call with raw calldata, keep nothing of it, and return the bytes that came back. Raises `ExecutionError`."""
        account = self.sender(sender)
        where = self._locate(to)
        carrying = f"the calldata {show(data)}" if data else "no calldata"
        paying = f", sending {in_words(wei(value))}" if value else ""
        return self.look(
            Request(
                sender=account,
                to=where,
                data=data,
                value=value,
                gas=gas,
                action=f"{account!r} called {self.name_of(where) or where} with {carrying}{paying}",
                interface=self._contracts.get(where),
            )
        )

    def balance(self, of: object) -> int:
        """Return the balance in wei of an account, a contract or an address."""
        return self._engine.balance(_raw(self._locate(of)))

    def storage_at(self, of: object, slot: int) -> int:
        """Return a word of a contract's storage as an unsigned integer."""
        return self._engine.storage(_raw(self._locate(of)), slot)

    def code(self, of: object) -> bytes:
        """Return the runtime bytecode at an address, empty where there is none."""
        return self._engine.code(_raw(self._locate(of)))

    @property
    def now(self) -> int:
        """The Unix time that the next transaction will see; a call sees it already.

        When something happened is in its receipt: `contract.deployment.timestamp`.
        """
        return self._engine.timestamp

    @property
    def block_number(self) -> int:
        """The number of the next transaction's block; a call sees it already."""
        return self._engine.block_number

    def wait(self, seconds: int) -> None:
        """Let time pass before the next transaction."""
        self.warp(self.now + whole(seconds, "A number of seconds"))

    def warp(self, timestamp: int) -> None:
        """Let the next transaction see exactly this Unix time. Raises `OutOfReach` for the past."""
        if not self.now <= whole(timestamp, "A time") <= MAX_TIME:
            raise OutOfReach(f"The check wanted to move the clock to {show(timestamp)}, but it is {self.now} already.")
        self._engine.warp(timestamp)

    def mine(self, blocks: int = 1) -> None:
        """Seal empty blocks, each one second after the last."""
        for _ in range(blocks):
            self._engine.mine()

    def snapshot(self) -> Snapshot:
        """Return a snapshot of state, time and block number. It can be reverted to any number of times."""
        return Snapshot(self._engine.snapshot(), dict(self._contracts), dict(self._names), self._submission)

    def revert(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot of this chain. Only `gas` keeps what it has."""
        self._engine.revert(snapshot.mark)
        self._contracts = dict(snapshot.contracts)
        self._names = dict(snapshot.names)
        self._submission = snapshot.submission

    def number(self, label: str, low: int = 0, high: int = 2**256 - 1) -> int:
        """Return a number from `low` to `high` that `seed` and `label` decide: each learner's own, always the same."""
        return seeded.number(self.seed, label, low, high)

    def execute(self, request: Request) -> Receipt:
        """Run a request as a transaction. Raises `ExecutionError`."""
        execution = self._run(request, transaction=True)
        events = [self._event(log, request) for log in execution.logs]
        receipt = Receipt(
            execution,
            action=request.action,
            events=tuple(events),
            function=request.function,
            created=None if execution.created is None else checksummed(execution.created),
            calldata=request.data,
        )
        if request.to is not None and request.to == self._submission:
            self._record(_gas_label(request), receipt.gas_used)
        tell(Action(request.action, receipt=receipt))
        return receipt

    def look(self, request: Request) -> bytes:
        """Run a request and keep nothing but what it returned. Raises `ExecutionError`."""
        execution = self._run(request, transaction=False)
        tell(Action(request.action))
        return execution.output

    def sender(self, sender: Sender) -> Account:
        """Return the account that sends: Alice where nobody is named. Raises `ChainError`."""
        if sender is None:
            return self.alice
        if isinstance(sender, Account):
            return sender
        if isinstance(sender, str):
            return next((account for account in self.accounts if account == sender), None) or self.account(sender)
        raise ChainError(f"{sender!r} can't send; only accounts can.")

    def name_of(self, address: str) -> str | None:
        """Return what messages call an address, if it has a name."""
        return self._names.get(address)

    def last_name_of(self, address: str) -> str | None:
        """Return what messages last called an address, also one whose contract was taken back by a revert."""
        return self._ever_named.get(address)

    def is_submission(self, address: str) -> bool:
        """Tell whether this is the contract that was deployed first."""
        return address == self._submission

    def address_of(self, value: object) -> str | None:
        """Return the checksummed address that a value stands for: an account, its name, a contract, an address."""
        match value:
            case Addressed():
                return value.address
            case bytes() if len(value) == 20:
                return checksummed(value)
            case str() if is_address(value):
                return checksummed(value)
            case str() if value.lower() in NAMES:
                return self.account(value).address
        return None

    def _run(self, request: Request, *, transaction: bool) -> Execution:
        gas = self.call_gas if request.gas is None else request.gas
        if not 0 < gas <= MAX_TRANSACTION_GAS:
            raise ChainError(f"A transaction can have 1 to {MAX_TRANSACTION_GAS:,} gas, not {gas:,}.")
        to = b"" if request.to is None else _raw(request.to)
        message = Message(request.sender.raw, Address(to), request.data, request.value, gas)
        execution = self._engine.transact(message) if transaction else self._engine.call(message)
        if execution.ending is Ending.RETURNED:
            return execution
        error = self._failure(request, execution, gas)
        tell(Action(request.action, error=error))
        raise error

    def _failure(self, request: Request, execution: Execution, gas: int) -> ExecutionError:
        known = (error for interface in self._interfaces(request.interface) for error in interface.errors)
        error = failure(execution, gas=gas, known=known, name=self.name_of)
        error.action = request.action
        if execution.ending is Ending.UNFUNDED:
            error.advice = f"{request.sender!r} has only {in_words(request.sender.balance)}."
        elif execution.ending is Ending.REVERTED and not execution.output:
            error.advice = request.advice
        return error

    def _event(self, log: Log, request: Request) -> Event:
        address = checksummed(log.address)
        return decode_event(log, address, self._interfaces(self._contracts.get(address, request.interface)))

    def _interfaces(self, first: Interface | None) -> Iterable[Interface]:
        if first is not None:
            yield first
        yield from self._contracts.values()
        yield from self._elsewhere

    @cached_property
    def _elsewhere(self) -> tuple[Interface, ...]:
        """The contracts that may be met without having been deployed here."""
        return tuple(Interface(abi) for abi in (*(each.abi for each in self.artifacts.values()), *self._abis))

    def _artifact(self, artifact: Artifact | str) -> Artifact:
        if not isinstance(artifact, str):
            return artifact
        found = self.artifacts.get(artifact)
        if found is None or not found.creation:
            raise OutOfReach(f"There is no contract `{artifact}` that can be deployed.")
        return found

    def _constructor_data(self, interface: Interface, args: Sequence[Any], title: str) -> bytes:
        constructor = interface.constructor
        try:
            return encode(constructor.inputs, args, self.address_of)
        except Mismatch as mismatch:
            raise MissingFunction(
                f"The constructor of {title} can't be called with ({show_all(args, self.name_of)}): "
                f"it is `constructor{constructor.declaration}`, and {mismatch}."
            ) from mismatch

    def _locate(self, value: object) -> str:
        address = self.address_of(value)
        if address is None:
            raise OutOfReach(f"An address was expected, not {show(value)}.")
        return address

    def _record(self, name: str, gas_used: int) -> None:
        self.gas[name] = max(gas_used, self.gas.get(name, 0))


def _raw(address: str) -> Address:
    return Address(bytes.fromhex(address[2:]))


def _gas_label(request: Request) -> str:
    function = request.function
    if function is None:
        return "fallback" if request.data else "receive"
    overloaded = request.interface is not None and len(request.interface.named(function.name)) > 1
    return function.signature if overloaded else function.name


def _direct(seed: int) -> Engine:
    """Make the engine a chain has unless it is given another."""
    from evmbox.chain.direct_engine import DirectEngine  # noqa: PLC0415 - half a second that only a chain costs

    return DirectEngine(KEYS, balance=STARTING_BALANCE, seed=seed % 2**256)
