"""The dashboard of those who teach runs from its first cell to its last, on what a real classroom answers."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import nbformat
import pytest
from nbclient import NotebookClient

from classroom import accounts, courses, dashboards, submissions
from classroom.api.app import create_app
from classroom.catalog import Catalog
from classroom.db import Database
from classroom.keys import server_key
from classroom.models import CredentialKind, Role, Scope
from classroom.settings import REPOSITORY, Settings
from evmbox.report import CheckResult, CheckStatus, Outcome, Report, Timings, Versions
from support.serving import running


@pytest.fixture
def dashboard(tmp_path: Path, course: Catalog, monkeypatch: pytest.MonkeyPatch) -> Iterator[nbformat.NotebookNode]:
    """Give the notebook, built, where Ada has failed three times in the same way and Ines teaches."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        settings = Settings(
            data_dir=tmp_path, portal_port=listener.getsockname()[1], lessons_dir=REPOSITORY / "lessons"
        )
        database = Database(settings.database)
        database.migrate()
        queued: list = []
        with database.unit_of_work() as work:
            ada, ines = (
                accounts.create_user(work.session, name, display_name=name.title()) for name in ("ada", "ines")
            )
            of = courses.ensure_default_course(work.session, course)
            courses.enrol(work.session, of, ada, Role.LEARNER)
            courses.enrol(work.session, of, ines, Role.INSTRUCTOR)
            hour = timedelta(hours=1)
            key = accounts.issue(work.session, CredentialKind.TOKEN, ines.id, lifetime=hour, scopes={Scope.TEACH})
        for _ in range(3):
            with database.unit_of_work() as work:
                submissions.submit(
                    work,
                    user=ada,
                    course=of,
                    exercise_id="tip-jar",
                    source="contract A {}",
                    idempotency_key=uuid4().hex,
                    enqueue=queued.append,
                    settings=settings,
                    key=server_key(settings),
                )
            with database.unit_of_work() as work:
                claim = submissions.claim(work, queued[-1], worker="w", lease_s=30)
                assert submissions.finish(work, claim, REPORT)
        monkeypatch.setenv("CLASSROOM_URL", settings.portal_url)
        monkeypatch.setenv("CLASSROOM_TICKET", key)
        monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
        (built,) = dashboards.build(settings)
        with running(create_app(settings, enqueue=queued.append), listener):
            yield nbformat.read(built, as_version=4)
        database.close()


CHECK = CheckResult(
    id="pays",
    title="It pays the owner",
    task=1,
    status=CheckStatus.FAILED,
    points=2.0,
    divergence="The owner has 0 wei and should have 5 wei.",
)
REPORT = Report(
    exercise_id="tip-jar",
    outcome=Outcome.FAILED,
    score=0.0,
    max_score=2.0,
    checks=(CHECK,),
    timings=Timings(total_ms=1.0),
    versions=Versions(solc="0.8.37", evm="prague", exercise="44" * 32),
)


def test_every_cell_runs_and_shows_who_is_stuck_on_what(dashboard):
    asyncio.run(NotebookClient(dashboard, timeout=60, kernel_name="python3").async_execute())
    shown = "\n".join(
        output.get("text") or output["data"]["text/plain"]
        for cell in dashboard.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    assert "classroom: 1 learners" in shown
    assert "Ada  A jar for tips  It pays the owner  3" in shown
    assert "A jar for tips  0" in shown
    figures = [state["state"]["value"] for state in widget_states(dashboard) if state["model_name"] == "HTMLModel"]
    assert len(figures) == 1
    assert "<svg" in figures[0]
    dropdown = [state["state"] for state in widget_states(dashboard) if state["model_name"] == "DropdownModel"]
    assert "A jar for tips" in dropdown[0]["_options_labels"]


def widget_states(notebook):
    return notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()


def test_no_track_lists_a_dashboard(course):
    assert not {path.stem for path in (REPOSITORY / "lessons" / dashboards.FOLDER).glob("*.md")} & set(course.lessons)
    assert dashboards.FOLDER not in {track.id for track in course.tracks}
