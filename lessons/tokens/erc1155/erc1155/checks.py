"""What Items must do by the text of ERC-1155 and the tasks, as seen from outside.

What both leave open stays open: the errors, whether a batch is told by one event or several, and whether its receiver
is asked once or for each item. Events and questions are taken apart into single changes, and those are compared.
"""

from evmbox.checks import check, emits, expect_equal, reverts

NOBODY = "0x0000000000000000000000000000000000000000"
SINGLE = "TransferSingle(address,address,address,uint256,uint256)"
BATCH = "TransferBatch(address,address,address,uint256[],uint256[])"
FOR_ALL = "ApprovalForAll(address,address,bool)"
TAKES, REVERTS, ANSWERS_ZERO, ANSWERS_THE_OTHER, PASSES_ON = range(5)
LARGEST = 2**256 - 1


def some(chain, label, low=100, high=999):
    """Give a number that is short to read, each learner their own."""
    return chain.number(label, low, high)


def stock(chain, contract, account, *labels):
    """Make three items for an account; return their ids and how many there are of each."""
    ids = [some(chain, f"id {label}", 10 * turn + 1, 10 * turn + 9) for turn, label in enumerate(labels, start=1)]
    values = [some(chain, f"units {label}") for label in labels]
    for id_, value in zip(ids, values, strict=True):
        contract.mint(account, id_, value, b"", sender=chain.owner)
    return ids, values


def has(contract, account, ids, values, when=""):
    for id_, value in zip(ids, values, strict=True):
        found = contract.call("balanceOf(address,uint256)", account, id_)
        expect_equal(found, value, f"`balanceOf({account!r}, {id_})`{when}")


def changes(receipt, contract):
    """List the changes that a transaction told of, one by one: operator, from, to, id, value."""
    told = []
    for event in receipt.events:
        values = list(event.args.values())
        if event.address == contract.address and event.signature == SINGLE:
            told.append(values)
        elif event.address == contract.address and event.signature == BATCH:
            if len(values[3]) != len(values[4]):
                told.append(values)
            else:
                told += [[*values[:3], id_, value] for id_, value in zip(*values[3:], strict=True)]
        else:
            continue
        assert len(event.topics) == 4, "The three addresses of an event should be `indexed`, and only they."
    return told


def tells(receipt, contract, expected, what):
    """Compare the changes that a transaction told of."""
    told = changes(receipt, contract)
    wanted = [list(each) for each in expected]
    message = f"The events of {what} should tell of each change once, in order: operator, from, to, id, value."
    assert told == wanted, message


def moves(contract, giver, receiver, ids, values):
    """Yield the ways to move these, each as something to call with the sender."""
    for id_, value in zip(ids, values, strict=True):
        yield lambda sender, id_=id_, value=value: contract.safeTransferFrom(
            giver, receiver, id_, value, b"", sender=sender
        )
    yield lambda sender: contract.safeBatchTransferFrom(giver, receiver, ids, values, b"", sender=sender)


@check("mint() makes units of an item", task=1, points=2, hint="A balance for each item and owner, and it adds up.")
def mint_makes_units(chain, contract):
    ids, values = stock(chain, contract, chain.alice, "a", "b")
    has(contract, chain.alice, ids, values)
    contract.mint(chain.bob, ids[0], 7, b"", sender=chain.owner)
    contract.mint(chain.alice, ids[0], 5, b"", sender=chain.owner)
    has(contract, chain.alice, ids, [values[0] + 5, values[1]], " after more was made")
    has(contract, chain.bob, ids, [7, 0])
    contract.mint(chain.bob, LARGEST, LARGEST, b"", sender=chain.owner)
    has(contract, chain.bob, [LARGEST], [LARGEST])
    contract.mint(chain.alice, LARGEST, 5, b"", sender=chain.owner)
    with reverts():
        contract.mint(chain.bob, LARGEST, 1, b"", sender=chain.owner)
    with reverts():
        contract.safeTransferFrom(chain.alice, chain.bob, LARGEST, 5, b"", sender=chain.alice)
    has(contract, chain.bob, [LARGEST], [LARGEST], " where no more fits in")


