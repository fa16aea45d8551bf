"""A course of somebody else is added beside ours: looked at, proven behind the walls, copied, shown, taken out."""

import json
import os
import re
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from classroom import accounts, added, adding, authoring, backups, courses, lessons
from classroom.added import AddedCourse
from classroom.api.csrf import HEADER
from classroom.audit_log import Action
from classroom.catalog import Catalog, CourseError
from classroom.courses import Dates
from classroom.db import Database
from classroom.errors import Conflict, Invalid
from classroom.models import AuditEvent, CredentialKind, Role, User
from classroom.pictures import whats_wrong_with
from classroom.settings import Settings
from classroom.web.app import create_site
from evmbox.pool import Pool
from support.commands import classroom, classroom_here
from support.serving import running
from support.two_tracks import write_two_tracks
from support.waiting import wait_until

pytestmark = pytest.mark.sqlite_only(reason="what is added are files; the database knows nothing of them")

ONLY_BEHIND_THE_WALLS = "import os\n\nassert 'CLASSROOM_DATA_DIR' not in os.environ, 'run outside the sandbox'\n"
"""Begins a file of checks that can be run with the bare environment of the sandbox only."""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Give settings of a classroom with two tracks of its own, also to what this test starts."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    own = write_two_tracks(tmp_path / "own")
    monkeypatch.setenv("CLASSROOM_DATA_DIR", str(data))
    monkeypatch.setenv("CLASSROOM_LESSONS_DIR", str(own))
    return Settings(data_dir=data, lessons_dir=own, database_url="")


@pytest.fixture
def gems(tmp_path: Path) -> Path:
    """Give somebody's course: one track, one lesson that was begun."""
    folder = tmp_path / "gems"
    authoring.begin(folder, "doors/turnstile")
    checks = folder / "doors/turnstile/turnstile/checks.py"
    checks.write_text(ONLY_BEHIND_THE_WALLS + checks.read_text())
    return folder


@pytest.fixture
def add(settings: Settings, pool: Pool) -> Callable[[Path], AddedCourse]:
    """Add a course as the command does, when all was asked."""

    def add_it(folder: Path) -> AddedCourse:
        with adding.examine(settings, adding.find(str(folder))) as found:
            course = adding.prove_all(found, pool, mutants=False, tell=lambda *_: None)
            assert course is not None
            adding.keep(settings, found, course)
        return added.read(settings)[-1]

    return add_it


def tracks(settings: Settings) -> list[str]:
    return [track.id for track in Catalog.of(settings).tracks]


def events(settings: Settings) -> list[AuditEvent]:
    with closing(Database.of(settings)) as database, database.read() as session:
        return list(session.exec(select(AuditEvent).where(AuditEvent.action.startswith("tracks_"))))  # type: ignore[attr-defined]


