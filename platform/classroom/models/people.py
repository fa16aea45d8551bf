"""The tables of people and their secrets."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlmodel import Field

from classroom.models.base import Table, choice_column, now, one_of, time_column


class User(Table, table=True):
    """A person."""

    __tablename__ = "users"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=64, unique=True, index=True)
    display_name: str = Field(max_length=128)
    password_hash: str | None = Field(default=None, max_length=256)
    is_admin: bool = Field(default=False)
    disabled_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=time_column())


class CredentialKind(StrEnum):
    """What an opaque secret opens."""

    SESSION = "session"  # a browser's cookie
    TOKEN = "token"  # noqa: S105 - a bearer token of the API
    KERNEL = "kernel"  # a kernel's ticket: learner scope, unbound until the server binds its visitor
    ONE_TIME_LINK = "one_time_link"  # exchanged once for a session


class Credential(Table, table=True):
    """An opaque secret, stored as its SHA-256; the secret itself is shown once."""

    __tablename__ = "credentials"
    __table_args__ = (one_of("kind", CredentialKind),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: CredentialKind = Field(sa_column=choice_column(CredentialKind))
    secret_hash: str = Field(max_length=64, unique=True, index=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="CASCADE")
    label: str = Field(default="", max_length=128)
    created_at: datetime = Field(default_factory=now, sa_column=time_column())
    expires_at: datetime = Field(sa_column=time_column())
    revoked_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
