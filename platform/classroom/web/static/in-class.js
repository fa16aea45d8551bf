// Keeps an hour in class fresh: counts down, and asks for the same page again while it is open and anyone looks.
const PERIOD_MS = 2000;
const live = document.getElementById("live");
const status = document.getElementById("live-status");
const countdown = document.querySelector(".countdown[data-ends]");

let ends = Date.parse(countdown?.dataset.ends ?? "");
let skew = 0; // how far this machine's clock is ahead of the server's, ms
let over = countdown?.hasAttribute("data-over") ?? true;
let left = -1;

function count() {
  if (!countdown || over) return;
  const seconds = Math.max(0, Math.round((ends - Date.now() + skew) / 1000));
  if (seconds === left) return;
  left = seconds;
  const two = (number) => String(number).padStart(2, "0");
  countdown.textContent = `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  countdown.classList.toggle("soon", seconds <= 60);
}

async function refresh() {
  if (document.hidden) return;
  try {
    const response = await fetch(location.pathname, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (response.redirected || !response.ok) throw new Error(`status ${response.status}`);
    const told = Date.parse(response.headers.get("date") ?? "");
    if (Number.isFinite(told)) skew = Date.now() - told;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("live");
    if (fresh && fresh.innerHTML !== live.innerHTML && !live.contains(document.activeElement)) {
      live.replaceChildren(...fresh.childNodes);
    }
    const clock = page.querySelector(".countdown[data-ends]");
    if (clock && !clock.hasAttribute("data-over")) ends = Date.parse(clock.dataset.ends);
    else if (!over) location.reload(); // it has ended: the page says something else now
    status.textContent = "";
  } catch {
    status.textContent = live.closest("main").dataset.lost ?? "The server does not answer. Trying again.";
  }
}

count();
setInterval(count, 250);
setInterval(refresh, PERIOD_MS);
document.addEventListener("visibilitychange", refresh);
