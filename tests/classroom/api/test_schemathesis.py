"""The whole OpenAPI document, fuzzed by schemathesis: whatever it makes up, as every kind of caller, never a 5xx.

Half of what it makes up fits the document and half does not, and where a path names something, it is often something
that is there. Every case is sent by every caller, and each answer must be one that the document tells of. The usual
run takes the same few cases each time; `make test-all` takes many, and others each time.
"""

from uuid import UUID

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from sqlmodel import select

from classroom.models import Job

CALLERS = ("nobody", "lea", "lea token", "lea kernel", "unbound kernel", "stranger", "asa", "ines token", "adele")
ENDLESS = "/events"
CASES_USUALLY = 2
CASES_FOR_LONG = 60


@pytest.fixture(scope="module")
def there(shared):
    """Give what paths may name, by the name of the parameter."""
    submission = shared.submit("lea").json()["id"]
    with shared.database.read() as session:
        job = session.exec(select(Job.id).where(Job.subject_id == UUID(submission))).one()
    chain = shared.client("lea").post("/api/v1/chains", json={"name": "fuzzed"}).json()["id"]
    return {
        "course": "classroom",
        "lesson_id": "keeping",
        "exercise_id": "keeper",
        "submission_id": submission,
        "job_id": str(job),
        "chain_id": chain,
        "user_id": str(shared.users["leo"].id),
    }


@pytest.fixture(scope="module")
def callers(shared):
    """Give a session of each caller, which keeps its connection."""
    opened = {}
    for caller in CALLERS:
        session = opened[caller] = requests.Session()
        session.trust_env = False
        session.headers = dict(shared.headers[caller])
    yield opened
    for session in opened.values():
        session.close()


@pytest.fixture(scope="module")
def operations(shared):
    document = shared.app.openapi()
    return [each.ok() for each in schemathesis.openapi.from_dict(document).get_all_operations()]


def cases(operation, there):
    names = {each.name for each in operation.path_parameters}
    known = {name: value for name, value in there.items() if name in names}
    places = [None]
    if operation.path.endswith(ENDLESS):  # of what there is, one would read until it ends; a made-up name may be found
        places = [dict.fromkeys(names, "no-such-thing") if names == {"course"} else None]
    elif known and set(known) == names:
        places = [{**known}, None]
    strategies = [
        operation.as_strategy(generation_mode=mode, **({"path_parameters": place} if place else {}))
        for mode in GenerationMode
        for place in places
    ]
    return st.one_of(strategies)


def fuzz(shared, callers, there, operation, times):
    base_url = shared.settings.portal_url
    told = set(operation.definition.raw["responses"])

    @settings(max_examples=times, suppress_health_check=list(HealthCheck), deadline=None)
    @given(case=cases(operation, there))
    def send(case):
        for caller, session in callers.items():
            answer = case.call(base_url=base_url, session=session, timeout=60, stream=True)
            place = f"{operation.method} {operation.path} by {caller}: {answer.status_code} {case.as_curl_command()}"
            assert answer.status_code < 500 or operation.path == "/readyz", place
            if answer.status_code >= 400 and operation.path != "/readyz":
                assert answer.headers["content-type"] == ["application/problem+json"], place
            assert str(answer.status_code) in told | {"404", "405"}, place

    send()


def test_no_operation_can_be_made_to_fail(shared, callers, there, operations):
    assert len(operations) > 70
    for operation in operations:
        fuzz(shared, callers, there, operation, CASES_USUALLY)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_operation_can_be_made_to_fail_however_long_one_tries(shared, callers, there, operations):
    for operation in operations:
        fuzz(shared, callers, there, operation, CASES_FOR_LONG)
