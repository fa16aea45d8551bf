from evmbox.checks import check, emits, expect_equal, reverts


@check("poke() is told", task=1)
def pokes(chain, contract):
    with emits(contract, "Poked"):
        contract.poke()


@check("look() says fine", task=1)
def looks(chain, contract):
    expect_equal(contract.look(), "fine", "look()")


@check("refuse() says no", task=1)
def refuses(chain, contract):
    with reverts("no"):
        contract.refuse()
