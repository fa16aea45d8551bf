// Help on the word under the pointer, or by a key on the word at the cursor.
import { StateEffect, StateField } from "@codemirror/state";
import { EditorView, closeHoverTooltips, hasHoverTooltips, hoverTooltip, keymap, showTooltip } from "@codemirror/view";

import { explain, showPage, spoken } from "./explain.js";
import { say } from "./text.js";

const setHelp = StateEffect.define();

const shown = StateField.define({
  create: () => null,
  update(tooltip, transaction) {
    for (const effect of transaction.effects) if (effect.is(setHelp)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : tooltip; // one went on
  },
  provide: (field) => showTooltip.from(field),
});

const tooltipOf = (page) => ({ pos: page.from, end: page.to, above: true, create: () => ({ dom: showPage(page) }) });

/**
 * Help on words: on hover, and with F1 (or Alt+H); a screen reader hears it.
 * @param {(state: import("@codemirror/state").EditorState) => any} projectOf
 */
export function help(projectOf) {
  function tell(view) {
    const page = explain(projectOf(view.state), view.state.selection.main.head);
    const words = EditorView.announce.of(page ? spoken(page) : say("words_none"));
    view.dispatch({ effects: [setHelp.of(page && tooltipOf(page)), words] });
    return true;
  }
  function close(view) {
    if (view.state.field(shown)) view.dispatch({ effects: setHelp.of(null) });
    if (hasHoverTooltips(view.state)) view.dispatch({ effects: closeHoverTooltips });
    return false;
  }
  return [
    shown,
    hoverTooltip((view, at) => {
      const page = explain(projectOf(view.state), at);
      return page && tooltipOf(page);
    }),
    keymap.of([
      { key: "F1", run: tell, preventDefault: true },
      { key: "Alt-h", run: tell, preventDefault: true },
      { key: "Escape", run: close },
    ]),
  ];
}
