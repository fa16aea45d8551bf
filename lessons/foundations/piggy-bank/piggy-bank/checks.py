"""What PiggyBank must do, as seen from outside: which calls it takes, when it opens, and where the ether goes."""

from evmbox.checks import check, emits, ether, expect_equal, reverts

WEEK = 604_800
SAVED = "Saved(address,uint256)"
MILLIETHER = ether("0.001")


def amount(chain, label):
    return chain.number(label, 100, 40_000) * MILLIETHER


def fill(chain, contract, label):
    """Put ether in as two people; return how much."""
    first, second = amount(chain, f"{label}, Alice"), amount(chain, f"{label}, Bob")
    chain.transfer(chain.alice, contract, first)
    chain.transfer(chain.bob, contract, second)
    return first + second


def opening(contract):
    return contract.deployment.timestamp + WEEK


def owned_by_wallet(chain, contract):
    """Deploy another bank by a wallet that is a contract; return both, and when it opens."""
    wallet = chain.deploy("Wallet", called="the wallet")
    receipt = wallet.create(contract.artifact.creation, gas=chain.deploy_gas)
    bank = chain.at(receipt.value, contract.artifact, called="your contract owned by the wallet")
    return wallet, bank, receipt.timestamp + WEEK


@check("It takes plain ether from anyone", task=1, points=2, hint="Which function runs where there is no data?")
def takes_plain_ether(chain, contract):
    inside = 0
    for turn, person in enumerate((chain.bob, chain.owner, chain.bob)):
        given = amount(chain, f"in {turn}")
        chain.transfer(person, contract, given)
        inside += given
        expect_equal(contract.balance, inside, f"the ether in the bank after {person!r} put some in")
    wallet = chain.deploy("Wallet", called="the wallet")
    wallet.pay(contract, sender=chain.dave, value=1)
    expect_equal(contract.balance, inside + 1, "the ether in the bank after a contract put 1 wei in")


@check("2300 gas are enough for it", task=1, points=2, hint="What in `receive` needs more than an event?")
def frugal_receive(chain, contract):
    old = chain.deploy("OldBank", called="the old bank")
    for turn in (1, 2):
        given = amount(chain, f"old {turn}")
        before = contract.balance
        old.pay(contract, sender=chain.carol, value=given)
        expect_equal(contract.balance - before, given, "what came in with 2300 gas")


@check("Saved tells who and how much", task=1, points=2, hint="Who sent it is msg.sender, how much is msg.value.")
def saved_is_told(chain, contract):
    for person in (chain.alice, chain.erin):
        given = amount(chain, f"told by {person.name}")
        with emits(contract, SAVED), emits(contract, SAVED, person, given):
            receipt = chain.transfer(person, contract, given)
        (event,) = (each for each in receipt.events if each.signature == SAVED)
        assert len(event.topics) == 2, "Of the values of `Saved`, the first should be `indexed`, and only that."
    wallet = chain.deploy("Wallet", called="the wallet")
    with emits(contract, SAVED, wallet, 5):
        wallet.pay(contract, sender=chain.dave, value=5)


@check(
    "What it does not know is refused by name", task=2, points=2, hint="`fallback` runs; `msg.sig` says what was meant."
)
def refuses_the_unknown(chain, contract):
    for label in ("some", "other"):
        selector = (0xDA000000 + chain.number(label, 0, 2**24 - 1)).to_bytes(4, "big")
        for data in (selector, selector + bytes(32)):
            with reverts("NoSuchFunction", selector):
                chain.transfer(chain.bob, contract, 0, data=data)


@check("It is refused with ether, too", task=2, points=2, hint="What does a function without `payable` do?")
def refuses_the_unknown_with_ether(chain, contract):
    selector = (0xDB000000 + chain.number("selector", 0, 2**24 - 1)).to_bytes(4, "big")
    with reverts("NoSuchFunction", selector):
        chain.transfer(chain.bob, contract, amount(chain, "with data"), data=selector)
    expect_equal(contract.balance, 0, "the ether in the bank after what was refused")