def test_a_folder_is_added_listed_changed_and_taken_out(settings: Settings, gems: Path, migrated: Path) -> None:
    data = settings.data_dir
    (data / "classroom.db").write_bytes(migrated.read_bytes())
    lesson = gems / "doors/turnstile/lesson.md"
    tried = classroom_here(data, "course", "add", str(gems), "--yes", "--dry-run")
    assert (tried.returncode, "Nothing was added" in tried.stdout) == (0, True), tried.stderr
    assert tracks(settings) == ["first-steps", "next-steps"]
    for told in (
        "1 track: doors",
        "1 code cell of Python",
        "lesson.md (1 cell)",
        "1 file of checks",
        "turnstile/checks.py",
    ):
        assert told in tried.stdout
    done = classroom_here(data, "course", "add", str(gems), "--yes")
    assert done.returncode == 0, done.stderr
    assert "Added gems: doors." in done.stdout
    assert tracks(settings) == ["first-steps", "next-steps", "doors"]
    (course,) = added.read(settings)
    assert course.points == {"turnstile": 4}

    before = lesson.read_text()
    lesson.write_text(f"{before}\nOne more line.\n")
    (gems / "doors/turnstile/plan.txt").write_text("new")
    assert "One more line." not in Catalog.of(settings).lesson("turnstile").path.read_text()
    shown = classroom_here(data, "course", "list")
    assert re.search(rf"gems: {re.escape(str(gems))}, {course.digest[:12]}", shown.stdout), shown.stdout
    assert "the classroom's own" in shown.stdout
    asked = classroom(data, "course", "add", str(gems), say="n\n")
    assert (asked.returncode, "Nothing was added" in asked.stderr) == (2, True)
    assert "~ doors/turnstile/lesson.md" in asked.stdout
    assert "+ doors/turnstile/plan.txt" in asked.stdout
    assert "One more line." not in Catalog.of(settings).lesson("turnstile").path.read_text()
    lesson.write_text(before)
    (gems / "doors/turnstile/plan.txt").unlink()
    same = classroom_here(data, "course", "add", str(gems))
    assert "Nothing is to do" in same.stdout

    gone = classroom_here(data, "course", "remove", "gems", "--yes")
    assert gone.returncode == 0, gone.stderr
    assert tracks(settings) == ["first-steps", "next-steps"]
    assert course.folder.is_dir()  # what runs still reads it
    added.clear(settings)
    assert not course.folder.exists()
    again = classroom_here(data, "course", "remove", "gems", "--yes")
    assert (again.returncode, "No course gems was added" in again.stderr) == (2, True)
    written = events(settings)
    assert [each.action for each in written] == [Action.TRACKS_ADDED, Action.TRACKS_REMOVED]
    assert all((each.subject, each.details["digest"]) == ("gems", course.digest) for each in written)


def test_an_installed_package_brings_its_course_and_is_not_imported(
    settings: Settings, gems: Path, tmp_path: Path
) -> None:
    wheel = tmp_path / "shiny_gems-1.2-py3-none-any.whl"
    info = "shiny_gems-1.2.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("shiny_gems/__init__.py", "raise RuntimeError('nobody asked for this to run')\n")
        for name, content in added.files_of(gems).items():
            archive.writestr(f"shiny_gems/course/{name}", content)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: shiny-gems\nVersion: 1.2\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(
            f"{info}/entry_points.txt",
            "[classroom.courses]\nshiny = shiny_gems:course\nlost = shiny_gems:nowhere\nout = shiny_gems:../..\n",
        )
        archive.writestr(f"{info}/RECORD", "")
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile"]
    subprocess.run([*pip, "--target", str(site), str(wheel)], check=True, capture_output=True)
    done = classroom(settings.data_dir, "course", "add", "shiny", "--yes", PYTHONPATH=str(site))
    assert done.returncode == 0, done.stderr
    (course,) = added.read(settings)
    assert (course.name, course.source) == ("shiny", "package shiny-gems 1.2")
    assert tracks(settings)[-1] == "doors"  # without the package: it is a copy
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site))
        for name in ("lost", "out"):
            with pytest.raises(Invalid, match="leads to no folder of its package"):
                adding.find(name)
        with pytest.raises(Invalid, match=r"no folder.*There are: lost, out, shiny"):
            adding.find("unheard-of")


