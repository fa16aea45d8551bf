// Questions to the kernel that have an answer: each carries a number, and the answer the same.

const PATIENCE_MS = 60000;

/**
 * @param {{send: (message: any) => void}} model
 * @param {string} type of the question; what comes back is `received`
 */
export function createAsker(model, type, { patience = PATIENCE_MS } = {}) {
  const waiting = new Map();
  let last = 0;

  function settle(seq, how, value) {
    const asked = waiting.get(seq);
    if (!asked) return;
    waiting.delete(seq);
    clearTimeout(asked.timer);
    asked[how](value);
  }

  return {
    /** Ask; fails with a problem, as the kernel tells it. */
    ask: (question) =>
      new Promise((resolve, reject) => {
        last += 1;
        const seq = last;
        const timer = setTimeout(() => settle(seq, "reject", { kind: "kernel" }), patience);
        waiting.set(seq, { resolve, reject, timer });
        model.send({ ...question, type, seq });
      }),
    received(message) {
      if (message.problem) settle(message.seq, "reject", message.problem);
      else settle(message.seq, "resolve", message.answer);
    },
    destroy() {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
