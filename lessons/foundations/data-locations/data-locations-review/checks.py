"""What is in the tank, found by running it."""

from evmbox.checks import answer


@answer("After refuelling", task=1, hint="Is `mine` the car, or a copy of it?")
def tank(scene, values):
    scene.refuel(values["more"])
    return scene.litres()


@answer("What drive() returns", task=1, hint="Is `before` the car, or a copy of it?")
def kept(scene, values):
    return scene.drive(values["more"]).value
