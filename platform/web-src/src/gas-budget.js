// Gas against the budget, and the best so far.
import { h } from "./dom.js";
import { number, say } from "./text.js";

/** Where the bar ends and where the budget stands on it, as shares from 0 to 1: the longer of the two fills it. */
export function sharesOf({ used, budget }) {
  const most = Math.max(used, budget, 1);
  return { used: used / most, budget: budget / most };
}

/** What is said beside the bar, part by part. `best` is the least before this attempt, null where there is none. */
export function partsOf({ used, budget, best_known: known }, best) {
  const parts = [
    used <= budget
      ? say("gas_under", { left: number(budget - used) })
      : say("gas_over", { over: number(used - budget) }),
  ];
  if (best !== null && best <= used) parts.push(say("gas_best", { gas: number(best) }));
  else parts.push(say("gas_best_new"));
  if (known) parts.push(say("gas_best_known", { gas: number(known) }));
  return parts;
}

/** @returns {HTMLElement} */
export function showGas(score, best) {
  const shares = sharesOf(score);
  const bar = h("div", { class: `hk-budget-used${score.used > score.budget ? " hk-budget-over" : ""}` });
  const mark = h("div", { class: "hk-budget-budget" });
  bar.style.width = `${100 * shares.used}%`;
  mark.style.insetInlineStart = `${100 * shares.budget}%`;
  return h(
    "div",
    { class: "hk-budget" },
    h("p", { class: "hk-budget-line" }, h("strong", null, say("gas_title")), " ", say("budget_used", { used: number(score.used), budget: number(score.budget) })),
    h("div", { class: "hk-budget-bar", "aria-hidden": "true" }, bar, mark),
    h("p", { class: "hk-note" }, partsOf(score, best).join(" · ")),
  );
}
