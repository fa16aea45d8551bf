"""Challenges: what a player may do, who the player is, and that nothing but the final state counts."""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from eth._utils.address import generate_contract_address
from eth.vm.forks.london.transactions import UnsignedDynamicFeeTransaction
from eth_hash.auto import keccak
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evmbox.chain import CHAIN_ID, Chain
from evmbox.chain.accounts import key_of
from evmbox.chain.engine import START_TIME
from evmbox.compiler import Compiler
from evmbox.errors import ExerciseError
from evmbox.exercise import Exercise, load_exercise
from evmbox.pool import Pool
from evmbox.proof import UNTOUCHED, prove
from evmbox.report import CheckStatus, Outcome, Report
from evmbox.runner import grade
from evmbox.runner.moves import Unreadable, read_moves
from evmbox.runner.signed import read_signed

EXERCISES = Path(__file__).parent / "exercises"
HEAD = '// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\nimport {EtherBank} from "./EtherBank.sol";\n'

Verdict = Callable[..., Report]


@pytest.fixture(scope="module")
def bank() -> Exercise:
    return load_exercise(EXERCISES / "ether-bank")


@pytest.fixture(scope="module")
def transfer() -> Exercise:
    return load_exercise(EXERCISES / "first-transfer")


@pytest.fixture
def verdict(compiler: Compiler, bank: Exercise) -> Verdict:
    """Give a function that grades a source or a JSON value, by default for the bank."""

    def grade_answer(answer: Any, exercise: Exercise = bank, seed: int = 7, **listeners: Any) -> Report:
        source = answer if isinstance(answer, str) else json.dumps(answer)
        return grade(exercise, source, compiler=compiler, seed=seed, **listeners)

    return grade_answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXERCISES / "ether-bank", tmp_path / "ether-bank"))


def statuses(report: Report) -> dict[str, CheckStatus]:
    return {check.id: check.status for check in report.checks}


def signed(by: str = "alice", **fields: Any) -> str:
    terms = {
        "chain_id": CHAIN_ID,
        "nonce": 0,
        "max_priority_fee_per_gas": 0,
        "max_fee_per_gas": 10**9,
        "gas": 100_000,
        "to": key_of("bob").public_key.to_canonical_address(),
        "value": 10**18,
        "data": b"",
        "access_list": (),
    }
    transaction = UnsignedDynamicFeeTransaction(**{**terms, **fields})
    return f"0x{transaction.as_signed_transaction(key_of(by)).encode().hex()}"


def send(function: str, **fields: Any) -> dict[str, Any]:
    return {"action": "send", "to": "target", "function": function, **fields}


@pytest.mark.parametrize("name", ["bank", "transfer"])
def test_right_answers_solve_it_for_every_learner(verdict: Verdict, name: str, request: pytest.FixtureRequest):
    exercise: Exercise = request.getfixturevalue(name)
    for source in (exercise.solution, *exercise.variants.values()):
        for seed in (1, 2**255 + 5):
            report = verdict(source, exercise, seed)
            assert report.outcome is Outcome.PASSED, (report.message, report.checks)
            assert report.score == report.max_score


@pytest.mark.parametrize("name", ["bank", "transfer"])
def test_wrong_answers_lack_what_they_should(verdict: Verdict, name: str, request: pytest.FixtureRequest):
    exercise: Exercise = request.getfixturevalue(name)
    for file, source in exercise.mistake_sources.items():
        report = verdict(source, exercise)
        assert report.outcome is Outcome.FAILED
        assert statuses(report)[exercise.mistakes[file]] is CheckStatus.FAILED, file


def test_each_part_of_being_solved_is_a_check(verdict: Verdict, bank: Exercise):
    report = verdict(bank.mistake_sources["keeps-it.sol"])
    assert statuses(report) == {"the_bank_is_empty": CheckStatus.PASSED, "alice_has_it": CheckStatus.FAILED}
    assert (report.score, report.max_score) == (2, 3)
    assert report.deployed.contract == "Attacker"
    assert report.deployed.deployer == Chain().alice.address
    assert 0 < report.size < 24_576


