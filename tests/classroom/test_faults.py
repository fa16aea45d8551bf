"""Killed with -9 between every two steps of a submission's way, with the disk full, the record locked or away.

Whatever was acknowledged has one verdict in the end, reached once; whatever was not may be sent again, and counts
once; and the audit log verifies after each. On PostgreSQL the points run that a transaction has a say in;
`make test-all` runs the others there too.
"""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from uuid import uuid4

import httpx
import pytest

from support.dying import ORIGINS, REFUSED
from support.stand import JOBS, WEB, Stand, stand_on
from support.waiting import wait_until

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DIFFERENT = {
    "api: written, not committed",
    "consumer: claimed, not committed",
    "consumer: verdict written, not committed",
}
"""Points at which PostgreSQL has an open transaction of a client that is gone."""


def on_each(*points: str) -> list[object]:
    return [
        *((SQLITE, point) for point in points),
        *(pytest.param(POSTGRESQL, point, marks=() if point in DIFFERENT else pytest.mark.slow) for point in points),
    ]


on_both = pytest.mark.parametrize("stand", [SQLITE, pytest.param(POSTGRESQL, marks=pytest.mark.slow)], indirect=True)


@pytest.fixture(scope="module")
def stands(request, tmp_path_factory, migrated) -> Iterator[Callable[[str], Stand]]:
    """Give the stand on a database, started for the first test that wants it."""
    with ExitStack() as opened:

        @cache
        def on(backend: str) -> Stand:
            folder = tmp_path_factory.mktemp("stand")
            url = ""
            if backend == POSTGRESQL:
                url = opened.enter_context(request.getfixturevalue("postgres").database())
            else:
                (folder / "data").mkdir(mode=0o700)
                shutil.copy(migrated, folder / "data" / "classroom.db")
            return opened.enter_context(stand_on(folder, url))

        yield on


@pytest.fixture
def stand(stands, request) -> Stand:
    found = stands(request.param)
    found.recover()
    return found


@pytest.fixture
def key() -> str:
    return uuid4().hex


# Killed


@pytest.mark.parametrize(("stand", "point"), on_each(*ORIGINS[WEB][:3]), indirect=["stand"])
def test_an_api_that_dies_before_its_answer_neither_loses_nor_doubles_what_is_sent_again(stand, key, point):
    order = stand.order(point)
    with pytest.raises(httpx.TransportError):
        stand.post(key)
    stand.wait_until_dead(WEB)
    assert not order.exists()
    committed = len(stand.attempts(key))
    assert committed == (point != "api: written, not committed")
    if committed:
        stand.assert_graded_once(key, attempt=1)  # though nobody sends it again, and without an API
    stand.start()
    told = stand.hand_in(key)
    stand.assert_graded_once(key, attempt=1)
    assert str(stand.attempts(key)[0].id) == told


@pytest.mark.parametrize(("stand", "point"), on_each(*ORIGINS[JOBS]), indirect=["stand"])
def test_a_consumer_that_dies_between_two_steps_loses_nothing_and_grades_once(stand, key, point):
    order = stand.order(point)
    stand.hand_in(key)
    stand.wait_until_dead(JOBS)
    assert not order.exists()
    over = ("consumer: verdict committed, not told", "consumer: told")
    begun = point not in {"consumer: called", "consumer: claimed, not committed"}
    assert stand.attempts(key)[0].state == ("done" if point in over else "running" if begun else "queued")
    stand.start()
    stand.assert_graded_once(key, attempt=2 if begun and point not in over else 1)


@on_both
@pytest.mark.parametrize("when", ["while checks run", "told of the verdict"])
def test_a_stream_whose_api_dies_is_followed_anew_to_the_verdict(stand, key, when):
    stand.gate.shut()
    submission = stand.hand_in(key)
    stand.gate.wait_until_reached()
    if when == "told of the verdict":
        stand.order("api: told of the verdict")
    with stand.client.stream("GET", f"/submissions/{submission}/events") as stream, pytest.raises(httpx.TransportError):
        for line in stream.iter_lines():
            if not line.startswith("data:") or not stand.gate.path.exists():
                continue
            if when == "while checks run":
                stand.kill(WEB)
            stand.gate.open()  # and not after a restart: a check that is held for long is out of time
    stand.wait_until_dead(WEB)
    stand.assert_graded_once(key, attempt=1)
    stand.start()
    answer = stand.client.get(f"/submissions/{submission}/events")
    assert "event: done" in answer.text
    assert '"outcome":"passed"' in answer.text


@on_both
def test_a_compiler_that_is_killed_while_it_compiles_costs_no_verdict(stand, key):
    order = stand.order("consumer: compiling", "kill solc")
    stand.hand_in(key)
    stand.assert_graded_once(key, attempt=1)
    assert not order.exists()


@on_both
def test_a_template_that_is_killed_during_a_check_costs_no_verdict(stand, key):
    stand.gate.shut()
    stand.hand_in(key)
    stand.gate.wait_until_reached()
    template, _fork = stand.grading()
    os.kill(template, signal.SIGKILL)
    os.kill(stand.grading()[1], signal.SIGKILL)
    wait_until(lambda: stand.grading()[0] != template, what="another template")
    stand.gate.open()
    stand.assert_graded_once(key, attempt=1)


@on_both
def test_a_fork_that_is_killed_during_a_check_is_one_verdict_like_that_of_a_source_that_used_too_much(stand, key):
    """The kernel kills what uses too much memory in just this way, so that nobody could grade it again for ever."""
    stand.gate.shut()
    stand.hand_in(key)
    stand.gate.wait_until_reached()
    os.kill(stand.grading()[1], signal.SIGKILL)
    stand.assert_graded_once(key, outcome="resource_limit", attempt=1)


# Out of order


@contextmanager
def away(stand: Stand, request: pytest.FixtureRequest) -> Iterator[None]:
    server = request.getfixturevalue("postgres")
    stand.database.engine.dispose()
    server.stop(signal.SIGQUIT)
    try:
        yield
    finally:
        server.start()


OUTAGES = {"full disk": lambda stand, _: stand.full_disk(), "locked": lambda stand, _: stand.locked(), "away": away}
outages = pytest.mark.parametrize(
    ("stand", "outage"),
    [
        (SQLITE, "full disk"),
        (SQLITE, "locked"),
        (POSTGRESQL, "away"),
        pytest.param(POSTGRESQL, "locked", marks=pytest.mark.slow),
    ],
    indirect=["stand"],
)


@outages
def test_what_cannot_be_written_is_refused_for_now_and_taken_later(stand, key, outage, request):
    with OUTAGES[outage](stand, request):
        refused = stand.post_once(key)
        assert refused.status_code == 503, refused.text
        assert int(refused.headers["Retry-After"]) >= 1
    assert stand.attempts(key) == []
    assert all(process.poll() is None for process in stand.processes.values())
    stand.hand_in(key)
    stand.assert_graded_once(key)


@outages
def test_a_verdict_that_cannot_be_written_is_written_as_soon_as_it_can(stand, key, outage, request):
    stand.gate.shut()
    stand.hand_in(key)
    stand.gate.wait_until_reached()
    with OUTAGES[outage](stand, request):
        order = stand.order(REFUSED, "go on")
        stand.gate.open()
        wait_until(lambda: not order.exists(), what="a verdict that is not taken")
    stand.assert_graded_once(key, attempt=1)
