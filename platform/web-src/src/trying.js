// Try it: the draft on a chain of one's own, step by step. The whole list runs again, from an empty chain, each time.
import { fill, h, symbol, uniqueId } from "./dom.js";
import { browserStorage } from "./draft.js";
import { noticeOf, showNotice } from "./notice.js";
import { say } from "./text.js";
import { createFields } from "./trying-fields.js";
import { namer, resultOf, showState } from "./trying-shown.js";
import { MAX_STEPS, forKernel, fromKernel, moved, nextId, sentence, withStep, without } from "./trying-steps.js";

const ANSWERS_WITHIN_MS = 20000;
const LOOK_AFTER_MS = 800;
const REMEMBERED = 30;
const SLOW_MS = 400; // an answer that comes sooner needs no word
const EXECUTES = ["deploy", "send", "raw", "call", "transfer"];

/** Whether a draft of this exercise is a contract, or code, that can be put on a chain. */
export function canTry({ kind, language, questions }) {
  if (kind === "bytecode") return ["yul", "hex"].includes(language);
  return ["contract", "gas", "challenge"].includes(kind) && (language ?? "solidity") === "solidity" && !questions?.length;
}

/** Why a failed check of this exercise may have no steps to be tried. */
export function whyNot({ kind }) {
  return say(["challenge", "bytecode"].includes(kind) ? `trywhy_${kind}` : "trywhy_contract");
}

/**
 * Draw the bench for trying a draft out.
 * @param {{exercise: any, user: string, source: () => string, send: (message: any) => void,
 *          reveal: (element: HTMLElement) => void, debug: (step: any) => void}} options
 */
