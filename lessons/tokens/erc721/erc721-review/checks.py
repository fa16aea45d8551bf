"""Who has which locker, found by giving them away."""

from evmbox.checks import answer, would_revert


@answer("Given twice", task=1, hint="What does `give` do with `allowed`?")
def back(chain, scene, values):
    take(chain, scene, values)
    scene.allow(values["first"], chain.carol, sender=chain.bob)
    done = 0
    for turn in range(values["tries"]):
        receiver = (chain.dave, chain.erin)[turn % 2]
        if not would_revert(scene.give, values["first"], receiver, sender=chain.carol):
            scene.give(values["first"], receiver, sender=chain.carol)
            done += 1
    return done


@answer("Given to nothing", task=1, hint="What is left of a call that reverts?")
def kept(chain, scene, values):
    take(chain, scene, values)
    stone = chain.deploy_code(bytes.fromhex("00"))
    for _ in range(values["tries"]):
        would_revert(scene.give, values["second"], stone, sender=chain.bob)
    return scene.count(chain.bob)


def take(chain, scene, values):
    for name in ("first", "second"):
        scene.take(values[name], sender=chain.bob)
