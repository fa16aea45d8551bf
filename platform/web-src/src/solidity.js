// Solidity for the editor: a tokenizer for colours and brackets. It does not understand the language; solc does.
import { StreamLanguage } from "@codemirror/language";
import { tags } from "@lezer/highlight";

const words = (text) => new Set(text.trim().split(/\s+/));

const KEYWORDS = words(`
  as assembly break catch continue contract do else emit enum error event for from function global if import interface
  is let library mapping modifier new pragma return returns revert struct switch case default leave try type unchecked
  using while constructor fallback receive layout at delete _
`);
const MODIFIERS = words(`
  abstract anonymous calldata constant external immutable indexed internal memory override payable private public pure
  storage transient view virtual
`);
const BUILTINS = words(`
  msg block tx abi this super require assert keccak256 sha256 ripemd160 ecrecover addmod mulmod blockhash blobhash
  gasleft selfdestruct
`);
const LITERALS = words("true false");
const UNITS = words("wei gwei ether seconds minutes hours days weeks years");
const TYPE = /^(address|bool|string|bytes([1-9]|[12]\d|3[0-2])?|u?int(8|16|24|32|40|48|56|64|72|80|88|96|104|112|120|128|136|144|152|160|168|176|184|192|200|208|216|224|232|240|248|256)?|u?fixed(\d+x\d+)?)$/;
const TYPE_NAMERS = words("contract interface library struct enum");
const FUNCTION_NAMERS = words("function modifier event error");
// "error" and the like are ordinary names where no declaration follows: `error` in `catch (bytes memory error)`.
const SOFT = words("error from global layout at leave case default let switch type");
const OPENING = "([{";
const CLOSING = ")]}";

function blockComment(stream, state) {
  const doc = state.comment === "doc";
  if (doc && stream.match(/@[a-zA-Z][\w-]*(:[\w-]+)?/)) return "docTag";
  while (!stream.eol()) {
    if (stream.match("*/")) {
      state.comment = null;
      break;
    }
    stream.next();
    if (doc && stream.peek() === "@") break;
  }
  return doc ? "docComment" : "comment";
}

function string(stream, quote) {
  let character;
  while ((character = stream.next()) !== undefined) {
    if (character === "\\") stream.next();
    else if (character === quote) break;
  }
  return "string";
}

function word(stream, state, text) {
  const naming = state.naming;
  state.naming = null;
  if (naming && !KEYWORDS.has(text)) return naming;
  if (TYPE.test(text)) return "typeName";
  if (LITERALS.has(text)) return "bool";
  if (SOFT.has(text) && !/^\s*[\w({"']/.test(stream.string.slice(stream.pos))) return "variableName";
  if (KEYWORDS.has(text)) {
    if (TYPE_NAMERS.has(text)) state.naming = "className";
    else if (FUNCTION_NAMERS.has(text)) state.naming = "functionName";
    else if (text === "pragma") state.pragma = true;
    return "keyword";
  }
  if (MODIFIERS.has(text)) return "modifier";
  if (BUILTINS.has(text)) return "builtin";
  if (UNITS.has(text) && state.afterNumber) return "unit";
  if (/^[A-Z][A-Z0-9_]+$/.test(text)) return "constant";
  if (/^[A-Z]/.test(text)) return "typeName";
  if (/^\s*[({]/.test(stream.string.slice(stream.pos)) && stream.peek() !== "{") return "functionName";
  return "variableName";
}

/** @type {import("@codemirror/language").StreamParser<any>} */
export const parser = {
  name: "solidity",
  startState: () => ({ comment: null, pragma: false, naming: null, afterNumber: false, brackets: [] }),
  copyState: (state) => ({ ...state, brackets: state.brackets.slice() }),
  token(stream, state) {
    if (state.comment === "line") {
      if (stream.sol()) state.comment = null;
      else if (stream.match(/@[a-zA-Z][\w-]*(:[\w-]+)?/)) return "docTag";
      else {
        stream.next();
        while (!stream.eol() && stream.peek() !== "@") stream.next();
        return "docComment";
      }
    }
    if (state.comment) return blockComment(stream, state);
    if (stream.eatSpace()) return null;
    const afterNumber = state.afterNumber;
    state.afterNumber = false;

    if (stream.match(/^\/\/\/(?!\/)/)) {
      if (!stream.eol()) state.comment = "line";
      return "docComment";
    }
    if (stream.match("//")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match("/*")) {
      state.comment = stream.match(/^\*(?!\/)/) ? "doc" : "block";
      return blockComment(stream, state);
    }
    if (state.pragma) {
      if (stream.match(";")) {
        state.pragma = false;
        return "punctuation";
      }
      stream.match(/^[^\s;]+/);
      return "meta";
    }
    if (stream.match(/^(hex|unicode)?["']/)) return string(stream, stream.string[stream.pos - 1]);
    if (stream.match(/^0x[\da-fA-F_]+/) || stream.match(/^(\d[\d_]*)?\.?\d[\d_]*(e-?\d[\d_]*)?/i)) {
      state.afterNumber = true;
      return "number";
    }
    const name = stream.match(/^[a-zA-Z_$][\w$]*/);
    if (name) {
      const before = stream.start > 0 && stream.string[stream.start - 1] === ".";
      if (before) {
        state.naming = null;
        return /^\s*[({]/.test(stream.string.slice(stream.pos)) ? "functionName" : "propertyName";
      }
      state.afterNumber = afterNumber;
      const token = word(stream, state, name[0]);
      state.afterNumber = false;
      return token;
    }
    const character = stream.next();
    state.naming = null;
    if (OPENING.includes(character)) {
      state.brackets.push(stream.indentation());
      return "bracket";
    }
    if (CLOSING.includes(character)) {
      state.brackets.pop();
      return "bracket";
    }
    if (/[;,.:]/.test(character) && !stream.match("=")) return "punctuation";
    stream.match(/^[=<>!&|^*+/%~?-]+/);
    return "operator";
  },
  indent(state, textAfter, context) {
    if (state.comment === "block" || state.comment === "doc") return null;
    if (state.brackets.length === 0) return 0;
    const opened = state.brackets[state.brackets.length - 1];
    return /^\s*[)\]}]/.test(textAfter) ? opened : opened + context.unit;
  },
  languageData: {
    commentTokens: { line: "//", block: { open: "/*", close: "*/" } },
    closeBrackets: { brackets: ["(", "[", "{", '"', "'"] },
    indentOnInput: /^\s*[)\]}]$/,
  },
  tokenTable: {
    docTag: tags.annotation,
    docComment: tags.docComment,
    modifier: tags.modifier,
    builtin: tags.standard(tags.variableName),
    unit: tags.unit,
    constant: tags.constant(tags.variableName),
    functionName: tags.function(tags.variableName),
    className: tags.className,
  },
};

export const solidity = StreamLanguage.define(parser);
