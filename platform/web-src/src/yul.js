// Completion in Yul: in `assembly { … }` and in exercises that are written in it. It offers built-in functions with what
// they take, and the names of the text.
import { snippet } from "@codemirror/autocomplete";

import { say } from "./text.js";

// https://docs.soliditylang.org/en/latest/yul.html#evm-dialect, in groups of those that take the same
const TAKING = {
  "": "address basefee blobbasefee calldatasize caller callvalue chainid codesize coinbase gas gaslimit gasprice invalid msize number origin prevrandao returndatasize selfbalance stop timestamp",
  a: "balance extcodehash extcodesize selfdestruct",
  x: "clz iszero not pop",
  i: "blobhash",
  "x, y": "add and div eq exp gt lt mod mul or sdiv sgt slt smod sub xor",
  "x, y, k": "addmod mulmod",
  "n, x": "byte",
  "bits, x": "sar shl shr",
  "i, x": "signextend",
  p: "calldataload mload sload tload",
  "p, v": "mstore mstore8 sstore tstore",
  "p, n": "keccak256 log0 return revert",
  b: "blockhash",
  "to, from, n": "calldatacopy codecopy mcopy returndatacopy",
  "a, to, from, n": "extcodecopy",
  "v, p, n": "create",
  "v, p, n, salt": "create2",
  "g, a, v, in, insize, out, outsize": "call callcode",
  "g, a, in, insize, out, outsize": "delegatecall staticcall",
  "p, n, t1": "log1",
  "p, n, t1, t2": "log2",
  "p, n, t1, t2, t3": "log3",
  "p, n, t1, t2, t3, t4": "log4",
};
const OF_OBJECTS = { name: "dataoffset datasize setimmutable loadimmutable linkersymbol", "to, from, n": "datacopy", size: "memoryguard" };
const GIVES_NOTHING = new Set("invalid stop selfdestruct pop mstore mstore8 sstore tstore log0 log1 log2 log3 log4 return revert calldatacopy codecopy mcopy returndatacopy extcodecopy datacopy".split(" "));
const WORDS = "let if switch case default for break continue leave function".split(" ");
const TEMPLATES = { if: "if ${condition} {\n\t${}\n}", for: "for { let ${i} := 0 } lt(${i}, ${n}) { ${i} := add(${i}, 1) } {\n\t${}\n}", function: "function ${name}(${a}) -> ${r} {\n\t${}\n}", switch: "switch ${x}\ncase 0 {\n\t${}\n}\ndefault { }" };

/** The built-in functions, by name: what each takes. */
export const BUILT_IN = new Map(
  [TAKING, OF_OBJECTS].flatMap((groups) => Object.entries(groups).flatMap(([taking, names]) => names.split(" ").map((name) => [name, taking]))),
);

/**
 * What can stand at `from`, where a word begins.
 * @param {{tokens: any[]}} outlined
 * @param {{from: number, to: number}} within where the Yul is
 * @param {{name: string, detail?: string}[]} seen names of the Solidity around it
 */
export function completeYul({ tokens, text }, within, from, at, seen = []) {
  const last = tokens.findLastIndex(({ to }) => to <= from);
  const before = tokens[last]?.text;
  if (before === "let" || before === "function" || before === "object" || before === "code" || before === ".") return null;
  if (namesFollow(tokens, last)) return null;
  const next = text[at];
  const call = (label, taking) => (next === "(" ? undefined : snippet(`${label}(${taking.split(", ").filter(Boolean).map((name) => `\${${name}}`).join(", ")})`));
  const mine = declared(tokens, within, at);
  return [
    ...[...mine].map(([label, kind]) => ({ label, type: kind, boost: 30, apply: kind === "function" && next !== "(" ? snippet(`${label}(\${})`) : undefined })),
    ...seen.filter(({ name }) => !mine.has(name)).map(({ name, detail }) => ({ label: name, type: "variable", detail, boost: 20 })),
    ...[...BUILT_IN].map(([label, taking]) => ({ label, type: "function", detail: `(${taking})${GIVES_NOTHING.has(label) ? "" : " → x"}`, boost: 5, apply: call(label, taking) })),
    ...WORDS.map((label) => ({ label, type: "keyword" })),
    ...(!next || /[\s;})]/.test(next) ? Object.entries(TEMPLATES).map(([word, template]) => ({ label: `${word} …`, type: "text", detail: say("words_snippet"), boost: -5, apply: snippet(template) })) : []),
  ];
}

/** Whether a list of new names goes on: `let a, |`, `function f(a, |`, `-> |`. */
function namesFollow(tokens, last) {
  let i = last;
  if (tokens[i]?.text === ">" && tokens[i - 1]?.text === "-") return true;
  while (i >= 0 && (tokens[i].text === "," || tokens[i].kind === "word")) {
    if (tokens[i].text === "let") return true;
    if (tokens[i].kind === "word" && tokens[i - 1]?.text !== "," && tokens[i - 1]?.text !== "let" && tokens[i - 1]?.text !== "(") return tokens[i - 1]?.text === ">";
    i -= 1;
  }
  return tokens[i]?.text === "(" && tokens[i - 2]?.text === "function";
}

/** The names that a stretch of Yul declares before `at`, and its functions wherever they are. */
function declared(tokens, { from, to }, at) {
  const found = new Map();
  const inside = tokens.filter((token) => token.from >= from && token.to <= to);
  inside.forEach((token, i) => {
    const names = (start) => {
      for (let j = start; inside[j]?.kind === "word"; j += 2) {
        if (inside[j].to < at) found.set(inside[j].text, "variable");
        if (inside[j + 1]?.text !== ",") break;
      }
    };
    if (token.text === "let") names(i + 1);
    if (token.text === "function" && inside[i + 1]?.kind === "word") {
      if (inside[i + 1].to !== at) found.set(inside[i + 1].text, "function");
      names(i + 3);
    }
    if (token.text === ">" && inside[i - 1]?.text === "-") names(i + 1);
  });
  return found;
}
