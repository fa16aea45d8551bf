"""Courses over HTTP: what each role may do in their own course, and that another course does not exist for them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from classroom import courses
from classroom.models import Role, Submission, SubmissionState
from support.two_tracks import write_two_tracks

DUE = datetime(2031, 3, 1, 12, tzinfo=UTC)
API = "/api/v1/courses"


@pytest.fixture(scope="module")
def open_two(tmp_path_factory, migrated, opening):
    """Give a classroom with two tracks, and one more course: otto runs it, and nobody else is in it."""
    folder = write_two_tracks(tmp_path_factory.mktemp("two-tracks"))
    with opening(tmp_path_factory.mktemp("two"), migrated, folder) as opened:
        opened.client("otto").post(API, json={"title": "Other", "slug": "other"})
        opened.client("otto").put(f"{API}/classroom/chosen")
        yield opened


@pytest.fixture
def two(open_two):
    """Give that classroom with its first course as it was in the beginning."""
    ines = open_two.client("ines")
    ines.put(f"{API}/classroom/plan", json={"all_tracks": True}).raise_for_status()
    change = {"late_rule": "none", "grace_minutes": 0, "counting": "best", "starts_at": None, "ends_at": None}
    ines.patch(f"{API}/classroom", json={**change, "archived": False}).raise_for_status()
    return open_two


def graded(two, name, *attempts, exercise="keeper"):
    """Write attempts that were graded: when, after the due date, and how many of 2 points."""
    with two.database.unit_of_work() as work:
        course = courses.require_instructor(work.session, two.users["ines"], "classroom")
        for number, (after, score) in enumerate(attempts, 1):
            work.session.add(
                Submission(
                    course_id=course.id,
                    user_id=two.users[name].id,
                    exercise_id=exercise,
                    number=number,
                    idempotency_key=uuid4().hex,
                    source="contract A {}",
                    seed="0",
                    state=SubmissionState.DONE,
                    score=score,
                    max_score=2.0,
                    report={"of": "a test"},
                    created_at=DUE + after,
                )
            )


def plan(two, **track):
    body = {"all_tracks": False, "tracks": [{"id": "first-steps", **track}]}
    two.client("ines").put(f"{API}/classroom/plan", json=body).raise_for_status()


def test_a_course_is_made_shown_and_changed(two):
    otto = two.client("otto")
    made = otto.post(API, json={"title": "Autumn 2031", "starts_at": "2031-09-01T00:00:00+02:00"})
    assert made.status_code == 201
    assert made.headers["location"] == f"{API}/autumn-2031"
    shown = otto.get(f"{API}/autumn-2031").json()
    assert shown == made.json()
    assert (shown["starts_at"], shown["roles"], shown["all_tracks"]) == ("2031-08-31T22:00:00Z", ["instructor"], True)
    assert [[exercise["id"] for exercise in track["exercises"]] for track in shown["tracks"]] == [
        ["keeper"],
        ["counter"],
    ]
    change = {"title": "Winter 2031", "starts_at": None, "late_rule": "percent_per_day", "late_percent_per_day": 12.5}
    changed = otto.patch(f"{API}/autumn-2031", json=change).json()
    assert {name: changed[name] for name in change} == change
    assert otto.patch(f"{API}/autumn-2031", json={"archived": True}).json()["archived_at"] is not None
    titles = [course["title"] for course in otto.get(API).json()["items"]]
    assert titles == sorted(titles)
    assert otto.post(API, json={"title": "Autumn 2031"}).status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"title": None}),
        ("PATCH", "", {"late_rule": "never"}),
        ("PATCH", "", {"late_percent_per_day": 101}),
        ("PATCH", "", {"late_percent_per_day": "10"}),
        ("PATCH", "", {"grace_minutes": 1.5}),
        ("PATCH", "", {"starts_at": "2031-01-01T00:00:00"}),
        ("PATCH", "", {"starts_at": 1893456000}),
        ("PATCH", "", {"starts_at": "9999-12-31T23:59:59-14:00"}),
        ("PATCH", "", {"starts_at": "2031-01-02T00:00:00Z", "ends_at": "2031-01-01T00:00:00Z"}),
        ("PATCH", "", {"slug": "another"}),
        ("PUT", "/plan", {"all_tracks": False}),
        ("PUT", "/plan", {"all_tracks": True, "tracks": [{"id": "none-such"}]}),
        ("PUT", "/plan", {"all_tracks": True, "exercises": [{"id": "keeper", "drop_lowest": 1}]}),
        ("POST", "/people", {"name": "lea", "role": "admin"}),
        ("POST", "/people", {"name": "lea", "role": "learner", "is_admin": True}),
        ("POST", "/invites", {"role": "admin", "max_uses": 1}),
        ("POST", "/invites", {"role": "instructor"}),
        ("POST", "/invites", {"days": 0}),
        ("POST", "/invites", {"group_id": 5}),
        ("POST", "/groups", {"name": " "}),
        ("POST", "/groups", {"name": "\u0000"}),
        ("POST", "/import", {"csv": "name\nbad name\n"}),
        ("POST", "/extensions", {"exercise_id": "keeper", "due_at": "2031-01-01T00:00:00Z"}),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(two, method, path, body):
    ines = two.client("ines")
    before = [ines.get(f"{API}/classroom{each}").json() for each in ("", "/people", "/groups", "/invites")]
    answer = ines.request(method, f"{API}/classroom{path}", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]
    assert [ines.get(f"{API}/classroom{each}").json() for each in ("", "/people", "/groups", "/invites")] == before


def of_other(two):
    """Ask for everything that another course has, of which the answer must not tell."""
    otto, users = two.client("otto"), two.users
    group = otto.post(f"{API}/other/groups", json={"name": uuid4().hex}).json()["id"]
    invite = otto.post(f"{API}/other/invites", json={}).json()["id"]
    return [
        ("GET", "other", None),
        ("PATCH", "other", {"title": "Mine now"}),
        ("PUT", "other/plan", {"all_tracks": True}),
        ("PUT", "other/chosen", None),
        ("GET", "other/cohort", None),
        ("GET", "other/grades", None),
        ("GET", "other/grades.csv", None),
        ("GET", "other/people", None),
        ("POST", "other/people", {"name": "lea", "role": "instructor"}),
        ("GET", "other/people.csv", None),
        ("POST", "other/import", {"csv": "name\nlea\n"}),
        ("PUT", f"other/people/{users['otto'].id}/roles/learner", None),
        ("DELETE", f"other/people/{users['otto'].id}/roles/instructor", None),
        ("GET", "other/groups", None),
        ("POST", "other/groups", {"name": "Mine"}),
        ("DELETE", f"other/groups/{group}", None),
        ("GET", "other/invites", None),
        ("POST", "other/invites", {}),
        ("DELETE", f"other/invites/{invite}", None),
        ("GET", "other/extensions", None),
        ("GET", "other/grades.json", None),
        ("PUT", f"other/overrides/{users['stranger'].id}/keeper", {"score": 1, "reason": "Mine."}),
        ("GET", "other/regrades", None),
        ("POST", "other/regrades", {"exercise_id": "keeper", "reason": "Mine."}),
        ("PUT", f"classroom/overrides/{users['stranger'].id}/keeper", {"score": 1, "reason": "Mine."}),
        # things of the other course, by way of one's own
        ("PUT", f"classroom/groups/{group}", {"name": "Mine"}),
        ("DELETE", f"classroom/groups/{group}", None),
        ("PUT", f"classroom/groups/{group}/members/{users['lea'].id}", None),
        ("DELETE", f"classroom/groups/{group}/members/{users['lea'].id}", None),
        ("DELETE", f"classroom/invites/{invite}", None),
        ("POST", "classroom/invites", {"group_id": group}),
        ("GET", f"classroom/people?group={group}", None),
        ("PUT", f"classroom/people/{users['stranger'].id}/roles/instructor", None),
    ]


def test_another_course_does_not_exist_and_who_tries_is_written_down(two):
    before = len(two.audited("door_refused"))
    asked = of_other(two)
    ines = two.client("ines")
    found = {
        f"{method} {path}": ines.request(method, f"{API}/{path}", json=body).status_code for method, path, body in asked
    }
    assert {door: status for door, status in found.items() if status != 404} == {}
    assert len(two.audited("door_refused")) - before == len(asked)
    for caller in ("lea", "asa"):
        for method, path, body in asked[:20]:
            assert two.client(caller).request(method, f"{API}/{path}", json=body).status_code in {403, 404}
    assert two.client("otto").get(f"{API}/other").json()["title"] == "Other"


def test_the_last_instructor_of_a_course_cannot_be_removed(two):
    otto = two.client("otto")
    alone = f"{API}/other/people/{two.users['otto'].id}/roles/instructor"
    assert otto.delete(alone).status_code == 409
    assert otto.get(f"{API}/other/people").json()["items"][0]["roles"] == ["instructor"]


def test_a_learner_sees_the_chosen_tracks_only(two):
    plan(two)
    lea = two.client("lea")
    assert [lesson["id"] for lesson in lea.get("/api/v1/lessons").json()] == ["keeping"]
    hidden = [
        lea.get("/api/v1/lessons/counting"),
        lea.get("/api/v1/exercises/counter"),
        lea.get("/api/v1/exercises/counter/draft"),
        lea.put("/api/v1/exercises/counter/draft", json={"source": "", "revision": 0}),
        lea.get("/api/v1/submissions", params={"exercise_id": "counter"}),
        two.submit("lea", exercise="counter"),
        two.client("lea kernel").get("/api/v1/exercises/counter"),
    ]
    assert [answer.status_code for answer in hidden] == [404] * len(hidden)
    exercises = [each["id"] for each in two.client("ines").get(f"{API}/classroom/cohort").json()["exercises"]]
    assert exercises == ["keeper"]


def test_the_query_says_which_course_is_meant(two):
    plan(two)
    otto = two.client("otto")
    assert len(otto.get("/api/v1/lessons").json()) == 1
    assert len(otto.get("/api/v1/lessons", params={"course": "other"}).json()) == 2
    assert two.client("lea").get("/api/v1/lessons", params={"course": "other"}).status_code == 404
    assert otto.get("/api/v1/grades", params={"course": "other"}).status_code == 403
    assert otto.get("/api/v1/lessons", params={"course": "../other"}).status_code == 422


def test_before_an_exercise_opens_learners_do_not_see_it_and_staff_does(two):
    plan(two, opens_at=(datetime.now(UTC) + timedelta(days=1)).isoformat())
    answer = two.client("lea").get("/api/v1/exercises/keeper")
    assert answer.status_code == 403
    assert "opens on" in answer.json()["detail"]
    assert two.client("otto kernel").get("/api/v1/exercises/keeper").status_code == 403
    assert two.client("ines").get("/api/v1/exercises/keeper").status_code == 200
    assert two.client("lea").get("/api/v1/lessons/keeping").status_code == 200
    assert two.submit("lea").status_code == 409


def test_after_a_hard_close_nothing_is_taken_and_an_extension_opens_again(two):
    past = datetime.now(UTC) - timedelta(minutes=5)
    ines = two.client("ines")
    plan(two, due_at=past.isoformat())
    ines.patch(f"{API}/classroom", json={"late_rule": "hard_close"})
    with two.database.read() as session:
        before = len(session.exec(select(Submission.id)).all())
    refused = two.submit("leo")
    assert refused.status_code == 409
    assert "closed on" in refused.json()["detail"]
    with two.database.read() as session:
        assert len(session.exec(select(Submission.id)).all()) == before
    due = (past + timedelta(hours=1)).isoformat()
    wanted = {"exercise_id": "keeper", "due_at": due, "user_id": str(two.users["leo"].id), "reason": "was ill"}
    given = ines.post(f"{API}/classroom/extensions", json=wanted).json()
    assert (given["whose"], given["reason"]) == ("leo", "was ill")
    assert datetime.fromisoformat(two.client("leo").get("/api/v1/exercises/keeper").json()["due_at"]) > past
    assert two.submit("leo").status_code == 202
    assert two.submit("lea").status_code == 409
    assert [each["id"] for each in ines.get(f"{API}/classroom/extensions").json()["items"]] == [given["id"]]
    assert ines.delete(f"{API}/classroom/extensions/{given['id']}").status_code == 204
    assert two.submit("leo").status_code == 409


def test_an_archived_course_is_read_and_takes_nothing(two):
    two.client("ines").patch(f"{API}/classroom", json={"archived": True})
    assert two.client("lea").get("/api/v1/lessons", params={"course": "classroom"}).status_code == 200
    body = {"exercise_id": "keeper", "source": ""}
    headers = {"Idempotency-Key": uuid4().hex}
    answer = two.client("lea").post("/api/v1/submissions", params={"course": "classroom"}, json=body, headers=headers)
    assert answer.status_code == 409
    assert "archived" in answer.json()["detail"]


def test_grades_follow_the_rules_as_they_are_now(two):
    pupil = two.add("pupil", Role.LEARNER)
    two.add("pal", Role.LEARNER)
    graded(two, "pupil", (-timedelta(hours=1), 1.0), (timedelta(days=1, hours=1), 2.0))
    ines, own = two.client("ines"), two.client("pupil")
    plan(two, due_at=DUE.isoformat())

    def score():
        grades = own.get("/api/v1/grades").json()
        (track,) = grades["tracks"]
        (exercise,) = track["exercises"]
        assert track["percent"] == grades["percent"] == exercise["score"] * 50
        return exercise["score"], exercise["attempt"], exercise["late"], exercise["reached"]

    def rules(**change):
        ines.patch(f"{API}/classroom", json=change).raise_for_status()

    assert score() == (2, 2, True, 2)
    rules(late_rule="percent_per_day", late_percent_per_day=20)
    assert score() == (1.2, 2, True, 2)
    rules(late_percent_per_day=30)
    assert score() == (1, 1, False, 1)
    rules(counting="last")
    assert score() == (0.8, 2, True, 2)
    rules(late_rule="hard_close")
    assert score() == (1, 1, False, 1)
    wanted = {"exercise_id": "keeper", "due_at": (DUE + timedelta(days=2)).isoformat(), "user_id": str(pupil.id)}
    ines.post(f"{API}/classroom/extensions", json=wanted).raise_for_status()
    assert score() == (2, 2, False, 2)

    listed = {each["name"]: each for each in ines.get(f"{API}/classroom/grades").json()["items"]}
    assert listed["pupil"] == own.get("/api/v1/grades").json()
    assert listed["pal"]["percent"] == 0
    assert listed["pal"]["tracks"][0]["exercises"][0]["attempt"] is None
    csv = ines.get(f"{API}/classroom/grades.csv")
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert "name,display_name,percent,keeper" in csv.text
    assert "pupil,pupil,100.0,2.0" in csv.text
    assert two.audited("grades_exported")
    file = ines.get(f"{API}/classroom/grades.json")
    assert "attachment" in file.headers["content-disposition"]
    assert {each["name"]: each["percent"] for each in file.json()}["pupil"] == 100


def test_points_set_by_an_instructor_stand_until_they_are_taken_back(two):
    pupil = two.add("ruled", Role.LEARNER)
    graded(two, "ruled", (-timedelta(hours=1), 1.0))
    ines, own = two.client("ines"), two.client("ruled")
    path = f"{API}/classroom/overrides/{pupil.id}/keeper"
    set_to = {"score": 1.75, "reason": "You showed it  in class."}
    assert ines.put(path, json=set_to).json()["score"] == 1.75
    found = own.get("/api/v1/grades").json()["tracks"][0]["exercises"][0]
    said = ("score", "computed", "overridden", "override_reason", "attempt")
    assert [found[each] for each in said] == [1.75, 1, True, "You showed it in class.", 1]
    (entry,) = [each for each in two.audited("override_set") if each.subject == str(pupil.id)]
    assert entry.details["to"] == 1.75
    assert "class" not in str(entry.details)  # the log names nobody's reasons

    rows = ines.get(f"{API}/classroom/grades.csv", params={"form": "rows"}).text.splitlines()
    (row,) = [each for each in rows if each.startswith("ruled,") and ",keeper," in each]
    assert row.endswith(",yes,You showed it in class.,1.0")
    for wrong in ({"score": 2.5, "reason": "Too many."}, {"score": 1, "reason": " "}, {"score": -1, "reason": "Less."}):
        assert ines.put(path, json=wrong).status_code == 422
    assert ines.put(f"{API}/classroom/overrides/{two.users['ines'].id}/keeper", json=set_to).status_code == 422
    assert ines.delete(path).status_code == 204
    assert own.get("/api/v1/grades").json()["tracks"][0]["exercises"][0]["score"] == 1
    assert ines.delete(path).status_code == 404


def test_an_assistant_reads_about_their_group_and_changes_nothing(two):
    ines, asa = two.client("ines"), two.client("asa")
    assert asa.get(f"{API}/classroom/people").json() == {"items": [], "next": None}
    group = ines.post(f"{API}/classroom/groups", json={"name": "Tuesday"}).json()["id"]
    for name in ("asa", "lea"):
        assert ines.put(f"{API}/classroom/groups/{group}/members/{two.users[name].id}").status_code == 204
    for where in ("people", "grades"):
        assert [each["name"] for each in asa.get(f"{API}/classroom/{where}").json()["items"]] == ["lea"]
    assert [row["name"] for row in asa.get(f"{API}/classroom/cohort").json()["rows"]] == ["lea"]
    assert "leo" not in asa.get(f"{API}/classroom/grades.csv").text
    made = {name: two.submit(name).json()["id"] for name in ("lea", "leo")}
    assert asa.get(f"/api/v1/submissions/{made['lea']}").status_code == 200
    assert asa.get(f"/api/v1/submissions/{made['leo']}").status_code == 404
    assert asa.post(f"{API}/classroom/invites", json={}).status_code == 403
    assert asa.delete(f"{API}/classroom/groups/{group}").status_code == 403
    assert ines.delete(f"{API}/classroom/groups/{group}").status_code == 204


def test_lists_come_in_pages(two):
    ines = two.client("ines")
    names, cursor = [], None
    while True:
        page = ines.get(f"{API}/classroom/people", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        names += [each["name"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
        assert len(page["items"]) == 2
    assert names == sorted(names)
    assert {"lea", "leo", "ines", "otto", "asa"} <= set(names)
    for query in ({"limit": 201}, {"limit": 0}, {"cursor": "x"}, {"cursor": ""}):
        assert ines.get(f"{API}/classroom/people", params=query).status_code == 422
    learners = ines.get(f"{API}/classroom/people", params={"role": "assistant"}).json()["items"]
    assert [each["name"] for each in learners] == ["asa"]


def test_an_invite_is_shown_once_and_lets_a_stranger_in(two):
    ines, new = two.client("ines"), two.add("newcomer")
    made = ines.post(f"{API}/classroom/invites", json={"max_uses": 1, "label": "Tuesday"}).json()
    token = made["link"].removeprefix(f"{two.settings.portal_url}/join/")
    listed = ines.get(f"{API}/classroom/invites")
    assert token not in listed.text
    assert listed.json()["items"][0]["label"] == "Tuesday"
    assert two.client("newcomer").get("/api/v1/lessons").status_code == 404
    accepted = two.client("newcomer").post("/api/v1/invites/accept", json={"token": token})
    assert accepted.json()["slug"] == "classroom"
    assert two.client("newcomer").get("/api/v1/lessons").status_code == 200
    assert ines.get(f"{API}/classroom/invites").json()["items"][0]["uses"] == 1
    assert two.client("stranger").post("/api/v1/invites/accept", json={"token": token}).status_code == 404
    (event,) = [each for each in two.audited("invite_accepted") if each.actor_id == new.id]
    assert (event.subject, event.details["role"]) == (made["id"], "learner")
    assert all(token not in str(each.details) for each in two.audited("invite_created"))


def test_an_import_tells_what_is_wrong_on_which_line(two):
    ines = two.client("ines")
    csv = "name\nnew-one\n\nbad name\n"
    refused = ines.post(f"{API}/classroom/import", json={"csv": csv})
    assert refused.status_code == 422
    assert [each["where"] for each in refused.json()["errors"]] == ["line 4"]
    tried = ines.post(f"{API}/classroom/import", json={"csv": csv, "dry_run": True})
    assert [each["line"] for each in tried.json()["problems"]] == [4]
    done = ines.post(f"{API}/classroom/import", json={"csv": "name\nnew-one\n"}).json()
    assert (done["created"], len(done["links"])) == (1, 1)
    exported = ines.get(f"{API}/classroom/people.csv")
    assert exported.headers["content-disposition"] == 'attachment; filename="classroom-people.csv"'
    assert "new-one" in exported.text
