"""Each explanation for beginners fits the message that real code causes."""

import re
from string import Formatter

import pytest

from evmbox.compiler import NodeCompiler
from evmbox.compiler.plain_words import EXPLANATIONS, Explanation, explain

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"


def contract(body: str) -> str:
    return f"{HEAD}contract C {{ {body} }}"


# For each explanation: code that causes each of its messages.
SAMPLES: dict[str, list[str]] = {
    "illegal-character": [contract("uint größe = 1;"), contract("string s = “hi”;")],
    "broken-text": [contract('string s = "café";'), contract('string s = "abc;')],
    "missing-semicolon": [
        contract("uint x = 1 function f() public {}"),
        contract("function f() public { uint x = 1 }"),
    ],
    "unexpected-token": [
        contract("function f() public { require(true; }"),
        contract("function f() public return (uint) { return 1; }"),
        contract("x = 1;"),
    ],
    "unbalanced-braces": [contract("function f() public { } }"), HEAD + "contract C { function f() public {"],
    "missing-visibility": [contract("function f() {}")],
    "missing-license": ["pragma solidity ^0.8.0; contract C {}"],
    "missing-pragma": ["// SPDX-License-Identifier: MIT\ncontract C {}"],
    "other-compiler-version": ["// SPDX-License-Identifier: MIT\npragma solidity ^0.7.0; contract C {}"],
    "undeclared-identifier": [
        contract("uint count; function f() public { cuont = 1; }"),
        contract("function g() external {} function f() public { g(); }"),
        HEAD + "contract A { uint private x; } contract B is A { function f() public { x = 1; } }",
    ],
    "unknown-type": [contract("String s;"), contract("function f() public onlyOwner {}")],
    "already-declared": [contract("uint x; uint x;"), contract("function f() public {} function f() public {}")],
    "unknown-member": [
        contract("uint[] a; function f() public { a.add(1); }"),
        HEAD + "contract A { function g() internal {} } contract B { function f(A a) public { a.g(); } }",
    ],
    "type-mismatch": [
        contract('uint x = "hello";'),
        contract("uint x = -1;"),
        contract("uint x = 1.5;"),
        contract("function f() public { uint x = 1; string memory s = x; }"),
        contract("function f(uint a) public pure returns (uint8) { return a; }"),
        contract('function g(uint x) public {} function f() public { g("a"); }'),
        contract("function f(uint x) public { if (x = 1) {} }"),
    ],
    "operator-mismatch": [
        contract('function f(string memory a) public pure returns (bool) { return a == "b"; }'),
        contract("function f(address a) public { a + 1; }"),
    ],
    "missing-data-location": [
        contract("function f(string s) public {}"),
        contract('function f() public pure returns (string) { return "a"; }'),
        contract("uint[] a; function f() public { uint[] b = a; }"),
    ],
    "superfluous-data-location": [contract("function f(uint memory x) public {}")],
    "wrong-argument-count": [
        contract("function g(uint x) public {} function f() public { g(); }"),
        contract("event E(uint a); function f() public { emit E(); }"),
        contract("struct S { uint a; uint b; } function f() public { S memory s = S(1); }"),
    ],
    "not-all-paths-return": [contract("function f(bool b) public pure returns (uint) { if (b) return 1; }")],
    "return-mismatch": [
        contract("function f() public returns (uint) { return; }"),
        contract("function f() public pure { return 1; }"),
    ],
    "view-changes-state": [
        contract("uint x; function f() public view { x = 1; }"),
        contract("event E(); function f() public view { emit E(); }"),
    ],
    "pure-reads-state": [contract("uint x; function f() public pure returns (uint) { return x; }")],
    "could-be-stricter": [
        contract("uint x; function f() public returns (uint) { return x; }"),
        contract("function f() public returns (uint) { return 1; }"),
    ],
    "value-needs-payable": [
        HEAD + "contract A { function f() public {} } contract B { function g(A a) public { a.f{value: 1}(); } }",
        HEAD + "contract A {} contract B { function g() public { new A{value: 1}(); } }",
    ],
    "msg-value-needs-payable": [contract("function f() public returns (uint) { return msg.value; }")],
    "address-not-payable": [contract("function f() public { msg.sender.transfer(1); }")],
    "missing-override": [
        HEAD + "contract A { function f() public virtual {} } contract B is A { function f() public {} }",
    ],
    "missing-virtual": [
        HEAD + "contract A { function f() public {} } contract B is A { function f() public override {} }",
    ],
    "not-everything-implemented": [HEAD + "interface I { function f() external; } contract B is I {}"],
    "stack-too-deep": [
        contract(
            f"function f({','.join(f'uint a{i}' for i in range(17))}) public pure returns (uint) {{ return a0; }}"
        ),
    ],
    "code-too-large": [
        contract(f'function f() public pure returns (bytes memory) {{ return hex"{"61" * 25_000}"; }}'),
    ],
}


@pytest.mark.parametrize("explanation", EXPLANATIONS, ids=lambda explanation: explanation.name)
def test_real_code_causes_each_message_and_gets_its_explanation(
    compiler: NodeCompiler, explanation: Explanation
) -> None:
    seen = set()
    shape = "".join(
        re.escape(text) + ("" if gap is None else "(.+)") for text, gap, *_ in Formatter().parse(explanation.text)
    )
    for source in SAMPLES[explanation.name]:
        explained = [
            diagnostic
            for diagnostic in compiler.compile(source).diagnostics
            if diagnostic.code in explanation.codes and re.search(explanation.pattern, diagnostic.message)
        ]
        assert explained, f"no such message for {source}"
        for diagnostic in explained:
            assert diagnostic.help is not None
            assert re.fullmatch(shape, diagnostic.help)
            seen.add(diagnostic.code)
    assert seen == explanation.codes


def test_every_explanation_has_a_sample_and_a_name_of_its_own() -> None:
    assert list(SAMPLES) == [explanation.name for explanation in EXPLANATIONS]


def test_what_the_message_names_stands_in_the_explanation() -> None:
    expected = "The compiler read up to here and needs ')', but finds ';' (an identifier"
    assert (explain("2314", "Expected ')' but got ';'") or "").startswith(expected)
    assert "has nothing called `add` that" in (explain("9582", 'Member "add" not found or not visible after …') or "")
    assert "leave out `{value: …}`" in (
        explain("7006", 'Cannot set option "value" on a non-payable function type.') or ""
    )


def test_an_unknown_message_has_no_explanation() -> None:
    assert explain("1", "Something new.") is None
    assert explain(None, "Something new without a code.") is None
    assert explain("2314", "Another sentence under a known code.") is None
