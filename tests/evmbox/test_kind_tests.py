"""Exercises in which a learner writes the tests: what they are worth, what is said of them, what can't be forged."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evmbox.compiler import Compiler, open_compiler
from evmbox.errors import ExerciseError
from evmbox.exercise import Exercise, load_exercise
from evmbox.pool import Pool
from evmbox.pool.cache import Memory, RememberingCompiler
from evmbox.proof import prove
from evmbox.report import CheckStatus, Outcome, Progress, Report
from evmbox.runner import checks_of, grade, prepare

EXERCISES = Path(__file__).parent / "exercises"
RIGHT = "passes_on_the_right_contract"
HEAD = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
import {Test} from "forge-std/Test.sol";
import {Voucher} from "./Voucher.sol";
"""

Verdict = Callable[..., Report]


@pytest.fixture(scope="module")
def compiler() -> Iterator[Compiler]:
    """Give a compiler that remembers, as one of a pool does: the faulty contracts are the same for every test."""
    compiler = RememberingCompiler(open_compiler(), Memory())
    yield compiler
    compiler.close()


@pytest.fixture(scope="module")
def voucher() -> Exercise:
    return load_exercise(EXERCISES / "voucher-tests")


@pytest.fixture(scope="module")
def bank() -> Exercise:
    return load_exercise(EXERCISES / "leaky-bank")


@pytest.fixture(scope="module")
def verdict(compiler: Compiler, voucher: Exercise) -> Verdict:
    """Give a function that grades the body of a test contract for the voucher."""

    def grade_body(body: str, *, others: str = "", exercise: Exercise = voucher) -> Report:
        source = f"{HEAD}{others}\ncontract VoucherTest is Test {{ Voucher voucher = new Voucher(1); {body} }}"
        return grade(exercise, source, compiler=compiler, seed=7)

    return grade_body


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXERCISES / "voucher-tests", tmp_path / "voucher-tests"))


def statuses(report: Report) -> dict[str, CheckStatus]:
    return {check.id: check.status for check in report.checks}


def message(report: Report, check_id: str = RIGHT) -> str:
    return next(check.message for check in report.checks if check.id == check_id) or ""


@pytest.mark.parametrize("name", ["voucher", "bank"])
def test_right_answers_notice_every_fault(compiler: Compiler, name: str, request: pytest.FixtureRequest):
    exercise: Exercise = request.getfixturevalue(name)
    for source in (exercise.solution, *exercise.variants.values()):
        report = grade(exercise, source, compiler=compiler, seed=7)
        assert report.outcome is Outcome.PASSED, report.checks
        assert report.score == report.max_score == sum(fault.points for fault in exercise.tests.faults.values())
        assert report.deployed.contract == exercise.contract
        assert report.gas.keys() >= {check.message.split("`")[1] for check in report.checks[1:]}
        assert set(statuses(report).values()) == {CheckStatus.PASSED}


@pytest.mark.parametrize("name", ["voucher", "bank"])
def test_wrong_answers_miss_what_they_should(compiler: Compiler, name: str, request: pytest.FixtureRequest):
    exercise: Exercise = request.getfixturevalue(name)
    for file, source in exercise.mistake_sources.items():
        report = grade(exercise, source, compiler=compiler, seed=7)
        assert report.outcome is Outcome.FAILED
        assert statuses(report)[exercise.mistakes[file]] is CheckStatus.FAILED, file


def test_the_score_is_the_faults_that_were_noticed(verdict: Verdict):
    report = verdict(
        "function testSale() public { vm.warp(voucher.closes()); vm.expectRevert(); voucher.buy{value: 1}(); }"
    )
    noticed = {check for check, status in statuses(report).items() if status is CheckStatus.PASSED}
    assert noticed == {RIGHT, "never_closes", "closes_late"}
    assert (report.score, report.max_score) == (2, 10)
    assert report.message == "Your tests noticed 2 of 9 faults."
    assert message(report, "closes_late") == "`testSale()` noticed it: the sale closes at the wrong second."
    assert message(report, "silent") == "Not noticed yet: nobody is told that vouchers were passed on."


def test_tests_that_assert_nothing_are_worth_nothing(verdict: Verdict):
    report = verdict("function testNothing() public { voucher.buy{value: 1}(); }")
    assert report.score == 0
    assert report.message.startswith("Your tests pass on every faulty `Voucher` too")