@pytest.mark.parametrize("nothing", [{"steps": []}, {"transactions": []}, {}, {"source": "contract A {}"}])
def test_nothing_done_solves_nothing(verdict: Verdict, nothing: dict[str, Any]):
    report = verdict(nothing)
    assert report.outcome is Outcome.FAILED
    assert report.score == 0


def test_an_attack_that_reverts_says_so_and_changes_nothing(verdict: Verdict, bank: Exercise):
    report = verdict(bank.mistake_sources["reverts.sol"])
    assert report.message == ('Alice called `attack()` of `Attacker`, sending 1 ether, and it reverted with "refused".')
    assert set(statuses(report).values()) == {CheckStatus.FAILED}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("function atack() external {}", "`Attacker` has no function `attack`, so only its constructor was run."),
        ("constructor(address a, address b) {}", "it takes 2 arguments, not 1"),
        ("constructor() { revert('not me'); }", 'Alice deployed `Attacker`, and it reverted with "not me".'),
        ("function attack() external { while (true) {} }", "ran out of gas (3,000,000 were given)"),
        ("function attack(uint256) external {}", "it has `attack(uint256)`, and `uint256` can't hold 0x"),
        ("function attack() external { EtherBank(address(0)).deposit(); }", "reverted without a reason"),
    ],
)
def test_what_went_wrong_with_an_attacker_is_explained(verdict: Verdict, body: str, said: str):
    report = verdict(f"{HEAD} contract Attacker {{ {body} }}")
    assert report.outcome is Outcome.FAILED
    assert said in report.message


@pytest.mark.parametrize(
    ("source", "outcome", "said"),
    [
        ("contract Robber {}", Outcome.NO_DEPLOYABLE_CONTRACT, "Rename `Robber` to `Attacker`"),
        ("contract Attacker { x }", Outcome.COMPILE_ERROR, "Expected identifier"),
        ({"source": "contract A { x }", "steps": []}, Outcome.COMPILE_ERROR, "Expected identifier"),
        ('{"steps": [', Outcome.FAILED, "What you handed in can't be read. Invalid JSON"),
        ('{"steps": 1}', Outcome.FAILED, "`steps`: Input should be a valid array"),
        ({"steps": [{"action": "steal"}]}, Outcome.FAILED, "`steps.0.action`: Input should be 'deploy', 'send'"),
        ({"steps": [], "extra": 1}, Outcome.FAILED, "`extra`: there is no such thing here; write `steps`"),
        ({"steps": [{"action": "wait", "seconds": "1"}]}, Outcome.FAILED, "`steps.0.seconds`: Input should be a valid"),
        ({"transactions": [{"wait": 1, "mine": 1}]}, Outcome.FAILED, "one of wait, warp and mine"),
        ({"transactions": ["0x"], "steps": [{"action": "wait"}]}, Outcome.FAILED, "either transactions, or steps"),
        ({"transactions": ["0x02"]}, Outcome.FAILED, "Move 1 can't be sent. It is no signed transaction"),
        ({"transactions": ["hello"]}, Outcome.FAILED, "Move 1 can't be sent. It is no signed transaction"),
        ({"steps": [{"action": "wait"}] * 300}, Outcome.FAILED, "at most 256 items"),
        ('{"steps": ' + "[" * 20_000, Outcome.FAILED, "can't be read"),
        ('{"source": "\ud800"}', Outcome.FAILED, "half of a character"),
        ('{"source": "' + "é" * 40_000 + '"}', Outcome.FAILED, "at most 65,536 are read"),
    ],
    ids=lambda value: str(value)[:24].encode("ascii", "replace").decode(),
)
def test_what_can_not_be_played_is_refused(verdict: Verdict, source: Any, outcome: Outcome, said: str):
    report = verdict(source)
    assert report.outcome is outcome
    assert said in report.message
    assert report.score == 0


