import assert from "node:assert/strict";
import { test } from "node:test";

import { createAsking, problemIn } from "../src/replay.js";
import { canAsk, partsOf } from "../src/stuck.js";

const report = (outcome) => ({ id: "1", report: { outcome } });
const question = (state, answers = []) => ({ id: state, state, answers });
const NOTHING = { question: null, told: [], earlier: [], comments: [] };

test("an attempt that failed can be asked about, and no other", () => {
  assert.ok(canAsk(report("failed")));
  assert.ok(canAsk(report("compile_error")));
  assert.ok(!canAsk(report("passed")));
  assert.ok(!canAsk(report("lesson_broken")));
  assert.ok(!canAsk({ id: "1", report: null }));
  assert.ok(!canAsk({ report: { outcome: "failed" } }));
});

test("one's own question comes first, then what others were told, earlier questions and comments", () => {
  assert.deepEqual(partsOf(NOTHING), []);
  const all = { question: question("waiting"), told: [{}], earlier: [question("answered")], comments: [{}] };
  assert.deepEqual(partsOf(all).map((part) => part.kind), ["question", "told", "earlier", "comments"]);
});

test("an earlier question that was closed without an answer is told no more", () => {
  const earlier = [question("closed"), question("closed", [{}]), question("waiting")];
  assert.deepEqual(partsOf({ ...NOTHING, earlier }).map((part) => part.question.state), ["closed", "waiting"]);
});

test("a trace is asked for with the session's token, and a refusal is told as a notice needs it", async () => {
  const sent = [];
  const answers = [
    { ok: true, json: async () => ({ trace: { outline: 1 }, stopped: null }) },
    { ok: false, status: 429, json: async () => ({ detail: "Slower." }), headers: new Map([["Retry-After", "3"]]) },
  ];
  const fetch = async (address, options) => {
    sent.push([address, options.headers["X-CSRF"], JSON.parse(options.body)]);
    return answers.shift();
  };
  const ask = createAsking({ submission: "7", csrf: "token", fetch });
  assert.deepEqual(await ask("keeps", { limit: 1, index: null }), { outline: 1, stopped: null });
  assert.deepEqual(sent[0], ["/api/v1/submissions/7/traces", "token", { limit: 1, check: "keeps" }]);
  await assert.rejects(ask("keeps", { limit: 1, index: 2 }), (problem) => problem.kind === "slow_down" && problem.retry_after_s === "3");
  assert.equal(sent[1][2].index, 2);
  assert.equal(problemIn(404, null).kind, "missing");
  assert.equal(problemIn(418, { detail: "No." }).message, "No.");
});
