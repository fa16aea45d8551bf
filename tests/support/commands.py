"""The command line, as a person types it."""

import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from classroom.cli import main


def classroom(data_dir: Path, *arguments: str, say: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on a data folder of a test's own. `variables` are added to its environment."""
    return subprocess.run(
        [sys.executable, "-m", "classroom", *arguments],
        env={**os.environ, "CLASSROOM_DATA_DIR": str(data_dir), "COLUMNS": "200", **variables},
        input=say,
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )


def classroom_here(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in this process: for what ends before it starts anything, without two seconds of imports."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        patch.setenv("CLASSROOM_DATA_DIR", str(data_dir))
        patch.setenv("COLUMNS", "200")
        patch.setattr(sys, "argv", ["classroom", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), out.getvalue(), err.getvalue())
