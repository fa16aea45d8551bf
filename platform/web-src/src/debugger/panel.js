// The debugger inside the exercise panel: opened from a check that failed or a step that was tried, one at a time.
import { h } from "../dom.js";
import { say } from "../text.js";
import { createAsker } from "./asking.js";
import { openDebugger } from "./view.js";

/**
 * @param {{send: (message: any) => void}} model
 */
export function createTracing(model) {
  const place = h("div", { class: "hk-dbg-place" });
  const asker = createAsker(model, "trace");
  let opened = null;
  let from = null;

  function close() {
    opened?.destroy();
    opened?.element.remove();
    opened = null;
  }

  function show(parent, of, source, title) {
    close();
    from = document.activeElement;
    opened = openDebugger({
      parent,
      ask: (window) => asker.ask({ ...window, ...of }),
      source,
      title,
      onClose: () => {
        opened = null;
        from?.focus();
      },
    });
    opened.focus();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    opened.element.scrollIntoView({ block: "start", behavior: still ? "instant" : "smooth" });
  }

  return {
    place,
    close,
    /** Step through what a check of an attempt did. */
    open(attempt, check) {
      show(place, { submission: attempt.id, check: check.id }, attempt.source, say("dbg_of_check", { title: check.title.replaceAll("`", "") }));
    },
    /** Step through the last of the steps that were tried, in a place of their own; null closes what is open. */
    openStep(tried) {
      if (tried) show(tried.parent, { source: tried.source, steps: tried.steps }, tried.source, tried.sentence);
      else close();
    },
    /** Step through a transaction of a chain. */
    openTransaction({ transaction, source, title }) {
      show(place, { transaction }, source, title);
    },
    received: asker.received,
    destroy() {
      close();
      asker.destroy();
    },
  };
}

/** The button beside a check that failed. */
export function stepThrough(check, open) {
  const more = h("span", { class: "hk-hidden" }, ` ${say("dbg_open_more", { title: check.title.replaceAll("`", "") })}`);
  return h("button", { type: "button", class: "hk-button hk-dbg-open", onclick: () => open(check) }, say("dbg_open"), more);
}