@check("mint() tells of it", task=1, hint="Operator is who calls; the units come from the zero address.")
def mint_is_announced(chain, contract):
    id_, value = some(chain, "id"), some(chain, "value")
    for units in (value, 0):
        receipt = contract.mint(chain.bob, id_, units, b"", sender=chain.owner)
        tells(receipt, contract, [(chain.owner, NOBODY, chain.bob, id_, units)], "`mint`")


@check("Only whoever deployed makes items, and none for nobody", task=1, hint="Two guards at the beginning of mint.")
def strangers_make_none(chain, contract):
    id_ = some(chain, "id")
    keeper = chain.deploy("Keeper", TAKES, called="a messenger")
    with reverts():
        contract.mint(chain.bob, id_, 1, b"", sender=chain.bob)
    with reverts():
        keeper.mint(contract, chain.bob, id_, 1, sender=chain.owner)
    with reverts():
        contract.mint(NOBODY, id_, 1, b"", sender=chain.owner)
    has(contract, chain.bob, [id_], [0])


@check("safeTransferFrom() moves units and tells of it", task=2, points=2, hint="Two balances of the same item change.")
def units_move(chain, contract):
    ids, values = stock(chain, contract, chain.alice, "a", "b")
    part = some(chain, "part", 1, 99)
    receipt = contract.safeTransferFrom(chain.alice, chain.bob, ids[0], part, b"", sender=chain.alice)
    has(contract, chain.alice, ids, [values[0] - part, values[1]], " after a transfer")
    has(contract, chain.bob, ids, [part, 0], " after a transfer")
    with emits(contract, SINGLE), emits(contract, SINGLE, chain.alice, chain.alice, chain.bob, ids[1], values[1]):
        contract.safeTransferFrom(chain.alice, chain.bob, ids[1], values[1], b"", sender=chain.alice)
    tells(receipt, contract, [(chain.alice, chain.alice, chain.bob, ids[0], part)], "`safeTransferFrom`")
    has(contract, chain.bob, ids, [part, values[1]])
    for value in (0, part):
        receipt = contract.safeTransferFrom(chain.bob, chain.bob, ids[0], value, b"", sender=chain.bob)
        tells(receipt, contract, [(chain.bob, chain.bob, chain.bob, ids[0], value)], "a transfer to oneself")
        has(contract, chain.bob, ids, [part, values[1]], " after a transfer to himself")


@check("Nobody sends more than they have", task=2, points=2, hint="Of this very item, and of each item in a list.")
def nobody_sends_more(chain, contract):
    ids, values = stock(chain, contract, chain.alice, "a", "b")
    contract.mint(chain.bob, ids[0], LARGEST - values[0], b"", sender=chain.owner)
    for amounts in ((values[0] + 1, values[1]), (values[0], values[1] + 1), (LARGEST, 0)):
        with reverts():
            contract.safeBatchTransferFrom(chain.alice, chain.carol, ids, amounts, b"", sender=chain.alice)
    for id_, value in ((ids[0], values[0] + 1), (ids[1], values[1] + 1), (ids[1] + 77, 1)):
        with reverts():
            contract.safeTransferFrom(chain.alice, chain.carol, id_, value, b"", sender=chain.alice)
    has(contract, chain.alice, ids, values)
    has(contract, chain.carol, ids, [0, 0])


@check("An item that stands twice in a list needs twice the units", task=4, hint="Change a balance before you go on.")
def twice_is_twice(chain, contract):
    (id_,), (value,) = stock(chain, contract, chain.alice, "twice")
    with reverts():
        contract.safeBatchTransferFrom(chain.alice, chain.bob, [id_, id_], [value, 1], b"", sender=chain.alice)
    receipt = contract.safeBatchTransferFrom(
        chain.alice, chain.bob, [id_, id_], [value - 40, 40], b"", sender=chain.alice
    )
    has(contract, chain.alice, [id_], [0])
    has(contract, chain.bob, [id_], [value])
    told = [(chain.alice, chain.alice, chain.bob, id_, units) for units in (value - 40, 40)]
    tells(receipt, contract, told, "a list with one item twice")


@check("Nothing is sent to the zero address", task=2, hint="In all three functions that give something to somebody.")
def nothing_goes_to_nobody(chain, contract):
    ids, values = stock(chain, contract, chain.alice, "a", "b")
    for move in moves(contract, chain.alice, NOBODY, ids, values):
        with reverts():
            move(chain.alice)
    has(contract, chain.alice, ids, values)


