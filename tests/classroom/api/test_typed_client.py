"""The typed client against a real server: what learners and instructors do with an API key, page by page."""

import threading
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from classroom import accounts, submissions
from classroom.client import Client, Unreachable
from classroom.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from classroom.models import Role, Scope, now
from classroom.schemas import PlanIn, Step, TrackIn
from evmbox.report import CheckResult, CheckStatus, Outcome, Report, Timings, Versions

COURSE = "classroom"
REPORT = Report(
    exercise_id="keeper",
    outcome=Outcome.PASSED,
    score=3,
    max_score=3,
    timings=Timings(),
    versions=Versions(solc="0.8.37", evm="prague", exercise="0" * 64),
)

FAILED = REPORT.model_copy(
    update={
        "outcome": Outcome.FAILED,
        "score": 1,
        "checks": (CheckResult(id="keeps", title="It keeps it", task=1, status=CheckStatus.FAILED, points=2),),
    }
)


@pytest.fixture(scope="module")
def connect(shared):
    """Open clients with a key of a person's own."""
    opened = []

    def make(name, *scopes):
        with shared.database.unit_of_work() as work:
            user = work.session.merge(shared.users[name])
            key = accounts.make_key(work.session, user, label=uuid4().hex, scopes=set(scopes), days=1).key
        opened.append(Client(shared.settings.portal_url, key))
        return opened[-1]

    yield make
    for client in opened:
        client.close()


@pytest.fixture(scope="module")
def lea(connect):
    return connect("lea", Scope.LEARN)


@pytest.fixture(scope="module")
def ines(connect):
    return connect("ines", *(scope for scope in Scope if scope is not Scope.ADMIN))


def grade(shared, report=REPORT):
    """Do what the consumer does with the job that was ordered last."""
    with shared.database.unit_of_work() as work:
        claim = submissions.claim(work, shared.enqueued[-1], worker="test", lease_s=60)
        assert claim is not None
        assert submissions.finish(work, claim, report)


def test_a_learner_goes_from_the_lesson_to_the_grade(shared, lea):
    assert lea.me().name == "lea"
    (lesson,) = lea.lessons()
    assert lea.lesson(lesson.id).exercises == lesson.exercises
    exercise = lea.exercise("keeper", course=COURSE)
    assert lea.save_draft("keeper", exercise.starter, revision=0).revision == 1
    assert lea.draft("keeper").source == exercise.starter

    attempt = lea.submit("keeper", shared.SOLUTION, key="a-click")
    assert lea.submit("keeper", shared.SOLUTION, key="a-click") == attempt
    told = []
    waiting = threading.Thread(target=lambda: told.append(lea.wait(attempt.id)))
    waiting.start()
    grade(shared)
    waiting.join(60)
    assert told[0].report.score == 3
    assert lea.submission(attempt.id).source == shared.SOLUTION
    assert lea.latest_submission("keeper").id == attempt.id
    assert lea.grades(course=COURSE).percent == 100
    assert [each.slug for each in lea.courses()] == [COURSE]
    assert lea.course(COURSE).title == "A small course"


def test_lists_are_read_page_by_page(shared, lea, monkeypatch):
    made = [lea.submit("keeper", f"contract A{number} {{}}") for number in range(3)]
    asked = []
    request = lea._request
    monkeypatch.setattr(lea, "_request", lambda *a, **k: asked.append(k["params"]) or request(*a, **k))
    two = lea._pages("/submissions", type(made[0]), exercise_id="keeper", limit=1)
    assert [next(two).id, next(two).id] == [made[2].id, made[1].id]
    assert ["cursor" in each for each in asked] == [False, True]
    monkeypatch.undo()
    numbers = [each.number for each in lea.submissions("keeper")]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) >= 3


def test_a_learner_tries_things_out(lea, shared):
    assert lea.compile(shared.SOLUTION).contracts["Keeper"]
    steps = [Step(action="deploy", contract="Keeper"), Step(action="call", target=0, function="number")]
    assert [each.ok for each in lea.scenario(shared.SOLUTION, steps).steps] == [True, True]
    assert lea.trace(shared.SOLUTION, steps, index=0).trace is not None
    chain = lea.create_chain("mine")
    assert chain in lea.chains()
    assert lea.rpc(chain.rpc_path, "eth_chainId", [])["result"] == hex(chain.chain_id)
    lea.delete_chain(chain.id)
    assert chain not in lea.chains()


