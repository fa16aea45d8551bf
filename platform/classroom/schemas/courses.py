"""Wire types of courses and cohorts."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from classroom.schemas.base import Id, In, Moment, Name, Out, Text
from classroom.schemas.lessons import ExerciseSummary


class CohortCell(Out):
    """One learner's state in one exercise."""

    exercise_id: str
    state: Literal["new", "started", "passed"]
    attempts: int
    best_score: float
    max_score: float
    last_outcome: str | None = None
    given_up: bool = Field(default=False, description="the solution was given up for")


class CohortRow(Out):
    """One learner's line."""

    user_id: UUID
    name: str
    display_name: str
    cells: list[CohortCell]


class CohortOut(Out):
    """Learners by exercises."""

    course: str
    exercises: list[ExerciseSummary]
    rows: list[CohortRow]
    next: str | None = Field(default=None, description="the cursor of the next page of rows; null after the last")


RoleName = Literal["instructor", "assistant", "learner"]
LateRuleName = Literal["none", "hard_close", "percent_per_day"]
CountingName = Literal["best", "last", "last_on_time"]
Title = Annotated[Text, StringConstraints(min_length=1, max_length=200)]
Label = Annotated[Text, StringConstraints(max_length=128)]
GroupName = Annotated[Text, StringConstraints(min_length=1, max_length=64)]
PersonName = Annotated[Text, StringConstraints(min_length=1, max_length=64)]


class CourseIn(In):
    """A course to be made. It teaches every track until its plan says otherwise."""

    title: Title
    slug: Name | None = Field(default=None, description="the short name in addresses; without it, from the title")
    starts_at: Moment | None = None
    ends_at: Moment | None = None


class CourseChange(In):
    """What is to be changed; what is not named stays."""

    title: Title | None = None
    starts_at: Moment | None = Field(default=None, description="null: no beginning")
    ends_at: Moment | None = Field(default=None, description="null: no end")
    archived: bool | None = None
    late_rule: LateRuleName | None = None
    late_percent_per_day: float | None = Field(default=None, ge=0, le=100)
    grace_minutes: int | None = Field(default=None, ge=0, le=86_400)
    counting: CountingName | None = None


class DatesIn(In):
    """When a track or an exercise opens and is due."""

    id: Name
    opens_at: Moment | None = None
    due_at: Moment | None = None


class TrackIn(DatesIn):
    """A track that is taught, or its dates where a course teaches all."""

    drop_lowest: int = Field(default=0, ge=0, le=100, description="how many of its exercises are left out of the grade")
    weight: float | None = Field(
        default=None, ge=0, le=1000, description="beside the other tracks; null: as much as its exercises are worth"
    )


class PlanIn(In):
    """What a course teaches and when, in the place of what it had."""

    all_tracks: bool = Field(description="every track of the catalog, also those that come later")
    tracks: list[TrackIn] = Field(default_factory=list, max_length=200)
    exercises: list[DatesIn] = Field(default_factory=list, max_length=2000, description="where they differ")


class CourseSummary(Out):
    """A course as a list shows it."""

    slug: str
    title: str
    roles: list[RoleName] = Field(description="what the caller is in it")
    starts_at: datetime | None
    ends_at: datetime | None
    archived_at: datetime | None


class ExerciseDatesOut(Out):
    """When an exercise opens and is due, its track's dates where it has none of its own."""

    id: str
    title: str
    opens_at: datetime | None
    due_at: datetime | None


class CourseTrackOut(Out):
    """A track of a course."""

    id: str
    title: str
    drop_lowest: int
    weight: float | None = Field(description="null: as much as its exercises are worth")
    exercises: list[ExerciseDatesOut]


class CourseOut(CourseSummary):
    """A course with its plan and its rules."""

    all_tracks: bool
    tracks: list[CourseTrackOut]
    late_rule: LateRuleName
    late_percent_per_day: float
    grace_minutes: int
    counting: CountingName


class EnrolIn(In):
    """A person to be given a role, by the name of their account."""

    name: PersonName
    role: RoleName


class GroupRef(Out):
    """A group by its name."""

    id: UUID
    name: str


