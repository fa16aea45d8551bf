import assert from "node:assert/strict";
import { test } from "node:test";

import { createAsk } from "../src/ask.js";
import { endOf } from "../src/history.js";
import { partsOf, sharesOf } from "../src/gas-budget.js";
import { mostAfter, priceOf, takenFrom } from "../src/ladder.js";

globalThis.document = { documentElement: { lang: "en" } };

const HELP = {
  hints: [
    { rung: 1, cost: 0.5, from_attempt: 2 },
    { rung: 2, cost: 1, from_attempt: 3 },
  ],
  cost: 1.5,
  next_cost: 2,
  max_score: 3,
  practice_from: null,
};
const attempt = (number, score) => ({ number, report: { score } });

test("the price of the next hint and what is left to earn are said", () => {
  assert.match(priceOf(HELP), /costs 2 points/);
  assert.match(priceOf({ ...HELP, next_cost: 1 }), /costs 1 point of/);
  assert.match(priceOf({ ...HELP, next_cost: 0 }), /nothing/);
  assert.equal(mostAfter({ ...HELP, next_cost: 1 }), 0.5);
  assert.equal(mostAfter(HELP), 0);
});

test("hints take from attempts after them, never more than there is, and giving up takes all", () => {
  assert.equal(takenFrom(HELP, attempt(1, 3)), null);
  assert.deepEqual(takenFrom(HELP, attempt(2, 3)), { practice: false, took: 0.5, left: 2.5 });
  assert.deepEqual(takenFrom(HELP, attempt(3, 1)), { practice: false, took: 1, left: 0 });
  assert.equal(takenFrom(HELP, attempt(3, 0)), null);
  assert.deepEqual(takenFrom({ ...HELP, practice_from: 4 }, attempt(4, 3)), { practice: true });
});

test("gas stands against the budget and the best before", () => {
  assert.deepEqual(sharesOf({ used: 50, budget: 100 }), { used: 0.5, budget: 1 });
  assert.deepEqual(sharesOf({ used: 200, budget: 100 }), { used: 1, budget: 0.5 });
  assert.deepEqual(partsOf({ used: 2000, budget: 3000, best_known: 1500 }, 1800), [
    "1,000 below the budget",
    "your best: 1,800",
    "best known: 1,500",
  ]);
  assert.deepEqual(partsOf({ used: 3500, budget: 3000 }, null), ["500 above the budget", "your best yet"]);
});

test("an attempt in the list says how it ended in words, with a mark", () => {
  assert.deepEqual(endOf({ state: "done", outcome: "passed" }), { mark: "✓", tone: "passed", words: "Passed" });
  assert.equal(endOf({ state: "done", outcome: "compile_error" }).tone, "failed");
  assert.equal(endOf({ state: "done", outcome: "something new" }).words, "This could not be checked");
  assert.equal(endOf({ state: "running", outcome: null }).words, "On its way");
});

test("each question gets its own answer, a problem, or no kernel", async () => {
  const sent = [];
  let last = 0;
  const asking = createAsk({ send: (message) => sent.push(message), key: () => String((last += 1)), patienceMs: 20 });
  const first = asking.ask("help");
  const second = asking.ask("hint", { rung: 1, cost: 0 });
  assert.deepEqual(sent[1], { type: "ask", key: "2", what: "hint", rung: 1, cost: 0 });
  asking.received({ key: "2", answer: "b" });
  asking.received({ key: "1", problem: { kind: "busy" } });
  asking.received({ key: "nobody's", answer: "c" });
  assert.equal(await second, "b");
  await assert.rejects(first, { kind: "busy" });
  await assert.rejects(asking.ask("help"), { kind: "kernel" });
});
