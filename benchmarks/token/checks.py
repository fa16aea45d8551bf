"""Six checks of the token of `tests/evmbox/contracts`, as a lesson's author writes them."""

from typing import Any

from evmbox.checks import check, emits, expect_equal, reverts

SUPPLY = 10**18


@check("The owner starts with everything", task=1)
def starts(chain: Any, contract: Any) -> None:
    """Read what the constructor left."""
    expect_equal(contract.totalSupply(), SUPPLY, "the supply")
    expect_equal(contract.balanceOf(chain.owner), SUPPLY, "the owner's balance")
    expect_equal(contract.owner(), chain.owner, "the owner")


@check("A transfer moves tokens and tells it", task=1)
def transfers(chain: Any, contract: Any) -> None:
    """Send, decode an event, read both balances."""
    with emits(contract, "Transfer", chain.owner, chain.bob, 1000):
        contract.transfer(chain.bob, 1000, sender=chain.owner)
    expect_equal(contract.balanceOf(chain.bob), 1000, "Bob's balance")
    expect_equal(contract.balanceOf(chain.owner), SUPPLY - 1000, "the owner's balance")


@check("Nobody sends more than they have", task=1)
def refuses(chain: Any, contract: Any) -> None:
    """Decode a custom error with arguments."""
    with reverts("InsufficientBalance", chain.bob, 0, 1):
        contract.transfer(chain.carol, 1, sender=chain.bob)
    expect_equal(contract.balanceOf(chain.carol), 0, "Carol's balance")


@check("An allowance is spent", task=1)
def allows(chain: Any, contract: Any) -> None:
    """Spend from two accounts, and too much."""
    contract.approve(chain.carol, 500, sender=chain.owner)
    contract.transferFrom(chain.owner, chain.bob, 300, sender=chain.carol)
    expect_equal(contract.allowance(chain.owner, chain.carol), 200, "what is left of the allowance")
    with reverts("InsufficientAllowance"):
        contract.transferFrom(chain.owner, chain.bob, 201, sender=chain.carol)


@check("Only the owner mints", task=1)
def mints(chain: Any, contract: Any) -> None:
    """Try the guard, and look at the supply."""
    with reverts("NotOwner", chain.bob):
        contract.mint(chain.bob, 5, sender=chain.bob)
    contract.mint(chain.bob, 5, sender=chain.owner)
    expect_equal(contract.totalSupply(), SUPPLY + 5, "the supply")


@check("A pause stops transfers until it ends", task=1)
def pauses(chain: Any, contract: Any) -> None:
    """Switch there and back."""
    contract.pause(True, sender=chain.owner)
    with reverts("IsPaused"):
        contract.transfer(chain.bob, 1, sender=chain.owner)
    contract.pause(False, sender=chain.owner)
    contract.transfer(chain.bob, 1, sender=chain.owner)
    expect_equal(contract.balanceOf(chain.bob), 1, "Bob's balance")
