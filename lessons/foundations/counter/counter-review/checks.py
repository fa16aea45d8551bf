"""What the shelf does, found by running it."""

from evmbox.checks import Reverted, answer


@answer("How many books there are", task=1, hint="What does a revert undo?")
def books(chain, scene, values):
    scene.put(values["room"] - 1, sender=chain.bob)
    try:
        scene.put(values["more"], sender=chain.bob)
    except Reverted:
        return scene.books()
    return scene.books()


@answer("Taking from an empty shelf", task=1, hint="Which line refuses, and is it this contract's own?")
def error(scene):
    try:
        scene.take(1)
    except Reverted as reverted:
        return f"It reverts with `{reverted.error}`" if reverted.error == "Full" else "It reverts with a panic"
    return "It takes nothing and succeeds" if scene.books() == 0 else "`books()` is 2**256 - 1 afterwards"
