"""Hints at a price, and the solution for who has passed or given up, through the real API with real verdicts."""

import shutil

import pytest

from classroom.models import Role
from classroom.schemas import Event

HELP = "/api/v1/exercises/keeper/help"
HINTS = "/api/v1/exercises/keeper/hints"
GIVE_UP = "/api/v1/exercises/keeper/give-up"
SOLUTION = "/api/v1/exercises/keeper/solution"
LADDER = """\
[[hints]]
text = "The first-rung asks a question."

[[hints]]
text = "The second-rung tells an idea."
cost = 0.5

[[hints]]
text = "The third-rung is almost the answer."
cost = 4
"""


@pytest.fixture(scope="module")
def course_dir(course_dir, tmp_path_factory):
    """Copy the small course, and give its exercise a ladder whose rungs cost something."""
    folder = tmp_path_factory.mktemp("priced") / "course"
    shutil.copytree(course_dir, folder)
    manifest = folder / "first-steps" / "keeping" / "keeper" / "exercise.toml"
    old = '[[hints]]\ntext = "canary-in-a-hint"\n'
    text = manifest.read_text(encoding="utf-8")
    assert old in text
    manifest.write_text(text.replace(old, LADDER), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def classroom(shared, consuming, tmp_path_factory):
    with consuming(shared, tmp_path_factory.mktemp("log") / "consumer.log"):
        yield shared


@pytest.fixture
def learner(classroom, request):
    """Add a learner of this test's own, and give their name and their client."""
    name = request.node.name.replace("_", "-")[5:40]
    classroom.add(name, Role.LEARNER)
    return name, classroom.client(name)


def hand_in(classroom, name, source):
    """Hand in and wait for the verdict."""
    made = classroom.submit(name, source)
    assert made.status_code == 202, made.text
    events = classroom.client(name).get(f"/api/v1/submissions/{made.json()['id']}/events", timeout=120)
    done = Event.model_validate_json(events.text.rpartition("data: ")[2])
    assert done.submission is not None
    return done.submission.report


def grade_of(client):
    return client.get("/api/v1/grades").json()["tracks"][0]["exercises"][0]


def progress_of(client):
    return client.get("/api/v1/exercises/keeper").json()["progress"]


def take(client, rung, cost):
    return client.post(HINTS, json={"rung": rung, "cost": cost})


def test_hints_come_one_at_a_time_at_the_price_that_was_said_and_are_kept(classroom, learner):
    name, client = learner
    before = client.get(HELP).json()
    assert (before["hints"], before["rungs"], before["next_cost"], before["cost"]) == ([], 3, 0, 0)
    assert "rung " not in client.get(HELP).text
    assert take(client, 2, 0.5).status_code == 409
    first = take(client, 1, 0).json()
    assert ([hint["text"] for hint in first["hints"]], first["next_cost"]) == (["The first-rung asks a question."], 0.5)
    refused = take(client, 2, 0)
    assert (refused.status_code, "0.5 points" in refused.json()["detail"]) == (409, True)
    assert "second-rung" not in refused.text + client.get(HELP).text
    second = take(client, 2, 0.5)
    assert second.json()["cost"] == 0.5
    assert take(client, 2, 0.5).json() == second.json()  # taken once, and shown again
    assert classroom.client(f"{name} kernel").get(HELP).json() == second.json()
    assert take(client, 9, 0).status_code == 404
    told = [event.details for event in classroom.audited("hint_taken") if event.actor_id == classroom.users[name].id]
    assert told == [{"exercise": "keeper", "rung": rung, "cost": cost} for rung, cost in ((1, 0), (2, 0.5))]


def test_a_hint_costs_attempts_after_it_and_none_before(classroom, learner):
    name, client = learner
    assert hand_in(classroom, name, classroom.FORGETS).score == 1
    for rung, cost in ((1, 0), (2, 0.5)):
        assert take(client, rung, cost).status_code == 200
    grade = grade_of(client)
    assert (grade["score"], grade["reached"], grade["hints"], grade["hints_cost"]) == (1, 1, 2, 0)
    assert hand_in(classroom, name, classroom.SOLUTION).score == 3
    grade = grade_of(client)
    assert (grade["score"], grade["reached"], grade["hints_cost"], grade["attempt"]) == (2.5, 3, 0.5, 2)
    assert progress_of(client)["best_score"] == 2.5
    assert client.get(HELP).json()["next_cost"] == 0  # who has passed may read the solution for nothing
    book = classroom.client("ines").get("/api/v1/courses/classroom/grades").json()["items"]
    mine = next(each for each in book if each["name"] == name)["tracks"][0]["exercises"][0]
    assert (mine["score"], mine["hints"], mine["hints_cost"], mine["given_up"]) == (2.5, 2, 0.5, False)


def test_the_solution_is_closed_until_passed(classroom, learner):
    name, client = learner
    hand_in(classroom, name, classroom.FORGETS)
    for closed in (client, classroom.client(f"{name} kernel"), classroom.client("ines")):
        refused = closed.get(SOLUTION)
        assert (refused.status_code, "canary" in refused.text) == (403, False)
    assert client.get(HELP).json()["solution_open"] is False
    hand_in(classroom, name, classroom.SOLUTION)
    assert client.get(HELP).json()["solution_open"] is True
    assert client.get(SOLUTION).json()["source"].endswith("// canary-in-the-solution\n")
    assert classroom.client("leo").get(SOLUTION).status_code == 403
    assert client.post(GIVE_UP).json()["given_up_at"] is None  # there is nothing left to give up


def test_who_gives_up_keeps_earlier_points_and_earns_no_more(classroom, learner):
    name, client = learner
    hand_in(classroom, name, classroom.FORGETS)
    given_up = client.post(GIVE_UP).json()
    assert given_up["solution_open"]
    assert client.post(GIVE_UP).json() == given_up
    assert "canary-in-the-solution" in client.get(SOLUTION).text
    assert hand_in(classroom, name, classroom.SOLUTION).outcome == "passed"
    grade = grade_of(client)
    assert (grade["score"], grade["attempt"], grade["given_up"]) == (1, 1, True)
    progress = progress_of(client)
    assert (progress["best_score"], progress["attempts"], progress["given_up"]) == (1, 2, True)
    assert [event.details for event in classroom.audited("given_up")] == [{"exercise": "keeper", "attempts": 1}]
