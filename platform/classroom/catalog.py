"""Reads the courses from disk: tracks, lessons and exercises, in order and without a circle. No database, no learner.

The tracks of courses that were added stand beside those of the classroom's own, and may build on them.

`course.toml` holds the order and the prerequisites; a lesson's own `lesson.md` says what it is in its front matter:

    title = "Hyperkit Classroom"            ---
    [[tracks]]                              classroom:
    id = "foundations"                        title: Hello, storage
    title = "Foundations"                     summary: A number that stays on the chain.
    summary = "From nothing to …"             minutes: 15
    lessons = ["hello-storage", "tip-jar"]  ---
    [requires]
    tip-jar = ["hello-storage"]
    [concepts]
    state-variables = []
    events = ["state-variables"]
"""

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated, Self, TypeVar

import yaml  # type: ignore[import-untyped]  # publishes no types
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from classroom import added
from classroom.added import AddedCourse
from classroom.errors import ClassroomError, NotFound
from classroom.schemas import ExerciseSummary
from classroom.settings import Settings
from evmbox.errors import ExerciseError
from evmbox.exercise import MANIFEST, Exercise, load_exercise
from evmbox.runner import checks_of

COURSE = "course.toml"
LESSON = "lesson.md"

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class CourseError(ClassroomError):
    """A file of the course is missing or wrong: which, at which line where that is known, and the remedy."""

    title = "The course has an error"

    def __init__(self, message: str, *, file: str, remedy: str, line: int | None = None) -> None:
        where = file if line is None else f"{file}:{line}"
        super().__init__(f"{where}: {message} {remedy}")
        self.message = message
        self.file = file
        self.line = line
        self.remedy = remedy

    def of(self, name: str) -> "CourseError":
        """Say the same of a file of the course of that name."""
        return CourseError(self.message, file=f"{name}/{self.file}", line=self.line, remedy=self.remedy)


@dataclass(frozen=True)
class Lesson:
    """A guided text with its exercises. `path` is its `lesson.md`.

    `review` asks two questions about the lesson, long after it; it stands in no text and counts for nothing there.
    """

    id: str
    track: str
    title: str
    summary: str
    minutes: int
    requires: tuple[str, ...]
    path: Path
    exercises: tuple[Exercise, ...]
    review: Exercise | None = None


