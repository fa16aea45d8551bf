"""The tables. Columns and constraints only; what may be done with them lives in the services."""

from classroom.models.audit import AuditEvent, AuditHead
from classroom.models.base import Table, UtcDateTime, now
from classroom.models.chains import Chain, ChainRequest
from classroom.models.courses import Course, Enrolment, Role
from classroom.models.jobs import Job, JobState
from classroom.models.people import Credential, CredentialKind, User
from classroom.models.submissions import Deployment, Draft, Progress, ProgressState, Submission, SubmissionState

__all__ = [
    "AuditEvent",
    "AuditHead",
    "Chain",
    "ChainRequest",
    "Course",
    "Credential",
    "CredentialKind",
    "Deployment",
    "Draft",
    "Enrolment",
    "Job",
    "JobState",
    "Progress",
    "ProgressState",
    "Role",
    "Submission",
    "SubmissionState",
    "Table",
    "User",
    "UtcDateTime",
    "now",
]
