"""What PermitToken must do by EIP-2612 and the tasks: which signatures set an allowance, and which do not.

What is left open stays open: the errors, whether the domain separator is made once or each time, and what is checked
first. Each permit is signed here, with the keys of the accounts, over a message that is put together here.
"""

from eth_hash.auto import keccak

from evmbox.chain import CHAIN_ID
from evmbox.checks import CheckFailed, Reverted, check, expect_equal, reverts

NOBODY = "0x0000000000000000000000000000000000000000"
APPROVAL = "Approval(address,address,uint256)"
DOMAIN = keccak(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
PERMIT = keccak(b"Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
ENDLESS = 2**256 - 1
FIELDS = ("owner", "spender", "value", "deadline", "v", "r", "s")


def some(chain, label, low=100, high=9_999):
    """Give a number of units that is short to read, each learner their own."""
    return chain.number(label, low, high)


def words(*values):
    """Put values one after the other as 32-byte words, as `abi.encode` does with values of a fixed size."""
    return b"".join(value if isinstance(value, bytes) else word(value) for value in values)


def word(value):
    number = value if isinstance(value, int) else int(str(value), 16)
    return number.to_bytes(32, "big")


def separator(token, *, name=None, version="1", chain_id=CHAIN_ID):
    """Make the domain separator of a token, as EIP-712 says."""
    name = token.call("name()") if name is None else name
    return keccak(words(DOMAIN, keccak(name.encode()), keccak(version.encode()), chain_id, token.address))


def signed(chain, token, owner, spender, value, *, nonce=0, deadline=None, by=None, domain=None):
    """Make a permit as its owner signs it: the seven arguments of `permit`, by name."""
    deadline = chain.now + 3600 if deadline is None else deadline
    message = keccak(words(PERMIT, owner, spender, value, nonce, deadline))
    digest = keccak(b"\x19\x01" + (separator(token) if domain is None else domain) + message)
    signature = (by or owner).key.sign_msg_hash(digest)
    r, s = word(signature.r), word(signature.s)
    return dict(zip(FIELDS, (owner, spender, value, deadline, 27 + signature.v, r, s), strict=True))


def send(token, permit, sender="erin"):
    """Hand a permit in, as an account that has nothing to do with it."""
    return token.permit(*(permit[field] for field in FIELDS), sender=sender)


def takes(token, permit, what, sender="erin"):
    """Hand in a permit that must be taken."""
    try:
        return send(token, permit, sender)
    except Reverted as error:
        why = error.error or error.reason or "no reason"
        raise CheckFailed(f"`permit` should take {what}, but it reverted with {why}.") from error


def refuses(chain, token, permit, what):
    """Hand in a permit that must be refused, and see that nothing has changed."""
    owner, spender = permit["owner"], permit["spender"]
    before = token.call("allowance(address,address)", owner, spender), token.call("nonces(address)", owner)
    try:
        send(token, permit)
    except Reverted:
        after = token.call("allowance(address,address)", owner, spender), token.call("nonces(address)", owner)
        expect_equal(after, before, "allowance and nonce after a permit was refused")
        return
    raise CheckFailed(f"`permit` should revert for {what}, but it succeeded.")


def allows(token, owner, spender, value, when):
    """Compare an allowance."""
    found = token.call("allowance(address,address)", owner, spender)
    expect_equal(found, value, f"`allowance({owner!r}, {spender!r})` {when}")


def another(chain, contract, label):
    """Deploy the submission again, with a name of the learner's own."""
    name = f"Coin {some(chain, label)}"
    given = (name, "COIN", some(chain, f"{label} supply", 1_000_000, 9_999_999))
    return chain.deploy(contract.artifact, *given, sender=chain.dave, called="another token"), given


@check("The token is still an ERC-20", task=1, hint="Leave what ERC20 does to ERC20.")
def still_a_token(chain, contract):
    token, (name, symbol, supply) = another(chain, contract, "a token")
    expect_equal(token.call("name()"), name, "`name()`")
    expect_equal(token.call("symbol()"), symbol, "`symbol()`")
    expect_equal(token.call("totalSupply()"), supply, "`totalSupply()`")
    expect_equal(token.call("balanceOf(address)", chain.dave), supply, "the deployer's balance")
    value = some(chain, "moved")
    token.transfer(chain.alice, value, sender=chain.dave)
    token.approve(chain.bob, value, sender=chain.alice)
    token.transferFrom(chain.alice, chain.carol, value - 1, sender=chain.bob)
    expect_equal(token.call("balanceOf(address)", chain.carol), value - 1, "what Carol got")
    allows(token, chain.alice, chain.bob, 1, "after Bob spent all but one unit")
    with reverts():
        token.transferFrom(chain.alice, chain.carol, 2, sender=chain.bob)


@check(
    "DOMAIN_SEPARATOR() is the hash of name, version, chain and contract",
    task=2,
    points=2,
    hint='abi.encode of five words: the type, keccak256(bytes(name())), keccak256("1"), block.chainid, address(this).',
)
def separator_is_eip_712(chain, contract):
    for token in (contract, another(chain, contract, "separate")[0]):
        found = token.call("DOMAIN_SEPARATOR()")
        for wrong, what in (
            (separator(token, name=""), "has the name of the token"),
            (separator(token, chain_id=1), "has the id of this chain, `block.chainid`"),
            (separator(token, version=""), 'has the version "1"'),
        ):
            assert found != wrong, f"The hash is made as it should be, but see that it {what}."
        promises = [each["stateMutability"] for each in token.abi if each.get("name") == "DOMAIN_SEPARATOR"]
        assert set(promises) <= {"view", "pure"}, "`DOMAIN_SEPARATOR()` should be marked `view`."
        assert found == separator(token), (
            "`DOMAIN_SEPARATOR()` should be the hash of abi.encode of five values: the hash of the type's text, the "
            'hash of the name, the hash of "1", the chain\'s id and the address of the token.'
        )


@check("A permit sets the allowance, whoever sends it", task=3, points=2, hint="The owner is the one who signed.")
def permit_sets_the_allowance(chain, contract):
    for nonce, value in enumerate((some(chain, "first"), some(chain, "second"), 0, ENDLESS)):
        permit = signed(chain, contract, chain.alice, chain.bob, value, nonce=nonce)
        takes(contract, permit, f"what Alice signed with the nonce {nonce}", sender=("erin", "bob", "alice")[nonce % 3])
        allows(contract, chain.alice, chain.bob, value, f"after a permit of {value}")
    allows(contract, chain.alice, chain.erin, 0, "where Erin only sent the permit")
    contract.approve(chain.bob, 1, sender=chain.alice)
    allows(contract, chain.alice, chain.bob, 1, "after Alice approved 1 herself")


@check("What a permit allows can be spent", task=3, hint="It is the same allowance that approve sets.")
def a_permit_can_be_spent(chain, contract):
    value = some(chain, "spent")
    contract.transfer(chain.alice, value * 2, sender=chain.owner)
    takes(contract, signed(chain, contract, chain.alice, chain.bob, value), "what Alice signed")
    expect_equal(contract.call("balanceOf(address)", chain.alice), value * 2, "what Alice has, where nothing was spent")
    contract.transferFrom(chain.alice, chain.carol, value, sender=chain.bob)
    expect_equal(contract.call("balanceOf(address)", chain.carol), value, "what Carol got")
    with reverts():
        contract.transferFrom(chain.alice, chain.carol, 1, sender=chain.bob)


@check("A permit emits Approval", task=3, hint="ERC20's _approve(owner, spender, value) does, once.")
def permit_is_announced(chain, contract):
    value = some(chain, "told")
    receipt = takes(contract, signed(chain, contract, chain.alice, chain.bob, value), "what Alice signed")
    told = [list(each.args.values()) for each in receipt.events if each.signature == APPROVAL]
    wanted = f"A permit by Alice for Bob over {value} should emit `Approval(Alice, Bob, {value})`, once."
    assert told == [[chain.alice, chain.bob, value]], wanted


@check("nonces() counts the permits of each owner", task=3, hint="One up for each permit, of this owner only.")
def nonces_count(chain, contract):
    expect_equal(contract.call("nonces(address)", chain.alice), 0, "`nonces(Alice)` before her first permit")
    for used in (1, 2, 3):
        value = some(chain, f"nonce {used}")
        takes(contract, signed(chain, contract, chain.alice, chain.bob, value, nonce=used - 1), f"permit {used}")
        expect_equal(contract.call("nonces(address)", chain.alice), used, f"`nonces(Alice)` after {used} permits")
    for other in (chain.bob, chain.erin, chain.owner):
        expect_equal(contract.call("nonces(address)", other), 0, f"`nonces({other!r})`, who has signed nothing")


@check(
    "A permit is good up to its deadline and no second longer", task=4, points=2, hint="At the deadline: still good."
)
def the_deadline_holds(chain, contract):
    value = some(chain, "in time")
    for late in (1, 1000):
        permit = signed(chain, contract, chain.bob, chain.carol, value, deadline=chain.now + 100)
        chain.warp(permit["deadline"] + late)
        refuses(chain, contract, permit, f"a permit that comes {late} s after its deadline")
    permit = signed(chain, contract, chain.bob, chain.carol, value, deadline=chain.now + 100)
    chain.warp(permit["deadline"])
    takes(contract, permit, "a permit in the very second of its deadline")
    for nonce, deadline in ((1, ENDLESS), (2, chain.now + some(chain, "time"))):
        permit = signed(chain, contract, chain.bob, chain.carol, value, nonce=nonce, deadline=deadline)
        takes(contract, permit, "a permit with a deadline to come")


@check("Nobody signs for somebody else", task=5, points=2, hint="ecrecover says who signed; compare that to the owner.")
def only_the_owner_signs(chain, contract):
    value = some(chain, "forged")
    for signer in (chain.bob, chain.erin):
        permit = signed(chain, contract, chain.alice, chain.bob, value, by=signer)
        refuses(chain, contract, permit, f"a permit of Alice that {signer!r} signed")


@check("What was signed cannot be altered", task=5, points=2, hint="Every argument belongs into the message.")
def nothing_can_be_altered(chain, contract):
    permit = signed(chain, contract, chain.alice, chain.bob, some(chain, "as signed"))
    for field, other in (
        ("owner", chain.carol),
        ("spender", chain.erin),
        ("value", permit["value"] + 1),
        ("value", ENDLESS),
        ("deadline", permit["deadline"] + 1),
        ("r", word(int.from_bytes(permit["r"], "big") ^ 1)),
        ("v", 55 - permit["v"]),
    ):
        refuses(chain, contract, permit | {field: other}, f"a permit with another `{field}` than was signed")
    takes(contract, permit, "the permit as it was signed")


@check("The zero address signs nothing", task=5, points=2, hint="What does ecrecover answer for what is no signature?")
def nobody_signs_nothing(chain, contract):
    value = some(chain, "of nobody")
    permit = signed(chain, contract, chain.alice, chain.bob, value)
    for v in (0, 1, 29, 255):
        refuses(chain, contract, permit | {"owner": NOBODY, "v": v}, "the zero address as owner, by no signature")
        refuses(chain, contract, permit | {"v": v}, f"a signature with a `v` of {v}, which is none")


@check("A permit works once", task=5, points=2, hint="The owner's nonce is part of what is signed.")
def a_permit_works_once(chain, contract):
    value = some(chain, "once")
    contract.transfer(chain.alice, value * 3, sender=chain.owner)
    first = signed(chain, contract, chain.alice, chain.bob, value)
    early = signed(chain, contract, chain.alice, chain.bob, value, nonce=1)
    refuses(chain, contract, early, "a permit with the nonce 1 before the one with 0")
    takes(contract, first, "what Alice signed with the nonce 0")
    contract.transferFrom(chain.alice, chain.carol, value, sender=chain.bob)
    refuses(chain, contract, first, "a permit that was used before")
    takes(contract, early, "what Alice signed with the nonce 1, in its turn")
    for used in (first, early):
        refuses(chain, contract, used, "a permit that was used before")


@check("A permit is for one token on one chain", task=5, points=2, hint="The domain separator belongs into the hash.")
def one_token_on_one_chain(chain, contract):
    value = some(chain, "here")
    twin = chain.deploy(
        contract.artifact, contract.call("name()"), contract.call("symbol()"), 1000, called="a token of the same name"
    )
    there = signed(chain, twin, chain.alice, chain.bob, value)
    refuses(chain, contract, there, "a permit for another token of the same name")
    for chain_id in (1, CHAIN_ID + 1, 0):
        permit = signed(chain, contract, chain.alice, chain.bob, value, domain=separator(contract, chain_id=chain_id))
        refuses(chain, contract, permit, f"a permit signed for chain {chain_id}")
    takes(twin, there, "a permit on the token that it is for")


@check("The second form of a signature is refused", task=6, points=2, hint="Which half must s be in? See the task.")
def one_form_of_a_signature(chain, contract):
    for nonce in range(3):
        permit = signed(chain, contract, chain.alice, chain.bob, some(chain, "two forms"), nonce=nonce)
        second = {"v": 55 - permit["v"], "s": word(ORDER - int.from_bytes(permit["s"], "big"))}
        refuses(chain, contract, permit | second, "a signature with `s` in the upper half")
        takes(contract, permit, "a signature with `s` in the lower half")
