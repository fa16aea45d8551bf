"""Pages about people's data: privacy and terms, one's own file, what courses used; and agreeing when one signs up."""

import csv
import io
import json
import re
import socket
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from classroom import accounts, exports, policies, usage, workload
from classroom.db import Database
from classroom.jobs.kinds import EXPORTERS, KINDS
from classroom.models import Acceptance, AuditEvent, CredentialKind, Job, User
from classroom.policies import Document
from classroom.settings import Settings
from classroom.web.app import create_site
from support.serving import running
from support.waiting import wait_until


@dataclass
class Site:
    """A site that runs, and a browser."""

    settings: Settings
    database: Database
    client: httpx.Client

    def enter(self, user: User) -> httpx.Client:
        self.client.cookies.clear()
        with self.database.unit_of_work() as work:
            link = accounts.issue(work.session, CredentialKind.ONE_TIME_LINK, user.id, lifetime=timedelta(minutes=1))
        assert self.client.get("/welcome", params={"link": link}).status_code == 303
        return self.client


@pytest.fixture
def site(settings: Settings, database: Database, people: Any) -> Iterator[Site]:
    """Open a site where anybody may sign up who agrees."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        own = settings.model_copy(update={"portal_port": port, "sign_up": "open", "terms_to_accept": True})
        headers = {"Accept": "text/html", "Origin": own.portal_url}
        with (
            running(create_site(own), listener),
            httpx.Client(base_url=own.portal_url, headers=headers, timeout=30, trust_env=False) as client,
        ):
            yield Site(own, database, client)


def test_anybody_reads_what_the_institution_says_and_in_which_version(site, people):
    page = site.client.get("/privacy")
    assert page.status_code == 200
    assert "What is stored" in page.text
    assert policies.read(site.settings, Document.PRIVACY).version in page.text
    assert 'href="/terms"' in page.text.partition("<footer>")[2]
    before = policies.read(site.settings, Document.TERMS).version
    site.settings.policies_dir.mkdir()
    policies.path_of(site.settings, Document.TERMS).write_text(
        "# Our own rules\n\n<script>alert(1)</script>\n\n[x](javascript:alert)"
    )
    own = site.enter(people.alice).get("/terms").text
    assert "<h1>Our own rules</h1>" in own
    assert "<script>alert" not in own
    assert 'href="javascript' not in own
    assert before not in own
    assert "Sign out" in own


def test_who_signs_up_agrees_and_that_is_recorded_once(site):
    client, database = site.client, site.database
    wish = {"email": "new@school.example", "display_name": "New"}
    form = client.get("/sign-up").text
    (accepted,) = re.findall(r'name="accepted" value="([0-9a-f ]+)"', form)
    refused = client.post("/sign-up", data=wish)
    assert refused.status_code == 422
    assert 'name="accepted"' in refused.text
    assert client.post("/sign-up", data={**wish, "accepted": accepted.split()[0]}).status_code == 422
    api = {"Accept": "application/json"}
    assert client.post("/api/v1/sign-ups", json=wish, headers=api).status_code == 422
    assert client.post("/sign-up", data={**wish, "accepted": accepted}).status_code == 202
    assert client.post("/api/v1/sign-ups", json={**wish, "accepted": accepted.split()}, headers=api).status_code == 202

    def letters():
        with database.read() as session:
            issued = session.exec(select(AuditEvent).where(AuditEvent.action == "credential_issued")).all()
            agreed = session.exec(select(Acceptance)).all()
        return len(issued) >= 2 and agreed

    agreed = wait_until(letters, what="the letters")
    assert sorted((each.document, each.version) for each in agreed) == sorted(
        (document.value, version) for document, version in policies.versions(site.settings).items()
    )


def test_a_learner_takes_their_data_along(site, people):
    client = site.enter(people.alice)
    assert 'href="/account/data"' in client.get("/account").text
    form = client.get("/account/data").text
    (token,) = set(re.findall(r'name="csrf" value="([^"]+)"', form))
    assert client.post("/account/data", data={"csrf": "x"}).status_code == 403
    assert client.post("/account/data", data={"csrf": token}).headers["location"] == "/account/data?done=ordered"
    assert client.post("/account/data", data={"csrf": token}).headers["location"] == "/account/data?done=waiting"
    assert "Being written" in client.get("/account/data").text
    with site.database.unit_of_work() as work:
        job = work.session.exec(select(Job).where(Job.kind == "export")).one()
        claim = workload.claim(work, [KINDS["export"]], job_id=job.id, worker="w", lease_s=60)
    result = exports.write(site.settings, site.database, EXPORTERS, claim, lambda _share, _stage: None)
    with site.database.unit_of_work() as work:
        assert exports.finish(work, claim, result)
    page = client.get("/account/data").text
    (address,) = re.findall(r'href="(/api/v1/jobs/[^"]+/file)"', page)
    with zipfile.ZipFile(io.BytesIO(client.get(address).content)) as archive:
        assert json.loads(archive.read("my-data.json"))["tables"]["users"][0]["name"] == "alice"
    site.enter(people.bob)
    assert client.get(address).status_code == 404


def test_usage_is_shown_to_who_may_see_it(site, people):
    with site.database.unit_of_work() as work:
        root = accounts.create_user(work.session, "root", is_admin=True)
        usage.add(work.session, people.course.id, people.alice.id, at=people.alice.created_at, compute_ms=1500)
        usage.take_attendance(work.session)
    client = site.enter(root)
    assert "<td>2</td><td>0</td><td>1.5</td>" in client.get("/admin/usage").text
    assert "Nothing was used" in client.get("/admin/usage", params={"until": "1999-01"}).text
    assert client.get("/admin/usage", params={"since": "x"}).status_code == 422
    (row,) = csv.DictReader(io.StringIO(client.get("/admin/usage.csv").text.removeprefix("\ufeff")))
    assert (row["course"], row["seats"], row["compute_seconds"]) == ("classroom", "2", "1.5")
    site.enter(people.teacher)
    assert "1.5" in client.get("/courses/classroom/usage").text
    assert client.get("/courses/classroom/usage.csv").headers["content-type"].startswith("text/csv")
    assert client.get("/admin/usage").status_code == client.get("/admin/usage.csv").status_code == 403
    site.enter(people.alice)
    assert client.get("/courses/classroom/usage").status_code in {403, 404}
