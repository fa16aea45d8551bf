"""What Airdrop must do: which entries it pays, and what a leaf must not be.

The list is made here, its tree too, of the leaves that the contract itself answers. What is left open stays open: how a
leaf is made, the errors, and whether entries or accounts are ticked off, since an account stands in a list once.
"""

from eth_hash.auto import keccak

from evmbox.checks import CheckFailed, Reverted, check, expect_equal

CLAIMED = "Claimed(address,uint256)"
NO_ROOT = bytes(32)


def some(chain, label, low=100, high=9_999):
    """Give a number of units that is short to read, each learner their own."""
    return chain.number(label, low, high)


def parent(a, b):
    return keccak(min(a, b) + max(a, b))


def tree(leaves):
    """Return the root of a tree, and for each leaf the way up. What has no partner goes up as it is."""
    proofs = [[] for _ in leaves]
    level = [(leaf, [place]) for place, leaf in enumerate(leaves)]
    while len(level) > 1:
        above = []
        for left, right in zip(level[::2], level[1::2], strict=False):
            for here, beside in ((left, right), (right, left)):
                for place in here[1]:
                    proofs[place].append(beside[0])
            above.append((parent(left[0], right[0]), left[1] + right[1]))
        level = above + level[len(above) * 2 :]
    return level[0][0], proofs


def word(number):
    return number.to_bytes(32, "big")


def people(chain, size):
    """Give a list of so many entries: people first, then addresses that nobody has."""
    known = [chain.alice.address, chain.bob.address, chain.carol.address, chain.dave.address, chain.erin.address]
    others = [f"0x{chain.number(f'stranger {turn}', 2**150, 2**160 - 1):040x}" for turn in range(size)]
    return [(who, some(chain, f"entry {turn}")) for turn, who in enumerate([*known, *others][:size])]


def drop(chain, contract, entries, coin="Coin"):
    """Deploy the submission for a list, with more tokens than it takes; return it, the token and the proofs."""
    leaves = [contract.call("leafOf(address,uint256)", *entry) for entry in entries]
    assert all(isinstance(leaf, bytes) and len(leaf) == 32 for leaf in leaves), "`leafOf` should answer a `bytes32`."
    root, proofs = tree(leaves)
    return *stocked(chain, contract, root, coin), proofs


def stocked(chain, contract, root, coin="Coin"):
    token = chain.deploy(coin, called="the token")
    airdrop = chain.deploy(contract.artifact, token, root, called="an airdrop for this list")
    token.make(airdrop, 2**250)
    return airdrop, token


def pays(airdrop, token, entry, proof, sender="erin"):
    """Claim an entry that must be paid."""
    account, amount = entry
    before = token.balanceOf(account)
    try:
        receipt = airdrop.claim(account, amount, proof, sender=sender)
    except Reverted as error:
        why = error.error or error.reason or "no reason"
        raise CheckFailed(f"An entry of {amount} units, with its proof, should be paid; it reverted: {why}.") from error
    expect_equal(token.balanceOf(account) - before, amount, f"what was paid for an entry of {amount} units")
    return receipt


def refuses(airdrop, token, entry, proof, what):
    """Claim what must not be paid."""
    account, amount = entry
    before = token.balanceOf(airdrop)
    try:
        airdrop.claim(account, amount, proof, sender="erin")
    except Reverted:
        expect_equal(token.balanceOf(airdrop), before, "what the airdrop has after a refusal")
        return
    raise CheckFailed(f"`claim` should revert for {what}, but it succeeded.")


@check("Every entry has a leaf of its own", task=1, points=2, hint="Hash account and amount, each in full.")
def leaves_differ(chain, contract):
    amount = some(chain, "amount")
    alice = int(chain.alice.address, 16)
    entries = [
        (chain.alice, amount),
        (chain.bob, amount),
        (chain.alice, amount + 1),
        (f"0x{alice + 1:040x}", amount - 1),
        (f"0x{alice - 1:040x}", amount + 1),
        (f"0x{amount:040x}", alice),
        (chain.alice, amount + 2**128),
        (chain.alice, 0),
        (chain.alice, 2**255 + amount),
    ]
    leaves = [contract.call("leafOf(address,uint256)", *entry) for entry in entries]
    assert len(set(leaves)) == len(leaves), "Two entries that differ should have two leaves that differ."
    other = chain.deploy(contract.artifact, chain.bob, word(amount), called="another airdrop", sender=chain.dave)
    again = [other.call("leafOf(address,uint256)", *entry, sender=chain.bob) for entry in entries]
    promises = {each["stateMutability"] for each in contract.abi if each.get("name") == "leafOf"}
    assert promises <= {"view", "pure"}, "`leafOf` should be marked `view` or `pure`: it only computes."
    assert again == leaves, "The same entry should have the same leaf in every airdrop and for every caller."


@check("No inner node is a leaf", task=1, points=2, hint="An inner node is one keccak256 of 64 bytes. A leaf is not.")
def no_inner_node_is_a_leaf(chain, contract):
    account = int(chain.bob.address, 16)
    for amount in (some(chain, "small"), 2**200 + some(chain, "large")):
        for halves in ((account, amount), (amount, account)):
            root = keccak(word(halves[0]) + word(halves[1]))
            airdrop, token = stocked(chain, contract, root)
            what = "an inner node of a list, whose two halves read like an account and an amount"
            refuses(airdrop, token, (chain.bob, amount), [], what)


