"""Similar answers: a disguised copy is found, honest answers are not, and nothing is said where nothing can be told."""

import re
from pathlib import Path

import pytest

from evmbox.compiler import SOURCE_NAME, Compiler
from evmbox.exercise import Exercise, load_exercise
from evmbox.likeness import Prints, compare, every_print_of, groups_of, parts_of, prints_of, rarity_of

VESTING = Path(__file__).parents[2] / "lessons/tokens/vesting/vesting"

WORK = """contract Pot {{
    mapping(address => uint256) private {kept};
    function put(uint256 {amount}) external {{
        uint256 {fee} = {amount} / {hundred};
        for (uint256 {at} = 0; {at} < 3; {at}++) {{ {kept}[msg.sender] += {amount} - {fee} * {at}; }}
        if ({kept}[msg.sender] > 1000) {{ revert("{text}"); }}
    }}
    function take(address payable {to}) external {{
        uint256 {amount} = {kept}[msg.sender];
        delete {kept}[msg.sender];
        (bool {done}, ) = {to}.call{{value: {amount}}}("");
        require({done} || {amount} == 0, "{text}");
    }}
}}"""
NAMES = {"kept": "kept", "amount": "amount", "fee": "fee", "at": "i", "to": "to", "done": "done"}
OTHER = {"kept": "ledger", "amount": "sum", "fee": "part", "at": "round", "to": "receiver", "done": "paid"}


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return load_exercise(VESTING)


@pytest.fixture(scope="module")
def read(compiler: Compiler):
    def prints(source: str) -> Prints:
        details = compiler.compile(source, details=True).details
        return prints_of(source, details.asts[SOURCE_NAME] if details else None)

    return prints


@pytest.fixture(scope="module")
def crowd(read) -> dict[str, Prints]:
    """Others, who answered in ways of their own."""
    bodies = ["sum += at * {n};", "sum = sum * {n} - at;", "if (at > {n}) break; sum++;", "sum ^= at << {n};"]
    source = (
        "contract C{n} {{ function f(uint256 to) external pure returns (uint256 sum)"
        " {{ for (uint256 at; at < to; at++) {{ {body} }} }} }}"
    )
    return {f"other {n}": read(source.format(n=n, body=bodies[n % 4].format(n=n))) for n in range(16)}


def disguised(source: str) -> str:
    """Copy an answer as somebody who hides it does: other names, comments and layout, and one more function."""
    for old, new in (("released", "paidOut"), ("beneficiary", "receiver"), ("amount", "sum_")):
        source = source.replace(f" {old}", f" {new}") if old in source else source
    lines = [line.split("//")[0].rstrip() for line in source.splitlines()]
    spare = (
        "    function spare(uint256 many) private pure returns (uint256 sum) { while (sum < many) sum += many / 9; }"
    )
    end = max(number for number, line in enumerate(lines) if line == "}")
    return "\n\n".join([*lines[:end], spare, *lines[end:]])


def values(prints: Prints) -> set[int]:
    return {mark.value for mark in prints.tree}


def test_names_literals_comments_layout_and_order_of_members_leave_no_trace(read) -> None:
    one = WORK.format(**NAMES, hundred="100", text="no")
    members = WORK.format(**OTHER, hundred="1_7", text="something else").split("    function ")
    turned = (
        f"{members[0]}    function {members[2].rstrip().removesuffix('}')}    // later\n    function {members[1]}}}"
    )
    same, other = read(one), read(turned)
    assert len(values(same)) > 10
    assert values(same) == values(other)
    assert values(same) != values(read(one.replace("+=", "-=")))


def test_a_disguised_copy_is_found_and_no_honest_answer(read, exercise: Exercise) -> None:
    mistakes = list(exercise.mistake_sources.values())
    room = {f"variant {name}": read(source) for name, source in exercise.variants.items()}
    room |= {f"textbook {number}": read(source) for number, source in enumerate(mistakes[:4])}
    beside = [read(source) for source in [exercise.solution, *mistakes[4:9]]]
    original, source = next(iter(exercise.variants.items()))
    copy = read(disguised(source))
    assert copy.tree is not None, "the copy compiles"
    assert values(copy) != values(room[f"variant {original}"])
    ignored = [every_print_of(exercise.starter, None)]
    found = compare({**room, "copy": copy}, beside=beside, ignored=ignored)
    assert [{pair.first, pair.second} for pair in found.pairs] == [{f"variant {original}", "copy"}]
    assert "textbook 1" in found.silent, "what nearly everybody writes tells nothing"


def test_answers_that_do_not_compile_are_compared_by_their_words(read, crowd) -> None:
    one = WORK.format(**NAMES, hundred="100", text="no").replace("= 0;", "= nothing;", 1)
    other = WORK.format(**OTHER, hundred="50", text="yes").replace("= 0;", "= nix;", 1)
    whole = read(WORK.format(**NAMES, hundred="2", text="no"))
    room = {"one": read(one), "other": read(other), "whole": whole, **crowd}
    assert room["one"].tree is None
    found = compare(room)
    assert {frozenset((pair.first, pair.second)) for pair in found.pairs} == {
        frozenset(("one", "other")),
        frozenset(("one", "whole")),
        frozenset(("other", "whole")),
    }
    assert groups_of((pair.first, pair.second) for pair in found.pairs) == [["one", "other", "whole"]]


def test_what_everybody_was_given_counts_for_nothing(read, crowd, compiler: Compiler) -> None:
    source = WORK.format(**NAMES, hundred="100", text="no")
    room = {"one": read(source), "other": read(source), **crowd}
    assert len(compare(room).pairs) == 1
    given = every_print_of(source, compiler.compile(source, details=True).details.asts[SOURCE_NAME])
    found = compare(room, ignored=[given])
    assert not found.pairs
    assert {"one", "other"} <= found.silent


def test_where_few_answers_are_known_nothing_is_said(read) -> None:
    source = WORK.format(**NAMES, hundred="100", text="no")
    found = compare({"one": read(source), "other": read(source)})
    assert not found.pairs
    assert found.silent == {"one", "other"}
    assert found.known == 2


def test_parts_are_the_same_code_in_both(read, crowd) -> None:
    one = WORK.format(**NAMES, hundred="100", text="no")
    other = WORK.format(**OTHER, hundred="50", text="ja, schön")
    room = {"one": read(one), "other": read(other), **crowd}
    parts = parts_of(room["one"], room["other"], rarity_of(room.values()))
    shown = [(one[slice(*part.first)], other.encode()[slice(*part.second)].decode()) for part in parts]
    words = re.compile(r'"[^"]*"|\w+|\S')
    assert [len(words.findall(left)) for left, _ in shown] == [len(words.findall(right)) for _, right in shown]
    assert any("delete kept[msg.sender]" in left and "delete ledger[msg.sender]" in right for left, right in shown)
