import assert from "node:assert/strict";
import { test } from "node:test";

import { readAnswers, writeAnswers } from "../src/answers.js";

const QUESTIONS = [{ id: "sum" }, { id: "reverts" }, { id: "hash" }];

test("what is answered is handed in, in the order of the questions, and what is empty is left out", () => {
  const written = writeAnswers(QUESTIONS, { hash: " 0x01 ", sum: "255", reverts: "  ", gone: "7" });
  assert.deepEqual(JSON.parse(written), { sum: "255", hash: "0x01" });
  assert.ok(written.indexOf("sum") < written.indexOf("hash"));
  assert.equal(writeAnswers(QUESTIONS, {}), "{}");
});

test("a draft comes back as it was, however it was written", () => {
  const large = (2n ** 255n).toString();
  assert.deepEqual(readAnswers(writeAnswers(QUESTIONS, { sum: large })), { sum: large });
  assert.deepEqual(readAnswers('{"sum": 7, "reverts": true, "hash": null}'), { sum: "7", reverts: "true", hash: "" });
  for (const unreadable of ["", "{", "[1]", "null", '"text"', "7"]) assert.deepEqual(readAnswers(unreadable), {});
});
