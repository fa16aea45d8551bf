// A clock that a test turns by hand.
export function testClock() {
  let now = 0;
  let last = 0;
  const timers = new Map();
  return {
    set(run, ms) {
      last += 1;
      timers.set(last, { at: now + Math.max(0, ms), run });
      return last;
    },
    clear: (timer) => timers.delete(timer),
    now: () => now,
    pass(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
        if (!due) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
      }
      now = end;
    },
  };
}
