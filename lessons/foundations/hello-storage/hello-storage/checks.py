"""What SimpleStorage must do, as seen from outside: what `get()` answers, and what is in the receipts.

Numbers are read with `call` and events by place, so that neither a forgotten `view` nor other parameter names fail a
check that is about something else.
"""

from evmbox.checks import check, emits, expect_equal

CHANGED = "Changed(address,uint256,uint256)"
LARGEST = 2**256 - 1


def number(chain, label):
    """Give a number that is short to read, each learner their own."""
    return chain.number(label, 100, 9_999)


@check("Before the first set, get() answers 0", task=1, hint="What does a variable hold that nobody gave a value?")
def starts_at_zero(chain, contract):
    expect_equal(contract.call("get()"), 0, "`get()` before the first `set`")


@check("get() is a view", task=1, hint="Which word promises that a function changes nothing?")
def get_is_a_view(chain, contract):
    contract.call("get()")
    promises = [each["stateMutability"] for each in contract.abi if each.get("name") == "get" and not each["inputs"]]
    assert promises[0] in {"view", "pure"}, "`get()` should be marked `view`: it only reads."


@check("get() answers the number set last", task=2, points=2, hint="Which line writes to the state variable?")
def set_replaces_the_number(chain, contract):
    for label in ("first", "second", "third"):
        new = number(chain, label)
        contract.set(new, sender=chain.bob)
        expect_equal(contract.call("get()"), new, f"`get()` after `set({new})`")


@check("set() takes any number", task=2, hint="0 is a number too, and the largest is 2**256 - 1.")
def set_takes_any_number(chain, contract):
    for new in (0, LARGEST, LARGEST, 1, 0, chain.number("any")):
        contract.set(new, sender=chain.carol)
        expect_equal(contract.call("get()"), new, "`get()` after `set` with the same number")


@check("Anyone may set, and all see the same number", task=2, hint="Is there one number, or one for each caller?")
def one_number_for_everybody(chain, contract):
    for writer, reader in ((chain.alice, chain.bob), (chain.bob, chain.carol), (chain.owner, chain.alice)):
        new = number(chain, f"by {writer.name}")
        contract.set(new, sender=writer)
        seen = contract.call("get()", sender=reader)
        expect_equal(seen, new, f"what {reader!r} gets after {writer!r} called `set({new})`")
    new = number(chain, "by a contract")
    messenger = chain.deploy("Messenger", called="the messenger")
    messenger.set(contract, new, sender=chain.dave)
    expect_equal(contract.call("get()"), new, f"`get()` after a contract called `set({new})`")


@check("Every set emits Changed, once", task=3, hint="Also where the number stays the same.")
def every_set_emits_once(chain, contract):
    some = number(chain, "emit")
    for new in (some, some, 0, 0):
        with emits(contract, CHANGED):
            contract.set(new, sender=chain.bob)


@check(
    "The event says who called, and can be searched by it",
    task=3,
    hint="The caller is msg.sender. Look at each word of the event in the task.",
)
def event_says_who_called(chain, contract):
    for caller in (chain.alice, chain.bob, chain.owner):
        new = number(chain, f"event by {caller.name}")
        with emits(contract, CHANGED, caller):
            receipt = contract.set(new, sender=caller)
        topics_hold(receipt, contract, caller)
    messenger = chain.deploy("Messenger", called="the messenger")
    with emits(contract, CHANGED, messenger):
        receipt = messenger.set(contract, number(chain, "event by a contract"), sender=chain.dave)
    topics_hold(receipt, contract, messenger)


@check(
    "The event says the number before and the number after",
    task=3,
    points=2,
    hint="What does the variable hold at the moment of emit?",
)
def event_says_from_and_to(chain, contract):
    before = 0
    for after in (number(chain, "one"), number(chain, "two"), 0, LARGEST, chain.number("large")):
        with emits(contract, CHANGED, chain.erin, before, after):
            contract.set(after, sender=chain.erin)
        before = after


def topics_hold(receipt, contract, caller):
    """Fail unless the caller's address is the one indexed value of the event, where a search finds it."""
    (event,) = (event for event in receipt.events if event.signature == CHANGED and event.address == contract.address)
    searchable = [topic[12:].hex() for topic in event.topics[1:]]
    advice = "Of the values of `Changed`, the first should be `indexed`, and only that."
    assert searchable == [caller.address[2:].lower()], advice
