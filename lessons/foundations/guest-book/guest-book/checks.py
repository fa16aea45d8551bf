"""What GuestBook must do, as seen from outside: what stands on its pages, and who may sign when."""

from evmbox.checks import check, expect_equal, given, integers, reverts

DAY = 86_400
LARGEST = 2**256 - 1


def count(contract):
    return contract.call("count()")


def page(contract, start, size):
    return list(contract.call("page(uint256,uint256)", start, size))


def entry(contract, number):
    """Give one entry, which must be there."""
    entries = page(contract, number, 1)
    assert len(entries) == 1, f"`page({number}, 1)` should have one entry, but has {len(entries)}."
    return entries[0]


def is_view(contract, name):
    """Fail unless the interface promises that a function changes nothing."""
    promises = [each["stateMutability"] for each in contract.abi if each.get("name") == name]
    assert promises, f"There should be a function `{name}`."
    assert promises[0] in {"view", "pure"}, f"`{name}` should be marked `view`: it only reads."


def words(chain, label):
    """Give a text, each learner their own."""
    return f"{label} {chain.number(label, 100, 999)}"


def sign(contract, author, text):
    """Sign, and return the entry that should be in the book."""
    receipt = contract.sign(text, sender=author)
    return (author.address, receipt.timestamp, text)


def fill(chain, contract):
    """Have five people sign; return the entries."""
    people = (chain.alice, chain.bob, chain.carol, chain.dave, chain.erin)
    return [sign(contract, person, words(chain, f"by {person.name}")) for person in people]


@check("count() goes up with each entry", task=1, hint="How long is the list?")
def counts_entries(chain, contract):
    expect_equal(count(contract), 0, "`count()` of an empty book")
    is_view(contract, "count")
    for number, person in enumerate((chain.carol, chain.owner, chain.bob), start=1):
        contract.sign(words(chain, "hello"), sender=person)
        expect_equal(count(contract), number, f"`count()` after {number} signed")


@check("Anyone may sign, with any text", task=1, points=2, hint="Is anything refused that the task does not name?")
def takes_any_text(chain, contract):
    texts = ("", "Grüße 🎉", "a long text " * 12, words(chain, "short"))
    people = (chain.alice, chain.bob, chain.owner, chain.erin)
    for number, (person, text) in enumerate(zip(people, texts, strict=True)):
        contract.sign(text, sender=person)
        expect_equal(count(contract), number + 1, "`count()` after one more signed")
        expect_equal(entry(contract, number)[2], text, "the text of the newest entry")


@check(
    "An entry says who signed, and when", task=3, points=2, hint="Who called is msg.sender; when is block.timestamp."
)
def says_who_and_when(chain, contract):
    entries = [sign(contract, chain.bob, words(chain, "first"))]
    chain.wait(chain.number("pause", 100, 999))
    messenger = chain.deploy("Messenger", called="the messenger")
    text = words(chain, "by a contract")
    receipt = messenger.sign(contract, text, sender=chain.bob)
    entries.append((messenger.address, receipt.timestamp, text))
    for number, (author, time, text) in enumerate(entries):
        written = entry(contract, number)
        expect_equal(written[0], author, f"who signed entry {number}")
        expect_equal(written[1], time, f"the time of entry {number}")
        expect_equal(written[2], text, f"the text of entry {number}")


@check("Before a day is over, the same account is refused", task=2, points=2, hint="Compare before anything is kept.")
def refuses_the_same_day(chain, contract):
    _, time, _ = sign(contract, chain.bob, "good morning")
    for pause in (1, chain.number("hours", 1, 20) * 3_600, DAY - 1):
        chain.warp(time + pause)
        with reverts("TooSoon", time + DAY):
            contract.sign("me again", sender=chain.bob)
    expect_equal(count(contract), 1, "`count()` after refused entries")


