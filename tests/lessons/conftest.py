"""The course as it stands in `lessons/`, read once, and its exercises."""

from pathlib import Path

import pytest

from classroom.catalog import Catalog
from evmbox.exercise import MANIFEST, Exercise

LESSONS = Path(__file__).parents[2] / "lessons"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `lesson_id` or `exercise_id` once for each that there is."""
    for name, pattern in (("lesson_id", "*/*/lesson.md"), ("exercise_id", f"*/*/*/{MANIFEST}")):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, sorted(path.parent.name for path in LESSONS.glob(pattern)))


@pytest.fixture(scope="session")
def course() -> Catalog:
    """Give the whole course."""
    return Catalog.load(LESSONS)


@pytest.fixture
def exercise(course: Catalog, exercise_id: str) -> Exercise:
    """Give one exercise."""
    return course.exercise(exercise_id)
