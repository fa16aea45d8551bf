// The heat map as a grid: only the rows in sight are in the document, and the keyboard moves among its cells.
import { passes, rowsWanted } from "./cohort-order.js";

const FIXED = 3; // columns before the exercises: who, passed, seen
const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3600], ["minute", 60]];

/** Make an element with attributes and content. */
function make(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

/** Draws learners by exercises into the table that the page came with. */
export class Grid {
  constructor(scroll, words) {
    this.scroll = scroll;
    this.words = words;
    this.table = scroll.querySelector("table");
    this.body = this.table.tBodies[0];
    this.heads = [...this.table.querySelectorAll(".columns .to")];
    this.rows = new Map(); // index -> tr
    this.shown = [];
    this.at = { row: 0, column: 0 }; // the cell that Tab comes to; row -1 is the exercises' names
    this.ago = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: "short" });
    this.onread = () => {};
    this.table.setAttribute("role", "grid");
    this.table.setAttribute("aria-colcount", FIXED + this.heads.length);
    scroll.removeAttribute("tabindex"); // the cells are what the keyboard comes to
    for (const link of this.table.querySelectorAll("thead a")) link.tabIndex = -1;
    [...this.table.tHead.rows].forEach((row, index) => row.setAttribute("aria-rowindex", index + 1));
    scroll.addEventListener("scroll", () => this.later(), { passive: true });
    new ResizeObserver(() => this.later()).observe(scroll);
    this.table.addEventListener("keydown", (event) => this.key(event));
    this.table.addEventListener("focusin", (event) => this.came(event.target));
    this.table.addEventListener("mouseover", (event) => this.read(event.target));
  }

  /** Show these learners, in this order. Who had the focus keeps it. */
  show(exercises, learners) {
    const held = this.shown[this.at.row]?.user_id;
    const inside = this.body.contains(document.activeElement);
    this.exercises = exercises;
    this.shown = learners;
    this.table.setAttribute("aria-rowcount", learners.length + 2);
    if (this.at.row >= 0) {
      const again = held ? learners.findIndex((each) => each.user_id === held) : 0;
      this.at.row = again < 0 ? 0 : again;
    }
    this.body.replaceChildren();
    this.rows.clear();
    this.draw();
    this.draw(); // now that there is something as high as all rows, it is known how many are in sight
    if (inside) this.focus();
  }

  /** Put a learner's changed cell right, without touching anything else. */
  patch(userId, place) {
    const index = this.shown.findIndex((each) => each.user_id === userId);
    const row = this.rows.get(index);
    if (!row) return;
    const learner = this.shown[index];
    const before = row.cells[FIXED + place];
    const after = this.cell(learner, place);
    const focused = before.contains(document.activeElement);
    after.classList.add("changed");
    before.replaceWith(after);
    if (this.at.row === index && this.at.column === FIXED + place) this.target(after).tabIndex = 0;
    if (focused) this.target(after).focus({ preventScroll: true });
    row.cells[1].textContent = passes(learner);
    row.cells[2].replaceChildren(this.seen(learner));
  }

  later() {
    this.due ??= requestAnimationFrame(() => {
      this.due = undefined;
      this.draw();
    });
  }

  draw() {
    const head = this.table.tHead.offsetHeight;
    const wanted = rowsWanted({
      top: this.scroll.scrollTop,
      height: Math.max(0, this.scroll.clientHeight - head),
      row: this.height(),
      all: this.shown.length,
      focused: this.at.row,
    });
    const keep = new Set(wanted);
    for (const [index, row] of this.rows) {
      if (keep.has(index)) continue;
      row.remove();
      this.rows.delete(index);
    }
    for (const gap of this.body.querySelectorAll(":scope > .gap")) gap.remove();
    let next = this.body.firstElementChild; // rows that are there are never moved, so the focus stays
    let expected = 0;
    for (const index of wanted) {
      if (index > expected) this.body.insertBefore(this.gap(index - expected), next);
      let row = this.rows.get(index);
      if (row) next = row.nextElementSibling;
      else {
        row = this.row(index);
        this.rows.set(index, row);
        this.body.insertBefore(row, next);
      }
      expected = index + 1;
    }
    if (this.shown.length > expected) this.body.append(this.gap(this.shown.length - expected));
    if (!this.shown.length) this.body.replaceChildren(make("tr", {}, make("td", { colspan: FIXED + this.heads.length, class: "nobody" }, this.words.nobody)));
    this.mark();
  }

  height() {
    const [row] = this.rows.values();
    return row?.offsetHeight || 2.25 * parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  gap(rows) {
    const made = make("tr", { class: "gap", "aria-hidden": "true" }, make("td", { colspan: FIXED + this.heads.length }));
    made.firstChild.style.height = `${rows * this.height()}px`;
    return made;
  }

  row(index) {
    const learner = this.shown[index];
    const who = make("a", { href: `/cohort/learners/${learner.user_id}`, tabindex: -1 }, learner.display_name);
    return make("tr", { "aria-rowindex": index + 3 },
      make("th", { class: "who", scope: "row", title: learner.name }, who),
      make("td", { class: "passes", tabindex: -1 }, `${passes(learner)}`),
      make("td", { class: "seen", tabindex: -1 }, this.seen(learner)),
      ...this.exercises.map((_, place) => this.cell(learner, place)));
  }

  cell(learner, place) {
    const state = learner.states[place];
    const attempts = learner.attempts[place];
    const said = this.say(learner, place);
    const kind = { class: this.words.classes[state] };
    if (!attempts) return make("td", { ...kind, "aria-label": said, tabindex: -1 }, this.words.symbols[state]);
    const to = `/cohort/${learner.user_id}/${this.exercises[place].id}`;
    return make("td", kind, make("a", { href: to, "aria-label": said, tabindex: -1 }, this.words.symbols[state]));
  }

  say(learner, place) {
    const { attempt, attempts, states } = this.words;
    const made = learner.attempts[place];
    const tries = made === 1 ? attempt : attempts.replace("%(number)s", made);
    return made ? `${states[learner.states[place]]}, ${tries}` : states[learner.states[place]];
  }

  seen(learner) {
    if (!learner.seen_at) return this.words.never;
    const seconds = (Date.parse(learner.seen_at) - Date.now()) / 1000;
    const [unit, size] = UNITS.find(([, each]) => -seconds >= each) ?? ["minute", 60];
    return make("time", { datetime: learner.seen_at }, this.ago.format(Math.trunc(seconds / size), unit));
  }

  // The keyboard

  target(cell) {
    return cell.querySelector("a.to, a") ?? cell;
  }

  current() {
    if (this.at.row < 0) return this.heads[this.at.column - FIXED];
    const row = this.rows.get(this.at.row);
    return row && this.target(row.cells[this.at.column]);
  }

  /** Let Tab come to one cell only. */
  mark() {
    for (const old of this.table.querySelectorAll('[tabindex="0"]')) old.tabIndex = -1;
    const current = this.current();
    if (current) current.tabIndex = 0;
  }

  key(event) {
    if (event.altKey || event.metaKey || (event.ctrlKey && !["Home", "End"].includes(event.key))) return;
    const { row, column } = this.at;
    const last = this.shown.length - 1;
    const page = Math.max(1, Math.floor((this.scroll.clientHeight - this.table.tHead.offsetHeight) / this.height()) - 1);
    const end = FIXED + this.heads.length - 1;
    const to = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      PageUp: [Math.max(0, row - page), column], PageDown: [row + page, column],
      Home: [event.ctrlKey ? 0 : row, 0], End: [event.ctrlKey ? last : row, end],
    }[event.key];
    if (!to) return;
    event.preventDefault();
    const least = to[1] >= FIXED ? -1 : 0; // above the first columns stand no names of exercises
    const next = { row: Math.min(last, Math.max(least, to[0])), column: Math.min(end, Math.max(0, to[1])) };
    if (next.row < 0) next.column = Math.max(FIXED, next.column);
    const hidden = next.row >= 0 && !this.rows.values().next().value?.cells[next.column].offsetParent;
    if (hidden) next.column += event.key === "ArrowLeft" ? -1 : 1; // a column that a narrow screen has no room for
    this.at = next;
    this.focus();
  }

  /** Bring the current cell into sight, beside what stays in place, and give it the focus. */
  focus() {
    if (this.at.row >= 0) {
      const room = this.scroll.clientHeight - this.table.tHead.offsetHeight;
      const top = this.at.row * this.height();
      if (top < this.scroll.scrollTop) this.scroll.scrollTop = top;
      else if (top + this.height() > this.scroll.scrollTop + room) this.scroll.scrollTop = top + this.height() - room;
    }
    this.draw();
    const current = this.current();
    if (!current) return;
    const cell = current.closest("td, th");
    const held = this.table.querySelector("thead .who").offsetWidth;
    if (this.at.column > 0) {
      const left = cell.offsetLeft;
      if (left < this.scroll.scrollLeft + held) this.scroll.scrollLeft = left - held;
      else if (left + cell.offsetWidth > this.scroll.scrollLeft + this.scroll.clientWidth) this.scroll.scrollLeft = left + cell.offsetWidth - this.scroll.clientWidth;
    }
    current.focus({ preventScroll: true });
  }

  came(target) {
    const place = this.placeOf(target);
    if (place) {
      this.at = place;
      this.mark();
    }
    this.read(target);
  }

  placeOf(target) {
    const head = this.heads.indexOf(target);
    if (head >= 0) return { row: -1, column: FIXED + head };
    const row = target.closest("tbody tr[aria-rowindex]");
    const cell = target.closest("td, th");
    return row && cell && { row: Number(row.getAttribute("aria-rowindex")) - 3, column: cell.cellIndex };
  }

  read(target) {
    const place = this.placeOf(target);
    const learner = place && this.shown[place.row];
    if (!learner) return;
    const exercise = place.column - FIXED;
    this.onread(exercise < 0 ? learner.display_name : `${learner.display_name} · ${this.exercises[exercise].title}: ${this.say(learner, exercise)}`);
  }
}
