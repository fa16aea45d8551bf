"""What grows in the garden, found by planting."""

from evmbox.checks import answer, would_revert


def salt(number):
    return number.to_bytes(32, "big")


@answer("What was planted", task=1, hint="What decides the address: the salt alone?")
def planted(scene, values):
    for number, weight in ((1, "first"), (1, "second"), (2, "first"), (1, "first")):
        would_revert(scene.plant, salt(number), values[weight])
    return scene.planted()


@answer("What the seed holds", task=1, hint="Which ether was meant for the seed, and which was handed on?")
def held(chain, scene, values):
    snapshot = chain.snapshot()
    place = scene.plant(salt(7), values["second"]).value
    chain.revert(snapshot)
    chain.transfer(chain.bob, place, values["gift"])
    scene.plant(salt(7), values["second"], sender=chain.alice, value=values["first"])
    return chain.balance(place)
