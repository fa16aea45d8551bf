"""The tables. Columns and constraints only; what may be done with them lives in the services."""

from classroom.models.answers import KeptAnswer
from classroom.models.audit import AuditEvent, AuditHead
from classroom.models.base import Table, UtcDateTime, now
from classroom.models.care import Acceptance, Usage
from classroom.models.chains import Chain, ChainRequest
from classroom.models.class_hours import ClassHour
from classroom.models.courses import (
    Course,
    CourseExercise,
    CourseTrack,
    Enrolment,
    Extension,
    Group,
    GroupMember,
    Invite,
    Override,
    Role,
)
from classroom.models.findings import Finding
from classroom.models.hints import HintTaken
from classroom.models.jobs import Job, JobState, PeriodicTask, Regrade, RegradeResult, RegradeState, Run, Worker
from classroom.models.letters import LetterOrder
from classroom.models.people import Credential, CredentialKind, Identity, RateCount, Scope, SecondFactor, User
from classroom.models.questions import Answer, Answered, AnswerVote, Question, Reach, Remark, RemarkKind
from classroom.models.similar import Comparison, ComparisonState, Fingerprints, SimilarPair
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
    "ClassHour",
    "Comparison",
    "ComparisonState",
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
    "Fingerprints",
    "Group",
    "GroupMember",
    "HintTaken",
    "Identity",
    "Invite",
    "Job",
    "JobState",
    "KeptAnswer",
    "LetterOrder",
    "Override",
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
    "SimilarPair",
    "Submission",
    "SubmissionState",
    "Table",
    "Usage",
    "User",
    "UtcDateTime",
    "Worker",
    "now",
]
