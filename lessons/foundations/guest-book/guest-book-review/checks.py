"""What the queue answers, found by running it."""

from evmbox.checks import answer


@answer("A ticket by its place", task=1, hint="Which number has the first place of an array?")
def last(scene, values):
    for _ in range(values["people"]):
        scene.join()
    return scene.ticketAt(values["people"] - 2)


@answer("The exact second", task=1, hint="Read the sign in `open` aloud.")
def open_at(chain, scene, values):
    receipt = scene.pause(values["wait"])
    chain.warp(receipt.timestamp + values["wait"])
    return str(scene.open()).lower()
