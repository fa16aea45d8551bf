// The line to the kernel. A page may lose it for a while, or get another kernel: what is drawn stays, and goes on with it.

const PAGE = "hk:connection"; // what the page around the panel says of the connection: "away" or "back"
const MODEL = "hk:model"; // what it hands to a panel when there is another kernel

/**
 * Wrap a widget's model so that it can be exchanged for that of another kernel.
 * @param {{get: (name: string) => any, on: Function, off: Function, send: (message: any) => void}} model
 * @param {{element: EventTarget, page?: EventTarget, away: () => void, back: () => void}} options
 *   `element` is where another model arrives; `away` and `back` are called when the line is lost and there again.
 */
export function createLine(model, { element, page = document, away, back }) {
  const listeners = [];
  let open = true;

  function onPage(event) {
    if (event.detail === "away" && open) {
      open = false;
      away();
    } else if (event.detail === "back" && !open) {
      open = true;
      back();
    }
  }

  function onModel(event) {
    event.preventDefault(); // taken: nothing else has to be drawn
    for (const [name, listener] of listeners) model.off(name, listener);
    model = event.detail;
    for (const [name, listener] of listeners) model.on(name, listener);
    open = true;
    back();
  }

  page.addEventListener(PAGE, onPage);
  element.addEventListener(MODEL, onModel);

  return {
    get: (name) => model.get(name),
    on(name, listener) {
      listeners.push([name, listener]);
      model.on(name, listener);
    },
    /** Send, unless the line is lost: whoever sends says it again when it is back. */
    send(message) {
      if (open) model.send(message);
    },
    isOpen: () => open,
    close() {
      page.removeEventListener(PAGE, onPage);
      element.removeEventListener(MODEL, onModel);
      for (const [name, listener] of listeners.splice(0)) model.off(name, listener);
    },
  };
}
