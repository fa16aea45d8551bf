// Where gas went: by function and by line as bars that are also a table, and the calls as a flame.
import { h, uniqueId } from "./dom.js";
import { number, say } from "./text.js";

const MOST_ROWS = 12;

/** The call tree as bars: where each begins and how wide it is, as shares of the whole, one row for each depth. */
export function flameOf(calls) {
  const root = calls.find((call) => call.parent === null);
  if (!root || root.gas_used <= 0) return [];
  const placed = new Map();
  const filled = new Map(); // how much of each call its own calls take so far
  const bars = [];
  for (const call of calls) {
    const parent = call.parent === null ? null : placed.get(call.parent);
    if (call.parent !== null && !parent) continue;
    const start = parent ? parent.start + (filled.get(call.parent) ?? 0) : 0;
    const share = Math.min(call.gas_used / root.gas_used, parent ? parent.start + parent.share - start : 1);
    if (parent) filled.set(call.parent, (filled.get(call.parent) ?? 0) + share);
    const bar = { call, start, share: Math.max(share, 0), row: parent ? parent.row + 1 : 0 };
    placed.set(call.index, bar);
    bars.push(bar);
  }
  return bars;
}

/** A call as it is named: Vault.withdraw. */
export function nameOfCall(call) {
  const name = (call.function ?? "").replace(/\(.*$/, "") || call.kind;
  return `${call.contract ?? call.target}.${name}`;
}

/**
 * @param {{summary: any, source?: string, onCall?: (call: any) => void, onLine?: (line: any) => void}} options
 * @returns {HTMLElement}
 */
export function showGas({ summary, source = "", onCall, onLine }) {
  const text = source.split("\n");
  const functions = summary.functions.map((each) => ({
    name: h("code", null, `${each.contract ?? "?"}.${each.function.replace(/\(.*$/, "")}`),
    own: each.own,
    total: each.total,
  }));
  const lines = summary.lines.map((each) => {
    const place = say("gas_line", { line: number(each.line) });
    const code = each.file === "Contract.sol" ? text[each.line - 1]?.trim() : each.file;
    const button = onLine
      ? h("button", { type: "button", class: "hk-link", onclick: () => onLine(each) }, place)
      : h("span", null, place);
    return { name: [button, " ", code && h("code", { class: "hk-gas-code" }, code)], own: each.own, total: each.total };
  });
  const used = summary.gas_used ?? summary.calls[0]?.gas_used ?? 0;
  return h(
    "div",
    { class: "hk-gas" },
    h("p", { class: "hk-gas-sum" }, say("gas_used", { gas: number(used) })),
    flame(summary.calls, onCall),
    chart(say("gas_by_function"), functions, used),
    chart(say("gas_by_line"), lines, used),
  );
}

function flame(calls, onCall) {
  const bars = flameOf(calls).filter((bar) => bar.share >= 0.002);
  if (bars.length < 2) return null;
  const label = uniqueId("flame");
  const list = h(
    "ol",
    { class: "hk-flame", "aria-labelledby": label },
    bars.map(({ call, start, share, row }) => {
      const words = say("gas_call", { name: nameOfCall(call), gas: number(call.gas_used) });
      const bar = h(
        onCall ? "button" : "span",
        { class: `hk-flame-bar${call.error ? " hk-flame-failed" : ""}`, title: words, type: onCall && "button", "aria-label": onCall && words, onclick: onCall && (() => onCall(call)) },
        call.error && h("span", { "aria-hidden": "true" }, "✕ "),
        nameOfCall(call),
      );
      const item = h("li", null, bar);
      item.style.setProperty("--start", start);
      item.style.setProperty("--share", share);
      item.style.setProperty("--row", row);
      return item;
    }),
  );
  list.style.setProperty("--rows", Math.max(...bars.map((bar) => bar.row)) + 1);
  return h("div", { class: "hk-chart" }, h("h5", { class: "hk-part-title", id: label }, say("gas_by_call")), list);
}

/** A table whose last column is drawn as bars: the own part full, what was called for it lighter. */
function chart(title, entries, used) {
  if (entries.length === 0) return null;
  const shown = [...entries].sort((one, other) => other.total - one.total).slice(0, MOST_ROWS);
  const most = Math.max(...shown.map((each) => each.total), 1);
  const rows = shown.map(({ name, own, total }) => {
    const bar = h("span", { class: "hk-bar-of", "aria-hidden": "true" }, h("span", { class: "hk-bar-own" }));
    bar.style.setProperty("--total", total / most);
    bar.style.setProperty("--own", total ? own / total : 0);
    return h(
      "tr",
      null,
      h("th", { scope: "row" }, name),
      h("td", { class: "hk-number-cell" }, number(own)),
      h("td", { class: "hk-number-cell" }, number(total)),
      h("td", { class: "hk-bar-cell" }, bar, h("span", { class: "hk-hidden" }, say("gas_share", { share: percent(total / (used || most)) }))),
    );
  });
  const heads = [say("gas_where"), say("gas_own"), say("gas_total"), say("gas_bar")];
  const classes = ["", "hk-number-cell", "hk-number-cell", "hk-bar-cell"];
  return h(
    "div",
    { class: "hk-chart" },
    h(
      "table",
      { class: "hk-table" },
      h("caption", { class: "hk-part-title" }, title),
      h("thead", null, h("tr", null, heads.map((head, index) => h("th", { scope: "col", class: classes[index] || null }, index === 3 ? h("span", { class: "hk-hidden" }, head) : head)))),
      h("tbody", null, rows),
    ),
    entries.length > shown.length && h("p", { class: "hk-note" }, say("gas_more", { count: number(entries.length - shown.length) })),
  );
}

function percent(share) {
  return new Intl.NumberFormat(document.documentElement.lang || undefined, { style: "percent", maximumFractionDigits: 1 }).format(share);
}
