"""Reads the rows that grades are made from, and says grades in the words of the API. The rules are in `gradebook`."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import String, func, select, type_coerce  # of columns: SQLModel types no more than four
from sqlmodel import Session, col

from classroom import courses, gradebook
from classroom.courses import Offer
from classroom.gradebook import Attempt, ExerciseGrade, Extension, Grades, Hint
from classroom.models import Extension as ExtensionRow
from classroom.models import Group, GroupMember, HintTaken, Progress, Submission, SubmissionState, User
from classroom.schemas import ExerciseGradeOut, GradesOut, TrackGradeOut


def of_learners(
    session: Session,
    offered: Offer,
    user_ids: Collection[UUID],
    *,
    verdicts: Mapping[UUID, tuple[float, float]] = MappingProxyType({}),
    exercise_ids: Collection[str] | None = None,
) -> dict[UUID, Grades]:
    """Compute the grades of these learners of a course: six queries, however many they are.

    `verdicts` gives points and the most points of attempts, in the place of those that they have. With `exercise_ids`
    only attempts at these are read: what is said of the others, and of tracks, means nothing then.
    """
    attempts: dict[UUID, list[Attempt]] = {user_id: [] for user_id in user_ids}
    instead = {} if not verdicts else _numbered(session, verdicts)
    # SQLite keeps an id as its 32 digits: making a UUID of each row's costs more than reading the row
    whose = {key: made for user_id, made in attempts.items() for key in (user_id, user_id.hex)}
    graded = select(
        type_coerce(col(Submission.user_id), String),
        col(Submission.exercise_id),
        col(Submission.number),
        col(Submission.created_at),
        col(Submission.score),
        col(Submission.max_score),
    ).where(
        col(Submission.course_id) == offered.course.id,
        col(Submission.user_id).in_(user_ids),
        col(Submission.state) == SubmissionState.DONE,
    )
    if exercise_ids is not None:
        graded = graded.where(col(Submission.exercise_id).in_(exercise_ids))
    for user_id, exercise_id, number, at, score, max_score in session.execute(graded):
        whose[user_id].append(Attempt(exercise_id, number, at, score or 0.0, max_score or 0.0))
    for (user_id, exercise_id, number), (score, max_score) in instead.items():
        attempts[user_id] = [
            replace(made, score=score, max_score=max_score)
            if (made.exercise_id, made.number) == (exercise_id, number)
            else made
            for made in attempts[user_id]
        ]
    extensions = _extensions(session, offered, user_ids)
    overrides = courses.overrides_of(session, offered.course.id, user_ids)
    hints, practice = _hints(session, offered, user_ids), _practice(session, offered, user_ids)
    return {
        user_id: gradebook.grades(
            offered.plan,
            made,
            extensions=extensions.get(user_id, ()),
            overrides=overrides.get(user_id, ()),
            hints=hints.get(user_id, ()),
            practice=practice.get(user_id, {}),
        )
        for user_id, made in attempts.items()
    }


def _numbered(
    session: Session, verdicts: Mapping[UUID, tuple[float, float]]
) -> dict[tuple[UUID, str, int], tuple[float, float]]:
    """Name attempts as the rows do: by learner, exercise and number; ids of all would cost more than all the rest."""
    found = {}
    ids = list(verdicts)
    for start in range(0, len(ids), 500):
        wanted = col(Submission.id).in_(ids[start : start + 500])
        named = select(
            col(Submission.id), col(Submission.user_id), col(Submission.exercise_id), col(Submission.number)
        ).where(wanted)
        for submission_id, *place in session.execute(named):
            found[tuple(place)] = verdicts[submission_id]
    return found


def graded_attempts(session: Session, offered: Offer, user_id: UUID) -> dict[str, int]:
    """Count a learner's attempts that have a verdict, by exercise."""
    return attempts_made(session, offered, [user_id]).get(user_id, {})


