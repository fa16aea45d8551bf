import assert from "node:assert/strict";
import { test } from "node:test";

import { complete } from "../src/completion.js";
import { explain } from "../src/explain.js";
import { ENTRIES } from "../src/language.js";
import { libraryOf } from "../src/openzeppelin.js";
import { project } from "../src/scope.js";
import { solidityTexts } from "../src/text-solidity.js";
import { has } from "../src/text.js";
import { outline } from "../src/words.js";
import { BUILT_IN } from "../src/yul.js";
import { completeInYul } from "../src/completion.js";
import { openzeppelin } from "../openzeppelin.mjs";

const JAR = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

contract Base {
    uint256 internal inherited;
    uint256 private hidden;
}

contract Jar is Base, Vault {
    /// @notice What each has given.
    /// @dev In wei.
    mapping(address giver => mapping(uint256 => Deposit[])) public given;
    Deposit[] private deposits;
    address payable public keeper;

    struct Deposit {
        address from;
        uint256 amount;
    }
    enum Status { Open, Closed }
    event Tipped(address indexed from, uint256 amount);
    error NotOwner(address caller);

    modifier onlyOwner() {
        _;
    }

    /// @param note Words for the keeper.
    function tip(string calldata note) external payable returns (uint256 sum) {
        for (uint256 index = 0; index < 3; index++) {
            sum += index;
        }
        §
    }

    function newest() public view returns (Deposit memory) {
        return deposits[deposits.length - 1];
    }
}
`;
const VAULT = "contract Vault { function stored() internal view returns (Jar) {} function secret() private {} }";

/** What is offered where § stands, in a text that need not be whole. */
function offered(text, { explicit = false, given = [VAULT] } = {}) {
  const at = text.indexOf("§");
  const all = project(outline(text.replace("§", "")), given.map((each) => outline(each)));
  return complete(all, at, explicit)?.options.map(({ label }) => label) ?? null;
}
const inTip = (words, options) => offered(JAR.replace("§", `${words}§`), options);
const includes = (labels, ...wanted) => {
  for (const label of wanted) assert.ok(labels?.includes(label), `${label} is not in ${labels}`);
};
const excludes = (labels, ...unwanted) => {
  for (const label of unwanted) assert.ok(!labels.includes(label), `${label} is in ${labels}`);
};

const LIBRARY = libraryOf(await openzeppelin());
const TOKEN_PATH = "@openzeppelin/contracts/token/ERC20/ERC20.sol";

function offeredOf(text) {
  const at = text.indexOf("§");
  const plain = text.replace("§", "");
  return complete(project(outline(plain), [], LIBRARY.outlinesFor(plain)), at, false, LIBRARY)?.options.map(({ label }) => label) ?? null;
}

test("an import is completed with the files of the library, and their names", () => {
  includes(offeredOf('import {ERC20} from "@open§";'), TOKEN_PATH, "@openzeppelin/contracts/access/Ownable.sol");
  includes(offeredOf("import {ER§"), "ERC20", "ERC721", "Math");
  assert.deepEqual(offeredOf(`import {E§} from "${TOKEN_PATH}";`), ["ERC20"]);
  assert.equal(offeredOf('contract A { string s = "@open§"; }'), null);
});

test("what is imported from the library has its members, and no more is seen than is imported", () => {
  const text = `import {ERC20} from "${TOKEN_PATH}";\ncontract Coin is ERC20 { function f(ERC20 other) external { § } }`;
  includes(offeredOf(text.replace("§", "_m§")), "_mint", "balanceOf");
  includes(offeredOf(text.replace("§", "revert E§")), "ERC20InsufficientBalance");
  includes(offeredOf(text.replace("§", "other.b§")), "balanceOf", "name");
  excludes(offeredOf(text.replace("§", "other.b§")), "_mint");
  excludes(offeredOf(text.replace("§", "I§")), "IERC20Metadata", "Context");
});

test("in Yul stand its built-in functions and the names around it", () => {
  const labels = inTip("assembly { let total := 1 function half(a) -> b { } m§".replace("§", ""));
  includes(labels, "mstore", "sload", "total", "half", "sum", "let", "for");
  excludes(labels, "require", "msg", "newest");
  const code = 'object "A" { code { let size := datasize("B") s } }';
  const found = completeInYul(outline(code), code.indexOf("s }") + 1, false).options.map(({ label }) => label);
  includes(found, "size", "sstore", "switch");
  for (const naming of ["let s", "function s", "let a, s", "function f(a, s"]) assert.equal(completeInYul(outline(naming), naming.length, false), null, naming);
  assert.ok(BUILT_IN.size > 80);
});

test("in a function stand what it can see, and nothing else", () => {
  const labels = inTip("x");
  includes(labels, "note", "sum", "deposits", "given", "newest", "inherited", "stored", "Deposit", "Status", "msg", "require");
  excludes(labels, "hidden", "secret", "onlyOwner", "index", "from", "amount", "x");
  includes(inTip("uint256 total = sum;\n to"), "total");
  excludes(offered(JAR.replace("§", "t§\n        uint256 later = 1;")), "later");
});

test("after a dot stand the members of what is before it", () => {
  assert.deepEqual(inTip("msg."), ["sender", "value", "data", "sig"]);
  assert.deepEqual(inTip("deposits[0]."), ["from", "amount"]);
  assert.deepEqual(inTip("newest()."), ["from", "amount"]);
  assert.deepEqual(inTip("given[msg.sender][7][0].a"), ["from", "amount"]);
  assert.deepEqual(inTip("given[msg.sender][7]."), ["length", "push", "pop"]);
  assert.deepEqual(inTip("Status."), ["Open", "Closed"]);
  assert.deepEqual(inTip("type(uint256)."), ["min", "max"]);
  assert.deepEqual(inTip("bytes(note)."), ["length"]);
  assert.deepEqual(inTip("string."), ["concat"]);
  includes(inTip("address(this)."), "balance", "call");
  includes(inTip("keeper."), "balance", "transfer");
  excludes(inTip("msg.sender."), "transfer");
  includes(inTip("stored()."), "tip", "given", "keeper");
  includes(inTip("this."), "tip", "newest");
  assert.equal(inTip("note."), null, "a string has no members");
  assert.equal(inTip("unknown."), null);
});

test("after a word that asks for a kind of name stand names of that kind", () => {
  assert.deepEqual(inTip("emit T"), ["Tipped", "Ownable"], "what is imported may be an event");
  assert.deepEqual(inTip("revert N"), ["NotOwner", "Ownable"]);
  includes(offered("contract A is B§ {}\ncontract Base {}"), "Base", "Vault");
  includes(offered("contract A {\n    modifier only() { _; }\n    function f() ext§"), "external", "only");
  includes(offered("contract A {\n    function f(string m§"), "memory", "calldata");
  includes(offered("contract A {\n    uint256 p§"), "public", "private");
  includes(offered("contract A {\n    fun§\n}"), "function", "function …");
  includes(inTip("x = 1 e"), "ether");
  includes(inTip("string memory s; Deposit s"), "storage");
});

test("nothing comes up where a name is made, in a comment or in a text", () => {
  for (const words of ["// ms", "/* ms */ // ms", '"ms', "uint256 m", "uint256 memory m", "1m", "0xa", "assembly { let le"])
    assert.equal(inTip(words), null, words);
  for (const text of ["contract M§", "contract A { function f§", "contract A { event T§", "contract A { uint256 public to§"])
    assert.equal(offered(text)?.includes("msg") ?? false, false, text);
  assert.equal(offered("contract A { function f§ }"), null);
  assert.equal(inTip(""), null);
  includes(inTip("", { explicit: true }), "msg", "sum");
});

test("a comment for readers has its tags, and the names of the parameters", () => {
  const text = "contract A {\n    /// @par§\n    function f(uint256 amount, address to) external {}\n}";
  includes(offered(text), "@param", "@notice");
  assert.deepEqual(offered(text.replace("@par§", "@param a§")), ["amount", "to"]);
});

test("a text that is half written has its names nonetheless", () => {
  for (const broken of ["contract A { uint256 total; function f() public { tot§", "contract A {\n uint256 total\n function f() public {\n tot§\n }\n}"])
    includes(offered(broken), "total");
  const unclosed = "contract A { function f() public { if (true) { \n uint256 mine = 1\n mi§\n function g(uint256 theirs) public { } }";
  includes(offered(unclosed), "mine");
  excludes(offered(unclosed), "theirs");
  for (let end = 0; end < JAR.length; end += 7) offered(`${JAR.slice(0, end).replace("§", "")}§`, { explicit: true });
});

test("every word of the language is explained in the catalogue, and nothing else is", () => {
  for (const path of ENTRIES.keys()) assert.ok(has(`about ${path}`), path);
  const sizes = ["uintN", "intN", "bytesN"];
  for (const key of Object.keys(solidityTexts).filter((each) => each.startsWith("about ")))
    assert.ok(ENTRIES.has(key.slice(6)) || sizes.includes(key.slice(6)), key);
});

test("help says what a word of the language means, and what a declared name is", () => {
  const about = (words, before) => {
    const text = JAR.replace("§", words);
    return explain(project(outline(text), [outline(VAULT)]), text.indexOf(words) + before);
  };
  assert.match(about("msg.sender;", 6).text, /Who made this call/);
  assert.match(about("uint128 x;", 2).text, /2\^128/);
  assert.equal(about("bytes33 x;", 2), null);
  assert.equal(about("// msg.sender", 9), null);
  const given = about("given[msg.sender];", 2);
  assert.equal(given.text, "What each has given.");
  assert.match(given.code, /^mapping\(.*public given$/);
  assert.match(given.kind, /line 14/);
  assert.equal(about("note;", 1).text, "Words for the keeper.");
  assert.match(about("stored();", 1).kind, /given file/);
  assert.equal(about("nobody;", 1), null);
});

test("completion keeps up with typing in a contract of 500 lines", () => {
  const functions = Array.from({ length: 96 }, (_, i) => `    /// @notice Does ${i}.\n    function f${i}(uint256 a) public returns (uint256) {\n        uint256 b${i} = a + deposits.length;\n        return b${i};\n    }`);
  const long = JAR.replace("    function newest", `${functions.join("\n")}\n    function newest`);
  assert.ok(long.split("\n").length > 500);
  const times = [];
  for (const words of ["sum = de", "msg.s", "given[msg.sender][1][0].", "emit T"])
    for (let i = 0; i < 15; i++) {
      const began = performance.now();
      inLong(long, words);
      times.push(performance.now() - began);
    }
  const median = times.toSorted((a, b) => a - b)[times.length >> 1];
  console.log(`completion in ${long.split("\n").length} lines: median ${median.toFixed(2)} ms`);
  assert.ok(median < 50, `${median} ms`);

  function inLong(text, words) {
    includes(offered(text.replace("§", `${words}§`)), { "sum = de": "deposits", "msg.s": "sender", "emit T": "Tipped" }[words] ?? "amount");
  }
});
