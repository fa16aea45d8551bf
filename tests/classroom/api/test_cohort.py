"""A cohort over HTTP: the heat map and who needs help, and server-sent events about what changes."""

from uuid import UUID

import pytest

from classroom import courses, submissions
from classroom.api.events import MAX_STREAMS
from classroom.jobs import pipes
from classroom.jobs.wake import news_path
from classroom.models import Role
from classroom.schemas import Event
from classroom.schemas.cohort import AttentionOut, HeatMapOut, MapChangesOut
from evmbox.report import CheckResult, CheckStatus, Outcome, Report, Timings, Versions

COHORT = "/api/v1/courses/classroom/cohort"
FAILED = CheckResult(
    id="keeps_the_number", title="It keeps the number", task=1, status=CheckStatus.FAILED, points=2, message="It is 0."
)


@pytest.fixture
def grade(live):
    """Hand in, give a verdict as a worker does, and tell the API as a worker does."""

    def give(caller="lea", times=1):
        for _ in range(times):
            made = live.submit(caller).json()["id"]
            with live.database.unit_of_work() as work:
                claim = submissions.claim(work, live.enqueued[-1], worker="w", lease_s=30)
            with live.database.unit_of_work() as work:
                submissions.finish(
                    work,
                    claim,
                    Report(
                        exercise_id="keeper",
                        outcome=Outcome.FAILED,
                        score=0,
                        max_score=3,
                        checks=(FAILED,),
                        timings=Timings(),
                        versions=Versions(solc="0.8.30", evm="prague", exercise="0" * 64),
                    ),
                )
            event = Event(submission_id=UUID(made), state="done")
            pipes.write(news_path(live.settings), f"{event.model_dump_json()}\n".encode())

    return give


def changes(response):
    for line in response.iter_lines():
        field, _, value = line.partition(": ")
        if field == "data":
            yield MapChangesOut.model_validate_json(value)


def test_the_heat_map_and_who_needs_help_are_for_a_notebook_too(live, grade):
    grade(times=3)
    ines = live.client("ines")
    found = HeatMapOut.model_validate_json(ines.get(f"{COHORT}/map").text)
    lea = next(each for each in found.learners if each.name == "lea")
    assert ([each.id for each in found.exercises], lea.states, lea.attempts) == (["keeper"], "x", [3])
    needed = AttentionOut.model_validate_json(ines.get(f"{COHORT}/attention").text)
    (group,) = needed.groups
    assert (group.check, group.learners[0].message) == ("It keeps the number", "It is 0.")


def test_a_page_is_told_of_a_verdict_and_not_twice(live, grade):
    with live.client("ines").stream("GET", f"{COHORT}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        told = changes(response)
        assert next(told).cells == []
        grade("lea")
        (cell,) = next(told).cells
        assert (cell.user_id, cell.exercise_id, cell.state, cell.attempts) == (live.users["lea"].id, "keeper", "s", 1)
        grade("leo")
        assert [each.user_id for each in next(told).cells] == [live.users["leo"].id]


def test_an_assistant_is_told_of_their_own_groups_and_of_no_one_after_they_left(live, grade):
    asa, leo = live.users["asa"], live.users["leo"]
    with live.database.read() as session:
        course = courses.require_staff(session, live.users["ines"], "classroom").course
    with live.database.unit_of_work() as work:
        group = courses.create_group(work.session, course, "Of asa", actor_id=None)
        for user in (asa, leo):
            courses.join_group(work.session, course, group, user.id, actor_id=None)
    with live.client("asa").stream("GET", f"{COHORT}/events") as response:
        told = changes(response)
        next(told)
        grade("lea")
        grade("leo")
        assert [each.user_id for each in next(told).cells] == [leo.id]
        with live.database.unit_of_work() as work:
            courses.withdraw(work.session, course, asa.id, Role.ASSISTANT, actor_id=None)
        grade("leo")
        assert list(told) == []


def test_a_page_that_is_closed_frees_its_place_and_nobody_holds_too_many(live, wait_until):
    hub = live.app.state.services.cohort_hub
    ines = live.users["ines"].id
    with live.client("ines").stream("GET", f"{COHORT}/events") as response:
        told = changes(response)
        next(told)
        assert hub.waiting == 1
        hub._open[ines] = MAX_STREAMS
        with live.client("ines").stream("GET", f"{COHORT}/events") as refused:
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
        hub._open[ines] = 1
    wait_until(lambda: hub.waiting == 0)
