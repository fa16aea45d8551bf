"""Links that let people into a course."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request
from sqlmodel import col, select

from classroom import courses
from classroom.api.deps import CourseSlug, InManaging, InOwnAccount, InServices, Services, not_yours, run_by
from classroom.api.idempotency import FIRST, InOnce
from classroom.api.paging import InPaging, read_page
from classroom.api.problems import documented
from classroom.api.routing import api_router
from classroom.models import Group, Invite, Role
from classroom.schemas import GroupRef, InviteIn, InviteOut, JoinedOut, JoinIn, NewInviteOut, Page

router = api_router("courses", 401, 403, 404, 422, 503)


@router.get("/courses/{course}/invites")
def list_invites(course: CourseSlug, person: InManaging, services: InServices, paging: InPaging) -> Page[InviteOut]:
    """List a course's invites, the newest first, without their secrets. For its instructors."""
    with services.database.read() as session:
        found = run_by(session, person, course)
        statement = select(Invite).where(Invite.course_id == found.id)
        order = (col(Invite.created_at), col(Invite.id))
        invites, after = read_page(session, statement, *order, paging=paging, descending=True)
        groups = {group.id: group for group in courses.groups(session, found)}
    return Page(items=[invite_out(each, groups) for each in invites], next=after)


@router.post("/courses/{course}/invites", status_code=201, responses=documented(409, 413, 415))
def create_invite(
    course: CourseSlug,
    invite: InviteIn,
    person: InManaging,
    services: InServices,
    request: Request,
    *,
    once: InOnce = FIRST,
) -> NewInviteOut:
    """Make an invite and show its link, once. For the course's instructors."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        once.begin(work)
        with not_yours(work.session, Group, col(Group.id) == invite.group_id):
            made, secret = courses.invite(
                work.session,
                found,
                role=Role(invite.role),
                lifetime=timedelta(days=invite.days),
                max_uses=invite.max_uses,
                group_id=invite.group_id,
                label=invite.label,
                actor_id=person.user.id,
                request_id=request.state.request_id,
            )
        groups = {group.id: group for group in courses.groups(work.session, found)}
        return once.keep(work, NewInviteOut(**invite_out(made, groups).model_dump(), link=link_of(services, secret)))


@router.delete("/courses/{course}/invites/{invite_id}", status_code=204)
def revoke_invite(
    course: CourseSlug,
    invite_id: Annotated[UUID, Path(description="the invite's id")],
    person: InManaging,
    services: InServices,
    request: Request,
) -> None:
    """Make an invite worthless; who came in by it stays. For the course's instructors."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        with not_yours(work.session, Invite, col(Invite.id) == invite_id):
            courses.revoke_invite(
                work.session, found, invite_id, actor_id=person.user.id, request_id=request.state.request_id
            )


@router.post("/invites/accept", responses=documented(413, 415))
def accept_invite(join: JoinIn, person: InOwnAccount, services: InServices, request: Request) -> JoinedOut:
    """Come into the course of an invite. Who is in it already stays, and no use is counted."""
    with services.database.unit_of_work() as work:
        course = courses.accept_invite(work.session, join.token, person.user, request_id=request.state.request_id)
    return JoinedOut(slug=course.slug, title=course.title)


def link_of(services: Services, secret: str) -> str:
    """Give the address that a person follows."""
    return f"{services.settings.address}/join/{secret}"


def invite_out(invite: Invite, groups: dict[UUID, Group]) -> InviteOut:
    """Say it in the words of the API."""
    group = groups.get(invite.group_id) if invite.group_id else None
    return InviteOut(
        id=invite.id,
        role=invite.role.value,
        group=GroupRef(id=group.id, name=group.name) if group else None,
        label=invite.label,
        uses=invite.uses,
        max_uses=invite.max_uses,
        created_at=invite.created_at,
        expires_at=invite.expires_at,
        revoked_at=invite.revoked_at,
    )
