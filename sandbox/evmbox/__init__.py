"""Compiles Solidity, deploys it on a private chain, runs behavioural checks and reports.

It knows nothing of users, HTTP or a database. What most users need can be imported from here; each name is loaded when
it is asked for, so that a learner's kernel can read `evmbox.report` without loading a chain. See docs/engine.md.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evmbox.chain import Chain, ether, gwei
    from evmbox.compiler import Compilation, open_compiler
    from evmbox.exercise import Exercise, load_exercise
    from evmbox.pool import Pool
    from evmbox.proof import prove
    from evmbox.report import Outcome, Report
    from evmbox.runner import grade

__all__ = [
    "Chain",
    "Compilation",
    "Exercise",
    "Outcome",
    "Pool",
    "Report",
    "ether",
    "grade",
    "gwei",
    "load_exercise",
    "open_compiler",
    "prove",
]

_ROOMS = {
    "Chain": "chain",
    "ether": "chain",
    "gwei": "chain",
    "Compilation": "compiler",
    "open_compiler": "compiler",
    "Exercise": "exercise",
    "load_exercise": "exercise",
    "Pool": "pool",
    "prove": "proof",
    "Outcome": "report",
    "Report": "report",
    "grade": "runner",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