def test_it_stands_beside_ours_in_the_portal_the_api_the_apps_and_the_notebooks(
    settings: Settings, gems: Path, add: Callable[[Path], AddedCourse], migrated: Path
) -> None:
    course = add(gems)
    (settings.data_dir / "classroom.db").write_bytes(migrated.read_bytes())
    catalog = Catalog.of(settings)
    lessons.ensure_built(catalog, settings)
    assert (settings.apps_dir / "turnstile.ipynb").is_file()
    assert (settings.notebooks_dir / "doors" / "turnstile.ipynb").is_file()
    with closing(Database.of(settings)) as database:
        with database.unit_of_work() as work:
            home = courses.ensure_default_course(work.session, catalog)
            choosy = courses.create(work.session, title="Choosy")
            chosen = [Dates("first-steps")]
            courses.set_plan(
                work.session, choosy, catalog, all_tracks=False, tracks=chosen, exercises=(), actor_id=None
            )
            lea, leo = (accounts.create_user(work.session, name) for name in ("lea", "leo"))
            courses.enrol(work.session, home, lea, Role.LEARNER)
            courses.enrol(work.session, choosy, leo, Role.LEARNER)
        with site_of(settings) as (own, client):
            enter(client, database, leo)
            assert "Turnstile" not in client.get("/").text
            assert client.get("/api/v1/lessons/turnstile").status_code == 404
            enter(client, database, lea)
            assert re.search(r"Keeping.*Counting.*Turnstile", client.get("/").text, re.DOTALL)
            page = client.get("/lessons/turnstile")
            assert (page.status_code, "adds one to the count" in page.text) == (200, True)
            shown = client.get("/api/v1/exercises/turnstile").json()
            assert (shown["max_score"], shown["lesson_id"]) == (4, "turnstile")
            listed = client.get("/api/v1/lessons").json()
            assert [(each["track"], each["id"]) for each in listed][-1] == ("doors", "turnstile")
            token = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/").text)
            assert token
            with consumer(own):
                body = {
                    "exercise_id": "turnstile",
                    "source": (course.folder / "doors/turnstile/turnstile/solution.sol").read_text(),
                }
                sent = client.post(
                    "/api/v1/submissions", json=body, headers={HEADER: token[1], "Idempotency-Key": "once"}
                )
                assert sent.status_code in {200, 202}, sent.text
                address = f"/api/v1/submissions/{sent.json()['id']}"
                wait_until(lambda: client.get(address).json()["state"] == "done", timeout_s=60, what="the verdict")
                verdict = client.get(address).json()
    assert (verdict["report"]["score"], verdict["report"]["outcome"]) == (4, "passed")

    adding.take_out(settings, "gems")
    lessons.ensure_built(Catalog.of(settings), settings)
    assert not (settings.apps_dir / "turnstile.ipynb").exists()
    assert (settings.notebooks_dir / "doors" / "turnstile.ipynb").is_file()  # their copy is theirs


