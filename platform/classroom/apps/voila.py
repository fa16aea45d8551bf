"""Voila, as far as a classroom lets it: lesson pages, kernels for their owners, the packages' scripts and styles.

Voila runs by itself, never as an extension of another server: there it does not filter what a page sends to its kernel.
Of its routes none is kept as it was. There is no tree, no file, no query, no contents, no sign-in form, no template or
theme by request; a page sends its kernel comm messages and nothing else; no secret stands in an address, and the
address of a request reaches no kernel.
"""

import asyncio
import json
import logging
import os
import signal
import tempfile
from collections.abc import Mapping
from contextlib import closing, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from jupyter_server.auth.authorizer import Authorizer
from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from jupyter_server.auth.identity import User as Visitor
from jupyter_server.base.handlers import APIHandler, FileFindHandler, JupyterHandler
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.handlers import KernelHandler
from nbformat import NotebookNode
from tornado import web
from tornado.iostream import StreamClosedError
from traitlets.config import Config
from voila.app import Voila
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler
from voila.utils import get_page_config

from classroom import courses
from classroom.apps import pages, waiting
from classroom.apps.admission import NoRoom
from classroom.apps.handlers import LOOPBACK, PINGS, STATIC, Files, Health, policy
from classroom.apps.identity import SIGN_IN, SessionIdentity, Sessions, visitor_id
from classroom.apps.kernels import LessonKernels, OneKernelSpec
from classroom.db import Database
from classroom.errors import ClassroomError, NotFound, Unavailable
from classroom.models import Role, User
from classroom.settings import Settings
from classroom.web import texts, theme
from classroom.web.texts import marked

MAX_BODY_BYTES: Final = 64 * 1024
MAX_MESSAGE_BYTES: Final = 1024 * 1024
PROTOCOL: Final = "v1.kernel.websocket.jupyter.org"
"""What our pages and this server speak with each other: every part of a message by itself."""

MESSAGES: Final = ["comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request"]
"""What a page may send to its kernel: what widgets say, and never code."""

EXTENSIONS: Final = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget"]

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": policy(
        {
            "default-src": "'none'",
            "base-uri": "'none'",
            "connect-src": "'self'",
            "font-src": "'self' data:",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
            "img-src": "'self' data: blob:",
            "script-src": "'self' blob:",  # anywidget imports a widget's module from a blob
            "style-src": "'self' 'unsafe-inline'",  # widgets and the editor write style elements
        }
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_LESSON_ID: Final = r"(?P<lesson_id>[a-z0-9][a-z0-9-]{0,63})"
_LESSON: Final = rf"/voila/render/{_LESSON_ID}\.ipynb"
_DASHBOARD: Final = rf"/voila/render/instructor/{_LESSON_ID}\.ipynb"
_KERNEL: Final = r"(?P<kernel_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"


class KernelsOfTheirOwners(Authorizer):
    """Lets a kernel's owner reach it, and nobody reach anything else that asks."""

    parent: Any

    def is_authorized(self, handler: JupyterHandler, user: Visitor, action: str, resource: str) -> bool:  # noqa: ARG002
        """Tell whether this visitor may; for a kernel that there is not, as for one that is somebody else's."""
        kernel_id = handler.path_kwargs.get("kernel_id", "")
        kernels: LessonKernels = self.parent.kernel_manager
        return resource == "kernels" and kernels.owner(kernel_id) == visitor_id(user)


class Page(JupyterHandler):
    """A page for people. Its templates know no more than what they are told here: the stock ones ask git and more."""

    @property
    def template_namespace(self) -> dict[str, Any]:
        """Give what every page knows."""
        return {**self.jinja_template_vars, "theme": theme.chosen(self.get_cookie(theme.COOKIE))}

    def render_template(self, name: str, **values: Any) -> str:
        """Render a page in the language that the visitor's browser asks for."""
        with texts.speaking_to(self.request.headers.get("Accept-Language", "")):
            rendered: str = super().render_template(name, **values)
        return rendered


