"""The token of `tests/evmbox/contracts` with the six checks of `benchmarks/token`, as an exercise."""

import shutil
from pathlib import Path

from evmbox.exercise import Exercise, load_exercise

HERE = Path(__file__).parent
TOKEN = HERE.parent / "tests/evmbox/contracts/Token.sol"


def token_exercise(folder: Path) -> Exercise:
    """Write the exercise into a folder, and read it."""
    path = folder / "token"
    path.mkdir()
    for name in ("exercise.toml", "checks.py"):
        shutil.copy(HERE / "token" / name, path)
    for name in ("starter.sol", "solution.sol"):
        shutil.copy(TOKEN, path / name)
    return load_exercise(path)
