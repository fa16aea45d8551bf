"""Who is asking, and what the answer may draw on. Each route says by its parameters who may come in.

Nothing here holds a transaction open: a route opens its own `unit_of_work` or `read()` and leaves it before the answer
does, so that what a client is told has been committed.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, ParamSpec, TypeVar
from uuid import UUID

from fastapi import Depends, Path, Query, Request
from prometheus_client import CollectorRegistry
from sqlalchemy import literal
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from classroom import accounts, audit_log, courses, submissions
from classroom.accounts import DEVICE_COOKIE, SESSION_COOKIE, Entrance, Invites, Post, SessionSigner, TokenSigner, Visit
from classroom.api import csrf
from classroom.api.agents import agent, client_address
from classroom.api.cohort_events import CohortHub
from classroom.api.events import EventHub
from classroom.api.job_events import JobHub
from classroom.api.limits import spend
from classroom.audit_log import Action
from classroom.catalog import Catalog
from classroom.chains import NO_SUCH_CHAIN, LiveChains, Owner
from classroom.courses import Offer, Staff
from classroom.db import Database
from classroom.errors import ClassroomError, Forbidden, NotFound, Unauthenticated, Unavailable
from classroom.jobs import Queue
from classroom.models import Chain, Course, CredentialKind, Role, Scope, Submission, Table, User
from classroom.schemas import Event, JobEvent, Name
from classroom.scratch import Scratch
from classroom.settings import Settings
from classroom.telemetry.figures import RequestFigures
from classroom.telemetry.tracing import Tracing

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger("classroom.api")

BEARER_KINDS: Final = frozenset({CredentialKind.TOKEN, CredentialKind.KERNEL, CredentialKind.API_KEY})
KEY_KINDS: Final = frozenset({CredentialKind.TOKEN, CredentialKind.API_KEY})
_ASK_FOR_BEARER: Final = {"WWW-Authenticate": "Bearer"}
_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")


@dataclass(frozen=True)
class Services:
    """What the app was started with. Lives from start-up to shut-down in `app.state.services`."""

    settings: Settings
    database: Database
    catalog: Catalog
    hub: EventHub
    job_hub: JobHub
    cohort_hub: CohortHub
    scratch: Scratch
    chains: LiveChains
    signer: SessionSigner
    tokens: TokenSigner
    entrance: Entrance
    post: Post
    invites: Invites | None
    key: bytes = field(repr=False)
    queue: Queue
    enqueue: Callable[[UUID], object]
    tracing: Tracing
    registry: CollectorRegistry
    figures: RequestFigures

    def publish(self, news: Event | JobEvent) -> None:
        """Pass news on to the clients of this process that wait for it. Call it in the event loop."""
        if isinstance(news, Event):
            self.hub.publish(news)
            self.cohort_hub.publish(news)
        else:
            self.job_hub.publish(news)


@dataclass(frozen=True)
class Identity:
    """Who is asking, and by what. `user` is None for a kernel that is not bound to a visitor yet."""

    kind: CredentialKind
    credential_id: UUID
    user: User | None
    session_secret: str | None = field(default=None, repr=False)
    scopes: frozenset[Scope] = frozenset()
    use_is_due: bool = False
    """Whether the record should say that it was used now."""

    @property
    def is_kernel(self) -> bool:
        """Whether a learner's code is asking: it may do what a learner may, whoever the learner is."""
        return self.kind is CredentialKind.KERNEL

    def require(self, scope: Scope) -> None:
        """Raise Forbidden where what they hold is not for that."""
        if scope in self.scopes:
            return
        if self.is_kernel:
            raise Forbidden("A notebook acts as a learner only. Use the classroom's pages for that.")
        if self.user is not None and self.user.second_factor_at is None and self.session_secret is not None:
            raise Forbidden("That is for administrators, or it needs a second factor: set one up in your account.")
        raise Forbidden(f"What you sent may not be used for that: it lacks the scope `{scope}`.")

    @property
    def fair_share(self) -> UUID:
        """Give whose share of a shared resource is used."""
        return self.user.id if self.user else self.credential_id

    @property
    def owner(self) -> Owner:
        """Give the owner of their private chains."""
        return Owner(self.user.id if self.user else None, self.credential_id)


