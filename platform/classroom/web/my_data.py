"""The page of one's own data: have it written into a file, download that, and how to have it erased."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import col

from classroom import workload
from classroom.api.deps import InServices
from classroom.api.routes import my_data as api
from classroom.care.handing_over import MY_DATA
from classroom.errors import NotFound, TooMany
from classroom.exports import EXPORT, file_of
from classroom.models import Job, JobState, Scope
from classroom.settings import Settings
from classroom.web.forms import InPoster
from classroom.web.render import InViewer, PageRoute, page
from classroom.web.texts import gettext as _
from classroom.web.texts import marked

router = APIRouter(route_class=PageRoute, prefix="/account/data")

SHOWN: Final = 10
_DONE: Final = {
    "ordered": marked("Your file is being written. Come back to this page in a moment."),
    "waiting": marked("A file of yours is being written already."),
}


@router.get("")
def show(
    request: Request, viewer: InViewer, services: InServices, done: Annotated[str, Query(max_length=16)] = ""
) -> Response:
    """Show the files of one's data that there are."""
    viewer.person.require(Scope.ACCOUNT)
    with services.database.read() as session:
        mine = workload.made_by(viewer.person.user, kind=EXPORT.name).order_by(col(Job.created_at).desc()).limit(SHOWN)
        files = [job for job in session.exec(mine) if job.params.get("exporter") == MY_DATA.name]
    return page(
        request,
        "my_data.html",
        viewer=viewer,
        here="account",
        files=[(job, _ready(services.settings, job)) for job in files],
        writing=any(job.state in {JobState.QUEUED, JobState.RUNNING, JobState.RETRYING} for job in files),
        days=services.settings.keep_exports_days,
        done=_(_DONE[done]) if done in _DONE else None,
    )


@router.post("")
def order(request: Request, poster: InPoster, services: InServices) -> Response:
    """Have a file of all that is stored about oneself written."""
    poster.person.require(Scope.ACCOUNT)
    try:
        api.order_my_data(poster.person, services, request, Response())
    except TooMany:
        return RedirectResponse("/account/data?done=waiting", status_code=303)
    return RedirectResponse("/account/data?done=ordered", status_code=303)


def _ready(settings: Settings, job: Job) -> bool:
    try:
        file_of(settings, job)
    except NotFound:
        return False
    return True
