// The debugger: one transaction or call, gone through step by step. It knows only how to ask for a trace.
import { fill, h, symbol, uniqueId } from "../dom.js";
import { showGas } from "../gas.js";
import { noticeOf, showNotice } from "../notice.js";
import { number, say } from "../text.js";
import { createList } from "./list.js";
import { createPages } from "./pages.js";
import { showCalls, showMemory, showStack, showVariables } from "./parts.js";
import { createSource } from "./source.js";
import { failureOf, moves, unpack } from "./trace.js";

const ROW = 26;
const LOOK_AFTER_MS = 60;
const OWN_FILE = "Contract.sol";

/**
 * Open the debugger in `parent`, in place of what is there.
 *
 * `ask(window)` answers `{summary, outline, page, actions?, index?, stopped?}`, as the classroom's traces do; the window
 * has `offset`, `limit`, `memory`, `summary`, `outline` and, where one of several actions is meant, `index`.
 * @param {{parent: HTMLElement, ask: (window: any) => Promise<any>, source?: string, title?: string,
 *          onClose?: (() => void) | null}} options
 */
export function openDebugger({ parent, ask, source = "", title = say("dbg_title"), onClose = null }) {
  const heading = h("h4", { class: "hk-dbg-title", tabindex: "-1", id: uniqueId("debugger") }, title);
  const body = h("div", { class: "hk-dbg-body" });
  const notice = h("div", { hidden: true, role: "status" });
  const leaveKeys = (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true");
  const root = h(
    "section",
    { class: "hk-dbg", "aria-labelledby": heading.id, onfocusin: leaveKeys },
    h("header", { class: "hk-dbg-head" }, heading, onClose && h("button", { type: "button", class: "hk-tool", onclick: close }, say("dbg_close"))),
    notice,
    body,
  );
  fill(parent, root);
  let session = null;
  let turn = 0;

  async function open(index = null) {
    turn += 1;
    const mine = turn;
    showNotice(notice, null);
    if (!session) fill(body, h("p", { class: "hk-loading", role: "status" }, say("dbg_loading")));
    try {
      const answer = await ask({ offset: 0, limit: 100, memory: true, summary: true, outline: true, index });
      if (mine !== turn) return;
      if (!answer.outline || !answer.outline.steps) {
        session?.destroy();
        session = null;
        fill(body, actionsOf(answer, open), h("p", { class: "hk-note", role: "status" }, answer.stopped ?? say("dbg_nothing")));
        return;
      }
      const trace = await unpack(answer.outline);
      if (mine !== turn) return;
      session?.destroy();
      const more = (window) => ask({ ...window, memory: true, summary: false, outline: false, index: answer.index ?? index });
      session = createSession({ body, answer, trace, source: answer.source ?? source, more, choose: open, problem });
    } catch (error) {
      if (mine !== turn) return;
      if (!session) fill(body);
      problem(error, () => open(index));
    }
  }

  function problem(error, again) {
    if (error instanceof Error) throw error;
    showNotice(notice, noticeOf(error, again));
  }

  function close() {
    destroy();
    fill(parent);
    onClose();
  }

  function destroy() {
    turn += 1;
    session?.destroy();
  }

  open();
  return { destroy, focus: () => heading.focus({ preventScroll: true }), element: root };
}

/** What else was done by the check that the trace is of: one of them is chosen. */
function actionsOf(answer, choose) {
  if (!answer.actions || answer.actions.length < 2) return null;
  const id = uniqueId("action");
  const select = h(
    "select",
    { class: "hk-dbg-select", id, onchange: (event) => choose(Number(event.target.value)) },
    answer.actions.map((action, index) =>
      h(
        "option",
        { value: index, selected: index === answer.index },
        `${index + 1}. ${action.text.replaceAll("`", "")}${action.ok ? "" : ` (${say("dbg_action_failed")})`}`,
      ),
    ),
  );
  return h("p", { class: "hk-dbg-actions" }, h("label", { for: id }, say("dbg_actions")), select);
}

/** One trace on the page: what is shown follows one number, the current step. */
function createSession({ body, answer, trace, source, more, choose, problem }) {
  const { summary } = answer;
  const lead = moves(trace);
  const failure = failureOf(summary.calls);
  const last = trace.steps - 1;
  const pages = createPages(more);
  let current = -1;
  let timer = null;
  let gone = false;

  const button = (key, sign, shortcut, to) =>
    h("button", { type: "button", class: "hk-tool hk-dbg-move", title: `${say(key)} (${shortcut.shown})`, "aria-keyshortcuts": shortcut.keys, onclick: () => go(to(current)) }, symbol(sign), h("span", null, say(key)));
  const shortcuts = {
    ArrowLeft: lead.back,
    ArrowRight: lead.forward,
    o: lead.over,
    u: lead.out,
    p: lead.previousLine,
    n: lead.nextLine,
    ...(failure === null ? {} : { r: () => failure }),
  };
  const controls = h(
    "div",
    { class: "hk-dbg-controls", role: "toolbar", "aria-label": say("dbg_controls") },
    button("dbg_previous_line", "⇤", { keys: "p", shown: "P" }, lead.previousLine),
    button("dbg_back", "←", { keys: "ArrowLeft", shown: "←" }, lead.back),
    button("dbg_forward", "→", { keys: "ArrowRight", shown: "→" }, lead.forward),
    button("dbg_over", "↷", { keys: "o", shown: "O" }, lead.over),
    button("dbg_out", "↥", { keys: "u", shown: "U" }, lead.out),
    button("dbg_next_line", "⇥", { keys: "n", shown: "N" }, lead.nextLine),
    failure !== null && button("dbg_failure", "✕", { keys: "r", shown: "R" }, () => failure),
  );
  const slider = h("input", { type: "range", class: "hk-dbg-slider", min: 0, max: last, value: 0, "aria-label": say("dbg_slider"), oninput: () => go(Number(slider.value)) });
  const where = h("p", { class: "hk-dbg-where", "aria-live": "polite" });
  const sourcePlace = h("div", { class: "hk-dbg-source hk-editor" });
  const elsewhere = h("p", { class: "hk-note", hidden: true });
  const list = createList({ label: say("dbg_steps"), count: trace.steps, rowHeight: ROW, row: stepRow, onChoose: go });
  const calls = showCalls(summary.calls, (call) => go(Math.min(call.first_step, last)));
  const variables = h("div", { class: "hk-dbg-variables" });
  const stack = h("ol", { class: "hk-stack" });
  const memory = h("div", { class: "hk-dbg-memory" });
  const part = (key, ...children) => h("section", { class: "hk-part" }, h("h5", { class: "hk-part-title" }, say(key)), children);
  const ended = summary.calls[0]?.error;

  const onKey = (event) => {
    const taken = event.target.closest("input, select, textarea");
    if (taken || event.altKey || event.ctrlKey || event.metaKey || !Object.hasOwn(shortcuts, event.key)) return;
    if (event.target.closest(".cm-editor") && event.key.startsWith("Arrow")) return;
    event.preventDefault();
    go(shortcuts[event.key](current));
  };
  const content = h(
    "div",
    { class: "hk-dbg-session", onkeydown: onKey },
    actionsOf(answer, choose),
    ended && h("p", { class: "hk-dbg-ended" }, symbol("✕"), " ", say("dbg_ended", { error: ended.replaceAll("`", "") })),
    controls,
    slider,
    where,
    h(
      "div",
      { class: "hk-dbg-grid" },
      h(
        "div",
        { class: "hk-dbg-column" },
        source && part("dbg_source", sourcePlace, elsewhere),
        part("dbg_steps", list.element),
      ),
      h(
        "div",
        { class: "hk-dbg-column" },
        part("dbg_calls", calls.element),
        part("dbg_variables", variables),
        part("dbg_stack", stack),
        part("dbg_memory", memory),
      ),
    ),
    h(
      "details",
      { class: "hk-dbg-gas" },
      h("summary", null, say("gas_title")),
      showGas({ summary, source, onCall: (call) => go(Math.min(call.first_step, last)), onLine: (line) => go(firstOn(line)) }),
    ),
    summary.truncated && h("p", { class: "hk-note" }, say("dbg_truncated")),
    h("p", { class: "hk-keys" }, say("dbg_keys"), failure !== null && ` ${say("dbg_keys_failure")}`),
  );
  fill(body, content);
  const reader = source ? createSource({ parent: sourcePlace, text: source, label: say("dbg_source") }) : null;
  go(failure ?? firstPlace());

  function firstPlace() {
    for (let step = 0; step <= last; step += 1) if (trace.placeOf(step)) return step;
    return 0;
  }

  function firstOn(line) {
    for (let step = 0; step <= last; step += 1) {
      const place = trace.placeOf(step);
      if (place && place.file === line.file && place.line === line.line) return step;
    }
    return current;
  }

  function stepRow(step) {
    const place = trace.placeOf(step);
    const op = h("span", { class: "hk-step-op" }, trace.nameOf(step));
    op.style.setProperty("--depth", Math.min(trace.depth[step] - 1, 8));
    return [
      h("span", { class: "hk-step-number" }, number(step + 1)),
      op,
      h("span", { class: "hk-step-line" }, place ? say("dbg_at_line", { line: place.line }) : ""),
      h("span", { class: "hk-step-gas" }, say("dbg_costs", { gas: number(trace.cost[step]) })),
    ];
  }

  function go(step) {
    if (gone || step === current) return;
    current = step;
    const place = trace.placeOf(step);
    const own = place?.file === OWN_FILE;
    slider.value = step;
    const at = say("dbg_step_of", { step: number(step + 1), steps: number(trace.steps) });
    const words = [at, trace.nameOf(step), place ? placeWords(place) : say("dbg_no_line")];
    slider.setAttribute("aria-valuetext", words.join(", "));
    fill(
      where,
      h("span", null, at),
      h("strong", { class: "hk-dbg-op" }, trace.nameOf(step)),
      h("span", null, words[2]),
      h("span", null, say("dbg_gas", { left: number(trace.gas[step]), used: number(Math.max(trace.gas[0] - trace.gas[step], 0)) })),
    );
    reader?.light(own ? place.line : null);
    elsewhere.hidden = own || !place;
    fill(elsewhere, !own && place && say("dbg_elsewhere", { file: place.file, line: place.line }));
    list.show(step);
    calls.show(trace.call[step]);
    showVariables(variables, summary, step);
    clearTimeout(timer);
    timer = setTimeout(look, LOOK_AFTER_MS);
  }

  // Stack and memory are fetched for where one stays, not for all that one passes.
  async function look() {
    const step = current;
    try {
      const found = await pages.of(step);
      if (gone || step !== current) return;
      showStack(stack, found?.stack ?? []);
      showMemory(memory, found?.memory ?? "0x");
    } catch (error) {
      if (!gone && step === current) problem(error, look);
    }
  }

  return {
    destroy() {
      gone = true;
      clearTimeout(timer);
      list.destroy();
      reader?.destroy();
    },
  };
}

function placeWords(place) {
  const inside = [place.contract, place.function].filter(Boolean).join(".");
  const line = say("dbg_line", { line: number(place.line) });
  return inside ? `${inside}, ${line}` : line;
}
