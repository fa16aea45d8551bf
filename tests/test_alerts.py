"""Alert rules and the board, checked by Prometheus' own tool where there is one; `.ci/run` installs it."""

import json
import re
import shutil
import subprocess
from itertools import combinations
from pathlib import Path

import pytest

from classroom.settings import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
BOARD = DEPLOY / "grafana" / "classroom.json"


def promtool(*arguments: str) -> str:
    """Run Prometheus' tool; without it the test is skipped and says so."""
    path = shutil.which("promtool")
    if path is None:
        pytest.skip("promtool is not here, so no rule was checked: apt-get install prometheus")
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def expressions() -> list[str]:
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def test_alert_rules_are_rules_and_each_says_what_to_do():
    assert "rules found" in promtool("check", "rules", str(DEPLOY / "alerts.yml"))
    text = (DEPLOY / "alerts.yml").read_text(encoding="utf-8")
    assert text.count("- alert:") == text.count("action:") == text.count("summary:") > 10


def test_alerts_come_when_they_should_and_not_before():
    assert "SUCCESS" in promtool("test", "rules", str(DEPLOY / "alerts.test.yml"))


def test_every_expression_of_the_board_is_one_that_prometheus_takes(tmp_path: Path):
    lines = ["groups:", "- name: board", "  rules:"]
    for number, expression in enumerate(expressions()):
        written = json.dumps(expression.replace("$__rate_interval", "5m"))
        lines += [f"  - record: board:{number}", f"    expr: {written}"]
    (tmp_path / "board.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert f"{len(expressions())} rules found" in promtool("check", "rules", str(tmp_path / "board.yml"))


def test_the_board_has_each_panel_once_and_none_over_another():
    panels = json.loads(BOARD.read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    for one, other in combinations((panel["gridPos"] for panel in panels), 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert apart or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
    for panel in panels:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
        assert all(re.search(r"\b(classroom|process)_", target["expr"]) for target in panel["targets"])
