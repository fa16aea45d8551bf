from evmbox.checks import check, expect_equal, given, integers, reverts


@check("It gives the larger", task=1, points=2, hint="`gt` compares without signs, `sgt` with them.")
@given(a=integers(), b=integers())
def gives_the_larger(chain, contract, a, b):
    expect_equal(contract.max(a, b), max(a, b), "the larger")


@check("It refuses everything else", task=2)
def refuses_others(chain, contract):
    for data in (b"", b"\x01\x02\x03\x04" + bytes(64), bytes.fromhex("6d5433e6") + bytes(63)):
        with reverts():
            chain.call_raw(contract, data)
