from evmbox.checks import check, ether, expect_equal


def deploy(chain, seed):
    return {"bob": chain.bob}


@check("Bob has 1 ether more", task=1)
def bob_has_it(chain):
    expect_equal(chain.bob.balance, ether(1001), "what Bob has")


@check("It came from Alice", task=1)
def alice_sent_it(chain, instance, player):
    expect_equal(player.balance, ether(999), "what Alice has")
