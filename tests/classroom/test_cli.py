"""The command line, as a person types it: what it prints, and how it ends."""

import json
import shutil
from pathlib import Path

import pytest

from classroom.cli import table
from classroom.settings import REPOSITORY
from support.commands import classroom, classroom_here
from support.native_solc import put_native_solc

TIP_JAR = REPOSITORY / "lessons/foundations/tip-jar/tip-jar"


def test_a_right_file_is_graded_without_a_server(tmp_path: Path) -> None:
    done = classroom(tmp_path, "lesson", "grade", "tip-jar", str(TIP_JAR / "solution.sol"))
    assert done.returncode == 0, done.stderr
    assert "passed" in done.stdout
    assert "✓ A tip without ether is refused (task 1)" in done.stdout
    assert not any(tmp_path.iterdir()), "grading a file leaves nothing behind"


def test_a_wrong_file_gets_its_report_as_data(tmp_path: Path) -> None:
    mistake = TIP_JAR / "mistakes" / min(path.name for path in (TIP_JAR / "mistakes").glob("*.sol"))
    done = classroom(tmp_path, "lesson", "grade", "tip-jar", str(mistake), "--json")
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert (report["version"], report["exercise_id"], report["outcome"]) == (1, "tip-jar", "failed")
    assert any(check["status"] == "failed" and check["message"] for check in report["checks"])


def test_a_file_of_another_kind_is_graded_too(tmp_path: Path) -> None:
    exercise = REPOSITORY / "tests/evmbox/exercises/roll"
    lesson = tmp_path / "lessons" / "gas" / "frugal"
    shutil.copytree(exercise, lesson / "roll")
    (lesson / "lesson.md").write_text(
        "---\nclassroom: {title: Frugal, summary: With little gas., minutes: 5}\n---\n# Frugal\n"
    )
    (tmp_path / "lessons" / "course.toml").write_text(
        'title = "Gas"\n[[tracks]]\nid = "gas"\ntitle = "Gas"\nsummary = "Gas."\nlessons = ["frugal"]\n'
    )
    answer = str(exercise / "mistakes" / "unpacked.sol")
    lessons = {"CLASSROOM_LESSONS_DIR": str(tmp_path / "lessons")}
    done = classroom(tmp_path / "data", "lesson", "grade", "roll", answer, **lessons)
    assert done.returncode == 1, done.stderr
    assert "gas of 70,000" in done.stdout
    assert "5 of 7 points" in done.stdout


def test_a_proof_is_shown_as_data_and_remembered(tmp_path: Path) -> None:
    lessons = {"CLASSROOM_LESSONS_DIR": str(tmp_path / "lessons")}
    begun = classroom(tmp_path / "data", "lesson", "new", "basics/counting", **lessons)
    assert begun.returncode == 0, begun.stderr
    assert 'lessons = ["counting"]' in (tmp_path / "lessons/course.toml").read_text()
    proven = classroom(tmp_path / "data", "lesson", "check", "--exercise", "counting", "--json", **lessons)
    assert proven.returncode == 0, proven.stderr
    (proof,) = json.loads(proven.stdout)
    assert proof["figures"]["the mistake is caught"] == {"ok": 4, "all": 4}
    assert proof["mutants"]["killed"] == len(proof["mutation"]["mutants"]) > 5
    assert proof["seconds"] > 0
    again = classroom(tmp_path / "data", "lesson", "check", str(tmp_path / "lessons"), **lessons)
    assert again.returncode == 0
    assert "as remembered" in again.stdout
    assert "6 of 6 killed" in again.stdout

    # and the table of the course, which takes what is remembered
    folder = tmp_path / "lessons"
    track = '[[tracks]]\nid = "basics"\ntitle = "Basics"\nsummary = "S."\nlessons = ["counting"]\n'
    (folder / "course.toml").write_text(f'title = "A course"\n{track}')
    nowhere = classroom(tmp_path / "data", "lesson", "table", **lessons)
    assert nowhere.returncode == 2
    assert "has no place for the table" in nowhere.stderr
    (folder / "README.md").write_text(f"# Mine\n\n{table.BEGIN}\n{table.END}\n")
    written = classroom(tmp_path / "data", "lesson", "table", **lessons)
    assert written.returncode == 0, written.stderr
    assert table.read(folder)["counting"][1:7] == ("contract", "3", "2", "4", "6 of 6", "0")
    assert "as it should be" in classroom(tmp_path / "data", "lesson", "table", **lessons).stdout