class CoursePersonOut(Out):
    """A person in a course."""

    user_id: UUID
    name: str
    display_name: str
    roles: list[RoleName]
    groups: list[GroupRef]


class GroupIn(In):
    """A group's name."""

    name: GroupName


class InviteIn(In):
    """An invite to be made."""

    role: RoleName = "learner"
    days: int = Field(default=30, ge=1, le=366, description="how long it lasts")
    max_uses: int | None = Field(default=None, ge=1, le=10_000, description="null, for learners only: no limit")
    group_id: Id | None = None
    label: Label = ""


class InviteOut(Out):
    """An invite. Its secret is not here: it was shown once."""

    id: UUID
    role: RoleName
    group: GroupRef | None
    label: str
    uses: int
    max_uses: int | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class NewInviteOut(InviteOut):
    """An invite that was just made, with its link: the only time it is shown."""

    link: str


class JoinIn(In):
    """The secret of an invite."""

    token: Annotated[Text, StringConstraints(min_length=1, max_length=128)]


class JoinedOut(Out):
    """The course that somebody came into."""

    slug: str
    title: str


class ExtensionIn(In):
    """More time in an exercise, for one learner or one group."""

    exercise_id: Name
    due_at: Moment
    user_id: Id | None = None
    group_id: Id | None = None
    reason: Annotated[Text, StringConstraints(max_length=500)] = ""


class ExtensionOut(Out):
    """An extension."""

    id: UUID
    exercise_id: str
    due_at: datetime
    user_id: UUID | None
    group_id: UUID | None
    whose: str = Field(description="the name of the learner or of the group")
    reason: str
    created_at: datetime


class OverrideIn(In):
    """Points in the place of the computed ones, and why: the learner reads both."""

    score: float = Field(ge=0, le=100_000, description="0 to what the exercise is worth", examples=[2.5])
    reason: Annotated[Text, StringConstraints(min_length=1, max_length=500)] = Field(
        examples=["You showed in class that your contract keeps the number."]
    )


class ImportIn(In):
    """Learners as CSV: the columns name, display_name, email, group, of which only the first is needed."""

    csv: Annotated[Text, StringConstraints(max_length=200_000)] = Field(examples=["name,email\nada,ada@example.org\n"])
    dry_run: bool = False


class ImportProblem(Out):
    """What is wrong on one line."""

    line: int
    message: str


class NewLink(Out):
    """A link that signs a new person in once: the only time it is shown."""

    name: str
    display_name: str
    email: str | None
    link: str


class ImportOut(Out):
    """What an import did, or would do."""

    dry_run: bool
    rows: int
    created: int
    enrolled: int
    already_in: int
    new_groups: list[str]
    problems: list[ImportProblem]
    links: list[NewLink]


class ExerciseGradeOut(Out):
    """The points of one exercise, by the rules of the course as they are now."""

    exercise_id: str
    score: float = Field(description="what counts")
    max_score: float
    reached: float | None = Field(
        description="what the attempt had before hints and being late took their part; null: none made"
    )
    attempt: int | None = Field(description="the number of the attempt that counts")
    late: bool
    due_at: datetime | None = Field(description="for this learner, with the extensions they were given")
    overridden: bool = Field(description="an instructor set these points")
    override_reason: str = Field(default="", description="why, where an instructor set them")
    computed: float | None = Field(default=None, description="what would count if no instructor had set the points")
    dropped: bool = Field(description="left out of the track's points")
    hints: int = Field(default=0, description="how many hints were taken")
    hints_cost: float = Field(default=0.0, description="the points that hints took from the attempt that counts")
    given_up: bool = Field(default=False, description="the solution was given up for; attempts after that do not count")


class TrackGradeOut(Out):
    """The points of a track, without what is dropped."""

    track_id: str
    score: float
    max_score: float
    percent: float
    weight: float = Field(default=0.0, description="beside the weights of the other tracks")
    exercises: list[ExerciseGradeOut]


class GradesOut(Out):
    """A learner's grades in a course, computed when they are read."""

    course: str
    user_id: UUID
    name: str
    display_name: str
    percent: float | None = Field(description="each track by its weight; null: nothing is asked")
    tracks: list[TrackGradeOut]
