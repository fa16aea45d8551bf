"""A classroom that others use does not start where submissions are isolated by resource limits alone."""

from pathlib import Path

import pytest

from classroom import launcher
from classroom.errors import Unavailable
from classroom.isolation import require_isolation
from classroom.jobs import run_consumer
from classroom.settings import Settings
from classroom.web import __main__ as web
from evmbox.isolation.ladder import Walls

WEAK = Walls(reasons=("bubblewrap is not installed", "the kernel has no Landlock"))


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """Give the settings of a classroom that others use, on a machine without walls."""
    monkeypatch.setattr("classroom.isolation.find_walls", lambda: WEAK)
    monkeypatch.setenv("CLASSROOM_MULTI_USER", "true")
    monkeypatch.setenv("CLASSROOM_DATA_DIR", str(tmp_path / "data"))
    return Settings()


def test_no_part_of_it_starts_and_the_reason_says_what_to_do(crowded: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.argv", ["classroom.web"])
    for start in (
        lambda: launcher.up(crowded, open_browser=False, say=print),
        lambda: run_consumer(crowded),
    ):
        with pytest.raises(Unavailable) as refusal:
            start()
        for words in ("CLASSROOM_MULTI_USER", *WEAK.reasons):
            assert words in refusal.value.detail
    with pytest.raises(SystemExit, match="CLASSROOM_MULTI_USER"):
        web.main()
    assert not crowded.data_dir.exists()


def test_ones_own_laptop_may_be_weak(crowded: Settings):
    alone = crowded.model_copy(update={"multi_user": False})
    assert require_isolation(alone) is WEAK


def test_walls_are_enough_for_many(monkeypatch: pytest.MonkeyPatch, crowded: Settings):
    strong = Walls(landlock=True, seccomp=True)
    monkeypatch.setattr("classroom.isolation.find_walls", lambda: strong)
    assert require_isolation(crowded) is strong
