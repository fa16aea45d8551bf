"""Reads an exercise folder and holds it to its rules. Nothing here compiles, deploys or runs a check.

A folder holds `exercise.toml`, `starter.sol`, `solution.sol`, `checks.py`, `variants/*.sol` and `mistakes/*.sol`; also
`helpers.sol` where the checks need contracts of their own, and the files that a submission may import.
What is wrong with one is said to its author: the file, the line where it can be found, and the remedy.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from evmbox.errors import ExerciseError
from evmbox.questions import Drawn, Name, Question, draw, fill, questions
from evmbox.report import Data
from evmbox.versions import SOLC_VERSION, SOLC_VERSIONS

MANIFEST = "exercise.toml"
CHECKS = "checks.py"
HELPERS = "helpers.sol"
SCENE = "scene.sol"

NOT_IMPORTABLE = {"Contract.sol", "starter.sol", "solution.sol", HELPERS, SCENE}
"""File names that `imports` cannot have; the first is the name of the submission itself."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_$][A-Za-z0-9_$]*$", max_length=128)]
SolidityFile = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+\.sol$", max_length=128)]
AnswerFile = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+\.(sol|json)$", max_length=128)]
Gas = Annotated[int, Field(strict=True, ge=21_000, le=30_000_000)]
Scalar = bool | int | str
Argument = Scalar | list[Scalar]
"""A constructor argument: addresses by account name, byte strings as 0x-hexadecimal."""


class Kind(StrEnum):
    """What a learner is asked to do."""

    CONTRACT = "contract"
    CHALLENGE = "challenge"
    TESTS = "tests"
    PREDICT = "predict"
    GAS = "gas"
    BYTECODE = "bytecode"


SUFFIXES: Mapping[Kind, str] = {Kind.PREDICT: ".json"}
"""How the name of an answer's file ends, where that is not `.sol`: the starter, the solution, variants and mistakes."""


class Hint(Data):
    """One rung of the ladder of hints, and the points it costs to read."""

    text: Line
    cost: float = Field(default=0, ge=0)


class Equivalent(Data):
    """A mutant of the solution that no check can refuse, named by its change as `lesson check` shows it, and why."""

    operator: Slug
    function: str | None = Field(default=None, description="the function around it, where others change the same")
    before: str
    after: str
    reason: Line


class Limits(Data):
    """What one submission may use up: gas of the deployment and of each call, seconds on the chain."""

    deploy_gas: Gas = 8_000_000
    call_gas: Gas = 3_000_000
    wall_s: float = Field(default=10, gt=0, le=10)


class FaultyVersion(Data):
    """A version of the contract under test that is wrong: what its behaviour is, as a learner may be told."""

    behaviour: Line
    task: int = Field(default=1, strict=True, ge=1)
    points: float = Field(default=1, gt=0)


class UnderTest(Data):
    """What the tests of an exercise of kind `tests` are held against.

    `target` is the contract under test, in a file of its name that the tests import. `reference` is the version that
    they must pass on, where it is another than the one that the learner sees. `faults` are the files of mutants/.
    """

    target: Identifier
    reference: SolidityFile | None = None
    faults: dict[SolidityFile, FaultyVersion] = Field(min_length=1)


class ChallengeRules(Data):
    """How a challenge may be solved: by whom, in how many transactions, with or without contracts of one's own.

    An attacker contract is deployed and its function `entry` is called with `stake_wei`, if it takes ether.
    """

    entry: Identifier = "attack"
    stake_wei: int = Field(default=10**18, strict=True, ge=0, lt=2**96)
    max_transactions: int | None = Field(default=None, strict=True, gt=0)
    forbid_deploy: bool = False
    players: tuple[Literal["alice", "bob", "carol", "dave", "erin"], ...] = ("alice",)


NAMES_ITS_CONTRACT = {Kind.CONTRACT, Kind.PREDICT}
"""Kinds of exercises that can't do without `contract`."""


