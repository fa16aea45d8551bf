"""Solidity in, artifacts and diagnostics out: one interface over solc on Node and native solc.

`compilation` holds what comes out, `standard_json` what both compilers share (settings, the reading of solc's answer),
`imports` which files a source may import, `diagnostics` and `plain_words` what a learner is told, `process` how a
compiler is kept within its limits, `node` and `native` the two ways to run one.
A learner's mistake is a `Compilation` with an outcome; an exception means that this machine lacks a compiler.
"""

from evmbox.compiler.compilation import (
    SOURCE_LIMIT_BYTES,
    SOURCE_NAME,
    Artifact,
    Compilation,
    Compiler,
    ContractDetails,
    Details,
    Language,
)
from evmbox.compiler.native import NativeCompiler, open_compiler
from evmbox.compiler.node import NodeCompiler

__all__ = [
    "SOURCE_LIMIT_BYTES",
    "SOURCE_NAME",
    "Artifact",
    "Compilation",
    "Compiler",
    "ContractDetails",
    "Details",
    "Language",
    "NativeCompiler",
    "NodeCompiler",
    "open_compiler",
]
