"""Kind `predict`: answers that are found out by running the scene, in whatever form a learner writes theirs."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evmbox.compiler import Compiler
from evmbox.errors import ExerciseError
from evmbox.exercise import Exercise, answer_text, load_exercise
from evmbox.pool import Pool
from evmbox.proof import SEEDS, Claim, prove
from evmbox.questions import AnswerType, questions
from evmbox.report import CheckStatus, Outcome, Report
from evmbox.runner import Listeners, grade, judge, prepare
from evmbox.runner.answer_forms import Unreadable, read

PURSE = Path(__file__).parent / "exercises" / "purse"
SEED = 7
MAX = 2**256 - 1


@pytest.fixture(scope="module")
def purse() -> Exercise:
    return load_exercise(PURSE)


@pytest.fixture(scope="module")
def right(purse: Exercise) -> dict[str, str]:
    return json.loads(answer_text(purse, purse.solution, SEED, file="solution.json"))


@pytest.fixture
def verdict(compiler: Compiler, purse: Exercise) -> Callable[..., Report]:
    """Give a function that grades answers: a text, or an object by question."""

    def grade_answers(answers: str | dict, exercise: Exercise = purse, seed: int = SEED, on_fault=print) -> Report:
        source = answers if isinstance(answers, str) else json.dumps(answers)
        return grade(exercise, source, compiler=compiler, seed=seed, on_fault=on_fault)

    return grade_answers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PURSE, tmp_path / "purse"))


def edited(folder: Path, file: str, old: str, new: str) -> Path:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    return folder


def messages(report: Report) -> dict[str, str]:
    return {check.id: check.message or "" for check in report.checks}


def test_the_exercise_is_proven_file_by_file(pool: Pool, purse: Exercise):
    proof = prove(purse, pool)
    assert [row for row in proof.rows if not row.ok] == []
    claims = [row.claim for row in proof.rows]
    assert claims.count(Claim.SOLUTION_PASSES) == len(SEEDS)
    assert claims.count(Claim.VARIANT_PASSES) == 2
    assert claims.count(Claim.MISTAKE_CAUGHT) == 6
    assert {row.file for row in proof.rows if row.claim is Claim.STARTER_FAILS} == {"starter.json"}


def test_right_answers_pass_with_every_point(verdict, right):
    report = verdict(right)
    assert report.outcome is Outcome.PASSED
    assert report.score == report.max_score == 11
    assert report.deployed is None


def test_each_learner_is_asked_with_values_of_their_own(purse: Exercise):
    asked = [questions(purse, seed)[0].text for seed in range(8)]
    assert len(set(asked)) > 4
    assert questions(purse, 3) == questions(purse, 3)
    assert not [question for question in questions(purse, 5) if "{{" in question.text + "".join(question.choices)]


def test_answers_copied_from_a_neighbour_fail(verdict, right):
    assert verdict(right, seed=SEED + 1).outcome is Outcome.FAILED


def test_one_wrong_answer_fails_its_own_question_only(verdict, right):
    report = verdict({**right, "owner": "bob"})
    assert report.outcome is Outcome.FAILED
    assert {check.id for check in report.checks if check.status is CheckStatus.FAILED} == {"owner"}
    assert report.score == 10
    assert messages(report)["owner"] == "`bob` is not what happens."


def test_no_report_tells_a_right_answer(verdict, purse: Exercise, right):
    wrong = verdict(dict.fromkeys(right, "12345"))
    empty = verdict("{}")
    for report in (wrong, empty):
        assert report.outcome is Outcome.FAILED
        told = report.model_copy(update={"timings": wrong.timings, "versions": wrong.versions}).model_dump_json()
        for secret in (right["packed"], right["mapped_slot"], "OverLimit", "b751e655", "27673", "27,673"):
            assert secret not in told
    assert wrong.gas == empty.gas == {}


def test_a_draft_of_the_report_tells_no_gas_either(compiler: Compiler, purse: Exercise, right):
    drafts: list[Report] = []
    submission = prepare(purse, json.dumps(right), compiler=compiler)
    judge(purse, submission, seed=SEED, listeners=Listeners(on_draft=drafts.append))
    assert len(drafts) == 9
    assert all(draft.gas == {} for draft in drafts)


@pytest.mark.parametrize(("off", "passed"), [(0, True), (0.09, True), (-0.09, True), (0.11, False), (-0.11, False)])
def test_gas_is_near_enough_within_its_tolerance(verdict, right, off: float, passed: bool):
    report = verdict({**right, "gas_used": round(27_673 * (1 + off))})
    assert (report.outcome is Outcome.PASSED) == passed
    if not passed:
        assert "is more than 10% off" in messages(report)["gas_used"]


@pytest.mark.parametrize(
    ("source", "said", "place"),
    [
        ("", "This is not JSON: Expecting value.", (1, 1)),
        ('{\n  "packed": 1,\n  "given" 2\n}', "Line 3: This is not JSON: Expecting ':' delimiter.", (3, 11)),
        ("[1, 2]", "This is no JSON object.", None),
        ("null", "This is no JSON object.", None),
        ("[" * 50_000, "This is nested too deep", None),
        ('{"a": "' + "x" * 70_000 + '"}', "at most 65,536 are compiled", None),
        ('{"a": "\ud800"}', "half of a character", (1, 8)),
    ],
)
def test_what_is_no_object_of_answers_is_told_with_its_place(verdict, source: str, said: str, place):
    report = verdict(source)
    assert report.outcome is Outcome.FAILED
    assert said in (report.message or "")
    assert {check.status for check in report.checks} == {CheckStatus.NOT_RUN}
    (diagnostic,) = report.diagnostics
    assert place in (None, (diagnostic.line, diagnostic.column))


@pytest.mark.parametrize("value", [None, [], {}, [1], {"a": 1}, "", "  ", True, "9" * 5000, "1e999", "\u202e1", "½"])
def test_a_strange_answer_is_a_wrong_answer(verdict, right, value):
    report = verdict({**right, "packed": value})
    assert report.outcome is Outcome.FAILED
    said = messages(report)["packed"]
    assert any(words in said for words in ("The answer is a whole number", "An answer is a", "There is no answer")), (
        said
    )


def test_numbers_of_json_are_as_good_as_texts(verdict, right):
    assert verdict({**right, "packed": int(right["packed"])}).outcome is Outcome.PASSED
    assert verdict('{"packed": NaN, "given": 1e400, "gas_used": -0}').outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", 42),
        (" 0x2A ", 42),
        ("1_000", 1000),
        ("1,000,000", 1_000_000),
        ("1 000", 1000),
        ("-128", -128),
        ("+7", 7),
        ("1 ether", 10**18),
        ("0.5 ETH", 5 * 10**17),
        ("1,500.25 gwei", 1_500_250_000_000),
        ("20gwei", 20 * 10**9),
        ("1e18", 10**18),
        ("1.5e3", 1500),
        ("2**256 - 1", MAX),
        ("2^255", 2**255),
        ("-2**127", -(2**127)),
        ("type(uint256).max", MAX),
        ("type(uint).max", MAX),
        ("type(int8).min", -128),
        ("type(int8).max", 127),
        ("type(uint8).min", 0),
        ("0x" + "f" * 64, MAX),
    ],
)
def test_a_number_may_be_written_in_many_ways(text: str, value: int):
    assert read(AnswerType.NUMBER, text) == value


@pytest.mark.parametrize(
    "text", ["1,00", "1,5 ether", "0.5", "half", "0x", "1__0", "2**999", "type(uint7).max", "1e-3"]
)
def test_what_is_no_whole_number_is_unreadable(text: str):
    with pytest.raises(Unreadable, match="The answer is a whole number"):
        read(AnswerType.NUMBER, text)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (AnswerType.HEX, "0xA905 9cBB", bytes.fromhex("a9059cbb")),
        (AnswerType.HEX, "0x", b""),
        (AnswerType.YES_NO, "Yes", True),
        (AnswerType.YES_NO, "false", False),
        (AnswerType.TEXT, " `OverLimit` ", "overlimit"),
        (AnswerType.ADDRESS, "ALICE", "0x761cf6bec7d7605a120296d5e433c6124c8ddc4c"),
        (AnswerType.ADDRESS, "0x" + "aB" * 20, "0x" + "ab" * 20),
    ],
)
def test_other_answers_may_be_written_in_many_ways(kind: AnswerType, text: str, value: object):
    assert read(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (AnswerType.HEX, "0x1"),
        (AnswerType.HEX, "OverLimit"),
        (AnswerType.YES_NO, "maybe"),
        (AnswerType.ADDRESS, "mallory"),
        (AnswerType.ADDRESS, "0x1234"),
        (AnswerType.TEXT, "``"),
    ],
)
def test_an_answer_of_another_form_says_which_is_wanted(kind: AnswerType, text: str):
    with pytest.raises(Unreadable, match="The answer is "):
        read(kind, text)


def test_a_choice_is_one_of_those_asked():
    assert read(AnswerType.CHOICE, "it  REVERTS", ("12", "It reverts")) == "it reverts"
    with pytest.raises(Unreadable, match="one of: 12; It reverts"):
        read(AnswerType.CHOICE, "13", ("12", "It reverts"))


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("checks.py", "    return scene.owner()", "    raise KeyError('canary-5')", "checks.py:33: the answer `owner`"),
        ("checks.py", "    return scene.owner()", "    scene.spend(9999)", "raised Reverted"),
        ("checks.py", "    return scene.owner()", "    return 12", "answers no question of type 'address'"),
        ("checks.py", "def owner(scene)", "def keeper(scene)", "one @answer for each question"),
        ("scene.sol", "address public owner;", "address public owner", "scene.sol: it does not compile"),
        ("scene.sol", "limit = limit_;", 'revert("canary-6");', "scene.sol: it can't be deployed"),
    ],
)
def test_a_broken_lesson_is_told_to_its_author_only(
    verdict, right, folder: Path, file: str, old: str, new: str, fault: str
):
    faults: list[str] = []
    report = verdict(right, load_exercise(edited(folder, file, old, new)), on_fault=faults.append)
    assert report.outcome is Outcome.LESSON_BROKEN
    assert fault in faults[0]
    assert "canary" not in report.model_dump_json()
    assert report.diagnostics == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('type = "address"', 'type = "account"', "questions.4.type"),
        ('type = "address"', 'type = "choice"', "has two choices or more"),
        ('type = "address"', 'type = "address"\ntolerance = 0.5', "only a question of type 'gas'"),
        ('id = "owner"', 'id = "given"', "two questions have the same id"),
        ("{{gift}} ether", "{{gifts}} ether", "{{gifts}} can't be filled in"),
        ("low = 100, high = 199", "low = 200, high = 199", "`low` is above `high`"),
        ('kind = "predict"', 'kind = "contract"', "no other has any"),
        ('contract = "Purse"', "", "names its contract"),
        ('"copied.json"', '"copied.sol"', "not in the folder mistakes/"),
    ],
)
def test_a_wrong_manifest_is_refused(folder: Path, old: str, new: str, said: str):
    with pytest.raises(ExerciseError) as caught:
        load_exercise(edited(folder, "exercise.toml", old, new))
    assert said in str(caught.value)


def test_an_expression_that_cannot_be_filled_in_is_told_with_its_file(pool: Pool, folder: Path):
    exercise = load_exercise(edited(folder, "variants/hexadecimal.json", "{{gift * 10**18}}", "{{gift / nothing}}"))
    with pytest.raises(ExerciseError) as caught:
        prove(exercise, pool)
    assert caught.value.file == "variants/hexadecimal.json"
    assert "NameError" in str(caught.value)


def test_a_missing_scene_is_named(folder: Path):
    (folder / "scene.sol").unlink()
    with pytest.raises(ExerciseError) as caught:
        load_exercise(folder)
    assert caught.value.file == "scene.sol"


def test_what_a_learner_hands_in_is_never_filled_in(verdict, right):
    report = verdict({**right, "given": "{{gift}} ether"})
    assert "can't be read" in messages(report)["given"]