def test_a_learner_orders_a_run_and_calls_it_off(lea, shared):
    job = lea.order_run(shared.SOLUTION, key="a-run")
    assert lea.order_run(shared.SOLUTION, key="a-run") == job
    assert next(lea.jobs(kind=job.kind)).id == job.id
    assert lea.job(job.id).state == "queued"
    with pytest.raises(NotFound):
        lea.run_result(job.id)
    assert lea.cancel_job(job.id).state == "cancelled"
    assert [each.state for each in lea.job_events(job.id)] == ["cancelled"]


def test_an_instructor_runs_a_course(shared, ines, lea, connect):
    made = ines.create_course("Evenings", slug="evenings", key="a-course")
    assert ines.create_course("Evenings", slug="evenings", key="a-course") == made
    assert ines.change_course("evenings", late_rule="hard_close").late_rule == "hard_close"
    plan = PlanIn(all_tracks=True, tracks=[TrackIn(id="first-steps", due_at=now() + timedelta(days=1))])
    assert ines.set_plan("evenings", plan).tracks[0].exercises[0].due_at is not None
    with pytest.raises(Conflict):
        ines.create_course("Evenings", slug="evenings")

    learner = ines.enrol("evenings", "leo")
    group = ines.create_group("evenings", "Tuesday")
    assert ines.rename_group("evenings", group.id, "Wednesday").name == "Wednesday"
    ines.join_group("evenings", group.id, learner.user_id)
    assert [each.name for each in ines.people("evenings", role="learner", group=group.id)] == ["leo"]
    assert "leo" in ines.people_csv("evenings")
    extension = ines.extend("evenings", "keeper", now() + timedelta(days=9), user_id=learner.user_id, reason="illness")
    assert [each.id for each in ines.extensions("evenings")] == [extension.id]
    ines.withdraw_extension("evenings", extension.id)
    invite = ines.create_invite("evenings", max_uses=3)
    assert [each.id for each in ines.invites("evenings")] == [invite.id]
    joining = connect("stranger", Scope.ACCOUNT)
    assert joining.join(invite.link.rpartition("/")[2]).slug == "evenings"
    ines.revoke_invite("evenings", invite.id)
    assert ines.import_learners("evenings", "name\nnewcomer\n", dry_run=True).created == 1
    assert [each.name for each in ines.cohort("evenings")] == ["leo", "stranger"]
    assert [(each.exercise_id, each.learners) for each in ines.exercise_figures("evenings")] == [("keeper", 2)]
    assert ines.exercise_analytics("evenings", "keeper").figures.tried == 0
    assert [each.name for each in ines.course_grades("evenings")] == ["leo", "stranger"]
    assert ines.grades_csv("evenings").startswith("name,")
    assert ines.grant_role("evenings", learner.user_id, "assistant").roles == ["assistant", "learner"]
    ines.leave_group("evenings", group.id, learner.user_id)
    ines.withdraw_role("evenings", learner.user_id, "learner")
    ines.delete_group("evenings", group.id)
    assert list(ines.groups("evenings")) == list(ines.dead_jobs()) == []


