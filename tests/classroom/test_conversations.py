"""Learners ask from an attempt, one answer reaches all who fail alike, and nobody reads what is not for them."""

from uuid import uuid4

import pytest
from sqlmodel import select

from classroom import accounts, conversations, courses, submissions
from classroom.errors import Conflict, Forbidden, NotFound, TooMany
from classroom.models import AuditEvent, Course, Question, Reach, RemarkKind, Role, Submission, User
from evmbox.report import CheckResult, CheckStatus, Location

KEEPS = "After Bob calls `set(7)`, `number()` is 0 and should be 7."


def failed(report, told=KEEPS):
    where = Location(file="Contract.sol", line=4, column=1, end_line=4, end_column=9)
    check = CheckResult(
        id="keeps", title="It keeps `n`", task=1, status=CheckStatus.FAILED, points=2, divergence=told, where=where
    )
    return report(1.0).model_copy(update={"checks": (check,)})


@pytest.fixture
def room(desk, database, people, make_report):
    return Room(desk, database, people, make_report)


class Room:
    def __init__(self, desk, database, people, make_report):
        self.desk, self.database, self.people, self.make = desk, database, people, make_report

    def fails(self, user, told=KEEPS):
        return self.graded(user, failed(self.make, told))

    def graded(self, user, report):
        made = self.desk.hand_in(user)
        with self.database.unit_of_work() as work:
            claim = submissions.claim(work, self.desk.queued[-1], worker="w", lease_s=60)
            assert submissions.finish(work, claim, report)
        return made.id

    def asks(self, attempt, words=""):
        with self.database.unit_of_work() as work:
            return conversations.ask(work.session, work.session.get_one(Submission, attempt), words).id

    def answers(self, question, reach=Reach.EVERYONE, *, by=None, text="Keep it in `n`."):
        with self.database.unit_of_work() as work:
            return conversations.answer(work.session, self.staff(work.session, by), question, text=text, reach=reach).id

    def staff(self, session, user=None):
        return courses.require_staff(session, user or self.people.teacher, self.people.course.slug)

    def discussed(self, attempt):
        with self.database.read() as session:
            return conversations.discussion(session, session.get_one(Submission, attempt))

    def inbox(self, catalog, which="all", by=None):
        with self.database.read() as session:
            staff = self.staff(session, by)
            wanted = conversations.kinds(staff, which)
            rows = session.execute(wanted.order_by(*conversations.order(wanted))).all()
            offered = courses.offer(session, staff.course, catalog)
            return conversations.misconceptions(session, staff, offered, rows), conversations.count_waiting(
                session, staff
            )

    def person(self, name, role, *, group=None):
        with self.database.unit_of_work() as work:
            course = work.session.get_one(Course, self.people.course.id)
            user = accounts.create_user(work.session, name)
            courses.enrol(work.session, course, user, role)
            if group:
                made = courses.create_group(work.session, course, group, actor_id=None)
                for each in (user, self.people.bob):
                    courses.join_group(work.session, course, made, each.id, actor_id=None)
            return user


