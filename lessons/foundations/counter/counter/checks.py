"""What Counter must do, as seen from outside: the count after each step, and how a step below zero is refused."""

from evmbox.checks import check, expect_equal, given, integers, reverts


def go_up(chain, contract, times):
    """Count up in turn as three people."""
    for turn in range(times):
        contract.increment(sender=(chain.alice, chain.bob, chain.owner)[turn % 3])


def count(contract, sender=None):
    return contract.call("count()", sender=sender)


@check("The count begins at 0", task=1, hint="What does a variable hold that nobody gave a value?")
def begins_at_zero(chain, contract):
    expect_equal(count(contract), 0, "`count()` at the start")


@check("count() is a view", task=1, hint="`public` on the variable makes one; or write `view`.")
def count_is_a_view(chain, contract):
    count(contract)
    promises = [each["stateMutability"] for each in contract.abi if each.get("name") == "count" and not each["inputs"]]
    assert promises[0] in {"view", "pure"}, "`count()` should be marked `view`: it only reads."


@check("increment() adds one each time", task=2, points=2, hint="What does `+=` do?")
def increments(chain, contract):
    times = chain.number("ups", 3, 9)
    for turn in range(1, times + 1):
        contract.increment(sender=(chain.alice, chain.bob, chain.owner)[turn % 3])
        expect_equal(count(contract, chain.carol), turn, f"`count()` after {turn} of the increments")


@check("decrement() takes one away each time", task=2, points=2, hint="What does `-=` do? Down to where?")
def decrements(chain, contract):
    times = chain.number("downs", 3, 9)
    go_up(chain, contract, times)
    for turn in range(1, times + 1):
        contract.decrement(sender=(chain.carol, chain.alice, chain.dave)[turn % 3])
        expect_equal(
            count(contract, chain.bob), times - turn, f"`count()` after {times} increments and {turn} decrements"
        )


@check("Contracts count too", task=2, hint="Anyone may call.")
def contracts_count(chain, contract):
    messenger = chain.deploy("Messenger", called="the messenger")
    messenger.increment(contract, sender=chain.dave)
    messenger.increment(contract, sender=chain.dave)
    messenger.decrement(contract, sender=chain.erin)
    expect_equal(count(contract), 1, "`count()` after a contract went up, up and down")


@check("The count is the ups less the downs", task=2, hint="Whoever does it, in whatever order.")
@given(first=integers(0, 3), down=integers(0, 3), last=integers(0, 2))
def counts_in_any_order(chain, contract, first, down, last):
    go_up(chain, contract, first + down)
    for _ in range(down):
        contract.decrement(sender=chain.bob)
    go_up(chain, contract, last)
    expect_equal(count(contract), first + last, "`count()` after going up, down and up")


@check("At 0, decrement() reverts with BelowZero()", task=3, points=2, hint="Ask before you subtract.")
def stops_at_zero(chain, contract):
    with reverts("BelowZero"):
        contract.decrement(sender=chain.bob)
    go_up(chain, contract, chain.number("up and back", 1, 4))
    while count(contract):
        contract.decrement(sender=chain.alice)
    for person in (chain.alice, chain.owner):
        with reverts("BelowZero") as refused:
            contract.decrement(sender=person)
        assert not refused.error.arguments, "`BelowZero` should have no values: `error BelowZero();`."


@check("After a refusal it counts on from 0", task=3, hint="A revert undoes all that the call did.")
def counts_on(chain, contract):
    for _ in range(2):
        with reverts():
            contract.decrement(sender=chain.carol)
    expect_equal(count(contract), 0, "`count()` after two refusals")
    contract.increment(sender=chain.bob)
    expect_equal(count(contract), 1, "`count()` after two refusals and an increment")