@contextmanager
def site_of(settings: Settings) -> Iterator[tuple[Settings, httpx.Client]]:
    """Serve the portal, and give its settings and a client."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        own = settings.model_copy(update={"portal_port": listener.getsockname()[1]})
        headers = {"Origin": own.portal_url}
        with (
            running(create_site(own), listener),
            httpx.Client(base_url=own.portal_url, headers=headers, timeout=30, trust_env=False) as client,
        ):
            yield own, client


@contextmanager
def consumer(settings: Settings) -> Iterator[None]:
    """Have what is handed in graded."""
    variables = {"CLASSROOM_PORTAL_PORT": str(settings.portal_port), "CLASSROOM_POOL_SIZE": "1"}
    command = [sys.executable, "-m", "classroom.jobs", "--parent", str(os.getpid())]
    process = subprocess.Popen(command, env={**os.environ, **variables})
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def enter(client: httpx.Client, database: Database, user: User) -> None:
    client.cookies.clear()
    with database.unit_of_work() as work:
        link = accounts.issue(work.session, CredentialKind.ONE_TIME_LINK, user.id, lifetime=timedelta(minutes=5))
    assert client.get("/welcome", params={"link": link}).status_code == 303


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "no course": (lambda folder: (folder / "course.toml").unlink(), "there is no course.toml in it"),
    "a track of ours": (
        lambda folder: (
            change(folder / "course.toml", 'id = "doors"', 'id = "first-steps"'),
            (folder / "doors").rename(folder / "first-steps"),
        ),
        "has a track 'first-steps' already",
    ),
    "a lesson of ours": (
        lambda folder: (
            change(folder / "course.toml", '"turnstile"', '"keeping"'),
            (folder / "doors/turnstile").rename(folder / "doors/keeping"),
        ),
        "has a lesson 'keeping' already",
    ),
    "an exercise of ours": (
        lambda folder: (
            change(folder / "doors/turnstile/turnstile/exercise.toml", 'id = "turnstile"', 'id = "keeper"'),
            (folder / "doors/turnstile/turnstile").rename(folder / "doors/turnstile/keeper"),
        ),
        "has an exercise 'keeper' already",
    ),
    "a circle": (
        lambda folder: (folder / "course.toml").write_text(
            (folder / "course.toml").read_text() + '[requires]\nturnstile = ["turnstile"]\n'
        ),
        "the lessons wait for each other",
    ),
    "what our lessons need": (
        lambda folder: (folder / "course.toml").write_text(
            (folder / "course.toml").read_text() + '[requires]\nkeeping = ["turnstile"]\n'
        ),
        "a lesson of another course",
    ),
    "a link": (
        lambda folder: (folder / "doors/turnstile/more").symlink_to("/etc/hostname"),
        "is a link",
    ),
    "HTML": (
        lambda folder: change(
            folder / "doors/turnstile/lesson.md", "## Your turn", "<script>x</script>\n\n## Your turn"
        ),
        "HTML <script> is not allowed",
    ),
    "a picture with a script": (
        lambda folder: (
            (folder / "doors/turnstile/bell.svg").write_text("<svg onload='x()'/>"),
            change(folder / "doors/turnstile/lesson.md", "## Your turn", "![A bell](bell.svg)\n\n## Your turn"),
        ),
        "more than a drawing: it holds the script onload",
    ),
    "a manifest that is wrong": (
        lambda folder: change(folder / "doors/turnstile/turnstile/exercise.toml", "contract =", "kontract ="),
        "exercise.toml",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_does_not_fit_is_refused_in_words_before_anything_of_it_runs(
    what: str, settings: Settings, gems: Path
) -> None:
    spoil, told = REFUSED[what]
    spoil(gems)
    refused = classroom_here(settings.data_dir, "course", "add", str(gems), "--yes")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert told in refused.stderr
    assert added.read(settings) == ()
    assert [path.name for path in settings.added_dir.glob("*")] == []


def test_lessons_that_wait_for_each_other_are_refused_and_ours_may_come_first(settings: Settings, gems: Path) -> None:
    authoring.begin(gems, "doors/revolving")
    listing = gems / "course.toml"
    text = listing.read_text().replace('["turnstile"]', '["turnstile", "revolving"]')
    listing.write_text(f'{text}[requires]\nturnstile = ["keeping"]\nrevolving = ["turnstile"]\n')
    with adding.examine(settings, adding.find(str(gems))) as found:
        assert [lesson.requires for lesson in found.lessons] == [("keeping",), ("turnstile",)]
    listing.write_text(f'{text}[requires]\nturnstile = ["revolving"]\nrevolving = ["turnstile"]\n')
    with pytest.raises(CourseError, match=r"gems/course\.toml: the lessons wait for each other"):
        adding.examine(settings, adding.find(str(gems))).__enter__()


def test_what_is_not_proven_is_not_added(settings: Settings, gems: Path, migrated: Path) -> None:
    (settings.data_dir / "classroom.db").write_bytes(migrated.read_bytes())
    (gems / "doors/turnstile/turnstile/mistakes/adds-two.sol").write_text(
        (gems / "doors/turnstile/turnstile/solution.sol").read_text()
    )
    refused = classroom_here(settings.data_dir, "course", "add", str(gems), "--yes")
    assert refused.returncode == 2
    assert "adds-two.sol" in refused.stdout
    assert "not every exercise is proven" in refused.stderr
    assert (added.read(settings), events(settings)) == ((), [])


def test_one_that_others_build_on_stays(
    settings: Settings, gems: Path, tmp_path: Path, add: Callable[[Path], AddedCourse]
) -> None:
    add(gems)
    more = tmp_path / "more"
    authoring.begin(more, "gates/wide")
    with (more / "course.toml").open("a") as listing:
        listing.write('[requires]\nwide = ["turnstile"]\n')
    add(more)
    refused = classroom_here(settings.data_dir, "course", "remove", "gems", "--yes")
    assert refused.returncode == 2
    assert "gems stays: another course builds on it" in refused.stderr
    change(gems / "course.toml", '"turnstile"', '"turned"')
    (gems / "doors/turnstile").rename(gems / "doors/turned")
    with pytest.raises(CourseError, match=r"more/course\.toml: \[requires\] names 'turnstile'"):
        adding.examine(settings, adding.find(str(gems))).__enter__()
    adding.take_out(settings, "more")
    adding.take_out(settings, "gems")


def test_who_added_something_meanwhile_is_not_overruled(
    settings: Settings, gems: Path, add: Callable[[Path], AddedCourse], pool: Pool
) -> None:
    with adding.examine(settings, adding.find(str(gems))) as found:
        course = adding.prove_all(found, pool, mutants=False, tell=lambda *_: None)
        assert course
        add(gems)
        with pytest.raises(Conflict, match="changed meanwhile"):
            adding.keep(settings, found, course)


def test_a_copy_that_somebody_touched_is_told(
    settings: Settings, gems: Path, add: Callable[[Path], AddedCourse], migrated: Path
) -> None:
    (settings.data_dir / "classroom.db").write_bytes(migrated.read_bytes())
    course = add(gems)
    change(course.folder / "doors/turnstile/lesson.md", "## Looking back", "## Looking elsewhere")
    assert "its copy was changed since" in classroom_here(settings.data_dir, "course", "list").stdout


def test_a_backup_has_it_and_brings_it_back(
    settings: Settings, gems: Path, tmp_path: Path, add: Callable[[Path], AddedCourse], migrated: Path
) -> None:
    (settings.data_dir / "classroom.db").write_bytes(migrated.read_bytes())
    add(gems)
    made = backups.make_backup(settings)
    there = Settings(data_dir=tmp_path / "there", lessons_dir=settings.lessons_dir, database_url="")
    backups.restore(there, made.path)
    (back,) = added.read(there)
    assert added.is_as_added(back)
    assert back.folder.is_relative_to(there.data_dir)
    assert tracks(there) == ["first-steps", "next-steps", "doors"]
    adding.take_out(there, "gems")
    backups.restore(there, made.path, replace=True)
    assert tracks(there)[-1] == "doors"
    assert json.loads(next(there.data_dir.glob("added.before-*/courses.json")).read_text()) == []
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(made.path) as source, zipfile.ZipFile(damaged, "w") as target:
        for name in source.namelist():
            text = b"other" if name.endswith("lesson.md") else source.read(name)
            target.writestr(name, text)
    with pytest.raises(Invalid, match="of the courses that were added is not what was written"):
        backups.restore(there, damaged, replace=True)


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out"])
def test_no_file_is_written_outside(name: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        added.write_files(tmp_path / "in", {name: b""})


@pytest.mark.parametrize(
    ("svg", "told"),
    [
        ("<svg xmlns='http://www.w3.org/2000/svg'><rect fill='url(#a)' style='fill: red'/></svg>", None),
        ("<svg><image href='data:image/png;base64,AAAA'/><use href='#a'/></svg>", None),
        ("<svg><script>x</script></svg>", "<script>"),
        ("<s:svg xmlns:s='http://www.w3.org/2000/svg'><s:SCRIPT/></s:svg>", "<script>"),
        ("<svg><foreignObject/></svg>", "<foreignobject>"),
        ("<svg><g onClick='x'/></svg>", "onclick"),
        ("<svg xmlns:l='http://www.w3.org/1999/xlink'><a l:href=' javascript:x'/></svg>", "leads to"),
        ("<svg><image href='https://example.org/x.png'/></svg>", "leads to"),
        ("<svg><a><animate attributeName='href' values='javascript:x'/></a></svg>", "changes an address"),
        ("<svg><set attributeName='onmouseover' to='x'/></svg>", "<set>"),
        ("<svg><style>@import 'https://example.org'</style></svg>", "loads something"),
        ("<svg><rect fill='url(&#39;https://example.org/x&#39;)'/></svg>", "loads something"),
        ("<svg><style>a { fill: u\\72l(https://example.org) }</style></svg>", "loads something"),
        ("<!DOCTYPE svg [<!ENTITY x 'y'>]><svg>&x;</svg>", "entities"),
        ("<?xml-stylesheet href='x'?><svg/>", "instruction"),
        ("<svg>", "no XML"),
        ("<svg/>".encode("utf-16"), "no XML"),
    ],
)
def test_a_picture_is_a_drawing_or_refused(svg: str | bytes, told: str | None) -> None:
    found = whats_wrong_with(svg if isinstance(svg, bytes) else svg.encode())
    assert found is None if told is None else told in (found or "")