export function createTrying({ exercise, user, source, send, reveal, debug }) {
  const storage = browserStorage(`hk-try:${user}:${exercise.id}`);
  const ids = { title: uniqueId("try"), steps: uniqueId("steps") };
  let steps = kept(storage.read());
  let before = []; // earlier lists, for Undo
  let contracts = {};
  let names = {};
  let results = [];
  let state = null;
  let seq = 0;
  let asked = null; // the source of the answer that is waited for or shown
  let timer = null;
  let patience = null;
  let slow = null;
  let announce = null;

  const origin = h("p", { class: "hk-note hk-try-origin", hidden: true });
  const list = h("ol", { class: "hk-try-steps", "aria-labelledby": ids.steps });
  const stepsTitle = h("h4", { class: "hk-try-heading", id: ids.steps, tabindex: "-1" }, say("try_steps"));
  const status = h("p", { class: "hk-hidden", role: "status" });
  const preparing = h("p", { class: "hk-note hk-try-preparing", hidden: true }, say("try_preparing"));
  const trouble = h("div", { hidden: true });
  const debugPlace = h("div", { class: "hk-dbg-place" });
  const stateplace = h("div", { class: "hk-try-state", hidden: true });
  const runButton = h("button", { type: "button", class: "hk-button", onclick: () => run(say("try_ran")) }, say("try_run"));
  const undoButton = h("button", { type: "button", class: "hk-tool", onclick: undo }, say("undo"));
  const clearButton = h("button", { type: "button", class: "hk-tool", onclick: () => change([], say("try_cleared")) }, say("try_clear"));
  const stale = h("span", { class: "hk-try-stale", hidden: true }, symbol("!"), say("try_stale"));
  const head = h("div", { class: "hk-try-head" }, stepsTitle, stale, h("span", { class: "hk-space" }), runButton, undoButton, clearButton);
  const fields = createFields({ onStep: took, onCancel: cancelled, first: exercise.contract });
  const taken = h("div", { class: "hk-try-taken" }, head, origin, list);
  const element = h(
    "details",
    { class: "hk-card hk-try", ontoggle: toggled },
    h(
      "summary",
      { class: "hk-toolbar" },
      h("span", { class: "hk-file" }, say("try_title")),
      h("span", { class: "hk-given-note" }, say("try_about")),
    ),
    h("div", { class: "hk-try-body" }, status, preparing, trouble, taken, fields.element, debugPlace, stateplace),
  );
  draw();

  function toggled() {
    if (element.open && asked === null) run();
  }

  /** Send the draft and all steps to the kernel. */
  function run(said = null) {
    seq += 1;
    asked = source();
    announce = said;
    element.setAttribute("aria-busy", "true");
    clearTimeout(timer);
    clearTimeout(patience);
    patience = setTimeout(() => failed({ kind: "kernel" }), ANSWERS_WITHIN_MS);
    clearTimeout(slow);
    slow = setTimeout(() => (preparing.hidden = Object.keys(contracts).length > 0), SLOW_MS);
    send({ type: "try", seq, source: asked, steps: forKernel(steps) });
    stale.hidden = true;
  }

  function answered(answer) {
    if (answer.seq !== seq) return;
    arrived();
    if (answer.problem) {
      failed(answer.problem);
      return;
    }
    const errors = answer.diagnostics.filter((each) => each.severity === "error");
    const compiled = errors.length === 0;
    if (compiled) {
      ({ contracts, names } = answer);
      results = answer.steps;
      state = results.at(-1)?.state ?? null;
    }
    showNotice(trouble, null);
    if (!compiled) tell(say("try_no_compile"), say("try_no_compile_text"));
    else if (Object.keys(contracts).length === 0) tell(say("try_no_contract"), say("try_no_contract_text"));
    else if (answer.stopped) tell(say("try_stopped"), answer.stopped);
    draw();
    const last = results.at(-1);
    if (announce) fill(status, compiled && last ? `${announce} ${outcome(last)}` : announce);
    if (!compiled) fill(status, say("try_no_compile"));
  }

  function tell(title, text) {
    showNotice(trouble, { title, text, tone: "plain" });
  }

  /** What was waited for is here, or will not come. */
  function arrived() {
    clearTimeout(patience);
    clearTimeout(slow);
    preparing.hidden = true;
    element.removeAttribute("aria-busy");
  }

  function failed(problem) {
    arrived();
    const shown = noticeOf(problem, () => run());
    showNotice(trouble, shown);
    fill(status, shown.title);
  }

  const outcome = (result) => (result.ok ? say("try_done") : `${say("try_failed")} ${result.error ?? ""}`);

  /** Take a new list in the place of the present one; Undo brings that back. */
  function change(next, said) {
    before = [...before.slice(1 - REMEMBERED), steps];
    settle(next, said);
  }

  function settle(next, said) {
    const emptied = next.length === 0;
    steps = next;
    storage.write({ steps });
    results = [];
    if (emptied) {
      state = null;
      origin.hidden = true;
    }
    fields.done();
    debug(null);
    draw();
    run(said);
  }

  function undo() {
    if (before.length === 0) {
      if (steps.length > 0) change(steps.slice(0, -1), say("try_undone"));
      return;
    }
    const last = before.at(-1);
    before = before.slice(0, -1);
    origin.hidden = true;
    settle(last, say("try_undone"));
  }

  function took(step) {
    if (step.id === undefined && steps.length >= MAX_STEPS) {
      tell(say("try_full"), say("try_full_text", { most: MAX_STEPS }));
      return;
    }
    const full = step.id === undefined ? { ...step, id: nextId(steps) } : step;
    change(withStep(steps, full), `${sentence(full, [...steps, full])}.`);
  }

  function cancelled() {
    const id = fields.editing;
    fields.done();
    draw();
    list.querySelector(`[data-step="${id}"] button`)?.focus();
  }

  function draw() {
    const nameOf = namer(names, steps, results);
    fill(list, steps.map((step, index) => stepItem(step, index, nameOf)));
    taken.hidden = steps.length === 0 && before.length === 0;
    list.hidden = steps.length === 0;
    runButton.hidden = clearButton.hidden = steps.length === 0;
    stepsTitle.textContent = steps.length === 0 ? say("try_no_steps") : say("try_steps");
    fields.offer(contracts, steps);
    showState(stateplace, steps.length > 0 ? state : null, steps);
  }

  function stepItem(step, index, nameOf) {
    const words = sentence(step, steps);
    const tool = (label, mark, run, off = false) =>
      h(
        "button",
        { type: "button", class: "hk-tool hk-try-tool", title: label, "aria-label": say("try_tool", { label, number: index + 1 }), onclick: run, "aria-disabled": off ? "true" : null },
        symbol(mark),
      );
    const move = (by) => () => {
      const next = moved(steps, step.id, by);
      if (!next) return;
      change(next, say("try_moved", { number: index + 1 + by }));
      list.querySelector(`[data-step="${step.id}"] [data-by="${by}"]`)?.focus();
    };
    const mover = (label, mark, by) => {
      const button = tool(label, mark, move(by), moved(steps, step.id, by) === null);
      button.dataset.by = String(by);
      return button;
    };
    const item = h(
      "li",
      { class: fields.editing === step.id ? "hk-try-step hk-try-edited" : "hk-try-step" },
      h("span", { class: "hk-task-number", "aria-hidden": "true" }, String(index + 1)),
      h("div", { class: "hk-try-words" }, h("p", { class: "hk-try-sentence" }, words), resultOf(results[index], step, nameOf)),
      h(
        "div",
        { class: "hk-try-tools" },
        results[index] && EXECUTES.includes(step.action) && tool(say("trydbg_open"), "⇥", () => debug({ source: asked, steps: forKernel(steps.slice(0, index + 1)), sentence: words, parent: debugPlace })),
        !["balance", "storage"].includes(step.action) && tool(say("try_edit"), "✎", () => edit(step)),
        mover(say("try_up"), "↑", -1),
        mover(say("try_down"), "↓", 1),
        tool(say("try_remove"), "✕", () => remove(step, index)),
      ),
    );
    item.dataset.step = String(step.id);
    return item;
  }

  function edit(step) {
    if (!fields.edit(step)) {
      fields.done();
      tell(say("try_cannot_edit"), say("try_cannot_edit_text", { name: step.function ?? step.contract }));
      return;
    }
    draw();
    reveal(fields.element);
    fields.focus();
  }

  function remove(step, index) {
    const next = without(steps, step.id);
    const others = steps.length - next.length - 1;
    change(next, others > 0 ? say("try_removed_more", { others }) : say("try_removed"));
    const near = list.children[Math.min(index, list.children.length - 1)];
    (near?.querySelector(".hk-try-tools button:last-child") ?? undoButton).focus();
  }

  return {
    element,
    received: answered,
    /** The draft is another one: what was answered is of an earlier one. */
    sourceChanged() {
      if (!element.open) {
        asked = null;
        return;
      }
      const other = asked !== source();
      stale.hidden = !other || steps.length === 0;
      runButton.classList.toggle("hk-primary", other);
      clearTimeout(timer);
      if (other && steps.length === 0) timer = setTimeout(() => run(), LOOK_AFTER_MS);
    },
    /** Open with what a check did. */
    open(checkSteps, title) {
      element.open = true;
      fill(origin, say("try_from_check", { title }));
      change(fromKernel(checkSteps), say("try_from_check", { title }));
      origin.hidden = false;
      reveal(element);
      stepsTitle.focus({ preventScroll: true });
    },
    destroy() {
      clearTimeout(timer);
      clearTimeout(patience);
      clearTimeout(slow);
    },
  };
}

/** Steps as the browser kept them, none where they are of another shape. */
function kept(stored) {
  const steps = stored?.steps;
  const good = Array.isArray(steps) && steps.every((step) => Number.isInteger(step?.id) && typeof step.action === "string" && Array.isArray(step.args ?? []));
  return good ? steps.slice(0, MAX_STEPS) : [];
}