@dataclass(frozen=True)
class Track:
    """Lessons in the order they are best taken."""

    id: str
    title: str
    summary: str
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class Catalog:
    """The whole course as it stands on disk."""

    title: str
    tracks: tuple[Track, ...]
    summaries: Mapping[str, ExerciseSummary]
    """Every exercise as a list shows it, by its id, in course order. The maximum is the sum of its checks' points."""
    reviews: Mapping[str, ExerciseSummary] = field(default_factory=dict)
    """Every review, as `summaries` has the exercises."""
    concepts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What the course teaches, each with the concepts that it builds on."""

    sources: Mapping[str, str] = field(default_factory=dict)
    """Of each track that was added, the name of the course that it came with."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Read the classroom's own course and those that were added. Raises `CourseError`."""
        return cls.load(settings.lessons_dir, added.read(settings))

    @classmethod
    def load(cls, lessons_dir: Path, more: Iterable[AddedCourse] = ()) -> Self:
        """Read a course, and set the tracks of others beside it; raise `CourseError` at the first thing that is wrong.

        No check of an added course is run here: what its exercises are worth was said when it was added.
        """
        course = _course(lessons_dir)
        _refuse_circles(course)
        catalog = cls._read(lessons_dir, course, lambda exercise: sum(check.points for check in checks_of(exercise)))
        for each in more:
            try:
                catalog = catalog.with_added(each)
            except CourseError as error:
                raise error.of(each.name) from error
        return catalog

    @classmethod
    def _read(cls, lessons_dir: Path, course: "_Course", points: Callable[[Exercise], float]) -> Self:
        tracks = tuple(_track(lessons_dir, track, course.requires) for track in course.tracks)
        lessons = [lesson for track in tracks for lesson in track.lessons]
        exercises = [exercise for lesson in lessons for exercise in lesson.exercises]
        reviews = [lesson.review for lesson in lessons if lesson.review]
        _refuse_doubles(lessons_dir, exercises + reviews)
        summaries, of_reviews = (
            {exercise.id: _summary(lessons_dir, exercise, points) for exercise in each} for each in (exercises, reviews)
        )
        return cls(course.title, tracks, summaries, of_reviews, course.concepts)

    def with_added(self, other: AddedCourse) -> Self:
        """Set the tracks of another course beside these. Raises `CourseError`, with names of files in that course."""
        course = _course(other.folder)
        _refuse_circles(course, known=self.lessons, concepts=self.concepts)
        theirs = self._read(other.folder, course, lambda exercise: other.points.get(exercise.id, 0))
        for kind, here, new in (
            ("track", {track.id for track in self.tracks}, [track.id for track in theirs.tracks]),
            ("lesson", self.lessons, list(theirs.lessons)),
            ("exercise", {**self.summaries, **self.reviews}, [*theirs.summaries, *theirs.reviews]),
        ):
            if taken := next((each for each in new if each in here), None):
                raise CourseError(
                    f"the classroom has {'an' if kind == 'exercise' else 'a'} {kind} '{taken}' already.",
                    file=COURSE,
                    remedy="Names are unique in a classroom: the course has to call its own another, with its folder.",
                )
        return replace(
            self,
            tracks=self.tracks + theirs.tracks,
            summaries={**self.summaries, **theirs.summaries},
            reviews={**self.reviews, **theirs.reviews},
            concepts={**self.concepts, **theirs.concepts},
            sources={**self.sources, **{track.id: other.name for track in theirs.tracks}},
        )

    @cached_property
    def lessons(self) -> Mapping[str, Lesson]:
        """Every lesson by its id, in course order."""
        return {lesson.id: lesson for track in self.tracks for lesson in track.lessons}

    @cached_property
    def exercises(self) -> Mapping[str, Exercise]:
        """Every exercise by its id, in course order; reviews are not among them."""
        return {exercise.id: exercise for lesson in self.lessons.values() for exercise in lesson.exercises}

    @cached_property
    def _lesson_of(self) -> Mapping[str, Lesson]:
        of_exercises = {exercise.id: lesson for lesson in self.lessons.values() for exercise in lesson.exercises}
        return of_exercises | {lesson.review.id: lesson for lesson in self.lessons.values() if lesson.review}

    @cached_property
    def _all(self) -> Mapping[str, Exercise]:
        return {**self.exercises, **{each.review.id: each.review for each in self.lessons.values() if each.review}}

    def lesson(self, lesson_id: str) -> Lesson:
        """Find a lesson; raise `NotFound`."""
        try:
            return self.lessons[lesson_id]
        except KeyError:
            raise NotFound("The course has no such lesson.") from None

    def exercise(self, exercise_id: str) -> Exercise:
        """Find an exercise or a review; raise `NotFound`."""
        try:
            return self._all[exercise_id]
        except KeyError:
            raise NotFound("The course has no such exercise.") from None

    def lesson_of(self, exercise_id: str) -> Lesson:
        """Find the lesson an exercise or a review belongs to; raise `NotFound`."""
        return self._lesson_of[self.exercise(exercise_id).id]

    def summary(self, exercise_id: str) -> ExerciseSummary:
        """Find an exercise or a review as a list shows it; raise `NotFound`."""
        found = self.exercise(exercise_id).id
        return self.reviews[found] if found in self.reviews else self.summaries[found]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _TrackEntry(_File):
    id: Slug
    title: Line
    summary: Line
    lessons: tuple[Slug, ...] = Field(min_length=1)


class _Course(_File):
    title: Line
    tracks: tuple[_TrackEntry, ...] = Field(min_length=1)
    requires: dict[Slug, tuple[Slug, ...]] = Field(default_factory=dict)
    concepts: dict[Slug, tuple[Slug, ...]] = Field(default_factory=dict)


