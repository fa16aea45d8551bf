from eth_hash.auto import keccak

from evmbox.checks import Reverted, answer, ether, would_revert


@answer("Slot 0", task=1, points=2, hint="Two `uint128` fit into one slot; the first takes the lower half.")
def packed(chain, scene):
    scene.spend(7)
    return chain.storage_at(scene, 0)


@answer("The slot of a mapping's value", task=1, hint="It is the hash of the key and the mapping's own slot.")
def mapped_slot(chain, scene, values):
    giver = chain.account(values["giver"])
    scene.give(sender=giver, value=values["gift"])
    return next(slot for slot in candidates(giver) if chain.storage_at(scene, slot) == values["gift"])


def candidates(account):
    key = int(account.address, 16).to_bytes(32, "big")
    return [int.from_bytes(keccak(key + number.to_bytes(32, "big")), "big") for number in range(6)]


@answer("What was given", task=2)
def given(chain, scene, values):
    giver = chain.account(values["giver"])
    scene.give(sender=giver, value=ether(values["gift"]))
    return scene.given(giver)


@answer("The owner", task=1)
def owner(scene):
    return scene.owner()


@answer("Over the limit or not", task=2, points=2)
def refused(scene, values):
    return would_revert(scene.spend, values["amount"])


@answer("The name of the error", task=2)
def error_name(scene, values):
    return caught(scene, values["limit"] + 1).error


@answer("The selector of the error", task=2)
def revert_data(scene, values):
    return caught(scene, values["limit"] + 1).data[:4]


def caught(scene, amount):
    try:
        scene.spend(amount)
    except Reverted as error:
        return error


@answer("A product that wraps", task=2, hint="Nothing checks for overflow in `unchecked`.")
def product(scene, values):
    return str(scene.times(values["factor"], 10))


@answer("The price of a first write", task=2)
def gas_used(scene):
    return scene.spend(7).gas_used