class Manifest(Data):
    """What `exercise.toml` says."""

    id: Slug
    title: Line
    kind: Kind = Kind.CONTRACT
    contract: Identifier | None = None
    constructor: tuple[Argument, ...] = ()
    imports: tuple[SolidityFile, ...] = Field(
        default=(), description="the exercise's own Solidity files that a submission may import by name"
    )
    solc: str = Field(default=SOLC_VERSION, description="the compiler's version, one of those that are pinned")
    concepts: tuple[Slug, ...] = ()
    requires: tuple[Slug, ...] = ()
    tasks: tuple[Line, ...] = Field(min_length=1, description="what is asked of the learner, numbered from 1")
    hints: tuple[Hint, ...] = ()
    gas_budget: int | None = Field(default=None, strict=True, gt=0)
    limits: Limits = Limits()
    tests: UnderTest | None = None
    challenge: ChallengeRules | None = None
    values: dict[Name, Drawn] = Field(default_factory=dict, description="what each learner's own values are drawn from")
    questions: tuple[Question, ...] = ()
    mistakes: dict[AnswerFile, Identifier] = Field(
        default_factory=dict, description="each file of mistakes/ with the id of the check that must catch it"
    )
    equivalent: tuple[Equivalent, ...] = Field(
        default=(), description="mutants of the solution that are as good as it is, each with the reason"
    )

    @property
    def suffixes(self) -> tuple[str, ...]:
        """How the names of the files with answers may end: the starter, the solution, variants and mistakes.

        A challenge takes an attacker contract, or transactions.
        """
        if self.kind is Kind.CHALLENGE:
            return (".sol", ".json")
        return (".json",) if self.kind is Kind.PREDICT else (".sol",)

    @model_validator(mode="after")
    def _name_the_contract(self) -> Self:
        if self.kind in NAMES_ITS_CONTRACT and self.contract is None:
            msg = f"an exercise of kind '{self.kind}' names its contract"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _ask_where_it_is_predicted(self) -> Self:
        if (self.kind is Kind.PREDICT) != bool(self.questions):
            msg = "an exercise of kind 'predict' has [[questions]], and no other has any"
            raise ValueError(msg)
        if len({question.id for question in self.questions}) < len(self.questions):
            msg = "two questions have the same id"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _name_what_is_tested(self) -> Self:
        if (self.kind is Kind.TESTS) != (self.tests is not None):
            msg = "an exercise of kind 'tests', and no other, has [tests] with its target and faults"
            raise ValueError(msg)
        if self.tests is None:
            return self
        if self.contract is None or f"{self.tests.target}.sol" not in self.imports:
            msg = f"an exercise of kind 'tests' names its test contract, and imports {self.tests.target}.sol"
            raise ValueError(msg)
        return self

    @field_validator("solc")
    @classmethod
    def _choose_a_pinned_compiler(cls, version: str) -> str:
        if version not in SOLC_VERSIONS:
            msg = f"solc {version} is not pinned here; choose one of {', '.join(SOLC_VERSIONS)}"
            raise ValueError(msg)
        return version

    @model_validator(mode="after")
    def _challenge_where_it_is_one(self) -> Self:
        if self.challenge is not None and self.kind is not Kind.CHALLENGE:
            msg = "only an exercise of kind 'challenge' has [challenge]"
            raise ValueError(msg)
        return self

    @field_validator("imports")
    @classmethod
    def _keep_secrets(cls, imports: tuple[str, ...]) -> tuple[str, ...]:
        if taken := NOT_IMPORTABLE.intersection(imports):
            msg = f"a submission cannot import {min(taken)}"
            raise ValueError(msg)
        return imports


class Exercise(Manifest):
    """An exercise folder as read from disk: its manifest and the text of its Solidity files."""

    path: Path
    starter_file: str
    solution_file: str
    scene: str | None = Field(default=None, description="the contracts that a learner predicts, and may read")
    digest: str = Field(description="SHA-256 over every file of the folder, hexadecimal")
    starter: str
    solution: str = Field(repr=False)
    variants: dict[str, str] = Field(repr=False, description="text by file name")
    mistake_sources: dict[str, str] = Field(repr=False, description="text by file name")
    extra_sources: dict[str, str] = Field(description="the text of `imports`, by file name")
    helpers: str | None = Field(repr=False, description="contracts that the checks deploy, such as an attacker")
    checks: str = Field(repr=False, description="the text of checks.py: a confined process can't read it for itself")
    mutants: dict[str, str] = Field(
        default_factory=dict, repr=False, description="versions of the contract under test that are wrong, by file name"
    )
    reference: str | None = Field(default=None, repr=False, description="the right version, where it is hidden")

    def current(self) -> "Exercise":
        """Return this exercise as the folder has it now: itself, unless a file changed. Raises `ExerciseError`."""
        unchanged = self.path.is_dir() and folder_digest(self.path) == self.digest
        return self if unchanged else load_exercise(self.path)


