"""The token of `tests/evmbox/contracts` with the six checks of `benchmarks/token`, as an exercise."""

import shutil
from pathlib import Path

from evmbox.exercise import Exercise, load_exercise

HERE = Path(__file__).parent
TOKEN = HERE.parent / "tests/evmbox/contracts/Token.sol"
MANIFEST = """
id = "token"
title = "A token"
contract = "Token"
constructor = [1000000000000000000000000]
tasks = ["A token with an owner, allowances and a pause switch."]
"""


def token_exercise(folder: Path) -> Exercise:
    """Write the exercise into a folder, and read it."""
    path = folder / "token"
    path.mkdir()
    (path / "exercise.toml").write_text(MANIFEST)
    shutil.copy(HERE / "token/checks.py", path)
    for name in ("starter.sol", "solution.sol"):
        shutil.copy(TOKEN, path / name)
    return load_exercise(path)