@pytest.mark.parametrize("account", ["owner", "bob", "Alice ", "0x5ED4F8C48a1547328dda47C1A45515fC24fb8A70"])
def test_steps_are_alices(verdict: Verdict, account: str):
    report = verdict({"steps": [send("withdraw", account=account)]})
    assert report.outcome is Outcome.FAILED
    assert report.message.startswith("You act as Alice here, not as ")
    assert set(statuses(report).values()) == {CheckStatus.NOT_RUN}


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            send("withdraw"),
            'Step 1: Alice called `withdraw()` of the bank, and it reverted with "nothing to withdraw".',
        ),
        (send("close"), "Step 1: The bank has no function `close()`"),
        (send("withdraw", to="vault"), "Step 1: There is no contract 'vault'; there are: target."),
        (
            {"action": "deploy", "contract": "EtherBank"},
            "Step 1: There is no contract `EtherBank` that can be deployed.",
        ),
        ({"action": "transfer", "to": "target", "value_wei": 5}, "has no `receive()`, so it can't take plain ether."),
        ({"action": "transfer", "to": "nobody", "value_wei": 5}, 'An address was expected, not "nobody".'),
        ({"action": "transfer", "to": "bob", "value_wei": 2**255}, "Alice has only 1,000 ether"),
        (send("withdraw", args=[1, "@target", "@7", "@"]), "it takes 0 arguments, not 4"),
    ],
)
def test_a_step_that_fails_is_explained(verdict: Verdict, step: dict[str, Any], said: str):
    report = verdict({"steps": [step]})
    assert report.outcome is Outcome.FAILED
    assert said in report.message


def test_contracts_of_the_player_never_stand_in_for_those_of_the_lesson(verdict: Verdict, bank: Exercise):
    """`EtherBank` is the lesson's where `deploy` asks for it, whatever the player calls that."""
    leaky = (
        "contract EtherBank { function deposit() external payable { payable(address(0xdead)).transfer(msg.value); } }"
    )
    report = verdict({"source": f"pragma solidity ^0.8.0; {leaky}", "steps": []})
    assert statuses(report)["the_bank_is_empty"] is CheckStatus.FAILED
    assert "8 ether" in report.checks[0].message


