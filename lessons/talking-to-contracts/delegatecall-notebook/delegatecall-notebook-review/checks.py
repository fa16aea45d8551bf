"""What the kitchen holds, found by baking."""

from evmbox.checks import answer


def bake(chain, scene, values):
    scene.bake(values["amount"], sender=chain.alice, value=values["paid"])


@answer("The kitchen's sugar", task=1, hint="Which slot does the recipe call `flour`?")
def sugar(chain, scene, values):
    bake(chain, scene, values)
    return scene.sugar()


@answer("The kitchen's guests", task=1, hint="Whose `msg.value` is it, and which slot is `sugar` in the recipe?")
def guests(chain, scene, values):
    bake(chain, scene, values)
    return scene.guests()