def test_one_answer_reaches_all_who_asked_and_all_who_fail_alike_later(room, people, catalog):
    hers, his = room.fails(people.alice), room.fails(people.bob, KEEPS.replace("7", "12").replace("Bob", "Carol"))
    carl = room.person("carl", Role.LEARNER)
    room.fails(carl)
    question, other = room.asks(hers, "I set it!"), room.asks(his)
    assert room.discussed(hers).question.model_dump(include={"title", "line", "words", "state", "divergence"}) == {
        "title": "It keeps `n`",
        "line": 4,
        "words": "I set it!",
        "state": "waiting",
        "divergence": KEEPS,
    }
    (kind,), waiting = room.inbox(catalog, "waiting")
    assert (kind.waiting, kind.asked, kind.silent, waiting) == (2, 2, 1, 2)
    assert [each.display_name for each in kind.questions] == ["Bob", "Alice"]

    answer = room.answers(question)
    assert [room.discussed(each).question.answers[0].id for each in (hers, his)] == [answer, answer]
    later = room.discussed(room.fails(carl))
    assert [each.id for each in later.told] == [answer]
    assert later.may_ask
    assert room.discussed(room.fails(carl, "Another thing went wrong.")).told == []
    (kind,), waiting = room.inbox(catalog, "answered")
    assert (kind.waiting, waiting, kind.answers[0].questions) == (0, 0, 2)
    assert room.inbox(catalog, "waiting") == ([], 0)

    # what helped is counted once for each who says so, and nobody votes on what did not reach them
    dan = room.person("dan", Role.LEARNER)
    with room.database.unit_of_work() as work:
        conversations.vote(work.session, answer, carl, helped=False)
        conversations.vote(work.session, answer, carl, helped=True)
        conversations.vote(work.session, answer, people.bob, helped=False)
        with pytest.raises(NotFound):
            conversations.vote(work.session, answer, dan, helped=True)
    (kind,), _ = room.inbox(catalog)
    assert (kind.answers[0].helped, kind.answers[0].not_helped) == (1, 1)
    assert room.discussed(hers).question.answers[0].helped is None
    with room.database.read() as session:
        counts = conversations.tally(session, room.staff(session)).model_dump()
    assert counts == {"waiting": 0, "answered": 2, "closed": 0, "helped": 1, "not_helped": 1}

    # withdrawn, it reaches nobody, and they wait again
    with room.database.unit_of_work() as work:
        conversations.change(work.session, room.staff(work.session), answer, "Better.")
    assert room.discussed(hers).question.answers[0].passages[0].text == "Better."
    with room.database.unit_of_work() as work:
        conversations.withdraw(work.session, room.staff(work.session), answer)
    assert room.discussed(his).question.state == "waiting"
    assert room.discussed(room.fails(carl)).told == []
    with room.database.read() as session:
        log = session.exec(select(AuditEvent).where(AuditEvent.action.like("%answer%"))).all()
    assert [each.action for each in log] == ["question_answered", "answer_changed", "answer_withdrawn"]
    assert all("Keep" not in str(each.details) and "Better" not in str(each.details) for each in log)
    assert other


def test_an_answer_to_one_learner_reaches_nobody_else(room, people):
    hers, his = room.fails(people.alice), room.fails(people.bob)
    question = room.asks(hers)
    room.asks(his)
    room.answers(question, Reach.LEARNER)
    assert room.discussed(hers).question.state == "answered"
    assert room.discussed(his).question.state == "waiting"
    assert room.discussed(his).told == []


def test_still_stuck_waits_again_and_what_is_needed_no_more_waits_for_nothing(room, people, catalog):
    question = room.asks(room.fails(people.alice), "why?")
    room.answers(question)
    with room.database.unit_of_work() as work:
        found = conversations.own(work.session, question, people.alice)
        conversations.reopen(work.session, found, "")
        with pytest.raises(Conflict):
            conversations.reopen(work.session, found, "again")
    (kind,), waiting = room.inbox(catalog, "waiting")
    assert (waiting, kind.questions[0].reopened, kind.questions[0].words) == (1, 1, "why?")
    with room.database.unit_of_work() as work:
        with pytest.raises(NotFound):
            conversations.own(work.session, question, people.bob)
        conversations.close(work.session, conversations.own(work.session, question, people.alice))
    assert room.inbox(catalog, "waiting") == ([], 0)