def attempts_made(session: Session, offered: Offer, user_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """Count the attempts of these learners that have a verdict, by exercise."""
    verdicts = select(col(Submission.user_id), col(Submission.exercise_id), func.count()).where(
        col(Submission.course_id) == offered.course.id,
        col(Submission.user_id).in_(user_ids),
        col(Submission.state) == SubmissionState.DONE,
    )
    found: dict[UUID, dict[str, int]] = {}
    for user_id, exercise_id, count in session.execute(
        verdicts.group_by(col(Submission.user_id), col(Submission.exercise_id))
    ):
        found.setdefault(user_id, {})[exercise_id] = count
    return found


def to_out(offered: Offer, user: User, found: Grades) -> GradesOut:
    """Say one learner's grades in the words of the API."""
    return GradesOut(
        course=offered.course.slug,
        user_id=user.id,
        name=user.name,
        display_name=user.display_name,
        percent=None if found.percent is None else _rounded(found.percent),
        tracks=[
            TrackGradeOut(
                track_id=track.track_id,
                score=_rounded(track.score),
                max_score=track.max_score,
                percent=_rounded(100 * track.share),
                weight=track.weight,
                exercises=[exercise_out(grade) for grade in track.exercises],
            )
            for track in found.tracks
        ],
    )


def exercise_out(grade: ExerciseGrade) -> ExerciseGradeOut:
    """Say one exercise's points in the words of the API."""
    return ExerciseGradeOut(
        exercise_id=grade.exercise_id,
        score=_rounded(grade.score),
        max_score=grade.max_score,
        reached=None if grade.reached is None else _rounded(grade.reached),
        attempt=grade.attempt,
        late=grade.late,
        due_at=grade.due_at,
        overridden=grade.overridden,
        override_reason=grade.override_reason,
        computed=None if grade.computed is None else _rounded(grade.computed),
        dropped=grade.dropped,
        hints=grade.hints,
        hints_cost=_rounded(grade.hints_cost),
        given_up=grade.given_up,
    )


def _extensions(session: Session, offered: Offer, user_ids: Collection[UUID]) -> dict[UUID, list[Extension]]:
    found: dict[UUID, list[Extension]] = {}
    of_course = col(ExtensionRow.course_id) == offered.course.id
    own = select(col(ExtensionRow.user_id), col(ExtensionRow.exercise_id), col(ExtensionRow.due_at)).where(
        of_course, col(ExtensionRow.user_id).in_(user_ids)
    )
    of_groups = (
        select(col(GroupMember.user_id), col(ExtensionRow.exercise_id), col(ExtensionRow.due_at))
        .join(Group, col(Group.id) == GroupMember.group_id)
        .join(ExtensionRow, col(ExtensionRow.group_id) == Group.id)
        .where(of_course, col(GroupMember.user_id).in_(user_ids))
    )
    for statement in (own, of_groups):
        for user_id, exercise_id, due_at in session.execute(statement):
            found.setdefault(user_id, []).append(Extension(exercise_id, due_at))
    return found


def _hints(session: Session, offered: Offer, user_ids: Collection[UUID]) -> dict[UUID, list[Hint]]:
    """Read the hints that were taken."""
    found: dict[UUID, list[Hint]] = {}
    taken = select(
        col(HintTaken.user_id), col(HintTaken.exercise_id), col(HintTaken.cost), col(HintTaken.from_attempt)
    ).where(col(HintTaken.course_id) == offered.course.id, col(HintTaken.user_id).in_(user_ids))
    for user_id, exercise_id, cost, from_attempt in session.execute(taken):
        found.setdefault(user_id, []).append(Hint(exercise_id, cost, from_attempt))
    return found


def _practice(session: Session, offered: Offer, user_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """Read from which attempt on what was given up is practice."""
    found: dict[UUID, dict[str, int]] = {}
    given_up = select(col(Progress.user_id), col(Progress.exercise_id), col(Progress.practice_from)).where(
        col(Progress.course_id) == offered.course.id,
        col(Progress.user_id).in_(user_ids),
        col(Progress.practice_from).is_not(None),
    )
    for user_id, exercise_id, practice_from in session.execute(given_up):
        found.setdefault(user_id, {})[exercise_id] = practice_from
    return found


def _rounded(number: float) -> float:
    """Round off what binary fractions add to a sum of points."""
    return round(number, 4)
