// What the steps did, and how all stands after them.
import { fill, h, prose, symbol } from "./dom.js";
import { say } from "./text.js";
import { grouped, inWords, wei } from "./trying-form.js";
import { deployments, person } from "./trying-steps.js";

const START_WEI = 1000n * 10n ** 18n;

/** A function that names an address: accounts, and what the steps have deployed. */
export function namer(names, steps, results) {
  const known = new Map(Object.entries(names ?? {}).map(([address, name]) => [address.toLowerCase(), name]));
  known.set(`0x${"0".repeat(40)}`, say("try_zero_address"));
  for (const { id, name } of deployments(steps)) {
    const address = results[steps.findIndex((step) => step.id === id)]?.address;
    if (address) known.set(address.toLowerCase(), name);
  }
  return (text) => known.get(text.toLowerCase()) ?? null;
}

/** What came of one step: how it ended, what it answered, what it changed, its events and its gas. */
export function resultOf(result, step, nameOf) {
  if (!result) return h("p", { class: "hk-try-result hk-try-waiting" }, symbol("–"), say("try_not_run"));
  if (!result.ok) {
    const reason = result.reason && result.error?.includes(result.reason) ? result.error : (result.error ?? result.reason);
    return h(
      "div",
      { class: "hk-try-result hk-try-bad" },
      h("p", null, symbol("✕"), h("strong", null, say("try_failed")), " ", prose(reason ?? "")),
    );
  }
  const answered = step.action !== "wait" && step.action !== "deploy" && result.result !== null && result.result !== undefined;
  const gas = result.gas_used ? h("span", { class: "hk-try-gas" }, say("try_gas", { gas: grouped(result.gas_used) })) : null;
  const word = { deploy: "try_deployed", wait: "try_waited", call: "try_answered", balance: "try_answered", storage: "try_answered" }[step.action] ?? "try_done";
  return h(
    "div",
    { class: "hk-try-result hk-try-good" },
    h(
      "p",
      null,
      symbol("✓"),
      answered
        ? [say(["send", "raw"].includes(step.action) ? "try_returned" : "try_answered"), " ", h("code", null, inWords(result.result, nameOf))]
        : say(word),
      gas && " ",
      gas,
    ),
    (result.changes?.length > 0 || result.events.length > 0) &&
      h(
        "ul",
        { class: "hk-try-effects" },
        (result.changes ?? []).map(({ variable, old, new: now }) =>
          h(
            "li",
            null,
            h("code", null, variable),
            ": ",
            h("span", { class: "hk-try-old" }, old),
            h("span", { "aria-hidden": "true" }, " → "),
            h("span", { class: "hk-hidden" }, ` ${say("try_becomes")} `),
            h("strong", null, now),
          ),
        ),
        result.events.map((event) => h("li", null, say("try_event"), " ", h("code", null, eventText(event, nameOf)))),
      ),
  );
}

function eventText({ name, args, topics }, nameOf) {
  if (!name) return say("try_unknown_event", { topic: (topics?.[0] ?? "").slice(0, 10) });
  const values = Object.entries(args ?? {}).map(([key, value]) => `${key}: ${inWords(value, nameOf)}`);
  return `${name}(${values.join(", ")})`;
}

/** Draw the state after the last step into `place`: each contract's variables, who has how much ether, and the clock. */
export function showState(place, state, steps) {
  place.hidden = !state;
  if (!state) return fill(place);
  const name = (target) => deployments(steps).find(({ id }) => steps[target]?.id === id)?.name ?? "";
  const moved = Object.entries(state.accounts).filter(([, amount]) => BigInt(amount) !== START_WEI);
  return fill(
    place,
    h("h4", { class: "hk-try-heading" }, say("try_state")),
    state.contracts.map(({ target, contract, balance_wei, variables }) =>
      h(
        "div",
        { class: "hk-try-scroll", tabindex: "0", role: "group", "aria-label": say("try_state_of", { contract: name(target) || contract }) },
        h(
          "table",
          { class: "hk-try-table" },
          h("caption", null, name(target) || contract, h("span", { class: "hk-try-balance" }, say("try_holds", { amount: wei(balance_wei) }))),
          h("thead", { class: variables.length === 0 ? "hk-hidden" : null }, h("tr", null, h("th", { scope: "col" }, say("try_variable")), h("th", { scope: "col" }, say("try_is")))),
          h(
            "tbody",
            null,
            variables.length === 0
              ? h("tr", null, h("td", { colspan: 2, class: "hk-try-none" }, say("try_no_variables")))
              : variables.map((each) =>
                  h("tr", null, h("th", { scope: "row" }, h("code", null, each.name), each.type && h("span", { class: "hk-try-type" }, ` ${each.type}`)), h("td", null, each.value)),
                ),
          ),
        ),
      ),
    ),
    h(
      "p",
      { class: "hk-small" },
      [
        ...(moved.length > 0 ? moved.map(([who, amount]) => say("try_has", { who: person(who), amount: wei(amount) })) : [say("try_has_all")]),
        say("try_clock", { time: new Date(state.time * 1000).toISOString().replace("T", " ").slice(0, 19) }),
      ].join(" · "),
    ),
  );
}
