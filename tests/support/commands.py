"""The command line, as a person types it."""

import os
import subprocess
import sys
from pathlib import Path


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
