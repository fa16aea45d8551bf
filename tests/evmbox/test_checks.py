"""What a check expects, and what a learner reads where a contract does not do it."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from evmbox.chain import Chain, ExecutionError, LearnerError, MissingFunction, OutOfGas, Reverted
from evmbox.checks import Check, CheckFailed, check, emits, ether, expect_equal, reverts
from evmbox.errors import ChainError, ExerciseError

JAR = """
contract Jar {
    address public owner = msg.sender;
    uint256 public total;
    event Tipped(address indexed from, uint256 amount);
    event Emptied();
    error NotOwner(address caller);
    error Empty();
    error Locked(uint256 from, uint256 until);
    function tip() external payable {
        if (msg.value == 0) revert Empty();
        total += msg.value;
        emit Tipped(msg.sender, msg.value);
    }
    function twice() external payable { emit Tipped(msg.sender, 1); emit Tipped(msg.sender, 1); }
    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        (bool sent,) = msg.sender.call{value: address(this).balance}("");
        require(sent, "not sent");
        emit Emptied();
    }
    function locked() external pure { revert Locked(1, 2); }
    function word() external pure { revert("Locked"); }
    function divide(uint256 by) external pure returns (uint256) { return 1 / by; }
    function forever() external pure { while (true) {} }
    function invalid() external pure { assembly { invalid() } }
    function flag() external pure returns (bool) { return true; }
    function list() external pure returns (uint256[] memory all) { all = new uint256[](2); all[1] = 5; }
    function forgot() external returns (uint256) { return total; }
}
"""


@pytest.fixture
def jar(deploy: Any) -> Any:
    return deploy(JAR)


def run(chain: Chain, contract: Any, body: Callable[[], object]) -> str:
    """Run a check's body and return what the learner reads."""

    @check("A check", task=1)
    def a_check(chain: Chain, contract: Any) -> None:
        body()

    with pytest.raises(CheckFailed) as caught:
        a_check.run(chain, contract)
    return str(caught.value)


def test_any_revert_satisfies_reverts_without_more(chain: Chain, jar: Any):
    for body in (jar.withdraw, jar.tip, jar.word, lambda: jar.divide(0)):
        with reverts() as caught:
            body()
        assert isinstance(caught.error, Reverted)


def test_a_custom_error_is_expected_by_name_and_arguments(chain: Chain, jar: Any):
    bob = chain.bob
    for expectation in (
        reverts("NotOwner"),
        reverts("NotOwner", caller=bob),
        reverts("NotOwner", bob),
        reverts("NotOwner", caller=bob.address),
        reverts(Reverted),
        reverts(ExecutionError),
    ):
        expecting(expectation, lambda: jar.withdraw(sender=bob))


@pytest.mark.parametrize(
    ("expectation", "function"),
    [
        (lambda: reverts("Locked", from_=1, until=2), "locked"),
        (lambda: reverts(reason="Locked"), "word"),
        (lambda: reverts("division by zero"), "divide"),
        (lambda: reverts(0x12), "divide"),
        (lambda: reverts(OutOfGas), "forever"),
        (lambda: reverts(ExecutionError), "invalid"),
    ],
)
def test_reasons_panics_and_other_endings_are_expected_in_their_way(jar: Any, expectation: Any, function: str):
    args = (0,) if function == "divide" else ()
    with expectation():
        jar.call(function, *args, gas=100_000)


def expecting(expectation: Any, body: Callable[[], object]) -> None:
    with expectation:
        body()


CASES: list[tuple[str, Callable[[Any, Any], None]]] = []


def told(message: str) -> Callable[[Callable[[Any, Any], None]], None]:
    """Make a case of a check's body that fails with this message."""
    return lambda body: CASES.append((message, body))


@told("Bob called `tip()`, sending 1 ether. It should have reverted with NotOwner(caller=Bob), but it succeeded.")
def _(chain, jar):
    with reverts("NotOwner", caller=chain.bob):
        jar.tip(sender=chain.bob, value=ether(1))


@told("Bob called `total()`. It should have reverted, but it succeeded.")
def _(chain, jar):
    with reverts():
        jar.total(sender=chain.bob)


@told("Alice called `withdraw()`, and it reverted with NotOwner(caller=Alice). It should have reverted with Empty.")
def _(chain, jar):
    with reverts("Empty"):
        jar.withdraw()


