"""One exercise: all its figures, from the learners who tried it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from statistics import fmean, median
from typing import Final
from uuid import UUID

from sqlmodel import Session

from classroom.analytics import judging, statistics
from classroom.analytics.examples import Examples
from classroom.analytics.rows import (
    Hint,
    Learner,
    Made,
    first_shares_elsewhere,
    hints_taken,
    learners,
    seen_ids,
)
from classroom.catalog import Catalog
from classroom.courses import Staff
from classroom.models import now
from classroom.schemas import (
    AttemptFigures,
    DifficultyOut,
    DiscriminationOut,
    ExerciseAnalytics,
    ExerciseFigures,
    FailureFigures,
    GasBin,
    GasFigures,
    HintFigures,
    Misconception,
    StuckOut,
    SurvivalStep,
    TimeToPass,
)
from evmbox.exercise import Exercise

MISCONCEPTIONS: Final = 12
STUCK: Final = 50
HELPED_WITHIN: Final = 3  # attempts after a hint


def of_exercise(session: Session, staff: Staff, catalog: Catalog, exercise_id: str) -> ExerciseAnalytics:
    """Count all that there is to say of an exercise. Raises NotFound for one that is not in the catalog."""
    at = now()
    exercise = catalog.exercise(exercise_id)
    tried = learners(session, staff, exercise_id, at=at)
    shapes = _shapes(tried)
    examples = Examples.read(session, tried, [shape for shape, _ in shapes[:MISCONCEPTIONS]])
    first = [each.made[0] for each in tried if each.made and each.made[0].number == 1]
    return ExerciseAnalytics(
        figures=_figures(catalog, exercise_id, tried, first, everyone=_count(session, staff)),
        by_attempt=_by_attempt(tried),
        time_to_pass=_time_to_pass(tried, at),
        failures=_failures(tried, examples),
        misconceptions=[
            Misconception(
                code=code,
                shape=shape,
                title=examples.titles.get(code),
                learners=len({each.user_id for each in made}),
                attempts=len(made),
                open=sum(not each.over and each.shape == shape for each in tried),
                example=examples.of_shape(shape),
            )
            for (code, shape), made in shapes[:MISCONCEPTIONS]
        ],
        other_shapes=max(0, len(shapes) - MISCONCEPTIONS),
        hints=_hints(exercise, tried, hints_taken(session, staff, exercise_id)),
        difficulty=_difficulty(first),
        discrimination=_discrimination(first, first_shares_elsewhere(session, staff.course.id, exercise_id)),
        gas=_gas(exercise, tried),
        stuck=_stuck(tried, examples),
    )


def _count(session: Session, staff: Staff) -> int:
    return len(session.exec(seen_ids(staff)).all())


def _figures(
    catalog: Catalog, exercise_id: str, tried: Sequence[Learner], first: Sequence[Made], *, everyone: int
) -> ExerciseFigures:
    lesson = catalog.lesson_of(exercise_id)
    passed_first = sum(each.passed for each in first)
    return ExerciseFigures(
        exercise_id=exercise_id,
        title=catalog.summary(exercise_id).title,
        lesson_id=lesson.id,
        track_id=lesson.track,
        learners=everyone,
        tried=len(tried),
        passed=sum(each.passed for each in tried),
        gave_up=sum(each.gave_up_at is not None for each in tried),
        stuck=sum(each.stuck is not None and not each.stuck.quiet for each in tried),
        quiet=sum(each.stuck is not None and each.stuck.quiet for each in tried),
        attempts=sum(each.attempts for each in tried),
        median_attempts=median(each.attempts for each in tried) if tried else None,
        first_tries=len(first),
        passed_first=passed_first,
        difficulty=judging.difficulty(passed_first, len(first)),
    )


def _by_attempt(tried: Sequence[Learner]) -> list[AttemptFigures]:
    went = [
        statistics.Tried(each.passing.number if each.passing else None, max(made.number for made in each.made))
        for each in tried
        if each.made
    ]
    return [
        AttemptFigures(number=step.number, made=step.made, passed=step.passed, share_by=step.share_by)
        for step in statistics.by_attempt(went)
    ]


def _time_to_pass(tried: Sequence[Learner], at: datetime) -> TimeToPass:
    times = []
    for each in tried:
        if not each.made:
            continue
        until = each.passing.made_at if each.passing else each.gave_up_at or at
        times.append((max(0.0, (until - each.made[0].made_at).total_seconds()), each.passing is not None))
    steps = statistics.survival(times)
    return TimeToPass(
        learners=len(times),
        steps=[
            SurvivalStep(seconds=step.time, share=max(0.0, step.share), at_risk=step.at_risk, passed=step.events)
            for step in steps
        ],
        quarter=statistics.quantile(steps, 0.25),
        half=statistics.quantile(steps, 0.5),
        three_quarters=statistics.quantile(steps, 0.75),
    )


def _failures(tried: Sequence[Learner], examples: Examples) -> list[FailureFigures]:
    """Count where attempts fail: the checks in the exercise's order, then whatever else, the most frequent first."""
    attempts: Counter[str] = Counter()
    first: Counter[str] = Counter()
    who: defaultdict[str, set[object]] = defaultdict(set)
    for each in (made for learner in tried for made in learner.made):
        codes = set(each.failed) | ({each.failing} if each.failing else set())
        attempts.update(codes)
        first.update([each.failing] if each.failing else [])
        for code in codes:
            who[code].add(each.user_id)
    now_at = Counter(each.failing for each in tried if each.failing and not each.over)
    place = {code: at for at, code in enumerate(examples.titles)}
    in_order = sorted(attempts, key=lambda code: (place.get(code, len(place)), -attempts[code], code))
    return [
        FailureFigures(
            code=code,
            title=examples.titles.get(code),
            learners=len(who[code]),
            attempts=attempts[code],
            first=first[code],
            now=now_at[code],
        )
        for code in in_order
    ]


