"""What the post counts, found by calling it."""

from evmbox.checks import answer


@answer(
    "The bytes of a call", task=1, hint="A selector, a word for each value, and for each text its length and its words."
)
def bytes_sent(chain, scene, values):
    return scene.size(chain.bob, "x" * values["letters"], "y" * values["more"])


@answer("What is kept", task=1, hint="Write the two texts side by side, without a gap.")
def kept(scene, values):
    number = str(values["number"])
    pairs = [(number, "7"), ("", f"{number}7"), ("7", number), (f"{number}7", ""), (number, "8"), (number, "77")]
    for left, right in [*pairs, (f"{number}7", "7")]:
        scene.stamp(left, right)
    return scene.kept()
