// Help with an exercise: hints one rung at a time, what each costs said first, and the solution, passed or given up for.
import { problemOf } from "./ask.js";
import { showComparison } from "./compare.js";
import { fill, h, prose, symbol, uniqueId } from "./dom.js";
import { createReader } from "./editor.js";
import { noticeOf, showNotice } from "./notice.js";
import { number, say } from "./text.js";

/** "1 point", "0.5 points". */
export function points(value) {
  return value === 1 ? say("point") : say("points", { points: number(value) });
}

/** What the next hint costs, in a few words. */
export function priceOf({ next_cost: cost }) {
  return cost > 0 ? say("hint_price", { points: points(cost) }) : say("hint_free");
}

/** The most that an attempt after the next hint can earn. */
export function mostAfter({ max_score: most, cost, next_cost: next }) {
  return Math.max(0, most - cost - next);
}

/** What help took from an attempt that reached so many points: all of them in practice; null where it took nothing. */
export function takenFrom(help, { number: attempt, report }) {
  if (help.practice_from !== null && attempt >= help.practice_from) return { practice: true };
  const before = help.hints.filter((hint) => hint.from_attempt <= attempt);
  const took = Math.min(report.score, before.reduce((sum, hint) => sum + hint.cost, 0));
  return took > 0 ? { practice: false, took, left: report.score - took } : null;
}

/**
 * @param {{ask: Function, text: () => string, compares: boolean, changed: (help: any) => void}} options
 *        `changed` hears of the help each time it was fetched
 * @returns the `element`, `refresh`, for when an attempt is over, and `gaveUp`, so far as is known here
 */
