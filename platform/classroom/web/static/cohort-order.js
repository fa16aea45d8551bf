// Which learners are shown and in which order, and what a change does to them. No document here: `node --test` runs it.

/** In a column, who is most in need comes first. */
const NEED = { x: 0, q: 1, s: 2, g: 3, "-": 4, p: 5 };

const count = (learner, letter) => learner.states.split(letter).length - 1;
const seen = (learner) => (learner.seen_at ? Date.parse(learner.seen_at) : 0);

/** How many exercises a learner has passed. */
export const passes = (learner) => count(learner, "p");

/** Give the comparison for a way to sort: `name`, `passed`, `seen`, `stuck`, an exercise's id; `-` turns it round. */
export function comparing(sort, exercises, collator) {
  const byName = (a, b) => collator.compare(a.display_name, b.display_name) || collator.compare(a.name, b.name);
  const turned = sort.startsWith("-") ? -1 : 1;
  const by = sort.replace(/^-/, "");
  const place = exercises.findIndex((each) => each.id === by);
  const keys = {
    passed: (a, b) => passes(b) - passes(a),
    seen: (a, b) => seen(b) - seen(a),
    stuck: (a, b) => count(b, "x") - count(a, "x") || count(b, "q") - count(a, "q"),
  };
  const key = keys[by] ?? (place < 0 ? () => 0
    : (a, b) => NEED[a.states[place]] - NEED[b.states[place]] || b.attempts[place] - a.attempts[place]);
  return (a, b) => turned * key(a, b) || byName(a, b);
}

/** Give the learners that were chosen, in order. */
export function arranged(learners, exercises, { sort = "name", group = "", stuck = false, find = "" }, collator) {
  const wanted = find.trim().toLocaleLowerCase();
  const chosen = learners.filter((each) =>
    (!group || each.groups.includes(group)) &&
    (!stuck || each.states.includes("x")) &&
    (!wanted || each.display_name.toLocaleLowerCase().includes(wanted) || each.name.toLocaleLowerCase().includes(wanted)));
  return chosen.sort(comparing(sort, exercises, collator));
}

/** Write a changed cell into its learner. Tells its place, or -1 where nothing is new; null where nobody is so called. */
export function change(learners, exercises, cell) {
  const learner = learners.get(cell.user_id);
  const place = exercises.findIndex((each) => each.id === cell.exercise_id);
  if (!learner || place < 0) return null;
  if (!learner.seen_at || Date.parse(cell.seen_at) > seen(learner)) learner.seen_at = cell.seen_at;
  if (learner.states[place] === cell.state && learner.attempts[place] === cell.attempts) return -1;
  learner.states = learner.states.slice(0, place) + cell.state + learner.states.slice(place + 1);
  learner.attempts[place] = cell.attempts;
  return place;
}

/** Give the rows to be in the document: those in sight, some around them, and the one with the focus wherever it is. */
export function rowsWanted({ top, height, row, all, focused = -1, around = 8 }) {
  const first = Math.max(0, Math.floor(top / row) - around);
  const last = Math.min(all, Math.ceil((top + height) / row) + around);
  const wanted = [];
  if (focused >= 0 && focused < first) wanted.push(focused);
  for (let index = first; index < last; index += 1) wanted.push(index);
  if (focused >= last && focused < all) wanted.push(focused);
  return wanted;
}
