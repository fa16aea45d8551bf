// The cohort's heat map: who is chosen and in which order, what a change does, which rows are drawn, how it is cut for paper.
import assert from "node:assert/strict";
import { test } from "node:test";

import { arranged, change, passes, rowsWanted } from "../../classroom/web/static/cohort-order.js";
import { parts } from "../../classroom/web/static/cohort-paper.js";

const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });
const exercises = ["keeper", "counter", "vault"].map((id) => ({ id, track_id: "first" }));
const learner = (name, states, more = {}) => ({
  user_id: name, name, display_name: name, groups: [], seen_at: null, states, attempts: [...states].map((state) => (state === "-" ? 0 : 2)), ...more,
});
const all = () => [
  learner("bob", "px-", { seen_at: "2031-05-01T10:00:00Z", groups: ["g"] }),
  learner("Ada", "pps", { seen_at: "2031-05-02T10:00:00Z" }),
  learner("cleo", "xq-", { seen_at: "2031-04-01T10:00:00Z", groups: ["g"], attempts: [9, 3, 0] }),
  learner("Dan", "---"),
];
const names = (choice) => arranged(all(), exercises, choice, collator).map((each) => each.name);

test("rows are sorted by name, progress, last seen and stuck, and turned round", () => {
  assert.deepEqual(names({}), ["Ada", "bob", "cleo", "Dan"]);
  assert.deepEqual(names({ sort: "passed" }), ["Ada", "bob", "cleo", "Dan"]);
  assert.deepEqual(names({ sort: "-passed" }), ["cleo", "Dan", "bob", "Ada"]);
  assert.deepEqual(names({ sort: "seen" }), ["Ada", "bob", "cleo", "Dan"]);
  assert.deepEqual(names({ sort: "-seen" }), ["Dan", "cleo", "bob", "Ada"]);
  assert.deepEqual(names({ sort: "stuck" }), ["cleo", "bob", "Ada", "Dan"]);
});

test("by an exercise, who is most in need comes first", () => {
  assert.deepEqual(names({ sort: "counter" }), ["bob", "cleo", "Dan", "Ada"]);
  assert.deepEqual(names({ sort: "no-such" }), ["Ada", "bob", "cleo", "Dan"]);
});

test("rows are chosen by group, by being stuck now, and by name", () => {
  assert.deepEqual(names({ group: "g" }), ["bob", "cleo"]);
  assert.deepEqual(names({ stuck: true }), ["bob", "cleo"]);
  assert.deepEqual(names({ find: " DA " }), ["Ada", "Dan"]);
  assert.deepEqual(names({ find: "a", group: "g" }), []);
});

test("a change is written into its cell, and told apart from what is known", () => {
  const learners = new Map(all().map((each) => [each.user_id, each]));
  const cell = { user_id: "Dan", exercise_id: "counter", state: "p", attempts: 1, seen_at: "2031-05-03T10:00:00Z" };
  assert.equal(change(learners, exercises, cell), 1);
  assert.equal(learners.get("Dan").states, "-p-");
  assert.deepEqual(learners.get("Dan").attempts, [0, 1, 0]);
  assert.equal(learners.get("Dan").seen_at, cell.seen_at);
  assert.equal(passes(learners.get("Dan")), 1);
  assert.equal(change(learners, exercises, cell), -1);
  assert.equal(change(learners, exercises, { ...cell, user_id: "new" }), null);
});

test("the rows in sight are drawn, some around them, and the one with the focus", () => {
  const wanted = rowsWanted({ top: 10_000, height: 360, row: 36, all: 1000, focused: 3, around: 2 });
  assert.equal(wanted[0], 3);
  assert.deepEqual([wanted[1], wanted.at(-1)], [275, 289]);
  assert.deepEqual(rowsWanted({ top: 0, height: 360, row: 36, all: 4, around: 2 }), [0, 1, 2, 3]);
  assert.deepEqual(rowsWanted({ top: 0, height: 36, row: 36, all: 9, focused: 8, around: 0 }), [0, 8]);
  assert.deepEqual(rowsWanted({ top: 0, height: 360, row: 36, all: 0, focused: 0 }), []);
});

test("on paper, columns are cut between tracks, and within one only where it does not fit", () => {
  const track = (id, size) => Array.from({ length: size }, () => ({ track_id: id }));
  assert.deepEqual(parts([...track("a", 2), ...track("b", 2)], 3), [[0, 1], [2, 3]]);
  assert.deepEqual(parts([...track("a", 2), ...track("b", 1)], 3), [[0, 1, 2]]);
  assert.deepEqual(parts(track("a", 5), 2), [[0, 1], [2, 3], [4]]);
});
