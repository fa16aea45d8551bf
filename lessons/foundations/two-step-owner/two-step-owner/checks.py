"""What Owned must do, as seen from outside: who is the owner, who is pending, and who is refused."""

from evmbox.checks import check, emits, expect_equal, reverts

NOBODY = "0x" + 40 * "0"
OFFERED = "OwnershipOffered(address,address)"
TRANSFERRED = "OwnershipTransferred(address,address)"


def expect_roles(contract, owner, pending, when):
    expect_equal(contract.call("owner()"), address(owner), f"`owner()` {when}")
    expect_equal(contract.call("pendingOwner()"), address(pending), f"`pendingOwner()` {when}")


def address(account):
    return NOBODY if account is None else account.address


def hand_over(contract, owner, to):
    contract.transferOwnership(to, sender=owner)
    contract.acceptOwnership(sender=to)


def is_view(contract, name):
    """Fail unless the interface promises that a function changes nothing."""
    promises = [each["stateMutability"] for each in contract.abi if each.get("name") == name]
    assert promises, f"There should be a function `{name}`."
    assert promises[0] in {"view", "pure"}, f"`{name}` should be marked `view`: it only reads."


def owned_by(chain, contract, wallet):
    """Deploy another by a contract, and return it."""
    made = wallet.create(contract.artifact.creation, gas=chain.deploy_gas).value
    return chain.at(made, contract.artifact, called="your contract owned by the wallet")


def topics_hold(receipt, contract, signature, values):
    """Fail unless both addresses of the event are where a search finds them."""
    (event,) = (event for event in receipt.events if event.signature == signature and event.address == contract.address)
    searchable = [topic[12:].hex() for topic in event.topics[1:]]
    expected = [value[2:].lower() for value in values]
    assert searchable == expected, f"Both values of `{signature.partition('(')[0]}` should be `indexed`."


@check("Whoever deploys it is the owner", task=1, hint="In the constructor, who is msg.sender?")
def deployer_owns(chain, contract):
    expect_roles(contract, chain.owner, None, "at the start")
    wallet = chain.deploy("Wallet", called="the wallet")
    expect_roles(owned_by(chain, contract, wallet), wallet, None, "where a contract has deployed it")


@check("owner(), pendingOwner() and number() are views", task=1, hint="`public` on the variable makes one.")
def answers_are_views(chain, contract):
    for name in ("owner", "pendingOwner", "number"):
        is_view(contract, name)


@check("The owner sets the number", task=1, hint="Which line writes to the state variable?")
def owner_sets_the_number(chain, contract):
    expect_equal(contract.call("number()"), 0, "`number()` at the start")
    for new in (chain.number("one", 100, 999), chain.number("two", 100, 999), 0):
        contract.setNumber(new, sender=chain.owner)
        expect_equal(contract.call("number()", sender=chain.bob), new, f"`number()` after `setNumber({new})`")


@check(
    "An offer makes somebody pending and nobody else the owner", task=2, points=2, hint="Which of the two addresses?"
)
def offers(chain, contract):
    contract.transferOwnership(chain.bob, sender=chain.owner)
    expect_roles(contract, chain.owner, chain.bob, "after it was offered to Bob")
    contract.setNumber(7, sender=chain.owner)
    contract.transferOwnership(chain.owner, sender=chain.owner)
    expect_roles(contract, chain.owner, chain.owner, "after it was offered to the owner")


@check("A new offer takes the place of the old one", task=2, points=2, hint="How many can be pending?")
def offers_again(chain, contract):
    contract.transferOwnership(chain.bob, sender=chain.owner)
    contract.transferOwnership(chain.carol, sender=chain.owner)
    expect_roles(contract, chain.owner, chain.carol, "after it was offered to Bob and then to Carol")
    with reverts("NotPendingOwner", chain.bob):
        contract.acceptOwnership(sender=chain.bob)
    contract.transferOwnership(NOBODY, sender=chain.owner)
    expect_roles(contract, chain.owner, None, "after the offer was taken back")
    with reverts("NotPendingOwner", chain.carol):
        contract.acceptOwnership(sender=chain.carol)


@check("The offer is told by an event", task=2, hint="The owner, and to whom it is offered.")
def offer_is_told(chain, contract):
    for to in (chain.bob.address, chain.carol.address, NOBODY):
        with emits(contract, OFFERED):
            receipt = contract.transferOwnership(to, sender=chain.owner)
        with emits(contract, OFFERED, chain.owner, to):
            contract.transferOwnership(to, sender=chain.owner)
        topics_hold(receipt, contract, OFFERED, [chain.owner.address, to])


