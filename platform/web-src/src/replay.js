// The debugger on a page of the portal: what a check did with an attempt, for who may look at it. Nothing is changed.
import { openDebugger } from "./debugger/view.js";
import { h } from "./dom.js";
import { say } from "./text.js";

/** What a failed answer of the classroom says, as a notice needs it. */
export function problemIn(status, body, retryAfter = null) {
  const kind = { 401: "sign_in", 404: "missing", 429: "slow_down", 503: "busy" }[status] ?? "refused";
  return { kind, message: body?.detail ?? "", retry_after_s: retryAfter };
}

/**
 * @param {{submission: string, csrf: string, fetch?: typeof fetch}} options
 * @returns what asks the classroom for a trace, and fails with what a notice needs
 */
export function createAsking({ submission, csrf, fetch: send = fetch }) {
  return async (check, { index, ...window }) => {
    const order = { ...window, check, ...(index === null || index === undefined ? {} : { index }) };
    const headers = { "Content-Type": "application/json", "X-CSRF": csrf };
    let answer;
    try {
      answer = await send(`/api/v1/submissions/${submission}/traces`, { method: "POST", headers, body: JSON.stringify(order) });
    } catch {
      throw { kind: "offline", message: "" };
    }
    const body = await answer.json().catch(() => null);
    if (!answer.ok) throw problemIn(answer.status, body, answer.headers.get("Retry-After"));
    return { ...body.trace, stopped: body.stopped };
  };
}

const place = globalThis.document?.getElementById("replay");
if (place) {
  const { submission, check, title, csrf } = place.dataset;
  const ask = createAsking({ submission, csrf });
  // The editor writes its styles into the page, which the portal's policy forbids, but adopts them in a shadow root.
  const shadow = place.attachShadow({ mode: "open" });
  const parent = h("div", null);
  const root = h("section", { class: "hk hk-exercise hk-alone" }, parent);
  root.style.colorScheme = document.documentElement.dataset.theme ?? "";
  root.style.maxWidth = "none";
  shadow.append(h("link", { rel: "stylesheet", href: place.dataset.styles }), root);
  openDebugger({
    parent,
    ask: (window) => ask(check, window),
    source: document.getElementById("replay-source").textContent,
    title: say("dbg_of_check", { title }),
  });
}
