// Questions to the kernel, each with one answer.
import { say } from "./text.js";

const KERNEL_ANSWERS_WITHIN_MS = 20000;

/**
 * @param {{send: (message: any) => void, key: () => string, patienceMs?: number}} options
 * @returns `ask(what, details)` promises the answer, or fails with what a notice needs; `received` takes answers in.
 */
export function createAsk({ send, key, patienceMs = KERNEL_ANSWERS_WITHIN_MS }) {
  const waiting = new Map();

  function settle(id) {
    const found = waiting.get(id);
    waiting.delete(id);
    clearTimeout(found?.timer);
    return found;
  }

  return {
    ask(what, details = {}) {
      return new Promise((resolve, reject) => {
        const id = key();
        const timer = setTimeout(() => settle(id)?.reject({ kind: "kernel" }), patienceMs);
        waiting.set(id, { resolve, reject, timer });
        send({ ...details, type: "ask", key: id, what });
      });
    },
    received(message) {
      const found = settle(message.key);
      if (!found) return;
      if (message.problem) found.reject(message.problem);
      else found.resolve(message.answer);
    },
    stop() {
      for (const id of [...waiting.keys()]) settle(id);
    },
  };
}

/** What a failed question says to who asked: the kernel's problem, or that something here is broken. */
export function problemOf(error) {
  return error?.kind ? error : { kind: "refused", message: say("help_broken", { reason: String(error) }) };
}
