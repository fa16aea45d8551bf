"""Cheat codes and the test library: each does what Foundry's users expect of its name, and says so where it can't.

Each Solidity test of `CheatsThatHold.sol` must pass, each of `CheatsThatFail.sol` must fail with the words given here.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from evmbox.chain import CALL_GAS, Chain
from evmbox.cheats import library
from evmbox.cheats.session import CHEAT_ADDRESS, Session
from evmbox.cheats.suite import Failure, Suite, cheating_chain
from evmbox.compiler import Artifact, Compiler

CONTRACTS = Path(__file__).parent / "contracts"
HOLD = (CONTRACTS / "CheatsThatHold.sol").read_text()
FAIL = (CONTRACTS / "CheatsThatFail.sol").read_text()
HEAD = '// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\nimport {Test} from "forge-std/Test.sol";\n'
WORDS = {
    "testEqual()": 'failed at `assertEq(2, 3)`: "the sum"',
    "testAddresses()": "failed at `assertEq(ada, the zero address)`",
    "testTexts()": r'failed at `assertEq("yes\u{a}", "no")`',
    "testSigned()": "failed at `assertGt(-2, -1)`",
    "testFlag()": 'failed at `assertTrue()`: "order"',
    "testBytes()": "failed at `assertEq(0x6162, 0x6163)`",
    "testApprox()": "failed at `assertApproxEqAbs(10, 13)`",
    "testFailing()": 'failed at `fail()`: "not written yet"',
    "testRevertData()": "reverted with Refused(to=13)",
    "testRequire()": 'reverted with "by hand"',
    "testNoRevert()": "expected a revert with `vm.expectRevert`, and the call after it succeeded",
    "testNoRevertOfALowLevelCall()": "expected a revert with `vm.expectRevert`, and the call after it succeeded",
    "testOtherRevert()": "expected a revert with `vm.expectRevert`, and the call after it reverted with something else",
    "testOtherArguments()": "expected a revert with `vm.expectRevert`, and the call after it reverted with something "
    "else: the same error with other arguments, which `abi.encodeWithSelector` gives",
    "testRevertWithoutACall()": "expected a revert with `vm.expectRevert`, and no call came after it",
    "testOtherEvent()": "expected an event with `vm.expectEmit`, and the call after it did not emit it",
    "testNoEventSaid()": "expected an event with `vm.expectEmit`, and the test emitted none before the call",
    "testEventOfAnother()": "expected an event with `vm.expectEmit`, and the call after it did not emit it",
    "testTwoPranks()": "`vm.prank` was called before, and no call came after it.",
    "testPoorPrank()": 'reverted with "The sender has too little ether for this call: see `vm.deal`."',
    "testNoSuchCheat()": "There is no such cheat code here (0xb4d6c782); `vm` in Test.sol lists all.",
    "testCatchesWhatACheatRefuses()": "There is no such cheat code here (0xb4d6c782); `vm` in Test.sol lists all.",
    "testBadKey()": "This is no private key: it is 0, or not below the order of secp256k1.",
    "testDrawn(uint256)": "failed at `assertEq(1, 0)` with (…)",
    "testNothingToDraw(uint256)": "found no input that `vm.assume` lets pass",
    "testForgedAssertion()": "reverted with an assertion that can't be read",
    "testForgedData()": "reverted with an assertion that can't be read",
    "testOddCalls()": "The arguments of a cheat code can't be read.",
    "testLabelIsShown()": r"failed at `assertEq(Ada\u{202e}, 0x0000000000000000000000000000000000000001)`",
    "testLoop()": "ran out of gas (3,000,000 were given)",
    "testGasUpToHere()": "ran out of gas (3,000,000 were given)",
}

Build = Callable[[str], Artifact]


@pytest.fixture(scope="module")
def test_contract(compiler: Compiler) -> Build:
    """Give a function that compiles a file of tests and returns the last contract in it."""

    def build(source: str) -> Artifact:
        compilation = compiler.compile(source, extra_sources=library())
        assert compilation.ok, compilation.diagnostics
        return list(compilation.artifacts.values())[-1]

    return build


def suite_of(artifact: Artifact, session: Session | None = None, *, seed: int = 0) -> Suite:
    session = session or Session()
    suite = Suite(cheating_chain(session, seed=seed, abis=[artifact.abi]), session, artifact)
    assert suite.set_up() is None
    return suite


@pytest.fixture(scope="module")
def hold(compiler: Compiler) -> Suite:
    compilation = compiler.compile(HOLD, extra_sources=library())
    assert compilation.ok, compilation.message
    return suite_of(compilation.artifacts["HoldTest"])


@pytest.fixture(scope="module")
def broken(compiler: Compiler) -> Suite:
    compilation = compiler.compile(FAIL, extra_sources=library())
    assert compilation.ok, compilation.message
    artifacts = compilation.artifacts
    session = Session()
    abis = [artifacts["Box"].abi, artifacts["FailTest"].abi]
    suite = Suite(cheating_chain(session, abis=abis), session, artifacts["FailTest"])
    assert suite.set_up() is None
    return suite


def outcome(suite: Suite, name: str) -> Failure | None:
    return suite.run(next(test for test in suite.tests if test.name == name.partition("(")[0]))


@pytest.mark.parametrize("name", re.findall(r"function (test\w+)", HOLD))
def test_a_cheat_code_does_what_its_name_says(hold: Suite, name: str):
    assert outcome(hold, name) is None


def test_the_clock_stands_still_between_set_up_and_the_tests(test_contract: Build):
    body = (
        "uint256 time; uint256 number; function setUp() public { time = block.timestamp; number = block.number; }"
        "function testSame() public { assertEq(block.timestamp, time); assertEq(block.number, number);"
        " skip(1 days); assertEq(block.timestamp, time + 1 days); }"
        "function testAgain() public view { assertEq(block.timestamp, time); }"
    )
    suite = suite_of(test_contract(HEAD + f"contract T is Test {{ {body} }}"))
    assert list(suite.failures()) == []


@pytest.mark.parametrize("name", WORDS)
def test_a_test_that_fails_says_why(broken: Suite, name: str):
    failure = outcome(broken, name)
    assert failure is not None
    assert failure.test == name
    assert re.sub(r" with \(\d+\)$", " with (…)", failure.why) == WORDS[name]


def test_every_test_that_should_fail_is_looked_at(broken: Suite):
    assert {test.signature for test in broken.tests} == set(WORDS)


def test_the_order_of_tests_never_matters(hold: Suite):
    for test in reversed(hold.tests):
        assert hold.run(test) is None


def test_drawn_inputs_are_the_same_again_and_differ_by_seed(test_contract: Build):
    artifact = test_contract(
        HEAD + "contract T is Test { function test(uint256 a, bytes3 b) public pure { assertEq(a, uint24(b)); } }"
    )
    said = [outcome(suite_of(artifact, seed=seed), "test") for seed in (1, 1, 2)]
    assert said[0] == said[1] != said[2]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("function setUp() public { assertEq(address(vm).balance, 1); }", "failed at `assertEq(0, 1)`"),
        ("constructor() { revert(); }", "reverted without a reason"),
        ("function setUp() public { vm.expectRevert(); }", "expected a revert with `vm.expectRevert`, and no call"),
        ("function setUp() public { while (true) {} }", "ran out of gas"),
    ],
)
def test_a_set_up_that_fails_says_why(test_contract: Build, body: str, said: str):
    artifact = test_contract(HEAD + f"contract T is Test {{ {body} function test() public {{}} }}")
    session = Session()
    failure = Suite(cheating_chain(session), session, artifact).set_up()
    assert failure is not None
    assert said in failure.why


def test_cheat_codes_exist_on_no_other_chain(test_contract: Build):
    artifact = test_contract(HEAD + "contract T is Test { function test() public { vm.warp(1); } }")
    chain = Chain()
    contract = chain.deploy(artifact)
    with pytest.raises(Exception, match="reverted"):
        contract.send("test")
    assert chain.code(CHEAT_ADDRESS) == b""


def test_two_chains_have_nothing_in_common(hold: Suite, test_contract: Build):
    artifact = test_contract(
        HEAD + "contract T is Test { function test() public { vm.warp(1); vm.startPrank(address(1)); } }"
    )
    other = suite_of(artifact)
    assert outcome(other, "test") is None
    assert outcome(hold, "testNothingLeakedFromTheOneBefore") is None
    assert other.chain.now > 1


def test_the_library_is_named_as_foundry_users_name_it():
    assert list(library()) == ["forge-std/Test.sol"]
    assert CALL_GAS == 3_000_000
