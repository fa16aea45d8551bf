"""The table of letters that are yet to be written and sent."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from classroom.models.base import Table, now, time_column


class LetterOrder(Table, table=True):
    """A letter that somebody asked for; gone when it was sent.

    What was asked for is sealed by a key of the server's, and a link is made only when the letter is written: the
    table alone opens nothing. Whoever takes an order moves `due_at` on: that is the lease, and `tries` the fence.
    """

    __tablename__ = "letter_orders"
    __table_args__ = (CheckConstraint("tries >= 0", name="tries_counted"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="CASCADE")
    sealed: str
    tries: int = Field(default=0, ge=0)
    due_at: datetime = Field(default_factory=now, sa_column=time_column(index=True))
    created_at: datetime = Field(default_factory=now, sa_column=time_column())
