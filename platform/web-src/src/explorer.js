// The chain explorer: blocks, transactions and events, balances, and what contracts store.
import { createAsker } from "./debugger/asking.js";
import { createTracing } from "./debugger/panel.js";
import { fill, h, prose, symbol, uniqueId } from "./dom.js";
import { noticeOf, showNotice } from "./notice.js";
import { number, say } from "./text.js";

const WEI = 10n ** 18n;
const TRANSFER_GAS = 21000; // what costs no more has run no code

/** Wei as ether, with at most six digits after the point. */
export function ether(wei) {
  const value = BigInt(wei);
  const rest = (value % WEI).toString().padStart(18, "0").slice(0, 6).replace(/0+$/, "");
  return number(value / WEI) + (rest ? point() + rest : "");
}

/** Wei in words: as ether, or as wei where that would be nearly nothing. */
export function amount(wei) {
  return BigInt(wei) < WEI / 1_000_000n ? say("exp_wei", { wei: number(BigInt(wei)) }) : say("exp_ether_of", { ether: ether(wei) });
}

function point() {
  const parts = new Intl.NumberFormat(document.documentElement.lang || undefined).formatToParts(1.1);
  return parts.find((part) => part.type === "decimal").value;
}

/** An address with its middle left out; a name as it is. */
export function shortAddress(address) {
  return /^0x[0-9a-fA-F]{40}$/.test(address) ? `${address.slice(0, 8)}…${address.slice(-6)}` : address;
}

/**
 * @param {any} model
 * @param {HTMLElement} el
 */
export function createExplorer(model, el) {
  const asker = { look: createAsker(model, "look"), inside: createAsker(model, "inside") };
  const tracing = createTracing(model);
  const ids = { title: uniqueId("chain") };
  const notice = h("div", { hidden: true, role: "status" });
  const status = h("span", { class: "hk-note", role: "status" });
  const refresh = h("button", { type: "button", class: "hk-button", onclick: () => load() }, say("exp_refresh"));
  const blocks = h("div", { class: "hk-blocks" });
  const earlier = h("button", { type: "button", class: "hk-button", hidden: true, onclick: () => load(last) }, say("exp_earlier"));
  const accounts = h("div", null);
  const contracts = h("div", { class: "hk-contracts" });
  const leaveKeys = (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true");
  let last = null;
  let turn = 0;
  let opened = new Set();

  el.replaceChildren(
    h(
      "section",
      { class: "hk hk-exercise hk-explorer", "aria-labelledby": ids.title, onfocusin: leaveKeys },
      h("header", { class: "hk-dbg-head" }, h("h4", { class: "hk-dbg-title", id: ids.title }, say("exp_title", { name: model.get("title") })), status, refresh),
      notice,
      h(
        "div",
        { class: "hk-explorer-grid" },
        h("div", { class: "hk-part" }, h("h5", { class: "hk-part-title" }, say("exp_blocks")), blocks, earlier),
        h(
          "div",
          { class: "hk-dbg-column" },
          h("div", { class: "hk-part" }, h("h5", { class: "hk-part-title" }, say("exp_contracts")), contracts),
          h("div", { class: "hk-part" }, accounts),
        ),
      ),
      tracing.place,
    ),
  );

  const onMessage = (message) => {
    if (message.type === "traced") tracing.received(message);
    if (message.type !== "seen") return;
    for (const each of Object.values(asker)) each.received(message);
  };
  model.on("msg:custom", onMessage);

  async function load(before = null) {
    turn += 1;
    const mine = turn;
    showNotice(notice, null);
    fill(status, say("exp_loading"));
    refresh.setAttribute("aria-disabled", "true");
    try {
      const answer = await asker.look.ask({ before });
      if (mine !== turn) return;
      fill(status, say("exp_read", { head: number(answer.head) }));
      if (before === null) showAll(answer);
      else {
        blocks.append(...answer.blocks.map((each) => block(each, debug)));
        blocks.querySelector(`[data-block="${before - 1}"]`)?.focus();
      }
      last = answer.blocks.at(-1)?.number ?? 0;
      earlier.hidden = last <= 0;
    } catch (problem) {
      if (mine !== turn) return;
      fill(status);
      report(problem, () => load(before));
    } finally {
      if (mine === turn) refresh.removeAttribute("aria-disabled");
    }
  }

  function report(problem, again) {
    if (problem instanceof Error) throw problem;
    showNotice(notice, noticeOf(problem, again));
  }

  const debug = (transaction, said) => tracing.openTransaction({ transaction, source: model.get("source"), title: said });

  function showAll(answer) {
    tracing.close();
    fill(blocks, answer.blocks.map((each) => block(each, debug)));
    const rows = answer.accounts.map((each) =>
      h("tr", null, h("th", { scope: "row", title: each.address }, shortAddress(each.name)), h("td", { class: "hk-number-cell" }, ether(each.wei))),
    );
    fill(
      accounts,
      h(
        "table",
        { class: "hk-table" },
        h("caption", { class: "hk-part-title" }, say("exp_accounts")),
        h("thead", null, h("tr", null, h("th", { scope: "col" }, say("exp_who")), h("th", { scope: "col", class: "hk-number-cell" }, say("exp_ether")))),
        h("tbody", null, rows),
      ),
    );
    const names = new Map(answer.accounts.map((each) => [each.address, each.name]));
    const known = answer.contracts.map((each) => contract(each.address, names.get(each.address) ?? each.name));
    fill(contracts, known.length > 0 ? known : h("p", { class: "hk-note" }, say("exp_no_contracts")));
  }

  /** A contract; opened, it shows what it stores. What was open stays open over a refresh. */
  function contract(address, name) {
    const inside = h("div", null);
    const element = h(
      "details",
      { class: "hk-contract", open: opened.has(address) },
      h("summary", null, h("strong", null, shortAddress(name)), " ", h("code", { title: address }, shortAddress(address))),
      inside,
    );
    const read = async () => {
      fill(inside, h("p", { class: "hk-note" }, say("exp_loading")));
      try {
        showStorage(inside, name, await asker.inside.ask({ address }));
      } catch (problem) {
        fill(inside);
        report(problem, read);
      }
    };
    element.addEventListener("toggle", () => {
      if (!element.open) opened.delete(address);
      else {
        opened.add(address);
        read();
      }
    });
    return element;
  }

  load();
  return () => {
    turn += 1;
    model.off("msg:custom", onMessage);
    for (const each of Object.values(asker)) each.destroy();
    tracing.destroy();
  };
}

function block(each, debug) {
  const time = new Date(each.time * 1000);
  const when = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { dateStyle: "medium", timeStyle: "medium" }).format(time);
  const title = say("exp_block", { number: number(each.number) });
  return h(
    "article",
    { class: "hk-block", "aria-label": title, tabindex: "-1", "data-block": each.number },
    h("p", { class: "hk-block-head" }, h("strong", null, title), h("time", { datetime: time.toISOString() }, when), h("span", null, each.transactions.length > 0 ? say("dbg_costs", { gas: number(each.gas) }) : say("exp_no_transactions"))),
    each.transactions.length > 0 && h("ul", { class: "hk-transactions" }, each.transactions.map((one) => transaction(one, debug))),
  );
}

