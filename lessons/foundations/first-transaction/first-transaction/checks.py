"""What the books must say afterwards. How the transaction was written does not matter.

Gas is free on these chains, but a signed transaction may offer a price all the same: the fee is Alice's, and small.
"""

from evmbox.checks import CheckFailed, check, ether, expect_equal

AT_FIRST = ether(1000)
LARGEST_FEE = ether("0.01")


def deploy(chain, seed):
    return {"bob": chain.bob}


@check("Bob has exactly 1 ether more", task=1, points=2, hint="A value is in wei. How many of them are 1 ether?")
def bob_is_paid(chain):
    expect_equal(chain.bob.balance, AT_FIRST + ether(1), "what Bob has")


@check("Alice paid it", task=2, points=2, hint="Who is the sender?")
def alice_paid(chain):
    paid = AT_FIRST - chain.alice.balance
    if not ether(1) <= paid <= ether(1) + LARGEST_FEE:
        expect_equal(paid, ether(1), "what Alice paid")


@check("Nobody else paid or was paid", task=2, hint="Look at both names in the transaction.")
def others_are_as_they_were(chain):
    for person in (chain.carol, chain.dave, chain.erin, chain.owner):
        if person.balance != AT_FIRST:
            raise CheckFailed(f"{person!r} should have what {person!r} had before, but has {person.balance} wei.")
