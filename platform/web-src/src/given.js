// Files that belong to an exercise and are there to be read: each folded, and drawn when it is first opened.
import { h } from "./dom.js";
import { createReader } from "./editor.js";
import { say } from "./text.js";

/**
 * Draw the files; where an exercise asks about them, they stand open.
 * @param {Record<string, string>} files text by name
 * @param {{open: boolean}} options
 * @returns {HTMLElement | null}
 */
export function showGiven(files, { open }) {
  const names = Object.keys(files);
  if (names.length === 0) return null;
  return h("div", { class: "hk-given" }, names.map((name) => givenFile(name, files[name], open)));
}

function givenFile(name, text, open) {
  const place = h("div", { class: "hk-editor hk-reader" });
  let drawn = false;
  const draw = () => {
    if (drawn || !details.open) return;
    drawn = true;
    createReader({ parent: place, text: text.trimEnd(), label: say("given_label", { name }) });
  };
  const details = h(
    "details",
    { class: "hk-card hk-given-file", open, ontoggle: draw },
    h("summary", { class: "hk-toolbar" }, h("span", { class: "hk-file" }, name), h("span", { class: "hk-given-note" }, say("given"))),
    place,
  );
  draw();
  return details;
}
