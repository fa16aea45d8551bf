from evmbox.checks import check, emits, ether, expect_equal, gwei, reverts

ZERO = "0x" + "0" * 40


def amount(chain, label):
    return 100 * chain.number(label, gwei(1), gwei(1_000_000))


@check("A deposit is credited, less the fee", task=1)
def is_credited(chain, contract):
    value = amount(chain, "first")
    with emits(contract, "Deposited", by=chain.bob, amount=value, fee=value // 100):
        contract.deposit(sender=chain.bob, value=value)
    expect_equal(contract.balanceOf(chain.bob), value - value // 100, "what Bob is credited with")
    expect_equal(contract.balanceOf(chain.owner), value // 100, "the owner's fee")
    more = amount(chain, "second")
    contract.deposit(sender=chain.bob, value=more)
    expect_equal(contract.balanceOf(chain.bob), value + more - (value + more) // 100, "what Bob is credited with")
    expect_equal(contract.total(), value + more, "the total")
    expect_equal(contract.deposits(), 2, "the number of deposits")
    expect_equal(contract.balance, value + more, "the ether in the ledger")
    with reverts("Nothing"):
        contract.deposit(sender=chain.bob)


@check("What one has is paid out", task=2)
def pays_out(chain, contract):
    value = amount(chain, "in")
    contract.deposit(sender=chain.carol, value=value)
    has = value - value // 100
    with reverts("TooLittle", has=has):
        contract.withdraw(has + 1, sender=chain.carol)
    part = has // 3
    before = chain.carol.balance
    with emits(contract, "Withdrawn", by=chain.carol, amount=part):
        contract.withdraw(part, sender=chain.carol)
    expect_equal(chain.carol.balance - before, part, "what Carol was paid")
    contract.withdraw(has - part, sender=chain.carol)
    expect_equal(contract.balanceOf(chain.carol), 0, "what is left for Carol")
    expect_equal(contract.total(), value - has, "the total")
    expect_equal(contract.deposits(), 1, "the number of deposits")


@check("Credit moves", task=3)
def moves(chain, contract):
    contract.deposit(sender=chain.bob, value=ether(1))
    part = amount(chain, "part")
    with emits(contract, "Moved", chain.bob, chain.dave, part):
        contract.move(chain.dave, part, sender=chain.bob)
    expect_equal(contract.balanceOf(chain.dave), part, "Dave's credit")
    contract.move(chain.dave, 0, sender=chain.erin)
    contract.move(chain.dave, part, sender=chain.dave)
    expect_equal(contract.balanceOf(chain.dave), part, "Dave's credit after moving to himself")
    with reverts("NoOne"):
        contract.move(ZERO, 1, sender=chain.bob)
    with reverts("TooLittle", has=part):
        contract.move(chain.bob, part + 1, sender=chain.dave)
    contract.move(chain.bob, part, sender=chain.dave)
    expect_equal(contract.total(), ether(1), "the total")


@check("Somebody else may move what was allowed", task=4)
def moves_for_others(chain, contract):
    contract.deposit(sender=chain.alice, value=ether(2))
    contract.allow(chain.bob, ether(1), sender=chain.alice)
    expect_equal(contract.allowance(chain.alice, chain.bob), ether(1), "what Bob may move")
    contract.moveFor(chain.alice, chain.carol, ether("0.4"), sender=chain.bob)
    expect_equal(contract.balanceOf(chain.carol), ether("0.4"), "Carol's credit")
    with reverts("NotAllowed", left=ether("0.6")):
        contract.moveFor(chain.alice, chain.carol, ether("0.6") + 1, sender=chain.bob)
    with reverts("NotAllowed", left=0):
        contract.moveFor(chain.alice, chain.bob, 1, sender=chain.erin)
    contract.allow(chain.bob, 7, sender=chain.alice)
    contract.moveFor(chain.alice, chain.bob, 7, sender=chain.bob)
    expect_equal(contract.allowance(chain.alice, chain.bob), 0, "what Bob may still move")
