import assert from "node:assert/strict";
import { test } from "node:test";

import { StringStream } from "@codemirror/language";

import { parser } from "../src/solidity.js";

/** The tokens of a text, as "style:text". */
function tokens(text) {
  const state = parser.startState(4);
  const found = [];
  for (const line of text.split("\n")) {
    const stream = new StringStream(line, 4, 4);
    while (!stream.eol()) {
      stream.start = stream.pos;
      const style = parser.token(stream, state);
      assert.ok(stream.pos > stream.start, `no progress at ${stream.pos} in: ${line}`);
      if (style) found.push(`${style}:${stream.current()}`);
    }
    if (line === "" && parser.blankLine) parser.blankLine(state, 4);
  }
  return { found, state };
}

const has = (text, ...expected) => {
  const { found } = tokens(text);
  for (const token of expected) assert.ok(found.includes(token), `${token} not in ${found.join(" ")}`);
};

test("declarations, types, modifiers and built-ins are told apart", () => {
  has(
    "contract TipJar is Ownable { mapping(address => uint256) private given; }",
    "keyword:contract",
    "className:TipJar",
    "typeName:Ownable",
    "keyword:mapping",
    "typeName:address",
    "typeName:uint256",
    "modifier:private",
    "variableName:given",
  );
  has(
    "function tip(string calldata note) external payable { require(msg.value > 0); }",
    "functionName:tip",
    "modifier:calldata",
    "modifier:payable",
    "builtin:require",
    "builtin:msg",
    "propertyName:value",
  );
  has("uint8 a; int256 b; bytes32 c; bytes d;", "typeName:uint8", "typeName:int256", "typeName:bytes32", "typeName:bytes");
  has("uint7 a; bytes33 c;", "variableName:uint7", "variableName:bytes33");
});

test("numbers have units, and a unit without a number is a name", () => {
  has("x = 1_000 ether + 0.5e18 + 0xFF + 2 days;", "number:1_000", "unit:ether", "number:0.5e18", "number:0xFF", "unit:days");
  has("uint days = 3;", "variableName:days");
});

test("strings end where they end, also with escapes and prefixes", () => {
  has(String.raw`s = "a\"b"; t = hex"00ff"; u = unicode'ü';`, String.raw`string:"a\"b"`, 'string:hex"00ff"', "string:unicode'ü'");
  has('s = "never closed\nuint x;', "typeName:uint");
});

test("comments, and NatSpec with its tags", () => {
  has("// plain @notice\nuint x;", "comment:// plain @notice", "typeName:uint");
  has("/// @notice Sends\nuint x;", "docTag:@notice", "typeName:uint");
  has("/** @param a b\n * more */ uint x;", "docTag:@param", "typeName:uint");
  has("/* one\n two */ uint x;", "comment:/* one", "typeName:uint");
  has("///\nuint x;", "typeName:uint");
  has("/**/ uint x;", "comment:/**/", "typeName:uint");
});

test("words that are keywords only here and there", () => {
  has("error NotOwner(address caller);", "keyword:error", "functionName:NotOwner");
  has("emit Sent({from: a, error: b});", "variableName:from", "variableName:error");
  has('import {A} from "./A.sol";', "keyword:import", "keyword:from");
  has("catch Error(string memory reason) {}", "keyword:catch", "typeName:string");
});

test("a pragma is not code", () => {
  has("pragma solidity >=0.8.0 <0.9.0;\nuint x;", "keyword:pragma", "meta:solidity", "meta:>=0.8.0", "typeName:uint");
});

test("every character is passed, whatever the text", () => {
  tokens("§ ü 😀 \\ ` # @ $x \u0000 0x 1e 1. .5 .. => := -> ++ <<= /*");
  tokens("}])([{\n}\n)");
});

test("a new line is indented by four for each line that opened a bracket", () => {
  const after = (text, next) => parser.indent(tokens(text).state, next, { unit: 4 });
  assert.equal(after("contract A {", ""), 4);
  assert.equal(after("contract A {", "}"), 0);
  assert.equal(after("contract A {\n    function f() external {", "x"), 8);
  assert.equal(after("contract A {\n    emit E({", "a: 1"), 8);
  assert.equal(after("contract A {\n    emit E({", "}"), 4);
  assert.equal(after("contract A {}", ""), 0);
  assert.equal(after("}}}", ""), 0);
  assert.equal(after("/*", ""), null);
});
