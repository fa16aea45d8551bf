"""Runs the command line: `python -m classroom`."""

from classroom.cli import main

main()
