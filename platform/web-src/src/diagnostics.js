// The compiler's messages: where they stand in the text, and as a list that a keyboard and a screen reader can use.
import { fill, h, prose, symbol } from "./dom.js";
import { say } from "./text.js";

export const SOURCE_NAME = "Contract.sol";
const SYMBOLS = { error: "✕", warning: "!", info: "i" };

/**
 * Offset in UTF-16 units of a 1-based line and column. The compiler's columns count characters, the editor's do not.
 * @param {import("@codemirror/state").Text} doc
 */
export function offsetOf(doc, line, column) {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  if (line > doc.lines) return at.to;
  const units = Array.from(at.text).slice(0, Math.max((column ?? 1) - 1, 0)).join("").length;
  return at.from + Math.min(units, at.length);
}

/** The messages as the editor wants them; those about no place in this text are left out. */
export function toEditor(doc, items) {
  return items.filter(hasPlace).map((item) => {
    const from = offsetOf(doc, item.line, item.column);
    const ends = item.end_line ? offsetOf(doc, item.end_line, item.end_column) : from;
    // A message that spans a whole contract underlines its first line only.
    const to = Math.max(from, Math.min(ends, doc.lineAt(from).to));
    return {
      from,
      to,
      severity: item.severity,
      message: item.message,
      renderMessage: () => h("div", { class: "hk-tip" }, ...explained(item)),
    };
  });
}

/** Show the messages in `element`; choosing one calls `jump(offset line, column)`. */
export function showList(element, items, jump) {
  fill(
    element,
    items.map((item) =>
      h(
        "li",
        { class: `hk-problem hk-${item.severity}` },
        symbol(SYMBOLS[item.severity] ?? "i"),
        h(
          "div",
          null,
          h(
            "p",
            { class: "hk-problem-line" },
            h("span", { class: "hk-word" }, say(item.severity)),
            hasPlace(item) &&
              h(
                "button",
                { type: "button", class: "hk-link", onclick: () => jump(item.line, item.column ?? 1) },
                say("at_line", { line: item.line }),
              ),
          ),
          ...explained(item),
        ),
      ),
    ),
  );
}

function explained(item) {
  return [
    h("p", { class: "hk-problem-message" }, prose(item.message)),
    item.help && h("p", { class: "hk-problem-help" }, prose(item.help)),
  ].filter(Boolean);
}

/** Whether a message is about a place in the text of the editor. */
export function hasPlace(item) {
  return item.line !== null && item.line !== undefined && (!item.file || item.file === SOURCE_NAME);
}