class LessonPage(Page):
    """One lesson: its text, and a kernel of its own that is bound to who asks before the page leaves."""

    teaches = False
    place = ""

    async def get(self, lesson_id: str) -> None:
        """Show the lesson."""
        app: ClassroomVoila = self.settings["voila"]
        find = app.dashboard_for if self.teaches else app.lesson_for
        try:
            lesson = await asyncio.to_thread(find, self.current_user, lesson_id)
        except (FileNotFoundError, NotFound):
            raise web.HTTPError(404, marked("The course has no such lesson.")) from None
        except Unavailable as error:
            raise web.HTTPError(error.status_code, error.detail) from error
        self.set_header("Cache-Control", "no-store")
        try:
            kernel_id = await app.kernel_manager.open(visitor_id(self.current_user), lesson, teaches=self.teaches)
        except NoRoom:
            self._show_the_queue(app, lesson)
            return
        except ClassroomError as error:
            raise web.HTTPError(error.status_code, error.detail) from error
        self.xsrf_token  # noqa: B018 - reading it sets the cookie that the page shows when it closes its kernel
        page_config = app.page_config | {"kernelId": kernel_id, "lessonId": self.place + lesson_id}
        self.finish(
            self.render_template("lesson.html", lesson=lesson, folder=app.classroom.apps_dir, page_config=page_config)
        )

    def _show_the_queue(self, app: "ClassroomVoila", lesson: NotebookNode) -> None:
        person = visitor_id(self.current_user)
        app.kernel_manager.admission.places.come(person)
        self.set_status(202)
        self.finish(self.render_template("waiting.html", lesson=lesson, now=waiting.standing(app, person)))


class DashboardPage(LessonPage):
    """A notebook for those who teach; its kernel has the scope `teach`, and runs no cell of others."""

    teaches = True
    place = "instructor/"


class Missing(Page):
    """Whatever is not there, for whoever asks."""

    @allow_unauthenticated
    def get(self, *_: str) -> None:
        """Say so."""
        raise web.HTTPError(404, marked("There is nothing at this address."))


class Entrance(web.RequestHandler):
    """The lessons are listed in the portal."""

    def get(self) -> None:
        """Send people there."""
        app: ClassroomVoila = self.settings["voila"]
        self.redirect(app.classroom.portal_url)


class Outputs(APIHandler):
    """What a lesson's cells put out, a line of JSON for each, as it comes. For the kernel's owner only."""

    auth_resource = "kernels"

    @authorized
    async def get(self, kernel_id: str) -> None:
        """Tell all from the beginning on."""
        run = self.settings["voila"].kernel_manager.run(kernel_id)
        if run is None:
            raise web.HTTPError(404)
        self.set_header("Content-Type", "application/x-ndjson")
        self.set_header("Cache-Control", "no-store")
        with suppress(StreamClosedError):
            async for news in run.follow():
                self.write(json.dumps(news) + "\n")
                await self.flush()


class CloseKernel(APIHandler):
    """Ends a kernel when its page is left, for its owner only: Voila's own handler asks nobody."""

    auth_resource = "kernels"

    @authorized
    async def post(self, kernel_id: str) -> None:
        """End it."""
        await self.settings["voila"].kernel_manager.end(kernel_id)
        self.set_status(204)


class Kernel(KernelHandler):
    """Tells a page how its kernel is."""

    SUPPORTED_METHODS = ("GET",)


class KernelMessages(VoilaKernelWebsocketHandler):
    """The connection between a page and its kernel, closed when the kernel ends.

    A page connects while cells run, at any point between a widget's parts. It asks at once for the state of all widgets
    there are; what it would hear of new ones before the answer is in the answer too, and without the parts that came
    before would make a widget that stays an error.
    """

    knows_the_widgets = False

    async def open(self, kernel_id: str) -> None:
        """Begin."""
        self.kernel_manager.connected(kernel_id, self)
        await super().open(kernel_id)

    def on_close(self) -> None:
        """End."""
        self.kernel_manager.disconnected(self.kernel_id, self)
        super().on_close()

    def write_message(self, message: Any, binary: bool = False) -> Any:
        """Tell the page what the kernel says, unless it is of a new widget and too soon."""
        if not self.knows_the_widgets and self.selected_subprotocol == PROTOCOL:
            _, (header, _, _, content, *_) = deserialize_msg_from_ws_v1(message)
            kind = json.loads(header)["msg_type"]
            if kind == "comm_open":
                return None
            self.knows_the_widgets = kind == "comm_msg" and json.loads(content)["data"].get("method") == "update_states"
        return super().write_message(message, binary)


