"""What nobody thought of: made-up reports, manifests, conversations and sources. None may break what reads them.

In a usual run each takes a few seconds and is the same every time; `make test-all` tries more, and others each time.
"""

import json
import socket
import string
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from evmbox.errors import EvmboxError, ExerciseError
from evmbox.exercise import Exercise, load_exercise
from evmbox.pool import Pool
from evmbox.pool.confinement import Ration
from evmbox.pool.jobs import MESSAGE, Finished
from evmbox.pool.template import Ending, _Channel, _converse
from evmbox.report import Outcome, Report

EXERCISES = Path(__file__).parent / "exercises"
HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
SLOW_FACTOR = 20

REPORT = {
    "exercise_id": "counter",
    "outcome": "passed",
    "score": 1,
    "max_score": 1.5,
    "checks": [{"id": "x", "title": "X", "task": 1, "status": "passed", "points": 1}],
    "gas": {"f": 3},
    "timings": {"compile_ms": 1},
    "versions": {"solc": "0", "evm": "x", "exercise": "y"},
}
MESSAGES = [
    {"kind": "started", "pid": 1},
    {"kind": "moved", "progress": {"stage": "check", "index": 1, "total": 2}},
    {"kind": "draft", "report": REPORT},
    {"kind": "fault", "text": "x"},
    {"kind": "stepped", "result": {"ok": True}},
    {"kind": "finished", "report": REPORT, "message": None},
    {"kind": "broke", "what": "x"},
]

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from([2**64, -(2**255), 1e308, "\ud800", "\u202e", "\0", "passed", "1"]),
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


