"""From attempts to grades, by the rules of a course. Pure: no database, no clock; the same rows give the same grades.

Nothing computed here is ever stored. A course that changes its due dates, its late policy or which attempt counts has
other grades the next time somebody reads them, and the attempts stay what they were.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

DAY: Final = timedelta(days=1)


class LateRule(StrEnum):
    """What becomes of work that comes after the deadline."""

    NONE = "none"  # it counts in full, and is called late
    HARD_CLOSE = "hard_close"  # it is not taken
    PERCENT_PER_DAY = "percent_per_day"  # it loses a part of its points for each day begun


class Counting(StrEnum):
    """Which attempt counts."""

    BEST = "best"
    LAST = "last"
    LAST_ON_TIME = "last_on_time"  # the last before the deadline; where there is none, the last late one


@dataclass(frozen=True)
class Policy:
    """How a course counts. A deadline is a due date and the grace after it; days late are counted from there."""

    late: LateRule = LateRule.NONE
    percent_per_day: float = 0.0
    grace: timedelta = timedelta(0)
    counting: Counting = Counting.BEST

    def deadline(self, due_at: datetime | None) -> datetime | None:
        """Give the last moment at which work is on time."""
        return None if due_at is None else due_at + self.grace

    def accepts(self, at: datetime, due_at: datetime | None) -> bool:
        """Tell whether work of that time is taken at all."""
        return self.late is not LateRule.HARD_CLOSE or not self.is_late(at, due_at)

    def is_late(self, at: datetime, due_at: datetime | None) -> bool:
        """Tell whether work of that time is late."""
        deadline = self.deadline(due_at)
        return deadline is not None and at > deadline

    def share(self, at: datetime, due_at: datetime | None) -> float:
        """Give the part of its points, 0 to 1, that work of that time keeps."""
        deadline = self.deadline(due_at)
        if deadline is None or at <= deadline:
            return 1.0
        if self.late is LateRule.HARD_CLOSE:
            return 0.0
        if self.late is LateRule.PERCENT_PER_DAY:
            return max(0.0, 1.0 - math.ceil((at - deadline) / DAY) * self.percent_per_day / 100)
        return 1.0


@dataclass(frozen=True)
class ExercisePlan:
    """An exercise of a course: its points, and its own dates where they differ from none."""

    id: str
    max_score: float
    opens_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class TrackPlan:
    """Exercises that are summed up together; so many of them, the least well done, are left out."""

    id: str
    exercises: tuple[ExercisePlan, ...]
    drop_lowest: int = 0
    weight: float | None = None
    """What it weighs beside the other tracks; without it, as much as its exercises are worth."""


@dataclass(frozen=True)
class Plan:
    """What a course asks for and how it counts."""

    tracks: tuple[TrackPlan, ...]
    policy: Policy = Policy()

    @property
    def exercises(self) -> Mapping[str, ExercisePlan]:
        """Every exercise by its id, in the order of the course."""
        return {exercise.id: exercise for track in self.tracks for exercise in track.exercises}


@dataclass(frozen=True)
class Attempt:
    """One verdict. `number` orders a learner's attempts at an exercise; `at` is when it was handed in."""

    exercise_id: str
    number: int
    at: datetime
    score: float
    max_score: float


@dataclass(frozen=True)
class Hint:
    """A hint that was taken: it costs its points of every attempt from that number on, and of none before."""

    exercise_id: str
    cost: float
    from_attempt: int


@dataclass(frozen=True)
class Extension:
    """A later due date that concerns this learner, theirs or their group's. One that is no later changes nothing."""

    exercise_id: str
    due_at: datetime


@dataclass(frozen=True)
class Override:
    """What an instructor has put in place of the computed points."""

    exercise_id: str
    score: float
    reason: str = ""


@dataclass(frozen=True)
class ExerciseGrade:
    """The points of one exercise: `score` is what counts, `reached` what the attempt had before anything was taken."""

    exercise_id: str
    score: float
    max_score: float
    reached: float | None = None
    attempt: int | None = None
    late: bool = False
    due_at: datetime | None = None
    overridden: bool = False
    override_reason: str = ""
    computed: float | None = None
    """What would count without the override; None where there is none."""
    dropped: bool = False
    hints: int = 0
    hints_cost: float = 0.0
    """The points that hints took from the attempt that counts; of one with fewer points, no more than it had."""
    given_up: bool = False