@check("Only owners and operators move items", task=3, points=2, hint="Look at who calls; tx.origin is who signed.")
def strangers_move_nothing(chain, contract):
    ids, values = stock(chain, contract, chain.alice, "a", "b")
    contract.setApprovalForAll(chain.alice, True, sender=chain.bob)
    contract.setApprovalForAll(chain.carol, True, sender=chain.bob)
    for stranger in (chain.bob, chain.carol, chain.owner):
        for move in moves(contract, chain.alice, stranger, ids, values):
            with reverts():
                move(stranger)
    contract.setApprovalForAll(chain.dave, True, sender=chain.alice)
    keeper = chain.deploy("Keeper", TAKES, called="a messenger")
    for signer in (chain.alice, chain.dave):
        with reverts():
            keeper.move(contract, chain.alice, chain.bob, ids[0], 1, sender=signer)
    has(contract, chain.alice, ids, values)


@check("Operators move all items of an owner", task=3, points=2, hint="By owner and operator, until it is taken back.")
def operators_move_all(chain, contract):
    ids, values = stock(chain, contract, chain.alice, "a", "b")
    keeper = chain.deploy("Keeper", TAKES, called="an operator that is a contract")
    for operator in (chain.bob, chain.carol, keeper):
        contract.setApprovalForAll(operator, True, sender=chain.alice)
    contract.mint(chain.bob, ids[0], 9, b"", sender=chain.owner)
    for operator, expected in ((chain.bob, True), (chain.carol, True), (chain.dave, False), (chain.alice, False)):
        found = contract.call("isApprovedForAll(address,address)", chain.alice, operator)
        expect_equal(found, expected, f"`isApprovedForAll(Alice, {operator!r})`")
    expect_equal(
        contract.call("isApprovedForAll(address,address)", chain.bob, chain.alice), False, "the other way round"
    )
    receipt = contract.safeTransferFrom(chain.alice, chain.dave, ids[0], 10, b"", sender=chain.bob)
    tells(receipt, contract, [(chain.bob, chain.alice, chain.dave, ids[0], 10)], "a transfer by an operator")
    receipt = contract.safeBatchTransferFrom(chain.alice, chain.dave, ids, [20, 30], b"", sender=chain.carol)
    told = [(chain.carol, chain.alice, chain.dave, id_, value) for id_, value in zip(ids, (20, 30), strict=True)]
    tells(receipt, contract, told, "a batch by an operator")
    contract.setApprovalForAll(chain.bob, False, sender=chain.alice)
    expect_equal(contract.call("isApprovedForAll(address,address)", chain.alice, chain.bob), False, "Bob, after all")
    for move in moves(contract, chain.alice, chain.bob, ids, [1, 1]):
        with reverts():
            move(chain.bob)
    keeper.move(contract, chain.alice, chain.dave, ids[1], 5, sender=chain.erin)
    has(contract, chain.dave, ids, [30, 35], " after operators moved items to him")
    has(contract, chain.alice, ids, [values[0] - 30, values[1] - 35], " after operators moved some of her items")
    for operator, kept in ((chain.bob, 9), (chain.carol, 0), (keeper, 0)):
        has(contract, operator, ids, [kept, 0], " after operators moved Alice's items")


@check("setApprovalForAll() emits ApprovalForAll", task=3, hint="Owner, operator, and whether it is so now.")
def operators_are_announced(chain, contract):
    stock(chain, contract, chain.alice, "told")
    for approved in (True, True, False):
        with emits(contract, FOR_ALL), emits(contract, FOR_ALL, chain.alice, chain.bob, approved):
            receipt = contract.setApprovalForAll(chain.bob, approved, sender=chain.alice)
        for event in receipt.events:
            if event.signature == FOR_ALL:
                assert len(event.topics) == 3, "The two addresses of `ApprovalForAll` should be `indexed`."


