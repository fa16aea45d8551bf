"""What Badge must do by the text of ERC-721 and the tasks, as seen from outside.

What both leave open stays open: the errors, whether `mint` asks a receiver that is a contract, whether an approval
that ends with a transfer has an event of its own, how the JSON and the picture are written, and what else stands in
them.
"""

import json
from base64 import b64decode
from binascii import Error as NoBase64
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

from evmbox.checks import CheckFailed, check, emits, expect_equal, reverts

NOBODY = "0x0000000000000000000000000000000000000000"
TRANSFER = "Transfer(address,address,uint256)"
APPROVAL = "Approval(address,address,uint256)"
FOR_ALL = "ApprovalForAll(address,address,bool)"
SAFE = "safeTransferFrom(address,address,uint256)"
SAFE_WITH_DATA = "safeTransferFrom(address,address,uint256,bytes)"
TAKES, REVERTS, ANSWERS_ZERO, ANSWERS_ANOTHER, PASSES_ON = range(5)


def give(chain, contract, account, label, most=4):
    """Have some badges made for others first, then one for an account; return its number."""
    before = chain.number(f"before {label}", 1, most)
    for _ in range(before):
        contract.mint(chain.erin, sender=chain.owner)
    number = contract.mint(account, sender=chain.owner).value
    if not isinstance(number, int):
        raise CheckFailed("`mint` should return the number of the badge that it made.")
    return number


def owned_by(contract, badge, account, when=""):
    expect_equal(contract.call("ownerOf(uint256)", badge), account, f"`ownerOf({badge})`{when}")


def balances_are(contract, **expected):
    for name, value in expected.items():
        expect_equal(contract.call("balanceOf(address)", name), value, f"`balanceOf({name.capitalize()})`")


def searchable(receipt, contract, signature, number):
    """Fail unless the first values of an event are indexed, so that a search finds them."""
    for event in receipt.events:
        if event.signature == signature and event.address == contract.address:
            assert len(event.topics) == number + 1, f"The first {number} values of `{signature}` should be `indexed`."


def ways(chain, contract, *args):
    """Yield the three functions that move a badge, each as something to call with the sender."""
    more = bytes([chain.number("more", 1, 255)])
    for signature in ("transferFrom(address,address,uint256)", SAFE):
        yield lambda sender, signature=signature: contract.send(signature, *args, sender=sender)
    yield lambda sender: contract.send(SAFE_WITH_DATA, *args, more, sender=sender)


@check(
    "mint() makes badges 1, 2, 3, …, and each has its owner", task=1, points=2, hint="Count up first; 0 is no badge."
)
def mint_makes_the_next(chain, contract):
    balances_are(contract, alice=0)
    many = chain.number("many", 2, 9)
    for _ in range(many):
        contract.mint(chain.dave, sender=chain.owner)
    balances_are(contract, dave=many)
    owners = [(chain.alice, chain.bob, chain.carol)[chain.number(f"owner {turn}", 0, 2)] for turn in range(5)]
    for badge, owner in enumerate(owners, start=many + 1):
        receipt = contract.mint(owner, sender=chain.owner)
        expect_equal(receipt.value, badge, "what `mint` answers")
        owned_by(contract, badge, owner)
        expect_equal(
            contract.call("balanceOf(address)", owner), owners[: badge - many].count(owner), f"{owner!r}'s balance"
        )
    for badge, owner in enumerate(owners, start=many + 1):
        owned_by(contract, badge, owner, " after more were made")
    expect_equal(contract.call("name()"), "Badge", "`name()`")
    expect_equal(contract.call("symbol()"), "BDG", "`symbol()`")


@check("mint() tells of it", task=1, hint="A new badge comes from the zero address.")
def mint_is_announced(chain, contract):
    badge = give(chain, contract, chain.alice, "told") + 1
    with emits(contract, TRANSFER), emits(contract, TRANSFER, NOBODY, chain.bob, badge):
        receipt = contract.mint(chain.bob, sender=chain.owner)
    searchable(receipt, contract, TRANSFER, 3)


