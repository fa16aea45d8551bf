from evmbox.checks import check, ether, expect_equal


def deploy(chain, seed):
    bank = chain.deploy("EtherBank", called="the bank")
    for customer in (chain.bob, chain.carol):
        bank.deposit(sender=customer, value=ether(chain.number(customer.name, 2, 5)))
    return bank


@check("The bank is empty", task=1, points=2, hint="When does it write down what it paid?")
def the_bank_is_empty(chain, instance):
    expect_equal(instance.balance, 0, "the ether in the bank")


@check("Alice has it", task=2, hint="An attacker contract has to pass it on.")
def alice_has_it(chain, instance, player):
    taken = ether(chain.number("bob", 2, 5) + chain.number("carol", 2, 5))
    expect_equal(player.balance, ether(1000) + taken, "what Alice has")
