// Lets solc call its own functions directly where it otherwise takes a detour through JavaScript.
//
// solc is C++ whose exceptions Emscripten makes with JavaScript: each call that might throw goes through a function such
// as
//
//   function invoke_vii(index, a1, a2) {
//     var sp = stackSave();
//     try { wasmTable.get(index)(a1, a2) } catch (e) { stackRestore(sp); if (e !== e + 0) throw e; _setThrew(1, 0) }
//   }
//
// Half of a warm compile was spent in these. They are replaced by functions that do the same in WebAssembly, which can
// catch what JavaScript throws: `WebAssembly.JSTag` of https://webassembly.github.io/exception-handling/js-api/. Those
// that are not as expected here are left as they are.

const REPLACED = /^invoke_([vifd])([ifd]*)$/; // a 64-bit integer would come in halves
const AS_EXPECTED = /stackSave\(\)[^]*getWasmTableEntry\(index\)[^]*stackRestore\(sp\)[^]*_setThrew\(1, 0\)/;

const [I32, F32, F64, EXTERNREF, FUNCREF] = [0x7f, 0x7d, 0x7c, 0x6f, 0x70];
const TYPES = { v: [], i: [I32], f: [F32], d: [F64] };
const ZEROS = { [I32]: [0x41, 0], [F32]: [0x43, 0, 0, 0, 0], [F64]: [0x44, 0, 0, 0, 0, 0, 0, 0, 0] };
const HELPERS = ["stackSave", "stackRestore", "_setThrew"];

/**
 * Instantiate solc with direct calls; give its instance, and what is to be called with solc's module before it runs.
 * That tells how many functions were replaced.
 */
export function instantiate(module, imports) {
  const detours = Object.values(imports)
    .flatMap(Object.values)
    .filter((it) => typeof it === "function" && REPLACED.test(it.name) && AS_EXPECTED.test(it));
  const exported = WebAssembly.Module.exports(module).filter(({ kind }) => kind === "table");
  if (!WebAssembly.JSTag || !detours.length || exported.length !== 1) {
    return { instance: new WebAssembly.Instance(module, imports), ready: () => 0 };
  }
  const js = {
    thrown: WebAssembly.JSTag,
    fetch: (index) => functions.set(index, table.get(index)),
    rethrow_unless_cpp(thrown) {
      if (thrown !== thrown + 0) throw thrown;
    },
  };
  const code = new WebAssembly.Module(assemble(detours.map(({ name }) => name)));
  const { functions, helpers, ...direct } = new WebAssembly.Instance(code, { js }).exports;
  const replaced = (it) => (detours.includes(it) ? direct[it.name] : it);
  const instance = new WebAssembly.Instance(
    module,
    mapValues(imports, (fields) => mapValues(fields, replaced)),
  );
  const table = instance.exports[exported[0].name];
  functions.grow(table.length); // solc's table never changes: nothing calls back from it
  const ready = (solc) => {
    HELPERS.forEach((name, index) => helpers.set(index, solc[name]));
    return detours.length;
  };
  return { instance, ready };
}

/** Write a WebAssembly module of functions with these names. Their table of `functions` is filled as they need it. */
function assemble(names) {
  const types = [];
  const type = (parameters, results) => {
    const entry = [0x60, ...vector(parameters.map((it) => [it])), ...vector(results.map((it) => [it]))];
    const known = types.findIndex((other) => String(other) === String(entry));
    return number(known < 0 ? types.push(entry) - 1 : known);
  };
  const [saves, restores, sets, looks] = [type([], [I32]), type([I32], []), type([I32, I32], []), type([EXTERNREF], [])];
  const signatures = names.map((name) => {
    const [, result, letters] = REPLACED.exec(name);
    const [results, parameters] = [TYPES[result], [...letters].flatMap((letter) => TYPES[letter])];
    return { results, parameters, outer: type([I32, ...parameters], results) };
  });
  const imports = [
    [...text("js"), ...text("fetch"), 0, ...restores],
    [...text("js"), ...text("rethrow_unless_cpp"), 0, ...looks],
    [...text("js"), ...text("thrown"), 4, 0, ...looks],
  ];
  const [FETCH, RETHROW, FIRST] = [0, 1, 2];
  const codes = signatures.map(({ results, parameters }) => {
    const passed = parameters.flatMap((_, i) => [0x20, ...number(i + 1)]);
    const [sp, thrown] = [number(parameters.length + 1), number(parameters.length + 2)];
    const help = (helper, its) => [0x41, helper, 0x11, ...its, 1]; // i32.const, call_indirect in the table of helpers
    return sized([
      ...vector([[1, I32], [1, EXTERNREF]]), // sp, thrown
      ...[0x20, 0, 0x25, 0, 0xd1, 0x04, 0x40, 0x20, 0, 0x10, FETCH, 0x0b], // if functions[index] is null: fetch it
      ...[...help(0, saves), 0x21, ...sp],
      ...[0x06, results[0] ?? 0x40], // try
      ...[...passed, 0x20, 0, 0x11, ...type(parameters, results), 0], // functions[index](…)
      ...[0x07, 0, 0x21, ...thrown], // catch
      ...[0x20, ...sp, ...help(1, restores)],
      ...[0x20, ...thrown, 0x10, RETHROW],
      ...[0x41, 1, 0x41, 0, ...help(2, sets)],
      ...results.flatMap((it) => ZEROS[it]),
      ...[0x0b, 0x0b],
    ]);
  });
  const exports = names.map((name, i) => [...text(name), 0, ...number(FIRST + i)]);
  exports.push([...text("functions"), 1, 0], [...text("helpers"), 1, 1]);
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, ...sized(vector(types))],
    ...[2, ...sized(vector(imports))],
    ...[3, ...sized(vector(signatures.map(({ outer }) => outer)))],
    ...[4, ...sized(vector([[FUNCREF, 0, 0], [FUNCREF, 0, HELPERS.length]]))],
    ...[7, ...sized(vector(exports))],
    ...[10, ...sized(vector(codes))],
  ]);
}

const vector = (items) => [...number(items.length), ...items.flat()];
const sized = (bytes) => [...number(bytes.length), ...bytes];
const text = (string) => sized([...string].map((letter) => letter.charCodeAt(0)));
const mapValues = (object, change) => Object.fromEntries(Object.entries(object).map(([key, it]) => [key, change(it)]));

/** Encode an unsigned integer (LEB128). */
function number(n) {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...number(n >>> 7)];
}
