// Under a verdict: asking for help from an attempt, what was answered, what others who failed alike were told, comments.
import { problemOf } from "./ask.js";
import { fill, h, prose, symbol, uniqueId } from "./dom.js";
import { noticeOf, showNotice } from "./notice.js";
import { ago, say } from "./text.js";

const LOOK_AGAIN_AFTER_MS = 30000;
const MOST_WORDS = 2000;

/** Whether an attempt went wrong in a way that can be asked about. */
export function canAsk(attempt) {
  return Boolean(attempt.id && attempt.report && !["passed", "lesson_broken"].includes(attempt.report.outcome));
}

/** What there is to tell of a discussion, in the order in which it is read; nothing where nobody said anything. */
export function partsOf(discussion) {
  const mine = discussion.question;
  const parts = [];
  if (mine) parts.push({ kind: "question", question: mine });
  if (discussion.told.length > 0) parts.push({ kind: "told", answers: discussion.told });
  for (const question of discussion.earlier.filter((each) => each.state !== "closed" || each.answers.length > 0)) {
    parts.push({ kind: "earlier", question });
  }
  if (discussion.comments.length > 0) parts.push({ kind: "comments", comments: discussion.comments });
  return parts;
}

/** What somebody wrote: paragraphs and code, as nodes. */
export function written(passages) {
  return h(
    "div",
    { class: "hk-written" },
    passages.map(({ code, text }) => (code ? h("pre", { tabindex: "0" }, h("code", null, text)) : h("p", null, prose(text)))),
  );
}

/**
 * @param {{ask: (what: string, details?: any) => Promise<any>, lookAgainMs?: number}} options
 * @returns the `element`, `show(attempt)` that fills it, and `stop`
 */
