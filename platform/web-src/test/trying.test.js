import assert from "node:assert/strict";
import { test } from "node:test";

import { Unreadable, decimal, inWords, readValue, typeName, wei, writeValue } from "../src/trying-form.js";
import { forKernel, fromKernel, moved, sentence, without } from "../src/trying-steps.js";

const read = (type, text, more = {}) => readValue({ type, ...more }, text, { jar: "@4" });
const int = (digits) => ({ "#": digits });

test("numbers are read as people and Solidity write them, and none is rounded", () => {
  const said = { "42": "42", "1_000": "1000", "1,000": "1000", "1e18": "1000000000000000000", "1.5 ether": "1500000000000000000" };
  Object.assign(said, { "3 gwei": "3000000000", "7 wei": "7", "2 days": "172800", "1 hour": "3600", "0xff": "255", ".5e1": "5" });
  Object.assign(said, { [String(2n ** 256n - 1n)]: String(2n ** 256n - 1n), "123456789012345678901": "123456789012345678901" });
  for (const [text, digits] of Object.entries(said)) assert.deepEqual(read("uint256", text), int(digits), text);
  assert.deepEqual(read("int8", "-128"), int("-128"));
});

test("what is no value of a type is refused with what would be one", () => {
  const bad = [["uint8", "256", /0 to 255/], ["uint256", "-1", /from 0/], ["int8", "128", /-128 to 127/], ["uint256", "1.5", /whole/]];
  bad.push(["uint256", "", /needed/], ["uint256", "ten", /not a number/], ["uint256", "1 day ether", /not a number/], ["uint256", "1e999", /too large/]);
  bad.push(["bool", "maybe", /neither/], ["address", "zoe", /nobody/], ["address", "0x12", /nobody/], ["bytes4", "0x1122334455", /4 bytes/]);
  bad.push(["bytes", "0x123", /pairs/], ["bytes", "hello", /quotes/], ["uint256[]", "1", /list/], ["uint256[2]", "[1]", /2 values/]);
  bad.push(["uint256[]", "[1, [2]]", /one uint256/], ["uint256[]", "[1", /cannot be read/], ["uint8[]", "[256]", /0 to 255/]);
  for (const [type, text, message] of bad) assert.throws(() => read(type, text), (error) => error instanceof Unreadable && message.test(error.message), `${type} ${text}`);
});

test("people and contracts are meant by their names", () => {
  const address = `0x${"aB".repeat(20)}`;
  assert.equal(read("address", " Bob "), "bob");
  assert.equal(read("address", "Jar"), "@4");
  assert.equal(read("address", address), address);
  assert.deepEqual(read("address[]", "[alice, Jar]"), ["alice", "@4"]);
});

test("bytes are hexadecimal, or text in quotes", () => {
  assert.equal(read("bytes", '"hé"'), "0x68c3a9");
  assert.equal(read("bytes4", '"hi"'), "0x68690000");
  assert.equal(read("bytes", "0x"), "0x");
  assert.equal(read("string", ' "as it is" '), ' "as it is" ');
});

test("lists and structs are JSON in which names and numbers need no quotes", () => {
  const components = [{ name: "to", type: "address" }, { name: "amount", type: "uint256" }, { name: "notes", type: "string[]" }];
  const value = { to: "bob", amount: int("1000000000000000000"), notes: ["a, b", "1"] };
  assert.deepEqual(read("tuple", '{to: bob, amount: 1 ether, notes: ["a, b", 1]}', { components }), value);
  assert.deepEqual(read("tuple", '[bob, 1e18, ["a, b", "1"]]', { components }), value);
  assert.deepEqual(read("tuple[]", writeValue([value]), { components }), [value], "what is written back is read again");
  assert.throws(() => read("tuple", "{to: bob}", { components }), /to, amount, notes/);
  assert.equal(typeName({ type: "tuple[]", internalType: "struct Jar.Tip[]" }), "Tip[]");
});

test("amounts and values read well", () => {
  assert.equal(wei("1000000000000000000"), "1 ether");
  assert.equal(wei("1500000000000000"), "0.0015 ether");
  assert.equal(wei("20000000000"), "20 gwei");
  assert.equal(wei("1234567"), "1,234,567 wei");
  assert.equal(decimal(10n ** 18n * 1234n, 18), "1,234");
  assert.equal(inWords([int("5"), "0xab", "text", true], () => null), '[5, 0xab, "text", true]');
});

const STEPS = fromKernel([
  { action: "deploy", account: "owner", contract: "Jar", args: [int("3")], value_wei: int("0") },
  { action: "send", account: "bob", target: 0, function: "tip(uint256)", args: [int("1")], value_wei: int("1000000000000000000") },
  { action: "wait", seconds: 86400, args: [] },
  { action: "deploy", account: "alice", contract: "Fan", args: ["@0"], value_wei: int("0") },
  { action: "call", account: "alice", target: 3, function: "all()", args: [], value_wei: int("0") },
]);

test("raw calldata is told by who sends it where", () => {
  const raw = { id: 9, action: "raw", account: "bob", target: 0, args: ["0xabcd"], value_wei: int("0") };
  assert.equal(sentence(raw, [...STEPS, raw]), "Bob sends 0xabcd to Jar");
});

test("steps tell what is done", () => {
  assert.deepEqual(
    STEPS.map((step) => sentence(step, STEPS)),
    ["Owner deploys Jar(3)", "Bob calls tip(1) of Jar, sending 1 ether", "Time moves on by 1 day", "Alice deploys Fan(Jar)", "Alice reads all() of Fan"],
  );
});

test("a step that moves keeps its contract, and never stands before it", () => {
  assert.equal(moved(STEPS, 1, -1), null);
  assert.equal(moved(STEPS, 4, -1), null);
  const list = moved(STEPS, 3, -1);
  assert.deepEqual(list.map(({ id }) => id), [0, 1, 3, 2, 4]);
  const sent = forKernel(list);
  assert.equal(sent[4].target, 2);
  assert.deepEqual(sent[2].args, ["@0"]);
  assert.ok(sent.every((step) => !("id" in step)));
});

test("a deployment that is removed takes along what used it", () => {
  assert.deepEqual(without(STEPS, 3).map(({ id }) => id), [0, 1, 2]);
  assert.deepEqual(without(STEPS, 0).map(({ id }) => id), [2]);
});