@check("Only whoever deployed makes badges, and none for nobody", task=1, hint="Two guards at the beginning of mint.")
def strangers_make_none(chain, contract):
    give(chain, contract, chain.alice, "there")
    keeper = chain.deploy("Keeper", TAKES, called="a messenger")
    for stranger in (chain.alice, chain.bob):
        with reverts():
            contract.mint(stranger, sender=stranger)
    with reverts():
        keeper.mint(contract, chain.bob, sender=chain.owner)
    with reverts():
        contract.mint(NOBODY, sender=chain.owner)
    balances_are(contract, alice=1, bob=0)


@check("What does not exist has no owner", task=1, hint="A mapping answers the zero address for it; revert instead.")
def nothing_has_no_owner(chain, contract):
    badge = give(chain, contract, chain.alice, "last")
    for missing in (0, badge + 1, 2**256 - 1):
        with reverts():
            contract.call("ownerOf(uint256)", missing)
        with reverts():
            contract.call("getApproved(uint256)", missing)
    with reverts():
        contract.call("balanceOf(address)", NOBODY)


@check("The owner can move a badge", task=2, points=2, hint="Owner and two balances change, and the event tells it.")
def the_owner_moves_it(chain, contract):
    badge = give(chain, contract, chain.alice, "moved")
    with emits(contract, TRANSFER), emits(contract, TRANSFER, chain.alice, chain.bob, badge):
        receipt = contract.transferFrom(chain.alice, chain.bob, badge, sender=chain.alice)
    searchable(receipt, contract, TRANSFER, 3)
    owned_by(contract, badge, chain.bob, " after Alice gave it to Bob")
    balances_are(contract, alice=0, bob=1)
    contract.transferFrom(chain.bob, chain.bob, badge, sender=chain.bob)
    owned_by(contract, badge, chain.bob, " after Bob gave it to himself")
    balances_are(contract, bob=1)
    stone = chain.deploy("Stone", called="a contract that knows no badges")
    contract.transferFrom(chain.bob, stone, badge, sender=chain.bob)
    owned_by(contract, badge, stone, " after `transferFrom`, which asks nobody")


@check("Nobody else can", task=2, points=2, hint="Owner, approved account or operator: nobody else.")
def strangers_move_nothing(chain, contract):
    badge = give(chain, contract, chain.alice, "kept")
    other = give(chain, contract, chain.bob, "of Bob")
    contract.approve(chain.carol, other, sender=chain.bob)
    contract.setApprovalForAll(chain.dave, True, sender=chain.bob)
    for stranger in (chain.bob, chain.carol, chain.dave, chain.owner):
        for move in ways(chain, contract, chain.alice, stranger, badge):
            with reverts():
                move(stranger)
    keeper = chain.deploy("Keeper", TAKES, called="a messenger")
    contract.approve(chain.erin, badge, sender=chain.alice)
    contract.setApprovalForAll(chain.dave, True, sender=chain.alice)
    for signer in (chain.alice, chain.erin, chain.dave):
        with reverts():
            keeper.move(contract, chain.alice, chain.bob, badge, sender=signer)
    owned_by(contract, badge, chain.alice, " after strangers tried to take it")


@check("A badge is taken from its owner, and goes to somebody", task=2, hint="Compare from with ownerOf(tokenId).")
def from_the_owner_to_somebody(chain, contract):
    badge = give(chain, contract, chain.alice, "from whom")
    contract.mint(chain.bob, sender=chain.owner)
    contract.setApprovalForAll(chain.alice, True, sender=chain.bob)
    for giver, receiver, number in (
        (chain.bob, chain.carol, badge),
        (chain.alice, NOBODY, badge),
        (NOBODY, chain.carol, badge),
        (chain.alice, chain.carol, badge + 5),
        (NOBODY, chain.alice, badge + 5),
    ):
        for move in ways(chain, contract, giver, receiver, number):
            with reverts():
                move(chain.alice)
    owned_by(contract, badge, chain.alice)
    balances_are(contract, alice=1, bob=1, carol=0)


