// The debugger inside the exercise panel: opened from a check that failed, closed when another attempt is made.
import { fill, h } from "../dom.js";
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
    opened = null;
    fill(place);
  }

  return {
    place,
    close,
    /** Step through what a check of an attempt did. */
    open(attempt, check) {
      close();
      from = document.activeElement;
      opened = openDebugger({
        parent: place,
        ask: (window) => asker.ask({ ...window, submission: attempt.id, check: check.id }),
        source: attempt.source,
        title: say("dbg_of_check", { title: check.title.replaceAll("`", "") }),
        onClose: () => {
          opened = null;
          from?.focus();
        },
      });
      opened.focus();
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      opened.element.scrollIntoView({ block: "start", behavior: still ? "instant" : "smooth" });
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
