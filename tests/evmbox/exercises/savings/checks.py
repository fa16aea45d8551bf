from evmbox.checks import check, ether, expect_equal, reverts

WEEK = 604_800


@check("The saver gets everything back", task=2, points=2)
def pays_everything(chain, contract):
    contract.deposit(sender=chain.bob, value=ether(2))
    contract.deposit(sender=chain.carol, value=1)
    chain.wait(WEEK)
    before = chain.alice.balance
    contract.withdraw(sender=chain.alice)
    expect_equal(chain.alice.balance - before, ether(2) + 1, "what Alice was paid")


@check("Nobody else can withdraw", task=2, points=2, hint="Who is msg.sender?")
def only_the_saver_withdraws(chain, contract):
    contract.deposit(sender=chain.bob, value=ether(1))
    chain.wait(WEEK)
    with reverts("NotSaver", caller=chain.bob):
        contract.withdraw(sender=chain.bob)


@check("The saver waits a week, and not a second longer", task=3)
def waits(chain, contract):
    opens = contract.deployment.timestamp + WEEK
    contract.deposit(sender=chain.bob, value=ether(1))
    chain.warp(opens - 1)
    with reverts("TooEarly"):
        contract.withdraw(sender=chain.alice)
    chain.warp(opens)
    contract.withdraw(sender=chain.alice)
