// The module that anywidget loads, in JupyterLab and in a lesson app alike.
import { createPanel } from "./panel.js";

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    return createPanel(model, el);
  },
};
