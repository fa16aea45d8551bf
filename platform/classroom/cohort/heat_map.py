"""The heat map: every learner by every exercise, in three narrow queries whatever the numbers."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, case, cast, func, select
from sqlmodel import Session, col

from classroom import courses
from classroom.catalog import Catalog
from classroom.cohort.standing import BEGUN, LETTER, is_everyones, seen_by, stuck_ones
from classroom.courses import Offer, Staff
from classroom.models import Group, GroupMember, Progress, User, now
from classroom.models.base import UtcDateTime
from classroom.schemas import GroupRef
from classroom.schemas.cohort import NEW, HeatMapOut, MapExercise, MapLearner


def heat_map(session: Session, staff: Staff, offered: Offer, catalog: Catalog) -> HeatMapOut:
    """Tell how all learners whom this one looks after stand in all exercises of the course, by display name.

    The database puts each learner's cells into one line, so that a thousand rows are read and not seventy thousand.
    """
    at = now()
    columns = {exercise_id: place for place, exercise_id in enumerate(offered.exercises)}
    cell = col(Progress.exercise_id) + ":" + LETTER + cast(col(Progress.attempts), String)
    tried_at = case((col(Progress.attempts) > 0, col(Progress.attempted_at)))
    lines: dict[UUID, Any] = {
        user_id: (cells, seen_at)
        for user_id, cells, seen_at in session.execute(
            select(
                col(Progress.user_id),
                func.aggregate_strings(cell, " "),
                func.max(tried_at, type_=UtcDateTime()),
            )
            .where(seen_by(staff), BEGUN)
            .group_by(col(Progress.user_id))
        )
    }
    stuck: dict[UUID, list[tuple[int, str]]] = {}
    for found in stuck_ones(session, staff, list(columns), at=at):
        stuck.setdefault(found.row.user_id, []).append((columns[found.row.exercise_id], found.letter))
    groups, members = _groups(session, staff)
    learners = []
    for user_id, name, display_name in _learners(session, staff):
        cells, seen_at = lines.get(user_id, ("", None))
        states, attempts = _spread(cells, columns)
        for place, letter in stuck.get(user_id, ()):
            states[place] = letter
        learners.append(
            MapLearner(
                user_id=user_id,
                name=name,
                display_name=display_name,
                groups=members.get(user_id, []),
                seen_at=seen_at,
                states="".join(states),
                attempts=attempts,
            )
        )
    summaries = [catalog.summary(exercise_id) for exercise_id in columns]
    return HeatMapOut(
        course=staff.course.slug,
        at=at,
        exercises=[
            MapExercise(
                id=each.id, title=each.title, track_id=catalog.lesson_of(each.id).track, max_score=each.max_score
            )
            for each in summaries
        ],
        groups=groups,
        learners=learners,
    )


def _spread(cells: str, columns: dict[str, int]) -> tuple[list[str], list[int]]:
    """Put `tip-jar:s3 hello-storage:p1` into the places of the exercises; what the course has no longer is left out."""
    states, attempts = [NEW] * len(columns), [0] * len(columns)
    for cell in cells.split():
        exercise_id, _, told = cell.partition(":")
        place = columns.get(exercise_id)
        if place is not None:
            states[place], attempts[place] = told[0], int(told[1:])
    return states, attempts


def _learners(session: Session, staff: Staff) -> Any:
    narrow = courses.learners_seen(staff).with_only_columns(col(User.id), col(User.name), col(User.display_name))
    return session.execute(narrow.order_by(col(User.display_name), col(User.name)))


def _groups(session: Session, staff: Staff) -> tuple[list[GroupRef], dict[UUID, list[UUID]]]:
    """Give the groups that may be asked for, and who is in which; an assistant's are those they are in."""
    of_course = select(col(Group.id), col(Group.name)).where(col(Group.course_id) == staff.course.id)
    if not is_everyones(staff):
        own = select(col(GroupMember.group_id)).where(col(GroupMember.user_id) == staff.user.id)
        of_course = of_course.where(col(Group.id).in_(own))
    groups = [GroupRef(id=id_, name=name) for id_, name in session.execute(of_course.order_by(col(Group.name)))]
    members: dict[UUID, list[UUID]] = {}
    if groups:
        held = select(col(GroupMember.user_id), col(GroupMember.group_id))
        for user_id, group_id in session.execute(
            held.where(col(GroupMember.group_id).in_([group.id for group in groups]))
        ):
            members.setdefault(user_id, []).append(group_id)
    return groups, members
