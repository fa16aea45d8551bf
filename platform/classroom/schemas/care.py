"""What is said on the wire of what was used."""

from pydantic import Field

from classroom.schemas.base import Out


class UsageOut(Out):
    """What one course used in one month."""

    month: str = Field(description="in UTC", examples=["2026-11"])
    course: str = Field(description="the course's short name")
    title: str
    seats: int = Field(description="learners who were enrolled, or handed in")
    attempts: int
    compute_seconds: float = Field(description="what grading these attempts took")
