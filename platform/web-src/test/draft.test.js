import assert from "node:assert/strict";
import { test } from "node:test";

import { createDraft } from "../src/draft.js";
import { testClock } from "./clock.js";

function desk(kept = null) {
  const clock = testClock();
  const sent = [];
  const shown = [];
  const storage = { value: kept, read: () => storage.value, write: (value) => (storage.value = value) };
  const draft = createDraft({
    storage,
    send: (message) => sent.push(message),
    show: (state, details) => shown.push({ state, details }),
    clock,
  });
  return { clock, sent, shown, storage, draft, state: () => shown.at(-1).state };
}

const SERVER = { source: "from the server", revision: 3, updated_at: "2026-11-23T12:00:00Z" };

test("a first visit shows the starter and saves nothing", () => {
  const { draft, clock, sent, state } = desk();
  assert.deepEqual(draft.begin(null, "starter"), { text: "starter", restored: false });
  clock.pass(10_000);
  assert.equal(sent.length, 0);
  assert.equal(state(), "saved");
});

test("what is typed is in this browser at once and with the classroom after a pause", () => {
  const { draft, clock, sent, storage, state } = desk();
  draft.begin(SERVER, "starter");
  draft.changed("a");
  assert.deepEqual(storage.value, { source: "a", revision: 3, dirty: true });
  assert.equal(state(), "saving", "it does not say saved before it is");
  clock.pass(700);
  draft.changed("ab");
  clock.pass(700);
  assert.equal(sent.length, 0);
  clock.pass(200);
  assert.deepEqual(sent, [{ type: "save", seq: 1, source: "ab", revision: 3 }]);
  assert.equal(state(), "saving");
  draft.saved({ seq: 1, revision: 4 });
  assert.equal(state(), "saved");
  assert.deepEqual(storage.value, { source: "ab", revision: 4, dirty: false });
});

test("a text typed back to what is saved needs no saving", () => {
  const { draft, clock, sent, state } = desk();
  draft.begin(SERVER, "starter");
  draft.changed("from the server!");
  draft.changed("from the server");
  assert.equal(state(), "saved");
  clock.pass(10_000);
  assert.equal(sent.length, 0);
});

test("who types without a pause is saved all the same", () => {
  const { draft, clock, sent } = desk();
  draft.begin(SERVER, "starter");
  for (let i = 0; i < 50; i += 1) {
    draft.changed(`text ${i}`);
    clock.pass(100);
  }
  assert.equal(sent.length, 1);
});

test("what was typed while a save was on its way is saved after it, on the new revision", () => {
  const { draft, clock, sent, state } = desk();
  draft.begin(SERVER, "starter");
  draft.changed("a");
  clock.pass(1000);
  draft.changed("ab");
  clock.pass(5000);
  assert.equal(sent.length, 1);
  draft.saved({ seq: 1, revision: 4 });
  assert.notEqual(state(), "saved");
  clock.pass(1000);
  assert.deepEqual(sent[1], { type: "save", seq: 2, source: "ab", revision: 4 });
});

test("a save that fails or is never answered is tried again, and the browser keeps the text", () => {
  const { draft, clock, sent, shown, storage, state } = desk();
  draft.begin(SERVER, "starter");
  draft.changed("a");
  clock.pass(1000);
  draft.unsaved({ seq: 1, problem: { kind: "offline", message: "gone" } });
  assert.deepEqual(shown.at(-1), { state: "local", details: { kind: "offline", message: "gone" } });
  clock.pass(3000);
  assert.equal(sent.length, 2);
  clock.pass(15_000);
  assert.equal(state(), "local");
  clock.pass(8000);
  assert.equal(sent.length, 3);
  assert.equal(storage.value.dirty, true);
  draft.saved({ seq: 1, revision: 9 }); // an answer to what was given up counts for nothing
  assert.notEqual(state(), "saved");
  draft.saved({ seq: 3, revision: 4 });
  assert.equal(state(), "saved");
});

test("a text the classroom never got is restored and sent on the next visit", () => {
  const { draft, clock, sent } = desk({ source: "typed offline", revision: 3, dirty: true });
  assert.deepEqual(draft.begin(SERVER, "starter"), { text: "typed offline", restored: true });
  clock.pass(0);
  assert.deepEqual(sent, [{ type: "save", seq: 1, source: "typed offline", revision: 3 }]);
});

