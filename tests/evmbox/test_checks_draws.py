"""Checks that draw their inputs: enough of them, the same everywhere, each on its own chain, the simplest told."""

import subprocess
import sys
from typing import Any

import pytest
from eth_utils import is_checksum_address

from evmbox.chain import Chain
from evmbox.checks import CheckFailed, addresses, check, ether, expect_equal, given, integers, text
from evmbox.checks.draws import EVM_RECURSION_LIMIT, EXAMPLES, SHRINKING
from evmbox.errors import ChainError, ExerciseError

BANK = """
contract Bank {
    mapping(address => uint256) public held;
    string public note;
    function put(uint256 amount) external { held[msg.sender] += amount; }
    function broken(uint256 amount) external { held[msg.sender] += amount > 1000 ? amount - 1 : amount; }
    function give(address to, uint256 amount) external { held[to] = amount; }
    function write(string calldata text) external { note = text; }
    function deep() external view { if (gasleft() > 20_000) this.deep(); }
}
"""


@pytest.fixture
def bank(deploy: Any) -> Any:
    return deploy(BANK)


def test_fifty_different_examples_run_and_each_starts_from_the_same_chain(chain: Chain, bank: Any):
    seen = []

    @check("Putting adds", task=1)
    @given(amount=integers(1, ether(10)))
    def putting_adds(chain: Chain, contract: Any, amount: int) -> None:
        seen.append((amount, chain.now, chain.block_number, contract.held(chain.alice)))
        contract.put(amount)
        chain.wait(amount)
        expect_equal(contract.held(chain.alice), amount, "what Alice put")

    before = (chain.now, chain.block_number)
    limit = sys.getrecursionlimit()
    putting_adds.run(chain, bank)
    assert sys.getrecursionlimit() == limit
    assert len(seen) == len({amount for amount, *_ in seen}) == EXAMPLES == 50
    assert {(now, number, put) for _, now, number, put in seen} == {(*before, 0)}
    assert (chain.now, chain.block_number, bank.held(chain.alice)) == (*before, 0)
    assert putting_adds.id == "putting_adds"


def test_a_failure_names_the_simplest_inputs_that_fail(chain: Chain, bank: Any):
    runs = []

    @check("Putting adds", task=1)
    @given(amount=integers(1, ether(10)), other=integers(0, 10))
    def putting_adds(chain: Chain, contract: Any, amount: int, other: int) -> None:
        runs.append(amount)
        contract.broken(amount)
        expect_equal(contract.held(chain.alice), amount, "what Alice put")

    with pytest.raises(CheckFailed) as caught:
        putting_adds.run(chain, bank)
    assert str(caught.value) == "What Alice put should be 1001, but it is 1000. (With amount = 1001, other = 0.)"
    assert len(runs) < 200
    assert chain.block_number == 2


def test_a_failure_that_is_hard_to_simplify_still_ends_soon(chain: Chain):
    tried = []

    @check("Hard", task=1)
    @given(a=integers(), b=integers(), c=integers(), d=integers(), e=integers())
    def hard(chain: Chain, a: int, b: int, c: int, d: int, e: int) -> None:
        tried.append(a)
        if min(a, b, c, d, e) > 1_000_003:
            raise CheckFailed("Too large.")

    with pytest.raises(CheckFailed, match=r"^Too large. \(With a = .*, b = .*, c = .*, d = .*, e = .*\)$"):
        hard.run(chain)
    assert SHRINKING < len(tried) <= EXAMPLES + SHRINKING + 1


def test_a_failure_without_a_word_still_tells_its_inputs(chain: Chain):
    @check("Never", task=1)
    @given(a=text(), b=integers())
    def never(chain: Chain, a: str, b: int) -> None:
        raise AssertionError

    with pytest.raises(CheckFailed, match=r'^A condition of this check does not hold. \(With a = "", b = 0.\)$'):
        never.run(chain)


def test_a_revert_in_an_example_is_told_with_its_inputs(chain: Chain, bank: Any):
    @check("Overflows", task=1)
    @given(amount=integers(2**256 - 5, 2**256 - 1))
    def overflows(chain: Chain, contract: Any, amount: int) -> None:
        contract.put(amount)
        contract.put(10)

    with pytest.raises(CheckFailed, match=r"panicked: arithmetic overflow .* \(With amount = 115,792,.*\)$"):
        overflows.run(chain, bank)