@check("balanceOfBatch() answers each pair in its place", task=4, hint="Owner and item of the same place in the lists.")
def balances_by_the_list(chain, contract):
    ids, values = stock(chain, contract, chain.alice, "a", "b")
    contract.mint(chain.bob, ids[0], 7, b"", sender=chain.owner)
    owners = [chain.bob, chain.alice, chain.carol, chain.alice]
    found = contract.call("balanceOfBatch(address[],uint256[])", owners, [ids[0], ids[1], ids[0], ids[0]])
    expect_equal(found, [7, values[1], 0, values[0]], "`balanceOfBatch` of four pairs")
    expect_equal(contract.call("balanceOfBatch(address[],uint256[])", [], []), [], "`balanceOfBatch` of no pair")
    for short in ([ids[0]], [ids[0]] * 3):
        with reverts():
            contract.call("balanceOfBatch(address[],uint256[])", owners[:2], short)


@check("safeBatchTransferFrom() moves all, and tells of each", task=4, points=2, hint="A loop, then the event.")
def batches_move(chain, contract):
    ids, values = stock(chain, contract, chain.alice, "a", "b", "c")
    amounts = [1, values[1], some(chain, "third", 1, 99)]
    receipt = contract.safeBatchTransferFrom(chain.alice, chain.bob, ids, amounts, b"", sender=chain.alice)
    left = [value - amount for value, amount in zip(values, amounts, strict=True)]
    has(contract, chain.alice, ids, left, " after a batch")
    has(contract, chain.bob, ids, amounts, " after a batch")
    told = [(chain.alice, chain.alice, chain.bob, id_, value) for id_, value in zip(ids, amounts, strict=True)]
    tells(receipt, contract, told, "a batch")


@check("Lists of different lengths are refused", task=4, hint="Compare the lengths first.")
def lengths_must_be_equal(chain, contract):
    ids, values = stock(chain, contract, chain.alice, "a", "b")
    for some_ids, some_values in ((ids, values[:1]), (ids[:1], values), ([], values), (ids, [])):
        with reverts():
            contract.safeBatchTransferFrom(chain.alice, chain.bob, some_ids, some_values, b"", sender=chain.alice)
    has(contract, chain.alice, ids, values)


def questions(keeper, contract, told_by, pairs, data):
    """Compare what a keeper was asked with the changes that there were; `told_by` is operator and owner before."""
    operator, giver = told_by
    told = keeper.told()
    expect_equal(len(told), len(pairs), "how many changes the keeper was told of")
    for heard, (id_, value) in zip(told, pairs, strict=True):
        expect_equal(heard.caller, contract, "who asked the keeper")
        expect_equal(heard.operator, operator, "the operator that the keeper was told")
        expect_equal(heard["from"], giver, "the owner before")
        expect_equal([heard.id, heard.value], [id_, value], "item and units that the keeper was told")
        expect_equal(heard.data, data, "the data that the keeper was told")
        expect_equal(heard.balance, value, "what the keeper had already when it was asked")


@check("A receiver that is a contract is asked", task=5, points=2, hint="Who calls, from whom, what, and the data.")
def receivers_are_asked(chain, contract):
    ids, _ = stock(chain, contract, chain.alice, "a", "b")
    contract.setApprovalForAll(chain.bob, True, sender=chain.alice)
    data = f"for you, {some(chain, 'words')}".encode()
    one, two, three = (chain.deploy("Keeper", TAKES, called=f"keeper {number}") for number in (1, 2, 3))
    contract.safeTransferFrom(chain.alice, one, ids[0], 5, data, sender=chain.bob)
    questions(one, contract, (chain.bob, chain.alice), [(ids[0], 5)], data)
    contract.safeBatchTransferFrom(chain.alice, two, ids, [3, 4], data, sender=chain.bob)
    questions(two, contract, (chain.bob, chain.alice), [(ids[0], 3), (ids[1], 4)], data)
    contract.mint(three, ids[1], 6, data, sender=chain.owner)
    questions(three, contract, (chain.owner, NOBODY), [(ids[1], 6)], data)
    has(contract, two, ids, [3, 4])


