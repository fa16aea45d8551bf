"""Serves one lesson's preview on this machine, and tells its page when there is something new to show."""

import asyncio
import contextlib
import mimetypes
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware.trustedhost import TrustedHostMiddleware

from classroom.preview.watching import Watcher
from classroom.web.app import STATIC
from classroom.web.render import inline_code

HERE: Final = Path(__file__).parent
LOOK_EVERY_S: Final = 0.1
SAY_SOMETHING_EVERY: Final = 100
CONTENT_POLICY: Final = "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'"


def create_preview(watcher: Watcher, *, stopping: Callable[[], bool] = lambda: False) -> FastAPI:
    """Build the preview of what a watcher sees; its events end when `stopping`.

    Only names of this machine are answered: a page from elsewhere can't ask for it under one of its own.
    """
    app = FastAPI(openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.mount("/preview", StaticFiles(directory=HERE / "static"), name="preview")
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["code"] = inline_code

    def render(template: str) -> HTMLResponse:
        text = templates.get_template(template).render(view=watcher.view, folder=watcher.folder)
        return HTMLResponse(text, headers={"Content-Security-Policy": CONTENT_POLICY, "Cache-Control": "no-store"})

    @app.get("/")
    def page() -> Response:
        return render("page.html")

    @app.get("/content")
    def content() -> Response:
        return render("content.html")

    @app.get("/pictures/{name:path}")
    def picture(name: str) -> Response:
        text = watcher.view.text
        found = text.pictures.get(f"pictures/{name}") if text is not None else None
        if found is None:
            return PlainTextResponse("There is no such picture.", status_code=404)
        return Response(found, media_type=mimetypes.guess_type(name)[0], headers={"Cache-Control": "no-store"})

    @app.get("/events")
    async def events(request: Request) -> Response:
        follow = _follow(watcher, request, stopping)
        return StreamingResponse(follow, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    return app


async def _follow(watcher: Watcher, request: Request, stopping: Callable[[], bool]) -> AsyncIterator[str]:
    """Yield an event for each version of the view, and a comment now and then, so that who left is noticed."""
    told = looks = 0
    while not (stopping() or await request.is_disconnected()):
        version = watcher.view.version
        if version != told:
            told = version
            yield f"data: {version}\n\n"
        elif looks % SAY_SOMETHING_EVERY == 0:
            yield ": still here\n\n"
        looks += 1
        await asyncio.sleep(LOOK_EVERY_S)


def serve(watcher: Watcher, listener: socket.socket) -> None:
    """Serve the preview on a listening socket until Ctrl+C."""
    app = create_preview(watcher, stopping=lambda: server.should_exit)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    with contextlib.suppress(KeyboardInterrupt):  # which uvicorn raises again when it has ended
        server.run(sockets=[listener])