@check("A day after, to the second, it may sign again", task=2, points=2, hint="Is it `<` or `<=`?")
def opens_after_a_day(chain, contract):
    _, time, _ = sign(contract, chain.carol, "one")
    chain.warp(time + DAY)
    _, second, _ = sign(contract, chain.carol, "two")
    expect_equal(second, time + DAY, "the time of the second entry")
    with reverts("TooSoon", second + DAY):
        contract.sign("three, too soon", sender=chain.carol)
    chain.warp(second + DAY)
    contract.sign("three", sender=chain.carol)
    expect_equal(count(contract), 3, "`count()` after signing on three days")


@check("A contract has a day of its own", task=2, hint="msg.sender is who calls, tx.origin is who signed.")
def contracts_have_their_day(chain, contract):
    messenger = chain.deploy("Messenger", called="the messenger")
    receipt = messenger.sign(contract, "by a contract", sender=chain.bob)
    with reverts("TooSoon", receipt.timestamp + DAY):
        messenger.sign(contract, "again", sender=chain.carol)
    contract.sign("by Bob himself", sender=chain.bob)
    expect_equal(count(contract), 2, "`count()` after a contract signed for Bob, and Bob himself")


@check("Nobody is held up by another", task=2, hint="Whose day is it?")
def others_may_sign(chain, contract):
    fill(chain, contract)
    expect_equal(count(contract), 5, "`count()` after five people signed within a minute")
    with reverts("TooSoon"):
        contract.sign("again", sender=chain.alice)
    contract.sign("for the first time", sender=chain.owner)


@check(
    "page() shows the entries asked for, oldest first", task=3, points=2, hint="Entry i of the page is entry from + i."
)
def shows_pages(chain, contract):
    entries = fill(chain, contract)
    start = chain.number("start", 1, 3)
    for from_, size in ((0, 5), (0, 2), (start, 2), (start, 1), (4, 1)):
        expect_equal(page(contract, from_, size), entries[from_ : from_ + size], f"`page({from_}, {size})`")


@check("Over the end, the page is shorter", task=4, points=2, hint="How many entries are left from there on?")
def ends_with_the_list(chain, contract):
    entries = fill(chain, contract)
    for from_, size in ((4, 2), (3, chain.number("size", 10, 99)), (0, 6)):
        expect_equal(page(contract, from_, size), entries[from_:], f"`page({from_}, {size})` of five entries")


@check("Past the end and of size 0, the page is empty", task=4, hint="`from` may be larger than the length.")
def empty_pages(chain, contract):
    expect_equal(page(contract, 0, 3), [], "`page(0, 3)` of an empty book")
    fill(chain, contract)
    for from_, size in ((5, 1), (chain.number("far", 10, 99), 3), (2, 0), (5, 0)):
        expect_equal(page(contract, from_, size), [], f"`page({from_}, {size})` of five entries")


@check("The largest numbers are no trouble", task=4, points=2, hint="Which sum of `from` and `size` does not fit?")
def largest_numbers(chain, contract):
    entries = fill(chain, contract)
    expect_equal(page(contract, 3, LARGEST), entries[3:], "`page(3, type(uint256).max)` of five entries")
    expect_equal(page(contract, LARGEST, 2), [], "`page(type(uint256).max, 2)`")
    expect_equal(page(contract, LARGEST, LARGEST), [], "`page` of the largest `from` and `size`")


@check("page() is a view", task=3, hint="Which word promises that a function changes nothing?")
def page_is_a_view(chain, contract):
    is_view(contract, "page")


@check("Every page is a piece of the list", task=4, hint="Try a small list on paper.")
@given(written=integers(0, 4), start=integers(0, 6), size=integers(0, 6))
def any_page(chain, contract, written, start, size):
    people = (chain.alice, chain.bob, chain.carol, chain.dave)
    entries = [sign(contract, person, "hello") for person in people[:written]]
    expect_equal(page(contract, start, size), entries[start : start + size], f"`page({start}, {size})` of {written}")