def _shapes(tried: Sequence[Learner]) -> list[tuple[tuple[str, str], list[Made]]]:
    """Sort failed attempts by what went wrong, those that most learners have first."""
    found: defaultdict[tuple[str, str], list[Made]] = defaultdict(list)
    for each in (made for learner in tried for made in learner.made):
        if each.failing and each.shape:
            found[each.failing, each.shape].append(each)
    return sorted(found.items(), key=lambda pair: (-len({each.user_id for each in pair[1]}), -len(pair[1]), pair[0]))


def _hints(exercise: Exercise, tried: Sequence[Learner], taken: Sequence[Hint]) -> list[HintFigures]:
    made = {each.user_id: each.made for each in tried}
    found = {rung: Counter[str]() for rung in range(1, len(exercise.hints) + 1)}
    for hint in taken:
        if hint.rung not in found:  # the author has taken it away since
            continue
        after = [each for each in made.get(hint.user_id, []) if each.number >= hint.from_attempt][:HELPED_WITHIN]
        helped = any(each.passed for each in after)
        found[hint.rung]["helped" if helped else "open" if len(after) < HELPED_WITHIN else "not_helped"] += 1
    return [
        HintFigures(
            rung=rung,
            text=exercise.hints[rung - 1].text,
            taken=told.total(),
            helped=told["helped"],
            not_helped=told["not_helped"],
            open=told["open"],
        )
        for rung, told in found.items()
    ]


def _difficulty(first: Sequence[Made]) -> DifficultyOut:
    passed = sum(each.passed for each in first)
    return DifficultyOut(
        word=judging.difficulty(passed, len(first)),
        first_tries=len(first),
        passed_first=passed,
        mean_share=min(1.0, fmean(each.share for each in first)) if first else None,
    )


def _discrimination(first: Sequence[Made], elsewhere: dict[UUID, tuple[float, int]]) -> DiscriminationOut:
    rest = {each.user_id: elsewhere.get(each.user_id, (0.0, 0)) for each in first}
    pairs = [(each.share, rest[each.user_id][0]) for each in first if rest[each.user_id][1] >= judging.FEWEST_OTHERS]
    found = statistics.correlated(pairs)
    return DiscriminationOut(
        word=judging.discrimination(found, len(pairs)),
        correlation=found.value if found else None,
        low=found.low if found else None,
        high=found.high if found else None,
        learners=len(pairs),
    )


def _gas(exercise: Exercise, tried: Sequence[Learner]) -> GasFigures | None:
    budget = exercise.gas_budget or sum(exercise.gas_budgets.values())
    used = [each.best_gas for each in tried if each.best_gas is not None]
    if not budget or not used:
        return None
    return GasFigures(
        budget=budget,
        best_known=exercise.best_known_gas,
        learners=len(used),
        within_budget=sum(gas <= budget for gas in used),
        median=median(used),
        best=min(used),
        bins=[
            GasBin(low=int(each.low), high=int(each.high), learners=each.count) for each in statistics.histogram(used)
        ],
    )


def _stuck(tried: Sequence[Learner], examples: Examples) -> list[StuckOut]:
    found = [(each, each.stuck) for each in tried if each.stuck is not None]
    found.sort(key=lambda pair: (pair[1].quiet, pair[1].since))
    return [
        StuckOut(
            user_id=each.user_id,
            name=each.name,
            display_name=each.display_name,
            attempts=each.attempts,
            code=each.failing,
            title=examples.titles.get(each.failing or ""),
            reasons=[reason.value for reason in stuck.reasons],
            since=stuck.since,
            quiet=stuck.quiet,
        )
        for each, stuck in found[:STUCK]
    ]
