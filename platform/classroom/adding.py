"""Looks at somebody else's course before it is added: is it whole, what would one trust, what is new in it. No asking.

A source is read once, into a copy of our own, and everything is then done with that copy: what was looked at is what is
added. Nothing of it runs here but in the sandbox (`prove`), and that only when it is asked for.
"""

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Final

from classroom import added
from classroom.added import AddedCourse
from classroom.catalog import COURSE, Catalog, Lesson
from classroom.errors import Invalid
from classroom.lessons import build_notebook
from classroom.models import now
from classroom.settings import Settings
from evmbox.exercise import CHECKS, Exercise, answer_text
from evmbox.pool import Pool
from evmbox.proof import Proof, prove

GROUP: Final = "classroom.courses"
"""The entry points by which an installed package says where its course is: `name = "package:folder"`."""


@dataclass(frozen=True)
class Source:
    """Where a course is to be had. `told` is how a person knows it."""

    name: str
    folder: Path
    told: str


@dataclass(frozen=True)
class Examined:
    """A course that is whole and fits in beside what is there, not proven yet."""

    course: AddedCourse
    files: Mapping[str, bytes]
    tracks: tuple[str, ...]
    lessons: tuple[Lesson, ...]
    exercises: tuple[Exercise, ...]
    """Reviews too."""
    cells: Mapping[str, int]
    """The code cells of each lesson, by its file."""
    held: AddedCourse | None
    changes: tuple[str, ...]
    """What is other than in the copy that is held, a line for each file; empty where nothing is."""

    @property
    def checks(self) -> list[str]:
        """List the files of checks, which are programs."""
        return [name for name in self.files if Path(name).name == CHECKS]


def find(where: str, name: str = "") -> Source:
    """Find a folder, or else the course that an installed package declares by that name.

    A package is not imported to find it. Raises Invalid.
    """
    folder = Path(where).expanduser()
    if folder.is_dir():
        folder = folder.resolve()
        source = Source(name or _slug(folder.name), folder, str(folder))
    else:
        source = _in_package(where, name)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", source.name) or len(source.name) > 64:
        raise Invalid(f"'{source.name}' is no name for a course: lower-case letters, digits and hyphens. Give --name.")
    return source


def _in_package(where: str, name: str) -> Source:
    points = {point.name: point for point in metadata.entry_points(group=GROUP)}
    if where not in points:
        there = f"There are: {', '.join(sorted(points))}." if points else "No package declares one."
        raise Invalid(
            f"{where} is no folder, and no installed package declares a course of that name "
            f"(as an entry point of the group {GROUP}). {there}"
        )
    point = points[where]
    package, _, inside = point.value.partition(":")
    spec = util.find_spec(package) if package.isidentifier() else None  # a name with dots would import its parent
    if spec is None or not spec.submodule_search_locations:
        raise Invalid(f"The entry point {where} = {point.value!r} names no package. Write it as 'package:folder'.")
    folder = Path(next(iter(spec.submodule_search_locations))) / inside.strip()
    if ".." in Path(inside).parts or not folder.is_dir():
        raise Invalid(f"The entry point {where} = {point.value!r} leads to no folder of its package.")
    version = f" {point.dist.name} {point.dist.version}" if point.dist else ""
    return Source(name or _slug(where), folder, f"package{version}")


@contextmanager
def examine(settings: Settings, source: Source) -> Iterator[Examined]:
    """Read a source whole and hold it to the rules that files can be held to. Runs nothing of it.

    Raises `CourseError` or Invalid for the first thing that is wrong: no course, a name that is taken, a circle, a text
    that would not show, a picture with a script; and where courses that were added build on what would be gone.
    """
    if not (source.folder / COURSE).is_file():
        raise Invalid(f"{source.folder} is no course: there is no {COURSE} in it.")
    files = _of_course(added.files_of(source.folder))
    held = added.read(settings)
    before = next((each for each in held if each.name == source.name), None)
    settings.added_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".looking-", dir=settings.added_dir) as draft:
        course = AddedCourse(
            name=source.name,
            source=source.told,
            digest=added.digest_of(files),
            added_at=now(),
            points={},
            root=Path(draft),
        )
        added.write_files(course.folder, files)
        beside = [course if each is before else each for each in held] + ([] if before else [course])
        catalog = Catalog.load(settings.lessons_dir, beside)
        tracks = [track for track in catalog.tracks if catalog.sources.get(track.id) == course.name]
        lessons = tuple(lesson for track in tracks for lesson in track.lessons)
        cells = {
            lesson.path.relative_to(course.folder).as_posix(): build_notebook(lesson).code_cells for lesson in lessons
        }
        exercises = [[*lesson.exercises, *([lesson.review] if lesson.review else [])] for lesson in lessons]
        yield Examined(
            course=course,
            files=files,
            tracks=tuple(track.id for track in tracks),
            lessons=lessons,
            exercises=tuple(each for of_lesson in exercises for each in of_lesson),
            cells=cells,
            held=before,
            changes=tuple(_changes(added.files_of(before.folder), files)) if before else (),
        )


def prove_all(
    found: Examined, pool: Pool, *, mutants: bool, tell: Callable[[Proof, float], object]
) -> AddedCourse | None:
    """Prove every exercise in the sandbox and give the course with what each is worth; None where one is not proven."""
    points: dict[str, float] = {}
    proven = True
    for exercise in found.exercises:
        began = time.monotonic()
        proof = prove(exercise, pool, mutants=mutants)
        tell(proof, time.monotonic() - began)
        proven = proven and proof.ok
        if proof.ok:
            solution = answer_text(exercise, exercise.solution, 0, file=exercise.solution_file)
            points[exercise.id] = pool.grade(exercise, solution, seed=0).max_score
    return found.course.model_copy(update={"points": points}) if proven else None


def keep(settings: Settings, found: Examined, course: AddedCourse) -> None:
    """Put the copy that was looked at among those that were added. Raises Conflict where the list changed meanwhile."""
    kept = course.model_copy(update={"root": settings.added_dir, "added_at": now()})
    added.put(settings, kept, found.files, instead_of=found.held)


def take_out(settings: Settings, name: str) -> AddedCourse:
    """Take a course out; its copy stays until the next start. Raises Invalid, or `CourseError` where others need it."""
    held = added.read(settings)
    course = next((each for each in held if each.name == name), None)
    if course is None:
        there = ", ".join(each.name for each in held)
        raise Invalid(f"No course {name} was added. {f'There are: {there}.' if there else 'None was.'}")
    Catalog.load(settings.lessons_dir, [each for each in held if each is not course])
    added.take_out(settings, name)
    return course


def _of_course(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Leave out what a package or a repository has besides: a course is its list and the folders of its lessons."""
    lessons = {name.removesuffix("lesson.md") for name in files if re.fullmatch(r"[^/]+/[^/]+/lesson\.md", name)}
    plain = {COURSE, "README.md", "LICENSE"}
    return {
        name: content
        for name, content in files.items()
        if name in plain or "/".join(name.split("/")[:2]) + "/" in lessons
    }


def _changes(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        if name not in before:
            yield f"+ {name}"
        elif name not in after:
            yield f"- {name}"
        elif before[name] != after[name]:
            yield f"~ {name}"


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
