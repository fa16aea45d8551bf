// Two texts as one, with what was taken out and what was put in. To be read, by mouse or keyboard.
import { unifiedMergeView } from "@codemirror/merge";

import { createReader } from "./editor.js";
import { fill, h } from "./dom.js";
import { say } from "./text.js";

/**
 * Show in `parent` how `text` differs from `original`; where it does not, say so.
 * @param {HTMLElement} parent
 * @param {{original: string, text: string, from: string, to: string, same: string}} options
 *        `from` and `to` name the two, for the line above; `same` is said where there is no difference
 */
export function showComparison(parent, { original, text, from, to, same }) {
  if (original === text) {
    fill(parent, h("p", { class: "hk-compare-same" }, same));
    return;
  }
  const place = h("div", { class: "hk-editor hk-reader hk-compare" });
  fill(
    parent,
    h(
      "p",
      { class: "hk-compare-key" },
      h("span", { class: "hk-compare-gone" }, h("span", { "aria-hidden": "true" }, "− "), say("compare_gone", { from })),
      h("span", { class: "hk-compare-new" }, h("span", { "aria-hidden": "true" }, "+ "), say("compare_new", { to })),
    ),
    place,
  );
  createReader({
    parent: place,
    text,
    label: say("compare_label", { from, to }),
    extensions: unifiedMergeView({
      original,
      mergeControls: false,
      gutter: true,
      syntaxHighlightDeletions: true,
      collapseUnchanged: { margin: 3, minSize: 6 },
    }),
  });
}
