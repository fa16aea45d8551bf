"""The pinned versions that compiler and chain must agree on. Nothing else."""

SOLC_VERSION = "0.8.37"
"""The compiler an exercise gets unless it asks for another; `sandbox/package.json` pins the same (a test says so)."""

EVM_VERSION = "prague"
"""The hard fork of the chain, and the `evmVersion` the compiler is told."""
