import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { createAsker } from "../src/debugger/asking.js";
import { windowOf } from "../src/debugger/list.js";
import { createPages } from "../src/debugger/pages.js";
import { failureOf, memoryRows, moves, unpack, variablesAt } from "../src/debugger/trace.js";
import { flameOf } from "../src/gas.js";

const NONE = 0xffff;

/** A trace of these columns, as it travels. */
async function traceOf({ location, depth }) {
  const steps = location.length;
  const of = (Column, values) => new Uint8Array(new Column(values).buffer);
  const zeros = new Array(steps).fill(0);
  const columns = [
    of(Uint8Array, zeros.map((_, step) => step % 2)),
    of(Uint16Array, location),
    of(Uint16Array, zeros),
    of(Uint16Array, zeros.map((_, step) => 2 * step)),
    of(Uint16Array, depth),
    of(Uint32Array, zeros.map((_, step) => 4_000_000_000 - step)),
    of(Uint32Array, zeros.map(() => 3)),
  ];
  const place = (line) => ({ file: "Contract.sol", line, column: 1 });
  return unpack({
    steps,
    ops: ["PUSH1", "CALL"],
    locations: [place(3), { ...place(3), column: 9 }, place(4)],
    columns: deflateSync(Buffer.concat(columns)).toString("base64"),
  });
}

// step              0     1  2  3  4     5  6  7  8
const LOCATION = [NONE, 0, 1, 2, NONE, 2, 2, 0, 2];
const DEPTH = [1, 1, 1, 1, 2, 2, 3, 2, 1];

test("an outline is unpacked column by column", async () => {
  const trace = await traceOf({ location: LOCATION, depth: DEPTH });
  assert.deepEqual([trace.steps, trace.nameOf(0), trace.nameOf(1)], [9, "PUSH1", "CALL"]);
  assert.deepEqual([trace.placeOf(0), trace.placeOf(3).line], [null, 4]);
  assert.deepEqual([trace.pc[8], trace.gas[1], trace.cost[8], [...trace.depth]], [16, 3_999_999_999, 3, DEPTH]);
});

test("over goes past the calls that a step makes, out goes to the caller, and neither leaves the trace", async () => {
  const lead = moves(await traceOf({ location: LOCATION, depth: DEPTH }));
  assert.equal(lead.over(3), 8);
  assert.equal(lead.over(1), 2);
  assert.equal(lead.over(5), 7);
  assert.equal(lead.out(6), 7);
  assert.equal(lead.out(4), 8);
  assert.equal(lead.out(1), 8);
  assert.deepEqual([lead.forward(8), lead.back(0)], [8, 0]);
});

test("next and previous line pass other columns of the same line and code that has none", async () => {
  const lead = moves(await traceOf({ location: LOCATION, depth: DEPTH }));
  assert.equal(lead.nextLine(0), 1);
  assert.equal(lead.nextLine(1), 3);
  assert.equal(lead.nextLine(3), 7);
  assert.equal(lead.previousLine(8), 7);
  assert.equal(lead.previousLine(7), 5);
  assert.equal(lead.previousLine(3), 1);
  assert.equal(lead.previousLine(1), 0);
});

const call = (index, parent, first_step, end_step, error = null, gas_used = 100) => ({ index, parent, first_step, end_step, error, gas_used });

test("the jump to the failure finds the call that failed first, not one whose failure was caught", () => {
  assert.equal(failureOf([call(0, null, 0, 90)]), null);
  assert.equal(failureOf([call(0, null, 0, 90, "reverted")]), 89);
  assert.equal(failureOf([call(0, null, 0, 90, "r"), call(1, 0, 10, 80, "r"), call(2, 1, 20, 70, "r")]), 69);
  assert.equal(failureOf([call(0, null, 0, 90, "r"), call(1, 0, 10, 20, "caught"), call(2, 0, 30, 40)]), 89);
  assert.equal(failureOf([call(0, null, 0, 90), call(1, 0, 10, 20, "caught")]), 19);
});

