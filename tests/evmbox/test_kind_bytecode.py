"""Kind `bytecode`: code in hexadecimal or Yul, and calldata for a given code."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evmbox.bytecode import HexFault, read_hex
from evmbox.chain import Chain, Reverted
from evmbox.compiler import Compiler, Language
from evmbox.errors import ExerciseError
from evmbox.exercise import Exercise, load_exercise
from evmbox.pool import Pool
from evmbox.pool.cache import Memory, RememberingCompiler
from evmbox.proof import SEEDS, Claim, prove
from evmbox.report import CheckStatus, Outcome, Report
from evmbox.runner import grade

EXERCISES = Path(__file__).parent / "exercises"
RETURNS_42 = bytes.fromhex("602a5f5260205ff3")
WORD = "{:064x}".format


@pytest.fixture(scope="module")
def forty_two() -> Exercise:
    return load_exercise(EXERCISES / "forty-two")


@pytest.fixture(scope="module")
def larger() -> Exercise:
    return load_exercise(EXERCISES / "larger")


@pytest.fixture(scope="module")
def sesame() -> Exercise:
    return load_exercise(EXERCISES / "open-sesame")


@pytest.fixture
def verdict(compiler: Compiler) -> Callable[..., Report]:
    """Give a function that grades a source."""

    def grade_source(exercise: Exercise, source: str, seed: int = 7, on_fault=print) -> Report:
        return grade(exercise, source, compiler=compiler, seed=seed, on_fault=on_fault)

    return grade_source


@pytest.fixture
def edit(tmp_path: Path) -> Callable[..., Exercise]:
    """Give a function that loads a copy of an exercise with one piece of a file replaced."""

    def replace(name: str, file: str, old: str, new: str) -> Exercise:
        folder = Path(shutil.copytree(EXERCISES / name, tmp_path / name))
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))
        return load_exercise(folder)

    return replace


@pytest.mark.parametrize(("name", "mistakes"), [("forty-two", 5), ("larger", 5), ("open-sesame", 4)])
def test_each_exercise_is_proven_file_by_file(pool: Pool, name: str, mistakes: int):
    proof = prove(load_exercise(EXERCISES / name), pool)
    assert [row for row in proof.rows if not row.ok] == []
    claims = [row.claim for row in proof.rows]
    assert claims.count(Claim.SOLUTION_PASSES) == len(SEEDS)
    assert claims.count(Claim.MISTAKE_CAUGHT) == mistakes


def test_code_runs_as_it_was_written(verdict, forty_two: Exercise):
    report = verdict(forty_two, forty_two.solution)
    assert report.outcome is Outcome.PASSED
    assert report.size == 8
    assert report.deployed is not None
    assert report.diagnostics == ()


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", b""),
        ("0x", b""),
        ("0X6 0 2A", b"\x60\x2a"),
        ("// 99\n60_2a # 99\n/* 99\n99 */ 5f", b"\x60\x2a\x5f"),
        ("/* 0x */ 0x00", b"\x00"),
    ],
)
def test_hexadecimal_is_read_past_space_and_comments(text: str, data: bytes):
    assert read_hex(text) == data


@pytest.mark.parametrize(
    ("text", "said", "index"),
    [
        ("60 2g", "“g” is no hexadecimal digit", 4),
        ("60 0x2a", "“x” is no hexadecimal digit", 4),
        ("60/2a", "“/” is no hexadecimal digit", 2),
        ("60 ٣", "“٣” is no hexadecimal digit", 3),
        ("60\u202e", "“\\u202e” is no hexadecimal digit", 2),
        ("602", "3 hexadecimal digits, which is an odd number", 2),
        ("00" * 5, "5 bytes long", 8),
        ("/* 60", "“/” is no hexadecimal digit", 0),
    ],
)
def test_what_is_no_hexadecimal_is_told_with_its_place(text: str, said: str, index: int):
    fault = read_hex(text, max_size=4)
    assert isinstance(fault, HexFault)
    assert said in fault.message
    assert fault.index == index
    assert fault.remedy


@pytest.mark.parametrize(
    ("source", "said", "place"),
    [
        ("602a // fine\n5g", "Line 2: “g” is no hexadecimal digit.", (2, 2)),
        ("// é\n602a 5", "Line 2: There are 5 hexadecimal digits, which is an odd number.", (2, 6)),
        ("00" * 60 + "\n" + "5b" * 6, "Line 2: The code is 66 bytes long.", (2, 9)),
        ("// nothing", "There is no code here.", (None, None)),
        ("00\0", "There is a NUL character here", (1, 3)),
        ("PUSH1 0x2a", "Line 1: “P” is no hexadecimal digit.", (1, 1)),
    ],
)
def test_a_source_that_cannot_be_read_has_a_diagnostic(verdict, forty_two: Exercise, source, said, place):
    report = verdict(forty_two, source)
    assert report.outcome is Outcome.COMPILE_ERROR
    assert said in (report.message or "")
    (diagnostic,) = report.diagnostics
    assert (diagnostic.line, diagnostic.column) == place
    assert diagnostic.help
    assert {check.status for check in report.checks} == {CheckStatus.NOT_RUN}


def test_code_that_the_evm_does_not_take_is_a_failure(verdict, forty_two: Exercise):
    report = verdict(forty_two, "ef00")
    assert report.outcome is Outcome.FAILED
    assert report.message


@pytest.mark.parametrize(
    ("source", "outcome", "said"),
    [
        ("6008600b5f3960085ff3fe602a5f5260205ff3", Outcome.PASSED, ""),
        ("00", Outcome.NO_DEPLOYABLE_CONTRACT, "returned no code"),
        ("5f80fd", Outcome.FAILED, "reverted without a reason"),
        ("60416000f3", Outcome.FAILED, "The code is 65 bytes long; at most 64 are allowed."),
    ],
)
def test_creation_code_is_run_to_get_the_code(verdict, edit, source: str, outcome: Outcome, said: str):
    exercise = edit("forty-two", "exercise.toml", 'form = "runtime"', 'form = "creation"')
    report = verdict(exercise, source)
    assert report.outcome is outcome
    assert said in (report.message or "")


def test_yul_is_plain_code_or_an_object(verdict, larger: Exercise):
    plain, whole = verdict(larger, larger.solution), verdict(larger, larger.variants["object.yul"])
    assert plain.outcome is whole.outcome is Outcome.PASSED
    assert 0 < plain.size < whole.size < 200
    assert set(plain.gas) == {"constructor"}


@pytest.mark.parametrize(
    ("source", "said", "place"),
    [
        ("{\n  mstor(0, 1)\n}", 'Line 2: Function "mstor" not found.', (2, 3)),
        ("contract Larger {}", 'Line 1: Expected keyword "object".', (1, 1)),
        ('{ sstore(0, loadimmutable("a")) }', "The compiler broke down over this source.", (None, None)),
        ("{" + "sstore(calldataload(0), 1) " * 100 + "}", "The code is", (None, None)),
        ("{ let x := 1 let x := 2 }", "already taken", (1, 14)),
        ('{ sstore(0, linkersymbol("x.sol:L")) }', "would have to be deployed", (None, None)),
    ],
)
def test_what_is_no_yul_is_told_as_for_solidity(verdict, larger: Exercise, source: str, said: str, place):
    report = verdict(larger, source)
    assert report.outcome is Outcome.COMPILE_ERROR
    assert said in (report.message or "")
    assert (report.diagnostics[0].line, report.diagnostics[0].column) == place
    assert "/solidity/" not in report.model_dump_json()


def test_an_object_that_deploys_nothing_is_told_so(verdict, larger: Exercise):
    report = verdict(larger, 'object "Larger" { code { sstore(0, 1) } }')
    assert report.outcome is Outcome.NO_DEPLOYABLE_CONTRACT


def test_a_compile_is_remembered_by_its_language(compiler: Compiler):
    remembering = RememberingCompiler(compiler, Memory())
    source = "{ mstore(0, 42) return(0, 32) }"
    assert not remembering.compile(source).ok
    compiled = remembering.compile(source, language=Language.YUL)
    assert compiled.artifacts["object"].creation == RETURNS_42
    assert remembering.compile(source, language=Language.YUL).elapsed_ms == 0
    assert remembering.compile(source, language=Language.YUL, check_only=True).artifacts == {}


@pytest.mark.parametrize(
    "answer",
    [
        {"calldata": "0x" + WORD(7), "value": 7},
        {"calldata": WORD(9), "value": "9 wei"},
        {"calldata": WORD(10**9 + 1), "value": "1_000_000_001"},
    ],
)
def test_calldata_and_value_that_open_the_puzzle_pass(verdict, sesame: Exercise, answer):
    report = verdict(sesame, json.dumps(answer))
    assert report.outcome is Outcome.PASSED
    assert report.deployed is None
    assert sesame.shown == {"puzzle.hex": sesame.puzzle}


@pytest.mark.parametrize(
    ("source", "said", "place"),
    [
        ("not JSON", "This is not JSON", (1, 1)),
        ('{"calldata":\n "0x12g4"}', "Line 2: In the calldata: “g” is no hexadecimal digit.", (2, 7)),
        ('{"calldata": "0x123"}', "In the calldata: There are 3 hexadecimal digits", (1, 19)),
        ('{"calldata": "' + "00" * 101 + '"}', "The calldata is 101 bytes long.", (1, 215)),
        ('{"value": "lots"}', "The value can't be read.", (None, None)),
        ('{"value": "-1"}', "Nobody has that much ether", (None, None)),
        ('{"value": "2**200"}', "Nobody has that much ether", (None, None)),
        ('{"valeu": "1"}', "“valeu” is not known here.", (None, None)),
    ],
)
def test_an_input_that_cannot_be_read_is_told(verdict, sesame: Exercise, source: str, said: str, place):
    report = verdict(sesame, source)
    assert report.outcome is Outcome.FAILED
    assert said in (report.message or "")
    assert (report.diagnostics[0].line, report.diagnostics[0].column) == place


def test_more_ether_than_one_has_is_a_failed_check(verdict, sesame: Exercise):
    report = verdict(sesame, json.dumps({"calldata": WORD(2001 * 10**18), "value": "2001 ether"}))
    assert report.outcome is Outcome.FAILED
    assert "Bob has only 1,000 ether" in (report.checks[0].message or "")


def test_a_puzzle_that_is_no_hexadecimal_is_told_to_its_author(edit):
    with pytest.raises(ExerciseError) as caught:
        edit("open-sesame", "puzzle.hex", "6020", "602")
    assert (caught.value.file, caught.value.line) == ("puzzle.hex", 17)


def test_an_interface_that_is_not_there_is_the_lessons_fault(verdict, edit, larger: Exercise):
    faults: list[str] = []
    broken = edit("larger", "helpers.sol", "interface Larger", "interface Smaller")
    report = verdict(broken, larger.solution, on_fault=faults.append)
    assert report.outcome is Outcome.LESSON_BROKEN
    assert "helpers.sol: it has no interface `Larger`" in faults[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('form = "runtime"', 'form = "wasm"', "bytecode.form"),
        ("max_size = 64", "max_size = 0", "bytecode.max_size"),
        ("max_size = 64", "size = 64", "known here: form, max_size"),
        ('kind = "bytecode"', 'kind = "challenge"', "has a table [bytecode]"),
        ('form = "runtime"', 'form = "yul"', "not in the folder mistakes"),
    ],
)
def test_a_wrong_manifest_is_refused(edit, old: str, new: str, said: str):
    with pytest.raises(ExerciseError) as caught:
        edit("forty-two", "exercise.toml", old, new)
    assert said in str(caught.value)


def test_a_chain_deploys_code_and_calls_it_raw(chain: Chain):
    code = chain.deploy_code(RETURNS_42)
    assert chain.code(code) == RETURNS_42
    assert chain.call_raw(code, b"whatever", value=1) == (42).to_bytes(32, "big")
    assert chain.transfer(chain.bob, code, 5).output == (42).to_bytes(32, "big")
    refuses = chain.deploy_code(bytes.fromhex("5f80fd"))
    with pytest.raises(Reverted) as caught:
        chain.call_raw(refuses, b"\x01", sender=chain.bob, value=2)
    assert caught.value.action == "Bob called the code with the calldata 0x01, sending 2 wei"
