// The course map tells of the lesson under the pointer or with the focus: what it teaches and which ways lead to and from
// it. The words stand in the page already; here it is only chosen which of them show.
const map = document.querySelector(".map");
const drawing = map?.querySelector(".map-drawing");
const resting = map?.querySelector(".map-about.shown");

function choose(id) {
  const about = id === null ? resting : document.getElementById(`about-${id}`);
  for (const each of map.querySelectorAll(".map-about")) each.classList.toggle("shown", each === about);
  for (const edge of drawing.querySelectorAll(".edge"))
    edge.classList.toggle("lit", id !== null && (edge.dataset.source === id || edge.dataset.target === id));
}

const lessonOf = (element) => element?.closest?.(".node")?.dataset.lesson ?? null;

if (drawing) {
  drawing.addEventListener("pointerover", (event) => lessonOf(event.target) && choose(lessonOf(event.target)));
  drawing.addEventListener("focusin", (event) => choose(lessonOf(event.target)));
  for (const leaving of ["pointerleave", "focusout"]) drawing.addEventListener(leaving, () => choose(lessonOf(document.activeElement)));
}