@told("Carol called `withdraw()`, and it reverted with NotOwner(caller=Carol). Its `caller` should be Bob, not Carol.")
def _(chain, jar):
    with reverts("NotOwner", caller=chain.bob):
        jar.withdraw(sender=chain.carol)


@told(
    "Bob called `withdraw()`, and it reverted with NotOwner(caller=Bob). "
    "`NotOwner` has no parameter `who`; its parameters: `caller`."
)
def _(chain, jar):
    with reverts("NotOwner", who=chain.bob):
        jar.withdraw(sender=chain.bob)


@told("Alice called `tip()`, and it reverted with Empty(). `Empty` has only 0 parameters.")
def _(chain, jar):
    with reverts("Empty", 5):
        jar.tip()


@told('Alice called `divide(0)`, and it panicked: division by zero (0x12). It should have reverted with "not enough".')
def _(chain, jar):
    with reverts("not enough"):
        jar.divide(0)


@told(
    "Alice called `divide(0)`, and it panicked: division by zero (0x12). "
    "It should have panicked: arithmetic overflow or underflow (0x11)."
)
def _(chain, jar):
    with reverts(0x11):
        jar.divide(0)


@told("Alice called `forever()`, and it ran out of gas (100,000 were given). It should have reverted.")
def _(chain, jar):
    with reverts():
        jar.call("forever", gas=100_000)


@told(
    "Alice called `invalid()`, and it ran into an invalid instruction, which burns all gas. "
    "It should have reverted with NotOwner."
)
def _(chain, jar):
    with reverts("NotOwner"):
        jar.invalid()


@told("Alice called `locked()`, and it reverted with Locked(from=1, until=2). It should have run out of gas.")
def _(chain, jar):
    with reverts(OutOfGas):
        jar.locked()


@told('Alice called `word()`, and it reverted with "Locked". It should have reverted with Locked.')
def _(chain, jar):
    with reverts("Locked"):
        jar.word()


@told('Alice called `locked()`, and it reverted with Locked(from=1, until=2). It should have reverted with "Locked".')
def _(chain, jar):
    with reverts(reason="Locked"):
        jar.locked()


@told(
    "Bob sent 5,000 ether to your contract, and it could not be paid for. Bob has only 1,000 ether. "
    "It should have reverted."
)
def _(chain, jar):
    with reverts():
        chain.transfer(chain.bob, jar, ether(5000))


@told(
    "Bob called `tip()`, sending 3 wei. It should have emitted `Tipped(amount=5)`. "
    "It emitted `Tipped(from=Bob, amount=3)`."
)
def _(chain, jar):
    with emits(jar, "Tipped", amount=5):
        jar.tip(sender=chain.bob, value=3)


@told("Bob sent 3 wei to Carol. It should have emitted `Tipped`. It emitted no event.")
def _(chain, jar):
    with emits(jar, "Tipped"):
        chain.transfer(chain.bob, chain.carol, 3)


@told("Alice called `total()`. It should have emitted `Tipped`. It emitted no event.")
def _(chain, jar):
    with emits(jar, "Tipped"):
        jar.total()


@told("Alice called `twice()`. It should have emitted `Tipped(amount=1)` once, not twice.")
def _(chain, jar):
    with emits(jar, "Tipped", amount=1):
        jar.twice()


@told(
    "Alice called `tip()`, sending 3 wei. It should have emitted `Tip(Bob)`, but the contract declares no such event. "
    "It declares `Emptied()`, `Tipped(address,uint256)`."
)
def _(chain, jar):
    with emits(jar, "Tip", chain.bob):
        jar.tip(value=3)


@told(
    "Alice called `tip()`, sending 3 wei. It should have emitted `Tipped(Bob)`, but the contract declares no event "
    "`Tipped(address,int256)`. It declares `Emptied()`, `Tipped(address,uint256)`."
)
def _(chain, jar):
    with emits(jar, "Tipped(address, int)", chain.bob):
        jar.tip(value=3)


@told(
    "Alice called `tip()`, sending 3 wei. It should have emitted `Tipped(Bob)`. "
    "It emitted `Tipped(from=Alice, amount=3)`."
)
def _(chain, jar):
    with emits(jar, "Tipped(address,uint256)", chain.bob):
        jar.tip(value=3)


@told(
    "Alice called `tip()`, sending 3 wei. It should have emitted `Tipped(by=Bob)`. "
    "It emitted `Tipped(from=Alice, amount=3)`. `Tipped` has no parameter `by`; its parameters: `from`, `amount`."
)
def _(chain, jar):
    with emits(jar, "Tipped", by=chain.bob):
        jar.tip(value=3)


