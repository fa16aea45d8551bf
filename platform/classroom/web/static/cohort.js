// Keeps the cohort's table fresh: the same page is asked for again and its live part swapped in, while anyone looks.
const PERIOD_MS = 4000;
const live = document.getElementById("live");

async function refresh() {
  if (document.hidden) return;
  const status = document.getElementById("live-status");
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (response.redirected || !response.ok) throw new Error(`status ${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("live");
    if (fresh && fresh.innerHTML !== live.innerHTML && !live.contains(document.activeElement)) {
      const scroll = live.querySelector(".scroll");
      const [left, top] = scroll ? [scroll.scrollLeft, scroll.scrollTop] : [0, 0];
      live.replaceChildren(...fresh.childNodes);
      live.querySelector(".scroll")?.scrollTo(left, top);
    }
    status.textContent = "Live";
  } catch {
    status.textContent = "Not live: the server does not answer. Trying again.";
  }
}

setInterval(refresh, PERIOD_MS);
document.addEventListener("visibilitychange", refresh);
