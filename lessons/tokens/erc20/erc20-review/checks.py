"""What the vouchers' tables hold, found by using them."""

from evmbox.checks import answer


@answer("What may() answers", task=1, hint="Does the second `lend` add to the first?")
def left(chain, scene, values):
    scene.lend(chain.bob, values["first"], sender=chain.owner)
    scene.lend(chain.bob, values["second"], sender=chain.owner)
    scene.use(chain.owner, values["used"], sender=chain.bob)
    return scene.may(chain.owner, chain.bob)


@answer("What has() answers", task=1, hint="Two lines change the same entry. What does each of them read?")
def own(chain, scene, values):
    scene.lend(chain.owner, values["second"], sender=chain.owner)
    scene.use(chain.owner, values["used"], sender=chain.owner)
    return scene.call("has(address)", chain.owner)
