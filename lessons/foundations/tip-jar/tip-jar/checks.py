"""What TipJar must do, as seen from outside: who is refused, where the ether goes, and what `total()` answers.

What the task leaves open stays open here: the error of an empty tip, an empty jar, plain ether, other functions.
"""

from evmbox.checks import check, ether, expect_equal, reverts

MILLIETHER = ether("0.001")
NOTES = ("thanks", "", "For the café, with love 🎉", "A long note. " * 20)


def amount(chain, label, low=0.1, high=40):
    """Give an amount in wei that reads well in ether, each learner their own."""
    return chain.number(label, int(low * 1000), int(high * 1000)) * MILLIETHER


def fill(chain, contract, label):
    """Put two tips into the jar and return their sum."""
    first, second = amount(chain, f"{label}, Alice"), amount(chain, f"{label}, Bob")
    contract.tip("thanks", sender=chain.alice, value=first)
    contract.tip("", sender=chain.bob, value=second)
    return first + second


def owned_by_wallet(chain, contract):
    """Deploy another jar by a wallet that is a contract; return both."""
    wallet = chain.deploy("Wallet", called="the wallet")
    made = wallet.create(contract.artifact.creation, gas=chain.deploy_gas).value
    return wallet, chain.at(made, contract.artifact, called="your contract owned by the wallet")


@check(
    "Anyone may tip any amount, with any note",
    task=1,
    points=2,
    hint="Only a tip without ether is refused. How little is 1 wei?",
)
def takes_any_tip(chain, contract):
    wallet = chain.deploy("Wallet", called="the wallet")
    inside = 0
    for person, note in zip((chain.bob, chain.owner, chain.bob, chain.carol), NOTES, strict=True):
        given = amount(chain, f"with {note}", 0.001, 2)
        contract.tip(note, sender=person, value=given)
        inside += given
        expect_equal(contract.balance, inside, f"the ether in the jar after {person!r} tipped")
    contract.tip("all I have", sender=chain.carol, value=1)
    wallet.tip(contract, "from a contract", sender=chain.dave, value=1)
    expect_equal(contract.balance, inside + 2, "the ether in the jar after two tips of 1 wei more")


@check("A tip without ether is refused", task=1, hint="Which value says how much ether came with the call?")
def refuses_empty_tip(chain, contract):
    with reverts():
        contract.tip("nothing in here", sender=chain.bob)
    contract.tip("something", sender=chain.bob, value=1)
    with reverts():
        contract.tip("", sender=chain.bob)


@check("total() is the sum of all tips in wei", task=2, points=2, hint="Whose tips, and how much of each?")
def total_adds_up(chain, contract):
    expect_equal(contract.call("total()"), 0, "`total()` before the first tip")
    total = 0
    for turn, person in enumerate((chain.alice, chain.bob, chain.alice, chain.owner), start=1):
        given = amount(chain, f"tip {turn}", 10, 90)
        contract.tip("for you", sender=person, value=given)
        total += given
        for reader in (chain.alice, chain.dave):
            expect_equal(contract.call("total()", sender=reader), total, f"`total()` after {turn} of the tips")
    contract.tip("", sender=chain.bob, value=1)
    expect_equal(contract.call("total()"), total + 1, "`total()` after a tip of 1 wei more")
    wallet = chain.deploy("Wallet", called="the wallet")
    wallet.tip(contract, "from a contract", sender=chain.carol, value=1)
    expect_equal(contract.call("total()"), total + 2, "`total()` after a tip of 1 wei by a contract")


@check("A withdrawal does not lower total()", task=2, hint="What is in the jar now is another number.")
def total_stays_after_withdrawal(chain, contract):
    first = fill(chain, contract, "before")
    contract.withdraw(sender=chain.owner)
    expect_equal(contract.call("total()"), first, "`total()` after the withdrawal")
    second = fill(chain, contract, "after")
    expect_equal(contract.call("total()"), first + second, "`total()` after more tips")
    contract.withdraw(sender=chain.owner)
    expect_equal(contract.call("total()"), first + second, "`total()` after the second withdrawal")


@check("withdraw() sends everything to the owner", task=3, points=2, hint="Who deployed the jar? How much is in it?")
def withdraw_pays_the_owner(chain, contract):
    inside = fill(chain, contract, "first")
    before = chain.owner.balance
    contract.withdraw(sender=chain.owner)
    expect_equal(chain.owner.balance - before, inside, "what the owner was paid")
    expect_equal(contract.balance, 0, "what is left in the jar")


@check("withdraw() works again after new tips", task=3, hint="Is what you send what is in the jar now?")
def withdraws_again(chain, contract):
    for round_ in ("first", "second"):
        inside = fill(chain, contract, round_)
        before = chain.owner.balance
        contract.withdraw(sender=chain.owner)
        expect_equal(chain.owner.balance - before, inside, f"what the owner was paid by the {round_} withdrawal")


@check(
    "The owner may be a contract",
    task=3,
    hint="A contract needs gas to take ether. And who is msg.sender when a contract deploys another?",
)
def pays_a_wallet(chain, contract):
    wallet, jar = owned_by_wallet(chain, contract)
    inside = fill(chain, jar, "wallet")
    wallet.withdraw(jar, sender=chain.dave)
    expect_equal(wallet.balance, inside, "what the owner was paid")
    expect_equal(wallet.received(), inside, "what the owner was told that it was paid")


@check(
    "Where the owner cannot take the ether, withdraw() reverts and the ether stays",
    task=3,
    points=2,
    hint="What does `call` answer when the ether was not delivered?",
)
def undelivered_ether_stays(chain, contract):
    wallet, jar = owned_by_wallet(chain, contract)
    inside = fill(chain, jar, "refused")
    wallet.refuse(True)
    with reverts():
        wallet.withdraw(jar, sender=chain.dave)
    expect_equal(jar.balance, inside, "the ether in the jar after the owner refused it")
    wallet.refuse(False)
    wallet.withdraw(jar, sender=chain.dave)
    expect_equal(wallet.balance, inside, "what the owner was paid once it took ether again")


@check("Nobody else can withdraw", task=4, points=2, hint="Compare before anything is sent. Whom with whom?")
def strangers_are_refused(chain, contract):
    with reverts("NotOwner"):
        contract.withdraw(sender=chain.dave)
    inside = fill(chain, contract, "guarded")
    for stranger in (chain.bob, chain.alice, chain.dave):
        with reverts("NotOwner"):
            contract.withdraw(sender=stranger)
    expect_equal(contract.balance, inside, "the ether in the jar after strangers tried to withdraw")


@check("NotOwner names who called", task=4, hint="Not the owner: the one who is not.")
def error_names_the_caller(chain, contract):
    for stranger in (chain.bob, chain.erin):
        with reverts("NotOwner", stranger) as refused:
            contract.withdraw(sender=stranger)
        assert len(refused.error.arguments) == 1, "`NotOwner` should have one parameter: `NotOwner(address caller)`."


@check(
    "A contract that the owner calls cannot withdraw for them",
    task=4,
    points=2,
    hint="msg.sender is who calls, tx.origin is who signed.",
)
def messengers_are_refused(chain, contract):
    messenger = chain.deploy("Wallet", called="the messenger")
    inside = fill(chain, contract, "messenger")
    with reverts("NotOwner", messenger):
        messenger.withdraw(contract, sender=chain.owner)
    expect_equal(contract.balance, inside, "the ether in the jar")
