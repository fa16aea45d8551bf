"""What both compilers share: the settings of the server, the refusals, and the reading of solc's answer.

Standard JSON is solc's interface: https://docs.soliditylang.org/en/latest/using-the-compiler.html
"""

import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from evmbox.compiler.compilation import (
    NO_SOURCES,
    SOURCE_LIMIT_BYTES,
    SOURCE_NAME,
    TIME_LIMIT_S,
    Artifact,
    Compilation,
    ContractDetails,
    Details,
    Language,
)
from evmbox.compiler.diagnostics import diagnose, refuse, summarize
from evmbox.compiler.imports import Library
from evmbox.compiler.process import TOO_HEAVY, TOO_LARGE, LimitReached
from evmbox.errors import CompilerUnavailable
from evmbox.report import Diagnostic, Outcome
from evmbox.versions import SOLC_VERSIONS, evm_version

_CODE_SIZE_LIMIT = 24_576  # EIP-170
_CODE = ("evm.bytecode.object", "evm.bytecode.linkReferences", "evm.deployedBytecode.object")
_DETAILS = (
    "evm.bytecode.sourceMap",
    "evm.deployedBytecode.sourceMap",
    "evm.deployedBytecode.immutableReferences",
    "evm.deployedBytecode.generatedSources",
    "storageLayout",
    "transientStorageLayout",
)


class StandardJsonCompiler(ABC):
    """A compiler that answers Standard JSON; a subclass says how one request gets its answer."""

    def __init__(self, version: str, library: Library) -> None:
        if version not in SOLC_VERSIONS:
            raise CompilerUnavailable(f"solc {version} is not pinned here; choose one of {', '.join(SOLC_VERSIONS)}.")
        self._version = version
        self._library = library
        self._turn = threading.Lock()

    @property
    def version(self) -> str:
        """The compiler's version; another is never run."""
        return self._version

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
        """Compile `source`; see `Compiler.compile`."""
        if SOURCE_NAME in extra_sources:
            raise ValueError(f"{SOURCE_NAME} is the name of the submitted source.")
        if refusal := refuse_text(source):
            return _failed((refusal,))
        sources = {SOURCE_NAME: source}
        if language is Language.SOLIDITY:
            imported = self._library.sources_for([source, *extra_sources.values()])
            sources = {**imported, **extra_sources, **sources}
        detailed = details and not check_only and language is Language.SOLIDITY
        wanted = Wanted(
            code=not check_only,
            optimize=optimize,
            details_of=frozenset((SOURCE_NAME, *extra_sources)) if detailed else frozenset(),
            language=language,
        )
        with self._turn:
            self._prepare()
            started = time.monotonic()
            deadline = started + timeout_s
            try:
                answer = self._compile(sources, deadline, wanted)
            except LimitReached as limit:
                compilation = Compilation(outcome=limit.outcome, message=str(limit))
            else:
                compilation = self._read(answer, sources, extra_sources, wanted)
        return replace(compilation, elapsed_ms=(time.monotonic() - started) * 1000)

    @abstractmethod
    def close(self) -> None:
        """End the compiler; a compile under way raises CompilerUnavailable. Closing twice is fine."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prepare(self) -> None:  # noqa: B027 (nothing to do is a fine answer)
        """Get ready to compile, outside the time of the learner's compile. Raise CompilerUnavailable."""

    @abstractmethod
    def _answer(self, request: bytes, deadline: float) -> bytes:
        """Return solc's answer to one line of Standard JSON by `deadline` of the monotonic clock.

        Raise LimitReached or CompilerUnavailable.
        """

    def _compile(self, sources: Mapping[str, str], deadline: float, wanted: "Wanted") -> dict[str, Any]:
        answer = self._ask(sources, deadline, wanted)
        if not wanted.code or wanted.optimize or not _needs_optimizer(answer):
            return answer
        try:
            return self._ask(sources, deadline, replace(wanted, optimize=True))
        except LimitReached:
            return answer  # which says what is wrong better than a limit does

    def _ask(self, sources: Mapping[str, str], deadline: float, wanted: "Wanted") -> dict[str, Any]:
        request = _request(sources, wanted, evm_version(self._version))
        # solc may cut a line of the source in the middle of a character.
        answer: dict[str, Any] = json.loads(self._answer(request, deadline).decode("utf-8", "replace"))
        for error in answer.get("errors", ()):
            if "std::bad_alloc" in error["message"] and "errorCode" not in error:
                raise LimitReached(Outcome.RESOURCE_LIMIT, TOO_HEAVY)
            if error["type"] == "JSONError":
                if "writing output" in error["message"]:  # more than solc can write at all
                    raise LimitReached(Outcome.OUTPUT_LIMIT, TOO_LARGE)
                raise CompilerUnavailable(f"solc {self._version} refuses the settings: {error['message']}")
        return answer

    def _read(
        self,
        answer: Mapping[str, Any],
        sources: Mapping[str, str],
        extra_sources: Mapping[str, str],
        wanted: "Wanted",
    ) -> Compilation:
        errors = answer.get("errors", ())
        diagnostics = diagnose(errors, sources, library=self._library, extra_names=extra_sources)
        if any(error["severity"] == "error" for error in errors):
            return _failed(diagnostics)
        contracts: dict[str, dict[str, Any]] = answer.get("contracts", {})
        submitted = contracts.get(SOURCE_NAME, {})
        if unlinked := _refuse_links(submitted):
            return _failed((unlinked, *diagnostics))
        return Compilation(
            artifacts={name: _artifact(name, output) for name, output in submitted.items() if "evm" in output},
            abis={
                name: output.get("abi", [])
                for file in sorted(contracts, key=lambda file: (file == SOURCE_NAME, file in extra_sources))
                for name, output in contracts[file].items()
            },
            diagnostics=diagnostics,
            details=_details(answer, sources) if wanted.details_of else None,
        )


