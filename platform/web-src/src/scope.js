// What a name means at a place: the names that can be seen there, the type of an expression, and its members.
import { BY_TYPE, ENTRIES } from "./language.js";
import { scopeAt } from "./words.js";

const CONTRACTS = new Set(["contract", "interface", "library"]);
const NUMBER = /^u?int\d*$/;
const FIXED_BYTES = /^bytes\d+$/;

/**
 * Everything there is to know: the outline of the text, those of the files that were given with it, and those of
 * `library`, of whose names only those are seen that the text imports.
 */
export function project(outlined, given = [], library = []) {
  const known = new Map(library.flatMap(({ root }) => root.names.map((name) => [name.name, name])));
  const roots = [outlined.root, ...given.map(({ root }) => root)];
  const top = new Map();
  for (const root of roots)
    for (const name of root.names) {
      const held = top.get(name.name);
      if (!held || held.kind === "imported") top.set(name.name, name);
    }
  for (const [word, name] of top) if (name.kind === "imported" && known.has(word)) top.set(word, known.get(word));
  return { ...outlined, top, known };
}

const topNamed = (project, word) => project.top.get(word) ?? project.known.get(word);

/** A contract's scope and those it inherits from, the nearest first. */
function lineOf(project, scope, seen = new Set()) {
  if (!scope || seen.has(scope)) return [];
  seen.add(scope);
  const bases = scope.bases.toReversed().map((base) => topNamed(project, base)?.inner);
  return [scope, ...bases.flatMap((base) => lineOf(project, base, seen))];
}

function contractAt(scope) {
  while (scope && !CONTRACTS.has(scope.kind)) scope = scope.parent;
  return scope;
}

/**
 * The names that can be seen at `at`, the nearest first, each once.
 * @returns {{name: import("./words.js").Name, distance: number}[]} distance 0 is in this function, 1 in this contract,
 *   2 inherited, 3 in the file or a given one
 */
export function visibleAt(project, at) {
  const found = new Map();
  const add = (name, distance) => {
    if (!found.has(name.name)) found.set(name.name, { name, distance });
  };
  for (let scope = scopeAt(project.root, at); scope; scope = scope.parent) {
    if (CONTRACTS.has(scope.kind)) {
      for (const each of lineOf(project, scope))
        for (const name of each.names)
          if (each === scope || !/\bprivate\b/.test(name.code)) add(name, each === scope ? 1 : 2);
    } else if (scope.kind === "function" || scope.kind === "block" || scope.kind === "head") {
      for (const name of scope.names.toReversed())
        if (name.kind === "parameter" || name.to < at) add(name, 0); // one that is being typed is none yet
    }
  }
  for (const name of project.top.values()) add(name, 3);
  return [...found.values()].filter(({ name }) => name.to !== at);
}

/** The name that `word` at `at` stands for, or undefined. Where it is declared counts, too. */
export function lookUp(project, word, at) {
  const declared = findDeclared(project.root, at);
  if (declared?.name === word) return declared;
  return visibleAt(project, at).find(({ name }) => name.name === word)?.name;
}

function findDeclared(scope, at) {
  return (
    scope.names.find(({ from, to }) => from <= at && at <= to) ??
    scope.inside.filter(({ from, to }) => from <= at && at <= to).reduce((found, inner) => found ?? findDeclared(inner, at), undefined)
  );
}

const plain = (text) => ({ kind: "plain", text });
const value = (type) => type && { type, made: true };

/**
 * The value of the expression whose last token is `tokens[last]`: a type, a declared name, or a part of the language.
 * @returns {{type?: any, name?: any, path?: string, of?: any} | null}
 */
export function valueBefore(project, last, at) {
  const { tokens } = project;
  let begin = last;
  // Back over (…), […] and .name to where the expression begins.
  for (;;) {
    const { text } = tokens[begin] ?? {};
    if (text === ")" || text === "]" || text === "}") {
      begin = opening(tokens, begin) - 1;
      if (begin < -1) return null;
      const before = tokens[begin];
      if (before?.kind === "word" || /^[)\]}]$/.test(before?.text ?? "")) {
        if (before.kind === "word" && /^(return|if|while|for|emit|revert)$/.test(before.text)) {
          begin += 1;
          break;
        }
        continue;
      }
      begin += 1;
      break;
    }
    if (tokens[begin]?.kind === "string") break;
    if (tokens[begin]?.kind !== "word") return null;
    if (tokens[begin - 1]?.text !== ".") break;
    begin -= 2;
  }
  return evaluate(project, begin, last, at);
}

