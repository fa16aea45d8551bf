"""Lessons and exercises, as a learner may see them: never a check, a solution, a mistake or a hint not asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from fastapi import Path
from sqlmodel import Session

from classroom import courses, progress, submissions
from classroom.api.deps import CourseQuery, InPerson, InServices, Person, Services, check_open, member_offer
from classroom.api.routing import api_router
from classroom.catalog import Lesson
from classroom.courses import Offer
from classroom.gradebook import Extension
from classroom.models import Progress
from classroom.schemas import ExerciseOut, GasBudgetOut, LessonOut, Name, QuestionOut, TaskOut
from evmbox.exercise import Exercise
from evmbox.questions import questions

router = api_router("lessons", 401, 403, 404, 422, 503)

LessonId = Annotated[Name, Path(description="the lesson's id, such as `hello-storage`")]
ExerciseId = Annotated[Name, Path(description="the exercise's id, such as `tip-jar`")]


@router.get("/lessons")
def list_lessons(person: InPerson, services: InServices, course: CourseQuery = None) -> list[LessonOut]:
    """List the course's lessons, in its order, each with the learner's progress."""
    with services.database.read() as session:
        view = _View.of(session, services, person, course)
    return [view.lesson(services, lesson) for lesson in view.offered.lessons.values()]


@router.get("/lessons/{lesson_id}")
def show_lesson(lesson_id: LessonId, person: InPerson, services: InServices, course: CourseQuery = None) -> LessonOut:
    """Show one lesson with the learner's progress."""
    with services.database.read() as session:
        view = _View.of(session, services, person, course)
    return view.lesson(services, view.offered.lesson(lesson_id))


@router.get("/exercises/{exercise_id}")
def show_exercise(
    exercise_id: ExerciseId, person: InPerson, services: InServices, course: CourseQuery = None
) -> ExerciseOut:
    """Show what an exercise asks for, what the learner begins with, and how far they are.

    Questions hold the learner's own values: those that an attempt of theirs is judged with.
    """
    with services.database.read() as session:
        view = _View.of(session, services, person, course)
        check_open(session, person, view.offered, exercise_id)
    exercise = view.offered.exercise(exercise_id)
    summary = services.catalog.summary(exercise_id)
    return ExerciseOut(
        **summary.model_dump(),
        lesson_id=services.catalog.lesson_of(exercise_id).id,
        contract=exercise.contract,
        concepts=list(exercise.concepts),
        tasks=[TaskOut(number=number, text=text) for number, text in enumerate(exercise.tasks, 1)],
        starter=exercise.starter,
        language=exercise.language,
        shown=exercise.shown,
        questions=_questions(exercise, submissions.seed_for(services.key, person.user.id, exercise_id)),
        gas_budget=_gas_budget(exercise),
        max_size=exercise.bytecode.max_size if exercise.bytecode else None,
        progress=progress.to_out(summary, view.held.get(exercise_id)),
        due_at=view.due_at(exercise_id),
    )


def _questions(exercise: Exercise, seed: int) -> list[QuestionOut]:
    return [
        QuestionOut(
            id=question.id,
            text=question.text,
            type=question.type.value,
            choices=list(question.choices),
            form=question.form,
        )
        for question in questions(exercise, seed)
    ]


def _gas_budget(exercise: Exercise) -> GasBudgetOut | None:
    total = exercise.gas_budget or sum(exercise.gas_budgets.values())
    if not total:
        return None
    return GasBudgetOut(total=total, measures=exercise.gas_budgets, best_known=exercise.best_known_gas)


@dataclass(frozen=True)
class _View:
    """A course as one person sees it."""

    person: Person
    offered: Offer
    held: dict[str, Progress]
    extensions: list[Extension]

    @classmethod
    def of(cls, session: Session, services: Services, person: Person, course: str | None) -> Self:
        offered = member_offer(session, services, person, course)
        return cls(
            person,
            offered,
            progress.of_learner(session, offered.course, person.user),
            courses.extensions_of(session, offered.course, person.user.id),
        )

    def due_at(self, exercise_id: str) -> datetime | None:
        return courses.last_due(self.offered.dates(exercise_id), self.extensions)

    def lesson(self, services: Services, lesson: Lesson) -> LessonOut:
        summaries = [services.catalog.summary(exercise.id) for exercise in lesson.exercises]
        settings = services.settings
        owner = self.person.user.name == settings.owner  # the one whom JupyterLab on this machine serves
        dues = [self.due_at(summary.id) for summary in summaries]
        return LessonOut(
            id=lesson.id,
            track=lesson.track,
            title=lesson.title,
            summary=lesson.summary,
            minutes=lesson.minutes,
            app_url=f"{settings.voila_url}/voila/render/{lesson.id}.ipynb",
            notebook_url=f"{settings.lab_url}/lab/tree/{lesson.track}/{lesson.id}.ipynb" if owner else None,
            exercises=summaries,
            progress=[progress.to_out(summary, self.held.get(summary.id)) for summary in summaries],
            due_at=min((due for due in dues if due), default=None),
        )
