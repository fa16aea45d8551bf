from contextlib import suppress

from evmbox.checks import Reverted, check, ether, expect_equal, reverts


def attack(chain, contract, attacker):
    """Let an attacker try; whether it reverts or is paid what it paid in, the others' ether must be there."""
    contract.deposit(sender=chain.bob, value=ether(5))
    contract.deposit(sender=chain.carol, value=ether(3))
    robber = chain.deploy(attacker, contract, called="an attacker")
    with suppress(Reverted):
        robber.attack(sender=chain.dave, value=ether(1))
    left = contract.balance - contract.balanceOf(robber)
    assert left >= ether(8), "An attacker took what was not its own."
    contract.withdraw(sender=chain.bob)
    contract.withdraw(sender=chain.carol)
    expect_equal(chain.bob.balance, ether(1000), "what Bob has, once he took it all back")


@check("It stands against the attack that you know", task=1, points=2, hint="Write down first, pay later.")
def stands_against_the_first_attack(chain, contract):
    attack(chain, contract, "Reentering")


@check("It stands against attacks that you don't know", task=1, points=2, hint="Which functions can be entered?")
def stands_against_every_attack(chain, contract):
    attack(chain, contract, "PassingOn")


@check("It pays back what was paid in", task=2)
def pays_back(chain, contract):
    contract.deposit(sender=chain.bob, value=ether(2))
    contract.deposit(sender=chain.bob, value=ether(1))
    expect_equal(contract.balanceOf(chain.bob), ether(3), "what the bank says it owes Bob")
    contract.withdraw(sender=chain.bob)
    expect_equal(chain.bob.balance, ether(1000), "what Bob has")
    with reverts("nothing to withdraw"):
        contract.withdraw(sender=chain.bob)


@check("It serves contracts as it serves people", task=2)
def serves_contracts_too(chain, contract):
    wallet = chain.deploy("Wallet", contract, called="a wallet")
    wallet.save(sender=chain.bob, value=ether(1))
    wallet.take(sender=chain.bob)
    expect_equal(wallet.balance, ether(1), "what the wallet was paid back")
    wallet.save(sender=chain.bob, value=ether(1))
    wallet.pass_on(chain.carol, ether(1), sender=chain.bob)
    expect_equal(contract.balanceOf(chain.carol), ether(1), "what Carol has of the wallet")


@check("What is passed on changes hands", task=2)
def passes_on(chain, contract):
    contract.deposit(sender=chain.bob, value=5)
    contract.deposit(sender=chain.carol, value=2)
    getattr(contract, "pass")(chain.carol, 3, sender=chain.bob)
    expect_equal(contract.balanceOf(chain.bob), 2, "what Bob has, who passed on 3 of 5")
    expect_equal(contract.balanceOf(chain.carol), 5, "what Carol has, who had 2 and was passed 3")
    with reverts():
        getattr(contract, "pass")(chain.carol, 3, sender=chain.bob)


@check("Who refuses to be paid is paid nothing, and loses nothing", task=2)
def keeps_what_is_refused(chain, contract):
    hermit = chain.deploy("Hermit", contract, called="a hermit")
    hermit.save(sender=chain.bob, value=1)
    with reverts("refused"):
        hermit.take(sender=chain.bob)
    expect_equal(contract.balanceOf(hermit), 1, "what the hermit has in the bank")


@check("A single wei is paid back", task=2)
def pays_back_a_wei(chain, contract):
    contract.deposit(sender=chain.bob, value=1)
    contract.withdraw(sender=chain.bob)
    expect_equal(chain.bob.balance, ether(1000), "what Bob has")
