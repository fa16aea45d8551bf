// The heat map on paper: all rows, in tables of as many columns as fit the width, each with its headers on every page.
import { passes } from "./cohort-order.js";

const COLUMNS = 26; // on A4 across

function make(tag, name, ...content) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...content);
  return made;
}

/** Cut the columns into parts that fit, whole tracks where that can be. */
export function parts(exercises, most = COLUMNS) {
  const found = [];
  let part = [];
  exercises.forEach((exercise, place) => {
    const track = exercises.slice(place).findIndex((each) => each.track_id !== exercise.track_id);
    const left = track < 0 ? exercises.length - place : track;
    const begins = place === 0 || exercises[place - 1].track_id !== exercise.track_id;
    if (part.length && (part.length === most || (begins && part.length + left > most && left <= most))) {
      found.push(part);
      part = [];
    }
    part.push(place);
  });
  if (part.length) found.push(part);
  return found;
}

/** Draw the tables. */
export function paper(exercises, learners, words) {
  const all = parts(exercises);
  return all.map((places, number) => {
    const table = make("table", "paper");
    if (all.length > 1) table.createCaption().textContent = `${number + 1} / ${all.length}`;
    const head = table.createTHead().insertRow();
    head.append(make("th", "who", words.learner), make("th", "passes", words.passed));
    for (const place of places) head.append(make("th", "", make("span", "", exercises[place].title)));
    const body = table.createTBody();
    for (const learner of learners) {
      const row = body.insertRow();
      row.append(make("th", "who", learner.display_name), make("td", "", `${passes(learner)}`));
      for (const place of places) {
        const state = learner.states[place];
        row.append(make("td", words.classes[state], state === "s" || state === "x" ? `${words.symbols[state]}${learner.attempts[place]}` : words.symbols[state]));
      }
    }
    return table;
  });
}
