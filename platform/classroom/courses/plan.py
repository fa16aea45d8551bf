"""What a course asks for and when: its tracks of the catalog, opening and due dates, and what may be handed in now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from sqlmodel import Session, col, or_, select

from classroom import gradebook
from classroom.catalog import Catalog, Lesson, Track
from classroom.courses.hours import is_open_in_class
from classroom.errors import Conflict, Forbidden, NotFound
from classroom.gradebook import ExercisePlan, Plan, Policy, TrackPlan
from classroom.models import Course, CourseExercise, CourseTrack, Enrolment, Extension, GroupMember, User, now
from evmbox.exercise import Exercise


@dataclass(frozen=True)
class Offer:
    """The part of the catalog that a course teaches, and its plan."""

    course: Course
    tracks: tuple[Track, ...]
    plan: Plan

    @cached_property
    def lessons(self) -> dict[str, Lesson]:
        """Every lesson by its id, in order."""
        return {lesson.id: lesson for track in self.tracks for lesson in track.lessons}

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        """Every exercise by its id, in order."""
        return {exercise.id: exercise for lesson in self.lessons.values() for exercise in lesson.exercises}

    def lesson(self, lesson_id: str) -> Lesson:
        """Find a lesson; raise `NotFound` also for one of a track that was not chosen."""
        try:
            return self.lessons[lesson_id]
        except KeyError:
            raise NotFound("The course has no such lesson.") from None

    def exercise(self, exercise_id: str) -> Exercise:
        """Find an exercise; raise `NotFound` also for one of a track that was not chosen."""
        try:
            return self.exercises[exercise_id]
        except KeyError:
            raise NotFound("The course has no such exercise.") from None

    def dates(self, exercise_id: str) -> ExercisePlan:
        """Give an exercise's dates; raise `NotFound`."""
        return self.plan.exercises[self.exercise(exercise_id).id]

    def check_open(self, exercise_id: str) -> None:
        """Raise Forbidden where learners may not see the exercise yet."""
        opens = [each for each in (self.course.starts_at, self.dates(exercise_id).opens_at) if each]
        if opens and now() < max(opens):
            raise Forbidden(f"This exercise opens on {in_words(max(opens))}.")


def offer(session: Session, course: Course, catalog: Catalog) -> Offer:
    """Read what a course teaches. What it names and the catalog has no longer is left out."""
    of_tracks = {
        row.track_id: row for row in session.exec(select(CourseTrack).where(CourseTrack.course_id == course.id))
    }
    of_exercises = {
        row.exercise_id: row
        for row in session.exec(select(CourseExercise).where(CourseExercise.course_id == course.id))
    }
    tracks = tuple(track for track in catalog.tracks if course.all_tracks or track.id in of_tracks)
    return Offer(
        course,
        tracks,
        Plan(tuple(_track_plan(catalog, track, of_tracks, of_exercises) for track in tracks), policy_of(course)),
    )


def teaches(session: Session, user: User, track_id: str) -> bool:
    """Tell whether a course that a person has a role in teaches a track; to an administrator all of them are open."""
    if user.is_admin:
        return True
    chosen = select(CourseTrack.course_id).where(CourseTrack.track_id == track_id)
    found = (
        select(Enrolment.id)
        .join(Course, col(Course.id) == Enrolment.course_id)
        .where(Enrolment.user_id == user.id, or_(col(Course.all_tracks).is_(True), col(Course.id).in_(chosen)))
    )
    return session.exec(found).first() is not None


def policy_of(course: Course) -> Policy:
    """Say a course's rules in the words of the gradebook."""
    return Policy(
        late=course.late_rule,
        percent_per_day=course.late_percent_per_day,
        grace=timedelta(minutes=course.grace_minutes),
        counting=course.counting,
    )


def extensions_of(session: Session, course: Course, user_id: UUID) -> list[gradebook.Extension]:
    """List the later due dates that a learner was given, themselves or with a group."""
    groups = select(GroupMember.group_id).where(GroupMember.user_id == user_id)
    found = session.exec(
        select(Extension).where(
            Extension.course_id == course.id,
            or_(col(Extension.user_id) == user_id, col(Extension.group_id).in_(groups)),
        )
    )
    return [gradebook.Extension(row.exercise_id, row.due_at) for row in found]


def last_due(dates: ExercisePlan, extensions: Iterable[gradebook.Extension]) -> datetime | None:
    """Tell when an exercise is due for a learner who was given these extensions; None: never."""
    later = (extension.due_at for extension in extensions if extension.exercise_id == dates.id)
    return gradebook.due_dates(dates, later)[-1]


def check_handing_in(session: Session, offered: Offer, user_id: UUID, exercise_id: str) -> None:
    """Raise Conflict where nothing is taken now: the course does not run, or the exercise is not open or has closed."""
    at, course, dates = now(), offered.course, offered.dates(exercise_id)
    if course.archived_at is not None:
        raise Conflict("This course is archived. You can look at it, and hand nothing in.")
    if course.starts_at is not None and at < course.starts_at:
        raise Conflict(f"This course begins on {in_words(course.starts_at)}.")
    if course.ends_at is not None and at >= course.ends_at:
        raise Conflict(f"This course ended on {in_words(course.ends_at)}. You can look at it, and hand nothing in.")
    if (
        dates.opens_at is not None
        and at < dates.opens_at
        and not is_open_in_class(session, course.id, user_id, exercise_id)
    ):
        raise Conflict(f"This exercise opens on {in_words(dates.opens_at)}.")
    if dates.due_at is None:
        return
    policy = offered.plan.policy
    due = last_due(dates, extensions_of(session, course, user_id))
    deadline = policy.deadline(due)
    if deadline is not None and not policy.accepts(at, due):
        raise Conflict(
            f"This exercise closed on {in_words(deadline)}, and the course takes no late work. "
            "Your instructor can give you an extension."
        )


def in_words(at: datetime) -> str:
    """Write a time as a person reads it."""
    return f"{at:%-d %B %Y, %H:%M} UTC"


def _track_plan(
    catalog: Catalog, track: Track, of_tracks: dict[str, CourseTrack], of_exercises: dict[str, CourseExercise]
) -> TrackPlan:
    whole = of_tracks.get(track.id)
    plans = []
    for exercise in (exercise for lesson in track.lessons for exercise in lesson.exercises):
        rows = [row for row in (of_exercises.get(exercise.id), whole) if row]  # its own dates first
        plans.append(
            ExercisePlan(
                exercise.id,
                catalog.summary(exercise.id).max_score,
                opens_at=next((row.opens_at for row in rows if row.opens_at), None),
                due_at=next((row.due_at for row in rows if row.due_at), None),
            )
        )
    return TrackPlan(track.id, tuple(plans), whole.drop_lowest if whole else 0, whole.weight if whole else None)
