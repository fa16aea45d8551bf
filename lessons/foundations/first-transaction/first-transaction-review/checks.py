"""What the books say, found by sending."""

from evmbox.checks import LearnerError, answer, ether


@answer("What Bob has", task=1, hint="One ether is 10**18 wei.")
def wei(chain, values):
    chain.transfer(chain.bob, chain.carol, ether(values["sent"]))
    return chain.bob.balance


@answer("What Dave has", task=1, hint="A transaction is taken as a whole or not at all.")
def too_much(chain, values):
    chain.transfer(chain.bob, chain.carol, ether(values["sent"]))
    try:
        chain.transfer(chain.bob, chain.dave, ether(values["tried"]))
    except LearnerError:
        return chain.dave.balance
    return chain.dave.balance