@dataclass(frozen=True)
class Wanted:
    """What a compile is to put out. `details_of` are the files whose syntax trees are wanted; none for no details."""

    code: bool
    optimize: bool
    details_of: frozenset[str]
    language: Language = Language.SOLIDITY


def _request(sources: Mapping[str, str], wanted: Wanted, evm: str) -> bytes:
    """Return one line of Standard JSON. Nothing in it but the sources comes from a learner."""
    selection: dict[str, dict[str, Sequence[str]]] = {"*": {"*": ["abi"]}}
    for name in wanted.details_of:
        selection[name] = {"": ["ast"]}
    selection[SOURCE_NAME] = {
        **selection.get(SOURCE_NAME, {}),
        "*": ["abi", *(_CODE if wanted.code else ()), *(_DETAILS if wanted.details_of else ())],
    }
    settings = {
        "evmVersion": evm,
        "optimizer": {"enabled": wanted.optimize, "runs": 200},
        # Without the metadata's hash the same code is the same bytes, whatever the comments and names around it.
        "metadata": {"appendCBOR": False, "bytecodeHash": "none"},
        "outputSelection": selection,
    }
    named = {name: {"content": text} for name, text in sources.items()}
    return json.dumps({"language": wanted.language, "sources": named, "settings": settings}).encode() + b"\n"


def _needs_optimizer(answer: Mapping[str, Any]) -> bool:
    if any("Stack too deep" in error["message"] for error in answer.get("errors", ())):
        return True
    contracts = answer.get("contracts", {}).get(SOURCE_NAME, {})
    return any(_runtime_size(output) > _CODE_SIZE_LIMIT for output in contracts.values())


def _runtime_size(output: Mapping[str, Any]) -> int:
    return len(output.get("evm", {}).get("deployedBytecode", {}).get("object", "")) // 2


def _artifact(name: str, output: Mapping[str, Any]) -> Artifact:
    return Artifact(
        name=name,
        abi=output.get("abi", []),
        creation=bytes.fromhex(output["evm"]["bytecode"]["object"]),
        runtime_size=_runtime_size(output),
    )


def _details(answer: Mapping[str, Any], sources: Mapping[str, str]) -> Details:
    outputs = answer.get("sources", {})
    submitted = answer.get("contracts", {}).get(SOURCE_NAME, {})
    return Details(
        sources=dict(sources),
        files={output["id"]: name for name, output in outputs.items()},
        asts={name: output["ast"] for name, output in outputs.items() if "ast" in output},
        contracts={name: _contract_details(output) for name, output in submitted.items() if "evm" in output},
    )


def _contract_details(output: Mapping[str, Any]) -> ContractDetails:
    creation, runtime = output["evm"]["bytecode"], output["evm"]["deployedBytecode"]
    return ContractDetails(
        creation=bytes.fromhex(creation["object"]),
        creation_map=creation["sourceMap"],
        runtime=bytes.fromhex(runtime["object"]),
        runtime_map=runtime["sourceMap"],
        storage_layout=output["storageLayout"],
        transient_layout=output.get("transientStorageLayout", {}),
        immutables=runtime["immutableReferences"],
        generated_sources=runtime["generatedSources"],
    )


def _failed(diagnostics: tuple[Diagnostic, ...]) -> Compilation:
    return Compilation(diagnostics=diagnostics, outcome=Outcome.COMPILE_ERROR, message=summarize(diagnostics))


def refuse_text(source: str) -> Diagnostic | None:
    """Refuse what is no Solidity text at all: too much of it, or characters that no source file can hold."""
    try:
        size = len(source.encode())
    except UnicodeEncodeError as error:
        return refuse(
            "TextError",
            "This is half of a character and can't be part of a text.",
            "Delete what stands here and type it again; it was probably damaged when it was copied.",
            text=source,
            index=error.start,
        )
    if size > SOURCE_LIMIT_BYTES:
        return refuse(
            "SizeError",
            f"The source is {size:,} bytes long; at most {SOURCE_LIMIT_BYTES:,} are compiled.",
            "Shorten it: an exercise never needs that much.",
        )
    if (index := source.find("\0")) >= 0:
        return refuse(
            "TextError",
            "There is a NUL character here, which can't be part of a source.",
            "Delete what stands here and type it again; it can't be seen in most editors.",
            text=source,
            index=index,
        )
    return None


def _refuse_links(contracts: Mapping[str, Mapping[str, Any]]) -> Diagnostic | None:
    """Refuse code with a gap in it for the address of a library, which nobody here would fill."""
    for name, output in contracts.items():
        links = output.get("evm", {}).get("bytecode", {}).get("linkReferences", {})
        libraries = sorted({library for in_file in links.values() for library in in_file})
        if libraries:
            return refuse(
                "LinkError",
                f'"{name}" calls public functions of the library "{libraries[0]}", which would have to be deployed '
                "and linked first; that can't be done here.",
                "Make the library's functions `internal`: then their code becomes part of the contract.",
            )
    return None
