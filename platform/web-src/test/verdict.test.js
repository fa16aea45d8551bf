import assert from "node:assert/strict";
import { test } from "node:test";

import { Text } from "@codemirror/state";

import { offsetOf, toEditor } from "../src/diagnostics.js";
import { regradedWords } from "../src/history.js";
import { has, say } from "../src/text.js";
import { addedTo, aroundLine, firstError, inReadingOrder, isUnderWay, outcomeOf, stageOf, tasksDone } from "../src/verdict.js";

// The module asks the document for its language.
globalThis.document = { documentElement: { lang: "en" } };

const OUTCOMES = [
  "passed",
  "failed",
  "compile_error",
  "no_deployable_contract",
  "out_of_gas",
  "timed_out",
  "resource_limit",
  "output_limit",
  "lesson_broken",
];

test("the way to a verdict only goes forward", () => {
  const way = [
    { state: "sending" },
    { state: "queued" },
    { state: "running" },
    { state: "running", progress: { stage: "compile", index: 0, total: 0 } },
    { state: "running", progress: { stage: "deploy", index: 0, total: 0 } },
    { state: "running", progress: { stage: "check", index: 1, total: 7 } },
    { state: "running", progress: { stage: "check", index: 7, total: 7 } },
  ];
  const shares = way.map((attempt) => stageOf(attempt).share);
  assert.deepEqual(shares, shares.toSorted((a, b) => a - b));
  assert.equal(shares.at(-1), 1);
  assert.equal(stageOf(way[5]).text, "Check 1 of 7…");
  assert.ok(way.every(isUnderWay));
  assert.ok(!["idle", "done", "failed", "problem"].some((state) => isUnderWay({ state })));
});

test("every outcome has a headline of its own", () => {
  const report = { checks: [{ status: "passed" }, { status: "failed" }] };
  const titles = OUTCOMES.map((outcome) => outcomeOf({ report: { ...report, outcome } }).title);
  assert.equal(new Set(titles).size, OUTCOMES.length);
  assert.ok(!titles.includes(say("outcome_none")));
  assert.equal(outcomeOf({ report: { ...report, outcome: "failed" } }).text, "Checks passed: 1 of 2.");
  assert.equal(outcomeOf({ report: null }).title, say("outcome_none"));
  assert.equal(outcomeOf({ report: { ...report, outcome: "of_tomorrow" } }).title, say("outcome_none"));
  assert.ok(!has("toString"));
});

test("a task is done when each of its checks passed", () => {
  const check = (task, status) => ({ task, status });
  const checks = [check(1, "passed"), check(1, "failed"), check(2, "passed"), check(3, "not_run")];
  assert.deepEqual([...tasksDone({ checks })], [2]);
  assert.deepEqual([...tasksDone(null)], []);
});

test("the compiler counts characters, the editor counts UTF-16 units", () => {
  const doc = Text.of(["ab", "// 😀 x", "last"]);
  assert.equal(offsetOf(doc, 1, 1), 0);
  assert.equal(offsetOf(doc, 2, 4), 6);
  assert.equal(offsetOf(doc, 2, 6), 9, "the emoji is one character and two units");
  assert.equal(offsetOf(doc, 2, 99), doc.line(2).to);
  assert.equal(offsetOf(doc, 99, 1), doc.length);
  assert.equal(offsetOf(doc, 0, 0), 0);
});

test("messages are placed in this text only, on their first line at most", () => {
  const doc = Text.of(["contract A {", "}", ""]);
  const placed = toEditor(doc, [
    { severity: "warning", message: "spans", line: 1, column: 1, end_line: 2, end_column: 2, file: "Contract.sol" },
    { severity: "error", message: "elsewhere", line: 1, column: 1, file: "@openzeppelin/x.sol" },
    { severity: "error", message: "nowhere", line: null },
  ]);
  assert.deepEqual(
    placed.map(({ from, to, message }) => ({ from, to, message })),
    [{ from: 0, to: 12, message: "spans" }],
  );
});

test("an explanation says only what the message has not said", () => {
  const message = "Dave called `withdraw()`. It should have reverted with NotOwner, but it succeeded.";
  const same = "Dave called `withdraw()`. It should have reverted with NotOwner(caller=Dave), but it succeeded.";
  const added = "Nothing in `withdraw` (line 20) stops it.";
  assert.equal(addedTo(message, `${same} ${added}`), added);
  assert.equal(addedTo(message, message), "");
  const other = `Bob called \`tip()\`. It should have reverted, but it succeeded. ${added}`;
  assert.equal(addedTo(message, other), other);
  assert.equal(addedTo(null, other), other);
});

test("the line of the place is found where it is named last, and in this source only", () => {
  const where = { file: "Contract.sol", line: 2, column: 5 };
  const text = "It answered line 2, not line 20. That came from line 2.";
  assert.deepEqual(aroundLine(text, where), ["It answered line 2, not line 20. That came from ", "line 2", "."]);
  assert.deepEqual(aroundLine("Line 2: no.", where), ["", "Line 2", ": no."]);
  assert.equal(aroundLine("Look at line 21.", where), null);
  assert.equal(aroundLine(text, { ...where, file: "@openzeppelin/x.sol" }), null);
  assert.equal(aroundLine(text, null), null);
});

test("what failed is read first, and each kind in the order of the exercise", () => {
  const checks = ["passed", "not_run", "failed", "passed", "failed"].map((status, id) => ({ id, status }));
  assert.deepEqual(inReadingOrder(checks).map(({ id }) => id), [2, 4, 1, 0, 3]);
  assert.equal(checks[0].id, 0, "the report stays as it is");
});

test("the first error that has a place in this text is where to go, and only where it does not compile", () => {
  const diagnostics = [
    { severity: "warning", line: 1, file: "Contract.sol" },
    { severity: "error", line: 4, file: "@openzeppelin/x.sol" },
    { severity: "error", line: null },
    { severity: "error", line: 7, file: "Contract.sol" },
  ];
  assert.equal(firstError({ outcome: "compile_error", diagnostics }).line, 7);
  assert.equal(firstError({ outcome: "failed", diagnostics }), undefined);
  assert.equal(firstError(null), undefined);
});

test("an attempt that was graded again says when, from what to what, and why", () => {
  const words = regradedWords({ at: "2026-03-01T12:00:00Z", old_score: 1, new_score: 2.5, reason: "A check was wrong." });
  assert.match(words, /^Graded again on .*2026.*: 1 → 2\.5 points\. A check was wrong\.$/);
  assert.doesNotMatch(regradedWords({ at: "2026-03-01T12:00:00Z", old_score: 1, new_score: 2, reason: "" }), /\s$/);
});
