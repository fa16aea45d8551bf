"""What cheat codes have set up on one chain: who is pranked, what is expected of the next call, how time was moved."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import eth_abi.abi
from eth_typing import Address

from evmbox.chain.failures import REASON

CHEAT_ADDRESS = Address(bytes.fromhex("7109709ecfa91a80626ff3989d68f67f5b1dd12d"))
"""Where Foundry's users know cheat codes to be."""


@dataclass(frozen=True)
class Place:
    """A frame of the EVM as a cheat code knows it: the contract that runs in it, and how deep it is."""

    address: Address
    depth: int


@dataclass(frozen=True)
class Prank:
    """Calls from `place` come from `sender`: the next one, or all. `origin` is None for the real one."""

    place: Place
    sender: Address
    origin: Address | None
    once: bool


@dataclass(frozen=True)
class ExpectedRevert:
    """The next call from `place` must revert: with exactly `data`, beginning with `selector`, or anyhow.

    `data` may also be the text of a `require` or `revert`, without the selector and the encoding of `Error(string)`.
    """

    place: Place
    data: bytes | None = None
    selector: bytes | None = None

    def met_by(self, output: bytes) -> bool:
        """Tell whether a revert with this data is what was expected."""
        if self.selector is not None:
            return output[:4] == self.selector
        return self.data is None or output in (self.data, REASON.selector + eth_abi.abi.encode(["bytes"], [self.data]))


@dataclass(frozen=True)
class ExpectedEvent:
    """The next call from `place` must emit what `place` itself emits first: its `topics` and `data`, once known.

    `compared` says for each of the three topics after the first, and for the data, whether it counts.
    """

    place: Place
    compared: tuple[bool, bool, bool, bool] = (True, True, True, True)
    emitter: Address | None = None
    topics: tuple[int, ...] | None = None
    data: bytes = b""

    def met_by(self, log: tuple[bytes, tuple[int, ...], bytes]) -> bool:
        """Tell whether a log is what was expected."""
        address, topics, data = log
        if self.topics is None or len(topics) != len(self.topics):
            return False
        if self.emitter is not None and address != self.emitter:
            return False
        if self.compared[3] and data != self.data:
            return False
        if topics[:1] != self.topics[:1]:
            return False
        pairs = zip(self.compared, self.topics[1:], topics[1:], strict=False)
        return all(mine == theirs for counts, mine, theirs in pairs if counts)


@dataclass(frozen=True)
class Setting:
    """What stays set from `setUp` to each test. `made` names the contracts that were created, by address."""

    timestamp: int | None = None
    number: int | None = None
    prank: Prank | None = None
    targets: frozenset[Address] = frozenset()
    labels: Mapping[Address, str] = field(default_factory=dict)
    made: Mapping[Address, str] = field(default_factory=dict)


class Session:
    """What holds for one chain on which tests run.

    `versions` gives for each creation code of the contract under test, as the tests embed it, the code that is
    deployed in its place, and `made` how often that was done; `shown_size` is the size that each is said to have.
    `known` names contracts by their creation code, so that those that are created can be called.
    While `trail` is a list, each place in the code of a transaction's own frame is noted there.
    """

    def __init__(
        self,
        versions: Mapping[bytes, bytes] | None = None,
        *,
        shown_size: int = 1,
        known: Mapping[bytes, str] | None = None,
    ) -> None:
        self.known = dict(sorted((known or {}).items(), key=lambda pair: -len(pair[0])))
        self.versions = dict(sorted((versions or {}).items(), key=lambda pair: -len(pair[0])))
        self.shown_size = shown_size
        self.setting = Setting()
        self.made = 0
        self.trail: list[int] | None = None
        self.expected_revert: ExpectedRevert | None = None
        self.expected_event: ExpectedEvent | None = None
        self.origin: Address | None = None
        self.faults: list[str] = []
        self.dropped = False
        self.lent = 0
        """Wei that a frame has for a moment, because its next call is paid by whom it pranks."""

    def set(self, **fields: object) -> None:
        """Change what is set."""
        self.setting = replace(self.setting, **fields)  # type: ignore[arg-type]

    def begin(self, setting: Setting) -> None:
        """Begin a test: what was set before it holds, nothing is expected."""
        self.setting = setting
        self.expected_revert = None
        self.expected_event = None
        self.origin = None
        self.faults = []
        self.dropped = False

    def end(self) -> str | None:
        """Say what is wrong with how the cheat codes of a test were used or met; None if nothing is."""
        if self.faults:
            return self.faults[0]
        if self.expected_revert is not None:
            return "expected a revert with `vm.expectRevert`, and no call came after it"
        if self.expected_event is not None:
            return "expected an event with `vm.expectEmit`, and no call came after it"
        return None

    def name_of(self, creation: bytes) -> str | None:
        """Return the name of the contract that creation code with its arguments makes; None where it is not known."""
        return next((name for code, name in self.known.items() if creation.startswith(code)), None)

    def version_of(self, creation: bytes) -> bytes | None:
        """Return what is deployed in place of creation code with its arguments; None where it is nothing of ours."""
        for shown, real in self.versions.items():
            if creation.startswith(shown):
                self.made += 1
                return real + creation[len(shown) :]
        return None
