"""What Sums answers, found by calling it with the learner's own numbers."""

from evmbox.checks import Reverted, answer, would_revert

SMALLEST = -(2**255)


@answer("A sum that fits", task=1, hint="255 is the largest `uint8`.")
def sum(scene, values):  # noqa: A001 - the question's name
    return scene.sum(values["big"], values["add"])


@answer("A sum that does not fit", task=1, hint="Is it inside of `unchecked`?")
def sum_reverts(scene, values):
    return would_revert(scene.sum, values["big"], values["over"])


@answer("A sum that goes round", task=1, points=2, hint="After 255 comes 0.")
def wrapped(scene, values):
    return scene.wrapped(values["big"], values["over"])


@answer("A cast", task=2, points=2, hint="How often does 256 go into it, and what is left?")
def narrowed(scene, values):
    return scene.narrowed(values["wide"])


@answer("Below zero, unchecked", task=1, points=2, hint="Before 0 comes 255.")
def back(scene, values):
    return scene.countdown(values["low"], values["lower"])


@answer("Divided first", task=2, points=2, hint="Cut off after the division, then multiply.")
def fee(scene, values):
    return scene.fee(values["price"])


@answer("A negative number divided", task=2, hint="Towards zero.")
def average(scene, values):
    return scene.average(-values["odd"], 0)


@answer("The smallest number turned round", task=3, points=2, hint="Is there such a number?")
def smallest(scene):
    try:
        flipped = scene.flipped(SMALLEST)
    except Reverted:
        return "It reverts with a panic"
    if flipped == 0:
        return "It answers 0"
    return f"It answers type(int256).{'min' if flipped == SMALLEST else 'max'}"