export function createStuck({ ask, lookAgainMs = LOOK_AGAIN_AFTER_MS }) {
  const element = h("div", { class: "hk-stuck", hidden: true });
  const status = h("p", { class: "hk-hidden", role: "status" });
  const trouble = h("div", { hidden: true });
  const parts = h("div", { class: "hk-stuck-parts" });
  const foot = h("div", { class: "hk-stuck-foot" });
  element.append(status, parts, trouble, foot);
  let shown = null; // the attempt
  let last = null; // what was said about it
  let writing = false;
  let timer = null;

  const lookAgain = () => {
    if (!shown) return;
    if (document.visibilityState === "visible" && !writing) load({ quiet: true });
    else lookLater();
  };
  const lookLater = () => {
    clearTimeout(timer);
    timer = setTimeout(lookAgain, lookAgainMs);
  };
  document.addEventListener("visibilitychange", lookAgain);

  function show(attempt) {
    shown = attempt.id ? attempt : null;
    last = null;
    writing = false;
    clearTimeout(timer);
    fill(parts);
    fill(foot);
    showNotice(trouble, null);
    element.hidden = true;
    if (shown) load({ quiet: !canAsk(attempt) });
  }

  async function load({ quiet }) {
    const attempt = shown;
    clearTimeout(timer);
    try {
      const found = await ask("discussion", { id: attempt.id });
      if (attempt !== shown || writing) return;
      if (JSON.stringify(found) !== JSON.stringify(last)) draw(found);
    } catch (error) {
      if (attempt === shown && last) lookLater(); // a moment without a connection ends nothing
      if (attempt !== shown || quiet) return;
      element.hidden = false;
      showNotice(trouble, noticeOf(problemOf(error), () => load({ quiet: false })));
      return;
    }
    const waits = [last?.question, ...(last?.earlier ?? [])].some((each) => each?.state === "waiting");
    if (waits) lookLater();
  }

  function draw(discussion) {
    const answered = countAnswers(discussion) > countAnswers(last);
    const news = last !== null && answered;
    last = discussion;
    const found = partsOf(discussion);
    const asks = discussion.may_ask && canAsk(shown);
    element.hidden = found.length === 0 && !asks;
    fill(parts, found.map(drawn));
    drawFoot(asks);
    showNotice(trouble, null);
    if (news) fill(status, say("stuck_answer_came"));
  }

  function drawFoot(asks) {
    writing = false;
    fill(foot, asks && h("button", { type: "button", class: "hk-button hk-stuck-open", onclick: () => write({ ask: askFirst, open: ".hk-stuck-open" }) }, say("stuck_open")));
  }

  /** The form: what was expected, in words or in none. */
  function write({ ask: sends, open }) {
    writing = true;
    const ids = { words: uniqueId("stuck"), help: uniqueId("stuck-help") };
    const words = h("textarea", { class: "hk-stuck-words", id: ids.words, rows: "3", maxlength: String(MOST_WORDS), "aria-describedby": ids.help, onkeydown: keyPressed });
    const send = h("button", { type: "submit", class: "hk-button hk-primary" }, say("stuck_send"));
    const close = () => {
      drawFoot(last.may_ask && canAsk(shown));
      element.querySelector(open)?.focus();
    };
    function keyPressed(event) {
      event.stopPropagation(); // Ctrl+Enter would check the contract
      if (event.key === "Escape") close();
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    }
    const form = h(
      "form",
      { class: "hk-stuck-form", onsubmit: submit },
      h("label", { for: ids.words }, say("stuck_expected")),
      words,
      h("p", { class: "hk-note", id: ids.help }, say("stuck_help")),
      h("div", { class: "hk-notice-actions" }, send, h("button", { type: "button", class: "hk-button", onclick: close }, say("stuck_not_now"))),
    );
    async function submit(event) {
      event.preventDefault();
      if (send.getAttribute("aria-disabled") === "true") return;
      send.setAttribute("aria-disabled", "true");
      await act(() => sends(words.value.trim()), say("stuck_sent"));
      send.removeAttribute("aria-disabled");
    }
    fill(foot, form);
    words.focus();
  }

  const askFirst = (words) => ask("stuck", { id: shown.id, words });

  /** Do something, then tell what stands now. */
  async function act(what, told) {
    const attempt = shown;
    try {
      await what();
      if (attempt !== shown) return;
      const found = await ask("discussion", { id: attempt.id });
      if (attempt !== shown) return;
      draw(found);
      fill(status, told);
      if (!element.contains(document.activeElement) || document.activeElement === document.body) {
        element.querySelector(".hk-stuck-part")?.focus({ preventScroll: true });
      }
      await load({ quiet: true });
    } catch (error) {
      if (attempt === shown) showNotice(trouble, noticeOf(problemOf(error), () => act(what, told)));
    }
  }

  function drawn(part) {
    if (part.kind === "told") return box(say("stuck_told"), part.answers.map(answerOf), "hk-stuck-told");
    if (part.kind === "comments") {
      const comments = part.comments.map((each) =>
        h("div", { class: "hk-said" }, by(each, say("stuck_on_attempt", { number: each.number })), written(each.passages)),
      );
      return box(say("stuck_comments"), comments, "hk-stuck-comments");
    }
    return questionOf(part.question, part.kind === "earlier");
  }

  function box(title, content, className = "") {
    return h("section", { class: `hk-stuck-part ${className}`, tabindex: "-1", "aria-label": title }, h("h4", { class: "hk-stuck-title" }, title), content);
  }

  function questionOf(question, earlier) {
    const state = {
      waiting: [symbol("…"), say("stuck_waiting", { when: ago(question.asked_at) })],
      answered: [symbol("✓"), say("stuck_answered")],
      closed: [symbol("–"), say("stuck_closed")],
    }[question.state];
    const name = `hk-again-${question.id}`;
    const again = () => write({ ask: (words) => ask("still_stuck", { id: question.id, words }), open: `.${name}` });
    const settle = () => act(() => ask("settled", { id: question.id }), say("stuck_settled"));
    return box(
      earlier ? say("stuck_earlier", { number: question.number }) : say("stuck_yours"),
      [
        h("p", { class: `hk-stuck-state hk-stuck-${question.state}` }, state),
        (earlier || question.line) && h("p", { class: "hk-note" }, prose(question.title), question.line && ` · ${say("stuck_line", { line: question.line })}`),
        question.words && h("blockquote", { class: "hk-stuck-quote" }, question.words),
        question.answers.map(answerOf),
        h(
          "div",
          { class: "hk-notice-actions" },
          question.state === "waiting"
            ? h("button", { type: "button", class: "hk-button", onclick: settle }, say("stuck_settle"))
            : h("button", { type: "button", class: `hk-button ${name}`, onclick: again }, say("stuck_again")),
        ),
      ],
      "hk-stuck-question",
    );
  }

  function answerOf(answer) {
    const said = h("span", { class: "hk-note", role: "status" }, answer.helped === null ? "" : say(answer.helped ? "stuck_helped_said" : "stuck_not_helped_said"));
    const buttons = [true, false].map((helped) =>
      h(
        "button",
        { type: "button", class: "hk-button hk-small-button", "aria-pressed": String(answer.helped === helped), onclick: () => vote(helped) },
        say(helped ? "stuck_helped" : "stuck_not_helped"),
      ),
    );
    async function vote(helped) {
      try {
        await ask("vote", { id: answer.id, helped });
        answer.helped = helped;
        buttons.forEach((button, i) => button.setAttribute("aria-pressed", String((i === 0) === helped)));
        fill(said, say(helped ? "stuck_helped_said" : "stuck_not_helped_said"));
      } catch (error) {
        showNotice(trouble, noticeOf(problemOf(error), () => vote(helped)));
      }
    }
    return h("div", { class: "hk-said" }, by(answer, answer.edited_at && say("stuck_edited")), written(answer.passages), h("div", { class: "hk-said-vote" }, buttons, said));
  }

  return {
    element,
    show,
    stop() {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", lookAgain);
      shown = null;
    },
  };
}

function by(said, more) {
  return h("p", { class: "hk-said-by" }, h("strong", null, said.by ?? say("stuck_somebody")), ` · ${ago(said.made_at)}`, more && ` · ${more}`);
}

function countAnswers(discussion) {
  if (!discussion) return 0;
  const questions = [discussion.question, ...discussion.earlier].filter(Boolean);
  return discussion.told.length + questions.reduce((sum, each) => sum + each.answers.length, 0);
}
