"""The tables of private chains."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field

from classroom.models.base import Table, now, time_column


class Chain(Table, table=True):
    """A private chain for notebooks: a learner's, or a throwaway one of a kernel that is not bound to anyone yet.

    What it is, is its journal; `entries` is the journal's length, and so the number of the entry that comes next.
    """

    __tablename__ = "chains"
    __table_args__ = (
        UniqueConstraint("user_id", "name"),
        UniqueConstraint("credential_id", "name"),
        CheckConstraint("(user_id IS NULL) != (credential_id IS NULL)", name="one_owner"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE")
    credential_id: UUID | None = Field(default=None, foreign_key="credentials.id", ondelete="CASCADE")
    name: str = Field(max_length=64)
    seed: str = Field(max_length=64)  # hexadecimal, 256 bits: wider than any integer column
    entries: int = Field(default=0, ge=0)
    journal_bytes: int = Field(default=0, ge=0)
    created_at: datetime = Field(default_factory=now, sa_column=time_column())


class ChainRequest(Table, table=True):
    """One thing that changed a chain: doing all of them again, in order, gives the same chain."""

    __tablename__ = "chain_requests"

    chain_id: UUID = Field(primary_key=True, foreign_key="chains.id", ondelete="CASCADE")
    sequence: int = Field(primary_key=True, ge=0)
    method: str = Field(max_length=64)
    params: list[Any] = Field(sa_column=Column(JSON(), nullable=False))
    created_at: datetime = Field(default_factory=now, sa_column=time_column())
