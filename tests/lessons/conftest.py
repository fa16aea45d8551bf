"""The course as it stands in `lessons/`, read once, and its exercises."""

from pathlib import Path

import pytest

from classroom.catalog import Catalog
from evmbox.exercise import MANIFEST, Exercise, Kind, load_exercise

LESSONS = Path(__file__).parents[2] / "lessons"


EXERCISES = {path.parent.name: load_exercise(path.parent) for path in LESSONS.glob(f"*/*/*/{MANIFEST}")}
"""Every exercise and review that there is, by its id."""
IDS = {
    "lesson_id": [path.parent.name for path in LESSONS.glob("*/*/lesson.md")],
    "exercise_id": [each.id for each in EXERCISES.values() if not each.review],
    "contract_id": [each.id for each in EXERCISES.values() if each.kind in {Kind.CONTRACT, Kind.GAS}],
    "review_id": [each.id for each in EXERCISES.values() if each.review],
    "folder_id": list(EXERCISES),
}
"""What a test is run for, by the name of what it takes: `contract_id` is an exercise that asks for a contract."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes one of these ids once for each that there is."""
    for name, ids in IDS.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, sorted(ids))


@pytest.fixture(scope="session")
def course() -> Catalog:
    """Give the whole course."""
    return Catalog.load(LESSONS)


@pytest.fixture
def exercise(course: Catalog, exercise_id: str) -> Exercise:
    """Give one exercise."""
    return course.exercise(exercise_id)


@pytest.fixture
def contract(course: Catalog, contract_id: str) -> Exercise:
    """Give one exercise that asks for a contract."""
    return course.exercise(contract_id)
