"""The tables. Columns and constraints only; what may be done with them lives in the services."""

from classroom.models.answers import KeptAnswer
from classroom.models.audit import AuditEvent, AuditHead
from classroom.models.base import Table, UtcDateTime, now
from classroom.models.care import Acceptance, Usage
from classroom.models.chains import Chain, ChainRequest
from classroom.models.courses import (
    Course,
    CourseExercise,
    CourseTrack,
    Enrolment,
    Extension,
    Group,
    GroupMember,
    Invite,
    Role,
)
from classroom.models.findings import Finding
from classroom.models.hints import HintTaken
from classroom.models.jobs import Job, JobState, PeriodicTask, Regrade, RegradeResult, RegradeState, Run, Worker
from classroom.models.letters import LetterOrder
from classroom.models.people import Credential, CredentialKind, Identity, RateCount, Scope, SecondFactor, User
from classroom.models.questions import Answer, Answered, AnswerVote, Question, Reach, Remark, RemarkKind
from classroom.models.submissions import Deployment, Draft, Progress, ProgressState, Submission, SubmissionState

__all__ = [
    "Acceptance",
    "Answer",
    "AnswerVote",
    "Answered",
    "AuditEvent",
    "AuditHead",
    "Chain",
    "ChainRequest",
    "Course",
    "CourseExercise",
    "CourseTrack",
    "Credential",
    "CredentialKind",
    "Deployment",
    "Draft",
    "Enrolment",
    "Extension",
    "Finding",
    "Group",
    "GroupMember",
    "HintTaken",
    "Identity",
    "Invite",
    "Job",
    "JobState",
    "KeptAnswer",
    "LetterOrder",
    "PeriodicTask",
    "Progress",
    "ProgressState",
    "Question",
    "RateCount",
    "Reach",
    "Regrade",
    "RegradeResult",
    "RegradeState",
    "Remark",
    "RemarkKind",
    "Role",
    "Run",
    "Scope",
    "SecondFactor",
    "Submission",
    "SubmissionState",
    "Table",
    "Usage",
    "User",
    "UtcDateTime",
    "Worker",
    "now",
]
