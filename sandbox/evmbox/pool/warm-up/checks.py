"""Uses each part of the sandbox once, so that a forked process finds it loaded and warm."""  # noqa: INP001 - an exercise folder, not a package

from typing import Any

from evmbox.checks import check, emits, ether, expect_equal, given, integers, reverts, text


@check("Values are kept and told", task=1)
def values(chain: Any, contract: Any) -> None:
    """Send, read, decode an event and a struct."""
    with emits(contract, "Changed", by=chain.bob, value=7):
        contract.set(7, "first", sender=chain.bob)
    expect_equal(contract.latest(chain.bob).value, 7, "the latest value")


@check("Refusals are told apart", task=1)
def refusals(chain: Any, contract: Any) -> None:
    """Decode a reason, a panic and a custom error."""
    with reverts("nothing to set"):
        contract.set(0, "")
    with reverts(0x11):
        contract.latest(chain.erin)
    with reverts("NotOwner", caller=chain.bob):
        contract.withdraw(sender=chain.bob)


@check("Money and time move", task=1)
def money(chain: Any, contract: Any) -> None:
    """Look at balances and storage, move the clock."""
    contract.set(1, "paid", sender=chain.carol, value=ether(1))
    chain.wait(60)
    before = chain.alice.balance
    contract.withdraw(sender=chain.alice)
    expect_equal(chain.alice.balance - before, ether(1), "what Alice was paid")
    expect_equal(chain.storage_at(contract, 1), 0, "slot 1")


@check("Any value will do", task=1)
@given(value=integers(1, 3), note=text(max_size=0))
def drawn(chain: Any, contract: Any, value: int, note: str) -> None:
    """Draw values with Hypothesis."""
    contract.set(value, note)
    expect_equal(contract.latest(chain.alice).value, value, "the latest value")
