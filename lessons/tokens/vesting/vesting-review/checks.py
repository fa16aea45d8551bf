"""What the rent comes to, found by asking."""

from evmbox.checks import answer


@answer("Multiplied first", task=1, hint="A whole number comes out. What becomes of the rest?")
def whole(chain, scene, values):
    return scene.due(values["days"])


@answer("Divided first", task=1, hint="What is the fee divided by the period, as a whole number?")
def early(chain, scene, values):
    return scene.dueByDay(values["days"])
