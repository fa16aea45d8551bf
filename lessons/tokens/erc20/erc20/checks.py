"""What Token must do by the text of ERC-20 and the tasks, as seen from outside.

What both leave open stays open: the errors, whether an owner needs an allowance to use `transferFrom` on units of
their own, whether `transferFrom` tells the allowance that is left, and what else the contract offers.
"""

from evmbox.checks import check, emits, expect_equal, reverts

NOBODY = "0x0000000000000000000000000000000000000000"
TRANSFER = "Transfer(address,address,uint256)"
APPROVAL = "Approval(address,address,uint256)"
ENDLESS = 2**256 - 1


def some(chain, label, low=100, high=9_999):
    """Give a number of units that is short to read, each learner their own."""
    return chain.number(label, low, high)


def another(chain, contract, label):
    """Deploy the submission again by Dave, with names and a supply of the learner's own; return these too."""
    supply = some(chain, f"{label} supply", 1_000_000, 9_999_999)
    given = (f"Coin {some(chain, label)}", f"C{some(chain, label)}", supply)
    token = chain.deploy(contract.artifact, *given, sender=chain.dave, called="a token that Dave deployed")
    return token, given


def by_a_shop(chain, contract):
    """Have a contract deploy the submission again, at Dave's request; return the two, and the receipt."""
    shop = chain.deploy("Shop", called="the shop")
    receipt = shop.create(contract.artifact.creation, sender=chain.dave, gas=chain.deploy_gas)
    return shop, chain.at(receipt.value, contract.artifact, called="a token that the shop deployed"), receipt


def hand_out(chain, contract, account, label):
    """Have the deployer give units to an account; return how many."""
    value = some(chain, label, 10_000, 99_999)
    contract.transfer(account, value, sender=chain.owner)
    return value


def balances_are(contract, **expected):
    """Compare balances, by the names of the accounts."""
    for name, value in expected.items():
        expect_equal(contract.call("balanceOf(address)", name), value, f"`balanceOf({name.capitalize()})`")


def searchable(receipt, contract, signature, who):
    """Fail unless the two addresses of an event are indexed, and only they, so that a search finds them."""
    for event in receipt.events:
        if event.signature == signature and event.address == contract.address:
            found = [topic[12:].hex() for topic in event.topics[1:]]
            advice = f"The two addresses of `{signature}` should be `indexed`, and only they."
            assert found == [account[2:].lower() for account in who], advice


@check("The token has the names it was given, and 18 decimals", task=1, hint="What does the constructor get?")
def names_are_kept(chain, contract):
    token, (name, symbol, _) = another(chain, contract, "named")
    expect_equal(token.call("name()"), name, "`name()`")
    expect_equal(token.call("symbol()"), symbol, "`symbol()`")
    expect_equal(token.call("decimals()"), 18, "`decimals()`")


@check("The whole supply belongs to whoever deployed", task=1, hint="In the constructor, who is msg.sender?")
def supply_belongs_to_the_deployer(chain, contract):
    token, (_, _, supply) = another(chain, contract, "owned")
    expect_equal(token.call("totalSupply()"), supply, "`totalSupply()`")
    balances_are(token, dave=supply, owner=0, alice=0)
    made_by_a_shop = by_a_shop(chain, contract)[1]
    expect_equal(made_by_a_shop.call("balanceOf(address)", chain.dave), 0, "what Dave has where a contract deployed")


@check("The constructor tells of the units it made", task=1, hint="They come from the zero address.")
def creation_is_announced(chain, contract):
    token, (_, _, supply) = another(chain, contract, "told")
    told = [event for event in token.deployment.events if event.signature == TRANSFER]
    wanted = "The deployment should emit `Transfer` once: from the zero address, to who deploys, the supply."
    assert len(told) == 1, wanted
    assert list(told[0].args.values()) == [NOBODY, chain.dave, supply], wanted
    searchable(token.deployment, token, TRANSFER, (NOBODY, chain.dave.address))
    shop, made, receipt = by_a_shop(chain, contract)
    searchable(receipt, made, TRANSFER, (NOBODY, shop.address))


@check("transfer() moves units", task=2, points=2, hint="Two balances change. Which one belongs to msg.sender?")
def transfer_moves_units(chain, contract):
    supply = contract.call("totalSupply()")
    first, second = some(chain, "to Alice", 5_000, 9_999), some(chain, "to Bob", 100, 4_999)
    contract.transfer(chain.alice, first, sender=chain.owner)
    balances_are(contract, owner=supply - first, alice=first)
    contract.transfer(chain.bob, second, sender=chain.alice)
    balances_are(contract, owner=supply - first, alice=first - second, bob=second)
    contract.transfer(chain.bob, first - second, sender=chain.alice)
    balances_are(contract, owner=supply - first, alice=0, bob=first)
    expect_equal(contract.call("totalSupply()"), supply, "`totalSupply()` after transfers")