@check("An approved account can move that badge, once", task=3, points=2, hint="A transfer ends the approval.")
def the_approved_move_it_once(chain, contract):
    badge = give(chain, contract, chain.alice, "approved")
    expect_equal(contract.call("getApproved(uint256)", badge), NOBODY, "`getApproved` at the start")
    contract.approve(chain.bob, badge, sender=chain.alice)
    expect_equal(contract.call("getApproved(uint256)", badge), chain.bob, "`getApproved` after Alice approved Bob")
    contract.transferFrom(chain.alice, chain.carol, badge, sender=chain.bob)
    owned_by(contract, badge, chain.carol, " after Bob, who was approved, moved it")
    expect_equal(contract.call("getApproved(uint256)", badge), NOBODY, "`getApproved` after the transfer")
    with reverts():
        contract.transferFrom(chain.carol, chain.bob, badge, sender=chain.bob)
    contract.approve(chain.bob, badge, sender=chain.carol)
    contract.approve(NOBODY, badge, sender=chain.carol)
    with reverts():
        contract.transferFrom(chain.carol, chain.bob, badge, sender=chain.bob)
    owned_by(contract, badge, chain.carol)


@check("approve() emits Approval", task=3, hint="It names the owner, even where an operator called.")
def approval_is_announced(chain, contract):
    badge = give(chain, contract, chain.alice, "approval told")
    contract.setApprovalForAll(chain.dave, True, sender=chain.alice)
    for sender, approved in ((chain.alice, chain.bob), (chain.dave, chain.bob), (chain.dave, NOBODY)):
        with emits(contract, APPROVAL), emits(contract, APPROVAL, chain.alice, approved, badge):
            receipt = contract.approve(approved, badge, sender=sender)
        searchable(receipt, contract, APPROVAL, 3)


@check("Only the owner and operators approve", task=3, hint="Whoever is approved for a badge can't approve others.")
def only_owners_approve(chain, contract):
    badge = give(chain, contract, chain.alice, "who approves")
    contract.mint(chain.carol, sender=chain.owner)
    contract.setApprovalForAll(chain.dave, True, sender=chain.carol)
    contract.approve(chain.bob, badge, sender=chain.alice)
    for stranger in (chain.bob, chain.carol, chain.dave, chain.owner):
        with reverts():
            contract.approve(stranger, badge, sender=stranger)
    with reverts():
        contract.approve(chain.alice, badge + 9, sender=chain.alice)
    contract.setApprovalForAll(chain.erin, True, sender=chain.alice)
    keeper = chain.deploy("Keeper", TAKES, called="a messenger")
    for sender in (chain.alice, chain.erin):
        with reverts():
            keeper.approve(contract, chain.dave, badge, sender=sender)
    expect_equal(contract.call("getApproved(uint256)", badge), chain.bob, "`getApproved`")


@check(
    "Operators move every badge of an owner", task=4, points=2, hint="By owner and operator; each owner may have many."
)
def operators_move_all(chain, contract):
    badges = [give(chain, contract, chain.alice, f"operated {turn}", most=2) for turn in range(3)]
    contract.setApprovalForAll(chain.bob, True, sender=chain.alice)
    contract.setApprovalForAll(chain.carol, True, sender=chain.alice)
    for operator, expected in ((chain.bob, True), (chain.carol, True), (chain.dave, False), (chain.alice, False)):
        found = contract.call("isApprovedForAll(address,address)", chain.alice, operator)
        expect_equal(found, expected, f"`isApprovedForAll(Alice, {operator!r})`")
    expect_equal(
        contract.call("isApprovedForAll(address,address)", chain.bob, chain.alice), False, "the other way round"
    )
    contract.transferFrom(chain.alice, chain.dave, badges[0], sender=chain.bob)
    contract.transferFrom(chain.alice, chain.dave, badges[1], sender=chain.carol)
    contract.setApprovalForAll(chain.bob, False, sender=chain.alice)
    expect_equal(contract.call("isApprovedForAll(address,address)", chain.alice, chain.bob), False, "Bob, after all")
    with reverts():
        contract.transferFrom(chain.alice, chain.bob, badges[2], sender=chain.bob)
    with reverts():
        contract.transferFrom(chain.dave, chain.carol, badges[0], sender=chain.carol)
    contract.approve(chain.erin, badges[2], sender=chain.carol)
    contract.transferFrom(chain.alice, chain.dave, badges[2], sender=chain.erin)
    balances_are(contract, alice=0, dave=3)


