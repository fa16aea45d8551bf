// Waits in the queue for a kernel: asks where one stands, and hears as soon as that changes. Draws nothing.

import { say } from "./words.js";

const LOST_AGAIN_MS = 2000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Put a place in words. */
export function placeInWords({ place, waiting }) {
  if (place === 0) return say("turn");
  return place === 1 ? say("next") : say("place", { place, waiting });
}

/**
 * Wait until it is one's turn.
 * @param {{place: number, waiting: number, again_s?: number} | null} now where one stands, as far as is known
 * @param {{show: (now: {place: number, waiting: number}) => void, lost?: (isLost: boolean) => void,
 *          ask?: (url: string) => Promise<Response>, wait?: (ms: number) => Promise<void>}} options
 * @returns {Promise<boolean>} whether it is; false where one is not signed in any more
 */
export async function waitForTurn(now, { show, lost = () => {}, ask = fetch, wait = pause }) {
  for (;;) {
    if (now?.place === 0) return true;
    if (now?.again_s) await wait(now.again_s * 1000);
    try {
      const response = await ask(`/classroom/place${now ? `?seen=${now.place}` : ""}`);
      if (response.status === 401 || response.status === 403) return false;
      if (!response.ok) throw new Error(`place: ${response.status}`);
      now = await response.json();
      lost(false);
      show(now);
    } catch {
      lost(true);
      await wait(LOST_AGAIN_MS);
    }
  }
}
