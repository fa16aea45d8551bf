// Shows the lesson anew each time the server says that something changed. Where one reads, and what one has opened, stays.

const content = document.getElementById("content");
const live = document.getElementById("live");

function say(text, state = "") {
  live.textContent = text;
  live.className = `state ${state}`;
}

async function renew() {
  const answer = await fetch("/content");
  if (!answer.ok) throw new Error(`the preview answered ${answer.status}`);
  const text = await answer.text();
  const focused = document.activeElement?.closest("[data-keep]")?.dataset.keep;
  const open = new Map([...content.querySelectorAll("details[data-keep]")].map((each) => [each.dataset.keep, each.open]));
  content.innerHTML = text;
  for (const each of content.querySelectorAll("details[data-keep]")) {
    if (open.has(each.dataset.keep)) each.open = open.get(each.dataset.keep);
    if (each.dataset.keep === focused) each.querySelector("summary").focus({ preventScroll: true });
  }
  const title = content.querySelector("h1");
  if (title) document.title = `${title.textContent} · Preview`;
}

let renewing = Promise.resolve();
const events = new EventSource("/events");
events.onopen = () => say("Live", "passed");
events.onmessage = () => {
  renewing = renewing.then(renew).then(() => say("Live", "passed"), (error) => say(`Not shown: ${error.message}`, "failed"));
};
events.onerror = () => say("The preview has stopped", "failed");
