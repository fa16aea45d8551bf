"""A scenario as data: what to do on a fresh chain, and what each step did. No behaviour."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ShortText = Annotated[str, Field(max_length=128)]


class Step(BaseModel):
    """One step: a deployment, a transaction (`send`), a read (`call`), a wait, or a look at a slot or a balance."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    action: Literal["deploy", "send", "call", "wait", "storage", "balance"]
    account: ShortText = "alice"
    contract: ShortText | None = Field(default=None, description="deploy: the contract's name")
    target: int | None = Field(
        default=None,
        ge=0,
        le=1000,
        description="index of the deploy step whose contract is meant; for balance, null means `account`",
    )
    function: ShortText | None = Field(default=None, description="send, call: the function's name")
    args: list[Any] = Field(default_factory=list, max_length=32)
    value_wei: int = Field(default=0, ge=0, lt=2**256)
    seconds: int = Field(default=0, ge=0, le=10**9, description="wait: how long")
    slot: int = Field(default=0, ge=0, lt=2**256, description="storage: which slot")


class StepResult(BaseModel):
    """What one step did. Byte strings are 0x-hexadecimal; a revert is `ok=False` with the reason in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ok: bool
    result: Any = None
    address: str | None = None
    gas_used: int | None = None
    events: list[dict[str, Any]] = Field(default_factory=list, description="each: name, args by name, address")
    error: str | None = None
