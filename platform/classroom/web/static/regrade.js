// Shows how far a regrade is while it runs, by server-sent events, and the page anew when it is over.
const running = document.getElementById("running");
const bar = running.querySelector("progress");
const stage = document.getElementById("stage");
const events = new EventSource(`/api/v1/jobs/${running.dataset.job}/events`);

function show({ progress, stage: words }) {
  bar.value = progress;
  if (words) stage.textContent = `${words}: ${Math.round(progress * 100)} %`;
}

events.addEventListener("progress", (event) => show(JSON.parse(event.data)));
events.addEventListener("done", () => {
  events.close();
  location.replace(location.pathname);
});
events.addEventListener("error", () => {
  stage.textContent = running.dataset.lost;
  if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000); // it tries no more by itself
});
