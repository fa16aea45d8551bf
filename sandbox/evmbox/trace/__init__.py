"""What a recorded execution means in Solidity: lines, functions, variables, gas.

`sources` knows the files, `programs` the code made from them, `layout` the variables' places in storage, `changes` who
wrote which variable, `lines` the place of each step, `gas` where it went; `trace` puts it together.
"""

from evmbox.trace.changes import Change, changes
from evmbox.trace.gas import GasUse, Spent, gas_use
from evmbox.trace.layout import Cell, Key, Layout, Long, Path
from evmbox.trace.lines import Lines
from evmbox.trace.programs import Library, Program
from evmbox.trace.sources import Sources, Span
from evmbox.trace.trace import Trace

__all__ = [
    "Cell",
    "Change",
    "GasUse",
    "Key",
    "Layout",
    "Library",
    "Lines",
    "Long",
    "Path",
    "Program",
    "Sources",
    "Span",
    "Spent",
    "Trace",
    "changes",
    "gas_use",
]
