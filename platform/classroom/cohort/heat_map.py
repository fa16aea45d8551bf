"""The heat map: every learner by every exercise, in three narrow queries whatever the numbers."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from classroom.catalog import Catalog
from classroom.cohort.standing import Look, is_everyones, look
from classroom.courses import Offer, Staff
from classroom.models import Group, GroupMember
from classroom.schemas import GroupRef
from classroom.schemas.cohort import NEW, HeatMapOut, MapExercise, MapLearner


def heat_map(
    session: Session, staff: Staff, offered: Offer, catalog: Catalog, *, seen: Look | None = None
) -> HeatMapOut:
    """Tell how all learners whom this one looks after stand in all exercises of the course, by display name.

    The database puts each learner's cells into one line, so that a thousand rows are read and not seventy thousand.
    `seen` is what a look that was taken already saw.
    """
    seen = seen or look(session, staff)
    columns = {exercise_id: place for place, exercise_id in enumerate(offered.exercises)}
    groups, members = _groups(session, staff)
    learners = []
    for user_id, name, display_name, line in seen.learners:
        states, attempts = _spread(line.cells, columns)
        learners.append(
            MapLearner(
                user_id=user_id,
                name=name,
                display_name=display_name,
                groups=members.get(user_id, []),
                seen_at=line.seen_at,
                states=states,
                attempts=attempts,
            )
        )
    return HeatMapOut(
        course=staff.course.slug,
        at=seen.at,
        exercises=[
            MapExercise(
                id=each.id, title=each.title, track_id=catalog.lesson_of(each.id).track, max_score=each.max_score
            )
            for each in map(catalog.summary, columns)
        ],
        groups=groups,
        learners=learners,
    )


def _spread(cells: str, columns: dict[str, int]) -> tuple[str, list[int]]:
    """Put `tip-jar:s3 hello-storage:p1` into the places of the exercises; what the course has no longer is left out."""
    states, attempts = [NEW] * len(columns), [0] * len(columns)
    for cell in cells.split():
        exercise_id, _, told = cell.partition(":")
        place = columns.get(exercise_id)
        if place is not None:
            states[place] = told[0]
            attempts[place] = int(told[1:])
    return "".join(states), attempts


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