def test_too_many_transactions_are_refused_before_one_is_sent(verdict: Verdict, transfer: Exercise):
    step = {"action": "transfer", "to": "bob", "value_wei": 10**18 // 2}
    report = verdict({"steps": [step, step]}, transfer)
    assert report.message == "Only one transaction may be sent in this challenge, and these are 2."
    assert set(statuses(report).values()) == {CheckStatus.NOT_RUN}
    raw = {"action": "raw", "target": 0, "args": ["0x"]}
    assert verdict({"steps": [step, raw]}, transfer).message == report.message
    report = verdict({"transactions": [signed(value=1), signed(nonce=1)]}, transfer)
    assert report.message == "Only one transaction may be sent in this challenge, and these are 2."


@pytest.mark.parametrize(
    "answer",
    [
        "contract Attacker { function attack() external {} }",
        {"source": "contract A {}", "steps": [{"action": "deploy", "contract": "A"}]},
        {"transactions": [signed(to=b"", data=b"\0", value=0)]},
    ],
    ids=["attacker", "steps", "transactions"],
)
def test_nothing_is_deployed_where_that_is_forbidden(verdict: Verdict, compiler: Compiler, folder: Path, answer: Any):
    manifest = folder / "exercise.toml"
    manifest.write_text(manifest.read_text().replace('entry = "attack"', "forbid_deploy = true"))
    report = verdict(answer, load_exercise(folder))
    assert report.message == "No contract may be deployed in this challenge: hand in transactions."
    assert report.score == 0


def test_a_journal_is_played_with_its_pauses(verdict: Verdict, folder: Path):
    (folder / "checks.py").write_text(
        "from evmbox.checks import check, expect_equal\n"
        "def deploy(chain, seed):\n    return chain.deploy('Clock', called='the clock')\n"
        "@check('The hour is right', task=1)\n"
        "def the_hour(chain, instance, player):\n"
        "    expect_equal(instance.struck(), [3601, 7203, 3], 'when it struck')\n"
    )
    (folder / "EtherBank.sol").write_text(
        "contract Clock { uint immutable start = block.timestamp; uint immutable first = block.number; uint[] all;"
        "function strike() external { all.push(block.timestamp - start); if (all.length == 2) all.push(block.number - "
        "first); } function struck() external view returns (uint[] memory) { return all; } }"
    )
    exercise = load_exercise(folder)
    address = generate_contract_address(_address("owner"), 0)
    strikes = [signed(to=address, data=keccak(b"strike()")[:4], value=0, nonce=nonce) for nonce in (5, 6)]
    journal = [{"wait": 3600}, strikes[0], {"mine": 1}, {"warp": START_TIME + 7203}, strikes[1]]
    report = verdict({"transactions": journal}, exercise)
    assert report.outcome is Outcome.PASSED, (report.message, report.checks)


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ([signed("owner")], "Move 1: You act as Alice here, not as Owner."),
        ([signed("bob")], "Move 1: You act as Alice here, not as Bob."),
        ([signed(chain_id=1)], "Move 1 can't be sent. It was signed for the chain 1; this is 31337."),
        ([signed(), signed()], "Move 2 has the nonce 0, but 1 comes next for its sender."),
        ([signed(value=2000 * 10**18)], "Move 1: Alice sent a transaction to Bob, and it could not be paid for."),
        ([signed(gas=31_000_000)], "Move 1: A transaction can have 1 to 30,000,000 gas"),
        ([{"warp": 5}], "Move 1: The check wanted to move the clock to 5"),
    ],
)
def test_a_transaction_that_can_not_be_sent_is_explained(verdict: Verdict, moves: list[Any], said: str):
    report = verdict({"transactions": moves})
    assert report.outcome is Outcome.FAILED
    assert said in report.message


def test_others_may_act_where_the_manifest_lets_them(verdict: Verdict, folder: Path):
    manifest = folder / "exercise.toml"
    manifest.write_text(manifest.read_text().replace('entry = "attack"', 'players = ["alice", "bob"]'))
    exercise = load_exercise(folder)
    report = verdict({"transactions": [signed("bob", to=_address("alice")), signed("carol")]}, exercise)
    assert report.message == "Move 2: You act as Alice and Bob here, not as Carol."
    report = verdict({"steps": [send("withdraw", account="bob")]}, exercise)
    assert report.message is None
    assert "5 ether" in report.checks[0].message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("def deploy", "def make", "it has no function `deploy`"),
        ("    return bank", "    return 5", "`deploy` returned something else"),
        ("    return bank", "    return {}", "`deploy` returned something else"),
        ('chain.deploy("EtherBank"', 'chain.deploy("Safe"', "`deploy` raised OutOfReach"),
        ("def deploy(chain, seed):", "def deploy(chain):", "`deploy` raised TypeError"),
    ],
)
def test_a_challenge_that_can_not_be_set_up_is_the_lessons_fault(
    verdict: Verdict, bank: Exercise, folder: Path, old: str, new: str, said: str
):
    checks = folder / "checks.py"
    checks.write_text(checks.read_text().replace(old, new))
    told: list[str] = []
    report = verdict(bank.solution, load_exercise(folder), on_fault=told.append)
    assert report.outcome is Outcome.LESSON_BROKEN
    assert "The fault is in the lesson" in report.message
    assert said in told[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "challenge"', 'kind = "contract"', "only an exercise of kind 'challenge' has [challenge]"),
        ("max_transactions = 4", "max_transactions = 0", "challenge.max_transactions: Input should be greater than 0"),
        ("max_transactions = 4", 'players = ["owner"]', "challenge.players.1"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(folder: Path, old: str, new: str, said: str):
    manifest = folder / "exercise.toml"
    manifest.write_text(manifest.read_text().replace(old, new))
    with pytest.raises(ExerciseError) as caught:
        load_exercise(folder)
    assert said in str(caught.value)


def test_names_that_deploy_gives_are_what_steps_and_attackers_know(verdict: Verdict, folder: Path):
    checks = folder / "checks.py"
    text = checks.read_text().replace("    return bank", '    return {"vault": bank, "rich": chain.carol}')
    checks.write_text(text.replace("instance.balance", 'instance["vault"].balance'))
    exercise = load_exercise(folder)
    step = send("deposit", to="vault", value_wei=10**18)
    give = {"action": "transfer", "to": "rich", "value_wei": 1}
    report = verdict({"steps": [step, give]}, exercise)
    assert report.message is None
    assert "9 ether" in report.checks[0].message
    assert "998,999,999,999,999,999,999" in report.checks[1].message
    asks = "constructor(address vault, address rich) { require(rich.balance > 900 ether && vault.code.length > 0); }"
    report = verdict(
        f"pragma solidity ^0.8.0; contract Attacker {{ {asks} function attack() external {{}} }}", exercise
    )
    assert report.message is None


def test_no_text_of_the_checks_is_told(verdict: Verdict, bank: Exercise, folder: Path):
    checks = folder / "checks.py"
    checks.write_text(checks.read_text().replace('"the bank")', '"the bank")  # canary-c41\n    canary_c41 = 1'))
    exercise = load_exercise(folder)
    for source in (exercise.starter, exercise.solution, *exercise.mistake_sources.values()):
        assert "canary" not in verdict(source, exercise).model_dump_json()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda data: b"\x02\xf8" + data))
