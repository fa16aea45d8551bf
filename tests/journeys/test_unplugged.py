"""With the network cut off: the classroom starts, judges and shows all of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.unplugged import IN_A_NETWORK_OF_ITS_OWN

TESTS = Path(__file__).parents[1]


def test_everything_works_on_a_machine_that_reaches_no_other(tmp_path: Path, chromium: str) -> None:
    tried = subprocess.run([*IN_A_NETWORK_OF_ITS_OWN, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"this machine gives no process a network of its own: {tried.stderr.strip()}")
    environment = {**os.environ, "CHROMIUM": chromium, "PYTHONPATH": f"{TESTS}{os.pathsep}{TESTS.parent}"}
    command = [*IN_A_NETWORK_OF_ITS_OWN, sys.executable, "-m", "support.unplugged", str(tmp_path)]
    ran = subprocess.run(
        command, env=environment, cwd=TESTS.parent, capture_output=True, text=True, check=False, timeout=240
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = json.loads(ran.stdout.splitlines()[-1])
    assert (found["interfaces"], found["elsewhere"]) == (["lo"], "ENETUNREACH")
    assert (found["outcome"], found["headline"], found["broken"]) == ("passed", "Passed", [])
