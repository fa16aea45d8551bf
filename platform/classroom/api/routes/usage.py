"""What courses used, month by month: seats, attempts and the computing that they took."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Query

from classroom import usage
from classroom.api.deps import CourseSlug, InAdministering, InManaging, InServices, run_by
from classroom.api.routing import api_router
from classroom.schemas import Text, UsageOut

router = api_router("usage", 401, 403, 404, 422, 503)

Month = Annotated[
    Text | None, Query(max_length=7, description="a month such as 2026-11, included", examples=["2026-11"])
]


@router.get("/usage")
def list_usage(
    _person: InAdministering, services: InServices, since: Month = None, until: Month = None
) -> list[UsageOut]:
    """Tell what every course used in each month, the latest first. For administrators."""
    with services.database.read() as session:
        return [UsageOut(**asdict(each)) for each in usage.report(session, since=since, until=until)]


@router.get("/courses/{course}/usage")
def list_usage_of_course(
    course: CourseSlug, person: InManaging, services: InServices, since: Month = None, until: Month = None
) -> list[UsageOut]:
    """Tell what a course used in each month, the latest first. For its instructors."""
    with services.database.read() as session:
        of = run_by(session, person, course)
        months = usage.report(session, since=since, until=until, course_id=of.id)
    return [UsageOut(**asdict(each)) for each in months]
