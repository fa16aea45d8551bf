"""What the clerk writes down, found by having it call."""

from evmbox.checks import answer

PUT = "put(uint256)"


@answer("What was done", task=1, hint="Which of the four calls answer true? Who looks whether there is code?")
def done(chain, scene, values):
    safe = chain.deploy("Safe", 50)
    scene.order(safe, PUT, 49, values["first"])
    scene.order(safe, PUT, 51, values["second"])
    scene.order(chain.dave, PUT, 1, values["third"])
    scene.order(safe, "take(uint256)", 1, values["fourth"])
    return scene.done()


@answer("How many bytes came back", task=1, hint="What comes back where a call fails, and how long is it?")
def bytes_back(chain, scene, values):
    safe = chain.deploy("Safe", 50)
    scene.order(safe, PUT, 20, 1)
    for _ in range(values["times"]):
        scene.order(safe, PUT, 51, 1)
    return scene.bytesBack()
