// The exercise panel: one view on one exercise. It joins the parts and talks to the kernel through the widget's model.
import { createAnswers } from "./answers.js";
import { createTracing } from "./debugger/panel.js";
import { createAsk } from "./ask.js";
import { showList } from "./diagnostics.js";
import { fill, h, prose, symbol, uniqueId } from "./dom.js";
import { browserStorage, createDraft, draftStorage } from "./draft.js";
import { createEditor } from "./editor.js";
import { showGiven } from "./given.js";
import { createHistory } from "./history.js";
import { createStuck } from "./stuck.js";
import { createLadder, points, takenFrom } from "./ladder.js";
import { createLine } from "./line.js";
import { noticeOf, showNotice } from "./notice.js";
import { number, say, ago } from "./text.js";
import { canTry, createTrying, whyNot } from "./trying.js";
import { isUnderWay, outcomeOf, showVerdict, stageOf, tasksDone } from "./verdict.js";

const DIAGNOSE_AFTER_MS = 400;
const KERNEL_ANSWERS_WITHIN_MS = 10000;
const LOOK_AGAIN_AFTER_MS = 5000;
const CODE_SIZES = [0.75, 0.8125, 0.875, 1, 1.125, 1.25, 1.5];
const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/**
 * Draw the panel into `el` and keep it; answers what takes it away again.
 * @param {{get: (name: string) => any, on: Function, off: Function, send: (message: any) => void}} kernelModel
 * @param {HTMLElement} el
 */
