"""What the meter shows, found by running it."""

from evmbox.checks import answer


@answer("The meter after a turn", task=1, hint="In which type is the sum, and in which is it kept?")
def after(scene, values):
    scene.turn(values["step"])
    return scene.value()


@answer("Divided and multiplied", task=1, hint="What does the division leave behind?")
def share(scene, values):
    return scene.share(values["total"], 8)
