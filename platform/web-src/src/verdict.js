// How an attempt goes, and how it ended.
import { stepThrough } from "./debugger/panel.js";
import { SOURCE_NAME, hasPlace } from "./diagnostics.js";
import { fill, h, prose, symbol } from "./dom.js";
import { showGas } from "./gas-budget.js";
import { ago, has, number, say } from "./text.js";

const SYMBOLS = { passed: "✓", failed: "✕", not_run: "–" };

/** The sentence and the share of the way (0 to 1) for an attempt that is under way. */
export function stageOf(attempt) {
  const { state, progress } = attempt;
  if (state === "sending") return { text: say("sending"), share: 0.04 };
  if (state === "queued") return { text: say("queued"), share: 0.1 };
  if (!progress) return { text: say("running"), share: 0.15 };
  if (progress.stage === "compile") return { text: say("stage_compile"), share: 0.25 };
  if (progress.stage === "deploy") return { text: say("stage_deploy"), share: 0.4 };
  const { index, total } = progress;
  return { text: say("stage_check", { index, total }), share: total ? 0.4 + (0.6 * index) / total : 0.5 };
}

export function isUnderWay(attempt) {
  return ["sending", "queued", "running"].includes(attempt.state);
}

/** Headline, one sentence, and whether all is well. */
export function outcomeOf(attempt) {
  const report = attempt.report;
  if (!report) return { tone: "neutral", title: say("outcome_none"), text: say("outcome_none_text") };
  const passed = report.checks.filter((check) => check.status === "passed").length;
  const key = `outcome_${report.outcome}`;
  const explained = has(`${key}_text`) ? say(`${key}_text`, { passed, total: report.checks.length }) : "";
  return {
    tone: report.outcome === "passed" ? "passed" : report.outcome === "lesson_broken" ? "neutral" : "failed",
    title: say(has(key) ? key : "outcome_none"),
    text: report.message ?? explained,
  };
}

/** Numbers of the tasks whose checks all passed. */
export function tasksDone(report) {
  const checks = report?.checks ?? [];
  const open = new Set(checks.filter((check) => check.status !== "passed").map((check) => check.task));
  return new Set(checks.map((check) => check.task).filter((task) => !open.has(task)));
}

