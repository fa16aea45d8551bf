"""`python -m classroom.apps voila|lab [--parent PID]`: one of the two servers, with settings from the environment."""

import argparse
import logging
import os
import signal
import sys
import threading

from classroom.errors import ClassroomError
from classroom.settings import Settings

_WATCH_S = 1.0


def main() -> None:
    """Serve until told to stop, or until the parent process is gone, where one is named."""
    parser = argparse.ArgumentParser(prog="python -m classroom.apps", description="Serve lessons.")
    parser.add_argument("server", choices=["voila", "lab"], help="lesson apps, or the owner's JupyterLab")
    parser.add_argument("--parent", type=int, metavar="PID", help="stop when this process, the parent, is gone")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if arguments.parent is not None:
        threading.Thread(target=_watch, args=(arguments.parent,), name="parent watch", daemon=True).start()
    try:
        if arguments.server == "voila":
            from classroom.apps.voila import serve  # noqa: PLC0415 - each server imports a second's worth of Jupyter
        else:
            from classroom.apps.lab import serve  # noqa: PLC0415 - as above
        serve(Settings())
    except ClassroomError as error:
        sys.exit(f"{error.title}: {error.detail}")


def _watch(parent_pid: int) -> None:
    while os.getppid() == parent_pid:
        threading.Event().wait(_WATCH_S)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
