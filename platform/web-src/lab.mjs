// Builds the extension of JupyterLab, as JupyterLab loads one that was built beforehand: a container of webpack's module
// federation. Its part is written out here, since all of it is two functions: `init` is handed the modules that JupyterLab
// shares, and `get` gives ours, built with those left out.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const NAME = "hyperkit-classroom";
const SHARED = [
  "@codemirror/language",
  "@codemirror/state",
  "@codemirror/view",
  "@jupyterlab/codemirror",
  "@jupyterlab/coreutils",
  "@jupyterlab/launcher",
  "@jupyterlab/services",
  "@jupyterlab/ui-components",
  "@lezer/highlight",
];

const banner = `(globalThis._JUPYTERLAB ??= {})[${JSON.stringify(NAME)}] = (() => {
  let scope;
  const one = async (name) => {
    const versions = Object.values(scope[name] ?? {});
    if (versions.length === 0) throw new Error("JupyterLab does not share " + name);
    const its = versions.find((each) => String(each.from).includes("CORE")) ?? versions[0];
    return [name, (await its.get())()];
  };
  return {
    init(shared) { scope = shared; },
    async get() {
      const found = Object.fromEntries(await Promise.all(${JSON.stringify(SHARED)}.map(one)));
      const require = (name) => found[name];
      const module = { exports: {} };
`;
const footer = `
      return () => module.exports;
    },
  };
})();`;

/** Build the extension into a folder of its name below `folder`. */
export async function buildLab(folder) {
  const place = join(folder, NAME);
  const built = await build({
    entryPoints: [fileURLToPath(new URL("src/lab/index.js", import.meta.url))],
    bundle: true,
    external: SHARED,
    format: "cjs",
    loader: { ".svg": "text" },
    minify: true,
    legalComments: "none",
    banner: { js: banner },
    footer: { js: footer },
    target: ["chrome123", "firefox121", "safari17.5"],
    write: false,
  });
  await mkdir(join(place, "static"), { recursive: true });
  await writeFile(join(place, "static/remoteEntry.js"), built.outputFiles[0].contents);
  const about = {
    name: NAME,
    version: "0.1.0",
    license: "Apache-2.0",
    jupyterlab: { _build: { load: "static/remoteEntry.js", extension: "./extension" } },
  };
  await writeFile(join(place, "package.json"), `${JSON.stringify(about, null, 2)}\n`);
}
