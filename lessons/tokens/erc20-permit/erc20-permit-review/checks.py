"""What the ticket offices book, found by handing in what Alice signed."""

from eth_hash.auto import keccak

from evmbox.checks import answer


@answer("Handed in again", task=1, hint="What does the office remember?")
def sold(chain, scene, values):
    for _ in range(values["uses"]):
        book(chain, scene, values)
    return scene.booked(chain.alice)


@answer("At two offices", task=1, hint="Does the hash say for which office it was signed?")
def moved(chain, scene, values):
    other = chain.deploy(scene.artifact)
    for office in (scene, other):
        book(chain, office, values)
    return scene.booked(chain.alice) + other.booked(chain.alice)


def book(chain, office, values):
    """Hand in what Alice signed, as Bob."""
    words = [int(chain.alice.address, 16), values["seats"]]
    signature = chain.alice.key.sign_msg_hash(keccak(b"".join(word.to_bytes(32, "big") for word in words)))
    r, s = signature.r.to_bytes(32, "big"), signature.s.to_bytes(32, "big")
    office.book(chain.alice, values["seats"], 27 + signature.v, r, s, sender=chain.bob)