def test_any_bytes_are_a_transaction_or_are_refused(data: bytes):
    with suppress(Unreadable):
        read_signed(data.hex())


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 400), st.integers(0, 255))
def test_a_damaged_transaction_is_one_of_another_sender_or_refused(place: int, value: int):
    whole = bytearray.fromhex(signed()[2:])
    whole[place % len(whole)] = value
    try:
        read = read_signed(whole.hex())
    except Unreadable:
        return
    assert read == read_signed(signed()) or read.sender != Chain().alice.address


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


@settings(max_examples=100, deadline=None)
@given(
    st.fixed_dictionaries(
        {}, optional={"source": _JSON, "steps": st.lists(_JSON | st.just({"action": "send"})), "transactions": _JSON}
    )
)
def test_any_json_is_read_or_refused(value: dict[str, Any]):
    with suppress(Unreadable):
        read_moves(json.dumps(value))


def test_challenges_are_graded_and_proven_in_the_pool(pool: Pool, bank: Exercise, transfer: Exercise):
    report = pool.grade(bank, bank.solution, seed=7)
    assert report.outcome is Outcome.PASSED
    for exercise in (bank, transfer):
        proof = prove(exercise, pool)
        assert proof.ok, [row for row in proof.rows if not row.ok]
        assert UNTOUCHED in {row.file for row in proof.rows}


def test_a_challenge_that_is_solved_already_is_found(pool: Pool, folder: Path):
    checks = folder / "checks.py"
    checks.write_text(checks.read_text().replace("for customer in (chain.bob, chain.carol)", "for customer in ()"))
    checks.write_text(checks.read_text().replace("ether(1000) + taken", "ether(1000)"))
    rows = {row.file: row for row in prove(load_exercise(folder), pool).rows}
    assert not rows[UNTOUCHED].ok


def test_patch_and_prove_is_a_contract_with_attackers_among_its_helpers(pool: Pool):
    proof = prove(load_exercise(EXERCISES / "mended-bank"), pool)
    assert proof.ok, [row for row in proof.rows if not row.ok]


def _address(name: str) -> bytes:
    return key_of(name).public_key.to_canonical_address()
