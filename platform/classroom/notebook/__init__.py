"""What runs in a learner's kernel: client, widgets. It talks HTTP and imports nothing of the server."""

from classroom.notebook.chains import PrivateChain, chain
from classroom.notebook.contracts import Compiled, Contract, OnChain
from classroom.notebook.debugging import debug, gas
from classroom.notebook.exercises import ExercisePanel, exercise
from classroom.notebook.exploring import explorer
from classroom.notebook.handing_in import Verdict, submit
from classroom.notebook.labs import CompileError, Deployed, Lab, Receipt, lab
from classroom.notebook.traces import Trace
from classroom.notebook.units import ether, gwei

__all__ = [
    "CompileError",
    "Compiled",
    "Contract",
    "Deployed",
    "ExercisePanel",
    "Lab",
    "OnChain",
    "PrivateChain",
    "Receipt",
    "Trace",
    "Verdict",
    "chain",
    "debug",
    "ether",
    "exercise",
    "explorer",
    "gas",
    "gwei",
    "lab",
    "submit",
]
