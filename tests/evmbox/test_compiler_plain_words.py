"""Each explanation for beginners fits the message that real code causes."""

import re
from string import Formatter

import pytest

from evmbox.compiler import NodeCompiler
from evmbox.compiler.plain_words import EXPLANATIONS, Explanation, explain

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"


def contract(body: str) -> str:
    return f"{HEAD}contract C {{ {body} }}"


TWO = "contract A { function f() public virtual {} } contract B { function f() public virtual {} }"

# For each explanation: code that causes each of its messages.
SAMPLES: dict[str, list[str]] = {
    "old-now": [
        contract("function f() public view returns (uint) { return now; }"),
    ],
    "old-throw": [
        contract("function f() public { if (true) throw; }"),
    ],
    "old-constructor-name": [
        contract("address owner; function C() public { owner = msg.sender; }"),
    ],
    "superfluous-function-word": [
        contract("function constructor() public {}"),
        contract("function receive() external payable {}"),
        contract("function fallback() external {}"),
    ],
    "old-constructor-visibility": [
        contract("constructor() public {}"),
        contract("constructor() internal {}"),
        HEAD + "abstract contract A { constructor() public {} }",
    ],
    "old-fallback": [
        contract("function() external payable {}"),
    ],
    "old-constant-function": [
        contract("uint x; function f() public constant returns (uint) { return x; }"),
    ],
    "old-name": [
        contract("function f() public pure returns (bytes32) { return sha3(abi.encode(1)); }"),
        contract("function f() public { suicide(payable(msg.sender)); }"),
        contract('function f(address a) public { a.callcode(""); }'),
        contract("function f() public { msg.gas; }"),
        contract("function f() public { block.blockhash(1); }"),
    ],
    "old-call-options": [
        contract('function f(address payable a) public { a.call.value(1)(""); }'),
    ],
    "old-years": [
        contract("uint x = 1 years;"),
    ],
    "old-array-length": [
        contract("uint[] a; function f() public { a.length = 1; }"),
    ],
    "old-abi-coder": [
        HEAD + "pragma experimental ABIEncoderV2; contract C {}",
        HEAD + "pragma abicoder v1; contract C {}",
    ],
    "old-difficulty": [
        contract("function f() public view returns (uint) { return block.difficulty; }"),
    ],
    "old-selfdestruct": [
        contract("function f() public { selfdestruct(payable(msg.sender)); }"),
    ],
    "old-send": [
        contract("function f(address payable a) public { a.transfer(1); }"),
        contract("function f(address payable a) public { require(a.send(1)); }"),
    ],
    "old-this-member": [
        contract("function f() public view returns (uint) { return this.balance; }"),
    ],
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
    "unbalanced-braces": [contract("function f() public { } }")],
    "no-beginning-of-a-value": [
        contract("function f() public { var x = 1; }"),
        contract("function f(uint x) public { else { x = 1; } }"),
        HEAD + "contract C { function f() public {",
    ],
    "missing-visibility": [contract("function f() {}")],
    "missing-license": ["pragma solidity ^0.8.0; contract C {}"],
    "missing-pragma": ["// SPDX-License-Identifier: MIT\ncontract C {}"],
    "other-compiler-version": ["// SPDX-License-Identifier: MIT\npragma solidity ^0.7.0; contract C {}"],
    "loop-word-outside": [
        contract("function f() public { break; }"),
        contract("function f() public { continue; }"),
    ],
    "unknown-member-of-the-chain": [
        contract("function f() public view returns (address) { return msg.sendr; }"),
        contract("function f() public view returns (uint) { return block.time; }"),
        contract("function f() public view returns (address) { return tx.sender; }"),
    ],
    "mapping-has-no-list": [
        contract("mapping(address => uint) m; function f() public view returns (uint) { return m.length; }"),
        contract("mapping(uint => uint) m; function f() public { for (uint i; i < m.length; i++) m[i] = 0; }"),
    ],
    "text-is-no-array": [
        contract("function f(string memory s) public pure returns (uint) { return s.length; }"),
        contract("function f(string memory s) public pure returns (bytes1) { return s[0]; }"),
    ],
    "undeclared-identifier": [
        contract("uint count; function f() public { cuont = 1; }"),
        contract("function g() external {} function f() public { g(); }"),
        HEAD + "contract A { uint private x; } contract B is A { function f() public { x = 1; } }",
    ],
    "unknown-type": [contract("String s;"), contract("function f() public onlyOwner {}")],
    "already-declared": [
        contract("uint x; uint x;"),
        contract("function f() public {} function f() public {}"),
        HEAD + "contract A { uint x; } contract B is A { uint x; }",
    ],
    "unknown-member": [
        contract("uint[] a; function f() public { a.add(1); }"),
        HEAD + "contract A { function g() internal {} } contract B { function f(A a) public { a.g(); } }",
    ],
    "unused-variable": [
        contract("uint total; function f() public { uint total = 1; }"),
    ],
    "unused-parameter": [
        contract("uint y; function f(uint x) public { y = 1; }"),
    ],
    "shadowing": [
        contract("uint x; function f() public pure { uint x = 1; x; }"),
        contract("address owner; constructor(address owner) { owner = owner; }"),
    ],
    "shadows-builtin": [
        contract("function f(uint msg) public pure returns (uint) { return msg; }"),
    ],
    "unreachable": [
        contract("function f() public pure returns (uint x) { return 1; x = 2; }"),
    ],
    "not-callable": [
        contract("uint x; function f() public { x(); }"),
        contract("function f() public view returns (uint) { return msg.sender.balance(); }"),
    ],
    "no-matching-function": [
        contract("function f(uint x) public pure { require(x); }"),
    ],
    "event-without-emit": [
        contract("event E(uint a); function f() public { E(1); }"),
    ],
    "emit-or-revert": [
        contract("error E(); function f() public { emit E(); }"),
        contract("event E(); function f() public { revert E(); }"),
    ],
    "error-without-revert": [
        contract("error E(); function f() public { E(); }"),
    ],
    "wrong-number-of-variables": [
        contract("function g() public returns (uint, uint) {} function f() public { uint a = g(); }"),
        contract("function g() public returns (uint, uint) {} function f() public { (uint a, uint b, uint c) = g(); }"),
    ],
    "literal-too-large": [
        contract("uint8 x = 256;"),
        contract("uint x = 2 ** 256;"),
        contract("function f() public pure returns (uint8 x) { uint8 y = 200 + 100; x = y; }"),
    ],
    "address-to-payable": [
        contract("address payable o; constructor() { o = msg.sender; }"),
    ],
    "list-in-brackets": [
        contract("function f() public pure { uint[] memory a = [1, 2]; a; }"),
        contract("function f() public pure { uint[2] memory a = [uint(1), 2, 3]; a; }"),
    ],
    "divided-by-zero": [
        contract("function f() public pure returns (uint) { return 1 / 0; }"),
        contract("function f() public pure returns (uint) { return 1 % 0; }"),
    ],
    "explicit-conversion": [
        contract("function f(address a) public pure returns (uint) { return uint(a); }"),
        contract("function f(string memory a) public pure returns (uint) { return uint(a); }"),
        contract("function f() public pure returns (uint) { return uint(-1); }"),
        contract("uint8 x = uint8(300);"),
    ],
    "unary-operator": [
        contract("function f(uint x) public { if (!x) {} }"),
        contract("function f(uint x) public pure returns (uint) { return -x; }"),
    ],
    "out-of-bounds": [
        contract("uint[3] a; function f() public view returns (uint) { return a[3]; }"),
    ],
    "address-checksum": [
        contract("address a = 0xd8da6bf26964af9d7eed9e03e53415d37aa96045;"),
    ],
    "not-assignable": [
        contract("function f() public { f() = 2; }"),
    ],
    "calldata-is-read-only": [
        contract("function f(uint[] calldata a) public { a[0] = 1; }"),
    ],
    "memory-array-cannot-grow": [
        contract("function f() public { uint[] memory a; a.push(1); }"),
    ],
    "length-must-be-constant": [
        contract("function f(uint n) public { uint[n] memory a; }"),
    ],
    "storage-without-a-place": [
        contract("struct S { uint a; } function f() public { S storage s; s.a = 1; }"),
    ],
    "mapping-outside-storage": [
        contract("struct S { mapping(uint => uint) m; } function f() public { S memory s; }"),
        contract("struct S { mapping(uint => uint) m; } S s; function f() public { s = S(); }"),
        contract("function f() public { mapping(address => uint) memory m; }"),
        contract("struct S { uint a; mapping(uint => uint) m; } S s; function f() public { s = S(1); }"),
    ],
    "mapping-cannot-be-emptied": [
        contract("mapping(address => uint) m; function f() public { delete m; }"),
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
    "ignored-result": [
        contract('function f(address a) public { a.call(""); }'),
        contract("function f(address payable a) public { a.send(1); }"),
    ],
    "constant-rules": [
        contract("uint constant x = 1; function f() public { x = 2; }"),
        contract("uint y; uint constant x = y;"),
        contract("uint constant x;"),
    ],
    "immutable-is-set-once": [
        contract("uint immutable x = 1; function f() public { x = 2; }"),
    ],
    "immutable-type": [
        contract('string immutable s = "a";'),
    ],
    "receive-form": [
        contract("receive() public payable {}"),
        contract("receive() external {}"),
        contract("receive(uint x) external payable {}"),
    ],
    "fallback-form": [
        contract("fallback() public {}"),
    ],
    "payable-needs-an-outside": [
        contract("function f() internal payable {}"),
    ],
    "too-many-indexed": [
        contract("event E(uint indexed a, uint indexed b, uint indexed c, uint indexed d);"),
    ],
    "this-in-constructor": [
        contract("constructor() { this.f(); } function f() public {}"),
    ],
    "modifier-without-body": [
        contract("modifier m() { require(true); }"),
    ],
    "missing-override": [
        HEAD + "contract A { function f() public virtual {} } contract B is A { function f() public {} }",
    ],
    "missing-virtual": [
        HEAD + "contract A { function f() public {} } contract B is A { function f() public override {} }",
    ],
    "not-everything-implemented": [HEAD + "interface I { function f() external; } contract B is I {}"],
    "overrides-nothing": [
        contract("function f() public override {}"),
    ],
    "override-differs": [
        HEAD + "contract A { function f() public virtual returns (uint) {} }"
        "contract B is A { function f() public override returns (int) {} }",
        HEAD + "contract A { function f() public view virtual {} } contract B is A { function f() public override {} }",
        HEAD + "contract A { function f() public virtual {} } contract B is A { function f() internal override {} }",
    ],
    "override-of-two": [
        HEAD + TWO + "contract C is A, B { function f() public override {} }",
        HEAD + TWO + "contract C is A, B {}",
    ],
    "order-of-inheritance": [
        HEAD + "contract A {} contract B is A {} contract C is B, A {}",
    ],
    "base-constructor": [
        HEAD + "contract A { constructor(uint x) {} } contract B is A {}",
    ],
    "cannot-be-created": [
        HEAD + "abstract contract A {} contract B { function f() public { new A(); } }",
        HEAD + "interface A {} contract B { function f() public { new A(); } }",
    ],
    "interface-form": [
        HEAD + "interface A { function f() public; }",
        HEAD + "interface A { uint x; }",
        HEAD + "interface A { function f() external {} }",
        HEAD + "interface A { constructor(); }",
    ],
    "function-without-body": [
        contract("function f() public;"),
    ],
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


def test_the_table_explains_far_more_than_forty_causes() -> None:
    assert len(EXPLANATIONS) > 80
    assert len({code for explanation in EXPLANATIONS for code in explanation.codes}) > 110


def test_what_stands_in_place_of_old_idioms_is_good_solidity_today(compiler: NodeCompiler) -> None:
    modern = contract("""
        error MyError(); uint256[] private a; address private immutable OWNER; uint256 private constant YEAR = 365 days;
        constructor() { OWNER = msg.sender; }
        receive() external payable { a.push(block.timestamp + YEAR); }
        fallback() external payable { if (msg.value == 0) revert MyError(); a.pop(); }
        modifier onlyOwner() { require(msg.sender == OWNER, "reason"); _; }
        function random() public view returns (uint256) { return block.prevrandao; }
        function hash(uint256 x) public view returns (bytes32) {
            if (x > gasleft()) revert("reason");
            return keccak256(abi.encode(x, address(this).balance, blockhash(x)));
        }
        function pay(address to, uint256 amount) public onlyOwner {
            delete a;
            (bool ok, ) = to.call{value: amount}("");
            require(ok, "not sent");
            C(payable(address(this))).hash{gas: 50_000}(1);
        }
    """)
    compilation = compiler.compile(modern)
    assert (compilation.ok, compilation.diagnostics) == (True, ())


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
