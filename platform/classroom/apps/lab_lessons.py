"""What JupyterLab's launcher shows: the course's lessons, each with its notebook. Only for who is let in."""

import json
from typing import Any, Final

from jupyter_server.base.handlers import APIHandler
from tornado import web

from classroom.settings import Settings

PATH: Final = r"/classroom/lessons"


def cards(settings: Settings) -> list[dict[str, Any]]:
    """List the lessons in the course's order, each with its notebook's path; one without a notebook is left out."""
    try:
        listed: list[dict[str, Any]] = json.loads(settings.lab_index_path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [card for card in listed if (settings.notebooks_dir / card["path"]).is_file()]


class Lessons(APIHandler):
    """Tells the launcher of the lessons."""

    @web.authenticated
    def get(self) -> None:
        """List them."""
        settings: Settings = self.serverapp.classroom  # type: ignore[union-attr]  # ours, of the class that has it
        self.finish({"lessons": cards(settings)})