@check("setApprovalForAll() emits ApprovalForAll", task=4, hint="Owner, operator, and whether it is so now.")
def operators_are_announced(chain, contract):
    give(chain, contract, chain.alice, "operators told")
    for approved in (True, True, False):
        with emits(contract, FOR_ALL), emits(contract, FOR_ALL, chain.alice, chain.bob, approved):
            receipt = contract.setApprovalForAll(chain.bob, approved, sender=chain.alice)
        searchable(receipt, contract, FOR_ALL, 2)
    keeper = chain.deploy("Keeper", TAKES, called="a keeper of badges")
    with emits(contract, FOR_ALL), emits(contract, FOR_ALL, keeper, chain.bob, True):
        keeper.allow(contract, chain.bob, sender=chain.alice)
    found = contract.call("isApprovedForAll(address,address)", keeper, chain.bob)
    expect_equal(found, True, "`isApprovedForAll` of the keeper and Bob")


@check("safeTransferFrom() moves badges as transferFrom() does", task=5, hint="Call transferFrom, or what it calls.")
def safe_transfers_move(chain, contract):
    first = give(chain, contract, chain.alice, "safe")
    second = give(chain, contract, chain.alice, "safe too")
    contract.approve(chain.bob, second, sender=chain.alice)
    with emits(contract, TRANSFER), emits(contract, TRANSFER, chain.alice, chain.carol, first):
        contract.send(SAFE, chain.alice, chain.carol, first, sender=chain.alice)
    with emits(contract, TRANSFER), emits(contract, TRANSFER, chain.alice, chain.carol, second):
        contract.send(SAFE_WITH_DATA, chain.alice, chain.carol, second, b"here", sender=chain.bob)
    owned_by(contract, first, chain.carol)
    owned_by(contract, second, chain.carol)
    expect_equal(contract.call("getApproved(uint256)", second), NOBODY, "`getApproved` after the transfer")


@check(
    "A receiver that is a contract is asked", task=5, points=2, hint="Who calls, from whom, which badge, what words?"
)
def receivers_are_asked(chain, contract):
    badge = give(chain, contract, chain.alice, "asked")
    contract.approve(chain.bob, badge, sender=chain.alice)
    words = f"for you, {chain.number('words', 100, 999)}".encode()
    for sender, giver, given in ((chain.bob, chain.alice, words), (chain.carol, chain.carol, b"")):
        keeper = chain.deploy("Keeper", TAKES, called="a keeper of badges")
        if given:
            contract.send(SAFE_WITH_DATA, giver, keeper, badge, given, sender=sender)
        else:
            contract.send(SAFE, giver, keeper, badge, sender=sender)
        owned_by(contract, badge, keeper, " after a keeper took it")
        expect_equal(keeper.asked(), 1, "how often the keeper was asked")
        expect_equal(keeper.operator(), sender, "the operator that the keeper was told")
        expect_equal(keeper.call("from()"), giver, "the owner before, as the keeper was told")
        expect_equal(keeper.tokenId(), badge, "the badge that the keeper was told")
        expect_equal(keeper.call("data()"), given, "the words that the keeper was told")
        expect_equal(keeper.caller(), contract, "who asked the keeper")
        next_one = chain.deploy("Keeper", TAKES, called="the next keeper")
        keeper.moveSafely(contract, next_one, badge, sender=chain.dave)
        expect_equal(next_one.operator(), keeper, "the operator that the next keeper was told")
        next_one.move(contract, next_one, chain.carol, badge)


@check("A badge stays where its receiver refuses it", task=5, points=2, hint="Look at the four bytes that come back.")
def refusals_count(chain, contract):
    badge = give(chain, contract, chain.alice, "refused")
    refusing = [chain.deploy("Keeper", how) for how in (REVERTS, ANSWERS_ZERO, ANSWERS_ANOTHER)]
    refusing += [chain.deploy("Stone"), chain.deploy("Mute")]
    for receiver, what in zip(
        refusing,
        ("that reverts", "that answers 0", "that answers 4 other bytes", "without such a function", "that is mute"),
        strict=True,
    ):
        for signature, more in ((SAFE, ()), (SAFE_WITH_DATA, (b"please",))):
            try:
                with reverts():
                    contract.send(signature, chain.alice, receiver, badge, *more, sender=chain.alice)
            except CheckFailed as failed:
                message = f"`{signature}` to a contract {what} should revert."
                raise CheckFailed(message) from failed
    owned_by(contract, badge, chain.alice, " after contracts refused it")
    balances_are(contract, alice=1)


