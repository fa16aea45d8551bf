// Values of the ABI as a person writes them: read with errors in words, and written back for an edit. No elements here.
//
// An integer stands as {"#": digits}, as on the way to the kernel: JavaScript would round what is beyond 2**53.
import { say } from "./text.js";

export const PEOPLE = ["alice", "bob", "carol", "dave", "erin", "owner"];

const UNITS = { wei: 0, gwei: 9, ether: 18, eth: 18, seconds: null, minutes: 60n, hours: 3600n, days: 86400n, weeks: 604800n };
const NUMBER = /^([+-]?)(\d[\d_,']*)?(?:\.(\d+))?(?:e(\+?\d{1,3}))?\s*([a-z]+)?$/i;

/** What a person wrote is no value of the type; the message says what would be. */
export class Unreadable extends Error {}

/** @param {bigint | string | number} value */
export const integer = (value) => ({ "#": String(value) });

/** The digits of a marked integer, null where it is none. */
export function digitsOf(value) {
  return value !== null && typeof value === "object" && typeof value["#"] === "string" ? value["#"] : null;
}

/**
 * Read a whole number: 42, 1_000, 1e18, 1.5 ether, 3 gwei, 2 days, 0xff.
 * @param {string} text
 * @param {string} [unit] the unit where none is written
 * @returns {bigint}
 */
export function readInteger(text, unit = "wei") {
  const trimmed = text.trim();
  if (/^0x[\da-f]+$/i.test(trimmed)) return BigInt(trimmed);
  const found = NUMBER.exec(trimmed);
  const name = found?.[5]?.toLowerCase() ?? unit;
  const known = Object.hasOwn(UNITS, name) ? name : Object.hasOwn(UNITS, `${name}s`) ? `${name}s` : null;
  if (!found || !(found[2] || found[3]) || known === null) throw new Unreadable(say("try_bad_number", { text: trimmed }));
  const [, sign, whole = "", fraction = "", exponent = "0"] = found;
  const size = UNITS[known];
  const shift = Number(exponent) + (typeof size === "number" ? size : 0);
  if (shift > 100) throw new Unreadable(say("try_too_large"));
  const digits = whole.replace(/[_,']/g, "") + fraction;
  const cut = fraction.length - shift;
  let value = BigInt(digits) * (typeof size === "bigint" ? size : 1n);
  if (cut > 0) {
    const part = 10n ** BigInt(cut);
    if (value % part !== 0n) throw new Unreadable(say("try_not_whole", { text: trimmed }));
    value /= part;
  } else value *= 10n ** BigInt(-cut);
  return sign === "-" ? -value : value;
}

/**
 * Read a value of a type.
 * @param {{type: string, components?: Array<any>, name?: string}} parameter as the ABI has it
 * @param {string} text
 * @param {Record<string, string>} contracts what stands for each contract that was deployed, by its name in small letters
 */
export function readValue(parameter, text, contracts = {}) {
  const { type } = parameter;
  if (type.endsWith("]") || type.startsWith("tuple")) return fromTree(parameter, readTree(text), contracts);
  if (type === "string") return text;
  return readPlain(type, text.trim(), contracts);
}

function readPlain(type, text, contracts) {
  if (!text) throw new Unreadable(say("try_empty"));
  if (/^u?int/.test(type)) return integer(inRange(type, readInteger(text)));
  if (type === "bool") {
    if (/^(true|yes|1)$/i.test(text)) return true;
    if (/^(false|no|0)$/i.test(text)) return false;
    throw new Unreadable(say("try_bad_bool", { text }));
  }
  if (type === "address") return readAddress(text, contracts);
  if (/^(bytes|function)/.test(type)) return readBytes(type, text);
  throw new Unreadable(say("try_bad_type", { type }));
}

/** Read who is meant: a name, a contract deployed here, or an address. */
export function readAddress(text, contracts = {}) {
  const name = text.trim().toLowerCase();
  if (PEOPLE.includes(name)) return name;
  if (Object.hasOwn(contracts, name)) return contracts[name];
  if (/^0x[\da-f]{40}$/.test(name)) return text.trim();
  if (/^@\d+$/.test(name)) return name;
  if (/^(0|nobody|zero|address\(0\)|the zero address)$/.test(name)) return `0x${"0".repeat(40)}`;
  throw new Unreadable(say("try_bad_address", { text: text.trim() }));
}

function readBytes(type, text) {
  const size = Number(type.slice(5)) || null;
  const quoted = /^(["'])(.*)\1$/s.exec(text);
  let digits = /^0x((?:[\da-f]{2})*)$/i.exec(text)?.[1];
  if (quoted) digits = [...new TextEncoder().encode(quoted[2])].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (digits === undefined) throw new Unreadable(say("try_bad_bytes", { text }));
  if (size !== null && digits.length > 2 * size) throw new Unreadable(say("try_long_bytes", { type, size }));
  return `0x${size === null ? digits : digits.padEnd(2 * size, "0")}`;
}

function inRange(type, value) {
  const bits = BigInt(type.replace(/\D/g, "") || 256);
  const signed = type.startsWith("int");
  const low = signed ? -(2n ** (bits - 1n)) : 0n;
  const high = signed ? 2n ** (bits - 1n) - 1n : 2n ** bits - 1n;
  if (value < low || value > high) throw new Unreadable(say("try_out_of_range", { type, low: grouped(low), high: grouped(high) }));
  return value;
}

/** Read JSON in which names and numbers need no quotes: [1e18, alice, {to: bob, amount: 1 ether}]. */
function readTree(text) {
  const token = /\s*("(?:[^"\\]|\\.)*"|[[\]{}:,]|[^[\]{}:,"]+)/gsy;
  const strict = [];
  let end = 0;
  for (let found; (found = token.exec(text)); ) {
    const part = found[1].trim();
    if (part) strict.push(/^["[\]{}:,]/.test(part) ? part : JSON.stringify(part));
    end = token.lastIndex;
  }
  try {
    if (text.slice(end).trim()) throw new SyntaxError();
    return JSON.parse(strict.join(""));
  } catch {
    throw new Unreadable(say("try_bad_json", { text: text.trim() }));
  }
}

function fromTree(parameter, tree, contracts) {
  const array = /^(.*)\[(\d*)\]$/.exec(parameter.type);
  if (array) {
    if (!Array.isArray(tree)) throw new Unreadable(say("try_wants_list", { type: typeName(parameter) }));
    if (array[2] && tree.length !== Number(array[2])) {
      throw new Unreadable(say("try_list_length", { type: typeName(parameter), wanted: array[2], given: tree.length }));
    }
    return tree.map((each) => fromTree({ ...parameter, type: array[1] }, each, contracts));
  }
  if (parameter.type === "tuple") return fromStruct(parameter, tree, contracts);
  if (typeof tree !== "string") throw new Unreadable(say("try_wants_one", { type: parameter.type }));
  return parameter.type === "string" ? tree : readPlain(parameter.type, tree.trim(), contracts);
}

function fromStruct({ components = [] }, tree, contracts) {
  const fields = components.map((each) => each.name).join(", ");
  if (Array.isArray(tree) && tree.length === components.length) {
    return Object.fromEntries(components.map((each, i) => [each.name, fromTree(each, tree[i], contracts)]));
  }
  const given = tree !== null && typeof tree === "object" && !Array.isArray(tree) ? Object.keys(tree) : null;
  if (!given || given.length !== components.length || !components.every((each) => given.includes(each.name))) {
    throw new Unreadable(say("try_wants_fields", { fields }));
  }
  return Object.fromEntries(components.map((each) => [each.name, fromTree(each, tree[each.name], contracts)]));
}

/** A type as a learner writes it: structs by their names. */
export function typeName({ type, internalType }) {
  const struct = /^struct (?:.*\.)?([\w$]+(?:\[\d*\])*)$/.exec(internalType ?? "");
  return struct ? struct[1] : type;
}

/** The text of a value, to stand in a field for an edit. */
export function writeValue(value, nameOf = (name) => name) {
  if (typeof value === "string") return nameOf(value);
  return digitsOf(value) ?? (typeof value === "object" ? written(value, nameOf) : String(value));
}

function written(value, nameOf) {
  if (typeof value === "string") return JSON.stringify(nameOf(value));
  if (Array.isArray(value)) return `[${value.map((each) => written(each, nameOf)).join(", ")}]`;
  if (digitsOf(value) !== null || typeof value !== "object" || value === null) return writeValue(value);
  return `{${Object.entries(value).map(([name, each]) => `${name}: ${written(each, nameOf)}`).join(", ")}}`;
}

/** A number of wei in the unit that reads best: 1 ether, 20 gwei, 7 wei. */
export function wei(digits) {
  const value = BigInt(digits);
  for (const [name, size] of [["ether", 18n], ["gwei", 9n]]) {
    const least = name === "ether" ? 10n ** 14n : 10n ** size;
    if (value >= least && value % 10n ** (size - 4n) === 0n) return `${decimal(value, Number(size))} ${name}`;
  }
  return `${grouped(value)} wei`;
}

/** Digits with a point so many places from the right, without zeros at the end. */
export function decimal(value, places) {
  const digits = String(value).padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  return grouped(digits.slice(0, -places)) + (fraction && `.${fraction}`);
}

export function grouped(value) {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** A value that a call answered or an event carries, in words: addresses by name, ether where it reads as such. */
export function inWords(value, nameOf = () => null) {
  const digits = digitsOf(value);
  if (digits !== null) {
    const amount = BigInt(digits);
    const ether = amount >= 10n ** 15n && amount < 10n ** 27n && amount % 10n ** 14n === 0n;
    const shown = amount >= 10n ** 6n || amount <= -(10n ** 6n) ? grouped(digits) : digits;
    return ether ? `${shown} (${wei(digits)})` : shown;
  }
  if (value === null || value === undefined) return say("try_nothing");
  if (typeof value === "string") return nameOf(value) ?? (/^0x[\da-f]*$/i.test(value) ? value : JSON.stringify(value));
  if (Array.isArray(value)) return `[${value.map((each) => inWords(each, nameOf)).join(", ")}]`;
  if (typeof value !== "object") return String(value);
  return `{${Object.entries(value).map(([name, each]) => `${name}: ${inWords(each, nameOf)}`).join(", ")}}`;
}
