"""What is left in the pantry, found by taking jars."""

from evmbox.checks import answer, would_revert


@answer("One kind twice", task=1, hint="Go through the lists place by place.")
def left(chain, scene, values):
    scene.take([3, 3, 5], [values["some"], values["more"], values["some"]])
    return scene.left(3)


@answer("Too many of the second", task=1, hint="What does a revert undo?")
def all_or(chain, scene, values):
    would_revert(scene.take, [3, 5], [values["some"], values["jars"] + 1])
    if not would_revert(scene.take, [3, 5], [values["some"], values["jars"] + 1]):
        scene.take([3, 5], [values["some"], values["jars"] + 1])
    return scene.left(3)
