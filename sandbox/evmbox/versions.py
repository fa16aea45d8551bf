"""The pinned versions that compilers and chain must agree on. Nothing else."""

SOLC_VERSION = "0.8.37"
"""The compiler an exercise gets unless it asks for another."""

EVM_VERSION = "prague"
"""The hard fork of the chain."""

SOLC_VERSIONS = {"0.8.24": "cancun", "0.8.30": "prague", "0.8.37": "osaka"}
"""Every compiler an exercise may ask for, with the newest hard fork it makes code for. `sandbox/package.json` pins the
same (a test says so). None is older than 0.8.22: before that a native solc could not be kept from opening files."""

_FORKS = ("cancun", "prague", "osaka")


def evm_version(solc: str) -> str:
    """Return the hard fork that a pinned solc makes code for: the chain's, or the newest it knows if that is older."""
    return min(SOLC_VERSIONS[solc], EVM_VERSION, key=_FORKS.index)


def npm_package(solc: str) -> str:
    """Return the name that a pinned solc has in `sandbox/package.json`."""
    return "solc" if solc == SOLC_VERSION else f"solc-{solc}"
