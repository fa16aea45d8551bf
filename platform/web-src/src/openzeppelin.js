// OpenZeppelin's contracts as the editor knows them: the bundle's build writes them in, from the pinned package.
import { outline } from "./words.js";

const PACKAGE = "@openzeppelin/contracts/";
const BUILT = typeof __OPENZEPPELIN__ === "undefined" ? null : __OPENZEPPELIN__; // base64 of a zlib stream of JSON
let library = libraryOf({});
let reading = null;

/** What is known so far: nothing, until `readLibrary` is through. */
export const openzeppelin = () => library;

/** Unpack what is known; an editor does so when it opens. */
export function readLibrary() {
  reading ??= unpack();
  return reading;
}

async function unpack() {
  if (BUILT === null) return;
  const packed = Uint8Array.from(atob(BUILT), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  library = libraryOf(await new Response(stream).json());
}

/**
 * @param {Record<string, [string[] | 0, string?, string[]?]>} files by path within the package: names (0 for that of
 *   the file), text without bodies, and what it imports
 */
export function libraryOf(files) {
  const outlines = new Map();
  const names = (path) => files[path][0] || [path.split("/").at(-1).replace(/\.sol$/, "")];
  const read = (path) => {
    if (!outlines.has(path)) outlines.set(path, outline(files[path][1]));
    return outlines.get(path);
  };
  return {
    paths: Object.keys(files).map((path) => PACKAGE + path),
    /** Every name with the file that declares it. @returns {{name: string, path: string}[]} */
    names: Object.keys(files).flatMap((path) => names(path).map((name) => ({ name, path: PACKAGE + path }))),
    /** The names of a file; none where there is no such file. */
    namesIn: (path) => (files[path.slice(PACKAGE.length)] && path.startsWith(PACKAGE) ? names(path.slice(PACKAGE.length)) : []),
    /** The outlines of what a text imports, and of what that imports. */
    outlinesFor(text) {
      const seen = new Set();
      const add = (path) => {
        if (seen.has(path) || !files[path]?.[1]) return;
        seen.add(path);
        files[path][2].forEach(add);
      };
      for (const [, path] of text.matchAll(/["']@openzeppelin\/contracts\/([\w./-]+\.sol)["']/g)) add(path);
      return [...seen].map(read);
    },
  };
}
