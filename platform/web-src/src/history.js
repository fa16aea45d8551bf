// What opens under the editor's toolbar: the difference from the starter, and earlier attempts. One at a time.
import { problemOf } from "./ask.js";
import { showComparison } from "./compare.js";
import { fill, h, symbol, uniqueId } from "./dom.js";
import { noticeOf, showNotice } from "./notice.js";
import { ago, has, number, say } from "./text.js";
import { createStuck } from "./stuck.js";
import { showVerdict } from "./verdict.js";

/** How an attempt in the list ended: a symbol, words and a tone; what is on its way is neither well nor badly done. */
export function endOf({ state, outcome }) {
  if (state === "failed") return { mark: "!", tone: "neutral", words: say("outcome_none") };
  if (state !== "done") return { mark: "…", tone: "neutral", words: say("history_under_way") };
  const key = `outcome_${outcome}`;
  const tone = outcome === "passed" ? "passed" : outcome === "lesson_broken" ? "neutral" : "failed";
  return { mark: { passed: "✓", failed: "✕", neutral: "!" }[tone], tone, words: say(has(key) ? key : "outcome_none") };
}

/**
 * @param {{ask: Function, starter: string, compares: boolean, text: () => string, restore: (attempt: any) => void,
 *          jump: (line: number, column: number) => void, editorPlace: HTMLElement, focusEditor: () => void}} options
 *        `editorPlace` gives way to what is open
 * @returns the `tools` for the toolbar, the `place` under it, and `close`
 */
