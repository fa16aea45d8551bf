// Two answers side by side: from part to part in both at once. The list: asked for again while answers are compared.
const PERIOD_MS = 2000;

function follow(live) {
  setTimeout(async () => {
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById("live");
      if (response.ok && fresh && !("running" in fresh.dataset)) {
        location.reload();
        return;
      }
    } catch {
      // the server does not answer now; it is asked again
    }
    follow(live);
  }, PERIOD_MS);
}

function step(sides) {
  const numbers = [...sides.querySelectorAll("#sides section:first-child mark")].map((mark) => Number(mark.dataset.part));
  const status = document.getElementById("step-status");
  const steps = document.getElementById("steps");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let at = -1;

  function go(place) {
    if (numbers.length === 0) return;
    at = (place + numbers.length) % numbers.length;
    for (const mark of sides.querySelectorAll("mark.here")) mark.classList.remove("here");
    for (const mark of sides.querySelectorAll(`mark[data-part="${numbers[at]}"]`)) {
      mark.classList.add("here");
      const text = mark.closest("pre");
      const down = mark.getBoundingClientRect().top - text.getBoundingClientRect().top - 3 * 16;
      text.scrollBy({ top: down, behavior: calm.matches ? "auto" : "smooth" });
    }
    status.textContent = status.dataset.text
      .replace("{number}", String(at + 1))
      .replace("{count}", String(numbers.length));
  }

  steps.hidden = numbers.length === 0;
  steps.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (button) go(at < 0 && button.dataset.step === "-1" ? -1 : at + Number(button.dataset.step));
  });
  for (const place of [sides, steps]) {
    place.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "n") go(at + 1);
      if (event.key === "p") go(at < 0 ? -1 : at - 1);
    });
  }
  sides.addEventListener("click", (event) => {
    const link = event.target.closest("a.part");
    if (!link) return;
    event.preventDefault();
    go(numbers.indexOf(Number(link.closest("mark").dataset.part)));
    document.querySelector(link.hash)?.querySelector("a.part")?.focus({ preventScroll: true });
  });
}

const live = document.getElementById("live");
if (live && "running" in live.dataset) follow(live);
const sides = document.getElementById("sides");
if (sides) step(sides);
