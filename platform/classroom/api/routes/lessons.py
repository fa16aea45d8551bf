"""Lessons and exercises, as a learner may see them: never a check, a solution, a mistake or a hint not asked for."""

from typing import Annotated

from fastapi import Path
from sqlmodel import Session

from classroom import progress, submissions
from classroom.api.deps import InPerson, InServices, Person, Services, member_course
from classroom.api.routing import api_router
from classroom.catalog import Lesson
from classroom.models import Progress
from classroom.schemas import ExerciseOut, GasBudgetOut, LessonOut, Name, QuestionOut, TaskOut
from evmbox.exercise import Exercise
from evmbox.questions import questions

router = api_router("lessons", 401, 403, 404, 422, 503)

LessonId = Annotated[Name, Path(description="the lesson's id, such as `hello-storage`")]
ExerciseId = Annotated[Name, Path(description="the exercise's id, such as `tip-jar`")]


@router.get("/lessons")
def list_lessons(person: InPerson, services: InServices) -> list[LessonOut]:
    """List the course's lessons, in its order, each with the learner's progress."""
    with services.database.read() as session:
        held = _progress(session, person)
    return [_lesson_out(services, person, lesson, held) for lesson in services.catalog.lessons.values()]


@router.get("/lessons/{lesson_id}")
def show_lesson(lesson_id: LessonId, person: InPerson, services: InServices) -> LessonOut:
    """Show one lesson with the learner's progress."""
    with services.database.read() as session:
        held = _progress(session, person)
    return _lesson_out(services, person, services.catalog.lesson(lesson_id), held)


@router.get("/exercises/{exercise_id}")
def show_exercise(exercise_id: ExerciseId, person: InPerson, services: InServices) -> ExerciseOut:
    """Show what an exercise asks for, what the learner begins with, and how far they are.

    Questions hold the learner's own values: those that an attempt of theirs is judged with.
    """
    with services.database.read() as session:
        held = _progress(session, person)
    exercise = services.catalog.exercise(exercise_id)
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
        progress=progress.to_out(summary, held.get(exercise_id)),
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


def _progress(session: Session, person: Person) -> dict[str, Progress]:
    return progress.of_learner(session, member_course(session, person), person.user)


def _lesson_out(services: Services, person: Person, lesson: Lesson, held: dict[str, Progress]) -> LessonOut:
    summaries = [services.catalog.summary(exercise.id) for exercise in lesson.exercises]
    settings = services.settings
    owner = person.user.name == settings.owner  # the one whom JupyterLab on this machine serves
    return LessonOut(
        id=lesson.id,
        track=lesson.track,
        title=lesson.title,
        summary=lesson.summary,
        minutes=lesson.minutes,
        app_url=f"{settings.voila_url}/voila/render/{lesson.id}.ipynb",
        notebook_url=f"{settings.lab_url}/lab/tree/{lesson.track}/{lesson.id}.ipynb" if owner else None,
        exercises=summaries,
        progress=[progress.to_out(summary, held.get(summary.id)) for summary in summaries],
    )
