"""What the desk notes, found by handing it letters."""

from evmbox.checks import answer, would_revert


@answer("What the desk noted", task=1, hint="Which of the two contracts loses what it wrote?")
def noted(chain, scene, values):
    archive = chain.deploy("Archive", values["limit"])
    for size in (values["small"], values["size"], values["small"] + 2, 0):
        scene.file(archive, size)
    return scene.noted()


@answer("No archive", task=1, hint="Who looks whether there is code, and when?")
def nobody(chain, scene, values):
    if would_revert(scene.file, chain.dave, values["small"]):
        return "It reverts"
    return f'It returns "{scene.file(chain.dave, values["small"]).value}"'
