"""What the raffle does, found by running it."""

from evmbox.checks import Reverted, answer


@answer("What sold() answers", task=1, hint="Which line changes `sold`?")
def sold(chain, scene, values):
    fill(chain, scene, values)
    scene.payOut(chain.bob, sender=chain.owner)
    return scene.sold()


@answer("What the raffle holds", task=1, hint="What does a revert undo?")
def kept(chain, scene, values):
    fill(chain, scene, values)
    try:
        scene.payOut(scene, sender=chain.owner)  # the raffle itself cannot take ether
    except Reverted:
        return scene.balance
    return scene.balance


def fill(chain, scene, values):
    """Buy the tickets as Bob."""
    for _ in range(values["tickets"]):
        scene.buy(sender=chain.bob, value=values["price"])
