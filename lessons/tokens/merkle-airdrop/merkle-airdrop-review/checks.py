"""What the cloakroom gives out, found by asking it."""

from evmbox.checks import answer, would_revert


@answer("Fetched again", task=1, hint="What does `fetch` write down?")
def given(chain, scene, values):
    scene.open(chain.bob, values["hooks"])
    for _ in range(values["calls"]):
        scene.fetch(chain.bob, values["hooks"], [], sender=chain.carol)
    return scene.coats(chain.bob)


@answer("One step too many", task=1, hint="What is compared with the root at the end?")
def alone(chain, scene, values):
    scene.open(chain.bob, values["hooks"])
    root = scene.leaf(chain.bob, values["hooks"])
    return would_revert(scene.fetch, chain.bob, values["hooks"], [root], sender=chain.carol)
