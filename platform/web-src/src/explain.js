// What is known of the word at a place in the text, and how it is shown.
import { h, prose } from "./dom.js";
import { ENTRIES } from "./language.js";
import { lookUp, membersOf, valueBefore } from "./scope.js";
import { has, say } from "./text.js";

/** What a comment for readers says: its @notice, or what stands before any tag; for a parameter, its @param. */
export function noticeOf(doc, parameter) {
  const words = doc
    .replace(/^\s*(\/\/\/|\/\*\*)|\*\/\s*$/gm, "")
    .replace(/^\s*\*+ ?/gm, "")
    .replace(/\s+/g, " ")
    .trim();
  const parts = words.split(/(?=@(?:title|author|notice|dev|param|return|inheritdoc|custom:[\w-]+)\b)/);
  const tag = parameter ? `@param ${parameter}` : "@notice";
  const told = parts.find((part) => part.startsWith(`${tag} `)) ?? (parameter ? undefined : parts.find((part) => !part.startsWith("@")));
  return told?.startsWith(tag) ? told.slice(tag.length).trim() : (told ?? "").trim();
}

/** How many of something, and what the type holds, where the language has one for each size. */
function sized(word) {
  const [, kind, digits] = /^(uint|int|bytes)(\d+)$/.exec(word) ?? [];
  if (!kind) return null;
  const count = Number(digits);
  if (kind === "bytes" ? count < 1 || count > 32 : count < 8 || count > 256 || count % 8) return null;
  return { code: word, kind: "", text: say(`about ${kind}N`, { bits: count, less: count - 1, count }), example: "" };
}

/**
 * A page of help: how it is written, what sort of thing it is, what it is for, an example.
 * @typedef {{code: string, kind: string, text: string, example: string, from?: number, to?: number}} Page
 */

/** @returns {Page | null} of a part of the language */
export function pageOf(path) {
  const entry = ENTRIES.get(path);
  if (entry) return { code: entry.code, kind: "", text: say(`about ${path}`), example: entry.example };
  return sized(path);
}

/** @returns {Page} of a name that the text or a given file declares */
export function pageOfName(project, name) {
  const mine = name.to <= project.text.length && project.text.slice(name.from, name.to) === name.name && rootOf(name.home) === project.root;
  const place = mine ? say("words_at", { line: lineAt(project.text, name.from) }) : say("words_given");
  const kind = has(`words_kind_${name.kind}`) ? `${say(`words_kind_${name.kind}`)}, ${place}` : place;
  return { code: name.code, kind, text: noticeOf(name.doc, name.kind === "parameter" ? name.name : undefined), example: "" };
}

function rootOf(scope) {
  while (scope.parent) scope = scope.parent;
  return scope;
}

function lineAt(text, at) {
  return text.slice(0, at).split("\n").length;
}

/** @returns {Page | null} of the word at `at` */
export function explain(project, at) {
  const { tokens } = project;
  const i = tokens.findIndex(({ from, to, kind }) => kind === "word" && from <= at && at <= to);
  if (i < 0) return null;
  const { text: word, from, to } = tokens[i];
  const placed = (page) => page && { ...page, from, to };
  if (tokens[i - 1]?.text === ".") {
    const now = valueBefore(project, i - 2, from);
    const member = now && membersOf(project, now, from).find(({ label }) => label === word);
    if (!member) return null;
    return placed(member.name ? pageOfName(project, member.name) : pageOf(member.path));
  }
  const name = lookUp(project, word, from);
  if (name && name.kind !== "imported") return placed(pageOfName(project, name));
  return placed(pageOf({ uint: "uint256", int: "int256" }[word] ?? word));
}

/** A page of help as an element. */
export function showPage({ code, kind, text, example }) {
  return h(
    "div",
    { class: "hk-about" },
    h("code", { class: "hk-about-code" }, code),
    kind && h("p", { class: "hk-about-kind" }, kind),
    text && h("p", { class: "hk-about-text" }, prose(text)),
    example && h("p", { class: "hk-about-kind" }, say("words_example")),
    example && h("pre", { class: "hk-about-example" }, example),
  );
}

/** A page of help as a screen reader says it. */
export function spoken({ code, kind, text }) {
  return [code, kind, text].filter(Boolean).join(". ");
}
