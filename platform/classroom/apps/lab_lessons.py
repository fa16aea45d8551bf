"""What JupyterLab's launcher shows: the course's lessons, each with its notebook. Only for who is let in."""

import asyncio
from typing import Any, Final

from jupyter_server.base.handlers import APIHandler
from tornado import web

from classroom.catalog import Catalog
from classroom.settings import Settings

PATH: Final = r"/classroom/lessons"


def cards(settings: Settings) -> list[dict[str, Any]]:
    """List the lessons in the course's order, each with the path of its notebook; one without a notebook is left out."""
    catalog = Catalog.of(settings)
    listed = []
    for number, track in enumerate(catalog.tracks, 1):
        for lesson in track.lessons:
            path = f"{track.id}/{lesson.id}.ipynb"
            if (settings.notebooks_dir / path).is_file():
                card = {"title": lesson.title, "summary": lesson.summary, "minutes": lesson.minutes, "path": path}
                listed.append({**card, "track": f"{number}. {track.title}"})
    return listed


class Lessons(APIHandler):
    """Tells the launcher of the lessons."""

    @web.authenticated
    async def get(self) -> None:
        """List them."""
        settings: Settings = self.serverapp.classroom  # type: ignore[union-attr]  # ours, of the class that has it
        self.finish({"lessons": await asyncio.to_thread(cards, settings)})
