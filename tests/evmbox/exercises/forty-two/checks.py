from evmbox.checks import check, expect_equal


@check("It returns 42", task=1, points=3, hint="RETURN takes its bytes from memory: MSTORE puts them there.")
def returns_42(chain, contract):
    for data in (b"", chain.number("data").to_bytes(32, "big")):
        expect_equal(chain.call_raw(contract, data), (42).to_bytes(32, "big"), "what comes back")


@check("It is small", task=2)
def is_small(chain, contract):
    expect_equal(len(chain.code(contract)) <= 10, True, "whether it has at most 10 bytes")
