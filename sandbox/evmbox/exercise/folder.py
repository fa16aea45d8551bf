"""Reads the files of an exercise folder, and matches them with what its manifest says."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from evmbox.bytecode import BytecodeForm, read_hex
from evmbox.cheats import library
from evmbox.errors import ExerciseError
from evmbox.exercise.faults import line_of, read_manifest
from evmbox.exercise.manifest import (
    CHECKS,
    HELPERS,
    MANIFEST,
    PUZZLE,
    SCENE,
    FaultyVersion,
    Kind,
    Manifest,
)
from evmbox.questions import draw, fill, questions

Language = Literal["solidity", "json", "hex", "yul"]
LANGUAGES: Mapping[str, Language] = {".sol": "solidity", ".json": "json", ".hex": "hex", ".yul": "yul"}


class Exercise(Manifest):
    """An exercise folder as read from disk: its manifest and the text of its Solidity files."""

    path: Path
    starter_file: str
    solution_file: str
    scene: str | None = Field(default=None, description="the contracts that a learner predicts, and may read")
    puzzle: str | None = Field(default=None, description="the runtime bytecode that a learner solves, and may read")
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

    @property
    def language(self) -> Language:
        """What the starter is written in, and so an editor is to begin with."""
        return LANGUAGES[Path(self.starter_file).suffix]

    @property
    def importable(self) -> dict[str, str]:
        """What a submission may import beside published packages: text by file name."""
        return {**self.extra_sources, **(library() if self.kind is Kind.TESTS else {})}

    @property
    def shown(self) -> dict[str, str]:
        """What a learner may read beside the starter: text by file name."""
        given = {SCENE: self.scene, PUZZLE: self.puzzle, **self.extra_sources}
        return {name: text for name, text in given.items() if text is not None}

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
    manifest = read_manifest(text)
    if manifest.id != path.name:
        raise ExerciseError(
            f"the id is '{manifest.id}', the folder is '{path.name}'.",
            file=MANIFEST,
            line=line_of(text, ("id",)),
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
    if manifest.bytecode and manifest.bytecode.form is BytecodeForm.CALLDATA:
        exercise = exercise.model_copy(update={"puzzle": _puzzle(path)})
    questions(exercise, seed=0)  # raises for what can't be filled in
    return exercise


def answer_text(exercise: Exercise, text: str, seed: int, *, file: str) -> str:
    """Return a file of answers as it is for one learner: of the kind `predict`, with that learner's values filled in.

    For the exercise's own files only; what a learner hands in is never filled in. Raises `ExerciseError`.
    """
    return fill(text, draw(exercise.values, seed), file=file) if exercise.kind is Kind.PREDICT else text


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


def _match_mistakes(text: str, named: Mapping[str, str], files: Mapping[str, str]) -> None:
    if missing := sorted(named.keys() - files.keys()):
        raise ExerciseError(
            f"[mistakes] names {missing[0]}, which is not in the folder mistakes/.",
            file=MANIFEST,
            line=line_of(text, ("mistakes", missing[0])),
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
            line=line_of(text, (missing[0],)),
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


def _puzzle(path: Path) -> str:
    text = _read(path, PUZZLE, remedy="Write the bytecode that is to be solved, in hexadecimal.")
    code = read_hex(text)
    if not isinstance(code, bytes):
        line = text[: code.index].count("\n") + 1
        raise ExerciseError(code.message, file=PUZZLE, line=line, remedy=code.remedy)
    return text


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