def fuzz(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test with many inputs: as often as named in a usual run, and a slow one with more, never the same."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        common = {
            "deadline": None,
            "database": None,
            "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        }

        @pytest.mark.parametrize(
            "amount", ["usual", pytest.param("many", marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
        )
        def run(amount: str, request: pytest.FixtureRequest) -> None:
            many = amount == "many"
            chosen = settings(max_examples=examples * (SLOW_FACTOR if many else 1), derandomize=not many, **common)
            chosen(test)(request)

        run.__name__, run.__doc__ = test.__name__, test.__doc__
        return run

    return decorate


@st.composite
def spoilt(draw: st.DrawFn, whole: Any) -> Any:
    """Give a copy of some JSON in which one value, somewhere, is another, is gone, or has company."""
    whole = json.loads(json.dumps(whole))
    place = whole
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and place[key] and draw(st.booleans()):
            place = place[key]
            continue
        match draw(st.sampled_from(["another", "gone", "company"])):
            case "another":
                place[key] = draw(JSON)
            case "gone":
                del place[key]
            case _ if isinstance(place, dict):
                place[draw(st.text(max_size=8))] = draw(JSON)
            case _:
                place.append(draw(JSON))
        return whole


def lines(of: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    return of.map(lambda value: json.dumps(value).encode())


@fuzz(150)
@given(said=st.binary(max_size=200) | lines(JSON) | lines(spoilt(REPORT)))
def test_what_claims_to_be_a_report_is_one_or_is_refused(request: pytest.FixtureRequest, said: bytes):
    try:
        report = Report.model_validate_json(said)
    except ValidationError:
        return
    assert report.version == 1
    assert isinstance(report.outcome, Outcome)


@fuzz(150)
@given(
    said=st.lists(
        st.binary(max_size=60)
        | lines(JSON)
        | st.sampled_from(MESSAGES).flatmap(lambda message: lines(spoilt(message))),
        max_size=4,
    ),
    ends=st.booleans(),
)
def test_whatever_a_fork_says_the_pool_hears_a_message_or_its_end(
    request: pytest.FixtureRequest, said: list[bytes], ends: bool
):
    ours, theirs = socket.socketpair()
    heard: list[object] = []
    with closing(ours), closing(theirs):
        theirs.sendall(b"\n".join(said) + b"\n" * ends)
        theirs.shutdown(socket.SHUT_WR)
        try:
            ending = _converse(_Channel(ours), b"the job", 30, heard.append)
        except EvmboxError as error:
            assert "broke while it did a job" in str(error)  # noqa: PT017 - it is one of several right endings
            return
    assert isinstance(ending, Finished) or ending in {Ending.DIED, Ending.TOO_MUCH_OUTPUT}
    assert all(MESSAGE.validate_python(message) for message in heard)


VALUES = st.one_of(
    st.integers().map(str),
    st.floats().map(str),
    st.booleans().map(lambda value: str(value).lower()),
    st.text(alphabet=string.printable + "é\u202e", max_size=20).map(json.dumps),
    st.sampled_from(["[]", "{}", "[[]]", "[1, 'a']", "1979-05-27", "'''", "nan", "", "=", "0x10", "{a = 1, a = 2}"]),
)
KEYS = st.sampled_from(
    [
        "id",
        "title",
        "kind",
        "contract",
        "constructor",
        "imports",
        "concepts",
        "tasks",
        "hints",
        "limits",
        "mistakes",
        "gas_budget",
        "limits.call_gas",
        "limits.wall_s",
        "[limits]",
        "[[hints]]",
        "text",
        "cost",
        "'\"'",
        "a.b.c",
    ]
)
MANIFESTS = st.lists(st.tuples(KEYS, VALUES), max_size=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fuzz") / "counter"
    path.mkdir()
    for name in ("starter.sol", "solution.sol", "checks.py"):
        (path / name).write_text((EXERCISES / "counter" / name).read_text())
    return path


@fuzz(100)
@given(
    extra=MANIFESTS,
    whole=st.booleans(),
    noise=st.binary(max_size=10),
    keep=st.sampled_from(["", 'id = "counter"\ntitle = "T"\ncontract = "Counter"\ntasks = ["x"]\n']),
)
def test_a_manifest_is_an_exercise_or_its_author_is_told_the_file_and_the_remedy(
    request: pytest.FixtureRequest, extra: list[tuple[str, str]], whole: bool, noise: bytes, keep: str
):
    folder = request.getfixturevalue("folder")
    added = "".join(key + "\n" if key.startswith("[") else f"{key} = {value}\n" for key, value in extra)
    (folder / "exercise.toml").write_bytes((keep + added).encode() + (b"" if whole else noise))
    try:
        exercise = load_exercise(folder)
    except ExerciseError as error:
        assert error.file  # noqa: PT017 - it may be an exercise as well
        assert error.remedy  # noqa: PT017 - see above
        return
    assert isinstance(exercise, Exercise)


TYPES = ["uint256", "int8", "bool", "address", "string memory", "bytes32", "uint256[] memory", "Counter", "S memory"]
NAMES = st.sampled_from(["count", "x", "increment", "decrement", "Counter", "this", "msg", "S", "E", "é", "_", "super"])
EXPRESSIONS = st.recursive(
    st.one_of(
        NAMES,
        st.integers(-(2**260), 2**260).map(str),
        st.sampled_from(
            ['"a"', 'hex"ff"', "true", "msg.sender", "gasleft()", "address(0)", "new Counter()", "type(C).max"]
        ),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+ - * / % ** << == && = [ , ?".split()), inner).map(" ".join),  # noqa: SIM905
        st.tuples(st.sampled_from(["!", "-", "~", "delete ", "new ", "abi.encode("]), inner).map("".join),
        st.tuples(inner, inner).map(lambda each: f"{each[0]}({each[1]})"),
        inner.map(lambda each: f"uint256({each})"),
    ),
    max_leaves=5,
)


def statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Give what can stand in a function, around what stands there."""
    return st.one_of(
        st.tuples(EXPRESSIONS, inner).map(lambda each: f"if ({each[0]}) {{ {each[1]} }}"),
        st.tuples(EXPRESSIONS, inner).map(lambda each: f"while ({each[0]}) {{ {each[1]} }}"),
        inner.map(lambda each: f"unchecked {{ {each} }}"),
        inner.map(lambda each: f"assembly {{ {each} }}"),
        inner.map(lambda each: f"try this.increment() {{ {each} }} catch {{}}"),
        st.tuples(inner, inner).map(" ".join),
    )


STATEMENTS = st.recursive(
    st.one_of(
        EXPRESSIONS.map(lambda each: f"count = {each};"),
        EXPRESSIONS.map(lambda each: f"return {each};"),
        EXPRESSIONS.map(lambda each: f"require({each});"),
        st.tuples(st.sampled_from(TYPES), NAMES, EXPRESSIONS).map(lambda each: f"{each[0]} {each[1]} = {each[2]};"),
        st.sampled_from(
            ["count++;", "count--;", "revert();", "assert(false);", "selfdestruct(payable(msg.sender));", ""]
        ),
    ),
    statements,
    max_leaves=4,
)


def _function(parts: tuple[str, str, str, str]) -> str:
    name, kind, answers, body = parts
    word = "" if name.startswith(("fallback", "receive", "constructor")) else "function "
    return f"    {word}{name} {kind} {answers} {{ {body} }}\n"


FUNCTIONS = st.tuples(
    st.sampled_from(["increment()", "decrement()", "count()", "fallback()", "receive()", "constructor()", "f(uint x)"]),
    st.sampled_from(["external", "public", "external view", "public pure", "external payable", "internal virtual", ""]),
    st.sampled_from(["", "returns (uint256)", "returns (uint256, string memory)", "returns (S memory)"]),
    STATEMENTS,
).map(_function)
DEEDS = st.recursive(
    st.sampled_from(
        [
            "count++;",
            "count--;",
            "count = gasleft();",
            "revert();",
            "revert E();",
            "assert(false);",
            "return;",
            "delete all;",
            "all.push(count);",
            "all.pop();",
            "count = all[count];",
            "new Other();",
            "unchecked { count -= 1; }",
            "this.f();",
            "payable(msg.sender).transfer(1);",
            "selfdestruct(payable(msg.sender));",
            "assembly { invalid() }",
            "count /= 0 * count;",
            "assembly { return(0, gas()) }",
            "assembly { revert(0, 99999) }",
            "assembly { sstore(count.slot, not(0)) }",
        ]
    ),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("if (count % 2 == 0) {{ {0[0]} }} else {{ {0[1]} }}".format),
        inner.map("while (count < 9) {{ {} }}".format),
        inner.map("for (uint256 i; i < 3; i++) {{ {} }}".format),
        inner.map("try this.f() {{ {0} }} catch {{ {0} }}".format),
    ),
    max_leaves=4,
)
PLAUSIBLE = st.tuples(st.booleans(), DEEDS, DEEDS, DEEDS).map(
    lambda each: (
        f"""{HEAD}error E();
contract Other {{}}
contract Counter {{
    uint256 public count;
    uint256[] all;
    constructor() payable {{ {each[1] if each[0] and "this" not in each[1] and "return" not in each[1] else ""} }}
    function increment() external {{ {each[1]} }}
    function decrement() external {{ {each[2]} }}
    function f() external {{ {each[3]} }}
}}
"""
    )
)
"""Sources that compile, and do something or other."""

SOURCES = st.tuples(
    st.sampled_from(["uint256 public count;", "uint8 internal count;", "mapping(uint => uint) public count;", ""]),
    st.lists(FUNCTIONS, max_size=4).map("".join),
).map(lambda each: f"{HEAD}struct S {{ uint256 x; }}\nerror E();\ncontract Counter {{\n    {each[0]}\n{each[1]}}}\n")


@pytest.fixture(scope="module")
def hasty() -> Iterator[Pool]:
    with Pool(1, ration=Ration(cpu_s=1, wall_s=4), diagnostics=False) as pool:
        yield pool


@fuzz(16)
@given(source=PLAUSIBLE | PLAUSIBLE | SOURCES | st.text(max_size=60).map(lambda text: HEAD + text))
def test_whatever_is_handed_in_gets_a_report_and_the_pool_lives(request: pytest.FixtureRequest, source: str):
    pool = request.getfixturevalue("hasty")
    exercise = load_exercise(EXERCISES / "counter")
    faults: list[str] = []
    report = pool.grade(exercise, source, seed=1, on_fault=faults.append)
    assert report.outcome is not Outcome.LESSON_BROKEN, faults
    assert len(report.checks) == 5
    assert Report.model_validate_json(report.model_dump_json()) == report
    assert pool.healthy()


def test_the_pool_that_was_fuzzed_grades_as_before(hasty: Pool):
    exercise = load_exercise(EXERCISES / "counter")
    assert hasty.grade(exercise, exercise.solution, seed=1).outcome is Outcome.PASSED
