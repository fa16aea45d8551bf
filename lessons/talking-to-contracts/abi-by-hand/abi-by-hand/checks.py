"""What Encoder must do: put calls together as the ABI says, read them, and tell pairs of texts apart.

What is expected is put together here by the rules of the ABI. How `key` is made stays open, and so does which twin.
"""

from eth_hash.auto import keccak

from evmbox.checks import CheckFailed, check, expect_equal, reverts

TRANSFER = keccak(b"transfer(address,uint256)")[:4]
LARGEST = 2**256 - 1
NAMES = ("mint", "setOwner", "open_3", "voteFor")
TYPES = ("", "uint256", "address,bool", "bytes32[]", "(string,uint8)[2],int24")
SEPARATORS = (",", "|", ":", ";", "-", "_", "/", ".", " ", "#", "\0", ", ")


def word(number):
    return number.to_bytes(32, "big")


def padded(data):
    return word(len(data)) + data.ljust(-(-len(data) // 32) * 32, b"\0")


def address(chain, label):
    return f"0x{chain.number(label, 2**150, 2**160 - 1):040x}"


def some(chain, label, low=1_000, high=99_999):
    return chain.number(label, low, high)


def letters(chain, label, length):
    """Give a text of so many letters, each learner their own."""
    drawn = chain.number(label, 26**5, 2**200)
    return "".join(chr(97 + (drawn // 26 ** (place % 30) + place) % 26) for place in range(length))


def transfer_call(to, amount):
    return TRANSFER + word(int(to, 16)) + word(amount)


def order_call(item, sizes, to):
    text = padded(item.encode())
    head = word(96) + word(96 + len(text)) + word(int(to, 16))
    return keccak(b"order(string,uint256[],address)")[:4] + head + text + word(len(sizes)) + b"".join(map(word, sizes))


def expect_calldata(made, wanted, what):
    """Expect these bytes, and say where they first differ: in the selector, or in which word."""
    expect_equal(made[:4], wanted[:4], f"the selector, the first four bytes, of {what}")
    for place in range(4, len(wanted), 32):
        expect_equal(made[place : place + 32], wanted[place : place + 32], f"word {place // 32} of {what}")
    expect_equal(len(made), len(wanted), f"the number of bytes of {what}")


@check("A selector is the beginning of a hash", task=1, points=2, hint="keccak256 of the text, its first four bytes.")
def selectors_are_computed(chain, contract):
    drawn = f"{letters(chain, 'name', 7)}(uint{8 * chain.number('width', 1, 32)},bytes)"
    others = [f"{name}({types})" for name, types in zip(NAMES, TYPES, strict=False)]
    for signature in ("transfer(address,uint256)", drawn, *others, letters(chain, "long", 90), ""):
        wanted = keccak(signature.encode())[:4]
        expect_equal(contract.selectorOf(signature), wanted, f"the selector of `{signature}`")


@check("The call of transfer", task=2, points=2, hint="Selector, then each value in 32 bytes.")
def transfers_are_encoded(chain, contract):
    receivers = (chain.bob.address, address(chain, "receiver"), f"0x{0:040x}")
    for to, amount in zip(receivers, (some(chain, "amount"), 0, LARGEST), strict=True):
        made = contract.transferCall(to, amount)
        expect_calldata(made, transfer_call(to, amount), f"the calldata of a transfer of {amount}")


@check("The call of order", task=2, points=3, hint="A text and a list lie behind the values; abi.encodeCall knows how.")
def orders_are_encoded(chain, contract):
    to = address(chain, "for")
    one = some(chain, "size")
    for item, sizes in (
        (letters(chain, "item", 6), [one]),
        (letters(chain, "full", 32), [one, 0, LARGEST]),
        (letters(chain, "more", 33), [one, one]),
        ("", []),
        ("crème brûlée", [0]),
        (letters(chain, "long", 120), [one + turn for turn in range(7)]),
    ):
        made = contract.orderCall(item, sizes, to)
        expect_calldata(
            made, order_call(item, sizes, to), f"the calldata of an order of {item!r} in {len(sizes)} sizes"
        )


@check("A transfer is read", task=3, points=2, hint="Skip the selector, then abi.decode.")
def transfers_are_read(chain, contract):
    for to, amount in (
        (chain.dave.address, some(chain, "read")),
        (chain.address_of(address(chain, "to")), LARGEST),
        (chain.address_of(f"0x{0:040x}"), 0),
    ):
        read = contract.readTransfer(transfer_call(to, amount))
        expect_equal(list(read), [to, amount], f"what was read from a transfer of {amount}")


@check("Another function is refused by name", task=3, points=2, hint="Compare bytes4(data) with the selector.")
def other_calls_are_refused(chain, contract):
    rest = transfer_call(chain.bob.address, some(chain, "rest"))[4:]
    drawn = chain.number("selector", 1, 2**24 - 1).to_bytes(3, "big")
    approve = keccak(b"approve(address,uint256)")[:4]
    for selector in (approve, b"\xda" + drawn, TRANSFER[:1] + drawn, drawn + TRANSFER[3:], bytes(4), b"\xff" * 4):
        with reverts("WrongSelector", selector):
            contract.readTransfer(selector + rest)


@check("Data that are too short are refused", task=3, points=2, hint="abi.decode looks at the length for you.")
def short_data_are_refused(chain, contract):
    whole = transfer_call(chain.bob.address, some(chain, "whole") * 2**8)
    for length in (0, 3, 4, 35, 36, 40, 67):
        with reverts():
            contract.readTransfer(whole[:length])


@check("The packed key", task=4, points=2, hint="Packed, there is nothing between the two texts.")
def packed_keys_are_hashes(chain, contract):
    first, second = letters(chain, "first", 5), letters(chain, "second", 40)
    for pair in ((first, second), (second, first), ("", second), (first, ""), ("", "")):
        wanted = keccak("".join(pair).encode())
        expect_equal(contract.packedKey(*pair), wanted, f"`packedKey` of {pair}")


@check("A twin has the same packed key", task=4, points=3, hint="The same letters, cut at another place.")
def twins_are_found(chain, contract):
    short, long = letters(chain, "short", 4), letters(chain, "long", 45)
    for pair in (
        (short, long),
        (long, short),
        (short, short),
        ("", long),
        (long, ""),
        ("a", ""),
        ("", "a"),
        ("a", "b"),
    ):
        other = list(contract.twin(*pair))
        expect_equal("".join(other), "".join(pair), f"the letters of the twin of {pair}")
        if other == list(pair):
            raise CheckFailed(f"The twin of {pair} should be another pair, but it is the same.")
    with reverts("NoTwin"):
        contract.twin("", "")


@check("No two pairs have the same key", task=5, points=3, hint="abi.encode writes down where each text ends.")
def keys_differ(chain, contract):
    text, other = letters(chain, "text", 9), letters(chain, "other", 34)
    pairs = {(text[:cut], text[cut:]) for cut in range(10)} | {(other, text), (text, other), ("", "")}
    pairs |= {(text, text), (other, other), (text[:1], text[:1]), (text, text + "\0"), (text + "\0", text)}
    pairs |= {(other, f"{text}{turn}") for turn in range(3)} | {(f"{other}{turn}", text) for turn in range(3)}
    for separator in SEPARATORS:
        pairs |= {(f"a{separator}b", "c"), ("a", f"b{separator}c")}
    answers = [output["type"] for each in contract.abi if each.get("name") == "key" for output in each["outputs"]]
    expect_equal(answers, ["bytes32"], "the type of what `key` answers")
    keys = {}
    for pair in sorted(pairs):
        key = contract.key(*pair)
        if key in keys:
            raise CheckFailed(f"`key` should differ for {pair} and {keys[key]}, but it is the same.")
        keys[key] = pair


@check("The same pair has the same key", task=5, hint="Only the two texts count.")
def keys_stay(chain, contract):
    pair = (letters(chain, "here", 12), letters(chain, "there", 3))
    key = contract.key(*pair)
    chain.wait(some(chain, "later"))
    expect_equal(contract.key(*pair, sender=chain.carol), key, "`key` for someone else, later")
    again = chain.deploy(contract.artifact, called="another encoder")
    expect_equal(again.key(*pair), key, "`key` of another encoder")
