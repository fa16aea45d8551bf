// A list of any length of which only the rows in sight are in the document.
import { fill, h, uniqueId } from "../dom.js";

const SPARE = 12;

/** Which rows are drawn: those in sight and a few on either side; the end is exclusive. */
export function windowOf({ top, height, rowHeight, count, spare = SPARE }) {
  const first = Math.max(Math.floor(top / rowHeight) - spare, 0);
  const end = Math.min(Math.ceil((top + height) / rowHeight) + spare, count);
  return { first: Math.min(first, Math.max(end - 1, 0)), end };
}

/**
 * @param {{label: string, count: number, rowHeight: number, row: (index: number) => (Node | string)[],
 *          onChoose: (index: number) => void}} options
 */
export function createList({ label, count, rowHeight, row, onChoose }) {
  const id = uniqueId("steps");
  const rows = new Map();
  let current = -1;
  let asked = false;
  const body = h("div", { class: "hk-steps-body", role: "presentation" });
  const element = h(
    "div",
    { class: "hk-steps", role: "listbox", tabindex: "0", "aria-label": label, onscroll: later, onclick: clicked, onkeydown: keyed },
    body,
  );
  body.style.height = `${count * rowHeight}px`;
  const resized = new ResizeObserver(later);
  resized.observe(element);

  function later() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  }

  function draw() {
    const { first, end } = windowOf({ top: element.scrollTop, height: element.clientHeight, rowHeight, count });
    for (const [index, drawn] of rows) {
      if ((index < first || index >= end) && index !== current) {
        drawn.remove();
        rows.delete(index);
      }
    }
    const fresh = document.createDocumentFragment();
    for (let index = first; index < end; index += 1) if (!rows.has(index)) fresh.append(drawnRow(index));
    body.append(fresh);
  }

  function drawnRow(index) {
    const drawn = h(
      "div",
      { class: "hk-step", role: "option", id: `${id}-${index}`, "aria-posinset": index + 1, "aria-setsize": count, "aria-selected": String(index === current) },
      row(index),
    );
    drawn.dataset.index = index;
    drawn.style.transform = `translateY(${index * rowHeight}px)`;
    rows.set(index, drawn);
    return drawn;
  }

  function clicked(event) {
    const chosen = event.target.closest("[data-index]");
    if (chosen) onChoose(Number(chosen.dataset.index));
  }

  function keyed(event) {
    const page = Math.max(Math.floor(element.clientHeight / rowHeight) - 1, 1);
    const to = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: count - 1,
    }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    onChoose(Math.min(Math.max(to, 0), count - 1));
  }

  return {
    element,
    /** Mark a row as the current one, and have it in sight. */
    show(index) {
      rows.get(current)?.setAttribute("aria-selected", "false");
      current = index;
      const top = index * rowHeight;
      const { scrollTop, clientHeight } = element;
      if (top < scrollTop || top + rowHeight > scrollTop + clientHeight) {
        element.scrollTop = Math.max(top - clientHeight / 2, 0);
      }
      draw();
      if (!rows.has(index)) body.append(drawnRow(index));
      rows.get(index).setAttribute("aria-selected", "true");
      element.setAttribute("aria-activedescendant", `${id}-${index}`);
    },
    drawn: () => rows.size,
    destroy() {
      resized.disconnect();
      fill(body);
    },
  };
}
