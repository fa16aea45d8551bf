// The module that anywidget loads, in JupyterLab and in a lesson app alike. The trait `view` says which widget it is.
import { createDebugger, createGas } from "./debugger/widget.js";
import { createExplorer } from "./explorer.js";
import { createPanel } from "./panel.js";

const VIEWS = { debugger: createDebugger, explorer: createExplorer, gas: createGas };

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    const create = VIEWS[model.get("view")] ?? createPanel;
    return create(model, el);
  },
};
