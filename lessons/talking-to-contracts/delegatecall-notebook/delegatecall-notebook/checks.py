"""What becomes of ship and engine, found by giving the orders."""

from eth_abi import decode, encode
from eth_hash.auto import keccak

from evmbox.checks import answer


def order(signature, *values):
    """Put a call together: the selector, then the values."""
    types = signature.partition("(")[2][:-1]
    return keccak(signature.encode())[:4] + encode(types.split(",") if types else [], values)


def engine_of(chain, scene):
    return chain.at(scene.engine(), "Engine", called="the engine")


def look(chain, scene, values, way):
    """Give the order to look around as Alice, who sends ether along; the ship got some before."""
    chain.deploy("Bequest", scene, value=values["there"], called="a bequest")
    receipt = scene.send(f"{way}(bytes)", order("look()"), sender=chain.alice, value=values["paid"])
    return decode(["address", "uint256", "uint256"], receipt.value)


def named(chain, scene, address, others):
    """Say who has an address, as the choices do."""
    known = {chain.alice.address: "Alice", scene.address: "the ship", scene.engine(): "the engine", **others}
    return next(name for place, name in known.items() if str(place).lower() == address.lower())


@answer("The engine's storage", task=1, hint="Whose storage does borrowed code write?")
def engine_after_borrow(chain, scene, values):
    scene.send("borrow(bytes)", order("accelerate(uint128)", values["by"]), sender=chain.alice)
    return engine_of(chain, scene).speed()


@answer("The slot of the ship", task=1, points=2, hint="Which slot is `speed` in, and what does the ship keep there?")
def cargo_after_borrow(chain, scene, values):
    scene.send("borrow(bytes)", order("accelerate(uint128)", values["by"]), sender=chain.alice)
    return scene.cargo()


@answer("Borrowed, and sent", task=1, hint="Which of the two writes the ship's storage?")
def fuel_after_both(chain, scene, values):
    scene.send("borrow(bytes)", order("refuel(uint256)", values["litres"]), sender=chain.alice)
    scene.send("send(bytes)", order("refuel(uint256)", values["litres"] + 1), sender=chain.alice)
    return scene.fuel()


@answer("Half a slot", task=1, points=3, hint="`gear` is the upper half of slot 0. What is that half worth?")
def cargo_after_shift(chain, scene, values):
    scene.send("borrow(bytes)", order("shift(uint128)", values["gear"]), sender=chain.alice)
    return scene.cargo()


@answer("Who calls", task=2, hint="The one who called the borrower.")
def who(chain, scene, values):
    caller, _, _ = look(chain, scene, values, "borrow")
    return named(chain, scene, caller, {"0x" + "00" * 20: "the zero address"})


@answer("The ether of the call", task=2, hint="It is the ether of the call that the ship got.")
def paid(chain, scene, values):
    return look(chain, scene, values, "borrow")[1]


@answer("The ether of another call", task=2, hint="How much does the ship hand on?")
def paid_by_send(chain, scene, values):
    return look(chain, scene, values, "send")[1]


@answer("Whose balance", task=2, points=2, hint="`address(this)` is the borrower, who has got the ether already.")
def funds(chain, scene, values):
    return look(chain, scene, values, "borrow")[2]


@answer("Who calls the next one", task=2, points=2, hint="In whose name does borrowed code act?")
def witness(chain, scene):
    there = chain.deploy("Witness", called="the witness")
    receipt = scene.send("borrow(bytes)", order("ask(address)", there.address), sender=chain.alice)
    (seen,) = decode(["address"], receipt.value)
    return named(chain, scene, seen, {there.address: "the witness"})


@answer("An immutable", task=3, points=2, hint="Where are immutables kept: in storage, or in the code?")
def limit_read(chain, scene):
    receipt = scene.send("borrow(bytes)", order("readLimit()"), sender=chain.alice)
    return int.from_bytes(receipt.value, "big")


@answer("Nobody there", task=3, hint="What does code that is empty do? Does it fail?")
def nobody_there(chain, scene):
    return scene.send("borrowFrom(address,bytes)", chain.erin, order("readLimit()"), sender=chain.alice).value


@answer("What is left", task=3, points=2, hint="Look at what EIP-6780 changed.")
def scrapped(chain, scene, values):
    chain.deploy("Bequest", scene, value=values["there"], called="a bequest")
    scene.send("borrow(bytes)", order("scrap(address)", chain.bob.address), sender=chain.alice)
    if not chain.code(scene):
        return "no code where the ship was, and Bob has its ether"
    if not chain.code(scene.engine()):
        return "no code where the engine was, and the ship keeps its ether"
    return "the ship, with its ether" if scene.balance else "the ship, without its ether"
