"""What a compiler takes and gives back, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from evmbox.report import Diagnostic, Outcome

SOURCE_NAME = "Contract.sol"
"""The name under which the submitted source is compiled."""

SOURCE_LIMIT_BYTES = 64 * 1024
TIME_LIMIT_S = 10.0
NO_SOURCES: Mapping[str, str] = MappingProxyType({})


class Language(StrEnum):
    """What a source is written in, by solc's own names."""

    SOLIDITY = "Solidity"
    YUL = "Yul"


@dataclass(frozen=True)
class Artifact:
    """A compiled contract. `creation` is empty for an interface or an abstract contract, which can't be deployed.

    An object of Yul has an empty ABI, and a runtime size of 0 where it has no object within it to be deployed.
    """

    name: str
    abi: list[dict[str, Any]]
    creation: bytes
    runtime_size: int


@dataclass(frozen=True)
class ContractDetails:
    """What solc says of one contract beside its code, in solc's own forms.

    Source maps: https://docs.soliditylang.org/en/latest/internals/source_mappings.html. `storage_layout` is solc's
    `storageLayout`, `transient_layout` its `transientStorageLayout` (empty before 0.8.27), `immutables` its
    `immutableReferences`, `generated_sources` what it added itself to the runtime.
    """

    creation: bytes
    creation_map: str
    runtime: bytes
    runtime_map: str
    storage_layout: dict[str, Any]
    transient_layout: dict[str, Any]
    immutables: dict[str, list[dict[str, int]]]
    generated_sources: list[dict[str, Any]]


@dataclass(frozen=True)
class Details:
    """What a trace, a mutant or a divergence needs of a compile: texts, syntax trees, and each contract's maps.

    `files` are the names by the ids that source maps use; `asts` are those of the submitted file and of
    `extra_sources`, by file name; `contracts` are those of the submitted file, by name.
    """

    sources: dict[str, str]
    files: dict[int, str]
    asts: dict[str, dict[str, Any]]
    contracts: dict[str, ContractDetails]


@dataclass(frozen=True)
class Compilation:
    """The outcome of one compile.

    `artifacts` are the contracts of the submitted file, by name; none when it was only checked. `abis` are those of
    every contract in every file, interfaces and abstract contracts included; the submitted file's win over namesakes.
    `outcome` is None where all went well, otherwise why not, with `message` as one sentence for the learner.
    `details` are there where they were asked for and the source compiled.
    """

    artifacts: dict[str, Artifact] = field(default_factory=dict)
    abis: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    outcome: Outcome | None = None
    message: str | None = None
    elapsed_ms: float = 0.0
    details: Details | None = None

    @property
    def ok(self) -> bool:
        """Whether the source compiled; warnings do not count."""
        return self.outcome is None


class Compiler(Protocol):
    """Compiles Solidity within limits of time, memory and output. Safe to use from several threads, one at a time."""

    @property
    def version(self) -> str:
        """The compiler's version, such as 0.8.37."""

    def compile(
        self,
        source: str,
        *,
        extra_sources: Mapping[str, str] = NO_SOURCES,
        check_only: bool = False,
        optimize: bool = False,
        details: bool = False,
        language: Language = Language.SOLIDITY,
        timeout_s: float = TIME_LIMIT_S,
    ) -> Compilation:
        """Compile `source`, which may import OpenZeppelin's contracts and `extra_sources` (text by file name).

        `check_only` parses and checks types and makes no code. `details` adds `Compilation.details` and doubles the
        time; the code is the same. The optimizer also runs, unasked, where the source
        does not fit without it. Yul imports nothing and has no details; plain code is an object named `object`.
        Raise CompilerUnavailable if the compiler can't be run or was closed.
        """

    def close(self) -> None:
        """End the compiler; a compile under way raises CompilerUnavailable. Closing twice is fine."""
