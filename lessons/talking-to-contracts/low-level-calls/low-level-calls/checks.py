"""What Forwarder must do: pass calls on and what comes back, byte for byte, in both directions."""

from eth_hash.auto import keccak

from evmbox.checks import CheckFailed, Reverted, check, expect_equal, reverts


def word(number):
    return number.to_bytes(32, "big")


def some(chain, label, low=1_000, high=99_999):
    return chain.number(label, low, high)


def drawn(chain, label, length):
    """Give so many bytes, each learner their own. Their first four are the selector of no function here."""
    rest = b"".join(keccak(label.encode() + word(some(chain, label) + turn)) for turn in range(length // 32 + 1))
    return (b"\xda\xda" + rest)[:length]


def forwarding_to(chain, contract, target):
    return chain.deploy(contract.artifact, target, called="a forwarder")


def expect_called(recorder, forwarder, data, value, times):
    """Expect that this was the last call, and the last of so many."""
    expect_equal(recorder.calls(), times, "how often the other contract was called")
    expect_equal(recorder.data(), data, "the data that arrived")
    expect_equal(recorder.value(), value, "the wei that arrived")
    expect_equal(recorder.caller(), forwarder.address, "who called the other contract")


def fails_with(data, what, act):
    """Have something done that must revert with exactly these data."""
    try:
        act()
    except Reverted as error:
        where = f"where the other contract reverts with {what}"
        expect_equal(error.data[:4], data[:4], f"the first four bytes of the revert, {where},")
        expect_equal(len(error.data), len(data), f"the number of bytes of the revert, {where},")
        expect_equal(error.data, data, f"the data of the revert, {where},")
        return
    raise CheckFailed(f"It should revert where the other contract reverts with {what}, but it succeeded.")


def failures(chain):
    """Give the data of several reverts, and what each of them is."""
    text = f"closed until {some(chain, 'reason')}".encode()
    long = b"this reason is longer than thirty-two bytes " + text
    for reason in (text, long):
        padded = reason.ljust(-(-len(reason) // 32) * 32, b"\0")
        yield keccak(b"Error(string)")[:4] + word(32) + word(len(reason)) + padded, "a reason"
    yield keccak(b"Panic(uint256)")[:4] + word(0x11), "a panic"
    yield keccak(b"Closed(uint256)")[:4] + word(some(chain, "until")), "a custom error"
    yield keccak(b"Closed()")[:4], "a custom error without values"
    yield drawn(chain, "short", 3), "three bytes"
    yield drawn(chain, "odd", 75), "75 bytes"
    yield b"", "nothing"


@check("The data and the ether arrive", task=1, points=2, hint="`to.call{value: …}(data)`.")
def calls_arrive(chain, contract):
    recorder = chain.deploy("Recorder", called="the other contract")
    rounds = ((4, 0), (68, some(chain, "wei")), (1, 1), (0, 5), (33, 0), (300, some(chain, "more")))
    for turn, (length, value) in enumerate(rounds, start=1):
        data = drawn(chain, f"data {length}", length)
        contract.forward(recorder, data, sender=chain.carol if turn % 2 else chain.owner, value=value)
        expect_called(recorder, contract, data, value, turn)
    expect_equal(contract.balance, 0, "the ether that stayed in the forwarder")


@check("What comes back is returned unchanged", task=1, points=2, hint="The second value of `call`, as it is.")
def answers_are_returned(chain, contract):
    recorder = chain.deploy("Recorder", called="the other contract")
    for length in (0, 1, 4, 32, 33, 64, 200):
        answer = drawn(chain, f"answer {length}", length)
        recorder.willAnswer(answer)
        receipt = contract.forward(recorder, drawn(chain, "data", 36), sender="bob")
        expect_equal(receipt.value, answer, f"what `forward` returned for an answer of {length} bytes")


@check("Only the ether of this call is passed on", task=1, hint="msg.value, and not the balance.")
def only_this_ether(chain, contract):
    recorder = chain.deploy("Recorder", called="the other contract")
    there, value = some(chain, "there"), some(chain, "sent")
    chain.deploy("Forced", contract, value=there, called="forced ether")
    for turn, each in enumerate((0, value), start=1):
        data = drawn(chain, "data", 36)
        contract.forward(recorder, data, sender="bob", value=each)
        expect_called(recorder, contract, data, each, turn)
    expect_equal(contract.balance, there, "the ether that was in the forwarder before")


@check("A revert is passed back byte for byte", task=2, points=3, hint="revert(add(back, 0x20), mload(back)).")
def reverts_pass(chain, contract):
    recorder = chain.deploy("Recorder", called="the other contract")
    value = some(chain, "value")
    for data, what in failures(chain):
        recorder.willFail(data)
        fails_with(data, what, lambda: contract.forward(recorder, drawn(chain, "data", 36), sender="bob"))
        fails_with(data, what, lambda: contract.forward(recorder, drawn(chain, "data", 4), sender="bob", value=value))
    expect_equal(recorder.calls(), 0, "how many calls of the other contract were kept, after reverts")


@check("A contract that can't take ether is no success", task=2, hint="What does `call` answer then?")
def unpaid_is_no_success(chain, contract):
    till = chain.deploy("Till", 1, "till", called="a till")
    fails_with(b"", "nothing", lambda: contract.forward(till, b"", sender="bob", value=some(chain, "value")))
    fails_with(b"", "nothing", lambda: contract.forward(till, keccak(b"price()")[:4], sender="bob", value=1))
    fails_with(b"", "nothing", lambda: contract.forward(till, drawn(chain, "data", 36), sender="bob"))


@check("Data for nobody are refused", task=3, points=2, hint="What is `to.code.length`?")
def nobody_understands(chain, contract):
    nobody = f"0x{chain.number('nobody', 2**150, 2**160 - 1):040x}"
    for to in (chain.dave, nobody):
        for length, value in ((4, 0), (68, some(chain, "value")), (1, 0)):
            with reverts("NoContract", chain.address_of(to)):
                contract.forward(to, drawn(chain, "data", length), sender="bob", value=value)


@check("Anybody can be paid", task=3, points=2, hint="Without data there is nothing to understand.")
def people_are_paid(chain, contract):
    nobody = chain.address_of(f"0x{chain.number('nobody', 2**150, 2**160 - 1):040x}")
    for to in (chain.dave, nobody):
        before, value = chain.balance(to), some(chain, "value")
        receipt = contract.forward(to, b"", sender="bob", value=value)
        expect_equal(chain.balance(to) - before, value, "what was paid")
        expect_equal(receipt.value, b"", "what came back")
    contract.forward(chain.erin, b"", sender="bob")


@check("target() is what was given", task=4, hint="The constructor keeps it.")
def target_is_told(chain, contract):
    expect_equal(contract.target(), chain.alice.address, "`target()`")
    till = chain.deploy("Till", 1, "till", called="a till")
    expect_equal(forwarding_to(chain, contract, till).target(), till.address, "`target()` of another forwarder")


@check("Unknown calls go to the target", task=4, points=2, hint="A fallback that is payable, and `receive`.")
def unknown_calls_arrive(chain, contract):
    recorder = chain.deploy("Recorder", called="the target")
    forwarder = forwarding_to(chain, contract, recorder)
    rounds = ((4, some(chain, "wei")), (36, 0), (3, 1), (0, some(chain, "plain")), (200, 0), (0, 0))
    for turn, (length, value) in enumerate(rounds, start=1):
        data = drawn(chain, f"data {length}", length)
        chain.transfer(chain.carol, forwarder, value, data=data)
        expect_called(recorder, forwarder, data, value, turn)
    chain.deploy("Forced", forwarder, value=9, called="forced ether")
    chain.transfer(chain.carol, forwarder, 2, data=b"\xda" * 8)
    expect_called(recorder, forwarder, b"\xda" * 8, 2, len(rounds) + 1)


@check("The target's answers come back as they are", task=4, points=2, hint="Without place and length in front.")
def answers_come_back(chain, contract):
    recorder = chain.deploy("Recorder", called="the target")
    forwarder = forwarding_to(chain, contract, recorder)
    for length in (0, 1, 32, 33, 200):
        answer = drawn(chain, f"answer {length}", length)
        recorder.willAnswer(answer)
        back = chain.call_raw(forwarder, drawn(chain, "data", 4), sender="bob")
        expect_equal(back, answer, f"what came back for an answer of {length} bytes")


@check("The target's reverts come back as they are", task=4, points=2, hint="The same as in `forward`.")
def reverts_come_back(chain, contract):
    recorder = chain.deploy("Recorder", called="the target")
    forwarder = forwarding_to(chain, contract, recorder)
    for data, what in failures(chain):
        recorder.willFail(data)
        fails_with(data, what, lambda: chain.transfer(chain.bob, forwarder, 3, data=drawn(chain, "data", 4)))
    till = chain.deploy("Till", 1, "till", called="a till")
    forwarder = forwarding_to(chain, contract, till)
    fails_with(b"", "nothing", lambda: chain.transfer(chain.bob, forwarder, 3))


@check("A customer does not notice the forwarder", task=4, points=2, hint="Data, ether, answer: all as it is.")
def customers_notice_nothing(chain, contract):
    price, title = some(chain, "price"), f"Thank you for coming, and take number {some(chain, 'title')}"
    till = chain.deploy("Till", price, title, called="a till")
    forwarder = forwarding_to(chain, contract, till)
    customer = chain.deploy("Customer", called="a customer")
    expect_equal(list(customer.look(forwarder)), [price, title], "what a customer reads through the forwarder")
    customer.pay(forwarder, 3, sender="bob", value=3 * price + 7)
    expect_equal(customer.change(), 7, "the change that a customer was told")
    expect_equal(customer.thanks(), title, "the thanks that a customer got")
    expect_equal(till.taken(), 3 * price + 7, "what the till has taken")
    with reverts("Closed", price):
        customer.pay(forwarder, 0, sender="bob", value=1)