def load_exercise(path: Path) -> Exercise:
    """Read and validate one exercise folder.

    Raises `ExerciseError` at the first thing that is missing or wrong.
    """
    path = path.resolve()
    text = _read(path, MANIFEST, remedy="Every exercise folder has one; it names the exercise and its tasks.")
    manifest = _manifest(text)
    if manifest.id != path.name:
        raise ExerciseError(
            f"the id is '{manifest.id}', the folder is '{path.name}'.",
            file=MANIFEST,
            line=_line_of(text, ("id",)),
            remedy="Give both the same name.",
        )
    needs_checks = manifest.kind is not Kind.TESTS
    checks = (
        _read(path, CHECKS, remedy="Write the checks that judge a submission, with @check.") if needs_checks else ""
    )
    mistakes = _folder(path, "mistakes", manifest.suffixes)
    _match_mistakes(text, manifest.mistakes, mistakes)
    mutants = _folder(path, "mutants", (".sol",))
    _match_mutants(text, manifest.tests.faults if manifest.tests else {}, mutants)
    reference = manifest.tests.reference if manifest.tests else None
    starter, solution = (_answer_file(path, name, manifest.suffixes) for name in ("starter", "solution"))
    exercise = Exercise(
        **dict(manifest),
        path=path,
        digest=folder_digest(path),
        starter_file=starter,
        solution_file=solution,
        starter=_read(path, starter, remedy="Write what the learner begins with."),
        solution=_read(path, solution, remedy="Write an answer that passes every check."),
        variants=_folder(path, "variants", manifest.suffixes),
        mistake_sources=mistakes,
        extra_sources={
            name: _read(path, name, remedy=f"Add it, or remove it from `imports` in {MANIFEST}.")
            for name in manifest.imports
        },
        helpers=_read(path, HELPERS, remedy="Make it a readable file.") if (path / HELPERS).exists() else None,
        checks=checks,
        mutants=mutants,
        reference=_read(path, reference, remedy="Write the right version.") if reference else None,
        scene=_read(path, SCENE, remedy="Write the contracts that are asked about.") if manifest.questions else None,
    )
    questions(exercise, seed=0)  # raises for what can't be filled in
    return exercise


def answer_text(exercise: Exercise, text: str, seed: int) -> str:
    """Return a file of answers as it is for one learner: of the kind `predict`, with that learner's values filled in.

    For the exercise's own files only; what a learner hands in is never filled in. Raises `ExerciseError`.
    """
    return fill(text, draw(exercise.values, seed)) if exercise.kind is Kind.PREDICT else text


def folder_digest(path: Path) -> str:
    """Return the SHA-256 over the names and contents of a folder's files, hidden and cached ones left out."""
    digest = hashlib.sha256()
    for file in sorted(_visible(path), key=lambda file: file.relative_to(path).as_posix()):
        name = file.relative_to(path).as_posix().encode()
        content = hashlib.sha256(file.read_bytes()).digest()
        digest.update(len(name).to_bytes(8, "big") + name + content)
    return digest.hexdigest()


def _visible(path: Path) -> Iterator[Path]:
    for entry in path.iterdir():
        if entry.name.startswith(".") or entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _visible(entry)
        else:
            yield entry


def _manifest(text: str) -> Manifest:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise ExerciseError(
            f"this is not valid TOML: {error}.",
            file=MANIFEST,
            line=int(found[1]) if found else None,
            remedy="Mend that line; strings stand in quotes, lists in brackets.",
        ) from error
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        first = min(
            problems, key=lambda each: each["type"] != "extra_forbidden"
        )  # a typo also reads as a missing field
        where = tuple(part for part in first["loc"] if isinstance(part, int) or part != "[key]")
        raise ExerciseError(
            f"{_dotted(where)}{first['msg'].removeprefix('Value error, ')}.",
            file=MANIFEST,
            line=_line_of(text, where),
            remedy=_remedy(first["type"], where),
        ) from error


