"""Takes the fingerprints of answers to an exercise and of what its lesson has: compiles, so outside any transaction."""

from collections.abc import Callable

from evmbox.compiler import SOURCE_NAME
from evmbox.exercise import Exercise
from evmbox.likeness import Prints, every_print_of, prints_of
from evmbox.likeness.shapes import Tree
from evmbox.pool import Pool


class Reader:
    """Reads sources of one exercise; `pause` is called before each, and may raise where the job has to end."""

    def __init__(self, exercise: Exercise, pool: Pool, *, pause: Callable[[], None]) -> None:
        self._exercise = exercise
        self._pool = pool
        self._pause = pause

    def prints(self, source: str) -> Prints:
        """Give the fingerprints of a source, of its words alone where it does not compile, or is nested too deeply."""
        try:
            return prints_of(source, self._tree(source))
        except RecursionError:  # one learner's endless sum must not end the comparison of all
            return prints_of(source, None)

    def beside(self) -> list[Prints]:
        """Give those of the lesson's own answers, right and wrong: they say what is usual."""
        it = self._exercise
        return [self.prints(source) for source in (it.solution, *it.variants.values(), *it.mistake_sources.values())]

    def given(self) -> list[Prints]:
        """Give every fingerprint of what each learner was given: the starter, and the files beside it."""
        it = self._exercise
        return [every_print_of(source, self._tree(source)) for source in (it.starter, *it.shown.values())]

    def _tree(self, source: str) -> Tree | None:
        self._pause()
        it = self._exercise
        compiled = self._pool.compile(source, details=True, extra_sources=it.importable, solc=it.solc)
        return None if compiled.details is None else compiled.details.asts[SOURCE_NAME]
