// The cohort's page: the whole heat map in a grid, chosen and sorted without asking again, and kept up to date by
// server-sent events. Without this script the page is a plain table, a page of learners at a time.
import { Grid } from "./cohort-grid.js";
import { arranged, change } from "./cohort-order.js";
import { paper } from "./cohort-paper.js";

const APART_MS = 3000; // what needs help is asked for again at most so often
const AGAIN_MS = 60_000; // and without any news so often: the queue moves, and time passes
const RETRY_MS = 5000;

const section = document.getElementById("map");
const status = document.getElementById("live-status");
const attention = document.getElementById("attention");
const words = JSON.parse(section.dataset.words);
const form = section.querySelector("form");
const collator = new Intl.Collator(document.documentElement.lang, { sensitivity: "base", numeric: true });

let exercises = [];
let learners = new Map();
let shown = [];
let grid = null;
let stale = false; // the order or the choice is behind what is known

const get = async (address, accept) => {
  const response = await fetch(address, { headers: { Accept: accept }, credentials: "same-origin" });
  if (response.redirected || !response.ok) throw new Error(`status ${response.status}`);
  return response;
};

function choice() {
  const values = new FormData(form);
  return { sort: values.get("sort"), group: values.get("group") ?? "", stuck: values.has("stuck"), find: values.get("find") ?? "" };
}

function arrange() {
  const chosen = choice();
  stale = false;
  shown = arranged([...learners.values()], exercises, chosen, collator);
  grid.show(exercises, shown);
  document.getElementById("shown").textContent = words.shown.replace("%(shown)s", shown.length).replace("%(all)s", learners.size);
  for (const link of section.querySelectorAll("thead .sort")) {
    const by = link.dataset.sort.replace(/^-/, "");
    const head = link.closest("th");
    if (by !== chosen.sort.replace(/^-/, "")) head.removeAttribute("aria-sort");
    else head.setAttribute("aria-sort", ["passed", "seen"].includes(by) !== chosen.sort.startsWith("-") ? "descending" : "ascending");
  }
  const query = new URLSearchParams([...new FormData(form)].filter(([name, value]) => value && !(name === "sort" && value === "name")));
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
}

async function load() {
  const found = await (await get(section.dataset.map, "application/json")).json();
  exercises = found.exercises;
  learners = new Map(found.learners.map((each) => [each.user_id, each]));
  if (exercises.length !== grid.heads.length) location.reload(); // the course has other exercises now
  else arrange();
}

// What needs help, drawn by the server

let asked = 0;
let timer = null;

function attend() {
  timer ??= setTimeout(async () => {
    timer = null;
    asked = Date.now();
    try {
      const page = new DOMParser().parseFromString(await (await get(attention.dataset.from, "text/html")).text(), "text/html");
      if (page.body.innerHTML.trim() === attention.innerHTML.trim()) return;
      const active = attention.contains(document.activeElement) && document.activeElement;
      const open = [...attention.querySelectorAll("details")].map((each) => each.open);
      attention.replaceChildren(...page.body.childNodes);
      attention.querySelectorAll("details").forEach((each, index) => { each.open = open[index] ?? false; });
      if (active) [...attention.querySelectorAll(active.tagName)].find((each) => each.getAttribute("href") === active.getAttribute("href") && each.textContent.trim() === active.textContent.trim())?.focus({ preventScroll: true });
    } catch { /* told by the stream, and asked again */ }
  }, Math.max(0, asked + APART_MS - Date.now()));
}

// What changes

function live(holds) {
  const said = holds ? words.live : words.lost;
  status.classList.toggle("lost", !holds);
  if (status.textContent !== said) status.textContent = said;
}

function listen() {
  const source = new EventSource(section.dataset.events);
  let broken = false;
  source.addEventListener("cells", (event) => {
    live(true);
    if (broken) load().catch(() => live(false));
    broken = false;
    const { cells } = JSON.parse(event.data);
    if (!cells.length) return;
    let unknown = false;
    for (const cell of cells) {
      const place = change(learners, exercises, cell);
      if (place === null) unknown = true;
      else if (place >= 0) {
        grid.patch(cell.user_id, place);
        stale = true;
      }
    }
    if (unknown) load().catch(() => live(false));
    settle();
    attend();
  });
  source.addEventListener("error", () => {
    broken = true;
    if (source.readyState === EventSource.CLOSED) {
      live(false);
      setTimeout(() => { listen(); load().catch(() => {}); }, RETRY_MS);
    } else setTimeout(() => { if (broken) live(false); }, 6000); // a stream that only ended opens again at once
  });
}

/** Put rows in order after changes, as soon as nobody is among them. */
function settle() {
  if (!stale || grid.scroll.matches(":hover") || grid.scroll.contains(document.activeElement)) return;
  arrange();
}

function choose() {
  form.addEventListener("input", arrange);
  form.addEventListener("submit", (event) => { event.preventDefault(); arrange(); });
  section.querySelector("thead").addEventListener("click", (event) => {
    const link = event.target.closest(".sort");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const { sort } = link.dataset;
    const select = form.elements.sort;
    const turned = sort.startsWith("-") ? sort.slice(1) : `-${sort}`;
    select.value = select.value === sort && [...select.options].some((each) => each.value === turned) ? turned : sort;
    arrange();
  });
  grid.scroll.addEventListener("mouseleave", settle);
  grid.scroll.addEventListener("focusout", () => setTimeout(settle));
}

function print() {
  const sheet = document.createElement("div");
  sheet.id = "paper";
  section.append(sheet);
  addEventListener("beforeprint", () => {
    sheet.replaceChildren(...paper(exercises, shown, words));
    document.documentElement.classList.add("printing");
  });
  addEventListener("afterprint", () => {
    document.documentElement.classList.remove("printing");
    sheet.replaceChildren();
  });
}

async function begin() {
  try {
    await load();
  } catch {
    live(false);
    setTimeout(begin, RETRY_MS);
    return;
  }
  section.querySelector(".pages")?.remove();
  choose();
  print();
  listen();
}

document.documentElement.classList.add("scripted");
setInterval(() => { if (!document.hidden) attend(); }, AGAIN_MS);
if (form) {
  grid = new Grid(section.querySelector(".heat-scroll"), words);
  grid.onread = (said) => { document.getElementById("readout").textContent = said; };
  begin();
}
