"""What Tile must do, as seen from outside: its sides, its words, and whose part is done how often when it is scaled."""

from evmbox.checks import check, expect_equal, given, integers, reverts

LIMIT = 1_000_000
WORDS = "a framed coloured shape"


def side(chain, label):
    return chain.number(label, 2, 9)


def tile(chain, contract, width, height):
    """Deploy another tile."""
    return chain.deploy(contract.artifact, width, height, called=f"a tile of {width} by {height}")


def expect_tile(contract, width, height, when):
    expect_equal(contract.call("width()"), width, f"`width()` {when}")
    expect_equal(contract.call("height()"), height, f"`height()` {when}")
    expect_equal(contract.call("area()"), width * height, f"`area()` {when}")


def expect_counts(contract, scalings, wood, when):
    expect_equal(contract.call("scalings()"), scalings, f"`scalings()` {when}")
    expect_equal(contract.call("coats()"), scalings + 1, f"`coats()` {when}")
    expect_equal(contract.call("wood()"), wood, f"`wood()` {when}")


def is_view(contract, name):
    """Fail unless the interface promises that a function changes nothing."""
    promises = [each["stateMutability"] for each in contract.abi if each.get("name") == name]
    assert promises, f"There should be a function `{name}`."
    assert promises[0] in {"view", "pure"}, f"`{name}` should be marked `view`: it only reads."


@check("It has two sides and an area", task=1, points=2, hint="Which function of `Shape` has no body?")
def has_an_area(chain, contract):
    expect_tile(contract, 3, 5, "of a tile of 3 by 5")
    for width, height in ((side(chain, "width"), side(chain, "height") + 10), (1, 1), (0, 4)):
        expect_tile(tile(chain, contract, width, height), width, height, f"of a tile of {width} by {height}")


@check("It begins with one coat and no wood", task=1, hint="What do `Coloured` and `Framed` begin with?")
def begins_as_its_parts_do(chain, contract):
    expect_counts(contract, 0, 0, "at the start")


@check("What only answers is a view", task=1, hint="Which word promises that a function changes nothing?")
def answers_are_views(chain, contract):
    for name in ("width", "height", "area", "describe", "scalings", "coats", "wood"):
        is_view(contract, name)


@check("It says what it is", task=2, points=3, hint="Who is asked first: the first named after `is`, or the last?")
def describes_itself(chain, contract):
    expect_equal(contract.call("describe()"), WORDS, "`describe()`")


@check("Scaled, both sides grow", task=3, points=2, hint="Once. How often is `resize` called?")
def sides_grow(chain, contract):
    width, height = side(chain, "a"), side(chain, "b")
    scaled = tile(chain, contract, width, height)
    for factor in (2, side(chain, "factor"), 1, 3):
        scaled.scale(factor, sender=chain.bob)
        width, height = width * factor, height * factor
        expect_tile(scaled, width, height, f"after it was scaled by {factor}")


@check("Each part gets its turn, once", task=3, points=3, hint="Does every override call `super`, and only once?")
def each_part_once(chain, contract):
    wood, size = 0, 15
    for turn, factor in enumerate((side(chain, "first"), 2, 1), start=1):
        contract.scale(factor, sender=chain.carol)
        size *= factor**2
        wood += size
        expect_counts(contract, turn, wood, f"after {turn} scalings")


@check("Any factors, in any order", task=3, hint="The new area is what counts.")
@given(first=integers(1, 12), second=integers(1, 12))
def scales_by_any(chain, contract, first, second):
    contract.scale(first)
    contract.scale(second)
    size = 15 * first**2
    expect_equal(contract.call("area()"), size * second**2, f"`area()` after scaling by {first} and {second}")
    expect_equal(contract.call("wood()"), size + size * second**2, f"`wood()` after scaling by {first} and {second}")


@check("A factor of 0 is refused", task=3, hint="`Shape` refuses it. Is `Shape` asked?")
def refuses_zero(chain, contract):
    with reverts("ZeroFactor"):
        contract.scale(0, sender=chain.bob)
    expect_tile(contract, 3, 5, "after a factor of 0 was refused")
    expect_counts(contract, 0, 0, "after a factor of 0 was refused")


@check("More than the limit is refused", task=4, points=2, hint="Which area: the one before, or the one after?")
def refuses_too_large(chain, contract):
    large = tile(chain, contract, 100, 101)
    with reverts("TooLarge", 1_010_000):
        large.scale(10, sender=chain.bob)
    factor = chain.number("too much", 260, 900)
    with reverts("TooLarge", 15 * factor**2):
        contract.scale(factor, sender=chain.bob)
    with reverts("TooLarge", LIMIT + 1):
        tile(chain, contract, 1, LIMIT + 1).scale(1, sender=chain.bob)
    for width, height in ((3, 5), (4, 0), (0, 4)):
        with reverts():
            tile(chain, contract, width, height).scale(2**254, sender=chain.bob)
    expect_tile(contract, 3, 5, "after factors that are too large")
    expect_counts(contract, 0, 0, "after factors that are too large")
    expect_tile(large, 100, 101, "after a factor that is too large")


@check("Exactly the limit is fine", task=4, points=2, hint="Is it `>` or `>=`?")
def takes_the_limit(chain, contract):
    for width, height, factor in ((10, 10, 100), (1, 1_000_000, 1), (4, 10, 158)):
        scaled = tile(chain, contract, width, height)
        scaled.scale(factor, sender=chain.dave)
        expect_equal(scaled.call("area()"), width * height * factor**2, f"`area()` after scaling by {factor}")
