"""A regrade keeps new verdicts beside the old ones, until an instructor decides."""

from types import SimpleNamespace

import pytest
from sqlmodel import select

from classroom import courses, grades, regrades, submissions, workload
from classroom.audit_log import Action
from classroom.errors import Conflict, Invalid, NotFound
from classroom.models import AuditEvent, Course, Job, JobState, Progress, Regrade, RegradeResult, Submission
from classroom.regrades import REGRADE
from classroom.workload import Kinds
from evmbox.report import CheckResult, CheckStatus


@pytest.fixture
def graded(desk, people, database, make_report):
    """Give three attempts of two learners with verdicts: 3, 1 and 0 points of 3."""
    made = [desk.hand_in(), desk.hand_in(people.bob), desk.hand_in(people.bob)]
    for job_id, score in zip(list(desk.queued), (3.0, 1.0, 0.0), strict=True):
        with database.unit_of_work() as work:
            claim = submissions.claim(work, job_id, worker="w", lease_s=30)
            submissions.finish(work, claim, make_report(score))
    return [attempt.id for attempt in made]


@pytest.fixture
def regrade(database, people, make_report):
    """Order a regrade and do it with these new scores, by attempt."""

    def order(scores=(), **which):
        with database.unit_of_work() as work:
            made = regrades.order(work, course=people.course, actor=people.teacher, enqueue=lambda _id: None, **which)
            claim = workload.claim(work, [REGRADE], worker="w", lease_s=30)
        for submission_id, score in dict(scores).items():
            with database.unit_of_work() as work:
                assert regrades.put(work, claim, submission_id, make_report(score), share=0.5)
        return SimpleNamespace(id=made.id, claim=claim)

    return order


def finish(database, ordered) -> bool:
    with database.unit_of_work() as work:
        return regrades.finish(work, ordered.claim)


def state(database, ordered) -> str:
    with database.read() as session:
        return session.get_one(Regrade, ordered.id).state


def scores(database) -> dict:
    with database.read() as session:
        return {row.id: row.score for row in session.exec(select(Submission))}


def progress_of(database, user) -> Progress:
    with database.read() as session:
        return session.exec(select(Progress).where(Progress.user_id == user.id)).one()


def test_new_verdicts_change_nothing_that_a_learner_sees_until_they_are_published(database, people, graded, regrade):
    before = scores(database)
    ordered = regrade(zip(graded, (3.0, 3.0, 0.0), strict=True))
    assert finish(database, ordered)
    assert (state(database, ordered), scores(database)) == ("ready", before)
    with database.read() as session:
        (change,) = regrades.changes(session, ordered.id)
    assert (change.submission_id, change.old_score, change.new_score) == (graded[1], 1.0, 3.0)

    with database.unit_of_work() as work:
        assert regrades.publish(work, people.course, ordered.id, actor=people.teacher) == 1
    assert scores(database) == {**before, graded[1]: 3.0}
    row = progress_of(database, people.bob)
    assert (row.best_score, row.state, row.best_submission_id, row.last_outcome) == (3.0, "passed", graded[1], "failed")
    with database.read() as session:
        kept = session.get_one(RegradeResult, (ordered.id, graded[1]))
        assert (kept.score, kept.report["score"]) == (1.0, 1.0)
        (told,) = regrades.changes(session, ordered.id)
        assert (told.old_score, told.new_score) == (1.0, 3.0)
        actions = [event.action for event in session.exec(select(AuditEvent))]
    assert actions.count("submission_regraded") == 1
    assert actions[-1] == "regrade_published"


def test_who_falls_in_a_regrade_has_not_passed_any_more(database, people, graded, regrade):
    ordered = regrade([(graded[0], 1.0)], submission_ids=[graded[0]])
    finish(database, ordered)
    with database.unit_of_work() as work:
        regrades.publish(work, people.course, ordered.id, actor=people.teacher)
    row = progress_of(database, people.alice)
    assert (row.best_score, row.state, row.passed_at, row.attempts) == (1.0, "started", None, 1)


def test_what_is_discarded_leaves_the_old_verdicts(database, people, graded, regrade):
    before = scores(database)
    ordered = regrade(zip(graded, (0.0, 0.0, 0.0), strict=True))
    finish(database, ordered)
    with database.unit_of_work() as work:
        regrades.discard(work, people.course, ordered.id, actor=people.teacher)
    assert (state(database, ordered), scores(database)) == ("discarded", before)
    with pytest.raises(Conflict, match="discarded"), database.unit_of_work() as work:
        regrades.publish(work, people.course, ordered.id, actor=people.teacher)


def test_only_what_is_ready_and_of_this_course_can_be_published(database, people, graded, regrade):
    ordered = regrade()
    with pytest.raises(Conflict, match="running"), database.unit_of_work() as work:
        regrades.publish(work, people.course, ordered.id, actor=people.teacher)
    finish(database, ordered)
    with pytest.raises(NotFound), database.unit_of_work() as work:
        other = Course(slug="other", title="Other")
        work.session.add(other)
        work.session.flush()
        regrades.publish(work, other, ordered.id, actor=people.teacher)


def test_a_regrade_that_was_broken_off_goes_on_where_it_stopped(database, graded, regrade):
    ordered = regrade([(graded[0], 2.0)])
    with database.read() as session:
        left, total = regrades.todo(session, ordered.id)
    assert ({attempt.submission_id for attempt in left}, total) == (set(graded[1:]), 3)


def test_a_worker_that_lost_the_regrade_writes_none_of_its_verdicts(database, graded, regrade, make_report):
    ordered = regrade()
    with database.unit_of_work() as work:
        workload.release(work, ordered.claim)
    with database.unit_of_work() as work:
        assert not regrades.put(work, ordered.claim, graded[0], make_report(0.0), share=1.0)
    assert not finish(database, ordered)
    assert state(database, ordered) == "running"