test("a variable is what was written before the step, and what it was once its call has failed", () => {
  const write = (step, of, old, value, undone) => ({ step, call: of, address: "Jar", slot: "0x0", variable: "total", old, new: value, undone, transient: false });
  const summary = {
    calls: [call(0, null, 0, 50), call(1, 0, 10, 20, "reverted")],
    writes: [write(5, 0, "0", "1", false)],
  };
  const now = (step) => variablesAt(summary, step)[0];
  assert.deepEqual([now(5).now, now(6).now, now(6).fresh, now(7).fresh, now(7).before], ["0", "1", true, false, "0"]);
  summary.writes = [write(12, 1, "0", "7", true)];
  assert.deepEqual([now(13).now, now(19).now, now(20).now, now(20).undone], ["7", "7", "0", true]);
});

test("only rows in sight and a few spare ones are drawn, at the ends too", () => {
  const size = { height: 260, rowHeight: 26, count: 100_000, spare: 5 };
  assert.deepEqual(windowOf({ ...size, top: 0 }), { first: 0, end: 15 });
  assert.deepEqual(windowOf({ ...size, top: 26 * 50_000 }), { first: 49_995, end: 50_015 });
  assert.deepEqual(windowOf({ ...size, top: 26 * 99_990 }), { first: 99_985, end: 100_000 });
});

test("pages are fetched once, few are kept, a short one is gone on from, and what failed is asked for again", async () => {
  const asked = [];
  let broken = true;
  const pages = createPages(
    async ({ offset, limit }) => {
      asked.push(offset);
      if (broken) throw new Error("gone");
      const end = Math.min(offset + (offset === 0 ? 4 : limit), 100);
      const steps = [];
      for (let index = offset; index < end; index += 1) steps.push({ index, memory: index === offset ? "0xaa" : null });
      return { page: { steps } };
    },
    { size: 10, kept: 3 },
  );
  await assert.rejects(pages.of(3));
  broken = false;
  assert.equal((await pages.of(3)).memory, "0xaa");
  assert.equal((await pages.of(7)).index, 7);
  assert.deepEqual(asked, [0, 0, 4]);
  for (const step of [20, 30, 40, 50]) await pages.of(step);
  assert.equal(pages.held(), 3);
  assert.equal((await pages.of(41)).index, 41);
  assert.equal(asked.length, 7);
});

test("memory is shown in hexadecimal and as characters", () => {
  const rows = memoryRows(`0x${"00".repeat(16)}48692100`);
  assert.deepEqual(rows[1], { at: "0x0010", hex: "48692100", text: "Hi!·" });
  assert.equal(rows[0].hex, "00000000 00000000 00000000 00000000");
  assert.deepEqual(memoryRows(null), []);
});

test("the flame puts calls side by side inside the one that made them", () => {
  const bars = flameOf([call(0, null, 0, 9, null, 1000), call(1, 0, 1, 3, null, 250), call(2, 0, 4, 8, null, 500), call(3, 2, 5, 6, null, 100)]);
  assert.deepEqual(bars.map(({ start, share, row }) => [start, share, row]), [[0, 1, 0], [0, 0.25, 1], [0.25, 0.5, 1], [0.25, 0.1, 2]]);
});

test("each answer finds its question, and a question without an answer ends", async () => {
  const sent = [];
  const asker = createAsker({ send: (message) => sent.push(message) }, "trace", { patience: 20 });
  const first = asker.ask({ offset: 1 });
  const second = asker.ask({ offset: 2 });
  asker.received({ seq: sent[1].seq, answer: "two" });
  asker.received({ seq: sent[0].seq, problem: { kind: "busy" } });
  assert.equal(await second, "two");
  await assert.rejects(first, { kind: "busy" });
  await assert.rejects(asker.ask({}), { kind: "kernel" });
});
