"""What a lesson's kernel knows, and when it ends, with all that was its own."""

import signal
import stat
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from classroom import accounts, courses, dashboards
from classroom.apps.kernels import MAX_EACH, PASSED_ON
from classroom.errors import Unauthenticated
from classroom.models import CredentialKind, Role, Scope
from support.lesson_apps import CANARY, LESSONS, House, Opened, Visitor
from support.room import alive
from support.waiting import wait_until

OURS = {"HOME", "TMPDIR", "CLASSROOM_URL", "CLASSROOM_TICKET"}
IPYTHONS = {
    *("CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "GIT_PAGER", "JPY_PARENT_PID", "MPLBACKEND", "PAGER"),
    *("PYDEVD_USE_FRAME_EVAL", "TERM"),
}
"""What IPython itself adds, inside the kernel."""


def holder(house: House, ticket: str) -> str | None:
    """Tell whom a ticket belongs to; None where it is worth nothing."""
    with house.database.read() as session:
        try:
            user, _credential = accounts.authenticate(session, {CredentialKind.KERNEL}, ticket)
        except Unauthenticated:
            return None
    return user.name if user else ""


def is_gone(opened: Opened) -> bool:
    """Tell whether nothing is left of a kernel: no process, no folder, no ticket."""
    facts = opened.facts
    return (
        not alive({facts["pid"]})
        and not Path(facts["cwd"]).exists()
        and holder(opened.visitor.house, facts["env"]["CLASSROOM_TICKET"]) is None
    )


def test_a_kernel_knows_what_it_needs_and_nothing_of_the_server(alice: Visitor) -> None:
    facts = alice.open("facts").facts
    assert set(facts["env"]) <= {*PASSED_ON, *OURS, *IPYTHONS}
    assert set(facts["env"]) >= OURS
    assert facts["env"]["CLASSROOM_URL"] == alice.house.settings.portal_url
    assert CANARY not in str(facts)
    assert str(alice.house.settings.data_dir) not in str(facts)


def test_a_kernel_works_in_a_folder_of_its_own(alice: Visitor) -> None:
    facts, other = alice.open("facts").facts, alice.open("facts").facts
    assert facts["cwd"] == facts["env"]["HOME"] == facts["env"]["TMPDIR"]
    assert stat.S_IMODE(facts["mode"]) == 0o700
    assert facts["cwd"] != other["cwd"]


def test_a_kernel_is_reached_over_sockets_that_only_its_account_can_open(alice: Visitor) -> None:
    opened = alice.open("facts")
    found = psutil.Process(opened.facts["pid"]).net_connections("unix")
    sockets = {Path(str(each.laddr)) for each in found if opened.kernel_id in str(each.laddr)}
    assert {path.name for path in sockets} == {f"kernel-{opened.kernel_id}-ipc-{number}" for number in range(1, 6)}
    assert {stat.S_IMODE(path.parent.stat().st_mode) & 0o777 for path in sockets} == {0o700}


def test_a_kernel_acts_for_its_visitor(classroom: House, alice: Visitor, bob: Visitor) -> None:
    tickets = [visitor.open("facts").facts["env"]["CLASSROOM_TICKET"] for visitor in (alice, bob)]
    assert [holder(classroom, ticket) for ticket in tickets] == ["alice", "bob"]


def test_neither_ticket_nor_session_stands_in_the_page_or_in_an_address(alice: Visitor) -> None:
    opened = alice.open("facts")
    for secret in (opened.facts["env"]["CLASSROOM_TICKET"], *alice.cookies.values()):
        assert secret not in opened.page.text
        assert secret not in str(opened.page.url)


def test_the_address_of_a_request_reaches_no_kernel(alice: Visitor) -> None:
    opened = alice.open("facts", f"?template=lab&theme=dark&token={CANARY}")
    assert CANARY not in str(opened.facts)
    assert "/classroom/static/lesson.css" in opened.page.text


def test_nothing_is_left_when_a_page_is_closed(alice: Visitor) -> None:
    opened = alice.open("facts")
    facts = opened.facts
    assert alive({facts["pid"]})
    assert Path(facts["cwd"]).exists()
    with alice.connect(opened.kernel_id) as connection:
        opened.close()
        wait_until(lambda: is_gone(opened), what="its end")
        for _ in connection:  # ends when the server closes it
            pass
    assert not opened.is_there()
    assert alice.http.post(f"/voila/api/shutdown/{opened.kernel_id}", headers=alice.xsrf()).status_code == 403


def test_nothing_is_left_of_a_kernel_that_crashed(alice: Visitor) -> None:
    opened = alice.open("crash")
    assert opened.outputs()[-1] == {"failed": True}
    wait_until(lambda: not opened.is_there(), what="its end")


def test_one_more_page_than_a_person_may_have_closes_the_quietest(house: House) -> None:
    with house.serve("voila"):
        alice, bob = house.visitor("alice"), house.visitor("bob")
        his = bob.open("facts")
        pages = []
        for _ in range(MAX_EACH):
            pages.append(alice.open("facts"))
            assert pages[-1].facts, "its cells are done before the next one opens, so the first is the quietest"
        alice.open("facts")
        wait_until(lambda: is_gone(pages[0]), what="its end")
        assert [page.is_there() for page in pages] == [False] + [True] * (MAX_EACH - 1)
        assert his.is_there()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_leaves_nothing(house: House, number: signal.Signals) -> None:
    with house.serve("voila") as server:
        opened = house.visitor("alice").open("facts")
        assert alive({opened.facts["pid"]})
        server.send_signal(number)
        assert server.wait(60) == 0
    assert is_gone(opened)


def test_kernels_do_not_outlive_a_server_that_is_killed(house: House) -> None:
    with house.serve("voila") as server:
        opened = house.visitor("alice").open("facts")
        pid = opened.facts["pid"]
        server.kill()
        wait_until(lambda: not alive({pid}), what="the kernel's end")


def test_neither_server_nor_kernel_outlives_the_process_that_started_the_server(house: House) -> None:
    start_one = "import os, subprocess, sys; subprocess.run([*sys.argv[1:], '--parent', str(os.getpid())])"
    command = [sys.executable, "-c", start_one, *house.command("voila")]
    with subprocess.Popen(command, env=house.environment, stdin=subprocess.DEVNULL) as starter:
        wait_until(lambda: house.answers("voila"), what="readiness")
        opened = house.visitor("alice").open("facts")
        opened.facts  # noqa: B018 - its cells are done
        starter.kill()
        wait_until(lambda: not house.answers("voila"), what="the server's end")
        wait_until(lambda: is_gone(opened), what="the kernel's end")


def test_a_port_that_is_taken_is_said(classroom: House) -> None:
    done = subprocess.run(
        classroom.command("voila"), env=classroom.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert f"cannot listen on port {classroom.settings.voila_port}: Address already in use" in done.stderr


def test_a_dashboard_opens_to_who_teaches_and_its_kernel_may_read_and_change_nothing(
    classroom: House, alice: Visitor, tmp_path: Path
) -> None:
    with classroom.database.unit_of_work() as work:
        ines = classroom.users["ines"] = accounts.create_user(work.session, "ines")
        course = courses.create(work.session, title="Taught", slug="taught")
        courses.enrol(work.session, course, ines, Role.INSTRUCTOR)
    source = tmp_path / "instructor" / "facts.md"
    source.parent.mkdir()
    about = "---\nclassroom:\n  title: Facts\n  summary: None.\n  minutes: 5\n---\n"
    source.write_text(about + dedent(LESSONS["facts"]))
    dashboards.build(classroom.settings.model_copy(update={"lessons_dir": tmp_path}))
    page = "/voila/render/instructor/facts.ipynb"
    assert alice.http.get(page).status_code == 404
    assert Visitor(classroom, None).http.get(page).status_code == 302
    opened = classroom.visitor("ines").open("instructor/facts")
    ticket = opened.facts["env"]["CLASSROOM_TICKET"]
    with classroom.database.read() as session:
        user, credential = accounts.authenticate(session, {CredentialKind.TOKEN}, ticket)
        assert user is not None
        assert (user.name, accounts.scopes_of(credential, user)) == ("ines", {Scope.TEACH})
    assert alice.http.get(f"/classroom/outputs/{opened.kernel_id}").status_code == 403
    opened.close()
    wait_until(lambda: token_is_worthless(classroom, ticket), what="the token's end")


def token_is_worthless(house: House, ticket: str) -> bool:
    with house.database.read() as session:
        try:
            accounts.authenticate(session, {CredentialKind.TOKEN}, ticket)
        except Unauthenticated:
            return True
    return False