export function createHistory({ ask, starter, compares, text, restore, jump, editorPlace, focusEditor }) {
  const ids = { place: uniqueId("history") };
  const title = h("h4", { class: "hk-side-title", tabindex: "-1" });
  const content = h("div", { class: "hk-side-content" });
  const closing = h("button", { type: "button", class: "hk-tool", onclick: () => close() }, say("side_close"));
  const place = h(
    "div",
    { class: "hk-side", id: ids.place, role: "group", hidden: true, onkeydown: keyPressed },
    h("div", { class: "hk-side-head" }, title, closing),
    content,
  );
  const tools = {
    compare: tool("compare", say("compare"), say("compare_help"), showDifference),
    history: tool("history", say("history"), say("history_help"), showAttempts),
  };
  const talks = [];
  let open = null;

  function tool(name, label, help, show) {
    return h(
      "button",
      {
        type: "button",
        class: "hk-tool hk-tool-toggle",
        title: help,
        "aria-expanded": "false",
        "aria-controls": ids.place,
        onclick: () => (open === name ? close() : openAs(name, show)),
      },
      label,
    );
  }

  function openAs(name, show) {
    open = name;
    for (const [each, button] of Object.entries(tools)) button.setAttribute("aria-expanded", String(each === name));
    place.hidden = false;
    editorPlace.hidden = true;
    show();
    title.focus();
  }

  function close() {
    if (!open) return;
    const button = tools[open];
    const inside = place.contains(document.activeElement);
    open = null;
    button.setAttribute("aria-expanded", "false");
    place.hidden = true;
    editorPlace.hidden = false;
    fill(content);
    for (const talk of talks.splice(0)) talk.stop();
    if (inside) button.focus();
  }

  function keyPressed(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  }

  function named(words) {
    fill(title, words);
    place.setAttribute("aria-label", words);
  }

  function showDifference() {
    named(say("compare_title"));
    showComparison(content, {
      original: starter,
      text: text(),
      from: say("the_starter"),
      to: say("your_text"),
      same: say("compare_same"),
    });
  }

  async function showAttempts() {
    named(say("history_title"));
    const list = h("ol", { class: "hk-attempts" });
    const foot = h("div", { class: "hk-side-foot" });
    fill(content, list, foot);
    await more(null);

    async function more(cursor) {
      const trouble = h("div");
      fill(foot, h("p", { class: "hk-note", role: "status" }, say("history_loading")));
      try {
        const page = await ask("attempts", { cursor });
        const items = page.items.map(attemptItem);
        list.append(...items);
        fill(
          foot,
          list.children.length === 0 && h("p", { class: "hk-compare-same" }, say("history_none")),
          page.next &&
            h("button", { type: "button", class: "hk-button", onclick: () => more(page.next) }, say("history_more")),
        );
        if (cursor) items[0]?.querySelector("button")?.focus(); // the button that was pressed is gone
      } catch (error) {
        fill(foot, trouble);
        showNotice(trouble, noticeOf(problemOf(error), () => more(cursor)));
      }
    }
  }

  function attemptItem(attempt) {
    const end = endOf(attempt);
    const more = h("div", { class: "hk-attempt-more", hidden: true });
    const button = h(
      "button",
      { type: "button", class: "hk-attempt-line", "aria-expanded": "false", onclick: toggle },
      symbol(end.mark, `hk-end hk-end-${end.tone}`),
      h("span", { class: "hk-attempt-number" }, say("attempt_number", { number: attempt.number })),
      h("span", { class: "hk-attempt-end" }, end.words),
      h(
        "span",
        { class: "hk-attempt-score" },
        attempt.score !== null && say("score", { score: number(attempt.score), max: number(attempt.max_score) }),
      ),
      h("time", { class: "hk-attempt-when", datetime: attempt.created_at, title: fullTime(attempt.created_at) }, ago(attempt.created_at)),
    );

    async function toggle() {
      const opens = more.hidden;
      button.setAttribute("aria-expanded", String(opens));
      more.hidden = !opens;
      if (!opens) return;
      fill(more, h("p", { class: "hk-note", role: "status" }, say("history_loading")));
      try {
        showAttempt(more, await ask("attempt", { id: attempt.id }));
      } catch (error) {
        const trouble = h("div");
        fill(more, trouble);
        showNotice(trouble, noticeOf(problemOf(error), () => {
          more.hidden = true;
          toggle();
        }));
      }
    }

    return h("li", { class: "hk-attempt" }, button, more);
  }

  function showAttempt(parent, attempt) {
    const verdict = h("div", { class: "hk-attempt-verdict" });
    const difference = h("div");
    const stuck = createStuck({ ask });
    const mine = text();
    const goTo = (line, column) => {
      close();
      jump(line, column);
    };
    showVerdict(verdict, { ...attempt, finished_at: null }, { fresh: false, jump: attempt.source === mine ? goTo : null });
    const kept = attempt.source !== "";
    if (!kept) fill(difference, h("p", { class: "hk-compare-same" }, say("history_forgotten")));
    else if (compares) {
      showComparison(difference, {
        original: mine,
        text: attempt.source,
        from: say("your_text"),
        to: say("attempt_number", { number: attempt.number }),
        same: say("history_same"),
      });
    }
    fill(
      parent,
      kept &&
        attempt.source !== mine &&
        h(
          "div",
          { class: "hk-notice-actions" },
          h(
            "button",
            {
              type: "button",
              class: "hk-button hk-primary",
              onclick: () => {
                close();
                restore(attempt);
                focusEditor();
              },
            },
            say("history_restore"),
          ),
        ),
      difference,
      attempt.regraded.map((each) => h("p", { class: "hk-note" }, regradedWords(each))),
      verdict,
      stuck.element,
    );
    stuck.show(attempt);
    talks.push(stuck);
  }

  return { tools: [compares && tools.compare, tools.history], place, close };
}

/** That an attempt was graded again: when, what its points became, and why. */
export function regradedWords({ at, old_score, new_score, reason }) {
  return say("regraded_note", { when: fullTime(at), old: number(old_score), new: number(new_score), reason }).trim();
}

function fullTime(isoDate) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { dateStyle: "medium", timeStyle: "short" });
  return format.format(new Date(isoDate));
}
