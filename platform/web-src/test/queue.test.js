import assert from "node:assert/strict";
import { test } from "node:test";

import { placeInWords, waitForTurn } from "../../classroom/apps/static/queue.js";

// the page's words, as `apps/words.py` has them
const held = { turn: "It is your turn.", next: "You are next.", place: "You are number {place} of {waiting}." };
globalThis.document = { getElementById: (id) => (id === "words" ? { textContent: JSON.stringify(held) } : null) };

const answer = (told, status = 200) => ({ ok: status < 400, status, json: async () => told });

function queue(...answers) {
  const asked = [];
  const waited = [];
  const seen = [];
  const options = {
    ask: async (url) => {
      asked.push(url);
      const next = answers.shift();
      if (next instanceof Error) throw next;
      return next;
    },
    wait: async (ms) => waited.push(ms),
    show: (now) => seen.push(placeInWords(now)),
    lost: (isLost) => isLost && seen.push("lost"),
  };
  return { asked, waited, seen, options };
}

test("a place is told as it changes, over a moment without a network, until it is one's turn", async () => {
  const { asked, waited, seen, options } = queue(
    answer({ place: 2, waiting: 5, again_s: 1 }),
    new TypeError("no network"),
    answer(null, 502),
    answer({ place: 1, waiting: 4, again_s: 1 }),
    answer({ place: 0, waiting: 3, again_s: 1 }),
  );
  assert.equal(await waitForTurn({ place: 3, waiting: 6 }, options), true);
  assert.deepEqual(seen, ["You are number 2 of 5.", "lost", "lost", "You are next.", "It is your turn."]);
  assert.deepEqual(asked.at(0), "/classroom/place?seen=3");
  assert.deepEqual(asked.at(-1), "/classroom/place?seen=1");
  assert.ok(waited.every((ms) => ms >= 1000), "it never asks without a pause");
});

test("who is signed out meanwhile waits no longer", async () => {
  assert.equal(await waitForTurn({ place: 3, waiting: 6 }, queue(answer(null, 403)).options), false);
});
