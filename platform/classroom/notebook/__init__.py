"""What runs in a learner's kernel: client, widgets. It talks HTTP and imports nothing of the server."""

from classroom.notebook.chains import PrivateChain, chain
from classroom.notebook.debugging import debug, gas
from classroom.notebook.exercises import ExercisePanel, exercise
from classroom.notebook.exploring import explorer
from classroom.notebook.labs import CompileError, Deployed, Lab, Receipt, lab
from classroom.notebook.units import ether, gwei

__all__ = [
    "CompileError",
    "Deployed",
    "ExercisePanel",
    "Lab",
    "PrivateChain",
    "Receipt",
    "chain",
    "debug",
    "ether",
    "exercise",
    "explorer",
    "gas",
    "gwei",
    "lab",
]