class _About(_File):
    title: Line
    summary: Line
    minutes: int = Field(strict=True, ge=1, le=240)


class _FrontMatter(BaseModel):
    classroom: _About


_Model = TypeVar("_Model", bound=BaseModel)
_Loaded = TypeVar("_Loaded")


def _course(lessons_dir: Path) -> _Course:
    text = _text(lessons_dir, lessons_dir / COURSE, remedy="It names the tracks and their lessons; write one.")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise CourseError(
            f"this is not valid TOML: {error}.",
            file=COURSE,
            line=int(found[1]) if found else None,
            remedy="Mend that line; strings stand in quotes, lists in brackets.",
        ) from error
    return _validated(_Course, data, file=COURSE)


def _refuse_circles(
    course: _Course, known: Collection[str] = (), concepts: Mapping[str, tuple[str, ...]] | None = None
) -> None:
    """Raise for what is named twice or not at all, and for circles. `known` and `concepts` are there besides."""
    listed = [lesson for track in course.tracks for lesson in track.lessons]
    for kind, ids in (("track", [track.id for track in course.tracks]), ("lesson", listed)):
        if double := next((each for each in ids if ids.count(each) > 1), None):
            raise CourseError(f"the {kind} '{double}' is listed twice.", file=COURSE, remedy="Remove one.")
    if foreign := next((each for each in course.requires if each in known and each not in listed), None):
        raise CourseError(
            f"[requires] says what '{foreign}' needs, which is a lesson of another course.",
            file=COURSE,
            remedy="Remove the line: a course says that of its own lessons only.",
        )
    held = concepts or {}
    if other := next(
        (each for each, on in course.concepts.items() if each in held and set(held[each]) != set(on)), None
    ):
        raise CourseError(
            f"[concepts] has '{other}', which the classroom has already, and it builds on something else there.",
            file=COURSE,
            remedy="Remove the line to mean the same, or choose another name.",
        )
    _refuse_circle("requires", course.requires, {*listed, *known}, "which no track lists", "lessons")
    every = {*course.concepts, *held}
    _refuse_circle("concepts", course.concepts, every, "which has no line of its own", "concepts")


def _refuse_circle(
    table: str, graph: Mapping[str, tuple[str, ...]], known: Collection[str], unknown: str, what: str
) -> None:
    for each, required in graph.items():
        if stray := next((name for name in (each, *required) if name not in known), None):
            raise CourseError(
                f"[{table}] names '{stray}', {unknown}.", file=COURSE, remedy="Mend the name, or add what it names."
            )
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " after ".join(f"'{name}'" for name in reversed(error.args[1]))
        raise CourseError(
            f"the {what} wait for each other: {circle}.", file=COURSE, remedy=f"Remove one of these from [{table}]."
        ) from None


def _track(lessons_dir: Path, entry: _TrackEntry, requires: Mapping[str, tuple[str, ...]]) -> Track:
    lessons = tuple(_lesson(lessons_dir, entry.id, lesson, requires.get(lesson, ())) for lesson in entry.lessons)
    return Track(entry.id, entry.title, entry.summary, lessons)


def load_text(folder: Path, *, remedy: str = "Write it.") -> Lesson:
    """Read one lesson by itself and without its exercises, whether the course lists it or not. Raises `CourseError`."""
    path = folder / LESSON
    lessons_dir = folder.parents[1]
    about = _about(_text(lessons_dir, path, remedy=remedy), file=_name(lessons_dir, path))
    return Lesson(
        id=folder.name,
        track=folder.parent.name,
        title=about.title,
        summary=about.summary,
        minutes=about.minutes,
        requires=(),
        path=path,
        exercises=(),
    )


