"""What an instructor does: courses, people, groups, invites, extensions, grades, and jobs that were given up."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from classroom.client.connection import Connection, checked, of_course, parse, segment
from classroom.schemas import (
    CohortOut,
    CohortRow,
    CourseChange,
    CourseIn,
    CourseOut,
    CoursePersonOut,
    EnrolIn,
    ExerciseAnalytics,
    ExerciseFigures,
    ExerciseGradeOut,
    ExtensionIn,
    ExtensionOut,
    GradesOut,
    GroupIn,
    GroupRef,
    ImportIn,
    ImportOut,
    InviteIn,
    InviteOut,
    JobOut,
    NewInviteOut,
    OverrideIn,
    PlanIn,
    RegradeDetailOut,
    RegradeIn,
    RegradeOut,
    RoleName,
)

_FIGURES = TypeAdapter(list[ExerciseFigures])


class Teaching(Connection):
    """An instructor's calls, and an assistant's as far as their groups go. `course` is a course's short name."""

    def create_course(self, title: str, *, slug: str | None = None, key: str | None = None, **dates: Any) -> CourseOut:
        """Make a course and become its instructor; `starts_at` and `ends_at` are its dates."""
        return self._make("/courses", CourseOut, checked(CourseIn, title=title, slug=slug, **dates), key=key)

    def change_course(self, course: str, **changes: Any) -> CourseOut:
        """Change what is named, by the fields of `CourseChange`."""
        return self._send("PATCH", of_course(course), CourseOut, checked(CourseChange, **changes))

    def set_plan(self, course: str, plan: PlanIn) -> CourseOut:
        """Choose what a course teaches, and when each track or exercise opens and is due."""
        return self._send("PUT", f"{of_course(course)}/plan", CourseOut, plan)

    def cohort(self, course: str) -> Iterator[CohortRow]:
        """Yield how each learner stands in every exercise, by name."""
        cursor: str | None = None
        while True:
            page = self._get(f"{of_course(course)}/cohort", CohortOut, cursor=cursor)
            yield from page.rows
            cursor = page.next
            if cursor is None:
                return

    def exercise_figures(self, course: str) -> list[ExerciseFigures]:
        """Fetch how each exercise of the course goes, in its order."""
        return parse(self._request("GET", f"{of_course(course)}/exercises"), _FIGURES.validate_json)

    def exercise_analytics(self, course: str, exercise_id: str) -> ExerciseAnalytics:
        """Fetch all that is counted of one exercise."""
        return self._get(f"{of_course(course)}/exercises/{segment(exercise_id)}/analytics", ExerciseAnalytics)

    def course_grades(self, course: str) -> Iterator[GradesOut]:
        """Yield the grades of each learner, by name."""
        return self._pages(f"{of_course(course)}/grades", GradesOut)

    def grades_csv(self, course: str) -> str:
        """Fetch the grades as CSV."""
        return self._request("GET", f"{of_course(course)}/grades.csv").content.decode("utf-8-sig")

    def grades_by_exercise_csv(self, course: str) -> str:
        """Fetch the grades as CSV with a row for each learner and exercise, and all that is known of each."""
        found = self._request("GET", f"{of_course(course)}/grades.csv", params={"form": "rows"})
        return found.content.decode("utf-8-sig")

    def regrades(self, course: str) -> Iterator[RegradeOut]:
        """Yield the course's regrades, the latest first."""
        return self._pages(f"{of_course(course)}/regrades", RegradeOut)

    def regrade(self, course: str, regrade_id: UUID) -> RegradeDetailOut:
        """Fetch a regrade with every attempt that it changes."""
        return self._get(f"{of_course(course)}/regrades/{regrade_id}", RegradeDetailOut)

    def order_regrade(self, course: str, exercise_id: str, reason: str, *, key: str | None = None) -> RegradeOut:
        """Have every graded attempt at an exercise graded again; learners see nothing until it is published."""
        body = checked(RegradeIn, exercise_id=exercise_id, reason=reason)
        return self._make(f"{of_course(course)}/regrades", RegradeOut, body, key=key)

    def publish_regrade(self, course: str, regrade_id: UUID) -> RegradeOut:
        """Let the new verdicts take the place of the old ones. Sent once: sent twice, the second would be refused."""
        return self._send("POST", f"{of_course(course)}/regrades/{regrade_id}/publish", RegradeOut, retries=())

    def discard_regrade(self, course: str, regrade_id: UUID) -> RegradeOut:
        """Leave the old verdicts as they are. Sent once: sent twice, the second would be refused."""
        return self._send("POST", f"{of_course(course)}/regrades/{regrade_id}/discard", RegradeOut, retries=())

    def override(self, course: str, user_id: UUID, exercise_id: str, score: float, reason: str) -> ExerciseGradeOut:
        """Set a learner's points for an exercise; the learner reads them and the reason."""
        body = checked(OverrideIn, score=float(score), reason=reason)
        path = f"{of_course(course)}/overrides/{user_id}/{segment(exercise_id)}"
        return self._send("PUT", path, ExerciseGradeOut, body)

    def withdraw_override(self, course: str, user_id: UUID, exercise_id: str) -> None:
        """Let a learner's computed points count again."""
        self._do("DELETE", f"{of_course(course)}/overrides/{user_id}/{segment(exercise_id)}")

    def people(
        self, course: str, *, role: RoleName | None = None, group: UUID | None = None
    ) -> Iterator[CoursePersonOut]:
        """Yield who is in a course, by name."""
        return self._pages(f"{of_course(course)}/people", CoursePersonOut, role=role, group=group and str(group))

    def people_csv(self, course: str) -> str:
        """Fetch everyone in the course as CSV."""
        return self._request("GET", f"{of_course(course)}/people.csv").content.decode("utf-8-sig")

    def enrol(self, course: str, name: str, role: RoleName = "learner", *, key: str | None = None) -> CoursePersonOut:
        """Give somebody who has an account a role in the course."""
        return self._make(
            f"{of_course(course)}/people", CoursePersonOut, checked(EnrolIn, name=name, role=role), key=key
        )

    def grant_role(self, course: str, user_id: UUID, role: RoleName) -> CoursePersonOut:
        """Give a person of the course another role."""
        return self._send("PUT", f"{of_course(course)}/people/{user_id}/roles/{role}", CoursePersonOut)

    def withdraw_role(self, course: str, user_id: UUID, role: RoleName) -> None:
        """Take a role away; what was handed in stays."""
        self._do("DELETE", f"{of_course(course)}/people/{user_id}/roles/{role}")

    def import_learners(self, course: str, csv: str, *, dry_run: bool = False, key: str | None = None) -> ImportOut:
        """Enrol the learners of a CSV text: all of them, or none."""
        return self._make(
            f"{of_course(course)}/import", ImportOut, checked(ImportIn, csv=csv, dry_run=dry_run), key=key
        )

    def groups(self, course: str) -> Iterator[GroupRef]:
        """Yield the course's groups, by name."""
        return self._pages(f"{of_course(course)}/groups", GroupRef)

    def create_group(self, course: str, name: str, *, key: str | None = None) -> GroupRef:
        """Make a group."""
        return self._make(f"{of_course(course)}/groups", GroupRef, checked(GroupIn, name=name), key=key)

    def rename_group(self, course: str, group_id: UUID, name: str) -> GroupRef:
        """Give a group another name."""
        return self._send("PUT", f"{of_course(course)}/groups/{group_id}", GroupRef, checked(GroupIn, name=name))

    def delete_group(self, course: str, group_id: UUID) -> None:
        """Remove a group with its extensions and invites; its people stay in the course."""
        self._do("DELETE", f"{of_course(course)}/groups/{group_id}")

    def join_group(self, course: str, group_id: UUID, user_id: UUID) -> None:
        """Put a learner or an assistant into a group."""
        self._do("PUT", f"{of_course(course)}/groups/{group_id}/members/{user_id}")

    def leave_group(self, course: str, group_id: UUID, user_id: UUID) -> None:
        """Take a person out of a group."""
        self._do("DELETE", f"{of_course(course)}/groups/{group_id}/members/{user_id}")

    def invites(self, course: str) -> Iterator[InviteOut]:
        """Yield the course's invites, the newest first, without their secrets."""
        return self._pages(f"{of_course(course)}/invites", InviteOut)

    def create_invite(self, course: str, *, key: str | None = None, **invite: Any) -> NewInviteOut:
        """Make an invite by the fields of `InviteIn`, and get its link, this once."""
        return self._make(f"{of_course(course)}/invites", NewInviteOut, checked(InviteIn, **invite), key=key)

    def revoke_invite(self, course: str, invite_id: UUID) -> None:
        """Make an invite worthless; who came in by it stays."""
        self._do("DELETE", f"{of_course(course)}/invites/{invite_id}")

    def extensions(self, course: str) -> Iterator[ExtensionOut]:
        """Yield the course's extensions, the newest first."""
        return self._pages(f"{of_course(course)}/extensions", ExtensionOut)

    def extend(
        self, course: str, exercise_id: str, due_at: datetime, *, key: str | None = None, **whose: Any
    ) -> ExtensionOut:
        """Give a learner (`user_id`) or a group (`group_id`) more time, for a `reason`."""
        body = checked(ExtensionIn, exercise_id=exercise_id, due_at=due_at, **whose)
        return self._make(f"{of_course(course)}/extensions", ExtensionOut, body, key=key)

    def withdraw_extension(self, course: str, extension_id: UUID) -> None:
        """Take an extension back."""
        self._do("DELETE", f"{of_course(course)}/extensions/{extension_id}")

    def dead_jobs(self) -> Iterator[JobOut]:
        """Yield the jobs that were given up, the latest first."""
        return self._pages("/jobs/dead", JobOut)

    def requeue_job(self, job_id: UUID) -> JobOut:
        """Have a job done after all that was given up. Sent once: sent twice, the second would be refused."""
        return self._send("POST", f"/jobs/{job_id}/requeue", JobOut, retries=())