def test_who_teaches_answers_remarks_and_hands_in_for_a_learner(shared, ines, connect):
    shared.add("mia", Role.LEARNER)
    mia, user = connect("mia", Scope.LEARN), shared.users["mia"].id
    attempt = mia.submit("keeper", shared.FORGETS).id
    grade(shared, FAILED)
    question = mia.ask(attempt, "why?")
    assert mia.ask(attempt, "why?") == question
    (kind,) = ines.questions(COURSE, which="waiting", exercise_id="keeper")
    assert (kind.title, kind.questions[0].words, kind.questions[0].user_id) == ("It keeps it", "why?", user)
    answer = ines.answer(COURSE, question.id, "Keep it.")
    ines.change_answer(COURSE, answer.id, "Keep it in a variable.")
    ines.comment(COURSE, user, attempt, "Nearly.")
    note = ines.note(COURSE, user, "Asks well.")
    said = mia.discussion(attempt)
    assert said.question.answers[0].passages[0].text == "Keep it in a variable."
    assert [each.passages[0].text for each in said.comments] == ["Nearly."]
    mia.vote(answer.id, helped=True)
    assert mia.ask_again(question.id).state == mia.ask_again(question.id).state == "waiting"
    assert mia.close_question(question.id).state == "closed"
    assert [each.kind for each in ines.remarks(COURSE, user)] == ["note", "comment"]
    ines.remove_remark(COURSE, user, note.id)
    with pytest.raises(NotFound):
        ines.remove_remark(COURSE, user, note.id)
    told = ines.count_questions(COURSE)
    assert (told.waiting, told.answered, told.closed, told.helped, told.not_helped) == (0, 0, 1, 1, 0)
    ines.withdraw_answer(COURSE, answer.id)
    with pytest.raises(NotFound):
        mia.vote(answer.id, helped=True)

    made = ines.submit_for(COURSE, user, "keeper", shared.SOLUTION)
    grade(shared)
    assert mia.submission(made.id).handed_in_for
    assert [(each.number, each.handed_in_for, each.failing) for each in ines.attempts_of(COURSE, user)] == [
        (2, True, None),
        (1, False, "keeps"),
    ]
    (standing,) = ines.learner(COURSE, user).exercises
    assert (standing.state, standing.attempts, standing.stuck) == ("passed", 2, [])
    with pytest.raises(Forbidden):
        mia.submit_for(COURSE, user, "keeper", shared.SOLUTION)


def test_who_teaches_follows_the_cohort_and_does_an_exercise_in_class(shared, ines):
    assert {each.display_name for each in ines.heat_map(COURSE).learners} >= {"lea"}
    assert ines.attention(COURSE).figures.learners == len(ines.heat_map(COURSE).learners)
    hour = ines.open_class_hour(COURSE, "keeper", minutes=3)
    key = uuid4().hex
    longer = {ines.extend_class_hour(COURSE, hour.id, minutes=2, key=key).ends_at for _ in range(2)}
    assert longer == {hour.ends_at + timedelta(minutes=2)}, "the same key is the same two minutes"
    assert ines.show_in_class(COURSE, hour.id, None).open
    assert ines.class_hour(COURSE, hour.id).tried == 0
    assert [ines.close_class_hour(COURSE, hour.id).open for _ in range(2)] == [False, False]
    assert next(ines.class_hours(COURSE)).id == hour.id
    ordered = ines.compare(COURSE, "keeper")
    assert ordered.kind == "similar"
    assert ines.similar(COURSE, "keeper").pairs == []
    for missing in (
        lambda: ines.similar_pair(COURSE, "keeper", uuid4()),
        lambda: ines.settle_similar(COURSE, "keeper", uuid4(), nothing_to_it=True),
    ):
        with pytest.raises(NotFound):
            missing()


def test_a_refusal_is_an_error_of_its_kind(shared, lea):
    with pytest.raises(Forbidden, match="scope"):
        lea.create_course("Mine")
    with pytest.raises(NotFound):
        lea.submission(uuid4())
    with pytest.raises(Invalid):
        lea.compile("\0")
    with Client(shared.settings.portal_url, "no key") as nobody, pytest.raises(Unauthenticated):
        nobody.me()
    with Client("http://127.0.0.1:1", "x", sleep=lambda _: None) as away, pytest.raises(Unreachable):
        away.me()


def test_an_answer_that_is_lost_is_asked_for_again_and_nothing_is_made_twice(shared, ines):
    class Losing(httpx.HTTPTransport):
        lost = 0

        def handle_request(self, request):
            answer = super().handle_request(request)
            if request.method == "POST" and not self.lost:
                self.lost += 1
                answer.read()
                answer.close()
                raise httpx.ReadError("the line broke", request=request)
            return answer

    transport = Losing()
    with Client(shared.settings.portal_url, ines.token, transport=transport, sleep=lambda _: None) as client:
        group = client.create_group(COURSE, "Once")
        assert transport.lost == 1
        assert [each.id for each in client.groups(COURSE)] == [group.id]