def read_about(path: Path) -> tuple[str, str, int]:
    """Read the title, the summary and the minutes of a text that no track lists. Raises `CourseError`."""
    lessons_dir = path.parents[1]
    about = _about(_text(lessons_dir, path, remedy="Write it."), file=_name(lessons_dir, path))
    return about.title, about.summary, about.minutes


def _lesson(lessons_dir: Path, track: str, lesson: str, requires: tuple[str, ...]) -> Lesson:
    folder = lessons_dir / track / lesson
    remedy = f"Write it, or remove '{lesson}' from the track '{track}' in {COURSE}."
    text = load_text(folder, remedy=remedy)
    found = [
        _in_course(lessons_dir, manifest.parent, load_exercise) for manifest in sorted(folder.glob(f"*/{MANIFEST}"))
    ]
    reviews = [exercise for exercise in found if exercise.review]
    if len(reviews) > 1:
        raise CourseError(
            "this lesson has another review.",
            file=f"{_name(lessons_dir, reviews[1].path)}/{MANIFEST}",
            remedy="Put the questions into one, or remove `review`.",
        )
    exercises = tuple(exercise for exercise in found if not exercise.review)
    return replace(text, requires=requires, exercises=exercises, review=next(iter(reviews), None))


def _about(text: str, *, file: str) -> _About:
    front = re.match(r"---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", text, re.DOTALL | re.MULTILINE)
    if front is None:
        raise CourseError(
            "there is no front matter.",
            file=file,
            line=1,
            remedy="Begin the file with YAML between two lines of ---, holding title, summary and minutes "
            "under the key `classroom`.",
        )
    try:
        data = yaml.safe_load(front[1])
    except yaml.MarkedYAMLError as error:
        raise CourseError(
            f"the front matter is not valid YAML: {error.problem}.",
            file=file,
            line=error.problem_mark.line + 2 if error.problem_mark else None,
            remedy="Mend that line; a text with a colon stands in quotes.",
        ) from error
    return _validated(_FrontMatter, data, file=file).classroom


def _summary(lessons_dir: Path, exercise: Exercise, points: Callable[[Exercise], float]) -> ExerciseSummary:
    max_score = _in_course(lessons_dir, exercise.path, lambda _: points(exercise))
    return ExerciseSummary(id=exercise.id, title=exercise.title, kind=exercise.kind, max_score=max_score)


def _in_course(lessons_dir: Path, folder: Path, load: Callable[[Path], _Loaded]) -> _Loaded:
    """Load from an exercise folder; what is wrong there is said with its place in the course."""
    try:
        return load(folder)
    except ExerciseError as error:
        message = str(error).partition(": ")[2].removesuffix(f" {error.remedy}")
        file = f"{_name(lessons_dir, folder)}/{error.file}"
        raise CourseError(message, file=file, line=error.line, remedy=error.remedy) from error


def _refuse_doubles(lessons_dir: Path, exercises: list[Exercise]) -> None:
    places: dict[str, Path] = {}
    for exercise in exercises:
        if exercise.id in places:
            first, second = (_name(lessons_dir, path) for path in (places[exercise.id], exercise.path))
            raise CourseError(
                f"{first} has the same id.", file=second, remedy="An exercise's id is unique in the course; rename one."
            )
        places[exercise.id] = exercise.path


def _validated(model: type[_Model], data: object, *, file: str) -> _Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CourseError(
            f"{where + ': ' if where else ''}{first['msg']}.",
            file=file,
            remedy="Remove it, or mend its spelling." if first["type"] == "extra_forbidden" else "Mend the value.",
        ) from error


def _text(lessons_dir: Path, path: Path, *, remedy: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CourseError("the file is missing.", file=_name(lessons_dir, path), remedy=remedy) from None
    except UnicodeDecodeError:
        raise CourseError(
            "this is not UTF-8 text.", file=_name(lessons_dir, path), remedy="Save the file as UTF-8."
        ) from None


def _name(lessons_dir: Path, path: Path) -> str:
    resolved = path.resolve()
    return resolved.relative_to(lessons_dir.resolve()).as_posix()
