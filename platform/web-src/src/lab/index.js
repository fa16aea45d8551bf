// JupyterLab's half of the classroom: a card for each lesson in the launcher, and Solidity's colours.
import { LanguageSupport } from "@codemirror/language";
import { EditorExtensionRegistry, IEditorExtensionRegistry, IEditorLanguageRegistry } from "@jupyterlab/codemirror";
import { URLExt } from "@jupyterlab/coreutils";
import { ILauncher } from "@jupyterlab/launcher";
import { ServerConnection } from "@jupyterlab/services";
import { LabIcon } from "@jupyterlab/ui-components";

import mark from "../../../classroom/apps/static/mark.svg";
import { solidity } from "../solidity.js";
import { followFirstLine } from "./cells.js";

const OPEN = "classroom:open-lesson";
const ABOVE_THE_REST = 1000; // JupyterLab's own categories begin at 0

async function lessons() {
  const settings = ServerConnection.makeSettings();
  const url = URLExt.join(settings.baseUrl, "classroom/lessons");
  const answer = await ServerConnection.makeRequest(url, {}, settings);
  if (!answer.ok) throw new ServerConnection.ResponseError(answer);
  return (await answer.json()).lessons;
}

const colours = {
  id: "classroom:solidity",
  description: "Colours Solidity in cells, in files and in texts.",
  autoStart: true,
  requires: [IEditorLanguageRegistry, IEditorExtensionRegistry],
  activate: (_app, languages, extensions) => {
    languages.addLanguage({
      name: "Solidity",
      mime: "text/x-solidity",
      alias: ["solidity", "sol"],
      extensions: ["sol"],
      support: new LanguageSupport(solidity),
    });
    extensions.addExtension({
      name: "classroom:solidity-cells",
      factory: () => EditorExtensionRegistry.createImmutableExtension(followFirstLine()),
    });
  },
};

const cards = {
  id: "classroom:lessons",
  description: "Puts a card for each lesson into the launcher.",
  autoStart: true,
  requires: [ILauncher],
  activate: async (app, launcher) => {
    const icon = new LabIcon({ name: "classroom:mark", svgstr: mark });
    app.commands.addCommand(OPEN, {
      label: (args) => args.title ?? "Open a lesson",
      caption: (args) => args.summary ?? "",
      icon,
      execute: (args) => app.commands.execute("docmanager:open", { path: args.path, factory: "Notebook" }),
    });
    for (const [rank, { track, place, ...args }] of (await lessons()).entries()) {
      launcher.add({ command: OPEN, args, category: track, categoryRank: place - ABOVE_THE_REST, rank });
    }
  },
};

export default [colours, cards];
