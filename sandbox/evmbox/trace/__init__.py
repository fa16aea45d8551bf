"""What a recorded execution means in Solidity: lines, functions, variables, gas.

`sources` knows the files, `programs` the code made from them, `layout` the variables' places in storage, `changes` who
wrote which variable.
"""

from evmbox.trace.changes import Change, changes
from evmbox.trace.layout import Cell, Key, Layout, Long, Path
from evmbox.trace.programs import Library, Program
from evmbox.trace.sources import Sources, Span

__all__ = ["Cell", "Change", "Key", "Layout", "Library", "Long", "Path", "Program", "Sources", "Span", "changes"]