@check("Contracts move and make items like anyone", task=5, hint="The operator is msg.sender, not tx.origin.")
def contracts_are_operators(chain, contract):
    maker, receiver, other = (chain.deploy("Keeper", TAKES, called=f"keeper {number}") for number in (1, 2, 3))
    items = chain.at(
        maker.create(contract.artifact.creation, gas=chain.deploy_gas).value,
        contract.artifact,
        called="the items of keeper 1",
    )
    value = some(chain, "value")
    receipt = maker.mint(items, maker, 5, value, sender=chain.bob)
    tells(receipt, items, [(maker, NOBODY, maker, 5, value)], "`mint` by a contract")
    receipt = maker.move(items, maker, receiver, 5, 20, sender=chain.bob)
    tells(receipt, items, [(maker, maker, receiver, 5, 20)], "a transfer by a contract")
    questions(receiver, items, (maker, maker), [(5, 20)], b"")
    receipt = maker.moveAll(items, other, [5, 5], [3, 4], sender=chain.bob)
    tells(receipt, items, [(maker, maker, other, 5, 3), (maker, maker, other, 5, 4)], "a batch by a contract")
    told = [[heard.operator, heard["from"], heard.id, heard.value] for heard in other.told()]
    assert told == [[maker, maker, 5, 3], [maker, maker, 5, 4]], "A receiver should be told the contract as operator."
    receipt = maker.allow(items, chain.carol, True, sender=chain.bob)
    found = items.call("isApprovedForAll(address,address)", maker, chain.carol)
    expect_equal(found, True, "`isApprovedForAll(keeper 1, Carol)`")
    told = [list(event.args.values()) for event in receipt.events if event.signature == FOR_ALL]
    assert told == [[maker, chain.carol, True]], "`ApprovalForAll` should name the contract that called as owner."


@check("Items stay where their receiver refuses them", task=5, points=2, hint="Look at the four bytes that come back.")
def refusals_count(chain, contract):
    ids, values = stock(chain, contract, chain.alice, "a", "b")
    refusing = [chain.deploy("Keeper", how) for how in (REVERTS, ANSWERS_ZERO, ANSWERS_THE_OTHER)]
    refusing += [chain.deploy("Stone"), chain.deploy("Mute")]
    for receiver in refusing:
        for move in moves(contract, chain.alice, receiver, ids, values):
            with reverts():
                move(chain.alice)
        with reverts():
            contract.mint(receiver, ids[0], 1, b"", sender=chain.owner)
    has(contract, chain.alice, ids, values)


@check("The receiver is asked last", task=5, points=2, hint="All balances and events first, then the question.")
def asked_when_all_is_done(chain, contract):
    ids, _ = stock(chain, contract, chain.alice, "a", "b")
    keeper = chain.deploy("Keeper", PASSES_ON, called="a keeper that passes it on")
    keeper.bequeath(chain.carol)
    receipt = contract.safeTransferFrom(chain.alice, keeper, ids[0], 5, b"", sender=chain.alice)
    first = (chain.alice, chain.alice, keeper, ids[0], 5)
    tells(receipt, contract, [first, (keeper, keeper, chain.carol, ids[0], 5)], "a transfer that is passed on")
    receipt = contract.safeBatchTransferFrom(chain.alice, keeper, ids, [3, 4], b"", sender=chain.alice)
    pairs = list(zip(ids, (3, 4), strict=True))
    told = [(chain.alice, chain.alice, keeper, *pair) for pair in pairs]
    told += [(keeper, keeper, chain.carol, *pair) for pair in pairs]
    tells(receipt, contract, told, "a batch that is passed on")
    receipt = contract.mint(keeper, ids[1], 6, b"", sender=chain.owner)
    told = [(chain.owner, NOBODY, keeper, ids[1], 6), (keeper, keeper, chain.carol, ids[1], 6)]
    tells(receipt, contract, told, "new items that are passed on")
    has(contract, chain.carol, ids, [8, 10], " after the keeper passed all on")
    has(contract, keeper, ids, [0, 0])


@check("supportsInterface() says what the contract is", task=6, hint="Two numbers are true, all others false.")
def says_what_it_is(chain, contract):
    for interface, expected in (
        ("01ffc9a7", True),
        ("d9b67a26", True),
        ("ffffffff", False),
        ("00000000", False),
        ("80ac58cd", False),
        (f"{chain.number('interface', 2**28, 2**31):08x}", False),
    ):
        found = contract.call("supportsInterface(bytes4)", bytes.fromhex(interface))
        expect_equal(found, expected, f"`supportsInterface` for {interface}")
    reading = {"balanceOf", "balanceOfBatch", "isApprovedForAll", "supportsInterface"}
    for each in contract.abi:
        if each.get("name") in reading:
            name = each["name"]
            assert each["stateMutability"] in {"view", "pure"}, f"`{name}` should be marked `view`: it only answers."
