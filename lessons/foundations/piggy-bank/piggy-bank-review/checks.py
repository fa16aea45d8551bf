"""What the contract counts, found by calling it."""

from evmbox.checks import answer


@answer("What it counted", task=1, hint="Which of the two runs for each call?")
def counted(chain, scene, values):
    chain.transfer(chain.bob, scene, values["first"])
    chain.transfer(chain.bob, scene, values["second"], data=b"\xda\xda\xda\xda")
    return scene.counted()


@answer("What is left of the time", task=1, hint="When was `opens` fixed?")
def seconds(chain, scene, values):
    chain.warp(scene.deployment.timestamp + values["age"])
    return scene.left()
