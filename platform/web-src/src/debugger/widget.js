// The debugger and the gas charts as outputs of a notebook's cell, by themselves.
import { fill, h } from "../dom.js";
import { showGas } from "../gas.js";
import { noticeOf, showNotice } from "../notice.js";
import { say } from "../text.js";
import { createAsker } from "./asking.js";
import { openDebugger } from "./view.js";

/** @param {HTMLElement} el */
function host(el, ...children) {
  const root = h("section", { class: "hk hk-exercise hk-alone" }, children);
  el.replaceChildren(root);
  return root;
}

function asking(model) {
  const asker = createAsker(model, "trace");
  const onMessage = (message) => message.type === "traced" && asker.received(message);
  model.on("msg:custom", onMessage);
  return {
    ask: asker.ask,
    stop() {
      model.off("msg:custom", onMessage);
      asker.destroy();
    },
  };
}

/** One step of a scenario, gone through. */
export function createDebugger(model, el) {
  const asker = asking(model);
  const place = h("div", null);
  host(el, place);
  const opened = openDebugger({ parent: place, ask: asker.ask, source: model.get("source"), title: model.get("title") || undefined });
  return () => {
    opened.destroy();
    asker.stop();
  };
}

/** Where the gas of one step of a scenario went. */
export function createGas(model, el) {
  const asker = asking(model);
  const notice = h("div", { hidden: true, role: "status" });
  const place = h("div", null, h("p", { class: "hk-loading" }, say("dbg_loading")));
  host(el, h("h4", { class: "hk-dbg-title" }, model.get("title") || say("gas_title")), notice, place);
  async function load() {
    showNotice(notice, null);
    try {
      const answer = await asker.ask({ offset: 0, limit: 0, memory: false, summary: true, outline: false });
      const { summary } = answer;
      fill(place, summary ? showGas({ summary, source: model.get("source") }) : h("p", { class: "hk-note" }, answer.stopped ?? say("dbg_nothing")));
    } catch (problem) {
      if (problem instanceof Error) throw problem;
      fill(place);
      showNotice(notice, noticeOf(problem, load));
    }
  }
  load();
  return asker.stop;
}