@dataclass(frozen=True)
class TrackGrade:
    """The points of a track, without the dropped exercises."""

    track_id: str
    exercises: tuple[ExerciseGrade, ...]
    score: float
    max_score: float
    weight: float
    """What the course says, or what all its exercises are worth, dropped or not: the same for everybody."""

    @property
    def share(self) -> float:
        """Give the part reached, 0 to 1."""
        return self.score / self.max_score if self.max_score else 0.0


@dataclass(frozen=True)
class Grades:
    """A learner's grades in a course."""

    tracks: tuple[TrackGrade, ...]

    @property
    def percent(self) -> float | None:
        """Give the grade of the course, 0 to 100, each track by its weight; None where nothing is asked for."""
        weight = sum(track.weight for track in self.tracks)
        return 100 * sum(track.share * track.weight for track in self.tracks) / weight if weight else None

    @property
    def exercises(self) -> Mapping[str, ExerciseGrade]:
        """Every exercise by its id."""
        return {grade.exercise_id: grade for track in self.tracks for grade in track.exercises}


def grades(
    plan: Plan,
    attempts: Iterable[Attempt],
    *,
    extensions: Iterable[Extension] = (),
    overrides: Iterable[Override] = (),
    hints: Iterable[Hint] = (),
    practice: Mapping[str, int] = MappingProxyType({}),
) -> Grades:
    """Compute one learner's grades. The order of the rows means nothing; what the plan does not ask for is ignored.

    `practice` has the exercises that were given up, and the number of the first attempt after that: neither it nor a
    later one counts, whatever the rule, so that what was reached before stays.

    An extension never lowers a grade: where the last attempt counts, a later deadline could let in one that is worse,
    so each due date that a learner was given is tried, and the one that serves them best holds.
    """
    made: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        made.setdefault(attempt.exercise_id, []).append(attempt)
    later: dict[str, list[datetime]] = {}
    for extension in extensions:
        later.setdefault(extension.exercise_id, []).append(extension.due_at)
    instead = {override.exercise_id: override for override in overrides}
    read: dict[str, list[Hint]] = {}
    for hint in hints:
        read.setdefault(hint.exercise_id, []).append(hint)
    tracks = []
    for track in plan.tracks:
        found = []
        for exercise in track.exercises:
            taken, practice_from = read.get(exercise.id, ()), practice.get(exercise.id)
            work = _work(exercise, made.get(exercise.id, ()), taken, practice_from)
            grade = _exercise_grade(exercise, plan.policy, work, later.get(exercise.id, ()), instead.get(exercise.id))
            if taken or practice_from is not None:
                grade = replace(grade, hints=len(taken), given_up=practice_from is not None)
            found.append(grade)
        tracks.append(_track_grade(track, found))
    return Grades(tuple(tracks))


def cost_of(hints: Iterable[Hint], number: int) -> float:
    """Give the points that hints take from the attempt of that number."""
    return sum(hint.cost for hint in hints if hint.from_attempt <= number)


@dataclass(frozen=True)
class _Work:
    """An attempt that may count: the points it reached, as the exercise is now, and what hints take of them."""

    number: int
    at: datetime
    reached: float
    hints_cost: float

    @property
    def points(self) -> float:
        return self.reached - self.hints_cost


def _work(
    exercise: ExercisePlan, attempts: Iterable[Attempt], hints: Sequence[Hint], practice_from: int | None
) -> list[_Work]:
    """Give the attempts that may count, in order: none that came after giving up."""
    return [
        _Work(attempt.number, attempt.at, points, min(points, cost_of(hints, attempt.number)) if hints else 0.0)
        for attempt in sorted(attempts, key=lambda attempt: attempt.number)
        if practice_from is None or attempt.number < practice_from
        for points in [_points(exercise, attempt)]
    ]


