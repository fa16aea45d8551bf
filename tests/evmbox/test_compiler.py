"""What a compile gives back: artifacts, ABIs and diagnostics in their place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evmbox.compiler import SOURCE_LIMIT_BYTES, Compilation, NodeCompiler
from evmbox.compiler.diagnostics import _Places
from evmbox.report import Outcome, Severity
from evmbox.versions import EVM_VERSION

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
COUNTER = HEAD + "contract Counter { uint256 public count; function add(uint256 by) public { count += by; } }"


def only_error(compilation: Compilation) -> tuple[str | None, int | None, int | None, int | None, int | None]:
    """Give code, line, column, end line and end column of the one error there is."""
    assert compilation.outcome is Outcome.COMPILE_ERROR
    (error,) = (each for each in compilation.diagnostics if each.severity is Severity.ERROR)
    return error.code, error.line, error.column, error.end_line, error.end_column


def test_a_contract_becomes_an_artifact(compiler: NodeCompiler) -> None:
    compilation = compiler.compile(COUNTER)
    artifact = compilation.artifacts["Counter"]
    assert compilation.ok
    assert compilation.message is None
    assert compilation.diagnostics == ()
    assert compilation.elapsed_ms > 0
    assert {entry["name"] for entry in artifact.abi} == {"add", "count"}
    assert compilation.abis == {"Counter": artifact.abi}
    assert artifact.creation.startswith(bytes.fromhex("6080604052"))
    assert 0 < artifact.runtime_size < len(artifact.creation)
    assert artifact.creation[-artifact.runtime_size :].startswith(bytes.fromhex("6080604052"))


def test_what_cannot_be_deployed_has_an_abi_and_no_creation_code(compiler: NodeCompiler) -> None:
    source = (
        HEAD
        + "interface I { function f() external; } abstract contract A is I {}"
        + "contract C is A { function f() external {} }"
    )
    compilation = compiler.compile(source)
    assert {name: bool(artifact.creation) for name, artifact in compilation.artifacts.items()} == {
        "I": False,
        "A": False,
        "C": True,
    }
    assert [entry["name"] for entry in compilation.abis["I"]] == ["f"]


def test_a_check_finds_errors_and_makes_no_code(compiler: NodeCompiler) -> None:
    compilation = compiler.compile(COUNTER, check_only=True)
    assert compilation.ok
    assert compilation.artifacts == {}
    assert list(compilation.abis) == ["Counter"]
    assert not compiler.compile(COUNTER.replace("count +=", "cuont +="), check_only=True).ok


def test_comments_and_layout_do_not_change_the_code(compiler: NodeCompiler) -> None:
    first = compiler.compile(COUNTER)
    second = compiler.compile("// a comment\n" + COUNTER.replace("{", "{\n"))
    assert first.artifacts == second.artifacts


def test_the_compiler_knows_the_opcodes_of_the_chain_and_no_later_ones(compiler: NodeCompiler) -> None:
    body = HEAD + "contract C {{ function f(uint256 x) public {{ assembly {{ {} }} }} }}"
    assert compiler.compile(body.format("tstore(0, x) mcopy(0, 32, 32)")).ok
    later = compiler.compile(body.format("x := clz(x)"))
    assert later.diagnostics[0].message.endswith(f'(you are currently compiling for "{EVM_VERSION}").')


def test_an_error_stands_at_its_line_and_column(compiler: NodeCompiler) -> None:
    compilation = compiler.compile(HEAD + "contract C {\n    function f() public {\n        count = 1;\n    }\n}\n")
    assert only_error(compilation) == ("7576", 5, 9, 5, 14)
    assert compilation.message == "Line 5: Undeclared identifier."
    assert compilation.artifacts == {}
    assert [(each.kind, each.file) for each in compilation.diagnostics] == [("DeclarationError", "Contract.sol")]


def test_columns_count_characters_not_bytes(compiler: NodeCompiler) -> None:
    line = 'contract C { string s = unicode"é😀"; uint x = "a"; }'
    assert only_error(compiler.compile(HEAD + line)) == ("7407", 3, line.index('"a"') + 1, 3, line.index('"a"') + 4)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_do_in_an_editor(compiler: NodeCompiler, line_end: str) -> None:
    source = line_end.join([*HEAD.splitlines(), "contract C {", "  uint x = y;", "}"])
    assert only_error(compiler.compile(source)) == ("7576", 4, 12, 4, 13)


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60), data=st.data())
def test_a_byte_offset_becomes_the_place_of_the_same_character(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    if at and text[at - 1 : at + 1] == "\r\n":
        at -= 1
    before = text[:at].replace("\r\n", "\n").replace("\r", "\n")
    offset = len(text[:at].encode())
    assert _Places(text).span(offset, offset) == {
        "line": before.count("\n") + 1,
        "column": len(before) - (before.rfind("\n") + 1) + 1,
        "end_line": before.count("\n") + 1,
        "end_column": len(before) - (before.rfind("\n") + 1) + 1,
    }


def test_a_warning_without_a_place_has_none(compiler: NodeCompiler) -> None:
    compilation = compiler.compile("contract C {}")
    assert compilation.ok
    assert [(each.severity, each.code, each.line) for each in compilation.diagnostics] == [
        (Severity.WARNING, "1878", None),
        (Severity.WARNING, "3420", None),
    ]


def test_errors_come_before_warnings_and_the_message_counts_them(compiler: NodeCompiler) -> None:
    compilation = compiler.compile("contract C { uint a = b; uint c = d; }")
    assert [each.severity for each in compilation.diagnostics] == ["error", "error", "warning", "warning"]
    assert compilation.message == "Line 1: Undeclared identifier. (and 1 more error)"


def test_messages_are_one_line_of_what_can_be_seen(compiler: NodeCompiler) -> None:
    compilation = compiler.compile('import "a\\nb\\u202ec' + "x" * 5000 + '";')
    message = compilation.diagnostics[0].message
    assert message.startswith('"a b\\u202ecxxx')
    assert len(message) < 700


def test_the_optimizer_runs_when_asked(compiler: NodeCompiler) -> None:
    plain, optimized = (compiler.compile(COUNTER, optimize=optimize) for optimize in (False, True))
    assert optimized.artifacts["Counter"].runtime_size < plain.artifacts["Counter"].runtime_size


def test_code_that_is_too_large_to_deploy_is_optimized_unasked(compiler: NodeCompiler) -> None:
    functions = "\n".join(
        f"function f{i}(uint x, uint y) public returns (uint) {{ m[x] += y * {i} + x; return m[y] / (x + {i}); }}"
        for i in range(150)
    )
    compilation = compiler.compile(HEAD + f"contract C {{ mapping(uint => uint) m; {functions} }}")
    assert compilation.ok
    assert compilation.artifacts["C"].runtime_size < 24_576


def test_a_function_too_deep_for_the_stack_is_optimized_unasked(compiler: NodeCompiler) -> None:
    types, values = ",".join(["uint"] * 14), ",".join(["1"] * 14)
    source = HEAD + f"contract C {{ function f() public pure returns ({types}) {{ return ({values}); }} }}"
    assert compiler.compile(source).ok


def test_what_the_optimizer_cannot_save_is_explained(compiler: NodeCompiler) -> None:
    types, values = ",".join(["uint"] * 17), ",".join(["1"] * 17)
    source = HEAD + f"contract C {{ function f() public pure returns ({types}) {{ return ({values}); }} }}"
    compilation = compiler.compile(source)
    assert compilation.outcome is Outcome.COMPILE_ERROR
    assert compilation.message == "Stack too deep."


def test_code_that_needs_linking_is_a_compile_error_that_says_what_to_do(compiler: NodeCompiler) -> None:
    library = "library Sums { function add(uint a, uint b) public pure returns (uint) { return a + b; } }"
    user = "contract C { function f() public pure returns (uint) { return Sums.add(1, 2); } }"
    compilation = compiler.compile(HEAD + library + user)
    assert compilation.outcome is Outcome.COMPILE_ERROR
    assert compilation.diagnostics[0].kind == "LinkError"
    assert '"C" calls public functions of the library "Sums"' in compilation.diagnostics[0].message
    assert "internal" in (compilation.diagnostics[0].help or "")
    assert compiler.compile(HEAD + library.replace("public", "internal") + user).ok


@pytest.mark.parametrize("filler", ["/", "é"])
def test_the_source_may_be_64_kib_long_and_no_longer(compiler: NodeCompiler, filler: str) -> None:
    room = SOURCE_LIMIT_BYTES - len((COUNTER + "//").encode())
    fits = COUNTER + "//" + filler * (room // len(filler.encode()))
    assert compiler.compile(fits).ok
    compilation = compiler.compile(fits + filler)
    assert compilation.outcome is Outcome.COMPILE_ERROR
    assert (
        compilation.message
        == f"The source is {len((fits + filler).encode()):,} bytes long; at most 65,536 are compiled."
    )


@pytest.mark.parametrize("character", ["\0", chr(0xD800), chr(0xDFFF)])
def test_characters_that_no_source_can_hold_are_shown_their_place(compiler: NodeCompiler, character: str) -> None:
    compilation = compiler.compile(f"// é\ncontract{character} C {{}}")
    assert only_error(compilation) == (None, 2, 9, 2, 10)
    assert compilation.diagnostics[0].kind == "TextError"
    assert compilation.diagnostics[0].model_dump_json()


def test_an_empty_source_compiles_to_nothing(compiler: NodeCompiler) -> None:
    compilation = compiler.compile("")
    assert compilation.ok
    assert compilation.artifacts == {}


def test_details_are_added_and_the_code_stays_the_same(compiler: NodeCompiler) -> None:
    source = HEAD + (
        'import "./base.sol"; contract C is Base { uint128 a; uint128 b; address immutable who = msg.sender; '
        "function set(uint128 to) external { b = to; } function get() external view returns (address) { return who; } }"
    )
    extra = {"base.sol": HEAD + "contract Base { bool set_; }"}
    plain = compiler.compile(source, extra_sources=extra)
    full = compiler.compile(source, extra_sources=extra, details=True)
    assert plain.details is None
    assert full.details is not None
    assert full.artifacts == plain.artifacts
    details = full.details.contracts["C"]
    assert details.creation == full.artifacts["C"].creation
    assert len(details.runtime) == full.artifacts["C"].runtime_size
    assert [(each["label"], each["slot"], each["offset"]) for each in details.storage_layout["storage"]] == [
        ("set_", "0", 0),
        ("a", "0", 1),
        ("b", "1", 0),
    ]
    assert len(details.immutables) == 1
    assert set(full.details.asts) == {"Contract.sol", "base.sol"}
    assert sorted(full.details.files.values()) == ["Contract.sol", "base.sol"]
    assert full.details.sources["Contract.sol"] == source
    assert details.runtime_map.count(";") > 20
    assert compiler.compile(HEAD + "contract C { x }", details=True).details is None