@told(
    "Alice called `tip()`, sending 3 wei. It should not have emitted an event. "
    "It emitted `Tipped(from=Alice, amount=3)`."
)
def _(chain, jar):
    with emits.nothing(jar):
        jar.tip(value=3)


@told("Alice called `tip()`, and it reverted with Empty().")
def _(chain, jar):
    with emits(jar, "Tipped"):
        jar.tip()


@told("The total should be 5, but it is 0.")
def _(chain, jar):
    expect_equal(jar.total(), 5, "the total")


@told("The owner should be Bob, but it is Owner.")
def _(chain, jar):
    expect_equal(jar.owner(), chain.bob, "the owner")


@told("The flag should be 1, but it is true.")
def _(chain, jar):
    expect_equal(jar.flag(), 1, "the flag")


@told("The list should be [0, 6], but it is [0, 5].")
def _(chain, jar):
    expect_equal(jar.list(), [0, 6], "the list")


@told("The ether in the jar should be 1,000,000,000,000,000,000 (1 ether), but it is 0.")
def _(chain, jar):
    expect_equal(jar.balance, ether(1), "the ether in the jar")


@told(
    "A value was expected from `forgot()`, but it isn't marked `view`: calling it sends a transaction, "
    "which gives no value. Mark it `view`."
)
def _(chain, jar):
    expect_equal(jar.forgot(), 0, "what it forgot")


@told("Alice called `withdraw()`, and it reverted with NotOwner(caller=Alice).")
def _(chain, jar):
    jar.withdraw()


@told("the jar is empty")
def _(chain, jar):
    raise AssertionError("the jar is empty")


@told("the note is \\u{202e}evil")
def _(chain, jar):
    raise AssertionError("the note is \u202eevil")


@told("A condition of this check does not hold.")
def _(chain, jar):
    raise AssertionError


@pytest.mark.parametrize(("message", "body"), CASES)
def test_a_failed_check_says_who_did_what_and_what_should_have_been(
    chain: Chain, jar: Any, message: str, body: Callable[[Any, Any], None]
):
    assert run(chain, jar, lambda: body(chain, jar)) == message


def test_a_missing_function_satisfies_no_reverts(chain: Chain, jar: Any):
    for expectation in (reverts(), reverts(ExecutionError), reverts("NotOwner")):
        with pytest.raises(MissingFunction, match="no function `drain"):
            expecting(expectation, jar.drain)


def test_reverts_around_nothing_is_the_lessons_mistake():
    with pytest.raises(ChainError, match="Nothing was done"):
        expecting(reverts(), lambda: None)
    with pytest.raises(ChainError, match="only with the name of a custom error"):
        reverts("not enough", caller=1)
    with pytest.raises(ChainError):
        reverts(caller=1)


def test_an_event_is_expected_by_name_and_values(chain: Chain, jar: Any):
    for expectation in (
        emits(jar, "Tipped"),
        emits(jar, "Tipped", amount=3),
        emits(jar, "Tipped", from_=chain.bob, amount=3),
        emits(jar, "Tipped", chain.bob, 3),
        emits(jar, "Tipped(address,uint256)", chain.bob),
        emits(jar, "Tipped(address, uint)", amount=3),
        emits.nothing(jar, "Emptied"),
        emits.nothing(jar, "Tipped", amount=4),
    ):
        expecting(expectation, lambda: jar.tip(sender=chain.bob, value=3))
    expecting(emits.times(2, jar, "Tipped", amount=1), jar.twice)
    expecting(emits.nothing(jar), lambda: chain.transfer(chain.bob, chain.carol, 1))


def test_events_of_other_contracts_do_not_count(chain: Chain, jar: Any, build: Any):
    other = chain.deploy(build(JAR))
    message = run(chain, jar, lambda: expecting(emits(jar, "Tipped"), lambda: other.tip(value=1)))
    assert message.startswith("Alice called `tip()` of `Jar`, sending 1 wei. It should have emitted `Tipped`.")


def test_expectations_can_stand_inside_each_other(chain: Chain, jar: Any):
    with emits(jar, "Tipped", amount=3):
        jar.tip(value=3)
        with reverts("NotOwner"):
            jar.withdraw()