def test_a_cancelled_regrade_is_discarded(database, graded, regrade):
    ordered = regrade()
    with database.unit_of_work() as work:
        workload.cancel(work, Kinds(REGRADE), ordered.claim.job_id, actor_id=None)
        assert workload.call_off(work, ordered.claim).state is JobState.CANCELLED
    assert state(database, ordered) == "discarded"


def test_a_regrade_is_of_graded_attempts_and_there_must_be_some(database, people, graded, regrade, desk):
    desk.hand_in(exercise_id="tip-jar")
    with pytest.raises(Invalid, match="no graded"):
        regrade(exercise_id="tip-jar")
    regrade(exercise_id="hello-storage")
    with database.read() as session:
        assert len(session.exec(select(RegradeResult)).all()) == 3
        assert session.exec(select(Job).where(Job.kind == "regrade")).one().course_id == people.course.id


def counted(database, people, catalog, user) -> float:
    with database.read() as session:
        offered = courses.offer(session, people.course, catalog)
        return grades.of_learners(session, offered, [user.id])[user.id].exercises["hello-storage"].score


def test_points_set_by_an_instructor_survive_a_regrade(database, people, catalog, graded, regrade):
    with database.unit_of_work() as work:
        offered = courses.offer(work.session, people.course, catalog)
        most = offered.dates("hello-storage").max_score
        courses.override(
            work.session,
            offered,
            people.bob.id,
            "hello-storage",
            score=2,
            reason="In class",
            actor_id=people.teacher.id,
        )
    ordered = regrade(zip(graded, (1.0, 3.0, 0.0), strict=True))
    finish(database, ordered)
    with database.read() as session:
        found = regrades.changes(session, ordered.id)
        effects = regrades.effects(session, courses.offer(session, people.course, catalog), found)
    alice, bob = (effects[user.id, "hello-storage"] for user in (people.alice, people.bob))
    assert (alice.before.score, alice.after.score) == pytest.approx((most, most / 3))
    assert (bob.before.score, bob.after.score, bob.after.computed, bob.after.overridden) == (2, 2, most, True)
    with database.unit_of_work() as work:
        regrades.publish(work, people.course, ordered.id, actor=people.teacher)
    assert counted(database, people, catalog, people.bob) == 2
    assert counted(database, people, catalog, people.alice) == pytest.approx(most / 3)


def test_a_regrade_tells_which_checks_changed_and_why_also_after_a_later_one(
    database, people, graded, regrade, make_report
):
    def verdict(score, status):
        check = CheckResult(id="keeps", title="It keeps", task=1, status=status, points=3)
        return make_report(score).model_copy(update={"checks": (check,)})

    def publish(score, status, reason):
        ordered = regrade(submission_ids=[graded[0]], reason=reason)
        with database.unit_of_work() as work:
            regrades.put(work, ordered.claim, graded[0], verdict(score, status), share=1)
        finish(database, ordered)
        with database.unit_of_work() as work:
            regrades.publish(work, people.course, ordered.id, actor=people.teacher)
        return ordered.id

    first = publish(1.0, CheckStatus.FAILED, "A check was  too lenient")
    second = publish(2.0, CheckStatus.PASSED, "Now it is fair")
    with database.read() as session:
        told = [regrades.changes(session, each) for each in (first, second)]
        notes = regrades.notes(session, people.course, people.alice.id, "hello-storage")[graded[0]]
        assert regrades.notes(session, people.course, people.bob.id) == {}
        asked = select(AuditEvent).where(AuditEvent.action == Action.REGRADE_PUBLISHED)
        events = [(event.course_id, event.details["reason"]) for event in session.exec(asked)]
    assert [(each.old_score, each.new_score) for (each,) in told] == [(3, 1), (1, 2)]
    assert [(check.title, check.old, check.new) for (each,) in told for check in each.checks] == [
        ("It keeps", None, "failed"),
        ("It keeps", "failed", "passed"),
    ]
    assert [(note.old_score, note.new_score, note.reason) for note in notes] == [
        (1, 2, "Now it is fair"),
        (3, 1, "A check was too lenient"),
    ]
    assert events == [(people.course.id, "A check was too lenient"), (people.course.id, "Now it is fair")]


def test_an_exercise_is_graded_again_once_at_a_time(database, people, graded, regrade):
    ordered = regrade(exercise_id="hello-storage", reason="A check was wrong")
    with pytest.raises(Conflict, match="already"):
        regrade(exercise_id="hello-storage")
    finish(database, ordered)
    with pytest.raises(Conflict, match="Publish or discard"):
        regrade(exercise_id="hello-storage")
    with database.unit_of_work() as work:
        regrades.discard(work, people.course, ordered.id, actor=people.teacher)
    again = regrade(exercise_id="hello-storage")
    with database.unit_of_work() as work:
        regrades.stop(work, people.course, again.id, actor=people.teacher)
        workload.call_off(work, again.claim)
    assert state(database, again) == "discarded"


@pytest.mark.postgres_only
def test_what_was_published_meanwhile_is_not_discarded_after_all(database, people, graded, regrade):
    """Who discards had looked before the other published: what counts is how it is once it is theirs."""
    ordered = regrade(zip(graded, (3.0, 3.0, 0.0), strict=True))
    finish(database, ordered)
    with database.unit_of_work() as late:
        looked_at = regrades.find(late.session, people.course, ordered.id)
        with database.unit_of_work() as work:
            regrades.publish(work, people.course, ordered.id, actor=people.teacher)
        with pytest.raises(Conflict, match="published"):
            regrades.discard(late, people.course, looked_at.id, actor=people.teacher)