def test_a_test_that_fails_where_it_must_pass_is_named_with_its_reason(verdict: Verdict):
    report = verdict(
        """
        function testGood() public { voucher.buy{value: 1}(); assertEq(voucher.held(address(this)), 1); }
        function testBad() public { voucher.buy{value: 3}(); assertEq(voucher.held(address(this)), 4, "held"); }
        function testRevert() public { voucher.pass(address(1), 5); }
        """
    )
    assert report.outcome is Outcome.FAILED
    assert message(report) == (
        'On a correct `Voucher`: `testBad()` failed at `assertEq(3, 4)`: "held" (line 8). '
        "`testRevert()` reverted with TooFew(held=0) (line 9)."
    )
    assert report.score == 0
    assert {status for check, status in statuses(report).items() if check != RIGHT} == {CheckStatus.NOT_RUN}
    assert "must pass on a correct `Voucher` first" in report.message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("function check() public {}", "There is no test"),
        ("function testFailBuying() public { revert(); }", "`testFailBuying` can't be run"),
        ("function testOne() internal {}", "There is no test"),
        ("function setup() public {} function test() public {}", "`setup` is never called"),
        (
            "function setUp() public { revert('not yet'); } function test() public {}",
            '`setUp()` reverted with "not yet"',
        ),
        ("constructor() { assert(false); } function test() public {}", "`constructor()` panicked"),
        ("constructor(uint256) {} function test() public {}", "takes 1 argument, and tests are made without any"),
        ("function test() public { while (true) {} }", "`test()` ran out of gas (3,000,000 were given)"),
        ("function test() public { for (uint256 i; i < 30000; i++) {} }", "more than half of the 3,000,000"),
    ],
)
def test_what_can_not_be_run_is_explained(verdict: Verdict, body: str, said: str):
    report = verdict(body)
    assert report.outcome is Outcome.FAILED
    assert said in message(report)


@pytest.mark.parametrize(
    ("source", "outcome", "said"),
    [
        ("contract Other {}", Outcome.NO_DEPLOYABLE_CONTRACT, "rename it to `VoucherTest`"),
        ("contract VoucherTest { function test() public { x; } }", Outcome.COMPILE_ERROR, "Undeclared identifier"),
        ('import "forge-std/console.sol";', Outcome.COMPILE_ERROR, "can't be imported"),
        ('import "./mutants/free.sol";', Outcome.COMPILE_ERROR, "can't be imported"),
        ("contract VoucherTest { function test() public { vm.store(); } }", Outcome.COMPILE_ERROR, "Undeclared"),
    ],
)
def test_what_is_no_test_contract_is_refused(
    compiler: Compiler, voucher: Exercise, source: str, outcome: Outcome, said: str
):
    report = grade(voucher, f"pragma solidity ^0.8.0;\n{source}", compiler=compiler, seed=1)
    assert report.outcome is outcome
    assert said in report.message


def test_a_derived_contract_is_not_put_to_the_test_and_that_is_said(compiler: Compiler, voucher: Exercise):
    source = HEAD + (
        "contract Mine is Voucher(1) {} contract VoucherTest is Test { Mine mine = new Mine();"
        "function testSale() public { vm.warp(mine.closes()); vm.expectRevert(); mine.buy{value: 1}(); } }"
    )
    report = grade(voucher, source, compiler=compiler, seed=1)
    assert report.score == 0
    assert report.message.startswith("Your tests never make a `Voucher`: write `new Voucher(…)`")


def test_tests_that_need_the_optimizer_meet_versions_that_were_compiled_with_it(compiler: Compiler, voucher: Exercise):
    types, values = ",".join(["uint"] * 14), ",".join(["1"] * 14)
    body = (
        f"function f() public pure returns ({types}) {{ return ({values}); }}"
        "function testPrice() public { vm.expectRevert(); new Voucher(0); }"
    )
    source = f"{HEAD} contract VoucherTest is Test {{ {body} }}"
    versions = prepare(voucher, source, compiler=compiler).others
    plain = compiler.compile(voucher.extra_sources["Voucher.sol"])
    assert versions["shown"].artifacts["Voucher"] != plain.artifacts["Voucher"], "no optimizer was needed"
    report = grade(voucher, source, compiler=compiler, seed=1)
    assert statuses(report)["free"] is CheckStatus.PASSED


