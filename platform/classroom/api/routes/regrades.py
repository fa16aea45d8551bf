"""Grading attempts again after a check was mended: with a reason, a preview, and published or discarded by hand."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response
from sqlmodel import Session, col, select

from classroom import courses, regrades
from classroom.api.deps import CourseSlug, InManaging, InServices, Services, not_yours, run_by
from classroom.api.idempotency import FIRST, InOnce
from classroom.api.paging import InPaging, read_page
from classroom.api.problems import documented
from classroom.api.routing import api_router
from classroom.models import Course, Regrade, RegradeState, User
from classroom.regrades import Listed
from classroom.schemas import CheckChangeOut, Page, RegradeChangeOut, RegradeDetailOut, RegradeIn, RegradeOut

router = api_router("regrades", 401, 403, 404, 422, 503)

RegradeId = Annotated[UUID, Path(description="the regrade's id")]


@router.get("/courses/{course}/regrades")
def list_regrades(course: CourseSlug, person: InManaging, services: InServices, paging: InPaging) -> Page[RegradeOut]:
    """List a course's regrades, the latest first. For its instructors."""
    with services.database.read() as session:
        found = run_by(session, person, course)
        order = (col(Regrade.created_at), col(Regrade.id))
        rows, after = read_page(session, regrades.of_course(found), *order, paging=paging, descending=True)
        return Page(items=[_out(each) for each in regrades.listed(session, rows)], next=after)


@router.post("/courses/{course}/regrades", status_code=202, responses=documented(409, 413, 415))
def order_regrade(
    course: CourseSlug,
    regrade: RegradeIn,
    person: InManaging,
    services: InServices,
    *,
    request: Request,
    response: Response,
    once: InOnce = FIRST,
) -> RegradeOut:
    """Have every graded attempt at an exercise graded again, in the background. For the course's instructors.

    Learners see nothing of it until it is published.
    """
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        once.begin(work)
        courses.offer(work.session, found, services.catalog).exercise(regrade.exercise_id)
        made = regrades.order(
            work,
            course=found,
            actor=person.user,
            enqueue=services.enqueue,
            exercise_id=regrade.exercise_id,
            reason=regrade.reason,
            request_id=request.state.request_id,
        )
        work.session.flush()
        response.headers["Location"] = f"{router.prefix}/courses/{found.slug}/regrades/{made.id}"
        return once.keep(work, _out(regrades.listed(work.session, [made])[0]))


@router.get("/courses/{course}/regrades/{regrade_id}")
def show_regrade(
    course: CourseSlug, regrade_id: RegradeId, person: InManaging, services: InServices
) -> RegradeDetailOut:
    """Show a regrade: which attempts change, by which checks, and what would count. For the course's instructors."""
    with services.database.read() as session:
        found = run_by(session, person, course)
        with not_yours(session, Regrade, col(Regrade.id) == regrade_id):
            regrade = regrades.find(session, found, regrade_id)
        return _detail(session, services, found, regrade)


@router.post("/courses/{course}/regrades/{regrade_id}/publish", responses=documented(409))
def publish_regrade(
    course: CourseSlug, regrade_id: RegradeId, person: InManaging, services: InServices, request: Request
) -> RegradeOut:
    """Let the new verdicts take the place of the old ones, which are kept. For the course's instructors."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        with not_yours(work.session, Regrade, col(Regrade.id) == regrade_id):
            regrades.publish(work, found, regrade_id, actor=person.user, request_id=request.state.request_id)
        return _out(regrades.listed(work.session, [regrades.find(work.session, found, regrade_id)])[0])


@router.post("/courses/{course}/regrades/{regrade_id}/discard", responses=documented(409))
def discard_regrade(
    course: CourseSlug, regrade_id: RegradeId, person: InManaging, services: InServices, request: Request
) -> RegradeOut:
    """Leave the old verdicts as they are, and stop a regrade that runs. For the course's instructors."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        with not_yours(work.session, Regrade, col(Regrade.id) == regrade_id):
            regrade = regrades.find(work.session, found, regrade_id)
        end = regrades.stop if regrade.state is RegradeState.RUNNING else regrades.discard
        end(work, found, regrade_id, actor=person.user, request_id=request.state.request_id)
        return _out(regrades.listed(work.session, [regrade])[0])


def _out(of: Listed) -> RegradeOut:
    result = (of.job and of.job.result) or {}
    return RegradeOut(
        id=of.regrade.id,
        exercise_id=of.regrade.exercise_id,
        reason=of.regrade.reason,
        state=of.regrade.state.value,
        made_by=of.made_by and of.made_by.display_name,
        attempts=of.attempts,
        rose=result.get("rose"),
        fell=result.get("fell"),
        job_id=of.job and of.job.id,
        job_state=of.job and of.job.state.value,
        created_at=of.regrade.created_at,
        decided_at=of.regrade.decided_at,
    )


def _detail(session: Session, services: Services, course: Course, regrade: Regrade) -> RegradeDetailOut:
    shown = regrade.state in {RegradeState.READY, RegradeState.PUBLISHED}
    found = regrades.changes(session, regrade.id) if shown else []
    of_whom = select(User).where(col(User.id).in_({change.user_id for change in found}))
    people = {user.id: user for user in session.exec(of_whom)}
    to_come = regrade.state is RegradeState.READY
    offered = courses.offer(session, course, services.catalog)
    effects = regrades.effects(session, offered, found) if to_come else {}
    out = []
    for change in found:
        effect = effects.get((change.user_id, change.exercise_id))
        out.append(
            RegradeChangeOut(
                submission_id=change.submission_id,
                user_id=change.user_id,
                name=people[change.user_id].name,
                display_name=people[change.user_id].display_name,
                exercise_id=change.exercise_id,
                number=change.number,
                old_outcome=change.old_outcome,
                old_score=change.old_score,
                old_max_score=change.old_max_score,
                new_outcome=change.new_outcome,
                new_score=change.new_score,
                new_max_score=change.new_max_score,
                checks=[CheckChangeOut(title=each.title, old=each.old, new=each.new) for each in change.checks],
                counts=effect and round(effect.before.score, 4),
                would_count=effect and round(effect.after.score, 4),
                overridden=effect is not None and effect.after.overridden,
            )
        )
    return RegradeDetailOut(**dict(_out(regrades.listed(session, [regrade])[0])), changes=out)
