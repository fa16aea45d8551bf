"""One's own data: all that is stored about a person, as a file that a job writes and they download."""

from fastapi import Request, Response

from classroom import exports, workload
from classroom.api.deps import InOwnAccount, InServices
from classroom.api.idempotency import FIRST, InOnce
from classroom.api.problems import documented
from classroom.api.routing import api_router
from classroom.care.handing_over import MY_DATA, check_rate
from classroom.schemas import JobOut

router = api_router("my-data", 401, 403, 422, 503)


@router.post("/account/export", status_code=202, responses=documented(409, 429))
def order_my_data(
    person: InOwnAccount, services: InServices, request: Request, response: Response, *, once: InOnce = FIRST
) -> JobOut:
    """Have all that is stored about oneself written into a ZIP file; its job tells when `/jobs/{id}/file` is there."""
    with services.database.unit_of_work() as work:
        once.begin(work)
        check_rate(work.session, person.user)
        job = exports.order(
            work, MY_DATA, made_by=person.user, enqueue=services.enqueue, request_id=request.state.request_id
        )
        response.headers["Location"] = f"/api/v1/jobs/{job.id}"
        return once.keep(work, workload.to_out(job))
