"""A course's grades as files: CSV with a column for each exercise or a row for each, and the same as JSON."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlmodel import Session

from classroom import courses, grades, roster
from classroom.courses import Offer
from classroom.models import Group, User
from classroom.schemas import ExerciseGradeOut, GradesOut

_ROWS: Final = (
    *("name", "display_name", "group", "track", "exercise", "title", "points", "max_points", "percent", "reached"),
    *("attempts", "attempt_that_counts", "late", "due_at", "hints", "points_for_hints", "gave_up", "dropped"),
    *("set_by_instructor", "reason", "points_computed"),
)
_FILE: Final = TypeAdapter(list[GradesOut])


def of_learners(session: Session, offered: Offer, learners: Sequence[User]) -> list[GradesOut]:
    """Compute the grades of these learners, in this order."""
    found = grades.of_learners(session, offered, [learner.id for learner in learners])
    return [grades.to_out(offered, learner, found[learner.id]) for learner in learners]


def as_columns(offered: Offer, found: Sequence[GradesOut]) -> str:
    """Write CSV with a row for each learner: the points of each exercise, and at the end the percent of each track."""
    header = ["name", "display_name", "percent", *offered.exercises, *(f"percent:{each.id}" for each in offered.tracks)]
    rows: list[list[str | float | None]] = []
    for out in found:
        points = {each.exercise_id: each.score for track in out.tracks for each in track.exercises}
        shares = {track.track_id: track.percent for track in out.tracks}
        rows.append(
            [
                *(out.name, out.display_name, out.percent),
                *(points[each] for each in offered.exercises),
                *(shares[each.id] for each in offered.tracks),
            ]
        )
    return roster.write_csv(header, rows)


def as_rows(session: Session, offered: Offer, found: Sequence[GradesOut]) -> str:
    """Write CSV with a row for each learner and exercise: points, attempts, late, hints, and what was set by hand."""
    ids = [out.user_id for out in found]
    made = grades.attempts_made(session, offered, ids)
    groups = courses.groups_of(session, offered.course, ids)
    rows = [
        _row(offered, out, track.track_id, each, made=made.get(out.user_id, {}), group=_names(groups, out.user_id))
        for out in found
        for track in out.tracks
        for each in track.exercises
    ]
    return roster.write_csv(_ROWS, rows)


def as_json(found: Sequence[GradesOut]) -> bytes:
    """Write JSON: a list of `GradesOut`."""
    return _FILE.dump_json(list(found), indent=1)


def _names(groups: Mapping[UUID, Sequence[Group]], user_id: UUID) -> str:
    return "; ".join(group.name for group in groups.get(user_id, ()))


def _row(
    offered: Offer, out: GradesOut, track_id: str, grade: ExerciseGradeOut, *, made: Mapping[str, int], group: str
) -> list[str | float | None]:
    return [
        *(out.name, out.display_name, group, track_id, grade.exercise_id, offered.exercise(grade.exercise_id).title),
        *(grade.score, grade.max_score),
        round(100 * grade.score / grade.max_score, 4) if grade.max_score else None,
        *(grade.reached, made.get(grade.exercise_id, 0), grade.attempt, _yes(grade.late)),
        grade.due_at.isoformat() if grade.due_at else None,
        *(grade.hints, grade.hints_cost, _yes(grade.given_up), _yes(grade.dropped)),
        *(_yes(grade.overridden), grade.override_reason, grade.computed),
    ]


def _yes(holds: bool) -> str:
    return "yes" if holds else ""
