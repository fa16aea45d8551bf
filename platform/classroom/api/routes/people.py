"""Who is signed in."""

from classroom import courses
from classroom.api.deps import InKnown, InServices
from classroom.api.routing import api_router
from classroom.models import Role
from classroom.schemas import MeOut

router = api_router("people", 401, 403, 503)


@router.get("/me")
def me(person: InKnown, services: InServices) -> MeOut:
    """Tell who is signed in and what they are in each course. A notebook is told of their learner's side only."""
    with services.database.read() as session:
        roles = courses.roles(session, person.user)
    if person.is_kernel:
        roles = {slug: [Role.LEARNER] for slug, held in roles.items() if Role.LEARNER in held}
    return MeOut.model_validate(
        {"id": person.user.id, "name": person.user.name, "display_name": person.user.display_name, "roles": roles}
    )