export function createPanel(kernelModel, el) {
  const notice = h("div", { hidden: true, role: "status" });
  const body = h("div", { class: "hk-body" }, h("p", { class: "hk-loading" }, say("loading")));
  // JupyterLab would take keys for its own commands (Ctrl+Enter runs the cell, "a" on a button adds one) unless the
  // very element that has the focus tells it not to.
  const leaveKeys = (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true");
  const root = h("section", { class: "hk hk-exercise", onfocusin: leaveKeys }, notice, body);
  el.replaceChildren(root);
  const model = createLine(kernelModel, {
    element: root,
    away() {
      clearTimeout(patience);
      workbench?.away();
    },
    back() {
      open();
      workbench?.back();
    },
  });

  let workbench = null;
  let openedAt = 0;
  let patience = null;

  function open() {
    if (!model.isOpen()) return;
    openedAt = Date.now();
    showNotice(notice, null);
    clearTimeout(patience);
    patience = setTimeout(
      () => showNotice(notice, noticeOf({ kind: "kernel" }, open)),
      KERNEL_ANSWERS_WITHIN_MS,
    );
    model.send({ type: "open", key: randomKey() });
  }

  function onContent() {
    clearTimeout(patience);
    const content = model.get("content");
    if (content.state === "problem") {
      if (!workbench) fill(body);
      showNotice(notice, noticeOf(content.problem, open));
      return;
    }
    if (content.state !== "ready") return;
    showNotice(notice, null);
    if (workbench) workbench.refresh(content);
    else workbench = createWorkbench(model, root, body, content);
  }

  const onAttempt = () => workbench?.attemptChanged();
  const onMessage = (message) => workbench?.received(message);
  function onVisibility() {
    if (document.visibilityState === "hidden") workbench?.leave();
    else if (Date.now() - openedAt > LOOK_AGAIN_AFTER_MS) open(); // begun here, gone on elsewhere, back again
  }

  model.on("change:content", onContent);
  model.on("change:attempt", onAttempt);
  model.on("msg:custom", onMessage);
  document.addEventListener("visibilitychange", onVisibility);
  open();

  return () => {
    model.close();
    document.removeEventListener("visibilitychange", onVisibility);
    clearTimeout(patience);
    workbench?.destroy();
  };
}

/** The panel once the exercise is known: tasks, editor, problems, verdict. */
function createWorkbench(model, root, body, content) {
  const { exercise, user } = content;
  const asks = (exercise.questions ?? []).length > 0;
  const helped = (exercise.language ?? "solidity") === "solidity";
  const ids = { title: uniqueId("title"), keys: uniqueId("keys") };
  root.setAttribute("aria-labelledby", ids.title);

  let items = [];
  let diagnosed = 0;
  let diagnoseTimer = null;
  let pending = null; // the key of a check the kernel has not taken up yet
  let pendingTimer = null;
  let lastTry = null; // {key, source}: tried again with the same key, it stays one attempt
  let checkedText = null;
  let shownKey = null;
  let savedState = null;
  let passedBefore = exercise.progress.state === "passed";
  let bestGas = exercise.progress.best_gas ?? null;

  const asking = createAsk({ send: (message) => model.send(message), key: randomKey });
  const stuck = createStuck({ ask: asking.ask });
  const help = createLadder({ ask: asking.ask, text: () => editor.text(), compares: !asks, changed: showTaken });

  // Head
  const badge = h("span", { class: "hk-badge", hidden: true }, symbol("✓"), say("passed"));
  const tasks = exercise.tasks.map((task) => {
    const done = h("span", { class: "hk-hidden" });
    const mark = h("span", { class: "hk-task-number", "aria-hidden": "true" }, String(task.number));
    return { ...task, mark, done, item: h("li", { class: "hk-task" }, mark, h("span", null, prose(task.text), done)) };
  });

  // Toolbar and editor
  const saved = h("span", { class: "hk-saved" });
  const brief = h("span", { class: "hk-brief", role: "status" });
  const editorPlace = h("div", { class: "hk-editor" });
  const draftNotice = h("div", { hidden: true, role: "status" });
  const problemsLabel = h("h4", { class: "hk-label" });
  const problemsList = h("ul", { class: "hk-problems-list" });
  const problems = h("div", { class: "hk-problems", hidden: true }, problemsLabel, problemsList);

  // Check and verdict
  const checkLabel = h("span", null, say("check"));
  const checkButton = h(
    "button",
    { type: "button", class: "hk-button hk-primary hk-check-button", onclick: check, "aria-keyshortcuts": "Control+Enter Meta+Enter" },
    checkLabel,
    h("kbd", { class: "hk-kbd", "aria-hidden": "true" }, IS_MAC ? "⌘ Enter" : say("check_keys")),
  );
  const status = h("p", { class: "hk-status hk-hidden", role: "status" });
  const keys = h("p", { class: "hk-keys", id: ids.keys }, say(asks ? "answers_keys" : "editor_keys"), helped && !asks && ` ${say("words_keys")}`);
  const actions = h("div", { class: "hk-actions" }, checkButton, status, keys);
  const bar = h("div", { class: "hk-bar-done" });
  const progress = h("div", { class: "hk-bar", "aria-hidden": "true", hidden: true }, bar);
  const trouble = h("div", { hidden: true });
  const stale = h("p", { class: "hk-note", hidden: true }, say("stale"));
  const taken = h("p", { class: "hk-note hk-taken", role: "status", hidden: true });
  const verdict = h("div", { class: "hk-verdict", role: "group", "aria-label": say("results_label"), hidden: true });

  const tracing = createTracing(model);
  const past = createHistory({
    ask: asking.ask,
    starter: exercise.starter,
    compares: !asks,
    text: () => editor.text(),
    restore: restoreAttempt,
    jump: (line, column) => editor.jump(line, column),
    editorPlace,
    focusEditor: () => editor.focus(),
  });

  fill(
    body,
    h(
      "header",
      { class: "hk-head" },
      h(
        "p",
        { class: "hk-eyebrow" },
        say("exercise"),
        " · ",
        exercise.max_score === 1 ? say("point") : say("points", { points: number(exercise.max_score) }),
        badge,
      ),
      h("h3", { class: "hk-title", id: ids.title }, exercise.title),
      h("ol", { class: "hk-tasks" }, tasks.map((task) => task.item)),
    ),
    draftNotice,
    showGiven(exercise.shown ?? {}, { open: asks }),
    h(
      "div",
      { class: asks ? "hk-card hk-asking" : "hk-card" },
      h(
        "div",
        { class: "hk-toolbar" },
        h("span", { class: "hk-file" }, fileName(exercise)),
        saved,
        brief,
        h("span", { class: "hk-space" }),
        !asks && sizeButton("A−", say("font_smaller"), -1),
        !asks && sizeButton("A+", say("font_larger"), 1),
        h("button", { type: "button", class: "hk-tool", title: say("reset_help"), onclick: reset }, say("reset")),
        past.tools,
      ),
      past.place,
      editorPlace,
      problems,
    ),
    actions,
    progress,
    trouble,
    stale,
    verdict,
    stuck.element,
    tracing.place,
    taken,
    help.element,
  );

  const draft = createDraft({
    storage: draftStorage(`hk-draft:${user}:${exercise.id}`),
    send: (message) => model.send(message),
    show: showSaved,
  });
  const begun = draft.begin(content.draft, exercise.starter);
  const editor = asks
    ? createAnswers({
        parent: editorPlace,
        text: begun.text,
        questions: exercise.questions,
        label: say("answers"),
        onChange: typed,
      })
    : createEditor({
        parent: editorPlace,
        text: begun.text,
        label: say("editor_label", { title: exercise.title }),
        describedBy: ids.keys,
        given: helped ? Object.values(exercise.shown ?? {}) : null,
        yul: exercise.language === "yul",
        onChange: typed,
        onCheck: check,
        onSave: () => draft.flush(),
      });
  root.addEventListener("keydown", keyPressed);
  const trying = canTry(exercise) ? createTrying({ exercise, user, source: editor.text, send: (message) => model.send(message), reveal: bringIntoView, debug: tracing.openStep }) : null;
  if (trying) actions.before(trying.element);

  if (begun.restored) showBrief(say("restored"));
  showDone(exercise.progress.state === "passed", null);
  resize(0);
  diagnoseSoon();
  if (!isUnderWay(model.get("attempt"))) shownKey = model.get("attempt").key; // seen before, on an earlier page
  attemptChanged();

  function keyPressed(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) {
      event.preventDefault();
      check();
    }
  }

  function typed(text) {
    draft.changed(text);
    showBrief(null);
    diagnoseSoon();
    trying?.sourceChanged();
    stale.hidden = checkedText === null || checkedText === text;
  }

  // What the compiler says while one types: after a pause, and only the newest answer counts.
  function diagnoseSoon() {
    clearTimeout(diagnoseTimer);
    diagnoseTimer = setTimeout(() => {
      diagnosed += 1;
      model.send({ type: "diagnose", seq: diagnosed, source: editor.text() });
    }, DIAGNOSE_AFTER_MS);
  }

  function showItems(newItems) {
    items = newItems;
    editor.diagnose(items);
    problems.hidden = items.length === 0;
    fill(problemsLabel, say("problems_count", { count: items.length }));
    showList(problemsList, items, goTo);
  }

  function reset() {
    if (editor.text() === exercise.starter) {
      showBrief(say("reset_nothing"));
      return;
    }
    past.close();
    editor.replace(exercise.starter);
    showBrief(say("reset_done"), { label: say("undo"), run: () => editor.undo() });
  }

  function restoreAttempt(attempt) {
    editor.replace(attempt.source);
    showBrief(say("history_restored", { number: attempt.number }), { label: say("undo"), run: () => editor.undo() });
  }

  /** Say what help took from the attempt that is shown. */
  function showTaken(found) {
    const attempt = model.get("attempt");
    const what = attempt.report ? takenFrom(found, attempt) : null;
    taken.hidden = !what;
    fill(
      taken,
      what && (what.practice ? say("practice") : say("hints_took", { points: points(what.took), score: number(what.left) })),
    );
  }

  function sizeButton(label, help, by) {
    const more = h("span", { class: "hk-hidden" }, ` ${help}`);
    return h("button", { type: "button", class: "hk-tool", title: help, onclick: () => resize(by) }, label, more);
  }

  function resize(by) {
    const store = browserStorage("hk-code-size");
    const now = CODE_SIZES.indexOf(store.read());
    const index = Math.min(Math.max((now < 0 ? 2 : now) + by, 0), CODE_SIZES.length - 1);
    if (by) store.write(CODE_SIZES[index]);
    root.style.setProperty("--hk-code-size", `${CODE_SIZES[index]}rem`);
  }

  function showBrief(text, action) {
    fill(
      brief,
      text,
      action && [
        " ",
        h(
          "button",
          {
            type: "button",
            class: "hk-link",
            onclick: () => {
              action.run();
              showBrief(null);
              editor.focus();
            },
          },
          action.label,
        ),
      ],
    );
  }

  function showSaved(state, details) {
    if (state === savedState && state !== "conflict") return;
    savedState = state;
    const marks = { saved: "✓", saving: "…", local: "!", conflict: "!" };
    const texts = { saved: "saved", saving: "saving", local: "local", conflict: "conflicted" };
    saved.className = `hk-saved hk-saved-${state}`;
    saved.title = state === "local" ? say("local_help", { reason: details?.message ?? "" }).trim() : "";
    fill(saved, symbol(marks[state]), say(texts[state]));
    if (state !== "conflict") {
      showNotice(draftNotice, null);
      return;
    }
    const choose = (choice, message) => () => {
      const text = draft.resolve(choice);
      showNotice(draftNotice, null);
      if (text !== null) editor.replace(text);
      if (message) showBrief(message, { label: say("undo"), run: () => editor.undo() });
      editor.focus();
    };
    showNotice(draftNotice, {
      title: say("conflict_title"),
      text: say("conflict_text", { when: details.updated_at ? ago(details.updated_at) : "" }),
      tone: "plain",
      actions: [
        { label: say("conflict_keep"), run: choose("mine", null) },
        { label: say("conflict_load"), run: choose("other", say("conflict_loaded")) },
      ],
    });
    bringIntoView(draftNotice);
  }

  function check() {
    if (pending || isUnderWay(model.get("attempt"))) return;
    const source = editor.text();
    const again = lastTry && lastTry.source === source;
    lastTry = again ? lastTry : { key: randomKey(), source };
    pending = lastTry.key;
    checkedText = source;
    draft.flush();
    showAttempt({ state: "sending", key: pending });
    bringIntoView(actions);
    send();
  }

  function send() {
    clearTimeout(pendingTimer);
    if (!model.isOpen()) return; // `back` sends it, however long that takes
    pendingTimer = setTimeout(() => {
      const key = pending;
      pending = null;
      showAttempt({ state: "problem", key, problem: { kind: "kernel" } });
    }, KERNEL_ANSWERS_WITHIN_MS);
    model.send({ type: "check", key: pending, source: checkedText });
  }

  function attemptChanged() {
    const attempt = model.get("attempt");
    if (pending && attempt.key !== pending) return;
    pending = null;
    clearTimeout(pendingTimer);
    showAttempt(attempt);
  }

  function showAttempt(attempt) {
    const busy = isUnderWay(attempt);
    checkButton.setAttribute("aria-disabled", String(busy));
    fill(checkLabel, busy ? say("checking") : say("check"));
    status.classList.toggle("hk-hidden", !busy);
    progress.hidden = !busy;
    root.classList.toggle("hk-busy", busy);
    if (busy) {
      const { text, share } = stageOf(attempt);
      fill(status, text);
      bar.style.transform = `scaleX(${share})`;
      stale.hidden = true;
      showNotice(trouble, null);
      return;
    }
    if (attempt.state === "problem") {
      const shown = noticeOf(attempt.problem, check);
      fill(status, shown.title);
      showNotice(trouble, shown);
      return;
    }
    if (attempt.state !== "done" && attempt.state !== "failed") return;
    const fresh = shownKey !== attempt.key && !attempt.earlier;
    shownKey = attempt.key;
    const lastKey = lastTry?.key;
    if (fresh) lastTry = null; // the next check of the same text is an attempt of its own
    showNotice(trouble, null);
    verdict.hidden = false;
    stuck.show(attempt);
    tracing.close();
    const step = exercise.kind === "contract" && attempt.id && ((check) => tracing.open(attempt, check));
    const tryThis = trying && Object.assign((failed) => trying.open(failed.steps, failed.title), { why: whyNot(exercise) });
    const passes = attempt.report?.outcome === "passed";
    const first = fresh && passes && !passedBefore && !exercise.progress.given_up && !help.gaveUp();
    showVerdict(verdict, attempt, { fresh, jump: goTo, step, tryThis, first, bestGas });
    passedBefore ||= passes;
    bestGas = Math.min(bestGas ?? Infinity, attempt.report?.gas_score?.used ?? Infinity);
    if (bestGas === Infinity) bestGas = null;
    taken.hidden = true;
    if (attempt.report) help.refresh();
    if (fresh && attempt.key === lastKey) bringIntoView(verdict.firstElementChild);
    const { title, text } = outcomeOf(attempt);
    fill(status, fresh ? [`${title}. `, text] : "");
    checkedText = attempt.source ?? checkedText;
    stale.hidden = checkedText === null || editor.text() === checkedText;
    if (!attempt.report || attempt.earlier) return;
    showDone(attempt.report.outcome === "passed", attempt.report);
    if (stale.hidden && attempt.report.diagnostics.length > 0) showItems(attempt.report.diagnostics);
  }

  function goTo(line, column) {
    past.close();
    editor.jump(line, column);
  }

  function showDone(passed, report) {
    if (passed) badge.hidden = false;
    const done = tasksDone(report);
    for (const task of tasks) {
      const finished = done.has(task.number) || (passed && !report);
      task.item.classList.toggle("hk-task-done", finished);
      fill(task.mark, finished ? "✓" : String(task.number));
      fill(task.done, finished && ` (${say("task_done")})`);
    }
  }

  return {
    attemptChanged,
    refresh(newContent) {
      const text = draft.refreshed(newContent.draft);
      if (text !== null) editor.replace(text);
    },
    received(message) {
      if (message.type === "answer") {
        asking.received(message);
      } else if (message.type === "diagnostics") {
        if (message.seq === diagnosed) showItems(message.items);
      } else if (message.type === "traced") {
        tracing.received(message);
      } else if (message.type === "tried") {
        trying?.received(message);
      } else if (["saved", "unsaved", "conflict"].includes(message.type)) {
        draft[message.type](message);
      }
    },
    leave: () => draft.flush(),
    /** The line to the kernel is lost. A check that is on its way waits for it. */
    away() {
      clearTimeout(pendingTimer);
      draft.away();
    },
    /** The line is there again, perhaps to another kernel, which knows nothing of what was asked before. */
    back() {
      draft.back();
      diagnoseSoon();
      if (!lastTry || !root.classList.contains("hk-busy")) return;
      pending = lastTry.key; // with the same key it stays one attempt, wherever it had got to
      send();
    },
    destroy() {
      clearTimeout(diagnoseTimer);
      clearTimeout(pendingTimer);
      root.removeEventListener("keydown", keyPressed);
      draft.flush();
      draft.stop();
      tracing.destroy();
      stuck.stop();
      past.close();
      asking.stop();
      trying?.destroy();
      editor.destroy();
    },
  };
}

/** Name what is written as a file would be, by its language. */
function fileName({ questions, contract, language }) {
  if (questions?.length > 0) return say("answers");
  const ending = { solidity: "sol", yul: "yul", hex: "hex", json: "json" }[language] ?? "txt";
  return `${contract ?? "Contract"}.${ending}`;
}

/** Scroll just as far as needed; the keyboard stays where it is. */
function bringIntoView(element) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "nearest", behavior: still ? "instant" : "smooth" });
}

/** 128 random bits; `crypto.randomUUID` exists only on https and localhost. */
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
