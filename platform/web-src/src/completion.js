// Completion as one types. It offers what can stand at the cursor, what is nearest first, and nothing where a new name,
// a comment or a text is written.
import {
  acceptCompletion,
  autocompletion,
  clearSnippet,
  closeCompletion,
  completionStatus,
  moveCompletionSelection,
  nextSnippetField,
  prevSnippetField,
  selectedCompletion,
  selectedCompletionIndex,
  snippet,
  startCompletion,
} from "@codemirror/autocomplete";
import { Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";

import { pageOf, pageOfName, showPage } from "./explain.js";
import { DOC_TAGS, ENTRIES, FUNCTIONS, GLOBALS, TYPES, UNITS, WORDS_OF } from "./language.js";
import { openzeppelin } from "./openzeppelin.js";
import { membersOf, valueBefore, visibleAt } from "./scope.js";
import { say } from "./text.js";
import { quietAt, scopeAt } from "./words.js";
import { completeYul } from "./yul.js";

const NAMES_FOLLOW = new Set("function contract interface library struct enum event error modifier pragma import as".split(" "));
const TYPE_KINDS = new Set("contract interface struct enum type imported".split(" "));
const REFERENCE = /^(string|bytes|mapping)$/;
const SPECIFIER = /^(public|private|internal|external|constant|immutable|transient|memory|storage|calldata|payable|indexed|override)$/;
const READ_AFTER_MS = 75;
const BOOSTS = [40, 30, 25, 15];

const SNIPPETS = {
  file: { contract: "contract ${Name} {\n\t${}\n}", interface: "interface ${IName} {\n\t${}\n}", library: "library ${Name} {\n\t${}\n}" },
  contract: {
    function: "function ${name}(${}) external {\n\t${}\n}",
    constructor: "constructor(${}) {\n\t${}\n}",
    modifier: "modifier ${name}() {\n\t${}\n\t_;\n}",
    event: "event ${Name}(${address indexed from});",
    error: "error ${Name}(${address caller});",
    struct: "struct ${Name} {\n\t${uint256 amount};\n}",
    enum: "enum ${Name} {\n\t${First},\n\t${Second}\n}",
    mapping: "mapping(${address} => ${uint256}) public ${name};",
    receive: "receive() external payable {\n\t${}\n}",
  },
  code: {
    require: 'require(${condition}, "${message}");',
    for: "for (uint256 ${i} = 0; ${i} < ${count}; ${i}++) {\n\t${}\n}",
    if: "if (${condition}) {\n\t${}\n}",
    while: "while (${condition}) {\n\t${}\n}",
    try: "try ${call} {\n\t${}\n} catch {\n\t${}\n}",
  },
};

/**
 * What can stand at `at`.
 * @param {any} project what `project` of scope.js gives
 * @param {number} at
 * @param {boolean} explicit whether it was asked for, rather than typed on
 * @returns {{from: number, options: import("@codemirror/autocomplete").Completion[]} | null}
 */
export function complete(project, at, explicit, library = openzeppelin()) {
  const { text, tokens } = project;
  const quiet = quietAt(project, at);
  if (quiet) return quiet.kind === "doc" ? inDoc(project, quiet, at) : quiet.kind === "string" ? inImport(project, quiet, at, library) : null;
  const typed = /[A-Za-z_$][\w$]*$/.exec(text.slice(Math.max(0, at - 200), at))?.[0] ?? "";
  const from = at - typed.length;
  if (/[\w"']/.test(text[from - 1] ?? "")) return null;
  let last = tokens.findLastIndex(({ to }) => to <= from);
  const before = tokens[last]?.text;
  const answer = (options) => (options?.length ? { from, options, validFor: /^[\w$]*$/ } : null);

  if (before === ".") {
    const now = valueBefore(project, last - 1, from);
    return answer(now && membersOf(project, now, from).map((member, i) => memberOption(project, member, text[at], Math.max(20 - i, 0))));
  }
  if (!typed && !explicit) return null;
  const scope = scopeAt(project.root, at);
  if (scope.kind === "assembly") {
    const seen = visibleAt(project, scope.from).filter(({ name }) => IN_YUL.has(name.kind));
    return answer(completeYul(project, outermost(scope), from, at, seen.map(({ name }) => ({ name: name.name, detail: detailOf(name) }))));
  }
  if (scope.kind === "enum") return null;
  if (scope.kind === "file" && importing(tokens, last)) return answer(importable(project, last, at, library));
  const seen = () => visibleAt(project, at);
  const names = (kinds, more) =>
    seen().filter(({ name }) => kinds.has(name.kind)).map((each) => nameOption(project, each, text[at], more));

  if (before === "emit") return answer(names(new Set(["event", "imported"])));
  if (before === "revert") return answer(names(new Set(["error", "imported"])));
  if (before === "is") return answer(names(new Set(["contract", "interface", "imported"]), { plain: true }));
  if (before === "using") return answer(names(new Set(["library", "imported"]), { plain: true }));
  if (before === "new") return answer([...names(new Set(["contract", "imported"])), ...words(TYPES)]);
  if (NAMES_FOLLOW.has(before)) return null;
  if (tokens[last]?.kind === "number" && !text.slice(tokens[last].to, from).includes("\n")) return answer(words(UNITS));
  const types = () => [...names(TYPE_KINDS, { plain: true }), ...words(TYPES, 5)];

  const inHead = scope.kind === "head" || (scope.kind === "function" && at <= scope.body);
  const begun = statement(tokens, last);
  const open = brackets(tokens, begun, last);
  if (inHead || (open && isHead(tokens, begun))) {
    if (!brackets(tokens, inHead ? headOf(tokens, last) : begun, last))
      return answer([...words(WORDS_OF.head, 10), ...names(new Set(["modifier"]))]);
    if (before === "(" || before === ",") return answer([...types(), ...words(["mapping", "function"])]);
    return answer(words(tokens[begun]?.text === "event" ? ["indexed"] : WORDS_OF.place));
  }
  const kind = { file: "file", contract: "contract", interface: "contract", library: "contract", struct: "struct", other: "file" }[scope.kind] ?? "code";
  if (followsType(project, tokens, begun, last, seen)) {
    if (kind === "contract" || kind === "file") return answer(words(kind === "file" ? ["constant"] : WORDS_OF.state));
    return answer(kind === "code" && isReference(project, tokens, begun, last, seen) ? words(WORDS_OF.place) : null);
  }
  if (open && before === "(" && tokens[last - 1]?.text === "mapping") return answer(types());
  if (before === "=>") return answer([...types(), ...words(["mapping"])]);
  if (kind === "struct") return answer([...types(), ...words(["mapping"])]);
  const starts = begun > last;
  if (kind !== "code") {
    if (!starts) return answer(types());
    return answer([...words(WORDS_OF[kind], 10), ...(kind === "contract" ? types() : []), ...snippets(kind, text[at])]);
  }
  const everything = seen()
    .filter(({ name }) => name.kind !== "modifier" && name.kind !== "field" && name.kind !== "event" && !(starts && name.kind === "error"))
    .map((each) => nameOption(project, each, text[at]));
  return answer([
    ...everything,
    ...words(GLOBALS, 12),
    ...words(FUNCTIONS, 8, text[at]),
    ...words(TYPES, 5),
    ...words(WORDS_OF.code),
    ...(starts ? snippets("code", text[at]) : []),
  ]);
}

const IN_YUL = new Set(["local", "parameter", "variable", "constant"]);

function outermost(scope) {
  while (scope.parent?.kind === "assembly") scope = scope.parent;
  return scope;
}

/** Whether the brackets of `import {…}` are open. */
function importing(tokens, last) {
  let i = last;
  while (tokens[i]?.text === "," || tokens[i]?.kind === "word") {
    if (tokens[i].text === "import") return false;
    i -= 1;
  }
  return tokens[i]?.text === "{" && tokens[i - 1]?.text === "import";
}

/** The names that can be imported: those of the file that is named after the brackets, or all with their file. */
function importable({ text, tokens }, last, at, library) {
  const line = text.slice(at, (text.indexOf("\n", at) + 1 || text.length + 1) - 1);
  const path = /^[^"';]*from\s*["']([^"']+)["']/.exec(line)?.[1];
  if (path) return library.namesIn(path).map((label) => ({ label, type: "class" }));
  if (tokens[last].text !== "{") return null;
  const after = /^\s*\}?\s*;?\s*$/.exec(line)?.[0].length;
  const whole = (name, from) => (view, _completion, start) => view.dispatch({ changes: { from: start, to: after === undefined ? at : view.state.doc.lineAt(start).to, insert: `${name}} from "${from}";` }, selection: { anchor: start + name.length + from.length + 10 } });
  return library.names.map(({ name, path: from }) => ({ label: name, type: "class", detail: from.slice("@openzeppelin/".length), apply: after === undefined ? undefined : whole(name, from) }));
}

/** The files that can be imported, where the text of an import stands. */
function inImport({ text, tokens }, { from, to, open }, at, library) {
  const i = tokens.findIndex((token) => token.from === from);
  if (!["import", "from"].includes(tokens[i - 1]?.text)) return null;
  const end = open ? to : to - 1;
  const options = library.paths.map((label) => ({ label, type: "text", apply: (view, _completion, start, stop) => view.dispatch({ changes: { from: start, to: Math.max(stop, Math.min(end, view.state.doc.length)), insert: label } }) }));
  return { from: from + 1, options, validFor: /^[@\w./-]*$/ };
}

/** The index of the token at which the statement begins that `last` is part of; one past `last` where one may begin. */
function statement(tokens, last) {
  let i = last;
  let depth = 0;
  for (; i >= 0; i--) {
    const { text } = tokens[i];
    if (text === ")" || text === "]") depth += 1;
    else if (text === "(" || text === "[") depth -= 1;
    else if (depth <= 0 && (text === ";" || text === "{" || text === "}")) break;
  }
  return i + 1;
}

/** How many brackets are open between two tokens. */
function brackets(tokens, from, last) {
  let open = 0;
  for (let i = Math.max(from, 0); i <= last; i++) {
    if (tokens[i].text === "(" || tokens[i].text === "[") open += 1;
    else if (tokens[i].text === ")" || tokens[i].text === "]") open -= 1;
  }
  return open > 0;
}

const HEADS = /^(function|modifier|constructor|event|error|receive|fallback)$/;
const isHead = (tokens, begun) => HEADS.test(tokens[begun]?.text ?? "") && (tokens[begun + 1]?.kind === "word" || tokens[begun].text === "constructor");

function headOf(tokens, last) {
  for (let i = last; i >= 0; i--) if (HEADS.test(tokens[i].text)) return i;
  return 0;
}

/** Whether all that was written of this statement is a type, so that its name comes next. */
function followsType(project, tokens, begun, last, seen) {
  if (begun > last) return false;
  let end = last;
  while (end > begun && SPECIFIER.test(tokens[end].text)) end -= 1;
  while (end > begun && tokens[end].text === "]") {
    while (end > begun && tokens[end].text !== "[") end -= 1;
    end -= 1;
  }
  if (tokens[begun].text === "mapping") return tokens[end].text === ")" && !brackets(tokens, begun, end);
  for (let i = begun; i <= end; i++) if (tokens[i].kind !== "word" && tokens[i].text !== ".") return false;
  return end === begun ? isType(tokens[begun].text, seen) : tokens[begun + 1].text === ".";
}

function isType(word, seen) {
  if (/^(address|bool|string|bytes\d*|u?int\d*)$/.test(word)) return true;
  return seen().some(({ name }) => name.name === word && TYPE_KINDS.has(name.kind));
}

function isReference(project, tokens, begun, last, seen) {
  if (SPECIFIER.test(tokens[last].text)) return false;
  if (REFERENCE.test(tokens[begun].text) || tokens.slice(begun, last + 1).some(({ text }) => text === "[")) return true;
  return seen().some(({ name }) => name.name === tokens[begun].text && name.kind === "struct");
}

function inDoc(project, { from: begin, to: end }, at) {
  const line = project.text.slice(Math.max(begin, project.text.lastIndexOf("\n", at - 1) + 1), at);
  const tag = /@[a-z]*$/.exec(line);
  if (tag) {
    const options = DOC_TAGS.map((label) => ({ label, type: "keyword", apply: `${label} ` }));
    return { from: at - tag[0].length, options, validFor: /^@[a-z]*$/ };
  }
  const parameter = /@param (\w*)$/.exec(line);
  if (!parameter) return null;
  const next = project.tokens.find(({ from }) => from >= end);
  const options = next ? parametersAfter(project, next).map((label) => ({ label, type: "variable" })) : [];
  return options.length ? { from: at - parameter[1].length, options, validFor: /^\w*$/ } : null;
}

function parametersAfter(project, { to }) {
  const all = [project.root, ...project.root.inside].flatMap(({ names }) => names);
  const name = all.filter((each) => each.params && each.from >= to).sort((a, b) => a.from - b.from)[0];
  return (name?.params ?? []).map((each) => each.name).filter(Boolean);
}

const info = (page) => () => showPage(page);

function words(list, boost = 0, next = "") {
  return list.map((label) => {
    const path = { uint: "uint256", int: "int256" }[label] ?? label;
    const page = pageOf(path);
    const entry = ENTRIES.get(path);
    const call = FUNCTIONS.includes(label) && next !== "(";
    return { label, type: entry?.type ? "constant" : "keyword", boost, info: page ? info(page) : undefined, apply: call ? snippet(`${label}(\${})`) : undefined };
  });
}

function snippets(kind, next) {
  if (next && !/[\s;})]/.test(next)) return [];
  return Object.entries(SNIPPETS[kind]).map(([word, template]) => ({
    label: `${word} …`,
    detail: say("words_snippet"),
    type: "text",
    boost: -5,
    apply: snippet(template),
    info: info(pageOf(word)),
  }));
}