def test_a_check_without_a_contract_can_draw_too(chain: Chain):
    @check("Sends", task=1)
    @given(amount=integers(0, 5))
    def sends(chain: Chain, amount: int) -> None:
        chain.transfer(chain.bob, chain.carol, amount)

    sends.run(chain)


def test_strategies_draw_what_contracts_take(chain: Chain, bank: Any):
    seen: list[tuple[str, int, str]] = []

    @check("Gives", task=1)
    @given(who=addresses(), amount=integers(), note=text(max_size=10))
    def gives(chain: Chain, contract: Any, who: str, amount: int, note: str) -> None:
        seen.append((who, amount, note))
        contract.give(who, amount)
        contract.write(note)
        expect_equal(contract.held(who), amount, "what was given")
        expect_equal(contract.note(), note, "the note")

    gives.run(chain, bank)
    people, amounts, notes = zip(*seen, strict=True)
    assert all(map(is_checksum_address, people))
    assert not {account.address for account in chain.accounts} & set(people)
    assert {0, 2**256 - 1} <= set(amounts)
    assert all(len(note) <= 10 for note in notes)
    assert any(not note.isascii() for note in notes)


PROGRAM = """
import sys
{imports}
from evmbox.chain import Chain
from evmbox.checks import addresses, check, given, integers, text

seen = []

@check("Draws", task=1)
@given(a=integers(), b=text(), c=addresses(), d=integers(1, 10**18))
def draws(chain, a, b, c, d):
    seen.append((a, b, c, d))

draws.run(Chain(seed={seed}))
print(ascii(seen))
"""


def draws_of_a_process(imports: str, seed: int, folder: Any) -> str:
    program = PROGRAM.format(imports=imports, seed=seed)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=folder)
    assert list(folder.iterdir()) == [], "drawing leaves no files behind"
    return done.stdout


def test_the_inputs_are_the_same_in_every_process_whatever_is_loaded(tmp_path: Any):
    alone = draws_of_a_process("", 1, tmp_path)
    assert alone.count("0x") == EXAMPLES
    assert draws_of_a_process("import evmbox.compiler, evmbox.exercise, classroom.models", 2, tmp_path) == alone


def test_few_inputs_are_each_tried_once(chain: Chain):
    seen = []

    @check("Few", task=1)
    @given(n=integers(1, 3))
    def few(chain: Chain, n: int) -> None:
        seen.append(n)

    few.run(chain)
    assert sorted(seen) == [1, 2, 3]


def test_the_deepest_calls_work_inside_an_example(chain: Chain, bank: Any):
    limit = sys.getrecursionlimit()
    assert limit >= EVM_RECURSION_LIMIT

    @check("Deep", task=1)
    @given(n=integers(0, 1))
    def deep(chain: Chain, contract: Any, n: int) -> None:
        contract.call("deep", gas=30_000_000)

    deep.run(chain, bank)
    assert sys.getrecursionlimit() == limit


@pytest.mark.parametrize("kind", [MemoryError, SystemError, RecursionError, KeyboardInterrupt])
def test_the_machines_limits_are_no_failing_example(chain: Chain, kind: type[BaseException]):
    tried = []

    @check("Exhausts", task=1)
    @given(n=integers())
    def exhausts(chain: Chain, n: int) -> None:
        tried.append(n)
        if len(tried) == 3:
            raise kind("enough")

    with pytest.raises(kind, match="enough"):
        exhausts.run(chain)
    assert len(tried) == 3


def test_a_mistake_in_a_check_that_draws_is_the_lessons(chain: Chain):
    @check("Breaks", task=1)
    @given(n=integers())
    def breaks(chain: Chain, n: int) -> None:
        raise KeyError(n)

    with pytest.raises(ExerciseError, match="the check `breaks` raised KeyError") as caught:
        breaks.run(chain)
    assert caught.value.line == breaks.function.__wrapped__.__code__.co_firstlineno + 3  # type: ignore[attr-defined]


def test_inputs_that_nobody_takes_are_refused():
    with pytest.raises(ChainError, match=r"takes \(chain, amount\), @given gives \(amont\)"):

        @given(amont=integers())
        def check_amount(chain: Chain, amount: int) -> None: ...

    with pytest.raises(ChainError, match=r"takes \(chain, contract\) or \(chain\)"):

        @check("Half", task=1)
        @given(amount=integers())
        def half(chain: Chain, amount: int, other: int) -> None: ...
