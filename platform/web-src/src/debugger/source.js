// The source beside a trace: to be read, with the line that runs lit.
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

import { createReader } from "../editor.js";

const lit = StateEffect.define();
const line = Decoration.line({ class: "hk-lit", attributes: { "aria-current": "step" } });
const lighting = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(lit)) return effect.value === null ? Decoration.none : Decoration.set([line.range(effect.value)]);
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** @param {{parent: HTMLElement, text: string, label: string}} options */
export function createSource({ parent, text, label }) {
  const view = createReader({ parent, text, label, extensions: lighting });
  // What was drawn while it was out of sight or without its styles has another size afterwards.
  const resized = new ResizeObserver(() => view.requestMeasure());
  resized.observe(parent);
  let shown = null;
  return {
    /** Light a line, counted from 1, and have it in sight; null lights none. */
    light(number) {
      if (number === shown) return;
      shown = number;
      const known = number !== null && number <= view.state.doc.lines;
      const at = known ? view.state.doc.line(number).from : null;
      const effects = [lit.of(at)];
      if (at !== null) effects.push(EditorView.scrollIntoView(at, { y: "nearest", yMargin: 60 }));
      view.dispatch({ effects });
    },
    destroy() {
      resized.disconnect();
      view.destroy();
    },
  };
}