function opening(tokens, i) {
  const pairs = { ")": "(", "]": "[", "}": "{" };
  const stack = [];
  for (let j = i; j >= 0; j--) {
    const { text } = tokens[j];
    if (pairs[text]) stack.push(pairs[text]);
    else if (text === stack.at(-1)) {
      stack.pop();
      if (stack.length === 0) return j;
    } else if (text === ";") return -2;
  }
  return -2;
}

function evaluate(project, begin, last, at) {
  const { tokens } = project;
  let i = begin;
  let now;
  if (tokens[i].text === "(") {
    const close = forward(tokens, i);
    now = close - 1 > i ? valueBefore(project, close - 1, at) : null;
    i = close + 1;
  } else if (tokens[i].text === "new") return null;
  else if (tokens[i].kind === "string") {
    now = { type: plain("literal") };
    i += 1;
  } else {
    now = base(project, tokens[i].text, at);
    if (tokens[i].text === "type" && tokens[i + 1]?.text === "(") {
      const inner = valueBefore(project, forward(tokens, i + 1) - 1, at);
      now = inner && { path: "type", of: inner };
      i = forward(tokens, i + 1);
    } else if (tokens[i].text === "payable" && tokens[i + 1]?.text === "(") {
      now = value(plain("address payable"));
      i = forward(tokens, i + 1);
    }
    i += 1;
  }
  const isNew = tokens[begin - 1]?.text === "new";
  while (now && i <= last) {
    const sign = tokens[i].text;
    if (sign === ".") {
      now = membersOf(project, now, at).find((member) => member.label === tokens[i + 1]?.text)?.value ?? null;
      i += 2;
    } else if (sign === "(") {
      now = called(now, isNew);
      i = forward(tokens, i) + 1;
    } else if (sign === "[") {
      now = indexed(now);
      i = forward(tokens, i) + 1;
    } else if (sign === "{") i = forward(tokens, i) + 1; // the options of a call
    else return null;
  }
  return now;
}

function forward(tokens, i) {
  const pairs = { "(": ")", "[": "]", "{": "}" };
  const stack = [];
  for (let j = i; j < tokens.length; j++) {
    const { text } = tokens[j];
    if (pairs[text]) stack.push(pairs[text]);
    else if (text === stack.at(-1)) {
      stack.pop();
      if (stack.length === 0) return j;
    }
  }
  return tokens.length;
}

function base(project, word, at) {
  const name = visibleAt(project, at).find((each) => each.name.name === word)?.name;
  if (name) return named(name);
  if (word === "this" || word === "super") {
    const scope = contractAt(scopeAt(project.root, at));
    return scope && { path: word, scope };
  }
  if (/^(address|bool|string|bytes\d*|u?int\d*)$/.test(word)) return { path: "elementary", type: plain(word), cast: true };
  const entry = ENTRIES.get(word);
  return entry ? { path: word, type: entry.type ? plain(entry.type) : undefined } : null;
}

function named(name) {
  if (["variable", "constant", "local", "parameter", "field"].includes(name.kind)) return { type: name.type, name };
  if (name.kind === "member") return { type: plain(name.home.name), name };
  return { name };
}

function called(now, isNew) {
  if (now.cast) return value(now.type);
  if (now.path && now.type) return value(now.type);
  const { name } = now;
  if (!name) return null;
  if (CONTRACTS.has(name.kind) || name.kind === "struct" || name.kind === "enum" || name.kind === "type" || isNew) return value(plain(name.name));
  if (name.kind === "function") return name.returns?.length === 1 ? value(name.returns[0].type) : null;
  if (name.kind === "variable" && now.getter) {
    let { type } = name;
    while (type?.value) type = type.value;
    return value(type);
  }
  return null;
}

function indexed(now) {
  const type = now.cast ? null : now.type;
  if (type?.value) return { ...now, type: type.value };
  return type?.text === "bytes" || FIXED_BYTES.test(type?.text ?? "") ? value(plain("bytes1")) : null;
}

/** A member that the language gives: its label, its page of help, and the value it has. */
function given(path, label = path.split(".").at(-1)) {
  const entry = ENTRIES.get(path);
  return { label, path, value: { path, type: entry?.type ? plain(entry.type) : undefined } };
}

function group(key) {
  return (BY_TYPE.get(key) ?? []).map((path) => given(path));
}

const declared = (name, more) => ({ label: name.name, name, value: { ...named(name), ...more } });

/**
 * What may stand after the dot of a value.
 * @returns {{label: string, path?: string, name?: any, value: any}[]}
 */
