// The answers to questions: a form in the place of the editor. What is handed in and kept as a draft is JSON, by question.
import { fill, h, prose, uniqueId } from "./dom.js";
import { say } from "./text.js";

const CLOSED = { "yes-no": ["yes", "no"] };

/**
 * Read the answers that a draft holds; what cannot be read is none.
 * @param {string} text
 * @returns {Record<string, string>}
 */
export function readAnswers(text) {
  try {
    const found = JSON.parse(text);
    if (typeof found !== "object" || found === null || Array.isArray(found)) return {};
    return Object.fromEntries(Object.entries(found).map(([id, answer]) => [id, String(answer ?? "")]));
  } catch {
    return {};
  }
}

/**
 * Write answers as they are handed in: what was left empty is left out.
 * @param {Array<{id: string}>} questions
 * @param {Record<string, string>} answers
 */
export function writeAnswers(questions, answers) {
  const given = questions.map(({ id }) => [id, (answers[id] ?? "").trim()]).filter(([, answer]) => answer !== "");
  return JSON.stringify(Object.fromEntries(given), null, 2);
}

/**
 * Draw the form in `parent`; it is used as the editor is.
 * @param {{parent: HTMLElement, text: string, questions: Array<any>, label: string, onChange: (text: string) => void}} options
 */
export function createAnswers({ parent, text, questions, label, onChange }) {
  let answers = readAnswers(text);
  let before = null;
  const changed = (id, answer) => {
    answers[id] = answer;
    onChange(writeAnswers(questions, answers));
  };
  const fields = questions.map((question) => field(question, changed));
  const form = h("ol", { class: "hk-questions", "aria-label": label }, fields.map(({ item }) => item));
  fill(parent, form);
  show();

  function show() {
    for (const { id, put } of fields) put(answers[id] ?? "");
  }

  function put(newText) {
    before = answers;
    answers = readAnswers(newText);
    show();
    onChange(writeAnswers(questions, answers));
  }

  return {
    text: () => writeAnswers(questions, answers),
    focus: () => form.querySelector("input")?.focus(),
    undo: () => before && put(JSON.stringify(before)),
    replace: put,
    diagnose() {},
    jump() {},
    destroy: () => fill(parent),
  };
}

function field(question, changed) {
  const choices = CLOSED[question.type] ?? (question.choices.length > 0 ? question.choices : null);
  return choices ? choiceOf(question, choices, changed) : lineOf(question, changed);
}

function choiceOf({ id, text }, choices, changed) {
  const name = uniqueId("question");
  const buttons = choices.map((choice) => h("input", { type: "radio", name, value: choice, onchange: () => changed(id, choice) }));
  const labels = choices.map((choice, index) => h("label", { class: "hk-choice" }, buttons[index], h("span", null, prose(shown(choice)))));
  return {
    id,
    item: h("li", { class: "hk-question" }, h("fieldset", null, h("legend", null, prose(text)), h("div", { class: "hk-choices" }, labels))),
    put: (answer) => {
      for (const button of buttons) button.checked = button.value.toLowerCase() === answer.toLowerCase();
    },
  };
}

function lineOf({ id, text, form }, changed) {
  const ids = { input: uniqueId("answer"), form: uniqueId("form") };
  const input = h("input", {
    id: ids.input,
    class: "hk-answer",
    type: "text",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-describedby": ids.form,
    oninput: () => changed(id, input.value),
  });
  return {
    id,
    item: h(
      "li",
      { class: "hk-question" },
      h("label", { for: ids.input }, prose(text)),
      input,
      h("span", { class: "hk-answer-form", id: ids.form }, prose(form)),
    ),
    put: (answer) => {
      if (input.value.trim() !== answer) input.value = answer;
    },
  };
}

function shown(choice) {
  return choice === "yes" || choice === "no" ? say(choice) : choice;
}