@check("Contracts hold and send units like anyone", task=2, hint="msg.sender is who calls, tx.origin is who signed.")
def contracts_hold_units(chain, contract):
    shop = chain.deploy("Shop", called="the shop")
    inside = hand_out(chain, contract, shop, "to the shop")
    value = some(chain, "by the shop")
    shop.pay(contract, chain.bob, value, sender=chain.owner)
    expect_equal(contract.call("balanceOf(address)", shop), inside - value, "the shop's balance after it paid")
    balances_are(contract, bob=value)


@check("transfer() answers true", task=2, hint="`returns (bool)` without a `return` answers false.")
def transfer_answers_true(chain, contract):
    for value in (some(chain, "answered"), 0):
        receipt = contract.transfer(chain.carol, value, sender=chain.owner)
        expect_equal(receipt.value, True, f"what `transfer(Carol, {value})` answers")


@check("transfer() emits Transfer", task=2, hint="Who gave, who got, how much; the addresses are indexed.")
def transfer_is_announced(chain, contract):
    hand_out(chain, contract, chain.alice, "to tell of")
    for value in (some(chain, "told"), 1):
        with emits(contract, TRANSFER), emits(contract, TRANSFER, chain.alice, chain.bob, value):
            receipt = contract.transfer(chain.bob, value, sender=chain.alice)
        searchable(receipt, contract, TRANSFER, (chain.alice.address, chain.bob.address))


@check("A transfer of 0 is like any other", task=2, hint="ERC-20: it MUST be treated as a normal transfer.")
def zero_is_an_amount(chain, contract):
    inside = hand_out(chain, contract, chain.alice, "beside 0")
    for sender in (chain.alice, chain.erin):
        with emits(contract, TRANSFER), emits(contract, TRANSFER, sender, chain.bob, 0):
            contract.transfer(chain.bob, 0, sender=sender)
    balances_are(contract, alice=inside, bob=0, erin=0)


@check("A transfer to oneself changes nothing", task=2, points=2, hint="Read each balance just before you change it.")
def self_transfer_makes_nothing(chain, contract):
    inside = hand_out(chain, contract, chain.alice, "to myself")
    for value in (some(chain, "myself"), inside):
        with emits(contract, TRANSFER), emits(contract, TRANSFER, chain.alice, chain.alice, value):
            contract.transfer(chain.alice, value, sender=chain.alice)
        balances_are(contract, alice=inside)
    with reverts():
        contract.transfer(chain.alice, inside + 1, sender=chain.alice)


@check("Nobody can send more than they have", task=3, points=2, hint="One unit more than the balance is too much.")
def nobody_sends_more_than_they_have(chain, contract):
    inside = hand_out(chain, contract, chain.alice, "all I have")
    for sender, value in ((chain.alice, inside + 1), (chain.bob, 1), (chain.alice, ENDLESS)):
        with reverts():
            contract.transfer(chain.carol, value, sender=sender)
    balances_are(contract, alice=inside, bob=0, carol=0)
    contract.transfer(chain.carol, inside, sender=chain.alice)
    balances_are(contract, alice=0, carol=inside)


@check("Nothing is sent to the zero address", task=3, hint="Nobody has the key of the zero address.")
def nothing_goes_to_nobody(chain, contract):
    inside = hand_out(chain, contract, chain.alice, "not for nobody")
    for value in (some(chain, "nobody"), 0):
        with reverts():
            contract.transfer(NOBODY, value, sender=chain.alice)
    balances_are(contract, alice=inside)
    contract.approve(chain.bob, inside, sender=chain.alice)
    with reverts():
        contract.transferFrom(chain.alice, NOBODY, some(chain, "nobody"), sender=chain.bob)
    balances_are(contract, alice=inside)


@check(
    "approve() sets the allowance", task=4, points=2, hint="Of which owner, for which spender? It is set, not added."
)
def approve_sets_the_allowance(chain, contract):
    first, second, other = (some(chain, label) for label in ("first", "second", "other"))
    expect_equal(contract.call("allowance(address,address)", chain.alice, chain.bob), 0, "an allowance nobody gave")
    contract.approve(chain.bob, first, sender=chain.alice)
    contract.approve(chain.carol, other, sender=chain.alice)
    allowed = contract.call("allowance(address,address)", chain.alice, chain.bob)
    expect_equal(allowed, first, f"`allowance(Alice, Bob)` after Alice called `approve(Bob, {first})`")
    for value in (second, ENDLESS, 0):
        contract.approve(chain.bob, value, sender=chain.alice)
        allowed = contract.call("allowance(address,address)", chain.alice, chain.bob)
        expect_equal(allowed, value, "`allowance(Alice, Bob)` after another `approve`")
    expect_equal(contract.call("allowance(address,address)", chain.alice, chain.carol), other, "Carol's allowance")
    expect_equal(contract.call("allowance(address,address)", chain.bob, chain.alice), 0, "`allowance(Bob, Alice)`")
    shop = chain.deploy("Shop", called="the shop")
    with emits(contract, APPROVAL, shop, chain.bob, first):
        shop.allow(contract, chain.bob, first, sender=chain.owner)
    allowed = contract.call("allowance(address,address)", shop, chain.bob)
    expect_equal(allowed, first, "the allowance that the shop gave Bob")