export function membersOf(project, now, at) {
  const { path, name, type } = now;
  if (path === "type") return typeMembers(now.of);
  if (path === "this") return externals(project, now.scope).concat();
  if (path === "super") return inherited(project, now.scope);
  if (now.cast) return type.text === "bytes" || type.text === "string" ? group(`${type.text}()`) : [];
  if (path && BY_TYPE.has(path)) return group(path);
  if (!type && name) {
    if (name.kind === "enum" || CONTRACTS.has(name.kind)) return statics(project, name, at);
    if (name.kind === "function") return group("function");
    if (name.kind === "event" || name.kind === "error") return group(name.kind);
    return [];
  }
  if (!type) return [];
  return [...ofType(project, type, now), ...attached(project, type, at)];
}

function typeMembers(of) {
  if (of.cast && NUMBER.test(of.type.text)) return group("type(number)");
  if (of.name?.kind === "enum") return group("type(number)");
  if (of.name?.kind === "interface") return [given("type.name"), given("type.interfaceId")];
  if (of.name?.kind === "contract") return group("type(contract)");
  return of.name?.kind === "imported" ? [...group("type(contract)"), given("type.interfaceId")] : [];
}

function externals(project, scope) {
  return unique(
    lineOf(project, scope).flatMap(({ names, kind }) =>
      names
        .filter(({ kind: each, code }) => (each === "function" && (kind === "interface" || /\b(external|public)\b/.test(code))) || (each === "variable" && /\bpublic\b/.test(code)))
        .map((name) => declared(name, name.kind === "variable" ? { getter: true, type: undefined } : {})),
    ),
  );
}

function inherited(project, scope) {
  const [, ...bases] = lineOf(project, scope);
  return unique(
    bases.flatMap(({ names }) =>
      names.filter(({ kind, code }) => kind === "function" && /\b(internal|public)\b/.test(code)).map((name) => declared(name)),
    ),
  );
}

function unique(members) {
  return [...new Map(members.toReversed().map((member) => [member.label, member])).values()].toReversed();
}

/** `Token.Transfer`, `Status.Open`, `Math.max`, `Base.method`. */
function statics(project, name, at) {
  if (name.kind === "enum") return (name.inner?.names ?? []).map((each) => declared(each));
  const mine = lineOf(project, contractAt(scopeAt(project.root, at)));
  const base = mine.includes(name.inner);
  return (name.inner?.names ?? [])
    .filter(({ kind, code }) => {
      if (kind === "function") return (base || name.kind === "library" || name.kind === "interface" || /\b(external|public)\b/.test(code)) && !/\bprivate\b/.test(code);
      return kind !== "modifier" && (kind !== "variable" || base || /\bconstant\b/.test(code));
    })
    .map((each) => declared(each));
}

function ofType(project, type, now) {
  if (type.kind === "array") return group(/\[\]$/.test(type.text) && isStored(now) ? "array" : "list");
  if (type.kind === "function") return group("function");
  if (type.kind === "mapping") return [];
  const { text } = type;
  if (text === "address") return group("address");
  if (text === "address payable") return [...group("address"), ...group("address payable")];
  if (text === "bytes") return group(isStored(now) ? "array" : "list");
  if (FIXED_BYTES.test(text)) return group("list");
  const name = typeNamed(project, text, now);
  if (name?.kind === "struct") return name.inner.names.map((field) => declared(field));
  if (CONTRACTS.has(name?.kind)) return externals(project, name.inner);
  return [];
}

/** A storage array can grow; one that a local or parameter holds in memory or calldata cannot. */
function isStored({ name, made }) {
  if (made) return false;
  return !name || name.kind === "field" || name.kind === "variable" || /\bstorage\b/.test(name.code);
}

function typeNamed(project, text) {
  const parts = text.split(".");
  let name = topNamed(project, parts[0]);
  if (parts.length > 1) return name?.inner?.names.find((each) => each.name === parts[1]);
  if (name) return name;
  const all = [...project.top.values()].flatMap((each) => each.inner?.names ?? []);
  return all.find((each) => each.name === text && each.inner);
}

function attached(project, type, at) {
  const scopes = [...lineOf(project, contractAt(scopeAt(project.root, at))).slice(0, 1), project.root];
  return scopes
    .flatMap(({ using }) => using)
    .filter((each) => each.type === "*" || each.type === type.text)
    .flatMap(({ library }) => project.top.get(library)?.inner?.names ?? [])
    .filter(({ kind, params }) => kind === "function" && params[0]?.type.text === type.text)
    .map((name) => declared(name));
}
