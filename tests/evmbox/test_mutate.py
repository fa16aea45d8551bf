"""Mutants: each operator makes the change it is named for, at its place, and nothing else."""

from collections.abc import Callable

import pytest

from evmbox.compiler import SOURCE_NAME, Compiler
from evmbox.mutate import OPERATORS, Mutant, Operator, mutants_of

Mutate = Callable[[str], list[Mutant]]

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
ROOM = """
interface IToken {{ function transfer(address to, uint256 amount) external returns (bool); }}
contract Base {{ uint256 public greeted; function greet() public virtual {{ greeted += 1; }} }}
contract Room is Base {{
    event Paid(address indexed to, uint256 amount, uint256 left);
    error TooMuch(uint256 amount);
    error TooLittle(uint256 amount);
    error Closed();

    address public owner = msg.sender;
    uint256 public total = 7;
    bool public open = true;
    uint256[] public list;
    mapping(address => uint256) public balances;
    IToken public token;

    modifier onlyOwner() {{ require(msg.sender == owner, "not the owner"); _; }}

    {function}
}}
"""

MADE = [
    # operator, function, before, after: a line of it that the operator changes
    ("guard", "function f() public { if (total > 9) revert Closed(); }", "if (total > 9) revert Closed();", ""),
    ("guard", "function f() public { require(open); }", "require(open);", ""),
    ("guard", "function f() public { require(open); }", "require(open);", "if (!(open)) return;"),
    ("guard", "function f() public { if (!open) { revert(); } }", "if (!open) { revert(); }", "if (!open) return;"),
    ("guard", "function f() public onlyOwner { }", "public onlyOwner {", "public {"),
    (
        "guard",
        "function f() public { require(token.transfer(owner, 1)); }",
        "require(token.transfer(owner, 1));",
        "token.transfer(owner, 1);",
    ),
    ("write", "function f() public { total = 3; }", "total = 3;", ""),
    ("write", "function f() public { total = 3; }", "total = 3;", "total += 3;"),
    ("write", "function f() public { total += 3; }", "total += 3;", "total += 3; total += 3;"),
    ("write", "function f() public { total -= 3; }", "total -= 3;", "total = 3;"),
    ("write", "function f() public { delete total; }", "delete total;", ""),
    ("write", "function f() public { if (open) total++; }", "if (open) total++;", "if (open) {}"),
    ("write", "function f() public { list.push(1); }", "list.push(1);", "list.push(1); list.push(1);"),
    ("write", "function f() public { uint256 a = total; total += a; }", "uint256 a = total;", "uint256 a;"),
    ("write", "function f() public { }", "address public owner = msg.sender;", "address public owner;"),
    (
        "order",
        "function f(address payable who) public { total = 0; who.transfer(1); }",
        "total = 0; who.transfer(1);",
        "who.transfer(1); total = 0;",
    ),
    (
        "order",
        "function f() public { emit Paid(owner, 1, total); total = 3; }",
        "emit Paid(owner, 1, total); total = 3;",
        "total = 3; emit Paid(owner, 1, total);",
    ),
    ("event", "function f() public { emit Paid(owner, 1, 2); }", "emit Paid(owner, 1, 2);", ""),
    (
        "event",
        "function f() public { emit Paid(owner, 1, 2); }",
        "emit Paid(owner, 1, 2);",
        "emit Paid(owner, 1, 2); emit Paid(owner, 1, 2);",
    ),
    ("event", "function f() public { emit Paid(owner, 1, total); }", "(owner, 1, total)", "(owner, total, 1)"),
    ("event", "function f() public { emit Paid(owner, 1, total); }", "(owner, 1, total)", "(owner, 1, 0)"),
    ("event", "function f() public { }", "Paid(address indexed to", "Paid(address to"),
    ("error", "function f() public { revert TooMuch(1); }", "revert TooMuch(1);", "revert TooLittle(1);"),
    ("error", "function f() public { revert Closed(); }", "revert Closed();", "revert();"),
    ("error", "function f() public { revert TooMuch(total); }", "TooMuch(total)", "TooMuch(0)"),
    ("error", 'function f() public { require(open, "closed"); }', 'require(open, "closed")', "require(open)"),
    ("error", "function f() public { require(open, TooMuch(1)); }", "TooMuch(1)", "TooLittle(1)"),
    ("account", "function f() public { balances[msg.sender] = 1; }", "[msg.sender]", "[tx.origin]"),
    ("account", "function f() public { balances[msg.sender] = 1; }", "[msg.sender]", "[owner]"),
    ("account", "function f(address to) public { balances[to] = 1; }", "[to]", "[msg.sender]"),
    ("account", "function f(address payable to) public { to.transfer(1); }", "to.transfer", "payable(owner).transfer"),
    ("ether", "function f() public payable { total = msg.value; }", "= msg.value", "= 0"),
    ("ether", "function f() public payable { total = msg.value; }", "= msg.value", "= address(this).balance"),
    (
        "ether",
        "function f() public payable { total = address(this).balance; }",
        "= address(this).balance",
        "= msg.value",
    ),
    (
        "ether",
        'function f(address a) public { (bool ok,) = a.call{value: total}(""); open = ok; }',
        "{value: total}",
        "{value: 0}",
    ),
    (
        "ether",
        "function f(address payable a, uint256 some) public { a.transfer(some); }",
        "(some)",
        "(address(this).balance)",
    ),
    ("comparison", "function f() public { open = total < 9; }", "total < 9", "total <= 9"),
    ("comparison", "function f() public { open = total >= 9; }", "total >= 9", "total > 9"),
    ("comparison", "function f() public { open = total == 9; }", "total == 9", "total != 9"),
    ("comparison", "function f() public { open = owner != msg.sender; }", "owner != msg", "owner == msg"),
    ("arithmetic", "function f() public { total = total + 2; }", "total + 2", "total - 2"),
    ("arithmetic", "function f() public { total = total * 2; }", "total * 2", "total / 2"),
    ("arithmetic", "function f() public { total = total / 2; }", "total / 2", "total * 2"),
    ("arithmetic", "function f() public { total = total % 2; }", "total % 2", "total / 2"),
    ("arithmetic", "function f() public { total -= 2; }", "total -= 2", "total += 2"),
    ("arithmetic", "function f() public { total--; }", "total--", "total++"),
    ("arithmetic", "function f() public { total = total << 2; }", "total << 2", "total >> 2"),
    ("arithmetic", "function f(int256 a) public pure returns (int256) { return -a; }", "return -a", "return a"),
    ("boolean", "function f() public { open = open && total > 2; }", "open && total > 2", "open || total > 2"),
    ("boolean", "function f() public { open = open || total > 2; }", "= open || total > 2", "= open"),
    ("boolean", "function f() public { open = !open; }", "!open", "open"),
    ("condition", "function f() public { if (open) total = 1; }", "if (open)", "if (true)"),
    ("condition", "function f() public { if (open) total = 1; }", "if (open)", "if (false)"),
    ("condition", "function f() public { require(open); }", "require(open)", "require(false)"),
    ("condition", "function f() public { while (total < 9) total += 1; }", "while (total < 9)", "while (false)"),
    (
        "branches",
        "function f() public { if (open) total = 1; else total = 2; }",
        "total = 1; else total = 2;",
        "{ total = 2; } else { total = 1; }",
    ),
    ("branches", "function f() public { total = open ? 1 : 2; }", "open ? 1 : 2", "open ? 2 : 1"),
    ("constant", "function f() public { total = 3; }", "= 3", "= 4"),
    ("constant", "function f() public { total = 3; }", "= 3", "= 2"),
    ("constant", "function f() public { total = 3; }", "= 3", "= 0"),
    ("constant", "function f() public { total = 2 ether; }", "= 2 ether", "= (2 ether - 1)"),
    ("constant", "function f() public { open = false; }", "open = false", "open = true"),
    ("constant", 'function f() public pure returns (string memory) { return "hi"; }', '"hi"', '""'),
    ("return", "function f() public view returns (uint256) { return total; }", "return total", "return 0"),
    ("return", "function f() public view returns (bool) { return open; }", "return open", "return !(open)"),
    ("return", "function f() public view returns (address) { return owner; }", "return owner", "return address(0)"),
    (
        "return",
        "function f() public view returns (uint256, bool) { return (total, open); }",
        "(total, open)",
        "(0, open)",
    ),
    ("call", "function f() public { greet(); }", "greet();", ""),
    ("call", "function f() public { token.transfer(owner, 1); }", "token.transfer(owner, 1);", ""),
    ("super", "function greet() public override { super.greet(); total = 1; }", "super.greet();", ""),
    ("unchecked", "function f() public { total -= 1; }", "total -= 1;", "unchecked { total -= 1; }"),
    ("unchecked", "function f(uint256 a) public { total += a; }", "total += a;", "unchecked { total += a; }"),
    ("loop", "function f() public { while (open) { total = 1; break; } }", "break;", "continue;"),
    (
        "mutability",
        "function f() public view returns (uint256) { return total; }",
        "public view returns",
        "public returns",
    ),
    ("mutability", "function f() public payable { total = 1; }", "public payable {", "public {"),
]


