"""A scenario as data: what to do on a fresh chain, and what each step did. No behaviour."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ACCOUNTS = {
    "owner": "0x5ED4F8C48a1547328dda47C1A45515fC24fb8A70",
    "alice": "0x761CF6beC7d7605A120296D5e433C6124c8dDC4C",
    "bob": "0xb4382FAD66C77B640b45B8E92c2b851Ab335B84b",
    "carol": "0x7447f693850D0ec6E0AC0113E2045cB2CD49aF5c",
    "dave": "0x62d31829Dcf710AEe9E4E5b488E5Bfc0f4A29818",
    "erin": "0xff063A7D30F6266dCdc4287aCd43DB8fA164D5F2",
}
"""Addresses of the named accounts, the same on every chain: what a step answered can be shown by name."""

ShortText = Annotated[str, Field(max_length=128)]


class Step(BaseModel):
    """One step: a deployment, a transaction (`send`, `raw`), plain ether (`transfer`), a read (`call`), a wait, a look.

    `raw` has one argument, the calldata in hexadecimal, and answers what came back.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    action: Literal["deploy", "send", "raw", "transfer", "call", "wait", "storage", "balance"]
    account: ShortText = "alice"
    contract: ShortText | None = Field(default=None, description="deploy: the contract's name")
    target: int | None = Field(
        default=None,
        ge=0,
        le=1000,
        description="index of the deploy step whose contract is meant; for balance, null means `account`",
    )
    to: ShortText | None = Field(
        default=None, description="in place of target: what was there before, by its name; for transfer also an address"
    )
    function: ShortText | None = Field(default=None, description="send, call: the function's name")
    args: list[Any] = Field(default_factory=list, max_length=32)
    value_wei: int = Field(default=0, ge=0, lt=2**256)
    seconds: int = Field(default=0, ge=0, le=10**9, description="wait: how long")
    slot: int = Field(default=0, ge=0, lt=2**256, description="storage: which slot")


class Variable(BaseModel):
    """A value in storage by name: `count`, `balanceOf[Bob]`, `people[0].age`. `value` is as a learner reads it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: str
    value: str


class Change(BaseModel):
    """A variable that a step wrote and left other than it was; `contract` is the one whose variable it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contract: str
    variable: str
    old: str
    new: str


class Holding(BaseModel):
    """What a deployed contract holds: its variables, and wei in decimal. `target` is the step that deployed it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: int
    contract: str
    address: str
    balance_wei: str
    variables: list[Variable]


class State(BaseModel):
    """How a chain stands: its contracts, the accounts' wei by name, in decimal, and the time of the next block."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contracts: list[Holding]
    accounts: dict[str, str]
    time: int = Field(description="Unix time, in seconds")


class StepResult(BaseModel):
    """What one step did. Byte strings are 0x-hexadecimal; a revert is `ok=False` with the reason in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ok: bool
    result: Any = None
    address: str | None = None
    gas_used: int | None = None
    events: list[dict[str, Any]] = Field(default_factory=list, description="each: name, args by name, address")
    error: str | None = Field(default=None, description="who did what, and why it failed: a sentence or two")
    reason: str | None = Field(default=None, description="only why, in a few words: NotOwner(caller=Bob)")
    changes: list[Change] | None = Field(default=None, description="what it changed in storage, where that was asked")
    state: State | None = Field(default=None, description="how all stands after the last step, where that was asked")