DISTINGUISHING = {
    "the hash of the code": """
        bytes32 seen;
        function testHash() public { HOLD(uint256(address(voucher).codehash)); }
    """,
    "the size of the code": "function testSize() public { HOLD(address(voucher).code.length); }",
    "the bytes of the code": "function testCode() public { HOLD(uint256(keccak256(address(voucher).code))); }",
    "the gas that is used": """
        function testGas() public {
            voucher.buy{value: 9}();
            uint256 before = gasleft(); voucher.pass(address(1), 1); HOLD(before - gasleft());
        }
    """,
    "the gas that is given": """
        function testGiven() public {
            voucher.buy{value: 9}();
            uint256 enough;
            for (uint256 gas_ = 2400; gas_ < 60000; gas_ += 600)
                try voucher.pass{gas: gas_}(address(1), 1) { enough = gas_; break; } catch {}
            HOLD(enough);
        }
    """,
    "the address": "function testAddress() public { HOLD(uint160(address(voucher))); }",
    "the address that CREATE2 gives": """
        function testAddress2() public { HOLD(uint160(address(new Voucher{salt: 0}(1)))); }
    """,
}


@pytest.mark.parametrize("what", DISTINGUISHING)
def test_versions_can_not_be_told_apart_by(compiler: Compiler, voucher: Exercise, what: str):
    """What the right version answers is asked for first and then demanded: no fault may be noticed by it."""

    def submit(demand: str) -> Report:
        body = DISTINGUISHING[what].replace("HOLD", "hold")
        hold = f"function hold(uint256 value) internal pure {{ {demand} }}"
        source = f"{HEAD} contract VoucherTest is Test {{ Voucher voucher = new Voucher(1); {hold} {body} }}"
        return grade(voucher, source, compiler=compiler, seed=1)

    asked = message(submit("assertEq(bytes32(value), bytes32(type(uint256).max));"))
    answer = asked.partition("assertEq(0x")[2][:64]
    assert len(answer) == 64, asked
    report = submit(f"assertEq(bytes32(value), 0x{answer});".replace("0x" + answer, f"bytes32(uint256(0x{answer}))"))
    assert statuses(report)[RIGHT] is CheckStatus.PASSED
    assert report.score == 0


@pytest.mark.filterwarnings("ignore:SELFDESTRUCT opcode")
@pytest.mark.parametrize(
    "body",
    [
        "function testEnd() public { selfdestruct(payable(address(1))); }",
        "function testReturn() public { assembly { return(0, 0) } }",
        "function testStop() public { assembly { stop() } }",
        "function test() public { try this.inner() {} catch {} } function inner() external { assertTrue(false); }",
        """function testEtch() public {
            (bool ok, ) = address(vm).call(abi.encodeWithSignature("etch(address,bytes)", voucher, hex"00")); ok;
        }""",
        """function testStorage() public {
            bytes memory store = abi.encodeWithSignature("store(address,bytes32,bytes32)", voucher, 0, 0);
            (bool ok, ) = address(vm).call(store); ok;
        }""",
    ],
    ids=["selfdestruct", "return", "stop", "caught", "etch", "store"],
)
def test_a_test_that_ends_early_or_cheats_is_worth_nothing(verdict: Verdict, body: str):
    assert verdict(body).score == 0


def test_nothing_is_remembered_from_one_version_to_the_next(verdict: Verdict):
    """A test that would fail the second time it is run must not notice anything."""
    report = verdict(
        """
        uint256 runs; mapping(address => uint256) seen;
        function testOnce() public {
            runs++; seen[address(1)]++; address(1).balance; vm.deal(address(1), address(1).balance + 1);
            assertEq(runs, 1); assertEq(seen[address(1)], 1); assertEq(address(1).balance, 1);
        }
        function testTwice() public { testOnce(); }
        """
    )
    assert statuses(report)[RIGHT] is CheckStatus.PASSED
    assert report.score == 0


def test_many_tests_that_loop_on_a_faulty_contract_end_in_time(verdict: Verdict):
    body = "".join(
        f"function test{number}() public {{ vm.expectRevert(); voucher.pass(address(1), 1); }}" for number in range(4)
    )
    report = verdict(body)
    assert report.outcome is Outcome.FAILED
    assert statuses(report)["one_too_many"] is CheckStatus.PASSED
    assert report.timings.checks_ms > 0


