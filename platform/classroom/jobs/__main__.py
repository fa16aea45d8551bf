"""`python -m classroom.jobs [--parent PID]`: the consumer as a process, with settings from the environment."""

import argparse
import logging.config
import sys

from classroom.errors import ClassroomError
from classroom.jobs import run_consumer
from classroom.settings import Settings
from classroom.telemetry import logs
from evmbox.errors import EvmboxError


def main() -> None:
    """Run until stopped."""
    parser = argparse.ArgumentParser(prog="python -m classroom.jobs", description="Grade what learners hand in.")
    parser.add_argument("--parent", type=int, metavar="PID", help="stop when this process, the parent, is gone")
    arguments = parser.parse_args()
    settings = Settings()
    logging.config.dictConfig(logs.configuration(settings))
    try:
        run_consumer(settings, parent_pid=arguments.parent)
    except ClassroomError as error:
        sys.exit(f"{error.title}: {error.detail}")
    except EvmboxError as error:
        sys.exit(f"The sandbox did not start: {error}")


if __name__ == "__main__":
    main()