def _remedy(kind: str, where: Sequence[str | int]) -> str:
    if kind == "missing":
        return f"Add `{where[-1]} = …`."
    if kind == "extra_forbidden":
        tables: dict[str, type[Data]] = {
            "hints": Hint,
            "limits": Limits,
            "equivalent": Equivalent,
            "questions": Question,
        }
        known = tables.get(str(where[0]), Manifest) if len(where) > 1 else Manifest
        return f"Remove it, or mend its spelling; known here: {', '.join(known.model_fields)}."
    if not where:
        return "Add what is missing, or choose another `kind`."
    return "Mend the value."


def _dotted(where: Sequence[str | int]) -> str:
    return f"{'.'.join(str(part + 1) if isinstance(part, int) else part for part in where)}: " if where else ""


def _line_of(text: str, where: Sequence[str | int]) -> int | None:
    """Return the 1-based line of the innermost key of `where` that can be found in the TOML text."""
    lines = text.splitlines()
    start, found = 0, None
    for position, part in enumerate(where):
        if isinstance(part, int):
            continue
        follower = where[position + 1] if position + 1 < len(where) else None
        nth = follower if isinstance(follower, int) else 0
        header = re.compile(rf"\s*(\[\[?\s*{re.escape(part)}\s*\]|(\"{re.escape(part)}\"|{re.escape(part)})\s*=)")
        hits = [number for number, line in enumerate(lines[start:], start) if header.match(line)]
        if not hits:
            break
        start = hits[nth] if nth < len(hits) else hits[0]
        found = start + 1
    return found


def _match_mistakes(text: str, named: Mapping[str, str], files: Mapping[str, str]) -> None:
    if missing := sorted(named.keys() - files.keys()):
        raise ExerciseError(
            f"[mistakes] names {missing[0]}, which is not in the folder mistakes/.",
            file=MANIFEST,
            line=_line_of(text, ("mistakes", missing[0])),
            remedy="Write the file, or remove the line.",
        )
    if unnamed := sorted(files.keys() - named.keys()):
        raise ExerciseError(
            "no check is named that must catch it.",
            file=f"mistakes/{unnamed[0]}",
            remedy=f'Add `"{unnamed[0]}" = "check_id"` under [mistakes] in {MANIFEST}.',
        )


def _match_mutants(text: str, named: Mapping[str, FaultyVersion], files: Mapping[str, str]) -> None:
    if missing := sorted(named.keys() - files.keys()):
        raise ExerciseError(
            f"[tests.faults] names {missing[0]}, which is not in the folder mutants/.",
            file=MANIFEST,
            line=_line_of(text, (missing[0],)),
            remedy="Write the file, or remove the line.",
        )
    if unnamed := sorted(files.keys() - named.keys()):
        raise ExerciseError(
            "nothing says what its behaviour is.",
            file=f"mutants/{unnamed[0]}",
            remedy=f'Add `"{unnamed[0]}" = {{ behaviour = "…" }}` under [tests.faults] in {MANIFEST}.',
        )


def _folder(path: Path, name: str, suffixes: Sequence[str]) -> dict[str, str]:
    return {
        file.name: _read(path, f"{name}/{file.name}", remedy="Make it a readable file.")
        for file in sorted((path / name).glob("*"))
        if file.suffix in suffixes
    }


def _answer_file(path: Path, name: str, suffixes: Sequence[str]) -> str:
    """Return the name of the starter or the solution, by the first of the suffixes that it has."""
    return next((name + suffix for suffix in suffixes if (path / (name + suffix)).exists()), name + suffixes[0])


def _require_file(path: Path, name: str, *, remedy: str) -> None:
    if not (path / name).is_file():
        raise ExerciseError("the file is missing.", file=name, remedy=remedy)


def _read(path: Path, name: str, *, remedy: str) -> str:
    _require_file(path, name, remedy=remedy)
    data = (path / name).read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ExerciseError(
            "this is not UTF-8 text.",
            file=name,
            line=data[: error.start].count(b"\n") + 1,
            remedy="Save the file as UTF-8.",
        ) from error
