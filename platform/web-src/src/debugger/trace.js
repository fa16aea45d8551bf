// A trace as the kernel answers it: its columns unpacked, and what can be read from them. Knows no page.

const COLUMNS = [
  ["op", Uint8Array],
  ["location", Uint16Array],
  ["call", Uint16Array],
  ["pc", Uint16Array],
  ["depth", Uint16Array],
  ["gas", Uint32Array],
  ["cost", Uint32Array],
];
const NOWHERE = 0xffff;

/**
 * Unpack an outline: columns by name, one number a step.
 * @param {{steps: number, ops: string[], locations: any[], columns: string}} outline
 */
export async function unpack(outline) {
  const packed = Uint8Array.from(atob(outline.columns), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = await new Response(stream).arrayBuffer();
  const columns = {};
  let offset = 0;
  for (const [name, Column] of COLUMNS) {
    const end = offset + outline.steps * Column.BYTES_PER_ELEMENT;
    columns[name] = new Column(bytes.slice(offset, end)); // every machine that browsers run on is little-endian
    offset = end;
  }
  return {
    ...columns,
    steps: outline.steps,
    nameOf: (step) => outline.ops[columns.op[step]],
    placeOf: (step) => (columns.location[step] === NOWHERE ? null : outline.locations[columns.location[step]]),
  };
}

/** Whether two places are one line of one file. */
export function sameLine(one, other) {
  return one === other || (one && other && one.file === other.file && one.line === other.line);
}

/** Where forward, back, over, out and from line to line lead; the same step where there is nowhere to go. */
export function moves(trace) {
  const last = trace.steps - 1;
  const within = (step) => Math.min(Math.max(step, 0), last);
  const find = (from, wanted, otherwise) => {
    for (let step = from; step <= last; step += 1) if (wanted(step)) return step;
    return otherwise;
  };
  return {
    forward: (step) => within(step + 1),
    back: (step) => within(step - 1),
    /** Past the calls that this step makes. */
    over: (step) => find(step + 1, (other) => trace.depth[other] <= trace.depth[step], last),
    /** To the caller, after this call. */
    out: (step) => find(step + 1, (other) => trace.depth[other] < trace.depth[step], last),
    nextLine(step) {
      const here = trace.placeOf(step);
      return find(step + 1, (other) => trace.placeOf(other) && !sameLine(trace.placeOf(other), here), last);
    },
    previousLine(step) {
      const here = trace.placeOf(step);
      let before = step - 1;
      while (before > 0 && (!trace.placeOf(before) || sameLine(trace.placeOf(before), here))) before -= 1;
      if (before <= 0) return 0;
      const there = trace.placeOf(before);
      while (before > 0 && sameLine(trace.placeOf(before - 1), there)) before -= 1; // to where that line begins
      return before;
    },
  };
}

/**
 * The last step of the call that failed first and made those around it fail; null where none failed. A call that failed
 * and was followed by another is none of these: its caller went on.
 */
export function failureOf(calls) {
  const failed = (call) => call.error && call.end_step > call.first_step;
  let found = calls.find((call) => call.parent === null && failed(call)) ?? calls.find(failed);
  if (!found) return null;
  for (;;) {
    const last = calls.filter((call) => call.parent === found.index).at(-1);
    if (!last || !failed(last)) return found.end_step - 1;
    found = last;
  }
}

/**
 * Every variable that is written in the trace, as it stands before `step` runs: before the transaction, and now.
 * @returns {{name: string, contract: string | null, type: string | null, before: string, now: string, fresh: boolean, undone: boolean}[]}
 */
export function variablesAt(summary, step) {
  const found = new Map();
  for (const write of summary.writes) {
    const key = `${write.address} ${write.transient} ${write.variable ?? write.slot}`;
    if (!found.has(key)) {
      const name = write.variable?.replaceAll("`", "") ?? `slot ${shortWord(write.slot)}`;
      const { contract, type, old } = write;
      found.set(key, { name, contract, type, before: old, now: old, fresh: false, undone: false });
    }
    if (write.step === null || write.step >= step) continue;
    const variable = found.get(key);
    const takenBack = write.undone && step >= endOfFailure(summary.calls, write.call);
    variable.undone = takenBack;
    variable.now = takenBack ? variable.before : write.new;
    variable.fresh = write.step === step - 1;
  }
  return [...found.values()];
}

function endOfFailure(calls, index) {
  for (let call = calls[index]; call; call = calls[call.parent]) if (call.error) return call.end_step;
  return Infinity;
}

/** A word of 32 bytes, its middle left out where it is long. */
export function shortWord(word) {
  return word.length > 20 ? `${word.slice(0, 10)}…${word.slice(-8)}` : word;
}

/** What a word on the stack may also be read as: a number where it is small; null where that says nothing. */
export function numberOf(word) {
  return word.length <= 18 ? BigInt(word) : null;
}

/** Memory in rows of 16 bytes: where, hexadecimal in groups of four, and the characters that can be read. */
export function memoryRows(memory) {
  const hex = (memory ?? "0x").slice(2);
  const rows = [];
  for (let at = 0; at < hex.length; at += 32) {
    const bytes = hex.slice(at, at + 32).match(/../g) ?? [];
    const text = bytes.map((byte) => {
      const code = parseInt(byte, 16);
      return code > 32 && code < 127 ? String.fromCharCode(code) : "·";
    });
    const grouped = bytes.join("").replace(/.{8}(?=.)/g, "$& ");
    rows.push({ at: `0x${(at / 2).toString(16).padStart(4, "0")}`, hex: grouped, text: text.join("") });
  }
  return rows;
}
