// Tells whether the classroom answers, and notices within seconds when it does not. Draws nothing.

const BEAT_MS = 5000;
const LOST_BEAT_MS = 1500;
const PATIENCE_MS = 4000;

/** Ask an address of this server; answers the status, or 0 where nothing sensible answers. */
export async function statusOf(url) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, { cache: "no-store", signal: patience.signal });
    return response.status >= 500 ? 0 : response.status;
  } catch {
    return 0;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Look again and again, while somebody looks at the page, whether the classroom answers.
 * @param {{lost: () => void, back: () => Promise<void>}} told called when it does not, and when it does again
 * @returns {() => void} looks at once, for who has a reason to doubt it
 */
export function watchReach({ lost, back }) {
  let isLost = false;
  let timer = null;
  let looking = null;

  async function look() {
    clearTimeout(timer);
    const answers = navigator.onLine && (await statusOf("/healthz")) !== 0;
    if (!answers && !isLost) {
      isLost = true;
      lost();
    } else if (answers && isLost) {
      isLost = false;
      await back();
    }
    timer = setTimeout(beat, isLost ? LOST_BEAT_MS : BEAT_MS);
  }

  const now = () => (looking ??= look().finally(() => (looking = null)));
  const beat = () => document.visibilityState === "visible" && now();

  addEventListener("offline", now);
  addEventListener("online", now);
  document.addEventListener("visibilitychange", beat);
  timer = setTimeout(beat, BEAT_MS);
  return now;
}
