"""Similar submissions: learners of a course whose answers to an exercise are unusually alike. A question, no verdict.

Of each learner one answer is compared: the last that passed, else the last. A learner's own attempts are never compared
with one another, nor are courses. What is alike is for `evmbox.likeness` to say.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, delete, select

from classroom import audit_log, courses, workload
from classroom.audit_log import Action
from classroom.courses import Staff
from classroom.courses.roles import lock
from classroom.db import UnitOfWork
from classroom.errors import Conflict, Invalid, NotFound
from classroom.models import (
    Comparison,
    ComparisonState,
    Course,
    Fingerprints,
    Job,
    JobState,
    Progress,
    SimilarPair,
    Submission,
    SubmissionState,
    User,
    now,
)
from classroom.workload import Claim, Enqueue, Kind, Lane, Retry
from evmbox.exercise import Exercise
from evmbox.likeness import VERSION, Prints, compare, groups_of, parts_of, rarity_of


@dataclass(frozen=True)
class Answer:
    """The answer of one learner that is compared; `prints` where its fingerprints were taken before."""

    submission_id: UUID
    user_id: UUID
    source: str
    prints: Prints | None


@dataclass(frozen=True)
class Found:
    """A pair that a comparison found; `matches` are places in characters: from and to in each of the two."""

    first: Answer
    second: Answer
    share: float
    weight: float
    matches: list[list[int]]


@dataclass(frozen=True)
class Result:
    """What came of a comparison: of how many answers, and of how many too little could be told."""

    compared: int
    silent: int
    pairs: tuple[Found, ...] = ()


@dataclass(frozen=True)
class Side:
    """One of a pair: who, with which attempt; when they gave the exercise up to read its solution, if they did."""

    user: User
    submission: Submission
    gave_up: Progress | None


@dataclass(frozen=True)
class Pair:
    """Two learners whose answers are alike; `first` handed in first."""

    row: SimilarPair
    first: Side
    second: Side
    matches: list[list[int]]


@dataclass(frozen=True)
class Overview:
    """What the last comparison of an exercise found, as far as who looks may see it; None where none was made."""

    comparison: Comparison | None
    pairs: tuple[Pair, ...]
    groups: tuple[tuple[User, ...], ...]


def _follow(session: Session, job: Job) -> None:
    comparison = session.get(Comparison, job.subject_id)
    if comparison is not None and job.state is not JobState.DONE:
        over = job.state in {JobState.DEAD, JobState.CANCELLED}
        comparison.state = ComparisonState.FAILED if over else ComparisonState.RUNNING
        session.add(comparison)


SIMILAR: Final = Kind(
    name="similar",
    title="Look for similar submissions",
    lane=Lane.BACKGROUND,
    priority=5,
    limit_s=3600,
    retry=Retry(times=3, first_s=10),
    concurrency=1,
    follow=_follow,
    load=lambda session, job: session.get(Comparison, job.subject_id),
)


def check_fit(exercise: Exercise) -> None:
    """Raise Invalid where answers to an exercise are not programs in Solidity."""
    if exercise.language != "solidity":
        raise Invalid("Only answers in Solidity can be compared; this exercise asks for something else.")


def order(
    work: UnitOfWork,
    course: Course,
    exercise: Exercise,
    *,
    actor: User,
    enqueue: Enqueue,
    request_id: str | None = None,
) -> Job:
    """Have the answers to an exercise compared. Raises Invalid, or Conflict where that is under way."""
    check_fit(exercise)
    session = work.session
    lock(session, course)
    comparison = _comparison(session, course.id, exercise.id)
    if comparison is not None and comparison.state is ComparisonState.RUNNING:
        raise Conflict("The answers to this exercise are being compared already.")
    comparison = comparison or Comparison(course_id=course.id, exercise_id=exercise.id)
    comparison.state, comparison.made_by, comparison.ordered_at = ComparisonState.RUNNING, actor.id, now()
    session.add(comparison)
    session.flush()
    return workload.order(
        work,
        SIMILAR,
        actor=actor,
        enqueue=enqueue,
        subject_id=comparison.id,
        course_id=course.id,
        details={"exercise": exercise.id},
        request_id=request_id,
    )


def answers(session: Session, task: Comparison) -> list[Answer]:
    """List the answers to compare, one of each learner in the course, the earliest first."""
    course = session.get_one(Course, task.course_id)
    rows = session.exec(
        select(Submission, Fingerprints)
        .join(Fingerprints, col(Fingerprints.submission_id) == Submission.id, isouter=True)
        .where(
            Submission.course_id == task.course_id,
            Submission.exercise_id == task.exercise_id,
            Submission.state == SubmissionState.DONE,
            Submission.source != "",
            col(Submission.user_id).in_(courses.learners_of(course).with_only_columns(col(User.id))),
        )
        .order_by(col(Submission.created_at))
    )
    chosen: dict[UUID, tuple[Submission, Fingerprints | None]] = {}
    for submission, prints in rows:
        before = chosen.get(submission.user_id)
        if before is None or submission.outcome == "passed" or before[0].outcome != "passed":
            chosen[submission.user_id] = submission, prints
    return [
        Answer(
            submission.id,
            submission.user_id,
            submission.source,
            Prints.of_json(prints.prints) if prints is not None and prints.version == VERSION else None,
        )
        for submission, prints in sorted(chosen.values(), key=lambda pair: pair[0].created_at)
    ]


def keep(work: UnitOfWork, submission_id: UUID, prints: Prints) -> None:
    """Keep the fingerprints of an attempt for the next comparison, unless it is gone."""
    if work.session.get(Submission, submission_id) is not None:
        work.session.merge(Fingerprints(submission_id=submission_id, version=VERSION, prints=prints.to_json()))


def find(
    answers: Sequence[Answer],
    known: Mapping[UUID, Prints],
    *,
    beside: Collection[Prints],
    ignored: Collection[Prints],
) -> Result:
    """Compare answers by their fingerprints, by learner. `beside` say what is usual; see `evmbox.likeness`."""
    findings = compare(known, beside=beside, ignored=ignored)
    weights = rarity_of([*known.values(), *beside], ignored)
    of = {answer.user_id: answer for answer in answers}
    pairs = []
    for each in findings.pairs:
        first, second = of[each.first], of[each.second]
        in_bytes = parts_of(known[each.first], known[each.second], weights)
        matches = [[*_characters(first, part.first), *_characters(second, part.second)] for part in in_bytes]
        pairs.append(Found(first, second, each.share, each.weight, matches))
    return Result(len(answers), len(findings.silent), tuple(pairs))


def finish(work: UnitOfWork, claim: Claim, result: Result) -> bool:
    """Put the pairs of a comparison in the place of the last one's; False, and nothing written, where it was lost.

    A pair that somebody has looked at keeps that, whether or not it is found again.
    """
    session = work.session
    told = {"compared": result.compared, "pairs": len(result.pairs)}
    if workload.finish(work, claim, told) is None:
        return False
    comparison = session.get(Comparison, claim.subject_id)
    if comparison is None:
        return True
    before = {
        (row.first_user_id, row.second_user_id): row
        for row in session.exec(
            select(SimilarPair).where(
                SimilarPair.course_id == comparison.course_id, SimilarPair.exercise_id == comparison.exercise_id
            )
        )
    }
    at = now()
    for row in before.values():
        row.current = False
        session.add(row)
    for found in result.pairs:
        if any(session.get(Submission, side.submission_id) is None for side in (found.first, found.second)):
            continue  # erased meanwhile
        users = (found.first.user_id, found.second.user_id)
        kept = before.get(users) or before.get((users[1], users[0]))
        if kept is None:
            kept = SimilarPair(
                course_id=comparison.course_id,
                exercise_id=comparison.exercise_id,
                first_user_id=users[0],
                second_user_id=users[1],
                first_submission_id=found.first.submission_id,
                second_submission_id=found.second.submission_id,
                share=found.share,
                weight=found.weight,
            )
        kept.first_user_id, kept.second_user_id = users  # the other way round where who was first has changed
        kept.first_submission_id, kept.second_submission_id = found.first.submission_id, found.second.submission_id
        kept.share, kept.weight, kept.matches, kept.current, kept.found_at = (
            found.share,
            found.weight,
            found.matches,
            True,
            at,
        )
        session.add(kept)
    session.flush()
    session.exec(
        delete(SimilarPair).where(
            col(SimilarPair.course_id) == comparison.course_id,
            col(SimilarPair.exercise_id) == comparison.exercise_id,
            col(SimilarPair.current).is_(False),
            col(SimilarPair.looked_at).is_(None),
        )
    )
    comparison.state, comparison.finished_at = ComparisonState.READY, at
    comparison.compared, comparison.silent = result.compared, result.silent
    session.add(comparison)
    return True


def overview(session: Session, staff: Staff, exercise_id: str) -> Overview:
    """Tell what the last comparison found, the most alike first, of those whom who looks looks after."""
    pairs = tuple(_pairs(session, staff, exercise_id))
    users = {side.user.id: side.user for pair in pairs for side in (pair.first, pair.second)}
    open_pairs = [(pair.first.user.id, pair.second.user.id) for pair in pairs if pair.row.looked_at is None]
    groups = tuple(tuple(users[user_id] for user_id in group) for group in groups_of(open_pairs))
    return Overview(_comparison(session, staff.course.id, exercise_id), pairs, groups)


def see(work: UnitOfWork, staff: Staff, exercise_id: str, pair_id: UUID, *, request_id: str | None = None) -> Pair:
    """Give a pair to be looked at side by side, and write down who looks. Raises NotFound."""
    found = _pair(work.session, staff, exercise_id, pair_id)
    _record(work.session, Action.SIMILAR_SEEN, staff, found.row, request_id=request_id)
    return found


def settle(
    work: UnitOfWork,
    staff: Staff,
    exercise_id: str,
    pair_id: UUID,
    *,
    nothing_to_it: bool,
    request_id: str | None = None,
) -> Pair:
    """Mark a pair as looked at, with nothing to it, or take that back. Raises NotFound."""
    found = _pair(work.session, staff, exercise_id, pair_id)
    row = found.row
    if (row.looked_at is not None) != nothing_to_it:
        row.looked_at, row.looked_by = (now(), staff.user.id) if nothing_to_it else (None, None)
        work.session.add(row)
        _record(work.session, Action.SIMILAR_SETTLED, staff, row, request_id=request_id, nothing_to_it=nothing_to_it)
    return found


def _pair(session: Session, staff: Staff, exercise_id: str, pair_id: UUID) -> Pair:
    found = next(iter(_pairs(session, staff, exercise_id, pair_id)), None)
    if found is None:
        raise NotFound("There is no such pair.")
    return found


def _pairs(session: Session, staff: Staff, exercise_id: str, pair_id: UUID | None = None) -> list[Pair]:
    statement = select(SimilarPair).where(
        SimilarPair.course_id == staff.course.id,
        SimilarPair.exercise_id == exercise_id,
        col(SimilarPair.current).is_(True),
    )
    if pair_id is not None:
        statement = statement.where(SimilarPair.id == pair_id)
    rows = session.exec(
        statement.order_by(col(SimilarPair.share).desc(), col(SimilarPair.weight).desc(), col(SimilarPair.id))
    ).all()
    users = {user.id: user for user in courses.learners_in_order(session, staff)}
    ids = {each for row in rows for each in (row.first_submission_id, row.second_submission_id)}
    made = {each.id: each for each in session.exec(select(Submission).where(col(Submission.id).in_(ids)))}
    given_up = {
        each.user_id: each
        for each in session.exec(
            select(Progress).where(
                Progress.course_id == staff.course.id,
                Progress.exercise_id == exercise_id,
                col(Progress.given_up_at).is_not(None),
            )
        )
    }

    def side(user_id: UUID, submission_id: UUID) -> Side:
        return Side(users[user_id], made[submission_id], given_up.get(user_id))

    found = []
    for row in rows:
        if row.first_user_id in users and row.second_user_id in users:
            first = side(row.first_user_id, row.first_submission_id)
            second = side(row.second_user_id, row.second_submission_id)
            found.append(Pair(row, first, second, [list(each) for each in row.matches]))
    return found


def _comparison(session: Session, course_id: UUID, exercise_id: str) -> Comparison | None:
    mine = select(Comparison).where(Comparison.course_id == course_id, Comparison.exercise_id == exercise_id)
    return session.exec(mine).first()


def _characters(answer: Answer, span: tuple[int, int]) -> tuple[int, int]:
    """Turn bytes of a source into characters."""
    text = answer.source.encode()
    return len(text[: span[0]].decode()), len(text[: span[1]].decode())


def _record(
    session: Session, action: Action, staff: Staff, row: SimilarPair, *, request_id: str | None, **details: object
) -> None:
    audit_log.record(
        session,
        action,
        actor_id=staff.user.id,
        subject=str(row.id),
        details={
            "exercise": row.exercise_id,
            "learners": [str(row.first_user_id), str(row.second_user_id)],
            **details,
        },
        course_id=staff.course.id,
        request_id=request_id,
    )