@check("opensAt() is a week after the deployment", task=3, hint="`1 weeks` is a number of seconds.")
def tells_when_it_opens(chain, contract):
    expect_equal(contract.call("opensAt()"), opening(contract), "`opensAt()`")
    promises = [each["stateMutability"] for each in contract.abi if each.get("name") == "opensAt"]
    assert promises[0] in {"view", "pure"}, "`opensAt()` should be marked `view`: it only reads."
    fill(chain, contract, "no matter")
    chain.wait(chain.number("later", 100, 9_999))
    expect_equal(contract.call("opensAt()"), opening(contract), "`opensAt()` later")
    _, bank, opens = owned_by_wallet(chain, contract)
    expect_equal(bank.call("opensAt()"), opens, "`opensAt()` of another bank, deployed later")


@check("At the exact second it opens", task=3, points=3, hint="Is it `<` or `<=`?")
def opens_to_the_second(chain, contract):
    inside = fill(chain, contract, "exact")
    before = chain.owner.balance
    chain.warp(opening(contract))
    contract.smash(sender=chain.owner)
    expect_equal(chain.owner.balance - before, inside, "what the owner was paid at the first second")
    expect_equal(contract.balance, 0, "what is left in the bank")


@check("A second before, it is shut", task=4, points=3, hint="Compare block.timestamp with opensAt.")
def shut_before(chain, contract):
    inside = fill(chain, contract, "shut")
    opens = opening(contract)
    for time in (chain.now + 1, opens - 86_400, opens - 1):
        chain.warp(time)
        with reverts("TooEarly", opens):
            contract.smash(sender=chain.owner)
    expect_equal(contract.balance, inside, "the ether in the bank before it opens")


@check("It can be filled and smashed again", task=3, hint="What is in it now, and since when is it open?")
def smashes_again(chain, contract):
    chain.warp(opening(contract) + chain.number("late", 1_000, 99_999))
    for round_ in ("first", "second"):
        inside = fill(chain, contract, round_)
        before = chain.owner.balance
        contract.smash(sender=chain.owner)
        expect_equal(chain.owner.balance - before, inside, f"what the owner was paid the {round_} time")


@check("The owner may be a contract", task=3, hint="A contract needs gas to take ether.")
def pays_a_wallet(chain, contract):
    wallet, bank, opens = owned_by_wallet(chain, contract)
    inside = fill(chain, bank, "wallet")
    chain.warp(opens)
    wallet.smash(bank, sender=chain.dave)
    expect_equal(wallet.received(), inside, "what the wallet was told that it was paid")


@check("Ether that was not delivered stays", task=3, points=2, hint="What does `call` answer?")
def undelivered_ether_stays(chain, contract):
    wallet, bank, opens = owned_by_wallet(chain, contract)
    inside = fill(chain, bank, "refused")
    wallet.refuse(True)
    chain.warp(opens)
    with reverts():
        wallet.smash(bank, sender=chain.dave)
    expect_equal(bank.balance, inside, "the ether in the bank after the owner refused it")
    wallet.refuse(False)
    wallet.smash(bank, sender=chain.dave)
    expect_equal(wallet.balance, inside, "what the owner was paid once it took ether again")


@check("Nobody else smashes it", task=4, points=2, hint="Compare whom with whom?")
def strangers_are_refused(chain, contract):
    inside = fill(chain, contract, "guarded")
    for stranger in (chain.alice, chain.dave):
        with reverts():
            contract.smash(sender=stranger)
    chain.warp(opening(contract))
    messenger = chain.deploy("Wallet", called="the messenger")
    for stranger in (chain.alice, chain.bob):
        with reverts("NotOwner", stranger):
            contract.smash(sender=stranger)
    with reverts("NotOwner", messenger):
        messenger.smash(contract, sender=chain.owner)
    expect_equal(contract.balance, inside, "the ether in the bank after strangers tried to smash it")
