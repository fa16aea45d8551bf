"""What those do who look after a whole course: the cohort at a glance, an exercise done in class, similar answers."""

from collections.abc import Iterator
from uuid import UUID

from classroom.client.connection import Connection, checked, of_course, segment
from classroom.schemas import (
    ClassHourIn,
    ClassHourOut,
    ClassHourSummary,
    JobOut,
    MoreTimeIn,
    SettledIn,
    ShownIn,
    SimilarOut,
    SimilarPairOut,
    SimilarSourcesOut,
)
from classroom.schemas.cohort import AttentionOut, HeatMapOut


class Watching(Connection):
    """An instructor's calls, and an assistant's as far as their groups go. `course` is a course's short name."""

    def heat_map(self, course: str) -> HeatMapOut:
        """Fetch all learners by all exercises at once."""
        return self._get(f"{of_course(course)}/cohort/map", HeatMapOut)

    def attention(self, course: str) -> AttentionOut:
        """Fetch the cohort in numbers, and who is stuck now, by what fails."""
        return self._get(f"{of_course(course)}/cohort/attention", AttentionOut)

    def class_hours(self, course: str) -> Iterator[ClassHourSummary]:
        """Yield what is and was open in class, the latest first."""
        return self._pages(f"{of_course(course)}/class-hours", ClassHourSummary)

    def class_hour(self, course: str, hour_id: UUID) -> ClassHourOut:
        """Fetch what happens in class, or happened: counts, and nobody's name."""
        return self._get(f"{of_course(course)}/class-hours/{hour_id}", ClassHourOut)

    def open_class_hour(
        self,
        course: str,
        exercise_id: str,
        *,
        minutes: int = 10,
        group_id: UUID | None = None,
        key: str | None = None,
    ) -> ClassHourSummary:
        """Open an exercise in class for a time, for the whole course or one group."""
        body = checked(ClassHourIn, exercise_id=exercise_id, minutes=minutes, group_id=group_id)
        return self._make(f"{of_course(course)}/class-hours", ClassHourSummary, body, key=key)

    def extend_class_hour(
        self, course: str, hour_id: UUID, *, minutes: int = 5, key: str | None = None
    ) -> ClassHourSummary:
        """Give more time."""
        body = checked(MoreTimeIn, minutes=minutes)
        return self._make(f"{of_course(course)}/class-hours/{hour_id}/more-time", ClassHourSummary, body, key=key)

    def close_class_hour(self, course: str, hour_id: UUID) -> ClassHourSummary:
        """End it before its time."""
        return self._send("POST", f"{of_course(course)}/class-hours/{hour_id}/close", ClassHourSummary)

    def show_in_class(self, course: str, hour_id: UUID, submission_id: UUID | None) -> ClassHourSummary:
        """Put an attempt of the hour on the screen, without a name; None takes it away."""
        body = checked(ShownIn, submission_id=submission_id)
        return self._send("PUT", f"{of_course(course)}/class-hours/{hour_id}/shown", ClassHourSummary, body)

    def similar(self, course: str, exercise_id: str) -> SimilarOut:
        """Fetch the pairs of similar answers to an exercise, as they were last compared."""
        return self._get(_similar(course, exercise_id), SimilarOut)

    def compare(self, course: str, exercise_id: str) -> JobOut:
        """Have the answers to an exercise compared; the job tells how far it is."""
        return self._send("POST", _similar(course, exercise_id), JobOut)

    def similar_pair(self, course: str, exercise_id: str, pair_id: UUID) -> SimilarSourcesOut:
        """Fetch a pair with its sources and where they match; that one looked stands in the audit log."""
        return self._get(f"{_similar(course, exercise_id)}/{pair_id}", SimilarSourcesOut)

    def settle_similar(self, course: str, exercise_id: str, pair_id: UUID, *, nothing_to_it: bool) -> SimilarPairOut:
        """Say of a pair that it was looked at and there is nothing to it, or take that back."""
        body = checked(SettledIn, nothing_to_it=nothing_to_it)
        return self._send("PUT", f"{_similar(course, exercise_id)}/{pair_id}/settled", SimilarPairOut, body)


def _similar(course: str, exercise_id: str) -> str:
    return f"{of_course(course)}/exercises/{segment(exercise_id)}/similar"
