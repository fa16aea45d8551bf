"""When the invariant of a coach breaks, found by calling it."""

from evmbox.checks import answer


@answer("The first call that breaks it", task=1, hint="What does `enter` do when no seat is free?")
def breaks(scene, values):
    calls = 0
    while scene.invariant():
        scene.enter()
        calls += 1
    return calls


@answer("There and back", task=1, hint="What is true after the first two calls is true after the next two.")
def holds(scene, values):
    for _ in range(values["times"]):
        scene.enter()
        scene.leave()
    return scene.invariant()