@check("approve() emits Approval and answers true", task=4, hint="On every success, also with 0 or the same amount.")
def approval_is_announced(chain, contract):
    value = some(chain, "approved")
    for amount in (value, value, 0):
        with emits(contract, APPROVAL), emits(contract, APPROVAL, chain.alice, chain.bob, amount):
            receipt = contract.approve(chain.bob, amount, sender=chain.alice)
        searchable(receipt, contract, APPROVAL, (chain.alice.address, chain.bob.address))
        expect_equal(receipt.value, True, f"what `approve(Bob, {amount})` answers")


@check("The zero address cannot be a spender", task=4, hint="Refuse it before anything is written.")
def nobody_is_no_spender(chain, contract):
    for value in (some(chain, "to nobody"), 0):
        with reverts():
            contract.approve(NOBODY, value, sender=chain.alice)


@check("transferFrom() moves units of an owner and lowers the allowance", task=5, points=2, hint="Whose allowance?")
def spenders_move_units(chain, contract):
    inside = hand_out(chain, contract, chain.alice, "to be spent")
    shop = chain.deploy("Shop", called="the shop")
    allowed = some(chain, "allowance", 5_000, 9_999)
    contract.approve(shop, allowed, sender=chain.alice)
    contract.approve(chain.dave, allowed, sender=chain.alice)
    first = some(chain, "spent")
    for spent in (first // 2, allowed):
        shop.take(contract, chain.alice, chain.bob, spent - contract.call("balanceOf(address)", chain.bob))
        balances_are(contract, alice=inside - spent, bob=spent)
        left = contract.call("allowance(address,address)", chain.alice, shop)
        expect_equal(left, allowed - spent, f"the shop's allowance of {allowed}, after it spent {spent}")
    expect_equal(contract.call("allowance(address,address)", chain.alice, chain.dave), allowed, "Dave's allowance")
    expect_equal(contract.call("balanceOf(address)", shop), 0, "the balance of the shop, which spent for Alice")


@check("transferFrom() emits Transfer and answers true", task=5, hint="The units are the owner's, not the spender's.")
def spending_is_announced(chain, contract):
    inside = hand_out(chain, contract, chain.alice, "spent and told")
    contract.approve(chain.bob, inside, sender=chain.alice)
    for value in (some(chain, "spent, told"), 0):
        with emits(contract, TRANSFER), emits(contract, TRANSFER, chain.alice, chain.carol, value):
            receipt = contract.transferFrom(chain.alice, chain.carol, value, sender=chain.bob)
        searchable(receipt, contract, TRANSFER, (chain.alice.address, chain.carol.address))
        expect_equal(receipt.value, True, "what `transferFrom` answers")


@check("The largest allowance never gets less", task=5, hint="type(uint256).max stands for: without limit.")
def endless_stays_endless(chain, contract):
    inside = hand_out(chain, contract, chain.alice, "without limit")
    value = some(chain, "endless")
    for allowed, left in ((ENDLESS, ENDLESS), (ENDLESS - 1, ENDLESS - 1 - value)):
        contract.approve(chain.bob, allowed, sender=chain.alice)
        contract.transferFrom(chain.alice, chain.carol, value, sender=chain.bob)
        found = contract.call("allowance(address,address)", chain.alice, chain.bob)
        expect_equal(found, left, f"the allowance after {value} units were spent")
    balances_are(contract, alice=inside - 2 * value, carol=2 * value)


@check("Nobody spends what was not allowed", task=6, points=2, hint="One unit more than was allowed is too much.")
def nobody_spends_more_than_allowed(chain, contract):
    inside = hand_out(chain, contract, chain.alice, "guarded")
    allowed = some(chain, "little")
    with reverts():
        contract.transferFrom(chain.alice, chain.bob, 1, sender=chain.bob)
    contract.approve(chain.bob, allowed, sender=chain.alice)
    for spender, value in ((chain.bob, allowed + 1), (chain.carol, 1), (chain.owner, 1), (chain.bob, ENDLESS)):
        with reverts():
            contract.transferFrom(chain.alice, chain.bob, value, sender=spender)
    with reverts():
        contract.transferFrom(chain.owner, chain.alice, 1, sender=chain.bob)
    balances_are(contract, alice=inside, bob=0)
    contract.transferFrom(chain.alice, chain.bob, allowed, sender=chain.bob)
    with reverts():
        contract.transferFrom(chain.alice, chain.bob, 1, sender=chain.bob)
    balances_are(contract, alice=inside - allowed, bob=allowed)


@check("An allowance is no money", task=6, hint="The owner's balance has to be enough, too.")
def an_allowance_is_no_money(chain, contract):
    inside = hand_out(chain, contract, chain.alice, "all there is")
    for allowed in (inside + 1, ENDLESS):
        contract.approve(chain.bob, allowed, sender=chain.alice)
        with reverts():
            contract.transferFrom(chain.alice, chain.bob, inside + 1, sender=chain.bob)
        expect_equal(contract.call("allowance(address,address)", chain.alice, chain.bob), allowed, "the allowance")
    balances_are(contract, alice=inside, bob=0)