@check("Every entry of a list is paid", task=2, points=2, hint="The account of the entry is paid, whoever calls.")
def entries_are_paid(chain, contract):
    for size in (1, 2, 3, 6):
        entries = people(chain, size)
        airdrop, token, proofs = drop(chain, contract, entries)
        for entry, proof in reversed(list(zip(entries, proofs, strict=True))):
            pays(airdrop, token, entry, proof, sender=chain.dave)


@check("A claim emits Claimed", task=2, hint="The account of the entry and the amount, once.")
def claims_are_announced(chain, contract):
    entries = people(chain, 4)
    airdrop, token, proofs = drop(chain, contract, entries)
    for entry, proof in zip(entries[:2], proofs, strict=False):
        receipt = pays(airdrop, token, entry, proof)
        told = [event for event in receipt.events if event.signature == CLAIMED and event.address == airdrop.address]
        wanted = (
            f"A claim of {entry[1]} units should emit `Claimed` once, with the account of the entry and the amount."
        )
        assert [list(event.args.values()) for event in told] == [list(entry)], wanted
        assert len(told[0].topics) == 2, "The account of `Claimed` should be `indexed`, and the amount not."


@check("What is not in the list is not paid", task=3, points=2, hint="What comes out at the end must be the root.")
def others_are_refused(chain, contract):
    entries = people(chain, 5)
    airdrop, token, proofs = drop(chain, contract, entries)
    account, amount = entries[1]
    for claimed, proof, what in (
        ((account, amount + 1), proofs[1], "another amount than in the list"),
        ((chain.owner, amount), proofs[1], "an account that is not in the list"),
        (entries[0], proofs[1], "an entry with the proof of another"),
        (entries[1], proofs[1][:-1], "a proof that ends too early"),
        (entries[1], [], "an entry without proof"),
        (entries[1], [*proofs[1], tree([b"\1" * 32])[0]], "a proof that goes on after the root"),
        (entries[1], [word(int.from_bytes(proofs[1][0], "big") ^ 1), *proofs[1][1:]], "a proof with one bit altered"),
        (entries[1], proofs[1][::-1], "a proof turned upside down"),
    ):
        refuses(airdrop, token, claimed, proof, what)
    pays(airdrop, token, entries[1], proofs[1])
    other, its_token = stocked(chain, contract, keccak(b"another list"))
    refuses(other, its_token, entries[1], proofs[1], "an entry of another list")


@check("Every entry is paid once", task=4, points=2, hint="Write down what was paid, and look there first.")
def entries_are_paid_once(chain, contract):
    entries = people(chain, 3)
    airdrop, token, proofs = drop(chain, contract, entries)
    for turn, (entry, proof) in enumerate(zip(entries, proofs, strict=True), start=1):
        pays(airdrop, token, entry, proof)
        for paid, its_proof in zip(entries[:turn], proofs, strict=False):
            refuses(airdrop, token, paid, its_proof, "an entry that was paid before")


@check("Nobody is paid twice by calling in the middle", task=4, points=2, hint="Write it down before you send.")
def no_second_claim_in_between(chain, contract):
    greedy = chain.deploy("Greedy", called="a greedy receiver")
    entries = [*people(chain, 2), (greedy.address, some(chain, "greedy"))]
    airdrop, token, proofs = drop(chain, contract, entries, coin="TellingCoin")
    data = encoded_claim(*entries[2], proofs[2])
    greedy.prepare(airdrop, data)
    try:
        airdrop.claim(*entries[2], proofs[2], sender=chain.erin)
    except Reverted:
        expect_equal(token.balanceOf(greedy), 0, "what a greedy receiver got, where the claim reverted")
        return
    expect_equal(token.balanceOf(greedy), entries[2][1], "what a receiver got that claimed again while it was paid")


def encoded_claim(account, amount, proof):
    """Put together the calldata of a claim, as the ABI says."""
    head = word(int(account, 16)) + word(amount) + word(96) + word(len(proof))
    return keccak(b"claim(address,uint256,bytes32[])")[:4] + head + b"".join(proof)


@check(
    "Where the token answers false, nothing counts as paid", task=5, points=2, hint="safeTransfer looks at the answer."
)
def false_is_no_payment(chain, contract):
    entries = people(chain, 2)
    airdrop, token, proofs = drop(chain, contract, entries, coin="FalseCoin")
    token.close(True)
    refuses(airdrop, token, entries[0], proofs[0], "an entry, where the token answers false")
    token.close(False)
    pays(airdrop, token, entries[0], proofs[0])


@check("A token that answers nothing is as good", task=5, hint="safeTransfer takes that, IERC20's transfer does not.")
def nothing_is_an_answer(chain, contract):
    entries = people(chain, 2)
    airdrop, token, proofs = drop(chain, contract, entries, coin="MuteCoin")
    pays(airdrop, token, entries[1], proofs[1])


@check("Where the tokens are not enough, nothing counts as paid", task=5, hint="Let the revert pass through.")
def too_little_is_no_payment(chain, contract):
    entries = people(chain, 2)
    root, proofs = tree([contract.call("leafOf(address,uint256)", *entry) for entry in entries])
    token = chain.deploy("Coin", called="the token")
    airdrop = chain.deploy(contract.artifact, token, root, called="an airdrop without tokens")
    token.make(airdrop, entries[0][1] - 1)
    refuses(airdrop, token, entries[0], proofs[0], "an entry, where the tokens are not enough")
    token.make(airdrop, 1)
    pays(airdrop, token, entries[0], proofs[0])
