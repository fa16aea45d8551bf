import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { EditorState } from "@codemirror/state";

import { phrases } from "../src/phrases.js";
import { editorTexts } from "../src/text-editor.js";

const USED = ["autocomplete", "commands", "lint", "merge", "search", "view"];
const NEVER_SHOWN = ["Accept", "Reject", "Revert this chunk"]; // comparing with the starter merges nothing

test("every word that the editor can show is in the catalogue", () => {
  const said = USED.flatMap((name) => {
    const source = readFileSync(new URL(`../node_modules/@codemirror/${name}/dist/index.js`, import.meta.url), "utf8");
    return [...source.matchAll(/phrase\((?:[\w.]+, )?"([^"]+)"/g)].map(([, text]) => text);
  });
  assert.ok(said.length > 20);
  assert.deepEqual(said.filter((text) => !NEVER_SHOWN.includes(text) && !(`editor ${text}` in editorTexts)), []);
});

test("the editor says what the catalogue says", () => {
  const state = EditorState.create({ extensions: phrases() });
  assert.equal(state.phrase("regexp"), "pattern");
  assert.equal(state.phrase("replaced $ matches", 3), "replaced 3 matches");
});
