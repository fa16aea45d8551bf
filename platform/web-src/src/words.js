// What a Solidity text declares, and where each name can be seen. It reads tokens and not the grammar, so that a text
// that is half written has an outline too; what a text means, the compiler says.

const TOKEN =
  /(\s+)|(\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))|((?:hex|unicode)?(?:"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?))|(\d[\w.]*)|([A-Za-z_$][\w$]*)|=>|[^]/g;
const set = (words) => new Set(words.trim().split(/\s+/));
const ELEMENTARY = /^(address|bool|string|bytes\d*|u?int\d*)$/;
const SPECIFIERS = set(`public private internal external constant immutable transient memory storage calldata payable
  override virtual indexed`);
const RESERVED = set(`abstract anonymous as assembly break case catch constructor continue contract default delete do
  else emit enum event fallback false for function if import interface is leave let library mapping modifier new pragma
  pure receive return returns revert struct switch throw true try type unchecked using view while ${[...SPECIFIERS].join(" ")}`);
const TOP = set("contract interface library");
const CALLABLE = set("function constructor receive fallback modifier");

/**
 * @typedef {{kind: "plain" | "mapping" | "array" | "function", text: string, value?: Type}} Type
 * @typedef {{name: string, kind: string, type: Type | null, code: string, doc: string, from: number, to: number,
 *            home: Scope, inner?: Scope, params?: Parameter[], returns?: Parameter[]}} Name
 * @typedef {{kind: string, name: string, from: number, to: number, parent: Scope | null, inside: Scope[],
 *            names: Name[], bases: string[], using: {library: string, type: string}[], open?: boolean, body?: number}} Scope
 * @typedef {{type: Type, name: string, code: string, at: Token | null}} Parameter
 * @typedef {{text: string, kind: "word" | "number" | "string" | "sign", from: number, to: number, first: boolean, doc: string}} Token
 */

/** The tokens of a text, and the stretches of it that are comments or strings; `open` ones reach past their end. */
function scan(text) {
  const tokens = [];
  const quiet = [];
  let first = true;
  let doc = "";
  for (const found of text.matchAll(TOKEN)) {
    const [all, space, comment, string, number, word] = found;
    const from = found.index;
    const to = from + all.length;
    if (space) {
      first ||= all.includes("\n");
      continue;
    }
    if (comment) {
      const line = all.startsWith("//");
      const told = /^(\/\/\/|\/\*\*)(?!\/)/.test(all);
      quiet.push({ from, to, kind: told ? "doc" : "comment", open: line || !all.endsWith("*/") });
      if (told) doc += `${all}\n`;
      continue;
    }
    if (string) quiet.push({ from, to, kind: "string", open: !/^\w*(".*"|'.*')$/s.test(all) });
    tokens.push({ text: all, kind: word ? "word" : string ? "string" : number ? "number" : "sign", from, to, first, doc });
    first = false;
    doc = "";
  }
  return { tokens, quiet };
}

/** The comment or string that holds `at`, or undefined. */
export function quietAt({ quiet }, at) {
  return quiet.find(({ from, to, open }) => from < at && (open ? at <= to : at < to));
}

/**
 * Read what a text declares.
 * @param {string} text
 * @returns {{text: string, tokens: Token[], quiet: any[], root: Scope}}
 */
export function outline(text) {
  const { tokens, quiet } = scan(text);
  const count = tokens.length;
  const word = (i) => tokens[i]?.kind === "word";
  const is = (i, sign) => tokens[i]?.text === sign;
  const root = scopeOf("file", "", 0, null);
  let here = root;

  function scopeOf(kind, name, from, parent) {
    const scope = { kind, name, from, to: text.length, parent, inside: [], names: [], bases: [], using: [] };
    parent?.inside.push(scope);
    return scope;
  }
  function enter(kind, name, from) {
    here = scopeOf(kind, name, from, here);
    return here;
  }
  function leave(at) {
    here.to = at;
    here = here.parent ?? root;
  }
  /** Leave what was never closed, up to a scope of one of these kinds. */
  function leaveTo(kinds, at) {
    let scope = here;
    while (scope.parent && !kinds.includes(scope.kind)) scope = scope.parent;
    if (!kinds.includes(scope.kind)) return;
    while (here !== scope) leave(at);
  }

  /** The index of the sign that closes the one at `i`, or of the first that cannot stand within it. */
  function closing(i) {
    const inner = { "(": ")", "[": "]", "{": "}" };
    const wanted = inner[tokens[i].text];
    let depth = 0;
    for (let j = i; j < count; j++) {
      const { text: sign } = tokens[j];
      if (sign === tokens[i].text) depth += 1;
      else if (sign === wanted && (depth -= 1) === 0) return j;
      else if (wanted !== "}" && (sign === ";" || (sign === "}" && wanted === "]"))) return j;
    }
    return count;
  }

  /** The text of tokens as one line. */
  function line(from, to) {
    if (from >= to) return "";
    const last = Math.min(to, count) - 1;
    const between = text.slice(tokens[from].from, tokens[last].to);
    return between.replace(/\/\/[^\n]*|\/\*[^]*?\*\//g, " ").replace(/\s+/g, " ").replace(/\( /g, "(").replace(/ \)/g, ")");
  }

  /** @returns {[Type, number] | null} a type that begins at `i`, and the index after it */
  function readType(i) {
    if (!word(i)) return null;
    let end = i + 1;
    /** @type {Type} */
    let type;
    if (is(i, "mapping")) {
      if (!is(end, "(")) return null;
      const close = closing(end);
      const key = readType(end + 1);
      let arrow = key ? key[1] : end + 1;
      while (arrow < close && !is(arrow, "=>")) arrow += 1;
      const value = readType(arrow + 1);
      end = close + 1;
      type = { kind: "mapping", text: line(i, end), value: value?.[0] };
    } else if (is(i, "function") && is(end, "(")) {
      end = closing(end) + 1;
      while (word(end) && /^(internal|external|view|pure|payable|returns)$/.test(tokens[end].text)) {
        end += 1;
        if (is(end, "(")) end = closing(end) + 1;
      }
      type = { kind: "function", text: line(i, end) };
    } else {
      if (RESERVED.has(tokens[i].text)) return null;
      while (is(end, ".") && word(end + 1)) end += 2;
      if (is(i, "address") && is(end, "payable")) end += 1;
      type = { kind: "plain", text: line(i, end) };
    }
    while (is(end, "[")) {
      const close = closing(end);
      if (!is(close, "]")) return null;
      type = { kind: "array", text: type.text + line(end, close + 1), value: type };
      end = close + 1;
    }
    return [type, end];
  }

  /** A type with what follows it up to a name. @returns {[Parameter, number] | null} */
  function readVariable(i) {
    const read = readType(i);
    if (!read) return null;
    let [type, end] = read;
    while (word(end) && SPECIFIERS.has(tokens[end].text)) {
      end += 1;
      if (is(end - 1, "override") && is(end, "(")) end = closing(end) + 1;
    }
    const named = word(end) && !RESERVED.has(tokens[end].text);
    const at = named ? tokens[end] : null;
    if (named) end += 1;
    return [{ type, name: at?.text ?? "", code: line(i, end), at }, end];
  }

  /** The parameters in the brackets that open at `i`, and the index after them. @returns {[Parameter[], number]} */
  function readParameters(i) {
    const found = [];
    if (!is(i, "(")) return [found, i];
    const close = closing(i);
    let j = i + 1;
    while (j < close) {
      const read = readVariable(j);
      if (read) found.push(read[0]);
      j = Math.max(read ? read[1] : j, j);
      while (j < close && !is(j, ",")) j = is(j, "(") ? Math.min(closing(j) + 1, close) : j + 1;
      j += 1;
    }
    return [found, Math.min(close + 1, count)];
  }

  function declare(kind, at, more) {
    const name = { name: at.text, kind, type: null, code: at.text, doc: "", from: at.from, to: at.to, home: here, ...more };
    here.names.push(name);
    return name;
  }
  function declareAll(kind, parameters, doc = "") {
    for (const { at, type, code } of parameters) if (at) declare(kind, at, { type, code, doc });
  }

  function readTop(i, start, doc) {
    if (!word(i + 1)) return i;
    leaveTo(["file"], tokens[start].from);
    const name = declare(tokens[i].text, tokens[i + 1], { doc });
    const bases = [];
    let end = i + 2;
    if (is(end, "is")) {
      end += 1;
      while (word(end) && !RESERVED.has(tokens[end].text)) {
        bases.push(tokens[end].text);
        end += 1;
        while (is(end, ".") && word(end + 1)) {
          bases[bases.length - 1] = tokens[end + 1].text;
          end += 2;
        }
        if (is(end, "(")) end = closing(end) + 1;
        if (!is(end, ",")) break;
        end += 1;
      }
    }
    name.code = line(start, end);
    if (is(end, "layout") && is(end + 1, "at")) while (end < count && !is(end, "{")) end += 1;
    if (!is(end, "{")) return end;
    name.inner = enter(name.kind, name.name, tokens[end].from);
    here.bases = bases;
    return end + 1;
  }

  function readCallable(i) {
    const { text: kind, doc, from } = tokens[i];
    const titled = kind === "function" || kind === "modifier";
    if (titled && (!word(i + 1) || RESERVED.has(tokens[i + 1].text))) return i;
    if (!titled && !is(i + 1, "(")) return i;
    leaveTo(["contract", "interface", "library", "file"], from);
    const [params, after] = readParameters(i + (titled ? 2 : 1));
    let end = after;
    let returns = [];
    while (end < count && !is(end, "{") && !is(end, ";") && !is(end, "}") && !CALLABLE.has(tokens[end].text)) {
      if (is(end, "returns")) [returns, end] = readParameters(end + 1);
      else if (is(end, "(")) end = Math.min(closing(end) + 1, count);
      else if (tokens[end].first && readType(end)?.[1] && readVariable(end)?.[0].at) break;
      else end += 1;
      if (is(end, ")")) end += 1;
    }
    if (titled) declare(kind, tokens[i + 1], { params, returns, doc, code: line(i, end) });
    if (!is(end, "{")) {
      // The head alone: its parameters are seen in it.
      enter("head", "", tokens[i].to);
      declareAll("parameter", [...params, ...returns], doc);
      here.open = true;
      leave(tokens[end]?.from ?? text.length);
      return end;
    }
    enter("function", titled ? tokens[i + 1].text : kind, tokens[i].to);
    here.body = tokens[end].from;
    declareAll("parameter", [...params, ...returns], doc);
    return end + 1;
  }

  function readEnum(i) {
    if (!word(i + 1) || !is(i + 2, "{")) return i;
    const close = closing(i + 2);
    const name = declare("enum", tokens[i + 1], { doc: tokens[i].doc, code: line(i, close + 1) });
    name.inner = enter("enum", name.name, tokens[i + 2].from);
    for (let j = i + 3; j < close; j++)
      if (word(j)) declare("member", tokens[j], { doc: tokens[j].doc, code: `${name.name}.${tokens[j].text}` });
    leave(tokens[close]?.to ?? text.length);
    return close + 1;
  }

  /** Declarations with a word of their own, and blocks that bring names along; answers where to go on. */
  function readDeclaration(i) {
    const { text: begins, doc } = tokens[i];
    const inCode = here.kind === "function" || here.kind === "block";
    if (TOP.has(begins)) return readTop(i, i, doc);
    if (begins === "abstract" && is(i + 1, "contract")) return readTop(i + 1, i, doc);
    if (CALLABLE.has(begins)) return readCallable(i);
    if (begins === "enum") return readEnum(i);
    if ((begins === "event" || begins === "error") && word(i + 1) && is(i + 2, "(")) {
      const [params, end] = readParameters(i + 2);
      declare(begins, tokens[i + 1], { params, doc, code: line(i, end) });
      return end;
    }
    if (begins === "struct" && word(i + 1) && is(i + 2, "{")) {
      const name = declare("struct", tokens[i + 1], { doc, code: line(i, closing(i + 2) + 1) });
      name.inner = enter("struct", name.name, tokens[i + 2].from);
      return i + 3;
    }
    if (begins === "type" && word(i + 1) && is(i + 2, "is")) {
      declare("type", tokens[i + 1], { doc, code: line(i, i + 4), type: readType(i + 3)?.[0] ?? null });
      return i + 4;
    }
    if (begins === "using" && word(i + 1)) {
      let end = i + 2;
      while (end < count && !is(end, "for") && !is(end, ";")) end += 1;
      here.using.push({ library: tokens[i + 1].text, type: is(end + 1, "*") ? "*" : (readType(end + 1)?.[0].text ?? "") });
      return end + 1;
    }
    if (begins === "import" && is(i + 1, "{")) {
      const close = closing(i + 1);
      for (let j = i + 2; j < close; j++)
        if (word(j) && !is(j + 1, "as") && !is(j, "as")) declare("imported", tokens[j], { code: tokens[j].text });
      return close + 1;
    }
    if (inCode && (begins === "for" || begins === "catch" || begins === "returns")) {
      const open = begins === "catch" && word(i + 1) ? i + 2 : i + 1;
      if (!is(open, "(")) return i;
      const close = closingOf(open);
      const block = is(close + 1, "{");
      if (block) enter("block", "", tokens[i].from);
      if (begins === "for") {
        const read = readVariable(open + 1);
        if (read?.[0].at) declareAll("local", [read[0]]);
      } else declareAll("local", readParameters(open)[0]);
      return block ? close + 2 : close + 1;
    }
    return i;
  }
  /** As `closing`, past the semicolons in the brackets of `for`. */
  function closingOf(i) {
    let depth = 0;
    for (let j = i; j < count; j++) {
      if (is(j, "(")) depth += 1;
      else if (is(j, ")") && (depth -= 1) === 0) return j;
      else if (is(j, "{") || is(j, "}")) return j - 1;
    }
    return count;
  }

  const VARIABLES = { file: "constant", contract: "variable", library: "variable", struct: "field", function: "local", block: "local" };

  function readStatement(i) {
    const kind = VARIABLES[here.kind];
    if (!kind) return i;
    if (kind === "local" && is(i, "(")) {
      const [parts, end] = readParameters(i);
      if (!is(end, "=") || !parts.some(({ at }) => at)) return i;
      declareAll("local", parts);
      return end;
    }
    const read = readVariable(i);
    if (!read?.[0].at || read[0].at.first || is(read[1], "(")) return i;
    const [{ at, type, code }, end] = read;
    if (at.text === "_" || (type.kind === "plain" && !ELEMENTARY.test(type.text.split(" ")[0]) && is(end, "."))) return i;
    declare(kind, at, { type, code, doc: tokens[i].doc });
    return end;
  }

  for (let i = 0; i < count; ) {
    const { text: sign, from, to, first } = tokens[i];
    if (sign === "{") {
      const named = is(i - 1, "assembly") || tokens[i - 1]?.kind === "string" || (is(i - 1, ")") && is(i - 4, "assembly"));
      enter(here.kind === "assembly" || named ? "assembly" : here.kind === "file" ? "other" : "block", "", from);
    } else if (sign === "}") leave(to);
    else if (here.kind !== "assembly") {
      const before = tokens[i - 1]?.text;
      const starts = first || i === 0 || before === "{" || before === "}" || before === ";" || before === ")";
      const next = word(i) && (starts || sign === "returns") ? readDeclaration(i) : i;
      if (next > i) {
        i = next;
        continue;
      }
      const after = starts && before !== ")" ? readStatement(i) : i;
      if (after > i) {
        i = after;
        continue;
      }
    }
    i += 1;
  }
  while (here !== root) {
    here.open = true;
    leave(text.length);
  }
  return { text, tokens, quiet, root };
}

/** The innermost scope that holds `at`. One that was never closed reaches past its end. */
export function scopeAt(root, at) {
  let scope = root;
  for (;;) {
    const inner = scope.inside.findLast(({ from, to, open }) => from < at && (at < to || (open && at === to)));
    if (!inner) return scope;
    scope = inner;
  }
}
