"""The engine can be used alone, as its documentation shows: every block of it runs, and its names are all there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import evmbox

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "engine.md").read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_block_of_the_documentation_runs_and_says_something(block: str) -> None:
    ran = subprocess.run([sys.executable, "-c", block], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout
    assert "not proven" not in ran.stdout


def test_the_blocks_were_found() -> None:
    assert len(BLOCKS) == 4
    assert len([line for line in BLOCKS[0].splitlines() if line]) <= 10


def test_every_public_name_is_there_and_an_unknown_one_is_an_error() -> None:
    assert all(getattr(evmbox, name) is not None for name in evmbox.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = evmbox.nothing  # type: ignore[attr-defined]


def test_a_report_can_be_read_without_loading_a_chain() -> None:
    code = "import sys, evmbox.report, evmbox.steps; print(sorted(m for m in sys.modules if m.startswith('evmbox.')))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "['evmbox.report', 'evmbox.steps']"
