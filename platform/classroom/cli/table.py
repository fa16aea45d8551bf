"""The table of what is proven of each exercise, as `lessons/README.md` has it: written by machine, held by a test.

Grading every mutant takes minutes, so the table remembers which content of an exercise that was done for.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from classroom.catalog import Catalog, Lesson
from classroom.errors import Invalid
from evmbox.exercise import Exercise
from evmbox.proof import Claim, Fate, Proof

README: Final = "README.md"
BEGIN: Final = "<!-- proven: `classroom lesson table` writes what follows -->"
END: Final = "<!-- end of what is proven -->"
COLUMNS: Final = ("exercise", "kind", "checks", "variants", "mistakes", "mutants killed", "equivalent", "content")
DIGEST_DIGITS: Final = 12


def content_of(exercise: Exercise) -> str:
    """Return how the table names the content of an exercise's folder."""
    return exercise.digest[:DIGEST_DIGITS]


def row_of(exercise: Exercise, proof: Proof) -> tuple[str, ...]:
    """Return the line of one exercise, cell by cell; a proof without mutants leaves their two cells at a hyphen."""
    killed = equivalent = "-"
    if (mutation := proof.mutation) is not None:
        that_matter = len(mutation.mutants) - mutation.count(Fate.EQUIVALENT)
        killed = f"{mutation.count(Fate.KILLED)} of {that_matter}"
        equivalent = str(mutation.count(Fate.EQUIVALENT))
    variants, mistakes = (
        str(sum(row.claim is claim for row in proof.rows)) for claim in (Claim.VARIANT_PASSES, Claim.MISTAKE_CAUGHT)
    )
    kind = "review" if exercise.review else exercise.kind.value
    return exercise.id, kind, str(len(proof.checks)), variants, mistakes, killed, equivalent, content_of(exercise)


def exercises_of(lesson: Lesson) -> tuple[Exercise, ...]:
    """Return a lesson's exercises and its review."""
    return (*lesson.exercises, *((lesson.review,) if lesson.review else ()))


def render(catalog: Catalog, rows: Iterable[tuple[str, ...]]) -> str:
    """Return the table of every track, in course order."""
    by_id = {row[0]: row for row in rows}
    return "\n".join(line for track in catalog.tracks for line in _lines(track.id, track.lessons, by_id))


def _lines(track: str, lessons: Iterable[Lesson], rows: dict[str, tuple[str, ...]]) -> Iterator[str]:
    yield f"\n### {track}\n"
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"| --- | --- |{' ---: |' * (len(COLUMNS) - 3)} --- |"
    for lesson in lessons:
        for exercise in exercises_of(lesson):
            name, *cells = rows[exercise.id]
            yield f"| [{name}]({track}/{lesson.id}/{name}) | {' | '.join(cells)} |"


def write(lessons_dir: Path, table: str) -> bool:
    """Put the table where `README.md` has the two marks; tell whether that changed it. Raises `Invalid`."""
    path = lessons_dir / README
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise Invalid(f"{path} has no place for the table: write the lines {BEGIN} and {END} into it.")
    head, tail = text.partition(BEGIN)[0], text.partition(END)[2]
    written = f"{head}{BEGIN}\n{table}\n\n{END}{tail}"
    if written != text:
        path.write_text(written, encoding="utf-8")
    return written != text


def read(lessons_dir: Path) -> dict[str, tuple[str, ...]]:
    """Return the rows as they stand in `README.md`, by exercise; none where there is no such file."""
    path = lessons_dir / README
    whole = path.read_text(encoding="utf-8") if path.is_file() else ""
    text = whole.partition(BEGIN)[2].partition(END)[0]
    cells = [tuple(cell.strip() for cell in line.strip("| ").split("|")) for line in text.splitlines() if "](" in line]
    return {(name := first[1:].partition("]")[0]): (name, *others) for first, *others in cells}
