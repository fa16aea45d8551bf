import assert from "node:assert/strict";
import { test } from "node:test";

import { createLine } from "../src/line.js";

function model(name) {
  const listeners = [];
  return {
    name,
    sent: [],
    get: () => name,
    on: (event, listener) => listeners.push([event, listener]),
    off: (event, listener) => listeners.splice(listeners.findIndex(([e, l]) => e === event && l === listener), 1),
    send(message) {
      this.sent.push(message);
    },
    tell: (event, what) => listeners.filter(([e]) => e === event).forEach(([, listener]) => listener(what)),
    listeners,
  };
}

function event(type, detail) {
  const made = new Event(type, { cancelable: true });
  made.detail = detail;
  return made;
}

function desk() {
  const page = new EventTarget();
  const element = new EventTarget();
  const told = [];
  const first = model("first");
  const line = createLine(first, { element, page, away: () => told.push("away"), back: () => told.push("back") });
  return { page, element, told, first, line };
}

test("what is said while the line is lost is not sent, and the panel hears once of each change", () => {
  const { page, told, first, line } = desk();
  for (const what of ["away", "away"]) page.dispatchEvent(event("hk:connection", what));
  line.send("lost");
  for (const what of ["back", "back"]) page.dispatchEvent(event("hk:connection", what));
  line.send("heard");
  assert.deepEqual(told, ["away", "back"]);
  assert.deepEqual(first.sent, ["heard"]);
});

test("another kernel's model takes the place of the first, with everything that listens", () => {
  const { page, element, told, first, line } = desk();
  const heard = [];
  line.on("msg:custom", (message) => heard.push(message));
  page.dispatchEvent(event("hk:connection", "away"));
  const second = model("second");
  assert.equal(element.dispatchEvent(event("hk:model", second)), false, "it says that it has taken the model");
  first.tell("msg:custom", "of the dead");
  second.tell("msg:custom", "of the living");
  line.send("hello");
  assert.deepEqual(heard, ["of the living"]);
  assert.deepEqual(second.sent, ["hello"]);
  assert.deepEqual(told, ["away", "back"]);
  assert.equal(line.get("content"), "second");
  line.close();
  assert.equal(second.listeners.length, 0);
});
