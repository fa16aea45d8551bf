"""What Factory must do: the address it tells in advance, what it makes there, for whom, and with how much ether.

How the address comes about is left open as long as it is known before and depends on factory, salt and owner; so is
whether the factory looks at the code of an address or remembers what it made.
"""

from eth_utils import to_checksum_address

from evmbox.checks import CheckFailed, Reverted, check, ether, expect_equal, reverts

DEPLOYED = "Deployed(address,address,bytes32)"
NOBODY = "0x0000000000000000000000000000000000000000"
COMPUTE = "computeAddress(bytes32,address)"


def salted(chain, label):
    """Give a salt, each learner their own."""
    return chain.number(f"salt {label}").to_bytes(32, "big")


def flipped(salt, bit):
    return (int.from_bytes(salt, "big") ^ (1 << bit)).to_bytes(32, "big")


def makes(chain, contract, salt, owner, **terms):
    """Deploy a wallet that must be made where it was foretold; return it and the receipt."""
    told = contract.call(COMPUTE, salt, owner)
    receipt = contract.deploy(salt, owner, **({"sender": "bob"} | terms))
    expect_equal(receipt.value, told, "the address that `deploy` returns, compared with what `computeAddress` answered")
    assert len(chain.code(told)) > 0, "There should be a contract at the address that `computeAddress` answered."
    wallet = chain.at(told, "AnyWallet", called="the new wallet")
    expect_equal(wallet.owner(), owner, "the new wallet's `owner()`")
    return wallet, receipt


def refuses(contract, salt, owner, error, values, **terms):
    """Deploy a wallet that must be refused, with this error and these values. A salt is too long for a message."""
    who = "nobody" if owner == NOBODY else repr(owner)
    try:
        contract.deploy(salt, owner, **terms)
    except Reverted as reverted:
        found = reverted
    else:
        raise CheckFailed(f"`deploy` of a wallet for {who} should revert with {error}, but it succeeded.")
    assert found.error == error, f"`deploy` of a wallet for {who} should revert with {error}; it {found.predicate}."
    assert list(found.arguments.values()) == values, f"{error} should name the wallet that exists."


@check("The address is known before there is a wallet", task=1, points=3, hint="Is the owner part of the init code?")
def known_before(chain, contract):
    pairs = [(salted(chain, turn), owner) for turn, owner in enumerate((chain.alice, chain.bob, chain.carol))]
    pairs.append((bytes(32), chain.alice))
    told = [contract.call(COMPUTE, *pair) for pair in pairs]
    assert len({*told, NOBODY}) == 5, "`computeAddress` should answer another address for each of four wallets."
    for (salt, owner), address in reversed(list(zip(pairs, told, strict=True))):
        wallet, _ = makes(chain, contract, salt, owner)
        expect_equal(wallet.address, address, "where the wallet is, foretold before others were made")
    again = [contract.call(COMPUTE, *pair) for pair in pairs]
    expect_equal(again, told, "`computeAddress` after the wallets were made")


@check("Salt, owner and factory decide the address", task=1, points=2, hint="In full: all 32 bytes, all 20 bytes.")
def three_things_decide(chain, contract):
    salt = salted(chain, "one")
    other = chain.deploy(contract.artifact, called="another factory")
    alice = int(chain.alice.address, 16)
    owners = [chain.alice.address, *(to_checksum_address(f"0x{alice ^ (1 << bit):040x}") for bit in (0, 80, 159))]
    salts = [salt, *(flipped(salt, bit) for bit in (0, 7, 95, 96, 159, 160, 255))]
    told = [contract.call(COMPUTE, salt, owner) for owner in owners]
    told += [contract.call(COMPUTE, each, chain.alice) for each in salts[1:]]
    told += [other.call(COMPUTE, salt, chain.alice)]
    assert len(set(told)) == len(told), "Another salt, another owner or another factory should have another address."
    for each in salts[1:3]:
        makes(chain, contract, each, chain.alice)
    makes(chain, contract, salt, owners[2])
    makes(chain, other, salt, chain.alice)
    makes(chain, contract, salt, chain.alice)


@check("computeAddress() is a view and answers everyone alike", task=1, hint="It changes nothing, whoever asks.")
def everyone_is_told_the_same(chain, contract):
    promises = {each["stateMutability"] for each in contract.abi if each.get("name") == "computeAddress"}
    assert promises <= {"view", "pure"}, "`computeAddress` should be marked `view`: it only answers."
    salt = salted(chain, "one")
    told = contract.call(COMPUTE, salt, chain.alice, sender=chain.bob)
    expect_equal(contract.call(COMPUTE, salt, chain.alice, sender=chain.alice), told, "what Alice is told, and Bob too")
    messenger = chain.deploy("Messenger", called="a messenger")
    found = messenger.computeAddress(contract, salt, chain.alice)
    expect_equal(found, told, "what a contract is told that asks")
    chain.wait(chain.number("later", 60, 90_000))
    expect_equal(contract.call(COMPUTE, salt, chain.alice), told, "what is told later")