/** A call, with the names of its parameters to be written over; the name alone where brackets follow already. */
function callOf(label, params, next) {
  if (!params || next === "(") return undefined;
  return snippet(`${label}(${params.map(({ name }, i) => `\${${name || `value${i + 1}`}}`).join(", ")})`);
}

function nameOption(project, { name, distance }, next, { plain } = {}) {
  const called = !plain && ["function", "event", "error"].includes(name.kind);
  return {
    label: name.name,
    type: name.kind === "function" ? "function" : TYPE_KINDS.has(name.kind) ? "class" : "variable",
    detail: detailOf(name),
    boost: BOOSTS[distance] - (name.kind === "error" || TYPE_KINDS.has(name.kind) ? 10 : 0),
    info: () => showPage(pageOfName(project, name)),
    apply: called ? callOf(name.name, name.params, next) : undefined,
  };
}

function detailOf({ type, kind, params, returns }) {
  if (type) return type.text;
  if (!params) return say(`words_kind_${kind}`);
  const list = (all) => all.map((each) => each.type.text).join(", ");
  return `(${list(params)})${returns?.length ? ` → ${list(returns)}` : ""}`;
}

function memberOption(project, { label, path, name, value }, next, boost) {
  if (name) {
    const option = nameOption(project, { name, distance: 1 }, next, { plain: value.getter });
    return { ...option, boost };
  }
  const entry = ENTRIES.get(path);
  const call = /\(/.test(entry.code.replace(/^type\(\w+\)/, "")) && next !== "(" && !/call$/.test(path);
  const apply = path === "array.pop" ? (next === "(" ? undefined : "pop()") : call ? snippet(`${label}(\${})`) : undefined;
  return { label, type: call ? "function" : "property", detail: entry.type, boost, info: info(pageOf(path)), apply };
}

/**
 * Enter takes what is chosen only where it goes on from what was typed, or where one went to it with the arrows; and not
 * where the list came up so lately that nobody can have read it.
 */
function enter(view, openedAt) {
  if (completionStatus(view.state) !== "active") return false;
  const read = performance.now() - openedAt > READ_AFTER_MS;
  const { head } = view.state.selection.main;
  const typed = /@?[\w$]*$/.exec(view.state.doc.lineAt(head).text.slice(0, head - view.state.doc.lineAt(head).from))[0];
  const label = selectedCompletion(view.state)?.label ?? "";
  const goesOn = label !== typed && label.toLowerCase().startsWith(typed.toLowerCase());
  if ((goesOn && read) || selectedCompletionIndex(view.state) > 0) return acceptCompletion(view);
  closeCompletion(view);
  return false;
}

/** Escape closes the list, and goes on to the editor: with it, the next Tab leaves. */
function escape(view) {
  closeCompletion(view);
  clearSnippet(view);
  return false;
}

/** What is told of a suggestion stands beside the list, or where that is narrow past its end; never on it or the cursor. */
function beside(view, list, option, info, space) {
  const width = info.right - info.left;
  const height = info.bottom - info.top;
  const top = Math.max(0, Math.min(option.top, space.bottom - height) - list.top);
  if (space.right - list.right >= width) return { style: `left: 100%; top: ${top}px` };
  if (list.left - space.left >= width) return { style: `right: 100%; top: ${top}px` };
  const line = view.coordsAtPos(view.state.selection.main.head);
  const under = !line || list.top >= line.top;
  const room = under ? space.bottom - list.bottom : list.top - space.top;
  if (room < height) return { class: "hk-no-room" };
  const left = Math.min(0, space.right - list.left - width);
  return { style: `left: ${left}px; ${under ? "top" : "bottom"}: 100%` };
}

/** What can stand at `at` of a text that is Yul throughout. */
export function completeInYul(outlined, at, explicit) {
  if (quietAt(outlined, at)) return null;
  const typed = /[A-Za-z_$][\w$]*$/.exec(outlined.text.slice(Math.max(0, at - 200), at))?.[0] ?? "";
  if ((!typed && !explicit) || /[\w"'.]/.test(outlined.text[at - typed.length - 1] ?? "")) return null;
  const options = completeYul(outlined, { from: 0, to: outlined.text.length }, at - typed.length, at);
  return options && { from: at - typed.length, options, validFor: /^[\w$]*$/ };
}

/**
 * Completion for an editor.
 * @param {(state: import("@codemirror/state").EditorState) => any} projectOf
 * @param {typeof complete} find
 */
export function completion(projectOf, find = complete) {
  const source = (context) => find(projectOf(context.state), context.pos, context.explicit);
  let openedAt = 0;
  return [
    autocompletion({
      override: [source],
      defaultKeymap: false,
      interactionDelay: 0,
      icons: false,
      maxRenderedOptions: 60,
      tooltipClass: () => "hk-completions",
      positionInfo: beside,
    }),
    EditorView.updateListener.of(({ state, startState }) => {
      if (completionStatus(state) === "active" && completionStatus(startState) !== "active") openedAt = performance.now();
    }),
    Prec.highest(
      keymap.of([
        { key: "Ctrl-Space", run: startCompletion },
        { mac: "Alt-`", run: startCompletion },
        { mac: "Alt-i", run: startCompletion },
        { key: "Escape", run: escape },
        { key: "ArrowDown", run: moveCompletionSelection(true) },
        { key: "ArrowUp", run: moveCompletionSelection(false) },
        { key: "PageDown", run: moveCompletionSelection(true, "page") },
        { key: "PageUp", run: moveCompletionSelection(false, "page") },
        { key: "Enter", run: (view) => enter(view, openedAt) },
        { key: "Tab", run: (view) => acceptCompletion(view) || nextSnippetField(view), shift: prevSnippetField },
      ]),
    ),
  ];
}
