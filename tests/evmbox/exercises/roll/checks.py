from evmbox.checks import check, expect_equal, given, integers, measure


@check("Members are kept", task=1, points=2, hint="Both values belong to msg.sender.")
def members_are_kept(chain, contract):
    for who in (chain.alice, chain.bob):
        since, shares = chain.number(f"since {who!r}", 1, 2**64 - 1), chain.number(f"shares {who!r}", 1, 2**32 - 1)
        contract.join(since, shares, sender=who)
        expect_equal(contract.call("member(address)", who), (since, shares), f"what `member({who!r})` returns")


@check("Powers are right", task=2, points=2)
@given(base=integers(), times=integers(0, 255))
def powers_are_right(chain, contract, base, times):
    expect_equal(contract.call("power(uint256,uint8)", base, times), pow(base, times, 2**256), "the power")


@measure("Joining", task=3, points=2, hint="Values that fit into 32 bytes together can share a slot.")
def joining(chain, contract):
    since, shares = chain.number("since", 2**63, 2**64 - 1), chain.number("shares", 2**31, 2**32 - 1)
    contract.join(since, shares, sender=chain.carol)
    expect_equal(contract.call("member(address)", chain.carol), (since, shares), "what `member(Carol)` returns")


@measure("Raising to a power", task=3, hint="The EVM has an instruction for it, and a loop over halves needs 8 rounds.")
def raising(chain, contract):
    base, times = chain.number("base", 2**255), chain.number("times", 200, 255)
    receipt = contract.send("power(uint256,uint8)", base, times)
    expect_equal(receipt.value, pow(base, times, 2**256), "the power")
    return receipt.gas_used
