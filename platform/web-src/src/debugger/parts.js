// What stands beside the source: calls, variables, stack, memory.
import { fill, h, symbol } from "../dom.js";
import { nameOfCall } from "../gas.js";
import { number, say } from "../text.js";
import { memoryRows, numberOf, shortWord, variablesAt } from "./trace.js";

const MOST_MEMORY_ROWS = 256;

/** The call tree; choosing one calls `choose`. */
export function showCalls(calls, choose) {
  const buttons = calls.map((call) => {
    const given = Object.entries(call.arguments).map(([name, value]) => plain(name ? `${name}=${value}` : value));
    const value = call.value_wei !== "0" && say("dbg_value", { wei: number(BigInt(call.value_wei)) });
    const button = h(
      "button",
      { type: "button", class: "hk-call", onclick: () => choose(call) },
      h("code", null, `${nameOfCall(call)}(${given.join(", ")})`),
      call.kind !== "CALL" && h("span", { class: "hk-call-kind" }, call.kind),
      value && h("span", { class: "hk-quiet" }, value),
      call.result !== null && h("span", { class: "hk-quiet" }, symbol("→"), " ", h("span", { class: "hk-hidden" }, say("dbg_returned")), " ", plain(call.result)),
      call.error && h("span", { class: "hk-call-error" }, symbol("✕"), " ", plain(call.error)),
      h("span", { class: "hk-quiet hk-call-gas" }, say("dbg_costs", { gas: number(call.gas_used) })),
    );
    button.style.setProperty("--depth", Math.min(call.depth, 10));
    return button;
  });
  const element = h("ol", { class: "hk-calls" }, buttons.map((button) => h("li", null, button)));
  let shown = null;
  return {
    element,
    show(index) {
      shown?.removeAttribute("aria-current");
      shown = buttons[index];
      shown?.setAttribute("aria-current", "step");
    },
  };
}

/** Words as they stand where all is code. */
function plain(text) {
  return text.replaceAll("`", "");
}

/** Variables before the transaction and now. */
export function showVariables(element, summary, step) {
  const variables = variablesAt(summary, step);
  if (variables.length === 0) {
    fill(element, h("p", { class: "hk-note" }, say("dbg_no_variables")));
    return;
  }
  const rows = variables.map((each) =>
    h(
      "tr",
      { class: each.fresh ? "hk-fresh-value" : each.now !== each.before ? "hk-changed" : null },
      h("th", { scope: "row" }, h("code", { title: each.type }, each.name)),
      h("td", null, plain(shortWord(each.before))),
      h(
        "td",
        null,
        each.now !== each.before && [symbol("●"), h("span", { class: "hk-hidden" }, say("dbg_changed")), " "],
        plain(shortWord(each.now)),
        each.undone && h("span", { class: "hk-quiet" }, ` (${say("dbg_taken_back")})`),
      ),
    ),
  );
  const heads = [say("dbg_variable"), say("dbg_before"), say("dbg_now")];
  fill(
    element,
    h("table", { class: "hk-table" }, h("thead", null, h("tr", null, heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", null, rows)),
  );
}

/** The stack, its top first. */
export function showStack(element, words) {
  if (words.length === 0) {
    fill(element, h("li", { class: "hk-note" }, say("dbg_empty")));
    return;
  }
  const top = words.length - 1;
  fill(
    element,
    [...words].reverse().map((word, index) => {
      const value = numberOf(word);
      return h(
        "li",
        null,
        h("span", { class: "hk-quiet" }, index === 0 ? say("dbg_top") : String(top - index)),
        h("code", { title: word }, shortWord(word)),
        value !== null && value > 9n && h("span", { class: "hk-quiet" }, number(value)),
      );
    }),
  );
}

/** Memory in rows, in hexadecimal and as characters. */
export function showMemory(element, memory) {
  const rows = memoryRows(memory);
  if (rows.length === 0) {
    fill(element, h("p", { class: "hk-note" }, say("dbg_empty")));
    return;
  }
  const shown = rows.slice(0, MOST_MEMORY_ROWS);
  fill(
    element,
    h(
      "div",
      { class: "hk-memory", role: "group", tabindex: "0", "aria-label": say("dbg_memory") },
      shown.map((row) =>
        h("p", null, h("span", { class: "hk-quiet" }, row.at), h("code", null, row.hex), h("span", { class: /[^·]/.test(row.text) ? "hk-memory-text" : "hk-memory-text hk-blank", "aria-hidden": "true" }, row.text)),
      ),
    ),
    rows.length > shown.length && h("p", { class: "hk-note" }, say("dbg_more_memory", { count: number(rows.length - shown.length) })),
  );
}
