"""From attempts to grades: examples a person can check by hand, and what must hold whatever the rows are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.gradebook import (
    Attempt,
    Counting,
    ExercisePlan,
    Extension,
    Hint,
    LateRule,
    Override,
    Plan,
    Policy,
    TrackPlan,
    grades,
)

DUE = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def attempt(number: int, after: timedelta, score: float, *, exercise: str = "a", max_score: float = 10) -> Attempt:
    return Attempt(exercise, number, DUE + after, score, max_score)


def plan(policy: Policy = Policy(), *, due_at: datetime | None = DUE) -> Plan:  # noqa: B008 - frozen
    return Plan((TrackPlan("t", (ExercisePlan("a", 10, due_at=due_at),)),), policy)


def grade_of(*attempts: Attempt, due_at: datetime | None = DUE, extensions=(), **policy: object):
    return grades(plan(Policy(**policy), due_at=due_at), attempts, extensions=extensions).exercises["a"]


TEN_PERCENT = {"late": LateRule.PERCENT_PER_DAY, "percent_per_day": 10.0}


@pytest.mark.parametrize(
    ("after", "score"),
    [
        (-HOUR, 10),
        (timedelta(0), 10),
        (timedelta(microseconds=1), 9),
        (DAY, 9),
        (DAY + HOUR, 8),
        (9 * DAY + HOUR, 0),
        (365 * DAY, 0),
    ],
)
def test_each_day_begun_after_the_deadline_costs_a_part(after, score):
    assert grade_of(attempt(1, after, 10), **TEN_PERCENT).score == pytest.approx(score)


def test_grace_puts_the_deadline_off_and_days_are_counted_from_there():
    grace = timedelta(minutes=30)
    on_time = grade_of(attempt(1, grace, 10), **TEN_PERCENT, grace=grace)
    assert (on_time.score, on_time.late) == (10, False)
    late = grade_of(attempt(1, grace + DAY, 10), **TEN_PERCENT, grace=grace)
    assert (late.score, late.late, late.reached) == (9, True, 10)


def test_after_a_hard_close_nothing_counts_and_before_it_everything_does():
    on_time, late = attempt(1, -HOUR, 4), attempt(2, HOUR, 10)
    found = grade_of(on_time, late, late=LateRule.HARD_CLOSE)
    assert (found.score, found.attempt) == (4, 1)
    assert grade_of(late, late=LateRule.HARD_CLOSE).attempt is None


def test_without_a_late_policy_late_work_counts_in_full_and_is_called_late():
    found = grade_of(attempt(1, DAY, 10))
    assert (found.score, found.late) == (10, True)


def test_what_is_never_due_is_never_late():
    found = grade_of(attempt(1, 300 * DAY, 10), due_at=None, **TEN_PERCENT)
    assert (found.score, found.late, found.due_at) == (10, False, None)


@pytest.mark.parametrize(
    ("counting", "number", "score"), [(Counting.BEST, 2, 8), (Counting.LAST, 3, 4.5), (Counting.LAST_ON_TIME, 2, 8)]
)
def test_the_attempt_that_counts_is_the_one_the_course_chose(counting, number, score):
    made = [attempt(1, -3 * HOUR, 6), attempt(2, -HOUR, 8), attempt(3, HOUR, 5)]
    found = grade_of(*made, counting=counting, **TEN_PERCENT)
    assert (found.attempt, found.score) == (number, score)


def test_where_nothing_came_on_time_the_last_late_attempt_counts():
    made = [attempt(1, HOUR, 10), attempt(2, DAY + HOUR, 5)]
    found = grade_of(*made, counting=Counting.LAST_ON_TIME, **TEN_PERCENT)
    assert (found.attempt, found.score, found.late) == (2, 4, True)


def test_the_best_is_the_best_after_what_being_late_costs():
    made = [attempt(1, -HOUR, 8), attempt(2, 3 * DAY, 10)]
    assert grade_of(*made, **TEN_PERCENT).attempt == 1


def test_an_extension_counts_for_its_exercise_and_one_that_is_no_later_changes_nothing():
    late = attempt(1, DAY, 10)
    extended = grade_of(late, extensions=[Extension("a", DUE + DAY)], late=LateRule.HARD_CLOSE)
    assert (extended.score, extended.late, extended.due_at) == (10, False, DUE + DAY)
    for extension in (Extension("b", DUE + DAY), Extension("a", DUE - DAY)):
        assert grade_of(late, extensions=[extension], late=LateRule.HARD_CLOSE).score == 0
    on_time = attempt(1, -HOUR, 10)
    assert grade_of(on_time, extensions=[Extension("a", DUE - DAY)]).late is False


def test_an_extension_that_lets_a_worse_last_attempt_in_takes_nothing_away():
    made = [attempt(1, -HOUR, 10), attempt(2, HOUR, 3)]
    found = grade_of(*made, extensions=[Extension("a", DUE + DAY)], late=LateRule.HARD_CLOSE, counting=Counting.LAST)
    assert (found.score, found.attempt, found.due_at) == (10, 1, DUE + DAY)


def test_an_override_stands_whatever_was_handed_in():
    found = grades(plan(), [attempt(1, DAY, 3)], overrides=[Override("a", 7)]).exercises["a"]
    assert (found.score, found.reached, found.overridden) == (7, 3, True)
    nothing = grades(plan(), [], overrides=[Override("a", 7)]).exercises["a"]
    assert (nothing.score, nothing.attempt) == (7, None)


def test_hints_take_their_points_from_later_attempts_before_being_late_does():
    hints = [Hint("a", 2, from_attempt=2), Hint("a", 1, from_attempt=3), Hint("b", 9, from_attempt=1)]
    made = [attempt(1, -HOUR, 4), attempt(2, HOUR, 10)]
    grade = grades(plan(Policy(**TEN_PERCENT)), made, hints=hints).exercises["a"]
    assert (grade.score, grade.reached, grade.hints_cost, grade.hints) == (pytest.approx(7.2), 10, 2, 2)
    earlier = grades(plan(Policy(**TEN_PERCENT)), made[:1], hints=hints).exercises["a"]
    assert (earlier.score, earlier.hints_cost) == (4, 0)
    poor = grades(plan(), [attempt(3, -HOUR, 2)], hints=hints).exercises["a"]
    assert (poor.score, poor.hints_cost) == (0, 2)


@pytest.mark.parametrize("counting", list(Counting))
def test_what_comes_after_giving_up_counts_under_no_rule(counting):
    made = [attempt(1, -2 * HOUR, 4), attempt(2, -HOUR, 10)]
    grade = grades(plan(Policy(counting=counting)), made, practice={"a": 2}).exercises["a"]
    assert (grade.score, grade.attempt, grade.given_up) == (4, 1, True)
    none = grades(plan(Policy(counting=counting)), made, practice={"a": 1}).exercises["a"]
    assert (none.score, none.attempt, none.given_up) == (0, None, True)


def test_points_of_an_older_version_are_brought_to_the_present_maximum():
    assert grade_of(attempt(1, -HOUR, 2, max_score=4)).score == 5


def test_the_lowest_of_a_track_are_dropped_and_never_all_of_them():
    exercises = tuple(ExercisePlan(name, 10) for name in "abc")
    made = [attempt(1, -HOUR, score, exercise=name) for name, score in zip("abc", (2, 9, 5), strict=True)]
    for drop, dropped, share in ((0, "", 16 / 30), (1, "a", 0.7), (2, "ac", 0.9), (9, "ac", 0.9)):
        track = grades(Plan((TrackPlan("t", exercises, drop),)), made).tracks[0]
        assert "".join(grade.exercise_id for grade in track.exercises if grade.dropped) == dropped
        assert track.share == pytest.approx(share)


def test_a_track_weighs_what_all_its_exercises_are_worth():
    tracks = (
        TrackPlan("one", (ExercisePlan("a", 10), ExercisePlan("b", 10)), drop_lowest=1),
        TrackPlan("two", (ExercisePlan("c", 10),)),
    )
    found = grades(Plan(tracks), [attempt(1, -HOUR, 10)])
    assert found.percent == pytest.approx(100 * 20 / 30)
    assert grades(Plan(()), []).percent is None


# What must hold whatever the rows are.

hours = st.integers(-100, 200).map(lambda number: number * HOUR)
names = st.sampled_from("abcd")
few_hours = st.integers(-3, 3).map(lambda number: number * HOUR)
policies = st.builds(
    Policy,
    late=st.sampled_from(LateRule),
    percent_per_day=st.floats(0, 100),
    grace=st.integers(0, 60).map(lambda number: number * HOUR),
    counting=st.sampled_from(Counting),
)
attempt_rows = st.lists(
    st.builds(attempt, st.integers(1, 20), hours, st.integers(0, 8), exercise=names, max_score=st.just(8)),
    unique_by=lambda made: (made.exercise_id, made.number),
    max_size=14,
)
extension_rows = st.lists(st.builds(Extension, names, hours.map(lambda after: DUE + after)), max_size=5)


@st.composite
def plans(draw):
    worth = st.sampled_from([1.0, 3.0, 8.0, 20.0])
    exercises = [
        ExercisePlan(name, draw(worth), due_at=draw(st.none() | hours.map(lambda after: DUE + after)))
        for name in "abcd"
    ]
    at, drops = draw(st.integers(0, 4)), st.integers(0, 3)
    tracks = (TrackPlan("x", tuple(exercises[:at]), draw(drops)), TrackPlan("y", tuple(exercises[at:]), draw(drops)))
    return Plan(tracks, draw(policies))


def at_least(found, before):
    assert (found.percent or 0) >= (before.percent or 0) - 1e-9
    for name, grade in before.exercises.items():
        assert found.exercises[name].score >= grade.score - 1e-9


@given(plans(), attempt_rows, extension_rows, st.randoms())
def test_the_order_of_the_rows_means_nothing(asked, made, extensions, random):
    found = grades(asked, made, extensions=extensions)
    made, extensions = list(made), list(extensions)
    random.shuffle(made)
    random.shuffle(extensions)
    assert grades(asked, made, extensions=extensions) == found


@given(plans(), st.sampled_from(Counting), st.sampled_from(LateRule), attempt_rows, extension_rows, extension_rows)
def test_an_extension_never_lowers_a_grade(asked, counting, late, made, extensions, more):
    asked = replace(asked, policy=replace(asked.policy, counting=counting, late=late))
    at_least(grades(asked, made, extensions=[*extensions, *more]), grades(asked, made, extensions=extensions))


@given(plans(), attempt_rows, extension_rows, names, hours)
def test_a_later_due_date_never_lowers_a_grade_where_the_best_counts(asked, made, extensions, name, more):
    asked = replace(asked, policy=replace(asked.policy, counting=Counting.BEST))

    def later(exercise: ExercisePlan) -> ExercisePlan:
        if exercise.id != name or exercise.due_at is None:
            return exercise
        return replace(exercise, due_at=exercise.due_at + abs(more))

    tracks = tuple(replace(track, exercises=tuple(map(later, track.exercises))) for track in asked.tracks)
    put_off = replace(asked, tracks=tracks)
    at_least(grades(put_off, made, extensions=extensions), grades(asked, made, extensions=extensions))


@given(plans(), attempt_rows, attempt_rows, extension_rows)
def test_trying_again_never_lowers_a_grade_where_the_best_counts(asked, made, more, extensions):
    asked = replace(asked, policy=replace(asked.policy, counting=Counting.BEST))
    more = [replace(each, number=each.number + 20) for each in more]
    at_least(grades(asked, [*made, *more], extensions=extensions), grades(asked, made, extensions=extensions))


@given(plans(), attempt_rows, extension_rows)
def test_a_grade_is_between_nothing_and_everything(asked, made, extensions):
    found = grades(asked, made, extensions=extensions)
    assert 0 <= (found.percent or 0) <= 100 + 1e-9
    for exercise in asked.exercises.values():
        assert 0 <= found.exercises[exercise.id].score <= exercise.max_score + 1e-9


@given(plans(), attempt_rows)
def test_a_longer_grace_and_a_milder_rule_never_lower_a_grade(asked, made):
    asked = replace(asked, policy=replace(asked.policy, counting=Counting.BEST))
    before = grades(asked, made)
    at_least(grades(replace(asked, policy=replace(asked.policy, grace=asked.policy.grace + DAY)), made), before)
    at_least(grades(replace(asked, policy=replace(asked.policy, late=LateRule.NONE)), made), before)


@given(plans(), attempt_rows)
def test_what_is_dropped_is_what_leaves_most(asked, made):
    found = grades(asked, made)
    for track, wanted in zip(found.tracks, asked.tracks, strict=True):
        kept = sum(not grade.dropped for grade in track.exercises)
        assert kept == max(len(wanted.exercises) - wanted.drop_lowest, min(len(wanted.exercises), 1))
        shares = [
            sum(grade.score for grade in chosen) / sum(grade.max_score for grade in chosen)
            for chosen in combinations(track.exercises, kept)
            if chosen
        ]
        assert track.share == pytest.approx(max(shares, default=0))


@given(plans(), attempt_rows, st.floats(0, 8))
def test_an_override_changes_its_own_exercise_only(asked, made, score):
    before, found = grades(asked, made), grades(asked, made, overrides=[Override("a", score)])
    assert found.exercises["a"].score == score
    for name in "bcd":
        assert found.exercises[name].score == before.exercises[name].score


def test_a_track_weighs_what_its_course_says_or_what_its_exercises_are_worth():
    def percent(*weights):
        tracks = (
            TrackPlan("one", (ExercisePlan("a", 4.0),), weight=weights[0]),
            TrackPlan("two", (ExercisePlan("b", 4.0), ExercisePlan("c", 8.0)), weight=weights[1]),
            TrackPlan("empty", (), weight=50),  # what asks for nothing weighs nothing
        )
        return grades(Plan(tracks), [attempt(1, DAY, 4, max_score=4)]).percent

    assert percent(None, None) == 25
    assert percent(60, 40) == 60
    assert percent(0, None) == 0
    assert percent(4, None) == 25