def test_a_survivor_is_shown_as_a_diff_and_ends_with_1(tmp_path: Path) -> None:
    lessons = {"CLASSROOM_LESSONS_DIR": str(tmp_path / "lessons")}
    assert classroom(tmp_path / "data", "lesson", "new", "basics/counting", **lessons).returncode == 0
    solution = tmp_path / "lessons/basics/counting/counting/solution.sol"
    solution.write_text(solution.read_text().replace("count += 1;", "count += 1;\n        spare = 4;"))
    solution.write_text(
        solution.read_text().replace("contract Counting {", "contract Counting {\n    uint256 private spare;\n")
    )
    shown = classroom(tmp_path / "data", "lesson", "check", str(tmp_path / "lessons"), **lessons)
    assert shown.returncode == 1, shown.stderr
    line = solution.read_text().splitlines().index("        spare = 4;") + 1
    assert f"write in add, line {line}: survived" in shown.stdout
    assert "    -        spare = 4;\n" in shown.stdout
    assert '[[equivalent]]\noperator = "write"\nfunction = "add"\nbefore = "spare = 4;"\nafter = ""\n' in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("lesson", "grade", "no-such-exercise", "FILE"), "no such exercise"),
        (("lesson", "grade", "tip-jar", "no-such-file.sol"), "does not exist"),
        (("lesson", "grade", "tip-jar", "LATIN1"), "UTF-8"),
        (("lesson", "check", "EMPTY"), "holds no exercise"),
        (("lesson", "check", "--exercise", "no-such-exercise"), "holds no exercise no-such-exercise"),
        (("lesson", "new", "Not A Place"), "is no place for a lesson"),
        (("lesson", "preview", "EMPTY"), "`classroom lesson new` begins one"),
        (("user", "add", "Not A Name!"), "name"),
        (("solc", "install", "0.8.1"), "not pinned here"),
    ],
)
def test_bad_input_gets_one_clear_line_and_changes_nothing(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "latin1.sol").write_bytes("contract Caf\xe9 {}".encode("latin-1"))
    places = {
        "FILE": str(TIP_JAR / "solution.sol"),
        "LATIN1": str(tmp_path / "latin1.sol"),
        "EMPTY": str(tmp_path / "empty"),
    }
    done = classroom_here(tmp_path / "data", *(places.get(argument, argument) for argument in arguments))
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_the_compilers_are_listed_with_what_is_missing(tmp_path: Path) -> None:
    put_native_solc(tmp_path, "0.8.30")
    done = classroom(tmp_path, "solc", "list", SOLCX_BINARY_PATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in done.stdout.splitlines() if "0.8." in line]
    assert rows == [
        ["0.8.37 (usual)", "prague", "yes", "no: classroom solc install 0.8.37"],
        ["0.8.30", "prague", "yes", str(tmp_path / "solc-v0.8.30")],
        ["0.8.24", "cancun", "yes", "no: classroom solc install 0.8.24"],
    ]


def test_a_person_is_added_once_and_gets_a_link(tmp_path: Path) -> None:
    added = classroom(tmp_path, "user", "add", "ada", "--role", "instructor", "--display-name", "Ada L.")
    assert added.returncode == 0, added.stderr
    assert "Added Ada L. as instructor." in added.stdout
    assert added.stdout.splitlines()[-1].startswith("http://127.0.0.1:8000/welcome?link=")
    again = classroom(tmp_path, "user", "add", "ada")
    assert again.returncode == 2
    assert "ada already" in again.stderr


def test_a_password_that_is_too_short_adds_nobody(tmp_path: Path) -> None:
    refused = classroom(tmp_path, "user", "add", "ada", "--password-stdin", say="short\n")
    assert refused.returncode == 2
    assert "10 to 128" in refused.stderr
    assert classroom(tmp_path, "user", "add", "ada").returncode == 0
