"""Exercise folders: what is read, and what an author is told about each thing that is wrong."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evmbox.errors import ExerciseError
from evmbox.exercise import Kind, folder_digest, load_exercise

EXERCISES = Path(__file__).parent / "exercises"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a copy of the counter exercise that a test may damage."""
    return Path(shutil.copytree(EXERCISES / "counter", tmp_path / "counter"))


@pytest.fixture
def edit(folder: Path) -> Callable[[str, str], Path]:
    """Give a function that replaces one piece of the manifest, which must be there."""

    def replace(old: str, new: str) -> Path:
        text = (folder / "exercise.toml").read_text()
        assert old in text
        (folder / "exercise.toml").write_text(text.replace(old, new, 1))
        return folder

    return replace


def refusal(folder: Path) -> ExerciseError:
    with pytest.raises(ExerciseError) as caught:
        load_exercise(folder)
    return caught.value


def test_a_folder_is_read_whole():
    exercise = load_exercise(EXERCISES / "savings")
    assert exercise.contract == "Savings"
    assert exercise.constructor == ("alice", 604_800)
    assert exercise.requires == ("counter",)
    assert len(exercise.tasks) == 3
    assert exercise.limits.call_gas == 500_000
    assert exercise.limits.deploy_gas == 8_000_000
    assert exercise.mistakes["early.sol"] == "waits"
    assert set(exercise.mistake_sources) == set(exercise.mistakes)
    assert set(exercise.variants) == {"clock.sol", "modifiers.sol"}
    assert "abstract contract Clock" in exercise.extra_sources["Clock.sol"]
    assert "contract Savings" in exercise.starter


def test_hints_keep_their_order_and_cost():
    exercise = load_exercise(EXERCISES / "counter")
    assert [hint.cost for hint in exercise.hints] == [0, 1]


def test_the_repr_of_an_exercise_holds_no_solution():
    exercise = load_exercise(EXERCISES / "counter")
    assert "revert BelowZero" not in repr(exercise)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('id = "counter"', 'id = "other"', 1, "the id is 'other', the folder is 'counter'"),
        ('title = "', 'titel = "', 2, "titel"),
        ('contract = "Counter"', 'contract = "Not a name"', 3, "contract"),
        ('contract = "Counter"', "", None, "names its contract"),
        ("tasks = [", "tasks = {", 5, "not valid TOML"),
        ("cost = 1", "cost = -1", 16, "hints.2.cost"),
        ("cost = 1", "costs = 1", 16, "known here: text, cost"),
        ('[mistakes]\n"by-two.sol"', '[mistakes]\n"by-too.sol"', 19, "not in the folder mistakes/"),
        ("[mistakes]", "[limits]\ncall_gas = true\n[mistakes]", 19, "limits.call_gas"),
        ("[mistakes]", "[limits]\nwall_s = 60\n[mistakes]", 19, "limits.wall_s"),
        ("concepts", 'imports = ["../secret.sol"]\nconcepts', 4, "imports.1"),
        ("concepts", 'imports = ["solution.sol"]\nconcepts', 4, "a submission cannot import solution.sol"),
        ("concepts", "constructor = [1.5]\nconcepts", 4, "constructor.1"),
    ],
)
def test_a_wrong_manifest_is_refused_with_its_line(
    edit: Callable[[str, str], Path], old: str, new: str, line: int | None, said: str
):
    error = refusal(edit(old, new))
    assert error.file == "exercise.toml"
    assert error.line == line
    assert said in str(error)
    assert error.remedy


@pytest.mark.parametrize("name", ["exercise.toml", "starter.sol", "solution.sol", "checks.py"])
def test_a_missing_file_is_named(folder: Path, name: str):
    (folder / name).unlink()
    error = refusal(folder)
    assert (error.file, error.line) == (name, None)
    assert "missing" in str(error)


def test_an_import_that_is_not_there_is_named(edit: Callable[[str, str], Path]):
    assert refusal(edit("concepts", 'imports = ["Clock.sol"]\nconcepts')).file == "Clock.sol"


def test_helpers_of_the_checks_are_read_where_there_are_some(folder: Path):
    assert load_exercise(folder).helpers is None
    (folder / "helpers.sol").write_text("contract Attacker {}")
    assert load_exercise(folder).helpers == "contract Attacker {}"


def test_a_mistake_that_no_check_must_catch_is_named(folder: Path):
    (folder / "mistakes" / "new.sol").write_text("contract Counter {}")
    error = refusal(folder)
    assert error.file == "mistakes/new.sol"
    assert '"new.sol" = "check_id"' in error.remedy


def test_text_that_is_not_utf8_is_refused_with_its_line(folder: Path):
    (folder / "solution.sol").write_bytes(b"// one\n// caf\xe9\n")
    error = refusal(folder)
    assert (error.file, error.line) == ("solution.sol", 2)


def test_another_kind_is_read(edit: Callable[[str, str], Path]):
    exercise = load_exercise(edit('contract = "Counter"', 'kind = "challenge"'))
    assert exercise.kind is Kind.CHALLENGE


def test_the_digest_covers_every_file_and_its_name(folder: Path):
    digests = {folder_digest(folder)}
    (folder / "checks.py").write_text("# other checks\n")
    digests.add(folder_digest(folder))
    (folder / "variants" / "inherited.sol").rename(folder / "variants" / "derived.sol")
    digests.add(folder_digest(folder))
    assert len(digests) == 3


def test_the_digest_leaves_caches_and_hidden_files_out(folder: Path):
    before = folder_digest(folder)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "checks.pyc").write_bytes(b"cache")
    (folder / ".checks.py.swp").write_bytes(b"editor")
    assert folder_digest(folder) == before


def test_an_exercise_follows_its_folder(folder: Path, edit: Callable[[str, str], Path]):
    exercise = load_exercise(folder)
    assert exercise.current() is exercise
    edit("A counter that never", "A counter that seldom")
    assert exercise.current().title == "A counter that seldom goes below zero"