function transaction(each, debug) {
  const said = say(`exp_${each.kind}`, { sender: shortAddress(each.sender), to: shortAddress(each.to) });
  const open = () => debug(each.hash, said);
  return h(
    "li",
    { class: `hk-transaction ${each.ok ? "hk-went" : "hk-not"}` },
    h(
      "p",
      { class: "hk-transaction-line" },
      h("span", { class: "hk-transaction-state" }, symbol(each.ok ? "✓" : "✕"), " ", say(each.ok ? "exp_ok" : "exp_failed")),
      h("span", { title: each.hash }, said),
      each.wei !== "0" && h("span", null, say("exp_with", { amount: amount(each.wei) })),
      h("span", { class: "hk-quiet hk-call-gas" }, say("dbg_costs", { gas: number(each.gas) })),
    ),
    each.call && h("p", null, h("code", null, each.call)),
    each.error && h("p", { class: "hk-call-error" }, each.error),
    each.events.map((event) => h("p", null, h("span", { class: "hk-quiet" }, say("exp_event")), " ", h("code", null, event))),
    each.gas > TRANSFER_GAS &&
      h("p", null, h("button", { type: "button", class: "hk-link", "aria-label": `${say("trydbg_open")}: ${said}`, onclick: open }, say("trydbg_open"))),
  );
}

function showStorage(element, name, { variables, known }) {
  const note = !known && h("p", { class: "hk-note" }, prose(say("exp_raw")));
  if (variables.length === 0) {
    fill(element, h("p", { class: "hk-note" }, say("exp_nothing_stored")), note);
    return;
  }
  const heads = [say("exp_variable"), say("exp_value")];
  fill(
    element,
    h(
      "table",
      { class: "hk-table", "aria-label": say("exp_storage_of", { name }) },
      h("thead", null, h("tr", null, heads.map((head) => h("th", { scope: "col" }, head)))),
      h(
        "tbody",
        null,
        variables.map((each) => h("tr", null, h("th", { scope: "row" }, h("code", null, each.name), " ", h("span", { class: "hk-quiet" }, each.type)), h("td", null, each.value))),
      ),
    ),
    note,
  );
}
