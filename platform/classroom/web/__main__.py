"""`python -m classroom.web [--parent PID]`: API, portal and instructor pages, with settings from the environment."""

import argparse
import gc
import os
import sys
import threading
from contextlib import closing

import uvicorn

from classroom.db import Database
from classroom.errors import ClassroomError
from classroom.isolation import require_isolation
from classroom.settings import Settings
from classroom.telemetry import logs
from classroom.web.app import create_site

_STOP_S = 3
_WATCH_S = 1.0


def main() -> None:
    """Serve until told to stop, or until the parent process is gone, where one is named."""
    parser = argparse.ArgumentParser(prog="python -m classroom.web", description="Serve the API and the pages.")
    parser.add_argument("--parent", type=int, metavar="PID", help="stop when this process, the parent, is gone")
    arguments = parser.parse_args()
    settings = Settings()
    try:
        require_isolation(settings)
        with closing(Database.of(settings)) as database:
            database.require_current()
    except ClassroomError as error:
        sys.exit(f"{error.title}: {error.detail}")
    server = uvicorn.Server(
        uvicorn.Config(
            create_site(settings),
            host=settings.host,
            port=settings.portal_port,
            access_log=False,
            log_config=logs.configuration(settings),
            timeout_graceful_shutdown=_STOP_S,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies or None,
        )
    )

    def watch_parent() -> None:
        while os.getppid() == arguments.parent:
            threading.Event().wait(_WATCH_S)
        server.should_exit = True

    if arguments.parent is not None:
        threading.Thread(target=watch_parent, name="parent watch", daemon=True).start()
    gc.freeze()  # what is there for good need not be gone through at each collection
    server.run()


if __name__ == "__main__":
    main()
