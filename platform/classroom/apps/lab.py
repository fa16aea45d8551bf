"""JupyterLab for one person, the owner of this machine: their copies of the lessons, with Python.

Whoever else is signed in is refused. Nothing that lies about in the owner's other Jupyter folders is read, no other
host is asked for news or extensions, and no token stands in an address. A kernel gets the path of the owner's key for
the classroom and no variable of this server; for the rest it may do what its owner may.
"""

import os
import signal
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from jupyter_server.serverapp import ServerApp
from jupyterlab.handlers.announcements import NeverCheckForUpdate
from jupyterlab.labapp import LabApp
from traitlets.config import Config

from classroom.apps import lab_lessons
from classroom.apps.handlers import LOOPBACK, PINGS, STATIC, Files, Health, policy
from classroom.apps.identity import SIGN_IN, OwnerIdentity, Sessions
from classroom.apps.kernels import OneKernelSpec, SocketKernels, environment
from classroom.apps.pages import TEMPLATES
from classroom.db import Database
from classroom.settings import Settings

OWNERS: Final = ("HOME", "USER", "TMPDIR", "JPY_SESSION_NAME")
"""What an owner's kernel gets besides what every kernel gets: it works in their folders."""

SETTINGS: Final = Path(__file__).parent / "lab-settings"
"""What JupyterLab's page is told: which of its parts are off (what asks other hosts, what has no server here)."""

EXTENSIONS: Final = Path(__file__).parents[1] / "static" / "labextensions"
"""Our own part of JupyterLab's page, built at set-up."""

CONTENT_SECURITY_POLICY: Final = policy(
    {
        "default-src": "'self'",
        "base-uri": "'self'",
        "connect-src": "'self'",
        "font-src": "'self' data:",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "img-src": "'self' data: blob:",
        "object-src": "'none'",
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",  # a notebook may show what holds scripts
        "style-src": "'self' 'unsafe-inline'",
        "worker-src": "'self' blob:",
    }
)


class OwnerKernels(SocketKernels):
    """The owner's kernels."""

    parent: Any

    async def start_kernel(self, **kwargs: Any) -> str:  # type: ignore[override]
        """Start a kernel with an environment from the allow-list."""
        settings: Settings = self.parent.classroom
        asked = kwargs.pop("env", None) or os.environ
        env = environment(
            asked,
            **{name: asked[name] for name in OWNERS if name in asked},
            CLASSROOM_URL=settings.portal_url,
            CLASSROOM_KEY_FILE=str(settings.owner_key_path),
        )
        kernel_id: str = await super().start_kernel(env=env, **kwargs)
        return kernel_id


class ClassroomServer(ServerApp):
    """The server below JupyterLab."""

    classroom: Settings
    sessions: Sessions

    def init_signal(self) -> None:
        """Stop when told to, and ask nobody."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stop(from_signal=True))


class ClassroomLab(LabApp):
    """JupyterLab itself, with no extension of the server's but this."""

    name = "lab"
    serverapp_class = ClassroomServer
    load_other_extensions = False

    @classmethod
    def get_extension_package(cls) -> str:
        """Tell Jupyter where it finds `_jupyter_server_extension_points`."""
        return __name__

    def initialize_handlers(self) -> None:
        """Add the routes that say that the server is ready, and which lessons there are."""
        super().initialize_handlers()
        self.handlers += [
            (r"/healthz", Health),
            (r"/classroom/static/(.+)", Files, {"path": STATIC}),
            (lab_lessons.PATH, lab_lessons.Lessons),
        ]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [{"module": __name__, "app": ClassroomLab}]


def configuration(settings: Settings) -> Config:
    """Give everything that is set otherwise than Jupyter's authors did."""
    own = settings.data_dir / "jupyter"
    return Config(
        Application={"log_level": "WARN"},
        ServerApp={
            "allow_root": True,  # in a container it is the only account there is
            "identity_provider_class": OwnerIdentity,
            "extra_template_paths": [str(TEMPLATES)],
            "ip": LOOPBACK,
            "jinja_template_vars": {"portal_url": settings.portal_url},
            "kernel_manager_class": OwnerKernels,
            "kernel_spec_manager_class": OneKernelSpec,
            "open_browser": False,
            "port": settings.lab_port,
            "port_retries": 0,
            "quit_button": False,
            "root_dir": str(settings.notebooks_dir),
            "tornado_settings": {
                "headers": {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Referrer-Policy": "same-origin"},
                "login_url": f"{settings.portal_url}{SIGN_IN}",
                **PINGS,
            },
        },
        LabApp={
            "app_settings_dir": str(SETTINGS),
            "check_for_updates_class": NeverCheckForUpdate,
            "extension_manager": "readonly",
            "extra_labextensions_path": [str(EXTENSIONS)],
            "news_url": None,
            "user_settings_dir": str(own / "settings"),
            "workspaces_dir": str(own / "workspaces"),
        },
    )


def serve(settings: Settings) -> None:
    """Serve the owner's JupyterLab until told to stop."""
    own = settings.data_dir / "jupyter"
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.notebooks_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ |= {
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_DATA_DIR": str(own / "data"),
        "JUPYTER_RUNTIME_DIR": str(own / "runtime"),
    }
    with closing(Database.of(settings)) as database:
        server = ClassroomLab.initialize_server(argv=[], config=configuration(settings))
        server.classroom = settings
        server.sessions = Sessions(settings, database)
        server.start()