class ClassroomVoila(Voila):
    """The server of lesson apps."""

    name = "voila"

    def __init__(self, settings: Settings, database: Database, environ: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.classroom = settings
        self.database = database
        self.environ = environ
        self.sessions = Sessions(settings, database)
        self.templates = pages.template_environment()
        self.config_file_paths: list[str] = []  # a file that lies about must not open what is shut here
        self.identity_provider_class = SessionIdentity
        self.authorizer_class = KernelsOfTheirOwners
        self.ip, self.port, self.open_browser = LOOPBACK, settings.voila_port, False
        self.root_dir = str(settings.apps_dir)
        self.log_level = logging.WARNING
        self.update_config(
            Config(
                VoilaConfiguration={
                    "extension_allowlist": EXTENSIONS,
                    "kernel_spec_manager_class": OneKernelSpec,
                    "multi_kernel_manager_class": LessonKernels,
                },
                KernelRestarter={"restart_limit": 0},
            )
        )

    def lesson_for(self, visitor: Visitor, lesson_id: str) -> NotebookNode:
        """Read a lesson for who has a course that teaches its track.

        Raises FileNotFoundError, NotFound for everybody else, and Unavailable.
        """
        lesson = pages.read_lesson(self.classroom.apps_dir / f"{lesson_id}.ipynb")
        with self.database.read() as session:
            user = session.get(User, visitor_id(visitor))
            if user is None or not courses.teaches(session, user, lesson.metadata.classroom.track):
                raise NotFound("No course of theirs teaches it.")
        return lesson

    def dashboard_for(self, visitor: Visitor, name: str) -> NotebookNode:
        """Read a notebook for who teaches a course; to the owner of this machine, as they have changed it.

        Raises FileNotFoundError, NotFound for everybody else, and Unavailable.
        """
        with self.database.read() as session:
            user = session.get(User, visitor_id(visitor))
            held = courses.roles(session, user).values() if user else ()
            teaches = any(role is not Role.LEARNER for roles in held for role in roles)
            if user is None or not (teaches or user.is_admin):
                raise NotFound("They teach no course.")
        built = self.classroom.dashboards_dir / f"{name}.ipynb"
        theirs = self.classroom.notebooks_dir / built.parent.name / built.name
        if user.name == self.classroom.owner and theirs.is_file():
            return pages.read_lesson(theirs)
        return pages.read_lesson(built)

    def setup_template_dirs(self) -> None:
        """Look for no template of Voila's."""

    def init_settings(self) -> dict[str, Any]:
        """Set what Voila leaves open."""
        settings: dict[str, Any] = super().init_settings()
        self.kernel_manager.allowed_message_types = MESSAGES
        settings |= {
            "allow_remote_access": False,  # refuses any other Host: a foreign name may be made to point here
            "default_handler_class": Missing,
            "headers": SECURITY_HEADERS,
            "jinja2_env": self.templates,
            "jinja_template_vars": {"portal_url": self.classroom.portal_url},
            "login_url": f"{self.classroom.portal_url}{SIGN_IN}",
            "websocket_max_message_size": MAX_MESSAGE_BYTES,
            **PINGS,
            "xsrf_cookie_kwargs": {"samesite": "Strict"},
        }
        return settings

    def init_handlers(self) -> list[Any]:
        """List every route there is."""
        package = Path(self.data_dir)
        return [
            (r"/", Entrance),
            (r"/healthz", Health),
            (_LESSON, LessonPage),
            (_DASHBOARD, DashboardPage),
            (rf"/api/kernels/{_KERNEL}", Kernel),
            (rf"/api/kernels/{_KERNEL}/channels", KernelMessages),
            (rf"/classroom/outputs/{_KERNEL}", Outputs),
            (r"/classroom/place", waiting.Place),
            (rf"/classroom/kernels/{_LESSON_ID}", waiting.NewKernel),
            (rf"/classroom/kernels/instructor/{_LESSON_ID}", waiting.NewDashboardKernel),
            (rf"/voila/api/shutdown/{_KERNEL}", CloseKernel),
            (r"/classroom/static/(.+)", Files, {"path": STATIC}),
            (r"/voila/static/(.+)", Files, {"path": package / "templates" / "base" / "static"}),
            (r"/voila/themes/(.+)", Files, {"path": package / "themes"}),
            (r"/voila/labextensions/(.+)", FileFindHandler, {"path": self.labextensions_path}),
        ]

    @cached_property
    def page_config(self) -> dict[str, Any]:
        """What Voila's script is told of this server."""
        config: dict[str, Any] = get_page_config(self.base_url, self.app.settings, self.log, self.voila_configuration)
        return config

    def listen(self) -> None:
        """Listen. Raises Unavailable where the port is taken: the page's links would not lead to another."""
        try:
            self.server = self.app.listen(self.port, self.ip, max_body_size=MAX_BODY_BYTES)
        except OSError as error:
            raise Unavailable(f"The lesson apps cannot listen on port {self.port}: {error.strerror}.") from error

    async def close(self) -> None:
        """Take no more requests, and end every kernel."""
        self.server.stop()
        await self.kernel_manager.close()


def serve(settings: Settings) -> None:
    """Serve lesson apps until told to stop."""
    os.environ["JUPYTER_NO_CONFIG"] = "1"
    with (
        closing(Database.of(settings)) as database,
        tempfile.TemporaryDirectory(prefix="classroom-voila-") as connections,
    ):
        asyncio.run(_serve(ClassroomVoila(settings, database, dict(os.environ), connection_dir_root=connections)))


async def _serve(app: ClassroomVoila) -> None:
    app.initialize([])
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    app.start()
    await stop.wait()
    await app.close()
