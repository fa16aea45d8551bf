"""The whole site: the API with the pages added. `python -m classroom.web` serves it."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ExceptionHandler

from classroom.api.app import create_app
from classroom.settings import Settings
from classroom.web import (
    account,
    audit,
    cohort,
    course_pages,
    course_people,
    entrance,
    exercise_figures,
    grade_book,
    grades,
    in_class,
    jobs,
    joining,
    landing,
    learner_pages,
    lesson_page,
    my_data,
    policies,
    questions,
    regrades,
    similar,
    usage,
)
from classroom.web.render import page_problem, wants_page
from classroom.web.texts import marked

STATIC: Final = Path(__file__).parent / "static"
BUNDLE: Final = Path(__file__).parents[1] / "static"


def create_site(settings: Settings | None = None) -> FastAPI:
    """Build API, portal and instructor pages; without settings, from the environment."""
    app = create_app(settings or Settings())
    of_people = (entrance, account, my_data, policies)
    for pages_of in (
        landing,
        lesson_page,
        exercise_figures,
        cohort,
        in_class,
        grades,
        grade_book,
        regrades,
        *of_people,
        course_pages,
        course_people,
        joining,
        similar,
        questions,
        learner_pages,
        jobs,
        audit,
        usage,
    ):
        app.include_router(pages_of.router, include_in_schema=False)
    app.mount("/static/panel", StaticFiles(directory=BUNDLE, check_dir=False), name="panel")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    of_api = app.exception_handlers[HTTPException]
    app.add_exception_handler(HTTPException, _pages_for_people(of_api))
    return app


def _pages_for_people(of_api: ExceptionHandler) -> ExceptionHandler:
    """Answer a browser that looks for a page which is not there with a page, and everything else as the API does."""

    async def handler(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and wants_page(request):
            return page_problem(request, error.status_code, marked("There is nothing at this address."))
        answer: Response = await of_api(request, error)  # type: ignore[misc, arg-type]
        return answer

    return handler
