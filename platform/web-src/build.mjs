// Bundles the exercise panel into ../classroom/static: one ES module and its styles, beside it the debugger for a page of
// the portal, and the extension of JupyterLab. Nothing is fetched at run time.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";

import { build } from "esbuild";

import { buildLab } from "./lab.mjs";
import { openzeppelin } from "./openzeppelin.mjs";

const outdir = process.argv[2] ?? fileURLToPath(new URL("../classroom/static/", import.meta.url));
const source = (name) => fileURLToPath(new URL(`src/${name}`, import.meta.url));

await mkdir(outdir, { recursive: true });
await build({
  entryPoints: [
    { in: source("index.js"), out: "exercise" },
    { in: source("css/exercise.css"), out: "exercise" },
    { in: source("replay.js"), out: "replay" },
  ],
  outdir,
  define: { __OPENZEPPELIN__: JSON.stringify(deflateSync(JSON.stringify(await openzeppelin()), { level: 9 }).toString("base64")) },
  bundle: true,
  format: "esm",
  minify: true,
  sourcemap: false,
  legalComments: "none",
  target: ["chrome123", "firefox121", "safari17.5"],
  logLevel: "info",
});
await buildLab(`${outdir}/labextensions`);