/** What the explanation adds to the message: it often begins with the same words, only with an error's values named. */
export function addedTo(message, divergence) {
  const plain = (text) => text?.replace(/\b([A-Z]\w*)\([^()`]*\)/g, "$1");
  const ends = [...divergence.matchAll(/\.( |$)/g)].map((found) => found.index + 1);
  const repeated = ends.find((end) => plain(divergence.slice(0, end)) === plain(message)) ?? 0;
  return divergence.slice(repeated).trim();
}

const FIRST = { failed: 0, not_run: 1, passed: 2 };

/** The checks in the order in which they are read: what failed first, and each kind as the exercise has it. */
export function inReadingOrder(checks) {
  return checks.toSorted((a, b) => FIRST[a.status] - FIRST[b.status]);
}

/** Where the first error of a text that does not compile stands, or undefined. */
export function firstError(report) {
  if (report?.outcome !== "compile_error") return undefined;
  return report.diagnostics?.find((each) => each.severity === "error" && hasPlace(each));
}

/** The text before, in and after the last words that name the line of `where`; null where none in this source are. */
export function aroundLine(text, where) {
  if (where?.file !== SOURCE_NAME) return null;
  const found = [...text.matchAll(new RegExp(`\\bline ${where.line}\\b`, "gi"))].at(-1);
  if (!found) return null;
  const end = found.index + found[0].length;
  return [text.slice(0, found.index), text.slice(found.index, end), text.slice(end)];
}

/** The text, its line a button that goes there. */
function withLine(text, where, jump) {
  const parts = jump && aroundLine(text, where);
  if (!parts) return prose(text);
  const [before, line, after] = parts;
  const go = () => jump(where.line, where.column);
  return [...prose(before), h("button", { type: "button", class: "hk-link", onclick: go }, line), ...prose(after)];
}

/**
 * Show a finished attempt in `element`; choosing a line in it calls `jump(line, column)`, where there is one, stepping
 * through a check `step(check)`, and trying it `tryThis(check)`. `first` is for the very first pass, `bestGas` the least
 * gas before.
 */
export function showVerdict(element, attempt, options) {
  const { fresh, jump, step = null, tryThis = null, first = false, bestGas = null } = options;
  const report = attempt.report;
  const { tone, title, text } = outcomeOf(attempt);
  const error = firstError(report);
  const goThere = () => jump(error.line, error.column ?? 1);
  const checks = inReadingOrder(report?.checks ?? []);
  fill(
    element,
    h(
      "div",
      { class: `hk-outcome hk-${tone}${fresh ? " hk-fresh" : ""}${first ? " hk-first" : ""}` },
      symbol(tone === "passed" ? "✓" : tone === "failed" ? "✕" : "!", "hk-outcome-symbol"),
      h(
        "div",
        { class: "hk-outcome-words" },
        h("h4", { class: "hk-outcome-title" }, title),
        text && h("p", { class: "hk-outcome-text" }, withLine(text, report?.where, jump)),
        first &&
          h("p", { class: "hk-first-words" }, attempt.number > 1 ? say("first_pass_attempts", { number: attempt.number }) : say("first_pass")),
        error &&
          jump &&
          h("button", { type: "button", class: "hk-button hk-outcome-go", onclick: goThere }, say("verdict_go", { line: error.line })),
      ),
      report &&
        h("p", { class: "hk-score" }, say("score", { score: number(report.score), max: number(report.max_score) })),
    ),
    !fresh && attempt.finished_at && h("p", { class: "hk-note" }, say("earlier", { when: ago(attempt.finished_at) })),
    report?.gas_score && showGas(report.gas_score, bestGas),
    checks.some((check) => check.status !== "not_run") &&
      h("ul", { class: "hk-checks" }, checks.map((check, i) => checkItem(check, { jump, step, tryThis, first: i === 0 }))),
    h("p", { class: "hk-small" }, smallPrint(attempt)),
  );
}

/** The first that failed takes the focus: from the Check button, the next Tab is there. */
function checkItem(check, { jump, step, tryThis, first }) {
  const added = check.divergence && addedTo(check.message, check.divergence);
  return h(
    "li",
    { class: `hk-check hk-${check.status}`, tabindex: first && check.status === "failed" ? "0" : null },
    symbol(SYMBOLS[check.status]),
    h(
      "div",
      { class: "hk-check-body" },
      h(
        "p",
        { class: "hk-check-line" },
        h("span", { class: "hk-word" }, say(check.status)),
        h("span", { class: "hk-check-title" }, prose(check.title)),
        h("span", { class: "hk-check-task" }, say("check_task", { task: check.task })),
      ),
      check.message && h("p", { class: "hk-check-message" }, prose(check.message)),
      added &&
        h(
          "p",
          { class: "hk-check-message hk-divergence" },
          h("strong", null, `${say("divergence")}: `),
          withLine(added, check.where, jump),
        ),
      check.status === "failed" &&
        check.hint &&
        h("details", { class: "hk-hint" }, h("summary", null, say("hint")), h("p", null, prose(check.hint))),
      tools(check, step, tryThis),
    ),
  );
}

/** What leads on from a check: trying what it did, and stepping through it. */
function tools(check, step, tryThis) {
  const label = `${say("try_this")}: ${check.title.replaceAll("`", "")}`;
  const found = [
    tryThis &&
      check.steps?.length > 0 &&
      h("button", { type: "button", class: "hk-button hk-try-this", "aria-label": label, onclick: () => tryThis(check) }, say("try_this")),
    check.status === "failed" && step && stepThrough(check, step),
  ].filter(Boolean);
  const why = tryThis && check.status === "failed" && !check.steps?.length && h("p", { class: "hk-small" }, tryThis.why);
  return (found.length > 0 || why) && h("div", { class: "hk-check-tools" }, found, why);
}

function smallPrint(attempt) {
  const parts = [say("attempt_number", { number: attempt.number })];
  if (attempt.handed_in_for) parts.push(say("handed_in_for"));
  const timings = attempt.report?.timings ?? {};
  for (const stage of ["compile", "deploy", "checks"]) {
    const ms = timings[`${stage}_ms`];
    if (ms > 0) parts.push(say(`took_${stage}`, { ms: number(Math.max(1, Math.round(ms))) }));
  }
  return parts.join(" · ");
}
