"""The course as it stands in `lessons/`, read once."""

from pathlib import Path

import pytest

from classroom.catalog import Catalog

LESSONS = Path(__file__).parents[2] / "lessons"


@pytest.fixture(scope="session")
def course() -> Catalog:
    """Give the whole course."""
    return Catalog.load(LESSONS)
