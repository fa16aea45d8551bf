"""Where a promise of the shelf breaks, found by keeping books beside it."""

from evmbox.checks import answer

PLACES = ("first", "second", "third", "fourth")


@answer(
    "The call that breaks it",
    task=1,
    hint="After each call, compare `largest` with the most that came at once.",
)
def culprit(scene, values):
    first, second = values["first"], values["second"]
    most = 0
    for place, (name, some) in zip(PLACES, (("put", first), ("put", second), ("take", first), ("put", 1)), strict=True):
        if name == "put":
            scene.put(some)
            most = max(most, some)
        else:
            scene.take(some)
        if scene.largest() != most:
            return place
    return "nowhere"


@answer("What the test finds", task=1, hint="Which variable is written to `largest`?")
def shown(scene, values):
    scene.put(values["first"])
    scene.put(values["second"])
    return scene.largest()
