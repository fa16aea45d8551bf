"""Courses made, changed and put away. Who may do that is asked here; what they teach is in the catalog."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from classroom import audit_log
from classroom.audit_log import Action
from classroom.catalog import Catalog
from classroom.courses.roles import enrol, lock
from classroom.errors import Conflict, Forbidden, Invalid
from classroom.gradebook import LateRule
from classroom.models import Course, CourseExercise, CourseTrack, Enrolment, Role, User, now

MOST_DROPPED = 100
GREATEST_WEIGHT = 1000
LONGEST_GRACE_MINUTES = 60 * 24 * 60
CHANGEABLE = frozenset(
    {"title", "starts_at", "ends_at", "late_rule", "late_percent_per_day", "grace_minutes", "counting"}
)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Dates:
    """When a track or an exercise opens and is due; of a track also how many exercises are dropped, and its weight."""

    id: str
    opens_at: datetime | None = None
    due_at: datetime | None = None
    drop_lowest: int = 0
    weight: float | None = None


def require_founder(session: Session, user: User) -> None:
    """Raise Forbidden for who may not make courses: administrators do, and whoever teaches in one already."""
    teaches = select(Enrolment.id).where(Enrolment.user_id == user.id, Enrolment.role == Role.INSTRUCTOR)
    if not user.is_admin and session.exec(teaches).first() is None:
        raise Forbidden("Only an administrator, or an instructor of another course, can make a course.")


def create(
    session: Session,
    *,
    title: str,
    slug: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    instructor: User | None = None,
    actor_id: UUID | None = None,
    request_id: str | None = None,
) -> Course:
    """Make a course that teaches every track, with its instructor. Without a slug, the title gives it.

    Raises Invalid, or Conflict where the slug is taken.
    """
    title = _checked_title(title)
    slug = slug or slug_from(title)
    if not _SLUG.fullmatch(slug) or len(slug) > 64:
        raise Invalid(
            "A course's short name has 1 to 64 lower-case letters, digits and hyphens, such as `spring-2026`."
        )
    if session.exec(select(Course.id).where(Course.slug == slug)).first():
        raise Conflict(f"There is a course with the short name {slug} already. Choose another one.")
    course = Course(slug=slug, title=title, starts_at=starts_at, ends_at=ends_at)
    _check_dates(course)
    session.add(course)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("A course with this short name was made at the same moment.") from None
    audit_log.record(session, Action.COURSE_CREATED, actor_id=actor_id, subject=str(course.id), request_id=request_id)
    if instructor is not None:
        enrol(session, course, instructor, Role.INSTRUCTOR, actor_id=actor_id, request_id=request_id)
    return course


def change(
    session: Session,
    course: Course,
    changes: Mapping[str, Any],
    *,
    archived: bool | None = None,
    actor_id: UUID | None,
    request_id: str | None = None,
) -> None:
    """Change a course: its title, dates or rules (`CHANGEABLE`); archive it, or take it out of the archive.

    Raises Invalid. Grades follow at once, since they are computed when they are read.
    """
    before = {name: getattr(course, name) for name in (*CHANGEABLE, "archived_at")}
    for name, value in changes.items():
        if name not in CHANGEABLE:
            raise ValueError(f"{name} of a course is not changed here")
        setattr(course, name, _checked_title(value) if name == "title" else value)
    if archived is not None and archived != (course.archived_at is not None):
        course.archived_at = now() if archived else None
    _check_dates(course)
    _check_rules(course)
    changed = {name: getattr(course, name) for name, held in before.items() if getattr(course, name) != held}
    if not changed:
        return
    session.add(course)
    session.flush()
    audit_log.record(
        session,
        Action.COURSE_CHANGED,
        actor_id=actor_id,
        subject=str(course.id),
        details={name: _plain(name, value) for name, value in sorted(changed.items())},
        request_id=request_id,
    )


def set_plan(
    session: Session,
    course: Course,
    catalog: Catalog,
    *,
    all_tracks: bool,
    tracks: Iterable[Dates],
    exercises: Iterable[Dates],
    actor_id: UUID | None,
    request_id: str | None = None,
) -> None:
    """Put these tracks and dates in the place of those a course had: all of them, or none where one is wrong.

    With `all_tracks`, the rows of tracks only hold dates and drops. Raises Invalid.
    """
    tracks, exercises = list(tracks), list(exercises)
    known = {track.id for track in catalog.tracks}
    _check_names("track", [dates.id for dates in tracks], known)
    _check_names("exercise", [dates.id for dates in exercises], set(catalog.exercises))
    if not all_tracks and not tracks:
        raise Invalid("A course teaches one track at least. Choose one, or all of them.")
    for dates in (*tracks, *exercises):
        if dates.opens_at is not None and dates.due_at is not None and dates.opens_at >= dates.due_at:
            raise Invalid(f"{dates.id} would be due before it opens.")
        if not 0 <= dates.drop_lowest <= MOST_DROPPED:
            raise Invalid(f"A track drops 0 to {MOST_DROPPED} exercises.")
        if dates.weight is not None and not 0 <= dates.weight <= GREATEST_WEIGHT:
            raise Invalid(f"A track weighs 0 to {GREATEST_WEIGHT:,}, or, with no weight, what its exercises are worth.")
    lock(session, course)
    session.exec(delete(CourseTrack).where(col(CourseTrack.course_id) == course.id))
    session.exec(delete(CourseExercise).where(col(CourseExercise.course_id) == course.id))
    course.all_tracks = all_tracks
    for dates in tracks:
        session.add(
            CourseTrack(
                course_id=course.id,
                track_id=dates.id,
                opens_at=dates.opens_at,
                due_at=dates.due_at,
                drop_lowest=dates.drop_lowest,
                weight=dates.weight,
            )
        )
    for dates in exercises:
        session.add(
            CourseExercise(course_id=course.id, exercise_id=dates.id, opens_at=dates.opens_at, due_at=dates.due_at)
        )
    session.add(course)
    session.flush()
    audit_log.record(
        session,
        Action.COURSE_CHANGED,
        actor_id=actor_id,
        subject=str(course.id),
        details={
            "all_tracks": all_tracks,
            "tracks": sorted(dates.id for dates in tracks)[:50],
            "dates": len(exercises),
        },
        request_id=request_id,
    )


class Chosen(NamedTuple):
    """The tracks and dates that were set for a course, by their ids."""

    tracks: dict[str, Dates]
    exercises: dict[str, Dates]


def chosen_dates(session: Session, course: Course) -> Chosen:
    """Give what `set_plan` was told last."""
    tracks = session.exec(select(CourseTrack).where(CourseTrack.course_id == course.id))
    exercises = session.exec(select(CourseExercise).where(CourseExercise.course_id == course.id))
    return Chosen(
        {row.track_id: Dates(row.track_id, row.opens_at, row.due_at, row.drop_lowest, row.weight) for row in tracks},
        {row.exercise_id: Dates(row.exercise_id, row.opens_at, row.due_at) for row in exercises},
    )


def slug_from(title: str) -> str:
    """Make a short name for addresses from a title; empty where it has no letter or digit of ours."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:64].strip("-")


