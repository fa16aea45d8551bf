"""The table of answers that are given again to who asks again."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from classroom.models.base import Table, now, time_column


class KeptAnswer(Table, table=True):
    """What was answered under one person's idempotency key; of the key there is a hash, and the answer is sealed."""

    __tablename__ = "kept_answers"

    user_id: UUID = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    key_hash: str = Field(primary_key=True, max_length=64)
    request_hash: str = Field(max_length=64)
    answer: str | None = None  # in base 64; null: not yet made
    created_at: datetime = Field(default_factory=now, sa_column=time_column())
    expires_at: datetime = Field(sa_column=time_column(index=True))
