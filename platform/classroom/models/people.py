"""The tables of people, of what proves who they are, and of their secrets."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from classroom.models.base import Table, choice_column, now, one_of, time_column


class Scope(StrEnum):
    """What a secret may be used for; what its person may do is decided besides, by role."""

    LEARN = "learn"  # lessons, drafts, attempts, sandbox, chains
    TEACH = "teach"  # read a course's people and results, and act on them as the role allows
    MANAGE = "manage"  # courses, invites, enrolments
    ACCOUNT = "account"  # one's own profile, sessions and keys
    ADMIN = "admin"  # everybody's accounts; an administrator's only


class User(Table, table=True):
    """A person. `email` is proven, unless `pending`: signed up, and the address not confirmed yet."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("NOT pending OR password_hash IS NULL", name="pending_has_no_password"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=64, unique=True, index=True)
    display_name: str = Field(max_length=128)
    email: str | None = Field(default=None, max_length=254, unique=True, index=True)  # folded to lower case
    pending: bool = Field(default=False)
    password_hash: str | None = Field(default=None, max_length=256)
    is_admin: bool = Field(default=False)
    second_factor_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    disabled_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=time_column())


class Identity(Table, table=True):
    """How somebody else vouches for a person: what `provider` calls them. Passwords are with the user."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("provider", "subject"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    provider: str = Field(max_length=64)
    subject: str = Field(max_length=255)
    created_at: datetime = Field(default_factory=now, sa_column=time_column())


class SecondFactor(Table, table=True):
    """A person's authenticator (RFC 6238). Its secret is derived from `salt` and the server's key, and stored nowhere.

    `last_step` is the 30 s step of the newest code that was accepted: no code of it or of an earlier one is, again.
    """

    __tablename__ = "second_factors"

    user_id: UUID = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    salt: str = Field(max_length=64)
    last_step: int = Field(default=0, ge=0, sa_column=Column(BigInteger(), nullable=False))
    confirmed_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=time_column())


class CredentialKind(StrEnum):
    """What an opaque secret opens."""

    SESSION = "session"  # a browser's cookie
    TOKEN = "token"  # noqa: S105 - a bearer token of the API
    KERNEL = "kernel"  # a kernel's ticket: learner scope, unbound until the server binds its visitor
    ONE_TIME_LINK = "one_time_link"  # exchanged once for a session
    API_KEY = "api_key"  # a bearer token that a person made for a program, with scopes
    REFRESH = "refresh"  # exchanged once for an access token and its successor
    SECOND_STEP = "second_step"  # the password was right: a code of the authenticator is still to come
    CONFIRM_EMAIL = "confirm_email"  # proves an address, which is the label
    RESET_PASSWORD = "reset_password"  # noqa: S105 - lets its holder choose a new password, once
    RECOVERY_CODE = "recovery_code"  # stands in for a code of the authenticator, once


class Credential(Table, table=True):
    """An opaque secret, stored as its SHA-256; the secret itself is shown once."""

    __tablename__ = "credentials"
    __table_args__ = (one_of("kind", CredentialKind), Index(None, "family_id"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: CredentialKind = Field(sa_column=choice_column(CredentialKind))
    secret_hash: str = Field(max_length=64, unique=True, index=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="CASCADE")
    label: str = Field(default="", max_length=254)
    scopes: str = Field(default="", max_length=64)  # names with a blank between; what a kind has anyway is not repeated
    prefix: str | None = Field(default=None, max_length=16)  # the beginning of an API key, by which its owner knows it
    family_id: UUID | None = None  # refresh tokens that came from one sign-in
    created_at: datetime = Field(default_factory=now, sa_column=time_column())
    expires_at: datetime = Field(sa_column=time_column())
    used_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))  # to within some minutes
    rotated_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))  # a refresh token's end
    revoked_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))


class RateCount(Table, table=True):
    """How often something was tried, in one window of time. `key` is a hash and names nobody."""

    __tablename__ = "rate_counts"

    key: str = Field(max_length=64, primary_key=True)
    count: int = Field(default=1, ge=0)
    expires_at: datetime = Field(sa_column=time_column(index=True))
