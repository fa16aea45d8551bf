"""What Roster must do, as seen from outside: who has how many points, and in which place."""

from evmbox.checks import check, expect_equal, reverts

NAMES = ("Ada", "Grace", "Эмми", "a member with quite a long name that does not fit into one slot", "")


def points_of(chain, label):
    return chain.number(label, 10, 99)


def fill(chain, contract):
    """Add five members and give each other points; return what each should be."""
    expected = []
    for number, name in enumerate(NAMES):
        contract.add(name, sender=(chain.alice, chain.bob)[number % 2])
        points = points_of(chain, f"of {number}")
        contract.award(number, points, sender=chain.carol)
        expected.append((name, points))
    return expected


def member(contract, number):
    return tuple(contract.call("member(uint256)", number))


def expect_members(contract, expected, when):
    expect_equal(contract.call("size()"), len(expected), f"`size()` {when}")
    for number, (name, points) in enumerate(expected):
        found = member(contract, number)
        expect_equal(found[0], name, f"the name of member {number} {when}")
        expect_equal(found[1], points, f"the points of member {number} {when}")


def is_view(contract, name):
    """Fail unless the interface promises that a function changes nothing."""
    promises = [each["stateMutability"] for each in contract.abi if each.get("name") == name]
    assert promises, f"There should be a function `{name}`."
    assert promises[0] in {"view", "pure"}, f"`{name}` should be marked `view`: it only reads."


@check("Members are added at the end", task=1, points=2, hint="`push` puts one more at the end.")
def adds_members(chain, contract):
    expect_equal(contract.call("size()"), 0, "`size()` at the start")
    expected = []
    for number, name in enumerate(NAMES):
        contract.add(name, sender=(chain.alice, chain.owner)[number % 2])
        expected.append((name, 0))
        expect_members(contract, expected, f"after {number + 1} were added")
    messenger = chain.deploy("Messenger", called="the messenger")
    messenger.add(contract, "by a contract", sender=chain.bob)
    expect_members(contract, [*expected, ("by a contract", 0)], "after a contract added one")


@check("size() and member() are views", task=5, hint="Which word promises that a function changes nothing?")
def answers_are_views(chain, contract):
    is_view(contract, "size")
    is_view(contract, "member")


@check("An award stays", task=2, points=2, hint="Is it the member that you change, or a copy?")
def awards(chain, contract):
    contract.add("Ada", sender=chain.bob)
    total = 0
    for turn in range(1, 4):
        points = points_of(chain, f"award {turn}")
        contract.award(0, points, sender=(chain.alice, chain.bob, chain.owner)[turn - 1])
        total += points
        expect_equal(member(contract, 0)[1], total, f"the points after {turn} of the awards")


@check("An award is for one member", task=2, hint="Whose points are they?")
def awards_one(chain, contract):
    expected = fill(chain, contract)
    lucky = chain.number("lucky", 0, 4)
    contract.award(lucky, 7, sender=chain.dave)
    expected[lucky] = (expected[lucky][0], expected[lucky][1] + 7)
    expect_members(contract, expected, f"after an award to member {lucky}")


@check("A sum that does not fit is refused", task=2, hint="What does Solidity do by itself?")
def refuses_what_does_not_fit(chain, contract):
    expected = fill(chain, contract)
    with reverts():
        contract.award(1, 2**256 - 1, sender=chain.bob)
    with reverts():
        contract.awardAll([0, 2], 2**256 - 1, sender=chain.bob)
    expect_members(contract, expected, "after awards that do not fit")


@check("awardAll() reaches each one in the list", task=3, points=2, hint="Is it the member that you change, or a copy?")
def awards_several(chain, contract):
    expected = fill(chain, contract)
    points = points_of(chain, "for all")
    for numbers in ([0, 2, 4], [3], [], [4, 3, 2, 1, 0]):
        contract.awardAll(numbers, points, sender=chain.erin)
        expected = [(name, old + points * (at in numbers)) for at, (name, old) in enumerate(expected)]
        expect_members(contract, expected, f"after `awardAll({numbers}, {points})`")


@check("Who is in the list twice gets twice", task=3, hint="Add for each place in the list.")
def awards_twice(chain, contract):
    expected = fill(chain, contract)
    contract.awardAll([1, 1, 3, 1], 5, sender=chain.bob)
    expected[1] = (expected[1][0], expected[1][1] + 15)
    expected[3] = (expected[3][0], expected[3][1] + 5)
    expect_members(contract, expected, "after `awardAll([1, 1, 3, 1], 5)`")


@check("swap() lets two change places", task=4, points=3, hint="What is written over before it was used?")
def swaps(chain, contract):
    expected = fill(chain, contract)
    one = chain.number("one", 0, 2)
    for first, second in ((one, one + 2), (4, 0), (2, 3)):
        contract.swap(first, second, sender=chain.carol)
        expected[first], expected[second] = expected[second], expected[first]
        expect_members(contract, expected, f"after `swap({first}, {second})`")


@check("Swapped with itself, a member stays", task=4, hint="Go through your lines with both numbers the same.")
def swaps_with_itself(chain, contract):
    expected = fill(chain, contract)
    for number in (0, 3):
        contract.swap(number, number, sender=chain.bob)
        expect_members(contract, expected, f"after `swap({number}, {number})`")


@check("After a swap the members are told apart", task=4, hint="Two places must not mean one and the same member.")
def swapped_ones_are_apart(chain, contract):
    expected = fill(chain, contract)
    contract.swap(1, 3, sender=chain.bob)
    expected[1], expected[3] = expected[3], expected[1]
    contract.award(3, 50, sender=chain.bob)
    expected[3] = (expected[3][0], expected[3][1] + 50)
    expect_members(contract, expected, "after a swap of 1 and 3 and an award to 3")


@check("Numbers without a member are refused", task=5, points=2, hint="Which is the largest number that there is?")
def refuses_unknown_numbers(chain, contract):
    with reverts("NoMember", 0):
        contract.award(0, 1, sender=chain.bob)
    expected = fill(chain, contract)
    for number in (5, chain.number("far", 6, 99), 2**256 - 1):
        with reverts("NoMember", number):
            contract.award(number, 1, sender=chain.bob)
        with reverts("NoMember", number):
            contract.call("member(uint256)", number)
        with reverts("NoMember", number):
            contract.awardAll([0, number, 1], 1, sender=chain.bob)
        with reverts("NoMember", number):
            contract.swap(number, 2, sender=chain.bob)
        with reverts("NoMember", number):
            contract.swap(2, number, sender=chain.bob)
        with reverts("NoMember", number):
            contract.swap(number, number, sender=chain.bob)
    expect_members(contract, expected, "after what was refused")