def test_no_text_of_a_fault_or_of_the_right_version_is_told(compiler: Compiler, tmp_path: Path):
    folder = Path(shutil.copytree(EXERCISES / "leaky-bank", tmp_path / "leaky-bank"))
    for file in [folder / "fixed.sol", *(folder / "mutants").iterdir()]:
        file.write_text(file.read_text().replace("contract Bank", "/* canary-91c */ contract Bank"))
    exercise = load_exercise(folder)
    assert "canary-91c" in exercise.reference
    for source in (exercise.starter, exercise.solution, *exercise.mistake_sources.values()):
        assert "canary-91c" not in grade(exercise, source, compiler=compiler, seed=1).model_dump_json()


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("mutants/free.sol", "contract Voucher {", "mutants/free.sol: line 1: "),
        ("mutants/free.sol", "contract Other {}", "mutants/free.sol: it has no contract Voucher that can be deployed"),
        ("Voucher.sol", "interface Voucher { function held(address) external; }", "Voucher.sol: it has no contract"),
        ("mutants/free.sol", None, "mutants/free.sol: it compiles to the same code as the right version"),
    ],
)
def test_a_version_that_can_not_be_used_is_the_lessons_fault(
    compiler: Compiler, folder: Path, file: str, text: str | None, said: str
):
    (folder / file).write_text((folder / "Voucher.sol").read_text() if text is None else text)
    told: list[str] = []
    source = "contract VoucherTest { function test() public {} }"
    report = grade(load_exercise(folder), source, compiler=compiler, seed=1, on_fault=told.append)
    assert report.outcome is Outcome.LESSON_BROKEN
    assert "The fault is in the lesson" in report.message
    assert told[0].startswith(said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "tests"', 'kind = "contract"', "an exercise of kind 'tests', and no other, has [tests]"),
        ('imports = ["Voucher.sol"]', "", "names its test contract, and imports Voucher.sol"),
        ('"free.sol" = {', '"gone.sol" = {', "[tests.faults] names gone.sol, which is not in the folder mutants/"),
        ('target = "Voucher"', 'target = "Voucher"\nreference = "none.sol"', "none.sol: the file is missing"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(folder: Path, old: str, new: str, said: str):
    manifest = folder / "exercise.toml"
    manifest.write_text(manifest.read_text().replace(old, new))
    with pytest.raises(ExerciseError) as caught:
        load_exercise(folder)
    assert said in str(caught.value)


def test_a_fault_that_nobody_describes_is_refused(folder: Path):
    shutil.copy(folder / "mutants" / "free.sol", folder / "mutants" / "new.sol")
    with pytest.raises(ExerciseError, match=r"mutants/new\.sol: nothing says what its behaviour is"):
        load_exercise(folder)


def test_what_is_judged_is_known_without_a_submission(voucher: Exercise):
    checks = checks_of(voucher)
    assert [check.id for check in checks][:3] == [RIGHT, "keeps_allowance", "one_too_many"]
    assert sum(check.points for check in checks) == 10
    assert "allowance" not in "".join(check.title for check in checks)


def test_tests_are_graded_and_proven_in_the_pool(pool: Pool, bank: Exercise):
    told: list[Progress] = []
    report = pool.grade(bank, bank.solution, seed=7, on_progress=told.append)
    assert report.outcome is Outcome.PASSED
    assert [each.index for each in told][-1] == len(report.checks)
    proof = prove(bank, pool)
    assert proof.ok, [row for row in proof.rows if not row.ok]


def test_a_hostile_test_is_ended_in_the_pool(pool: Pool, voucher: Exercise, bank: Exercise):
    """A million nested calls, each with all gas: gas does not bound the time of that, the pool does."""
    source = HEAD + (
        "contract VoucherTest is Test { function test() public { for (uint256 i; i < 9; i++) {"
        "(bool ok, ) = address(this).call(abi.encodeCall(this.test, ())); ok; } } }"
    )
    report = pool.grade(voucher, source, seed=1)
    assert report.outcome in {Outcome.FAILED, Outcome.TIMED_OUT, Outcome.RESOURCE_LIMIT}
    assert report.score == 0
    assert pool.grade(bank, bank.solution, seed=1).outcome is Outcome.PASSED


def test_what_is_missed_has_the_hint_of_its_author_and_a_wrong_test_one_of_ours(compiler: Compiler, folder: Path):
    manifest = folder / "exercise.toml"
    manifest.write_text(manifest.read_text().replace("longer than a week.", 'longer than a week.", hint = "Wait.'))
    exercise = load_exercise(folder)
    missed = grade(exercise, exercise.starter, compiler=compiler, seed=7)
    assert {check.id: check.hint for check in missed.checks if check.hint} == {"never_closes": "Wait."}
    wrong = grade(exercise, exercise.mistake_sources["wrong-about-it.sol"], compiler=compiler, seed=7)
    assert (wrong.checks[0].hint or "").startswith("The contract is right here, so it is the test that is not")