@check("Who accepts is the owner, and nobody is pending", task=3, points=2, hint="Which addresses change?")
def accepts(chain, contract):
    hand_over(contract, chain.owner, chain.bob)
    expect_roles(contract, chain.bob, None, "after Bob accepted")
    contract.setNumber(chain.number("by Bob", 100, 999), sender=chain.bob)
    expect_equal(contract.call("number()"), chain.number("by Bob", 100, 999), "`number()` after the new owner set it")
    hand_over(contract, chain.bob, chain.carol)
    expect_roles(contract, chain.carol, None, "after Carol accepted")
    hand_over(contract, chain.carol, chain.owner)
    expect_roles(contract, chain.owner, None, "after it came back to who deployed it")


@check("An offer is good for one time", task=3, points=2, hint="Who is pending after it was taken?")
def accepts_once(chain, contract):
    hand_over(contract, chain.owner, chain.bob)
    hand_over(contract, chain.bob, chain.carol)
    for person in (chain.bob, chain.carol, chain.owner):
        with reverts("NotPendingOwner", person):
            contract.acceptOwnership(sender=person)
    expect_roles(contract, chain.carol, None, "after others tried to accept an offer that was taken")


@check("The handover is told by an event", task=3, hint="The owner before: who is it after you wrote over it?")
def handover_is_told(chain, contract):
    before = chain.owner
    for to in (chain.bob, chain.erin):
        contract.transferOwnership(to, sender=before)
        with emits(contract, TRANSFERRED), emits(contract, TRANSFERRED, before, to):
            receipt = contract.acceptOwnership(sender=to)
        topics_hold(receipt, contract, TRANSFERRED, [before.address, to.address])
        before = to


@check("A contract can be the owner, and hand over", task=3, hint="msg.sender is who calls.")
def contracts_own(chain, contract):
    wallet = chain.deploy("Wallet", called="the wallet")
    contract.transferOwnership(wallet, sender=chain.owner)
    with emits(contract, TRANSFERRED, chain.owner, wallet):
        wallet.acceptOwnership(contract, sender=chain.dave)
    expect_roles(contract, wallet, None, "after the wallet accepted")
    wallet.setNumber(contract, 5, sender=chain.dave)
    expect_equal(contract.call("number()"), 5, "`number()` after the wallet set it")
    with emits(contract, OFFERED, wallet, chain.erin):
        wallet.transferOwnership(contract, chain.erin, sender=chain.dave)
    contract.acceptOwnership(sender=chain.erin)
    expect_roles(contract, chain.erin, None, "after the wallet handed over")


@check("Nobody else sets the number or makes an offer", task=4, points=2, hint="Does each function name the modifier?")
def strangers_are_refused(chain, contract):
    contract.setNumber(3, sender=chain.owner)
    contract.transferOwnership(chain.bob, sender=chain.owner)
    for stranger in (chain.bob, chain.carol):
        with reverts("NotOwner", stranger):
            contract.setNumber(4, sender=stranger)
        with reverts("NotOwner", stranger):
            contract.transferOwnership(stranger, sender=stranger)
    contract.acceptOwnership(sender=chain.bob)
    with reverts("NotOwner", chain.owner):
        contract.setNumber(4, sender=chain.owner)
    with reverts("NotOwner", chain.owner):
        contract.transferOwnership(chain.owner, sender=chain.owner)
    expect_equal(contract.call("number()"), 3, "`number()` after strangers tried to set it")


@check("Nobody but the pending owner accepts", task=4, points=2, hint="Compare with whom?")
def others_cannot_accept(chain, contract):
    for person in (chain.alice, chain.owner):
        with reverts("NotPendingOwner", person):
            contract.acceptOwnership(sender=person)
    contract.transferOwnership(chain.bob, sender=chain.owner)
    for person in (chain.alice, chain.owner, chain.dave):
        with reverts("NotPendingOwner", person):
            contract.acceptOwnership(sender=person)
    expect_roles(contract, chain.owner, chain.bob, "after others tried to accept")


@check("A contract that the owner calls is not the owner", task=4, points=2, hint="tx.origin is who signed.")
def messengers_are_refused(chain, contract):
    messenger = chain.deploy("Wallet", called="the messenger")
    with reverts("NotOwner", messenger):
        messenger.setNumber(contract, 1, sender=chain.owner)
    with reverts("NotOwner", messenger):
        messenger.transferOwnership(contract, chain.bob, sender=chain.owner)
    contract.transferOwnership(chain.bob, sender=chain.owner)
    with reverts("NotPendingOwner", messenger):
        messenger.acceptOwnership(contract, sender=chain.bob)