export function createLadder({ ask, text, compares, changed = () => {} }) {
  const ids = { title: uniqueId("help") };
  const label = h("span", { class: "hk-help-title", id: ids.title }, say("help_title"));
  const aside = h("span", { class: "hk-help-aside" });
  const content = h("div", { class: "hk-help-content" });
  const trouble = h("div", { hidden: true });
  const told = h("p", { class: "hk-hidden", role: "status" });
  const element = h(
    "details",
    { class: "hk-help", ontoggle: () => element.open && load() },
    h("summary", null, label, aside),
    h("div", { class: "hk-help-body" }, trouble, content, told),
  );
  let help = null;
  let solution = null;
  let drawn = null; // what is shown: the same again is not drawn again, so that a question that stands open stays

  async function load() {
    if (!drawn) fill(content, h("p", { class: "hk-note" }, say("help_loading")));
    await fetched(() => ask("help"), load);
  }

  /** Ask, and draw what comes; trouble says what it is and tries again. */
  async function fetched(question, again) {
    try {
      const found = await question();
      showNotice(trouble, null);
      help = found;
      changed(help);
      show();
      return true;
    } catch (error) {
      if (!drawn) fill(content);
      const problem = problemOf(error);
      showNotice(trouble, noticeOf(problem, again));
      return false;
    }
  }

  function show() {
    const found = JSON.stringify([help, solution]);
    if (found === drawn) return;
    drawn = found;
    const taken = help.hints.length;
    fill(aside, help.rungs > 0 && say("hints_taken", { taken, rungs: help.rungs }), help.cost > 0 && ` · ${say("hints_cost", { points: points(help.cost) })}`);
    fill(
      content,
      help.rungs === 0 && h("p", { class: "hk-note" }, say("hints_none")),
      taken > 0 && h("ol", { class: "hk-rungs" }, help.hints.map(rung)),
      help.next_cost !== null && nextHint(),
      help.rungs > 0 && help.next_cost === null && !help.solution_open && h("p", { class: "hk-note" }, say("hints_all")),
      solutionPart(),
    );
  }

  function rung(hint) {
    return h(
      "li",
      { class: "hk-rung", tabindex: "-1" },
      h("span", { class: "hk-rung-number", "aria-hidden": "true" }, String(hint.rung)),
      h("div", { class: "hk-rung-body" }, h("p", null, prose(hint.text)), hint.cost > 0 && h("p", { class: "hk-note" }, say("hint_cost", { points: points(hint.cost) }))),
    );
  }

  function nextHint() {
    const next = help.hints.length + 1;
    const place = h("div", { class: "hk-next" });
    const offer = () =>
      fill(
        place,
        h(
          "button",
          { type: "button", class: "hk-button", onclick: () => (help.next_cost > 0 ? confirm() : take()) },
          say("hint_show", { number: next }),
        ),
        h("span", { class: "hk-price" }, priceOf(help)),
      );
    const confirm = () =>
      asking(place, {
        title: say("hint_confirm", { number: next, points: points(help.next_cost) }),
        text: say("hint_confirm_text", { most: number(mostAfter(help)), max: points(help.max_score) }),
        yes: say("hint_take"),
        no: say("hint_not_now"),
        run: take,
        leave: offer,
      });
    const take = async () => {
      const question = () => ask("hint", { rung: next, cost: help.next_cost });
      if (!(await fetched(question, load))) return;
      fill(told, say("hint_told", { number: next }));
      content.querySelector(".hk-rung:last-child")?.focus();
    };
    offer();
    return place;
  }

  function solutionPart() {
    const place = h("div", { class: "hk-solution" });
    if (help.given_up_at && !help.passed) place.append(h("p", { class: "hk-note" }, say("given_up_note")));
    if (help.solution_open) place.append(solution ? readSolution() : solutionButton());
    else place.append(givingUp());
    return place;
  }

  function solutionButton() {
    const read = async () => {
      await fetched(async () => {
        solution = await ask("solution");
        return help;
      }, read);
      content.querySelector(".hk-solution-title")?.focus();
    };
    return h("button", { type: "button", class: "hk-button", onclick: read }, say("solution_read"));
  }

  function readSolution() {
    const reader = h("div", { class: "hk-card" });
    const place = h("div", { class: "hk-editor hk-reader" });
    const view = (compared) => {
      fill(place);
      if (compared) {
        showComparison(place, { original: text(), text: solution.source, from: say("your_text"), to: say("the_solution"), same: say("solution_same") });
      } else createReader({ parent: place, text: solution.source.trimEnd(), label: say("solution_label") });
      button.setAttribute("aria-pressed", String(compared));
    };
    const button = h(
      "button",
      { type: "button", class: "hk-tool hk-tool-toggle", "aria-pressed": "false", onclick: () => view(button.getAttribute("aria-pressed") === "false") },
      say("solution_compare"),
    );
    reader.append(
      h(
        "div",
        { class: "hk-toolbar" },
        h("span", { class: "hk-file hk-solution-title", tabindex: "-1" }, solution.file),
        h("span", { class: "hk-given-note" }, say("solution_note")),
        h("span", { class: "hk-space" }),
        compares ? button : "",
        h(
          "button",
          {
            type: "button",
            class: "hk-tool",
            onclick: () => {
              solution = null;
              show();
              content.querySelector(".hk-solution .hk-button")?.focus();
            },
          },
          say("side_close"),
        ),
      ),
      place,
    );
    view(false);
    return reader;
  }

  function givingUp() {
    const place = h("div", { class: "hk-next" });
    const offer = () =>
      fill(place, h("button", { type: "button", class: "hk-link", onclick: confirm }, say("give_up")), h("span", { class: "hk-price" }, say("give_up_or_pass")));
    const confirm = () =>
      asking(place, {
        title: say("give_up_confirm"),
        text: say("give_up_text", { best: number(help.best_score), max: points(help.max_score) }),
        yes: say("give_up_yes"),
        no: say("give_up_no"),
        run: async () => {
          const done = await fetched(async () => {
            const found = await ask("give_up");
            solution = await ask("solution");
            return found;
          }, load);
          if (!done) return;
          fill(told, say("given_up_note"));
          content.querySelector(".hk-solution-title")?.focus();
        },
        leave: offer,
      });
    offer();
    return place;
  }

  return {
    element,
    gaveUp: () => Boolean(help?.given_up_at),
    async refresh() {
      try {
        help = await ask("help");
      } catch {
        return; // opened, it says what is the matter
      }
      changed(help);
      show();
    },
  };
}

/** Ask before what cannot be taken back: in its place, and with the keyboard on the way out that costs nothing. */
function asking(place, { title, text, yes, no, run, leave }) {
  const ids = { title: uniqueId("asking"), text: uniqueId("asking") };
  const stay = () => {
    leave();
    place.querySelector("button")?.focus();
  };
  const agree = h("button", { type: "button", class: "hk-button hk-primary", onclick: once(run) }, yes);
  const refuse = h("button", { type: "button", class: "hk-button", onclick: stay }, no);
  fill(
    place,
    h(
      "div",
      {
        class: "hk-notice hk-notice-plain hk-asking-notice",
        role: "group",
        "aria-labelledby": ids.title,
        "aria-describedby": ids.text,
        onkeydown: (event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          stay();
        },
      },
      symbol("?"),
      h(
        "div",
        { class: "hk-notice-body" },
        h("p", { class: "hk-notice-title", id: ids.title }, title),
        h("p", { class: "hk-notice-text", id: ids.text }, text),
        h("div", { class: "hk-notice-actions" }, agree, refuse),
      ),
    ),
  );
  refuse.focus();
}

function once(run) {
  let done = false;
  return async (event) => {
    if (done) return;
    done = true;
    event.currentTarget.setAttribute("aria-disabled", "true");
    await run();
  };
}
