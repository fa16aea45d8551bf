"""The tables `standard.toml`: each binding sentence of a standard is held by checks, or left out with a reason."""

import tomllib
from pathlib import Path

import pytest

from classroom.catalog import Catalog
from evmbox.checks import load_checks

LESSONS = Path(__file__).parents[2] / "lessons"
TABLES = sorted(LESSONS.glob("*/*/standard.toml"))
EIPS = {"erc20": {20}, "erc20-permit": {2612}, "erc721": {721}, "erc1155": {1155}}
"""The standards that an exercise is judged by, by the lesson's id."""


@pytest.fixture(params=TABLES, ids=lambda path: path.parent.name)
def table(request: pytest.FixtureRequest) -> Path:
    """Give the path of one table."""
    return request.param


def test_each_lesson_on_a_standard_has_its_table(course: Catalog):
    assert {path.parent.name for path in TABLES} == EIPS.keys() & course.lessons.keys()


def test_every_sentence_is_held_by_checks_that_exist_or_left_out_with_a_reason(table: Path, course: Catalog):
    rules = tomllib.loads(table.read_text())["rules"]
    checks = {each.id for exercise in course.lesson(table.parent.name).exercises for each in load_checks(exercise.path)}
    for rule in rules:
        assert rule.keys() == {"eip", "where", "text"} | ({"checks"} & rule.keys() or {"omitted"}), rule["text"]
        assert set(rule.get("checks", ())) <= checks, rule["text"]
        assert rule.get("checks") or len(rule["omitted"].split()) >= 4, rule["text"]
    assert {rule["eip"] for rule in rules} == EIPS[table.parent.name]
