"""The tables of courses and who is what in them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from classroom.gradebook import Counting, LateRule
from classroom.models.base import Table, choice_column, now, one_of, time_column


class Role(StrEnum):
    """What a person is in one course."""

    INSTRUCTOR = "instructor"
    ASSISTANT = "assistant"  # sees the learners of their own groups, and changes nothing
    LEARNER = "learner"


class Course(Table, table=True):
    """A course held for a cohort. Without dates it runs until it is archived."""

    __tablename__ = "courses"
    __table_args__ = (
        one_of("late_rule", LateRule),
        one_of("counting", Counting),
        CheckConstraint("starts_at IS NULL OR ends_at IS NULL OR starts_at < ends_at", name="starts_before_it_ends"),
        CheckConstraint("late_percent_per_day >= 0 AND late_percent_per_day <= 100", name="percent_in_range"),
        CheckConstraint("grace_minutes >= 0", name="grace_in_range"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    slug: str = Field(max_length=64, unique=True, index=True)
    title: str = Field(max_length=200)
    starts_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    ends_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    archived_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    all_tracks: bool = Field(default=True)  # every track of the catalog, also those that come later
    late_rule: LateRule = Field(default=LateRule.NONE, sa_column=choice_column(LateRule))
    late_percent_per_day: float = Field(default=0.0)
    grace_minutes: int = Field(default=0)
    counting: Counting = Field(default=Counting.BEST, sa_column=choice_column(Counting))
    created_at: datetime = Field(default_factory=now, sa_column=time_column())


class CourseTrack(Table, table=True):
    """A track chosen for a course, or only its dates and drops where a course has every track."""

    __tablename__ = "course_tracks"
    __table_args__ = (
        CheckConstraint("drop_lowest >= 0", name="drop_lowest_in_range"),
        CheckConstraint("weight >= 0", name="weight_in_range"),
    )

    course_id: UUID = Field(primary_key=True, foreign_key="courses.id", ondelete="CASCADE")
    track_id: str = Field(primary_key=True, max_length=64)
    opens_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    due_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    drop_lowest: int = Field(default=0)
    weight: float | None = None  # none: what its exercises are worth


class CourseExercise(Table, table=True):
    """Dates of one exercise, where they differ from those of its track."""

    __tablename__ = "course_exercises"

    course_id: UUID = Field(primary_key=True, foreign_key="courses.id", ondelete="CASCADE")
    exercise_id: str = Field(primary_key=True, max_length=64)
    opens_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    due_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))


class Enrolment(Table, table=True):
    """A person's role in a course. One person may hold both roles: a laptop's owner teaches and learns."""

    __tablename__ = "enrolments"
    __table_args__ = (UniqueConstraint("course_id", "user_id", "role"), one_of("role", Role))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    role: Role = Field(sa_column=choice_column(Role))
    chosen_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))  # the last chosen is open
    created_at: datetime = Field(default_factory=now, sa_column=time_column())


class Group(Table, table=True):
    """Some learners of a course, and the assistants who look after them."""

    __tablename__ = "course_groups"
    __table_args__ = (UniqueConstraint("course_id", "name"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    name: str = Field(max_length=64)
    created_at: datetime = Field(default_factory=now, sa_column=time_column())


class GroupMember(Table, table=True):
    """Who is in a group; what they are in it is their role in the course."""

    __tablename__ = "course_group_members"

    group_id: UUID = Field(primary_key=True, foreign_key="course_groups.id", ondelete="CASCADE")
    user_id: UUID = Field(primary_key=True, foreign_key="users.id", index=True, ondelete="CASCADE")


class Invite(Table, table=True):
    """A link that gives whoever follows it a role in a course, a number of times and until it expires."""

    __tablename__ = "invites"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("uses >= 0 AND (max_uses IS NULL OR uses <= max_uses)", name="uses_in_range"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", index=True, ondelete="CASCADE")
    role: Role = Field(sa_column=choice_column(Role))
    group_id: UUID | None = Field(default=None, foreign_key="course_groups.id", index=True, ondelete="CASCADE")
    secret_hash: str = Field(max_length=64, unique=True, index=True)
    label: str = Field(default="", max_length=128)
    max_uses: int | None = None
    uses: int = Field(default=0)
    expires_at: datetime = Field(sa_column=time_column())
    revoked_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=time_column())


class Extension(Table, table=True):
    """A later due date for one learner or one group in one exercise."""

    __tablename__ = "extensions"
    __table_args__ = (
        UniqueConstraint("course_id", "exercise_id", "user_id"),
        UniqueConstraint("course_id", "exercise_id", "group_id"),
        CheckConstraint("(user_id IS NULL) != (group_id IS NULL)", name="one_receiver"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="CASCADE")
    group_id: UUID | None = Field(default=None, foreign_key="course_groups.id", index=True, ondelete="CASCADE")
    due_at: datetime = Field(sa_column=time_column())
    reason: str = Field(default="", max_length=500)
    created_at: datetime = Field(default_factory=now, sa_column=time_column())


class Override(Table, table=True):
    """Points that an instructor has put in the place of the computed ones. Kept apart from attempts and verdicts."""

    __tablename__ = "overrides"
    __table_args__ = (
        UniqueConstraint("course_id", "user_id", "exercise_id"),
        CheckConstraint("score >= 0", name="score_in_range"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    score: float  # in points
    reason: str = Field(max_length=500)  # which the learner reads
    set_at: datetime = Field(default_factory=now, sa_column=time_column())