test("a copy that was saved gives way to what was saved elsewhere later", () => {
  const { draft } = desk({ source: "older", revision: 2, dirty: false });
  assert.deepEqual(draft.begin(SERVER, "starter"), { text: "from the server", restored: false });
});

test("an unsaved text and a newer one of the classroom are both kept until one is chosen", () => {
  for (const [choice, shownText] of [
    ["mine", null],
    ["other", "from the server"],
  ]) {
    const { draft, clock, sent, shown, state } = desk({ source: "typed offline", revision: 2, dirty: true });
    assert.equal(draft.begin(SERVER, "starter").text, "typed offline");
    assert.deepEqual(shown.at(-1), { state: "conflict", details: SERVER });
    draft.changed("typed offline, and on");
    clock.pass(60_000);
    assert.equal(sent.length, 0, "nothing is overwritten meanwhile");
    assert.equal(draft.resolve(choice), shownText);
    clock.pass(1000);
    if (choice === "mine") {
      assert.deepEqual(sent, [{ type: "save", seq: 1, source: "typed offline, and on", revision: 3 }]);
    } else {
      assert.equal(sent.length, 0);
      assert.equal(state(), "saved");
    }
  }
});

test("a save refused because of another window asks, unless the texts are the same", () => {
  const { draft, clock, sent, state } = desk();
  draft.begin(SERVER, "starter");
  draft.changed("a");
  clock.pass(1000);
  draft.conflict({ seq: 1, other: { source: "a", revision: 7 } });
  assert.equal(state(), "saved");
  draft.changed("ab");
  clock.pass(1000);
  assert.equal(sent[1].revision, 7);
  draft.conflict({ seq: 2, other: { source: "theirs", revision: 8 } });
  assert.equal(state(), "conflict");
});

test("coming back to a page shows what was written elsewhere, unless something here is unsaved", () => {
  const { draft, clock, state } = desk();
  draft.begin(SERVER, "starter");
  assert.equal(draft.refreshed({ ...SERVER }), null);
  assert.equal(draft.refreshed({ source: "newer", revision: 4 }), "newer");
  draft.changed("newer, mine");
  assert.equal(draft.refreshed({ source: "newer still", revision: 5 }), null);
  assert.equal(state(), "conflict");
  clock.pass(60_000);
});

test("after it was stopped nothing is sent", () => {
  const { draft, clock, sent } = desk();
  draft.begin(SERVER, "starter");
  draft.changed("a");
  draft.stop();
  clock.pass(60_000);
  assert.equal(sent.length, 0);
});

test("while the classroom is away all stays in this browser, and is saved when it is back, with no quarrel", () => {
  const { draft, clock, sent, storage, state } = desk();
  draft.begin(SERVER, "starter");
  draft.changed("a");
  clock.pass(1000);
  assert.equal(sent.length, 1);
  draft.away(); // before an answer: it may have arrived
  assert.equal(state(), "local");
  draft.changed("ab");
  clock.pass(120_000);
  assert.equal(sent.length, 1, "nobody is there to hear it");
  assert.equal(state(), "local");
  assert.deepEqual(storage.value, { source: "ab", revision: 3, dirty: true });
  draft.back();
  assert.equal(draft.refreshed({ source: "a", revision: 4 }), null, "what was sent did arrive: it is no other's text");
  clock.pass(1000);
  assert.deepEqual(sent.at(-1), { type: "save", seq: 2, source: "ab", revision: 4 });
  draft.saved({ seq: 2, revision: 5 });
  assert.equal(state(), "saved");
});

test("a save whose answer was lost does not quarrel with the next one either", () => {
  const { draft, clock, sent, state } = desk();
  draft.begin(SERVER, "starter");
  draft.changed("a");
  clock.pass(1000);
  draft.away();
  draft.changed("ab");
  draft.back();
  clock.pass(1000);
  draft.conflict({ seq: 2, other: { source: "a", revision: 4 } });
  clock.pass(1000);
  assert.deepEqual(sent.at(-1), { type: "save", seq: 3, source: "ab", revision: 4 });
  assert.notEqual(state(), "conflict");
});