@pytest.fixture(scope="module")
def mutate(compiler: Compiler) -> Mutate:
    """Give a function that makes the mutants of a function in a room of its own, or of a whole source."""

    def mutate_source(text: str) -> list[Mutant]:
        source = text if "contract" in text else HEAD + ROOM.format(function=text)
        compilation = compiler.compile(source, details=True)
        assert compilation.details, compilation.diagnostics
        return mutants_of(source, compilation.details.asts[SOURCE_NAME])

    return mutate_source


@pytest.mark.parametrize(("operator", "function", "before", "after"), MADE)
def test_an_operator_makes_its_change_and_it_compiles(
    compiler: Compiler, mutate: Mutate, operator: str, function: str, before: str, after: str
):
    source = HEAD + ROOM.format(function=function)
    found = mutate(function)
    wanted = [
        mutant
        for mutant in found
        if mutant.operator == operator
        and " ".join(source.replace(before, after).split()) == " ".join(mutant.source.split())
    ]
    assert len(wanted) == 1, [(mutant.operator, mutant.before, mutant.after) for mutant in found]
    compiled, original = compiler.compile(wanted[0].source), compiler.compile(source)
    assert compiled.ok, compiled.diagnostics
    assert (compiled.artifacts["Room"].creation, compiled.artifacts["Room"].abi) != (
        original.artifacts["Room"].creation,
        original.artifacts["Room"].abi,
    )


