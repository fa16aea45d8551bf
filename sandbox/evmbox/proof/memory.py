"""Remembers proofs from one run to the next: what has not changed need not be proven again."""

import hashlib
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

import evmbox
from evmbox.exercise import Exercise
from evmbox.proof import Proof
from evmbox.versions import SOLC_VERSION


class ProofMemory:
    """Proofs in a folder, each under the content of its exercise and of the code that proved it.

    Only what was proven is kept: a proof that failed may have failed for the machine's sake.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, exercise: Exercise, *, mutants: bool) -> Proof | None:
        """Return what is known of an exercise as it is now; a proof with mutants will do where none are asked for."""
        for with_mutants in {mutants, True}:
            try:
                return Proof.model_validate_json(self._path(exercise, mutants=with_mutants).read_bytes())
            except (OSError, ValidationError):
                continue
        return None

    def put(self, exercise: Exercise, proof: Proof, *, mutants: bool) -> None:
        """Keep a proof, if it holds."""
        if proof.ok:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path(exercise, mutants=mutants).write_text(proof.model_dump_json(), encoding="utf-8")

    def _path(self, exercise: Exercise, *, mutants: bool) -> Path:
        made_from = f"{exercise.digest} {self._code} {SOLC_VERSION} {mutants}"
        return self._folder / f"{exercise.id}-{hashlib.sha256(made_from.encode()).hexdigest()[:32]}.json"

    @cached_property
    def _code(self) -> str:
        """The digest of the sandbox's own code."""
        digest = hashlib.sha256()
        for root in evmbox.__path__:
            for file in sorted(Path(root).rglob("*.*")):
                if file.suffix in {".py", ".mjs", ".sol", ".toml"}:
                    digest.update(file.read_bytes())
        return digest.hexdigest()
