"""Everybody's accounts, for administrators. What people hold is not theirs to see: only to make worthless."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Path
from sqlmodel import col, select

from classroom import accounts
from classroom.api.deps import InAdministering, InServices, administering
from classroom.api.idempotency import FIRST, InOnce
from classroom.api.paging import InPaging, read_page
from classroom.api.problems import documented
from classroom.api.routing import api_router
from classroom.errors import Conflict
from classroom.models import CredentialKind, User
from classroom.schemas import LinkOut, Page, UserChange, UserIn, UserOut

router = api_router("users", 401, 403, 422, 503)

LINK_LIFETIME: Final = timedelta(days=1)
UserId = Annotated[UUID, Path(description="the person's id")]


@router.get("/users", dependencies=[Depends(administering)])
def list_users(services: InServices, paging: InPaging) -> Page[UserOut]:
    """List everybody, by name."""
    with services.database.read() as session:
        found, after = read_page(session, select(User), col(User.name), paging=paging)
    return Page(items=[_out(user) for user in found], next=after)


@router.post("/users", status_code=201, responses=documented(409, 413, 415))
def create_user(order: UserIn, person: InAdministering, services: InServices, *, once: InOnce = FIRST) -> UserOut:
    """Add a person, who comes in by a link."""
    with services.database.unit_of_work() as work:
        once.begin(work)
        user = accounts.create_user(
            work.session,
            order.name,
            display_name=order.display_name,
            email=order.email,
            is_admin=order.is_admin,
            actor_id=person.user.id,
        )
        return once.keep(work, _out(user))


@router.get("/users/{user_id}", responses=documented(404), dependencies=[Depends(administering)])
def show_user(user_id: UserId, services: InServices) -> UserOut:
    """Show one person."""
    with services.database.read() as session:
        return _out(accounts.existing(session, user_id))


@router.patch("/users/{user_id}", responses=documented(404, 409, 413, 415))
def change_user(user_id: UserId, change: UserChange, person: InAdministering, services: InServices) -> UserOut:
    """Shut a person out or let them in again, make them an administrator or no more, change what pages call them."""
    if user_id == person.user.id and (change.disabled or change.is_admin is False):
        raise Conflict("You cannot shut yourself out. Another administrator can.")
    with services.database.unit_of_work() as work:
        user = accounts.existing(work.session, user_id)
        if change.display_name is not None:
            accounts.set_display_name(work.session, user_id, change.display_name, actor_id=person.user.id)
        if change.is_admin is not None and change.is_admin != user.is_admin:
            accounts.set_admin(work.session, user_id, change.is_admin, actor_id=person.user.id)
        if change.disabled is not None and change.disabled != (user.disabled_at is not None):
            accounts.set_disabled(work.session, user_id, change.disabled, actor_id=person.user.id)
    return _out(user)


@router.post("/users/{user_id}/link", status_code=201, responses=documented(404, 409))
def make_link(user_id: UserId, person: InAdministering, services: InServices, *, once: InOnce = FIRST) -> LinkOut:
    """Make a link that signs a person in, once, within a day, to be passed on to them. Their second factor stays."""
    with services.database.unit_of_work() as work:
        user = accounts.existing(work.session, user_id)
        once.begin(work)
        secret = accounts.issue(
            work.session,
            CredentialKind.ONE_TIME_LINK,
            user.id,
            lifetime=LINK_LIFETIME,
            label="an administrator",
            actor_id=person.user.id,
        )
        return once.keep(work, LinkOut(url=f"{services.settings.address}/welcome?link={secret}"))


def _out(user: User) -> UserOut:
    return UserOut(
        id=user.id,
        name=user.name,
        display_name=user.display_name,
        email=user.email,
        is_admin=user.is_admin,
        pending=user.pending,
        disabled=user.disabled_at is not None,
        second_factor=user.second_factor_at is not None,
        created_at=user.created_at,
    )
