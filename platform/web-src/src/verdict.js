// How an attempt goes, and how it ended.
import { fill, h, prose, symbol } from "./dom.js";
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

/** Show a finished attempt in `element`. */
export function showVerdict(element, attempt, { fresh }) {
  const report = attempt.report;
  const { tone, title, text } = outcomeOf(attempt);
  fill(
    element,
    h(
      "div",
      { class: `hk-outcome hk-${tone}${fresh ? " hk-fresh" : ""}` },
      symbol(tone === "passed" ? "✓" : tone === "failed" ? "✕" : "!", "hk-outcome-symbol"),
      h(
        "div",
        { class: "hk-outcome-words" },
        h("h4", { class: "hk-outcome-title" }, title),
        text && h("p", { class: "hk-outcome-text" }, prose(text)),
      ),
      report &&
        h("p", { class: "hk-score" }, say("score", { score: number(report.score), max: number(report.max_score) })),
    ),
    !fresh && attempt.finished_at && h("p", { class: "hk-note" }, say("earlier", { when: ago(attempt.finished_at) })),
    report?.checks.some((check) => check.status !== "not_run") &&
      h("ul", { class: "hk-checks" }, report.checks.map(checkItem)),
    h("p", { class: "hk-small" }, smallPrint(attempt)),
  );
}

function checkItem(check) {
  return h(
    "li",
    { class: `hk-check hk-${check.status}` },
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
      check.divergence &&
        h("p", { class: "hk-check-message" }, h("strong", null, `${say("divergence")}: `), prose(check.divergence)),
      check.status === "failed" &&
        check.hint &&
        h("details", { class: "hk-hint" }, h("summary", null, say("hint")), h("p", null, prose(check.hint))),
    ),
  );
}

function smallPrint(attempt) {
  const parts = [say("attempt_number", { number: attempt.number })];
  const timings = attempt.report?.timings ?? {};
  for (const stage of ["compile", "deploy", "checks"]) {
    const ms = timings[`${stage}_ms`];
    if (ms > 0) parts.push(say(`took_${stage}`, { ms: number(Math.max(1, Math.round(ms))) }));
  }
  return parts.join(" · ");
}
