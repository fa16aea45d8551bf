"""How bright the lamp is, found by running it."""

from evmbox.checks import answer


@answer("After two calls", task=1, hint="What does the modifier do with somebody else: revert, or nothing?")
def level(chain, scene, values):
    scene.dim(values["first"], sender=chain.owner)
    scene.dim(values["second"], sender=chain.account(values["caller"]))
    return scene.level()


@answer("Above the limit", task=1, hint="Which `dim` runs first, and what does it give to the other?")
def limit(chain, scene, values):
    scene.dim(values["first"] + 100, sender=chain.owner)
    return scene.level()
