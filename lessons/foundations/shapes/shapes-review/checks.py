"""What the robot does, found by running it."""

from evmbox.checks import answer


@answer("The value after a step", task=1, hint="What comes before and what after `super.step()`?")
def value(scene):
    scene.step()
    return scene.value()


@answer("The order", task=1, hint="The last one after `is` is asked first.")
def order(scene):
    scene.step()
    return scene.entered()
