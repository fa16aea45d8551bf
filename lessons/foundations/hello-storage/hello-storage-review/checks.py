"""What the meter does, found by running it."""

from evmbox.checks import answer


@answer("Slot 0", task=1, hint="The first state variable has slot 0. What was written there last?")
def slot_zero(chain, scene, values):
    read_twice(chain, scene, values)
    return chain.storage_at(scene, 0)


@answer("The event of the second call", task=1, hint="An event has the values of the moment in which it is emitted.")
def told(chain, scene, values):
    (event,) = read_twice(chain, scene, values).events
    return event.args["units"]


def read_twice(chain, scene, values):
    """Read the meter as Bob and then as Carol; return Carol's receipt."""
    scene.record(values["first"], sender=chain.bob)
    return scene.record(values["second"], sender=chain.carol)