def test_expect_equal_takes_a_tuple_for_an_array_and_an_account_for_an_address(chain: Chain, jar: Any):
    expect_equal(jar.list(), (0, 5), "the list")
    expect_equal(jar.owner(), chain.owner, "the owner")
    expect_equal(jar.flag(), True, "the flag")


def test_a_check_leaves_the_chain_as_it_was_whether_it_passes_or_fails(chain: Chain, jar: Any):
    @check("It tips", task=1)
    def tips(chain: Chain, contract: Any) -> None:
        contract.tip(value=3)
        chain.wait(1000)

    before = (chain.now, chain.block_number, jar.balance)
    tips.run(chain, jar)
    run(chain, jar, lambda: expect_equal(jar.tip(value=2).gas_used, 1, "gas"))
    assert (chain.now, chain.block_number, jar.balance) == before


@pytest.mark.parametrize("error", [KeyError("x"), TypeError("y"), ChainError("z"), ZeroDivisionError()])
def test_any_other_exception_is_the_lessons_fault_and_names_its_line(chain: Chain, jar: Any, error: Exception):
    @check("It breaks", task=1)
    def breaks(chain: Chain) -> None:
        raise error

    with pytest.raises(ExerciseError, match=r"checks\.py:\d+: the check `breaks` raised") as caught:
        breaks.run(chain, jar)
    assert caught.value.line == breaks.function.__code__.co_firstlineno + 2
    assert caught.value.__cause__ is error
    assert not isinstance(caught.value, LearnerError)


@pytest.mark.parametrize("kind", [MemoryError, SystemError, RecursionError, KeyboardInterrupt])
def test_the_machines_limits_pass_through(chain: Chain, jar: Any, kind: type[BaseException]):
    @check("It exhausts", task=1)
    def exhausts(chain: Chain) -> None:
        raise kind

    with pytest.raises(kind):
        exhausts.run(chain, jar)


def test_a_check_knows_what_it_is_worth(chain: Chain):
    @check("Title", task=3, points=2.5, hint="Look again")
    def the_check(chain: Chain) -> None: ...

    assert isinstance(the_check, Check)
    assert (the_check.id, the_check.title, the_check.task) == ("the_check", "Title", 3)
    assert (the_check.points, the_check.hint) == (2.5, "Look again")


@pytest.mark.parametrize(
    "terms",
    [{"task": 0}, {"task": 1, "points": 0}, {"task": 1, "points": float("nan")}, {"task": 1, "points": float("inf")}],
)
def test_a_check_that_makes_no_sense_is_refused(terms: dict[str, Any]):
    with pytest.raises(ChainError):
        check("Title", **terms)(sensible)
    with pytest.raises(ChainError, match=r"takes \(chain, contract\) or \(chain\)"):
        check("Title", task=1)(run)


def sensible(chain: Chain, contract: Any) -> None: ...


def deposits(chain: Chain, contract: Any) -> None:
    contract.tip(sender=chain.bob, value=chain.number("tip", 1, 10**18))
    expect_equal(contract.balance, contract.total(), "balance")


def clock(chain: Chain, contract: Any) -> None:
    chain.wait(86400)
    expect_equal(chain.now, contract.deployment.timestamp + 86401, "now")


def untouched(chain: Chain, contract: Any) -> None:
    expect_equal((contract.balance, contract.total(), chain.block_number), (0, 0, 2), "the jar")


def fails(chain: Chain, contract: Any) -> None:
    contract.tip(value=5)
    raise CheckFailed(f"{contract.total()} at {chain.now}")


def verdicts(chain: Chain, jar: Any, order: list[Callable[..., None]]) -> dict[str, str]:
    results = {}
    for function in order:
        try:
            check(function.__name__, task=1)(function).run(chain, jar)
            results[function.__name__] = "passed"
        except CheckFailed as error:
            results[function.__name__] = str(error)
    return results


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(order=st.lists(st.sampled_from([deposits, clock, untouched, fails]), min_size=4, max_size=9))
def test_the_order_and_repetition_of_checks_never_matter(build: Any, order: list[Callable[..., None]]):
    chain = Chain(seed=3)
    jar = chain.deploy(build(JAR))
    alone = {
        "deposits": "passed",
        "clock": "passed",
        "untouched": "passed",
        "fails": f"5 at {chain.now + 1}",
    }
    assert verdicts(chain, jar, order) == {function.__name__: alone[function.__name__] for function in order}
