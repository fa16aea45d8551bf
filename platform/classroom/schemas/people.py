"""Wire types of people."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from classroom.schemas.base import Out


class MeOut(Out):
    """Who is signed in."""

    id: UUID
    name: str
    display_name: str
    roles: dict[str, list[Literal["instructor", "assistant", "learner"]]] = Field(description="roles by course slug")
