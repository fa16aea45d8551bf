"""Which rows of which table are about a person, and which columns nobody is given. Every table has to stand here."""

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import SQLModel, col

from classroom.models import (
    Acceptance,
    Answer,
    Answered,
    AnswerVote,
    AuditEvent,
    Chain,
    ChainRequest,
    ClassHour,
    Comparison,
    Course,
    Credential,
    Deployment,
    Draft,
    Enrolment,
    Extension,
    Finding,
    Fingerprints,
    Group,
    GroupMember,
    HintTaken,
    Identity,
    Job,
    KeptAnswer,
    LetterOrder,
    Override,
    Progress,
    Question,
    Regrade,
    RegradeResult,
    RegradeState,
    Remark,
    Run,
    SecondFactor,
    SimilarPair,
    Submission,
    Usage,
    User,
)

_PROVES: Final = "a secret, or what a secret is checked by"
_A_SEED: Final = "the checks' values come from it, so who knows it knows hidden checks"
_OF_THE_MACHINE: Final = "says how the work was spread over machines"
_OF_OTHERS: Final = "the id of somebody else, or of the server"


@dataclass(frozen=True)
class Held:
    """Rows of one table that are about a person: how they are found, and what is withheld of them, each with why."""

    model: type[SQLModel]
    withheld: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.model.__tablename__)


HELD: Final = (
    Held(User, {"password_hash": _PROVES}),
    Held(Identity),
    Held(SecondFactor, {"salt": _PROVES, "last_step": _PROVES}),
    Held(Credential, {"secret_hash": _PROVES, "family_id": _PROVES}),
    Held(Acceptance),
    Held(Enrolment),
    Held(Course),
    Held(Group),
    Held(GroupMember),
    Held(Extension),
    Held(Override),
    Held(Draft),
    Held(Submission, {"seed": _A_SEED, "idempotency_key": _OF_THE_MACHINE, "handed_in_by": _OF_OTHERS}),
    Held(Deployment),
    Held(Progress),
    Held(Finding),
    Held(HintTaken),
    Held(ClassHour, {"shown_id": _OF_OTHERS}),
    Held(Question),
    Held(Answer, {"made_by": _OF_OTHERS}),
    Held(Answered),
    Held(AnswerVote),
    Held(Remark, {"made_by": _OF_OTHERS}),
    Held(Regrade),
    Held(RegradeResult),
    Held(Fingerprints),
    Held(Comparison),
    Held(
        SimilarPair,
        {
            "first_user_id": _OF_OTHERS,
            "second_user_id": _OF_OTHERS,
            "first_submission_id": _OF_OTHERS,
            "second_submission_id": _OF_OTHERS,
            "matches": "where somebody else's work is like theirs",
            "looked_by": _OF_OTHERS,
        },
    ),
    Held(Run),
    Held(Chain, {"seed": _A_SEED}),
    Held(ChainRequest),
    Held(
        Job,
        {
            "worker": _OF_THE_MACHINE,
            "lease_until": _OF_THE_MACHINE,
            "key": _OF_THE_MACHINE,
            "last_error": _OF_THE_MACHINE,
        },
    ),
    Held(Usage),
    Held(KeptAnswer, {"key_hash": _PROVES, "request_hash": _PROVES, "answer": "a sealed copy of what was answered"}),
    Held(LetterOrder, {"sealed": "a letter on its way, which they will get"}),
    Held(AuditEvent, {"actor_id": _OF_OTHERS, "digest": _OF_THE_MACHINE, "position": _OF_THE_MACHINE}),
)
"""Where there is something about a person, in the order in which it is exported."""

NOT_HELD: Final = {
    "audit_head": "how far the audit log is sealed: about no person",
    "course_tracks": "the plan of a course: about no person",
    "course_exercises": "the plan of a course: about no person",
    "invites": "made by a course for whoever follows it; who did stands in the audit log",
    "rate_counts": "how often something was tried, by a keyed hash that cannot be turned back; gone within a day",
    "workers": "programs that do jobs: about no person",
    "periodic_tasks": "when the server does what again: about no person",
}
"""The other tables, and why nothing in them is exported or erased."""


def rows_of(held: Held, user_id: UUID) -> Select[Any]:
    """Select the rows of one table that are about a person."""
    return select(held.model).where(_about(held.model, user_id))


def _about(model: Any, user_id: UUID) -> ColumnElement[bool]:
    """Say which rows they are; a column `user_id` says so by itself."""
    table: Any = model
    submissions = select(col(Submission.id)).where(col(Submission.user_id) == user_id)
    credentials = select(col(Credential.id)).where(col(Credential.user_id) == user_id)
    chain: Any = Chain
    chains = (chain.user_id == user_id) | chain.credential_id.in_(credentials)
    enrolment: Any = Enrolment
    member: Any = GroupMember
    questions = select(col(Question.id)).where(col(Question.user_id) == user_id)
    answers = select(col(Answered.answer_id)).where(col(Answered.question_id).in_(questions))
    published = select(col(Regrade.id)).where(col(Regrade.state) == RegradeState.PUBLISHED)
    rules: dict[type[SQLModel], Any] = {
        User: lambda: table.id == user_id,
        Course: lambda: table.id.in_(select(enrolment.course_id).where(enrolment.user_id == user_id)),
        Group: lambda: table.id.in_(select(member.group_id).where(member.user_id == user_id)),
        Deployment: lambda: table.submission_id.in_(submissions),
        ClassHour: lambda: table.opened_by == user_id,
        Answer: lambda: (table.made_by == user_id) | table.id.in_(answers),
        Answered: lambda: table.question_id.in_(questions),
        Regrade: lambda: table.made_by == user_id,
        # before it is published, a new verdict is its instructors' only
        RegradeResult: lambda: table.submission_id.in_(submissions) & table.regrade_id.in_(published),
        Chain: lambda: chains,
        ChainRequest: lambda: table.chain_id.in_(select(chain.id).where(chains)),
        Fingerprints: lambda: table.submission_id.in_(submissions),
        Comparison: lambda: table.made_by == user_id,
        SimilarPair: lambda: (table.first_user_id == user_id) | (table.second_user_id == user_id),
        Job: lambda: table.made_by == user_id,
        AuditEvent: lambda: (table.actor_id == user_id) | (table.subject == str(user_id)),
    }
    about: ColumnElement[bool] = rules[model]() if model in rules else table.user_id == user_id
    return about
