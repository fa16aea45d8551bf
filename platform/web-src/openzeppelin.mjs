// What the editor knows of OpenZeppelin's contracts, read when the bundle is built from the package that the sandbox
// pins: the name of each file, what it declares, and of those that lessons use also what can be called.
import { readFile, readdir } from "node:fs/promises";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

import { outline } from "./src/words.js";

const FOLDER = fileURLToPath(new URL("../../sandbox/node_modules/@openzeppelin/contracts/", import.meta.url));
const LEFT_OUT = /^(mocks|vendor|build)\//;
const IN_FULL = new RegExp(
  "^(access/(I?AccessControl|Ownable|Ownable2Step)|token/(ERC20|ERC721|ERC1155)/I?ERC\\w+" +
    "|token/ERC20/(extensions/(IERC20\\w+|ERC20(Burnable|Capped|Pausable|Permit|Votes))|utils/SafeERC20)" +
    "|token/ERC721/(extensions/(IERC721\\w+|ERC721(Burnable|Enumerable|URIStorage)))|token/ERC1155/extensions/IERC\\w+" +
    "|utils/(Context|Pausable|ReentrancyGuard|Strings|Address|Nonces|introspection/I?ERC165|math/Math|cryptography/(ECDSA|EIP712))" +
    "|interfaces/draft-IERC6093)\\.sol$",
);
const TOLD = new Set(["function", "modifier", "event", "error", "struct", "enum", "constant"]);

/** @returns {Promise<Record<string, [string[] | 0, string?, string[]?]>>} by path: its names (0 for that of the file), its text without bodies, what it imports */
export async function openzeppelin(folder = FOLDER) {
  const found = await readdir(folder, { recursive: true }).catch(() => []);
  const paths = found.filter((path) => path.endsWith(".sol") && !LEFT_OUT.test(path)).sort();
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, told(path, await readFile(`${folder}/${path}`, "utf8"))])));
}

function told(path, text) {
  const names = outline(text).root.names.filter(({ kind }) => kind !== "imported");
  const own = names.length === 1 && posix.basename(path, ".sol") === names[0].name;
  const listed = own ? 0 : names.map(({ name }) => name);
  if (!IN_FULL.test(path)) return [listed];
  const imports = [...text.matchAll(/from "(\.[^"]+)"/g)].map(([, to]) => posix.join(posix.dirname(path), to)).filter((each) => IN_FULL.test(each));
  return [listed, names.map(declared).join(""), imports];
}

function declared({ kind, code, inner }) {
  if (!["contract", "interface", "library"].includes(kind)) return `${code};`;
  const told = inner.names.filter((each) => TOLD.has(each.kind) && !/\bprivate\b/.test(each.code));
  const lines = told.map((each) => `${each.code.replace(/\b(virtual|override(\([^)]*\))?) ?/g, "").trim()}${/^(struct|enum)/.test(each.code) ? "" : ";"}`);
  return `${code}{${lines.join("\n")}}`;
}
