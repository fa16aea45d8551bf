"""What Caller must do: ask feeds by their interface, and tell how they fail. How it goes about it stays open."""

from eth_hash.auto import keccak

from evmbox.checks import check, expect_equal, reverts

ANSWERED, REFUSED, PANICKED = "Answered(address,uint256)", "Refused(address,string)", "Panicked(address,uint256)"
FAILED, MISSING = "Failed(address,bytes)", "Missing(address)"
EVENTS = {ANSWERED, REFUSED, PANICKED, FAILED, MISSING}


def word(number):
    return number.to_bytes(32, "big")


def reason(text):
    """Put together what `require(false, text)` reverts with."""
    data = text.encode()
    return keccak(b"Error(string)")[:4] + word(32) + word(len(data)) + data.ljust(-(-len(data) // 32) * 32, b"\0")


def panic(code):
    return keccak(b"Panic(uint256)")[:4] + word(code)


def some(chain, label):
    return chain.number(label, 1_000, 99_999)


def feed(chain, price=None, failing=None, name="a feed"):
    made = chain.deploy("Feed", called=name)
    if price is not None:
        made.set(price)
    if failing is not None:
        made.fail(failing)
    return made


def polled(contract, feeds, told, answers):
    """Have the feeds asked; expect these events in this order, and so many answers. Other events are no matter."""
    receipt = contract.poll(feeds, sender="bob")
    ours = [event for event in receipt.events if event.address == contract.address and event.signature in EVENTS]
    expected = [(signature, getattr(who, "address", who), *values) for signature, who, *values in told]
    for place, (event, (signature, *values)) in enumerate(zip(ours, expected, strict=False), start=1):
        expect_equal(event.signature, signature, f"event {place} of {len(expected)} of a poll")
        expect_equal(list(event.args.values()), values, f"what event {place}, `{event.name}`, tells")
    expect_equal(len(ours), len(expected), f"how many of its events a poll of {len(feeds)} feeds emitted")
    wrong = [event.name for event in ours if len(event.topics) != 2]
    assert not wrong, "Of the values of an event, the feed should be `indexed`, and only that."
    expect_equal(receipt.value, answers, "what `poll` answered")


@check("ask answers what the feed answers", task=1, points=2, hint="`feed.price()` is the call and its answer.")
def asks_one(chain, contract):
    for turn, price in enumerate((some(chain, "one"), some(chain, "two"), 0, 2**256 - 1)):
        asked = feed(chain, price)
        for times in (1, 2):
            receipt = contract.ask(asked, sender="carol")
            expect_equal(receipt.value, price, "what `ask` answered")
            expect_equal(contract.last(), price, f"`last()` after {turn + 1} feeds")
            expect_equal(asked.asked(), times, "how often the feed was asked")
        expect_equal(asked.asker(), contract.address, "who asked the feed")


@check("ask reverts as the feed does", task=1, points=2, hint="Without `try`, the revert passes through by itself.")
def ask_reverts_as_the_feed_does(chain, contract):
    price = some(chain, "before")
    asked = feed(chain, price)
    contract.ask(asked)
    text, since = f"closed until {some(chain, 'text')}", some(chain, "since")
    asked.fail(reason(text))
    with reverts(text):
        contract.ask(asked)
    asked.divide()
    with reverts(0x12):
        contract.ask(asked)
    asked.grow(since)
    with reverts("Stale", since, asked):
        contract.ask(asked)
    asked.fail(b"")
    with reverts() as refused:
        contract.ask(asked)
    assert not refused.error.data, "Where the feed reverts without data, `ask` should revert without data too."
    with reverts():
        contract.ask(chain.dave)
    expect_equal(contract.last(), price, "`last()` after feeds that failed")


@check("poll tells what each feed answers", task=2, points=2, hint="A loop, and for each feed what `ask` does.")
def answers_are_told(chain, contract):
    prices = [some(chain, f"price {turn}") for turn in range(4)]
    feeds = [feed(chain, price) for price in prices]
    polled(contract, feeds, [(ANSWERED, each, price) for each, price in zip(feeds, prices, strict=True)], 4)
    expect_equal(contract.last(), prices[-1], "`last()` after the poll")
    for each in feeds:
        expect_equal(each.asked(), 1, "how often each feed was asked")
        expect_equal(each.asker(), contract.address, "who asked each feed")
    polled(contract, feeds[2:0:-1], [(ANSWERED, feeds[turn], prices[turn]) for turn in (2, 1)], 2)
    expect_equal(contract.last(), prices[1], "`last()` after the second poll")


@check("Every list of feeds will do", task=2, hint="None, the same one twice, a price of zero: what is different?")
def every_list_will_do(chain, contract):
    polled(contract, [], [], 0)
    price = some(chain, "price")
    same, free, dear = feed(chain, price), feed(chain, 0), feed(chain, 2**256 - 1)
    polled(contract, [same, same], [(ANSWERED, same, price)] * 2, 2)
    expect_equal(same.asked(), 2, "how often a feed was asked that stands in the list twice")
    polled(contract, [dear, free], [(ANSWERED, dear, 2**256 - 1), (ANSWERED, free, 0)], 2)
    expect_equal(contract.last(), 0, "`last()` after a price of 0")


@check("A reason is told", task=3, points=2, hint="`catch Error(string memory reason)`.")
def reasons_are_told(chain, contract):
    long = "closed for a very long time, at least until this number comes up: "
    for text in (f"closed until {some(chain, 'short')}", f"{long}{some(chain, 'long')}", ""):
        failing = feed(chain, failing=reason(text))
        polled(contract, [failing], [(REFUSED, failing, text)], 0)


@check("A panic is told", task=3, points=2, hint="`catch Panic(uint256 code)`.")
def panics_are_told(chain, contract):
    failing = feed(chain)
    failing.divide()
    polled(contract, [failing], [(PANICKED, failing, 0x12)], 0)
    for code in (0x01, 0x11, 0x32, 0x51):
        failing.fail(panic(code))
        polled(contract, [failing], [(PANICKED, failing, code)], 0)


@check("Anything else is told as bytes", task=3, points=2, hint="`catch (bytes memory data)` takes the rest.")
def the_rest_is_told(chain, contract):
    failing = feed(chain)
    since = some(chain, "since")
    failing.grow(since)
    stale = keccak(b"Stale(uint256,address)")[:4] + word(since) + word(int(failing.address, 16))
    polled(contract, [failing], [(FAILED, failing, stale)], 0)
    for data in (b"", some(chain, "few").to_bytes(3, "big"), keccak(b"Closed()")[:4], b"\xda" * 100):
        failing.fail(data)
        polled(contract, [failing], [(FAILED, failing, data)], 0)


@check("One that fails does not stop the others", task=3, points=3, hint="After a `catch` the loop goes on.")
def the_others_are_asked(chain, contract):
    first, second = some(chain, "first"), some(chain, "second")
    good, better = feed(chain, first, name="a good feed"), feed(chain, second, name="a better feed")
    stale = keccak(b"Closed()")[:4]
    refuses = feed(chain, failing=reason("no"), name="a feed that refuses")
    panics = feed(chain, failing=panic(0x11), name="a feed that panics")
    fails = feed(chain, failing=stale, name="a feed that fails")
    polled(
        contract,
        [refuses, good, panics, fails, better, fails, refuses, panics],
        [
            (REFUSED, refuses, "no"),
            (ANSWERED, good, first),
            (PANICKED, panics, 0x11),
            (FAILED, fails, stale),
            (ANSWERED, better, second),
            (FAILED, fails, stale),
            (REFUSED, refuses, "no"),
            (PANICKED, panics, 0x11),
        ],
        2,
    )
    expect_equal(contract.last(), second, "`last()`, where the last feeds of the list failed")
    good.fail(stale)
    polled(contract, [good], [(FAILED, good, stale)], 0)
    expect_equal(contract.last(), second, "`last()`, after a poll where no feed answered")


@check("No contract is told, and does not stop the others", task=4, points=3, hint="What is `address(feed).code`?")
def nobody_is_told(chain, contract):
    price = some(chain, "price")
    good = feed(chain, price)
    nobody = f"0x{chain.number('nobody', 2**150, 2**160 - 1):040x}"
    polled(contract, [chain.erin], [(MISSING, chain.erin)], 0)
    told = [(MISSING, chain.dave), (ANSWERED, good, price), (MISSING, chain.address_of(nobody))]
    polled(contract, [chain.dave, good, nobody], told, 1)
    expect_equal(contract.last(), price, "`last()` after addresses without code")
