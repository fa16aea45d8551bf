"""A small class under load: what is too much is told to come back, and what was acknowledged has one verdict."""

import json
import subprocess
import sys

from classroom.settings import REPOSITORY

FEW = ["--learners", "20", "--rate", "10", "--rush", "200", "--hand-ins", "40", "--max-queued", "3"]


def test_a_class_that_hands_in_faster_than_it_can_be_graded_loses_nothing() -> None:
    ran = subprocess.run(
        [sys.executable, REPOSITORY / "benchmarks" / "load.py", *FEW, "--json"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = json.loads(ran.stdout)
    assert told["wrong"] == []
    assert told["ended as"] == {"done, passed": told["acknowledged"], "on record, though the answer was not heard": 0}
    assert told["class"]["errors"] == told["rush"]["errors"] == {}, "each refusal has a Retry-After, and nothing broke"
    rush = told["rush"]
    assert rush["refused"].keys() <= {"hand in: 429", "hand in: 503"}
    assert rush["acknowledged"] + sum(rush["refused"].values()) == 40
    assert rush["refused"], "forty at once are more than three that may wait"
    assert rush["ms"]["verdict, fresh"]["n"] == rush["acknowledged"]
