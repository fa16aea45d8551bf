"""Which weights tell a mutant from its original, found by trying them."""

from evmbox.checks import answer


@answer("The weight that tells", task=1, hint="What is different between `>` and `>=`?")
def tells(scene, values):
    near = range(values["limit"] - 2, values["limit"] + 3)
    return next(weight for weight in near if scene.price(weight) != scene.mutant(weight))


@answer("Six tests", task=1, hint="With which weight does each of the six call the mutant?")
def noticed(scene, values):
    steps = range(values["step"], values["step"] + 3)
    return not all(scene.testLight(step) and scene.testHeavy(step) for step in steps)
