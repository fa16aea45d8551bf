"""What the attempts at an exercise say: the sums against known values, the figures against attempts that were made."""

import pytest

from classroom.analytics import judging, statistics
from classroom.analytics.statistics import Correlated, Tried

SEEN_NO_LONGER = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
CAME = (6, 6, 6, 7, 10, 13, 16, 22, 23)


def test_a_survival_curve_is_that_of_the_textbook():
    """Remission under 6-MP: Freireich and others (1963), as estimated in every textbook since."""
    steps = statistics.survival([*((time, False) for time in SEEN_NO_LONGER), *((time, True) for time in CAME)])
    known = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {step.time: round(step.share, 3) for step in steps} == known
    assert [step.at_risk for step in steps] == [21, 17, 15, 12, 11, 7, 6]
    assert (statistics.quantile(steps, 0.25), statistics.quantile(steps, 0.5)) == (13, 23)
    assert statistics.quantile(steps, 0.75) is None
    assert statistics.survival([]) == []


def test_a_correlation_has_its_interval():
    """Four times the quartet of Anscombe (1973): 0.816, and Fisher's interval for 11 pairs."""
    one = [(10, 8.04), (8, 6.95), (13, 7.58), (9, 8.81), (11, 8.33), (14, 9.96), (6, 7.24), (4, 4.26), (12, 10.84)]
    found = statistics.correlated([*one, (7, 4.82), (5, 5.68)])
    assert [round(each, 3) for each in (found.value, found.low, found.high)] == [0.816, 0.424, 0.951]
    assert statistics.correlated([(1, 1)] * 30) is None


def test_later_attempts_are_of_those_who_had_not_passed():
    learners = [Tried(1, 1), Tried(1, 4), Tried(2, 2), Tried(3, 3), Tried(None, 2), Tried(None, 0)]
    assert [(each.made, each.passed, each.share_by) for each in statistics.by_attempt(learners)] == [
        (5, 2, 0.4),
        (3, 1, 0.6),
        (1, 1, 0.8),
    ]


def test_bars_are_of_one_round_width_and_hold_every_value():
    values = [20_000, 20_100, 23_400, 31_000, 39_999]
    bins = statistics.histogram(values)
    assert sum(each.count for each in bins) == len(values)
    assert {each.high - each.low for each in bins} == {2000}
    assert (bins[0].low, bins[-1].high) == (20_000, 40_000)
    assert [each.count for each in statistics.histogram([5, 5])] == [2]


@pytest.mark.parametrize(
    ("passed", "tried", "word"),
    [(0, 4, "too_few"), (3, 10, "hard"), (4, 10, "fair"), (7, 10, "easy"), (0, 5, "hard")],
)
def test_an_exercise_is_hard_where_three_of_ten_pass_at_first(passed, tried, word):
    assert judging.difficulty(passed, tried) == word


@pytest.mark.parametrize(
    ("found", "learners", "word"),
    [
        (Correlated(0.6, 0.2, 0.8, 19), 19, "too_few"),
        (None, 30, "nobody_apart"),
        (Correlated(0.6, 0.2, 0.8, 30), 30, "well"),
        (Correlated(0.32, -0.04, 0.6, 30), 30, "hardly"),
        (Correlated(0.1, -0.2, 0.4, 30), 30, "hardly"),
        (Correlated(-0.5, -0.7, -0.2, 30), 30, "backwards"),
    ],
)
def test_it_tells_learners_apart_where_chance_does_not_explain_it(found, learners, word):
    assert judging.discrimination(found, learners) == word