def _checked_title(title: str) -> str:
    title = unicodedata.normalize("NFC", title).strip()
    if not 1 <= len(title) <= 200 or any(unicodedata.category(character).startswith("C") for character in title):
        raise Invalid("A course's title has 1 to 200 characters, none of them a control or formatting character.")
    return title


def _check_dates(course: Course) -> None:
    if course.starts_at is not None and course.ends_at is not None and course.starts_at >= course.ends_at:
        raise Invalid("The course would end before it starts.")


def _check_rules(course: Course) -> None:
    if not 0 <= course.late_percent_per_day <= 100:
        raise Invalid("Late work loses 0 to 100 percent of its points a day.")
    if course.late_rule is LateRule.PERCENT_PER_DAY and course.late_percent_per_day == 0:
        raise Invalid("Say how many percent of its points late work loses a day.")
    if not 0 <= course.grace_minutes <= LONGEST_GRACE_MINUTES:
        raise Invalid(f"The grace after a due date is 0 to {LONGEST_GRACE_MINUTES:,} minutes.")


def _check_names(kind: str, names: list[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise Invalid(f"There is no {kind} `{name}`. There are: {', '.join(sorted(known)[:30])}.")
        if names.count(name) > 1:
            raise Invalid(f"The {kind} `{name}` is named twice.")


def _plain(name: str, value: Any) -> Any:
    """Say a change for the log: times as text, and of a title only that it changed."""
    if name == "title":
        return True
    return value.isoformat() if isinstance(value, datetime) else value
