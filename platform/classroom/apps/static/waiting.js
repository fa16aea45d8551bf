// The page of who waits for their turn: says the place as it changes, in the tab's title too, and goes in by itself.
import { placeInWords, waitForTurn } from "./queue.js";
import { say } from "./words.js";

const place = document.getElementById("place");
const notice = document.getElementById("notice");
const title = document.title;

function show(now) {
  const words = placeInWords(now);
  if (place.textContent !== words) place.textContent = words; // said anew only where it is new
  document.title = now.place ? `(${now.place}) ${title}` : title;
}

const first = Number(place.dataset.place);
document.title = first ? `(${first}) ${title}` : title;

if (!first) await new Promise((resolve) => setTimeout(resolve, 1000)); // not to ask without end where it is refused
await waitForTurn(first ? { place: first, waiting: first } : null, {
  show,
  lost: (isLost) => {
    const words = isLost ? say("no_answer") : "";
    if (notice.textContent !== words) notice.textContent = words;
  },
});
location.reload(); // it is their turn, or they have to sign in again