def due_dates(exercise: ExercisePlan, later: Iterable[datetime]) -> list[datetime | None]:
    """Give the due dates in force for a learner, the earliest first; the last one is when their work becomes late."""
    if exercise.due_at is None:
        return [None]  # what is never due cannot be put off
    return [exercise.due_at, *sorted({each for each in later if each > exercise.due_at})]


def _exercise_grade(
    exercise: ExercisePlan,
    policy: Policy,
    work: Sequence[_Work],
    later: Iterable[datetime],
    override: Override | None,
) -> ExerciseGrade:
    dates = due_dates(exercise, later)
    tried = [_by_date(exercise, policy, work, due_at, dates[-1]) for due_at in dates]
    best = tried[0] if len(tried) == 1 else max(tried, key=lambda grade: grade.score)
    if override is None:
        return best
    return replace(best, score=override.score, overridden=True, override_reason=override.reason, computed=best.score)


def _by_date(
    exercise: ExercisePlan,
    policy: Policy,
    work: Sequence[_Work],
    due_at: datetime | None,
    last_due_at: datetime | None,
) -> ExerciseGrade:
    """Grade an exercise as if it were due then. Late is only what came after the last date a learner was given."""
    counting = _counting(policy, work, due_at)
    if counting is None:
        return ExerciseGrade(exercise.id, 0.0, exercise.max_score, due_at=last_due_at)
    return ExerciseGrade(
        exercise.id,
        counting.points * policy.share(counting.at, due_at),
        exercise.max_score,
        reached=counting.reached,
        hints_cost=counting.hints_cost,
        attempt=counting.number,
        late=policy.is_late(counting.at, last_due_at),
        due_at=last_due_at,
    )


def _counting(policy: Policy, work: Sequence[_Work], due_at: datetime | None) -> _Work | None:
    taken = [attempt for attempt in work if policy.accepts(attempt.at, due_at)]
    if not taken:
        return None
    if policy.counting is Counting.BEST:  # of equals the first, so that trying again never makes work late
        return max(taken, key=lambda attempt: attempt.points * policy.share(attempt.at, due_at))
    if policy.counting is Counting.LAST:
        return taken[-1]
    on_time = [attempt for attempt in taken if not policy.is_late(attempt.at, due_at)]
    return (on_time or taken)[-1]


def _points(exercise: ExercisePlan, attempt: Attempt) -> float:
    """Give an attempt's points; those of an older version of the exercise are brought to its present maximum."""
    if attempt.max_score in {0, exercise.max_score}:
        return attempt.score
    return attempt.score / attempt.max_score * exercise.max_score


def _track_grade(track: TrackPlan, found: Sequence[ExerciseGrade]) -> TrackGrade:
    kept = _kept(found, max(len(found) - track.drop_lowest, min(len(found), 1)))
    exercises = tuple(grade if index in kept else replace(grade, dropped=True) for index, grade in enumerate(found))
    worth = sum(grade.max_score for grade in exercises)
    return TrackGrade(
        track.id,
        exercises,
        score=sum(grade.score for grade in exercises if not grade.dropped),
        max_score=sum(grade.max_score for grade in exercises if not grade.dropped),
        weight=track.weight if track.weight is not None and worth else worth,
    )


def _kept(found: Sequence[ExerciseGrade], number: int) -> set[int]:
    """Choose so many grades that their points make the greatest part of their maximum: the lowest are dropped.

    Where exercises differ in points, dropping the lowest percentages could make a better attempt lower the whole; the
    greatest part cannot. Found by Dinkelbach's method for ratios (W. Dinkelbach, On nonlinear fractional programming,
    Management Science 13, 1967): each round is a plain choice of the best, and a few rounds are enough.
    """
    order = range(len(found))
    kept = set(order[:number])
    if number >= len(found):
        return kept
    share = -1.0
    while True:
        worth = sum(found[index].max_score for index in kept)
        reached = sum(found[index].score for index in kept) / worth if worth else 0.0
        if reached <= share:
            return kept
        share = reached
        by_gain = sorted(order, key=lambda index: (-(found[index].score - share * found[index].max_score), index))
        better = set(by_gain[:number])
        worth = sum(found[index].max_score for index in better)
        if not worth or sum(found[index].score for index in better) / worth <= share:
            return kept
        kept = better