@check("The receiver is asked last, when the badge is its own", task=5, points=2, hint="Ask when all else is done.")
def asked_when_all_is_done(chain, contract):
    badge = give(chain, contract, chain.alice, "last of all")
    keeper = chain.deploy("Keeper", PASSES_ON, called="a keeper that passes it on")
    keeper.bequeath(chain.carol)
    with emits.times(2, contract, TRANSFER), emits(contract, TRANSFER, chain.alice, keeper, badge):
        receipt = contract.send(SAFE, chain.alice, keeper, badge, sender=chain.alice)
    expect_equal(keeper.wasOwner(), True, "whether the keeper owned the badge when it was asked")
    owned_by(contract, badge, chain.carol, " after the keeper passed it on at once")
    balances_are(contract, alice=0, carol=1)
    told = [event.args for event in receipt.events if event.signature == TRANSFER]
    assert list(told[-1].values())[1] == chain.carol, "The event of the first transfer should come before the second."


def opened(uri, kind):
    """Return what a data URI holds (RFC 2397). Raises `CheckFailed`."""
    head, comma, body = uri.partition(",")
    if not comma or not head.lower().startswith(f"data:{kind}"):
        raise CheckFailed(f"A data URI should begin with `data:{kind}`, but it begins with {uri[:40]!r}.")
    try:
        return b64decode(body, validate=True) if head.lower().endswith(";base64") else unquote_to_bytes(body)
    except (NoBase64, ValueError) as error:
        raise CheckFailed(f"What follows `{head},` is not Base64.") from error


def metadata(contract, badge):
    """Read the JSON of a badge, and see that its picture is one."""
    try:
        data = json.loads(opened(contract.call("tokenURI(uint256)", badge), "application/json"))
    except ValueError as error:
        raise CheckFailed(f"What `tokenURI({badge})` holds is not JSON.") from error
    if not isinstance(data, dict) or not all(isinstance(data.get(key), str) for key in ("name", "image")):
        raise CheckFailed(f"The JSON of `tokenURI({badge})` should have a `name` and an `image`, both texts.")
    drawn = opened(data["image"], "image/svg+xml")
    if b"<!" in drawn:
        raise CheckFailed(f"The image of badge {badge} should be an `svg` element and nothing before it.")
    try:
        picture = ET.fromstring(drawn)  # noqa: S314 — a doctype, which could be made to grow, was refused above
    except (ET.ParseError, ValueError) as error:
        raise CheckFailed(f"The image of badge {badge} is no SVG that can be read.") from error
    if picture.tag != "{http://www.w3.org/2000/svg}svg":
        raise CheckFailed('The image should be an `svg` with xmlns="http://www.w3.org/2000/svg".')
    return data["name"], " ".join(picture.itertext())


@check("tokenURI() holds name and picture of each badge", task=6, points=2, hint="Text.decimal and Base64.encode.")
def the_picture_is_on_the_chain(chain, contract):
    badge = give(chain, contract, chain.alice, "pictured", most=12)
    for number in (1, badge):
        name, written = metadata(contract, number)
        expect_equal(name, f"Badge #{number}", f"the `name` in the JSON of badge {number}")
        assert str(number) in written, f"The picture of badge {number} should have its number in a text."


@check("What does not exist has no picture", task=6, hint="Ask ownerOf first.")
def nothing_has_no_picture(chain, contract):
    badge = give(chain, contract, chain.alice, "not pictured")
    for missing in (0, badge + 1):
        with reverts():
            contract.call("tokenURI(uint256)", missing)


@check("supportsInterface() says what the contract is", task=6, hint="Three numbers are true, all others false.")
def says_what_it_is(chain, contract):
    for interface, expected in (
        ("01ffc9a7", True),
        ("80ac58cd", True),
        ("5b5e139f", True),
        ("ffffffff", False),
        ("00000000", False),
        ("d9b67a26", False),
        (f"{chain.number('interface', 2**24, 2**31):08x}", False),
    ):
        found = contract.call("supportsInterface(bytes4)", bytes.fromhex(interface))
        expect_equal(found, expected, f"`supportsInterface` for {interface}")
    reading = {"balanceOf", "ownerOf", "getApproved", "isApprovedForAll", "tokenURI", "supportsInterface"}
    for each in contract.abi:
        if each.get("name") in reading:
            name = each["name"]
            assert each["stateMutability"] in {"view", "pure"}, f"`{name}` should be marked `view`: it only answers."