def test_every_operator_is_in_the_table():
    assert set(OPERATORS) == set(Operator) == {operator for operator, *_ in MADE}


QUIET = [
    (
        "function f() public view returns (bool) { return total > 0; }",
        "total != 0",
    ),  # the same of what is never negative
    ("function f() public view returns (bool) { return msg.sender == owner; }", "msg.sender <= owner"),
    ("function f() public view returns (bool) { return msg.sender == owner; }", "owner == owner"),
    ("function f() public { total = 0; open = false; }", "open = false; total = 0;"),
    ("function f() public { emit Paid(owner, 1, 1); total = 0; }", "total = 0; emit Paid"),
    ("function f() public { total += 1; }", "unchecked"),
    ("function f() public { for (uint256 i = 0; i < 3; i++) total += i; }", "i--"),
    ("function f() public { owner = msg.sender; }", "msg.sender = "),
    ("function f() public { owner = msg.sender; }", "owner = owner"),
    ("function f() public view { require(open, 'closed'); }", "''"),
    ("function f() public view { if (!open) revert(); }", "if (false)"),  # the guard removed says it
]


@pytest.mark.parametrize(("function", "never"), QUIET)
def test_what_means_nothing_is_not_made(mutate: Mutate, function: str, never: str):
    assert not [mutant.diff for mutant in mutate(function) if never in mutant.source]


def test_no_mutant_is_the_source_or_another_mutant(mutate: Mutate):
    every = " ".join(
        function.replace(" f(", f" f{place}(") for place, (_, function, _, _) in enumerate(MADE) if " f(" in function
    )
    sources = [mutant.source for mutant in mutate(every)]
    assert len(sources) > 300
    assert len(set(sources)) == len(sources)
    assert HEAD + ROOM.format(function=every) not in sources


def test_the_same_source_gives_the_same_mutants_in_the_order_of_the_source(mutate: Mutate):
    function = "function f(uint256 a) public { require(a < 9); total += a; emit Paid(owner, a, total); }"
    first, again = mutate(function), mutate(function)
    assert first == again
    assert [mutant.line for mutant in first] == sorted(mutant.line for mutant in first)


TIPS = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Cafe {
    string public constant greeting = unicode"Grüße, 🎉"; // „é“ has two bytes, 🎉 four
    uint256 public total;

    function tip() external payable {
        /* é - + */ total = total /* 🎉 - */ + msg.value; // - ü
    }
}
"""


def test_positions_are_right_where_characters_take_several_bytes(compiler: Compiler, mutate: Mutate):
    made = {(mutant.line, mutant.before, mutant.after) for mutant in mutate(TIPS) if compiler.compile(mutant.source).ok}
    line = "/* é - + */ total = total /* 🎉 - */ + msg.value; // - ü"
    assert (9, line, line.replace("+ msg", "- msg")) in made
    assert (9, line, line.replace("msg.value", "0")) in made
    assert (9, line, "/* é - + */ // - ü") in made


def test_operators_inside_comments_and_strings_are_let_be(mutate: Mutate):
    for mutant in mutate(TIPS):
        assert "🎉 - */" in mutant.source or mutant.operator == "write"
        assert "„é“ has two bytes, 🎉 four" in mutant.source


def test_a_mutant_tells_where_and_what_as_a_diff(mutate: Mutate):
    (removed,) = [
        mutant
        for mutant in mutate("function f() public {\n        total = 3;\n        open = false;\n    }")
        if mutant.operator == "write" and mutant.before == "total = 3;" and not mutant.after
    ]
    assert removed.function == "f"
    assert removed.source.splitlines()[removed.line - 1].strip() == "open = false;"
    assert removed.diff.splitlines()[1:] == [
        "     function f() public {",
        "-        total = 3;",
        "         open = false;",
    ]
    assert removed.diff.startswith("@@")


def test_only_the_source_itself_is_mutated(mutate: Mutate):
    source = (
        HEAD + 'import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";\n'
        "contract Mine is Ownable { constructor() Ownable(msg.sender) {} uint256 public n; "
        "function f() external onlyOwner { n = 1; } }"
    )
    found = mutate(source)
    assert ("guard", "f") in {(mutant.operator, mutant.function) for mutant in found}
    assert {mutant.line for mutant in found} == {4}
