"""The audit log: what happened, appended in the transaction it tells of. Entries are never changed.

An entry holds pseudonymous ids, numbers and states: no name, no source code and no secret, so that a person's data
can be erased and the log stays whole.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Session

from classroom.models import AuditEvent


class Action(StrEnum):
    """Everything that is written down."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    USER_CREATED = "user_created"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an event
    PROFILE_CHANGED = "profile_changed"
    ADMIN_CHANGED = "admin_changed"
    EMAIL_CONFIRMED = "email_confirmed"
    IDENTITY_ADDED = "identity_added"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    RECOVERY_CODE_USED = "recovery_code_used"
    REFRESH_REUSED = "refresh_reused"  # a stolen token, or a program that lost its own: the family is dead
    CREDENTIAL_ISSUED = "credential_issued"
    CREDENTIAL_REVOKED = "credential_revoked"
    KERNEL_BOUND = "kernel_bound"
    COURSE_CREATED = "course_created"
    ROLE_GRANTED = "role_granted"
    DOOR_REFUSED = "door_refused"  # someone tried what is not theirs
    SUBMISSION_MADE = "submission_made"
    SUBMISSION_GRADED = "submission_graded"
    HINT_TAKEN = "hint_taken"
    GIVEN_UP = "given_up"  # an exercise, to read its solution: attempts after that earn nothing
    SUBMISSION_LOST = "submission_lost"  # given up after too many lost workers
    CHAIN_CREATED = "chain_created"
    CHAIN_DELETED = "chain_deleted"

    COURSE_CHANGED = "course_changed"
    ROLE_WITHDRAWN = "role_withdrawn"
    GROUP_CREATED = "group_created"
    GROUP_CHANGED = "group_changed"
    GROUP_DELETED = "group_deleted"
    GROUP_JOINED = "group_joined"
    GROUP_LEFT = "group_left"
    INVITE_CREATED = "invite_created"
    INVITE_REVOKED = "invite_revoked"
    INVITE_ACCEPTED = "invite_accepted"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_WITHDRAWN = "extension_withdrawn"
    CLASS_OPENED = "class_opened"  # an exercise, for a time, to be done together
    CLASS_EXTENDED = "class_extended"
    CLASS_CLOSED = "class_closed"
    CLASS_ATTEMPT_SHOWN = "class_attempt_shown"  # without a name
    OVERRIDE_SET = "override_set"  # points that an instructor put in the place of the computed ones
    OVERRIDE_WITHDRAWN = "override_withdrawn"
    LEARNERS_IMPORTED = "learners_imported"
    PEOPLE_EXPORTED = "people_exported"
    GRADES_EXPORTED = "grades_exported"
    JOB_ORDERED = "job_ordered"
    JOB_CANCELLED = "job_cancelled"
    JOB_REQUEUED = "job_requeued"
    JOB_GIVEN_UP = "job_given_up"  # failed too often
    REGRADE_READY = "regrade_ready"
    REGRADE_PUBLISHED = "regrade_published"
    REGRADE_DISCARDED = "regrade_discarded"
    SUBMISSION_REGRADED = "submission_regraded"
    SIMILAR_SEEN = "similar_seen"  # the answers of two learners, side by side
    SIMILAR_SETTLED = "similar_settled"  # looked at, with nothing to it; or that taken back
    QUESTION_ASKED = "question_asked"
    QUESTION_REOPENED = "question_reopened"
    QUESTION_CLOSED = "question_closed"
    QUESTION_ANSWERED = "question_answered"
    ANSWER_CHANGED = "answer_changed"
    ANSWER_WITHDRAWN = "answer_withdrawn"
    REMARK_MADE = "remark_made"
    REMARK_REMOVED = "remark_removed"

    USER_EXPORTED = "user_exported"
    USER_ERASED = "user_erased"
    TERMS_ACCEPTED = "terms_accepted"
    RETENTION_APPLIED = "retention_applied"
    USAGE_EXPORTED = "usage_exported"
    TRACKS_ADDED = "tracks_added"  # the tracks of somebody else's course, with the digest of all its files
    TRACKS_REMOVED = "tracks_removed"


def record(
    session: Session,
    action: Action,
    *,
    actor_id: UUID | None,
    subject: str | None = None,
    details: Mapping[str, Any] | None = None,
    request_id: str | None = None,
    course_id: UUID | None = None,
) -> None:
    """Append one entry. `actor_id` is who did it (None: the server itself), `subject` the id of what it was done to.

    An entry of a course, which `course_id` or the detail `course` names by its id, is shown to its instructors.
    """
    session.add(
        AuditEvent(
            course_id=course_id or _id((details or {}).get("course")),
            action=action.value,
            actor_id=actor_id,
            subject=None if subject is None else subject[:128],
            details=dict(details or {}),
            request_id=request_id,
        )
    )


def _id(value: object) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None