@dataclass(frozen=True)
class Person(Identity):
    """Somebody known: signed in, or in a kernel that was bound to them."""

    user: User


class NotYours(NotFound):
    """It exists and is somebody else's. Answered as if it did not exist, and written down."""


def services(request: Request) -> Services:
    """Give what the app was started with."""
    found: Services = request.app.state.services
    return found


async def _services(request: Request) -> Services:
    return services(request)  # async, as all here that never waits: a plain function would cost a thread each time


InServices = Annotated[Services, Depends(_services)]


async def reading(services: Services, read: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Have a short read of the database done: here, where that is a file, otherwise in a thread."""
    if services.database.reads_at_once:
        return read(*args, **kwargs)
    return await run_in_threadpool(read, *args, **kwargs)


async def visitor(request: Request, services: InServices) -> Identity | None:
    """Tell who is asking, or None where neither a cookie nor a token says so.

    Raises Unauthenticated for a token that does not hold (a cookie that does not is no cookie), Forbidden where another
    site uses a visitor's cookie, and TooMany where a person or a key asks too often.
    """
    identity = await reading(services, _visitor, request, services)
    if identity is not None:
        if identity.kind in KEY_KINDS:
            await spend(request, "key", str(identity.credential_id))
        await spend(request, "account", str(identity.fair_share))
    if identity is not None and identity.use_is_due:
        await run_in_threadpool(_note_use, services, identity.credential_id)
    return identity


def _visitor(request: Request, services: Services) -> Identity | None:
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise Unauthenticated("Send the header Authorization: Bearer and a token.", headers=_ASK_FOR_BEARER)
        return _remember(request, _bearer(services, secret.strip()))
    cookie = request.cookies.get(SESSION_COOKIE)
    session_secret = services.signer.unsign(cookie) if cookie else None
    if session_secret is None:
        return None
    try:
        identity = _holder(services, frozenset({CredentialKind.SESSION}), session_secret)
    except Unauthenticated:
        return None
    _remember(request, identity)
    if request.method not in csrf.SAFE_METHODS:
        csrf.require_same_origin(request)
    return identity


InVisitor = Annotated[Identity | None, Depends(visitor)]


async def holder(request: Request, services: InServices, visitor: InVisitor) -> Identity:
    """Let in whoever holds something, whatever it is for. Raises Unauthenticated."""
    if visitor is None:
        raise Unauthenticated("Sign in, or send a bearer token.", headers=_ASK_FOR_BEARER)
    if visitor.session_secret is not None and request.method not in csrf.SAFE_METHODS:
        shown = request.headers.get(csrf.HEADER)
        csrf.require_csrf_token(shown, key=services.key, session_secret=visitor.session_secret)
    return visitor


InHolder = Annotated[Identity, Depends(holder)]


async def anyone(identity: InHolder) -> Identity:
    """Let in whoever learns, even a kernel that is not bound yet. Scope `learn`."""
    identity.require(Scope.LEARN)
    return identity


InAnyone = Annotated[Identity, Depends(anyone)]


async def known(identity: InHolder) -> Person:
    """Let in whoever is known, whatever they hold is for. Raises Forbidden for a kernel that is not bound yet."""
    if identity.user is None:
        raise Forbidden("This notebook is not connected to a learner yet. Open it from the classroom's own pages.")
    return Person(identity.kind, identity.credential_id, identity.user, identity.session_secret, identity.scopes)


InKnown = Annotated[Person, Depends(known)]


async def person(person: InKnown) -> Person:
    """Let in a known person who learns. Scope `learn`."""
    person.require(Scope.LEARN)
    return person


InPerson = Annotated[Person, Depends(person)]


async def signed_in(person: InKnown) -> Person:
    """Let in whoever is there in person or with something of their own, whatever it is for. Not a kernel."""
    if person.is_kernel:
        raise Forbidden("A notebook acts as a learner only. Use the classroom's pages for that.")
    return person


InSignedIn = Annotated[Person, Depends(signed_in)]


async def teaching(person: InSignedIn) -> Person:
    """Let in who may look after a course's people. Scope `teach`; the role in the course is the service's to check."""
    person.require(Scope.TEACH)
    return person


InTeaching = Annotated[Person, Depends(teaching)]


async def managing(person: InSignedIn) -> Person:
    """Let in who may run courses. Scope `manage`; the role in the course is the service's to check."""
    person.require(Scope.MANAGE)
    return person


InManaging = Annotated[Person, Depends(managing)]


async def own_account(person: InSignedIn) -> Person:
    """Let in a person to their own account. Scope `account`."""
    person.require(Scope.ACCOUNT)
    return person


InOwnAccount = Annotated[Person, Depends(own_account)]


async def themselves(person: InOwnAccount) -> Person:
    """Let in a person who signed in, to what no program of theirs may do with a key: change how they sign in."""
    if person.kind not in {CredentialKind.SESSION, CredentialKind.REFRESH}:
        raise Forbidden("No key may change that. Sign in yourself.")
    return person


InThemselves = Annotated[Person, Depends(themselves)]


async def administering(person: InSignedIn) -> Person:
    """Let in administrators. Scope `admin`, which nobody else's secrets have."""
    person.require(Scope.ADMIN)
    return person


InAdministering = Annotated[Person, Depends(administering)]


CourseSlug = Annotated[Name, Path(description="the course's short name, such as `classroom`")]
CourseQuery = Annotated[
    Name | None,
    Query(description="the short name of the course that is meant; without it the one the person chose or learns in"),
]


def learner_course(session: Session, person: Person, course: str | None = None) -> Course:
    """Give the course for a learner in it. Raises Forbidden or NotFound."""
    slug = course or courses.current_course(session, person.user).slug
    return courses.require_role(session, person.user, slug, Role.LEARNER)


def member_course(session: Session, person: Person, course: str | None = None) -> Course:
    """Give the course for whoever has a role in it. Raises NotFound."""
    if course is None:
        return courses.current_course(session, person.user)
    return courses.require_role(session, person.user, course, *Role)


def member_offer(session: Session, services: Services, person: Person, course: str | None = None) -> Offer:
    """Give what the course teaches to whoever has a role in it. Raises NotFound."""
    return courses.offer(session, member_course(session, person, course), services.catalog)


def staff_of(session: Session, person: Person, course: str) -> Staff:
    """Tell as what a person looks after a course. Raises Forbidden, NotFound or NotYours."""
    with not_yours(session, Course, col(Course.slug) == course):
        return courses.require_staff(session, person.user, course)


def run_by(session: Session, person: Person, course: str) -> Course:
    """Give the course to who runs it. Raises Forbidden, NotFound or NotYours."""
    with not_yours(session, Course, col(Course.slug) == course):
        return courses.require_instructor(session, person.user, course)


@contextmanager
def not_yours(session: Session, table: type[Table], held: Any) -> Iterator[None]:
    """Say of what was not found that it is somebody else's, where there is a row of it."""
    try:
        yield
    except NotFound as error:
        if session.execute(select(literal(1)).select_from(table).where(held)).first() is not None:
            raise NotYours(error.detail) from None
        raise


def check_open(session: Session, person: Person, offered: Offer, exercise_id: str) -> None:
    """Raise NotFound where the course has no such exercise, and Forbidden where learners may not see it yet."""
    offered.exercise(exercise_id)
    held = (Role.INSTRUCTOR, Role.ASSISTANT) if Scope.TEACH in person.scopes else ()
    if not any(courses.has_role(session, offered.course.id, person.user.id, role) for role in held):
        try:
            offered.check_open(exercise_id)
        except Forbidden:
            if not courses.is_open_in_class(session, offered.course.id, person.user.id, exercise_id):
                raise


def visible_submission(session: Session, submission_id: UUID, person: Person) -> Submission:
    """Give a submission to who may see it; without the scope `teach`, its learner only. Raises NotFound or NotYours."""
    try:
        found = submissions.get(session, submission_id, person.user)
    except NotFound as error:
        if session.get(Submission, submission_id) is not None:
            raise NotYours(error.detail) from None
        raise
    if Scope.TEACH not in person.scopes and found.user_id != person.user.id:
        raise NotYours("There is no such submission.")
    return found


def check_no_ones(services: Services, chain_id: UUID) -> None:
    """Raise NotYours for a chain that was not found by who asked for it, and is there: it is somebody else's."""
    with services.database.read() as session:
        if session.get(Chain, chain_id) is not None:
            raise NotYours(NO_SUCH_CHAIN)


async def write_down(request: Request, error: ClassroomError) -> None:
    """Record in the audit log that somebody tried a door that is not theirs; other refusals are no such thing."""
    identity: Identity | None = getattr(request.state, "identity", None)
    if identity is None or not isinstance(error, Forbidden | NotYours):
        return
    try:
        await run_in_threadpool(_write_down, request, identity)
    except Unavailable:
        logger.exception("a refused door could not be written down")


def _write_down(request: Request, identity: Identity) -> None:
    subject = next((value for value in map(str, request.path_params.values()) if _ID.fullmatch(value)), None)
    with services(request).database.unit_of_work() as work:
        audit_log.record(
            work.session,
            Action.DOOR_REFUSED,
            actor_id=identity.user.id if identity.user else None,
            subject=subject or (None if identity.user else str(identity.credential_id)),
            details={
                "method": request.method,
                "route": getattr(request.scope.get("route"), "path", None),
                "by": identity.kind.value,
            },
            request_id=request.state.request_id,
        )


def _bearer(services: Services, secret: str) -> Identity:
    if accounts.looks_like_jwt(secret):
        return _token_holder(services, secret)
    if accounts.is_mistyped(secret):
        raise Unauthenticated("This is no key: a character of it is wrong or missing.", headers=_ASK_FOR_BEARER)
    return _holder(services, BEARER_KINDS, secret)


def _token_holder(services: Services, token: str) -> Identity:
    """Tell whose access token this is. It holds for ten minutes at most, and no longer than its person and family."""
    try:
        user_id, family_id, scopes = services.tokens.read(token)
    except Unauthenticated as error:
        raise Unauthenticated(error.detail, headers=_ASK_FOR_BEARER) from None
    with services.database.read() as session:
        found = accounts.holder_of(session, user_id, family_id)
    if found is None:
        raise Unauthenticated(accounts.EXPIRED, headers=_ASK_FOR_BEARER)
    user, credential = found
    held = scopes & accounts.scopes_of(credential, user)
    return Identity(credential.kind, credential.id, user, scopes=_in_force(services.settings, user, held))


def _holder(services: Services, kinds: frozenset[CredentialKind], secret: str) -> Identity:
    with services.database.read() as session:
        try:
            user, credential = accounts.authenticate(session, kinds, secret)
        except Unauthenticated as error:
            raise Unauthenticated(error.detail, headers=_ASK_FOR_BEARER) from None
    session_secret = secret if credential.kind is CredentialKind.SESSION else None
    scopes = _in_force(services.settings, user, accounts.scopes_of(credential, user))
    due = accounts.use_is_due(credential)
    return Identity(credential.kind, credential.id, user, session_secret, scopes, use_is_due=due)


def _in_force(settings: Settings, user: User | None, scopes: frozenset[Scope]) -> frozenset[Scope]:
    """Keep from whoever should have a second factor, and has none, all that needs one."""
    if settings.teachers_need_second_factor and user is not None and user.second_factor_at is None:
        return scopes & {Scope.LEARN, Scope.ACCOUNT}
    return scopes


def _note_use(services: Services, credential_id: UUID) -> None:
    with suppress(Unavailable), services.database.unit_of_work(durable=False) as work:
        accounts.note_use(work.session, credential_id)


def visit(request: Request) -> Visit:
    """Tell where a try to come in comes from."""
    return Visit(
        address=client_address(request),
        device=request.cookies.get(DEVICE_COOKIE),
        label=agent(request.headers.get("user-agent", "")),
        request_id=request.state.request_id,
    )


async def _visit(request: Request) -> Visit:
    return visit(request)


InVisit = Annotated[Visit, Depends(_visit)]


def _remember(request: Request, identity: Identity) -> Identity:
    request.state.identity = identity
    return identity
