"""The tables of courses and who is what in them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from classroom.models.base import Table, choice_column, now, one_of, time_column


class Role(StrEnum):
    """What a person is in one course."""

    INSTRUCTOR = "instructor"
    LEARNER = "learner"


class Course(Table, table=True):
    """A course held for a cohort."""

    __tablename__ = "courses"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    slug: str = Field(max_length=64, unique=True, index=True)
    title: str = Field(max_length=200)
    created_at: datetime = Field(default_factory=now, sa_column=time_column())


class Enrolment(Table, table=True):
    """A person's role in a course. One person may hold both roles: a laptop's owner teaches and learns."""

    __tablename__ = "enrolments"
    __table_args__ = (UniqueConstraint("course_id", "user_id", "role"), one_of("role", Role))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    role: Role = Field(sa_column=choice_column(Role))
    created_at: datetime = Field(default_factory=now, sa_column=time_column())
