// A cell's colours follow its first line. Only the state is looked at: no browser is needed for that.
import assert from "node:assert/strict";
import test from "node:test";

import { language, syntaxTree } from "@codemirror/language";
import { EditorState } from "@codemirror/state";

import { followFirstLine, isSolidity } from "../src/lab/cells.js";

const state = (doc) => EditorState.create({ doc, extensions: followFirstLine() });
const name = (of) => of.facet(language)?.name ?? null;

test("a cell becomes Solidity when its first line says so, and stops being it", () => {
  let cell = state("contract A {}");
  assert.equal(name(cell), null);
  cell = cell.update({ changes: { from: 0, insert: "%%solidity --version 0.8.30\n" } }).state;
  assert.equal(name(cell), "solidity-cell");
  cell = cell.update({ changes: { from: cell.doc.length, insert: "\n" } }).state;
  assert.equal(name(cell), "solidity-cell");
  cell = cell.update({ changes: { from: 0, insert: "# " } }).state;
  assert.equal(name(cell), null);
});

test("only the magic itself counts, and only in the first line", () => {
  for (const text of ["%%solidity", "%%solidity --name A\ncontract A {}"]) assert.ok(isSolidity(state(text).doc), text);
  for (const text of ["", "%%solidityx", " %%solidity", "x\n%%solidity", "%solidity"]) {
    assert.ok(!isSolidity(state(text).doc), text);
  }
});

test("the magic is no Solidity, and what follows is", () => {
  const cell = state("").update({ changes: { from: 0, insert: "%%solidity for it\ncontract A {}" } }).state;
  const found = [];
  syntaxTree(cell).iterate({ enter: (node) => void found.push([node.name, cell.sliceDoc(node.from, node.to)]) });
  assert.deepEqual(found[1], ["meta", "%%solidity for it"]);
  assert.deepEqual(found[2], ["keyword", "contract"]);
});