def test_only_an_attempt_that_failed_is_asked_about_once_and_not_too_many_at_a_time(room, people, monkeypatch):
    passed = room.graded(people.alice, room.make(3.0))
    with pytest.raises(Conflict, match="did not pass"):
        room.asks(passed)
    with pytest.raises(Conflict, match="has a verdict"):
        room.asks(room.desk.hand_in(people.alice).id)
    first = room.fails(people.bob)
    assert room.asks(first, "a") == room.asks(first, "a")
    with pytest.raises(Conflict, match="already"):
        room.asks(first, "b")
    for _ in range(conversations.OPEN_AT_ONCE - 1):
        room.asks(room.fails(people.bob))
    with pytest.raises(Conflict, match="wait for an answer"):
        room.asks(room.fails(people.bob))
    with room.database.unit_of_work() as work:
        for each in work.session.exec(select(Question)).all():
            conversations.close(work.session, each)
    monkeypatch.setattr("classroom.conversations.asking.PER_HOUR", conversations.OPEN_AT_ONCE)
    with pytest.raises(TooMany):
        room.asks(room.fails(people.bob))


def test_an_assistant_answers_the_learners_of_their_groups_and_no_one_else(room, people, catalog):
    asa = room.person("asa", Role.ASSISTANT, group="Tuesday")
    hers, his = room.fails(people.alice), room.fails(people.bob)
    question, other = room.asks(hers), room.asks(his)
    (kind,), waiting = room.inbox(catalog, by=asa)
    assert ([each.display_name for each in kind.questions], kind.silent, waiting) == (["Bob"], 0, 1)
    with pytest.raises(NotFound):
        room.answers(question, Reach.ASKED, by=asa)
    with pytest.raises(Forbidden):
        room.answers(other, Reach.EVERYONE, by=asa)
    room.answers(other, Reach.ASKED, by=asa)
    assert (room.discussed(his).question.state, room.discussed(hers).question.state) == ("answered", "waiting")
    given = room.answers(question)
    with room.database.unit_of_work() as work, pytest.raises(Forbidden):
        conversations.withdraw(work.session, room.staff(work.session, asa), given)


def test_a_note_stays_among_those_who_teach_and_a_comment_is_read_at_the_attempt(room, people):
    attempt, other = room.fails(people.alice), room.fails(people.bob)
    with room.database.unit_of_work() as work:
        session, staff = work.session, room.staff(work.session)
        alice = session.get_one(User, people.alice.id)
        conversations.remark(
            session, staff, alice, kind=RemarkKind.NOTE, text="Ask her on Tuesday.", submission_id=attempt
        )
        said = {"kind": RemarkKind.COMMENT, "text": "Well tried:\n\n```\nn = 1;\n```"}
        comment = conversations.remark(session, staff, alice, submission_id=attempt, **said).id
        for elsewhere in (other, uuid4(), None):
            with pytest.raises(NotFound):
                conversations.remark(session, staff, alice, submission_id=elsewhere, **said)
    (read,) = room.discussed(attempt).comments
    assert [(each.code, each.text) for each in read.passages] == [(False, "Well tried:"), (True, "n = 1;")]
    assert "Tuesday" not in room.discussed(attempt).model_dump_json()
    asa = room.person("asa", Role.ASSISTANT)
    with room.database.unit_of_work() as work:
        with pytest.raises(Forbidden):
            conversations.remove(work.session, room.staff(work.session, asa), comment, learner_id=people.alice.id)
        with pytest.raises(NotFound):
            conversations.remove(work.session, room.staff(work.session), comment, learner_id=people.bob.id)
        conversations.remove(work.session, room.staff(work.session), comment, learner_id=people.alice.id)
    assert room.discussed(attempt).comments == []


def test_who_has_left_is_waited_for_by_nobody_and_asks_no_more(room, people, catalog, database):
    """What nobody can answer is not counted as waiting, and its learner cannot bring it back."""
    question = room.asks(room.fails(people.bob))
    assert room.inbox(catalog, "waiting")[1] == 1
    with database.unit_of_work() as work:
        courses.withdraw(work.session, people.course, people.bob.id, Role.LEARNER, actor_id=None)
    kinds, waiting = room.inbox(catalog, "waiting")
    assert (kinds, waiting) == ([], 0)
    with database.unit_of_work() as work:
        held = conversations.own(work.session, question, people.bob)
        conversations.close(work.session, held)
        with pytest.raises(Forbidden):
            conversations.reopen(work.session, held, "again")
