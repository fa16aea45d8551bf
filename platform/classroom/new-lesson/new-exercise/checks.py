"""What NewContract must do, as seen from outside. A check asks for nothing that its task does not say."""

from evmbox.checks import check, expect_equal


@check("Before the first add(), count() is 0", task=2, hint="What does a variable hold that nobody gave a value?")
def starts_at_zero(chain, contract):
    expect_equal(contract.call("count()"), 0, "`count()` before the first `add()`")


@check("add() adds one each time", task=1, points=2, hint="What does `+=` do?")
def adds_one(chain, contract):
    times = chain.number("times", 2, 6)  # each learner their own
    for turn in range(1, times + 1):
        contract.add(sender=chain.bob)
        expect_equal(contract.call("count()"), turn, f"`count()` after {turn} calls of `add()`")


@check("All add to the same count", task=2, hint="Is there one count, or one for each caller?")
def counts_for_everybody(chain, contract):
    for turn, person in enumerate((chain.alice, chain.bob, chain.carol), start=1):
        contract.add(sender=person)
        seen = contract.call("count()", sender=chain.dave)
        expect_equal(seen, turn, f"what Dave gets from `count()` after {person!r} called `add()`")