@check("Anyone may deploy, for whom they like", task=2, points=2, hint="The owner is the one named, whoever calls.")
def anyone_deploys(chain, contract):
    for turn, sender in enumerate((chain.owner, chain.alice, chain.carol)):
        wallet, _ = makes(chain, contract, salted(chain, turn), chain.alice, sender=sender, value=5)
        wallet.pay(chain.erin, 2, sender=chain.alice)
        expect_equal(wallet.balance, 3, "what is left in a wallet of 5 wei after its owner sent 2")
        with reverts("NotOwner", chain.carol):
            wallet.pay(chain.carol, 1, sender=chain.carol)


@check("Contracts deploy and own wallets too", task=2, hint="Nothing here depends on who calls.")
def contracts_deploy(chain, contract):
    messenger = chain.deploy("Messenger", called="a messenger")
    salt = salted(chain, "by contract")
    told = [contract.call(COMPUTE, each, messenger) for each in (salt, bytes(255 - byte for byte in salt))]
    receipt = messenger.deployTwo(contract, salt, messenger, sender=chain.bob)
    expect_equal(list(receipt.value), told, "where two wallets are, made for a contract in one transaction")
    amount = chain.number("amount", 10, 99)
    third = contract.call(COMPUTE, bytes(32), messenger)
    receipt = messenger.deploy(contract, bytes(32), messenger, sender=chain.bob, value=amount)
    expect_equal(receipt.value, third, "what `deploy` returned to a contract")
    messenger.pay(third, chain.erin, amount, sender=chain.carol)
    expect_equal(chain.balance(third), 0, "what a contract's wallet holds after all was sent")


@check("Each wallet is announced", task=2, hint="The wallet, its owner, the salt; once.")
def wallets_are_announced(chain, contract):
    for turn, owner in enumerate((chain.alice, chain.carol)):
        salt = salted(chain, turn)
        told = contract.call(COMPUTE, salt, owner)
        receipt = contract.deploy(salt, owner, sender=chain.bob)
        events = [
            event for event in receipt.events if event.signature == DEPLOYED and event.address == contract.address
        ]
        values = [list(event.args.values()) for event in events]
        wanted = f"`deploy` for {owner!r} should emit `Deployed` once, with the new wallet, {owner!r} and the salt."
        assert values == [[told, owner, salt]], wanted
        assert len(events[0].topics) == 3, "Wallet and owner of `Deployed` should be `indexed`, and the salt not."


@check("The ether is the wallet's", task=3, points=2, hint="`new` takes options like a call: salt, and value.")
def ether_is_handed_on(chain, contract):
    amount = chain.number("amount", 10, 99)
    chain.deploy("Bequest", contract, value=3, called="a bequest to the factory")
    before = contract.balance
    for turn, value in enumerate((amount, 0, ether(2))):
        wallet, _ = makes(chain, contract, salted(chain, turn), chain.alice, value=value)
        expect_equal(wallet.balance, value, f"what a new wallet holds that was made with {value} wei")
        expect_equal(contract.balance, before, "what the factory holds, which should be what it had before")


@check("Ether may be there first", task=3, points=2, hint="Is an address with ether a wallet already?")
def ether_may_come_first(chain, contract):
    amount = chain.number("early", 10, 99)
    for turn, value in enumerate((0, 4)):
        salt = salted(chain, turn)
        chain.transfer(chain.bob, contract.call(COMPUTE, salt, chain.alice), amount)
        wallet, _ = makes(chain, contract, salt, chain.alice, value=value)
        expect_equal(wallet.balance, amount + value, f"what a wallet holds that had {amount} wei and got {value} more")


@check("A wallet is made once", task=4, points=2, hint="Is there code at the address?")
def once_and_no_more(chain, contract):
    salt = salted(chain, "once")
    wallet, _ = makes(chain, contract, salt, chain.alice, value=9)
    for sender, value in ((chain.bob, 0), (chain.alice, 5)):
        refuses(contract, salt, chain.alice, "AlreadyDeployed", [wallet.address], sender=sender, value=value)
    expect_equal(wallet.balance, 9, "what the wallet holds after it was asked for again")
    second, _ = makes(chain, contract, salted(chain, "twice"), chain.alice)
    wallet.pay(chain.erin, 9, sender=chain.alice)
    chain.wait(3600)
    for salt_, there in ((salt, wallet), (salted(chain, "twice"), second)):
        refuses(contract, salt_, chain.alice, "AlreadyDeployed", [there.address], sender=chain.carol)


@check("A salt serves others as well", task=4, hint="The wallet counts and not the salt alone, nor the owner.")
def salts_are_shared(chain, contract):
    salt = salted(chain, "shared")
    for owner in (chain.alice, chain.bob, chain.carol):
        makes(chain, contract, salt, owner)
    makes(chain, contract, flipped(salt, chain.number("bit", 0, 255)), chain.alice)
    other = chain.deploy(contract.artifact, called="another factory")
    makes(chain, other, salt, chain.alice)


@check("What the wallet refuses is told as it is", task=5, points=2, hint="`new` lets a revert pass through.")
def refusals_come_through(chain, contract):
    salt = salted(chain, "refused")
    told = contract.call(COMPUTE, salt, NOBODY)
    for value in (0, 6):
        refuses(contract, salt, NOBODY, "NoOwner", [], sender=chain.bob, value=value)
    expect_equal(chain.balance(told), 0, "what lies where a wallet for nobody would be")
    makes(chain, contract, salt, chain.alice)
