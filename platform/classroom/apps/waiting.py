"""What a page without a kernel asks: where its visitor stands in the queue, and for a kernel when it is their turn."""

import asyncio
from typing import Any, Final

from jupyter_server.base.handlers import APIHandler
from tornado import web

from classroom.apps.admission import NoRoom
from classroom.apps.identity import visitor_id
from classroom.errors import ClassroomError, NotFound

LISTENS_S: Final = 15.0
"""How long a question is left unanswered while nothing changes."""

AGAIN_S: Final = 1.0
"""How soon a page asks again at the earliest, so that one that is refused does not ask without end."""

AGAIN_UNHEARD_S: Final = 10.0
"""The same, for a tab of somebody who waits in many."""


def standing(app: Any, person: Any) -> dict[str, Any]:
    """Tell somebody with a place where they stand, as a page reads it."""
    places = app.kernel_manager.admission.places
    now = places.standing(person)
    again = AGAIN_S if places.may_listen(person) else AGAIN_UNHEARD_S
    return {"place": now.number, "waiting": now.waiting, "again_s": again}


class Place(APIHandler):
    """Tells somebody where they stand, as soon as that is elsewhere than `seen`; whoever has no place gets the last."""

    async def get(self) -> None:
        """Tell."""
        app = self.settings["voila"]
        person = visitor_id(self.current_user)
        told = self.get_argument("seen", "")
        seen = int(told) if told.isdecimal() and len(told) < 10 else None
        await app.kernel_manager.admission.listen(person, seen, LISTENS_S)
        self.set_header("Cache-Control", "no-store")
        self.finish(standing(app, person))


class NewKernel(APIHandler):
    """Gives a page whose kernel ended another one, so that it can go on without being loaded again."""

    teaches = False

    async def post(self, lesson_id: str) -> None:
        """Give it (201), or tell where the visitor stands in the queue (202)."""
        app = self.settings["voila"]
        person = visitor_id(self.current_user)
        try:
            find = app.dashboard_for if self.teaches else app.lesson_for
            lesson = await asyncio.to_thread(find, self.current_user, lesson_id)
            kernel_id = await app.kernel_manager.open(person, lesson, teaches=self.teaches)
        except NoRoom:
            app.kernel_manager.admission.places.come(person)
            self.set_status(202)
            self.finish(standing(app, person))
            return
        except (FileNotFoundError, NotFound):
            raise web.HTTPError(404, "The course has no such lesson.") from None
        except ClassroomError as error:
            raise web.HTTPError(error.status_code, error.detail) from error
        self.set_status(201)
        self.finish({"kernelId": kernel_id})


class NewDashboardKernel(NewKernel):
    """The same for a notebook of those who teach."""

    teaches = True
