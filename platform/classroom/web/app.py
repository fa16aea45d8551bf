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
    grades,
    jobs,
    joining,
    landing,
    lesson_page,
    my_data,
    pages,
    policies,
    usage,
)
from classroom.web.render import page_problem, wants_page

STATIC: Final = Path(__file__).parent / "static"


def create_site(settings: Settings | None = None) -> FastAPI:
    """Build API, portal and instructor pages; without settings, from the environment."""
    app = create_app(settings or Settings())
    of_people = (entrance, account, my_data, policies)
    for pages_of in (
        landing,
        lesson_page,
        cohort,
        pages,
        grades,
        *of_people,
        course_pages,
        course_people,
        joining,
        jobs,
        audit,
        usage,
    ):
        app.include_router(pages_of.router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    of_api = app.exception_handlers[HTTPException]
    app.add_exception_handler(HTTPException, _pages_for_people(of_api))
    return app


def _pages_for_people(of_api: ExceptionHandler) -> ExceptionHandler:
    """Answer a browser that looks for a page which is not there with a page, and everything else as the API does."""

    async def handler(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and wants_page(request):
            return page_problem(request, error.status_code, "There is nothing at this address.")
        answer: Response = await of_api(request, error)  # type: ignore[misc, arg-type]
        return answer

    return handler
