"""Kind `gas`: correct first, then measured; nothing that a contract knows beforehand helps it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evmbox.chain import seeded
from evmbox.compiler import Compiler
from evmbox.errors import ExerciseError
from evmbox.exercise import Exercise, load_exercise
from evmbox.pool import Pool
from evmbox.proof import SEEDS, Claim, prove
from evmbox.report import CheckStatus, Outcome, Report
from evmbox.runner import Listeners, grade, judge, prepare

ROLL = Path(__file__).parent / "exercises" / "roll"
JOINING, RAISING = 44_107, 22_790
"""What the solution uses, by py-evm with the pinned compiler."""


@pytest.fixture(scope="module")
def roll() -> Exercise:
    return load_exercise(ROLL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROLL, tmp_path / "roll"))


@pytest.fixture
def verdict(compiler: Compiler, roll: Exercise) -> Callable[..., Report]:
    """Give a function that grades a source."""

    def grade_source(source: str, exercise: Exercise = roll, seed: int = 7, on_fault=print) -> Report:
        return grade(exercise, source, compiler=compiler, seed=seed, on_fault=on_fault)

    return grade_source


def edited(folder: Path, file: str, old: str, new: str) -> Path:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    return folder


def test_the_exercise_is_proven_file_by_file(pool: Pool, roll: Exercise):
    proof = prove(roll, pool)
    assert [row for row in proof.rows if not row.ok] == []
    claims = [row.claim for row in proof.rows]
    assert claims.count(Claim.SOLUTION_PASSES) == len(SEEDS)
    assert claims.count(Claim.MISTAKE_CAUGHT) == 5


def test_a_frugal_contract_passes_with_a_score_by_measure(verdict, roll: Exercise):
    report = verdict(roll.solution)
    assert report.outcome is Outcome.PASSED
    assert report.score == report.max_score == 7
    assert report.gas_score is not None
    assert report.gas_score.model_dump() == {
        "used": JOINING + RAISING,
        "budget": 70_000,
        "best_known": 66_700,
        "measures": {"joining": JOINING, "raising": RAISING},
    }


def test_everyone_is_measured_alike(verdict, roll: Exercise):
    scores = {verdict(roll.solution, seed=seed).gas_score.used for seed in (1, 2, 2**255 + 5)}
    assert scores == {JOINING + RAISING}
    assert verdict(f"{roll.solution}\n// the same code").gas_score.used in scores


def test_a_costly_contract_keeps_the_points_of_its_checks(verdict, roll: Exercise):
    report = verdict(roll.mistake_sources["unpacked.sol"])
    assert report.outcome is Outcome.FAILED
    assert report.score == 5
    failed = [check for check in report.checks if check.status is CheckStatus.FAILED]
    assert [check.id for check in failed] == ["joining"]
    assert failed[0].message == f"This used {report.gas_score.measures['joining']:,} gas; the budget is 46,000."
    assert failed[0].hint


def test_a_wrong_contract_has_no_gas_score_however_little_it_uses(verdict, roll: Exercise):
    report = verdict(roll.mistake_sources["forgets-since.sol"])
    assert report.gas_score is None
    assert report.score == 2
    measures = report.checks[2:]
    assert [check.id for check in measures] == ["joining", "raising"]
    assert {check.status for check in measures} == {CheckStatus.NOT_RUN}
    assert {check.message for check in measures} == {"Gas is measured once every check passes."}


def test_a_contract_that_knows_the_common_inputs_is_measured_by_others(verdict, roll: Exercise):
    report = verdict(roll.mistake_sources["knows-the-inputs.sol"])
    assert report.gas_score.measures["joining"] > 60_000
    assert [check.id for check in report.checks if check.status is CheckStatus.FAILED] == ["joining"]


def test_not_even_a_little_is_gained_by_knowing_the_common_inputs(verdict, roll: Exercise):
    common = seeded.number(0, "since", 2**63, 2**64 - 1)
    saving = roll.solution.replace(
        "        member[msg.sender]",
        f"        if (since != {common}) {{\n            assembly {{ tstore(0, 1) }}\n        }}\n"
        "        member[msg.sender]",
    )
    always = saving.replace(f"since != {common}", "since != 0")
    assert verdict(saving).gas_score.measures["joining"] >= verdict(always).gas_score.measures["joining"]
    assert verdict(always).gas_score.measures["joining"] > JOINING + 60


def test_inputs_drawn_for_one_submission_are_not_those_of_the_next(compiler: Compiler, roll: Exercise, verdict):
    one = judge(roll, prepare(roll, roll.solution, compiler=compiler), seed=7)
    assert one.gas_score == verdict(roll.solution).gas_score
    counted: list[int] = []
    for source in (roll.solution, f"{roll.solution}\n"):
        exercise = roll
        checks = _spying(exercise, counted)
        judge(exercise, prepare(exercise, source, compiler=compiler), seed=7, checks=checks)
    first, second = counted[:3], counted[3:]
    assert first[0] == second[0] == 0
    assert len({*first, *second}) == 5


def _spying(exercise: Exercise, seeds: list[int]):
    """Return checks that note with which seeds the measures run."""
    from evmbox.checks import check, measure  # noqa: PLC0415 — decorators at hand for this one lesson

    @check("It is there", task=1)
    def is_there(chain, contract):
        assert contract.address

    @measure("Joining", task=3)
    def joining(chain, contract):
        seeds.append(chain.seed)
        return 1

    @measure("Raising", task=3)
    def raising(chain, contract):
        return 1

    return [is_there, joining, raising]


def test_a_contract_that_is_wrong_where_it_is_measured_has_no_score(verdict, folder: Path, roll: Exercise):
    wrong = roll.solution.replace(
        "member[msg.sender] = ", "if (shares < 2**31 || msg.sender.code.length > 0) member[msg.sender] = "
    )
    edited(
        folder, "checks.py", 'chain.number(f"shares {who!r}", 1, 2**32 - 1)', 'chain.number(f"shares {who!r}", 1, 9)'
    )
    report = verdict(wrong, load_exercise(folder))
    assert report.outcome is Outcome.FAILED
    assert report.gas_score is None
    assert report.score == 4
    assert {check.status for check in report.checks[2:]} == {CheckStatus.FAILED}


def test_a_total_budget_is_for_all_measures_together(verdict, folder: Path, roll: Exercise):
    edited(folder, "exercise.toml", "[gas_budgets]\njoining = 46_000\nraising = 24_000\n", "")
    edited(folder, "exercise.toml", "best_known_gas", "gas_budget = 66_000\nbest_known_gas")
    exercise = load_exercise(folder)
    report = verdict(roll.solution, exercise)
    assert report.outcome is Outcome.FAILED
    assert {check.message for check in report.checks[2:]} == {
        f"All measures together used {JOINING + RAISING:,} gas; the budget is 66,000."
    }
    edited(folder, "exercise.toml", "gas_budget = 66_000", "gas_budget = 66_897")
    assert verdict(roll.solution, load_exercise(folder)).outcome is Outcome.PASSED


def test_a_measure_that_returns_nothing_counts_all_its_transactions(verdict, folder: Path, roll: Exercise):
    edited(
        folder, "checks.py", "    return receipt.gas_used\n", '    contract.send("power(uint256,uint8)", base, times)\n'
    )
    report = verdict(roll.solution, load_exercise(folder))
    assert report.gas_score.measures["raising"] == 2 * RAISING


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("checks.py", "    return receipt.gas_used\n", "    raise KeyError('canary-9')\n", "raised KeyError"),
        ("checks.py", "def raising", "def lifting", "measures here are joining, lifting"),
        ("exercise.toml", "raising = 24_000\n", "", "Write a @measure for each budget"),
    ],
)
def test_a_broken_measure_is_the_lessons_fault(verdict, folder: Path, roll: Exercise, file, old, new, fault):
    faults: list[str] = []
    report = verdict(roll.solution, load_exercise(edited(folder, file, old, new)), on_fault=faults.append)
    assert report.outcome is Outcome.LESSON_BROKEN
    assert report.gas_score is None
    assert fault in faults[0]
    assert "canary" not in report.model_dump_json()


def test_what_cannot_be_deployed_is_refused_with_every_check_listed(verdict):
    report = verdict("contract Rol {}")
    assert report.outcome is Outcome.NO_DEPLOYABLE_CONTRACT
    assert report.max_score == 7


def test_a_draft_lists_every_check_and_tells_no_score(compiler: Compiler, roll: Exercise):
    drafts: list[Report] = []
    submission = prepare(roll, roll.solution, compiler=compiler)
    judge(roll, submission, seed=7, listeners=Listeners(on_draft=drafts.append))
    assert {len(draft.checks) for draft in drafts} == {4}
    assert {draft.gas_score for draft in drafts} == {None}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("best_known_gas", "gas_budget = 66_000\nbest_known_gas", "either `gas_budget` or `gas_budgets`"),
        ('kind = "gas"', 'kind = "contract"', "either `gas_budget` or `gas_budgets`"),
        ("joining = 46_000", "joining = 0", "gas_budgets.joining"),
        ('contract = "Roll"\n', "", "names its contract"),
    ],
)
def test_a_wrong_manifest_is_refused(folder: Path, old: str, new: str, said: str):
    with pytest.raises(ExerciseError) as caught:
        load_exercise(edited(folder, "exercise.toml", old, new))
    assert said in str(caught.value)
