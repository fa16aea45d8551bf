// A message with choices: trouble, or two versions of a draft. Words first, then what can be done.
import { fill, h, symbol } from "./dom.js";
import { say } from "./text.js";

/**
 * Show a notice in `element`, or nothing where `notice` is null.
 * @param {HTMLElement} element
 * @param {{title: string, text?: string, tone?: "trouble" | "plain",
 *          actions?: Array<{label: string, run: () => void, primary?: boolean}>} | null} notice
 */
export function showNotice(element, notice) {
  element.hidden = !notice;
  if (!notice) {
    fill(element);
    return;
  }
  const { title, text, tone = "trouble", actions = [] } = notice;
  element.className = `hk-notice hk-notice-${tone}`;
  fill(
    element,
    symbol(tone === "trouble" ? "!" : "i"),
    h(
      "div",
      { class: "hk-notice-body" },
      h("p", { class: "hk-notice-title" }, title),
      text && h("p", { class: "hk-notice-text" }, text),
      actions.length > 0 &&
        h(
          "div",
          { class: "hk-notice-actions" },
          actions.map(({ label, run, primary }) =>
            h("button", { type: "button", class: primary ? "hk-button hk-primary" : "hk-button", onclick: run }, label),
          ),
        ),
    ),
  );
}

/** What a problem the kernel told of means for a learner, and what to do about it. */
export function noticeOf(problem, retry) {
  const again = { label: say("retry"), run: retry, primary: true };
  switch (problem.kind) {
    case "sign_in":
      return {
        title: say("sign_in"),
        text: say("sign_in_text"),
        actions: [{ label: say("sign_in_again"), run: () => location.reload(), primary: true }],
      };
    case "kernel":
      return { title: say("kernel"), text: say("kernel_text"), actions: [again] };
    case "missing":
      return { title: say("missing"), text: problem.message };
    case "slow_down":
      return {
        title: say("slow_down"),
        text: problem.retry_after_s ? say("slow_down_text", { seconds: problem.retry_after_s }) : problem.message,
        actions: [again],
      };
    case "offline":
    case "busy":
      return { title: say(problem.kind), text: problem.message, actions: [again] };
    default:
      return { title: say("refused"), text: problem.message, actions: [again] };
  }
}
