// Shows what a lesson's cells put out in the places its text keeps for them, follows the system's theme, and says when
// the lesson has lost its kernel. Voila's script, loaded beside this one, knows how to render and to talk to the kernel.

const PATIENCE_MS = 75_000; // longer than any cell may take
const RETRY_MS = [500, 1000, 2000, 4000];
const STOPPED = new Set(["dead", "terminating", "restarting", "autorestarting"]);

const kernelId = JSON.parse(document.getElementById("jupyter-config-data").textContent).kernelId;
const status = document.getElementById("status");
const notice = document.getElementById("notice");
const shown = new Set(); // the cells whose outputs are on the page
let over = false;

function say(text, { reload = false } = {}) {
  notice.hidden = text === null;
  notice.querySelector("p").textContent = text ?? "";
  notice.querySelector("button").hidden = !reload;
}

function giveUp(text) {
  if (over) return;
  over = true;
  status.remove();
  for (const place of document.querySelectorAll(".waiting")) place.remove();
  say(text, { reload: true });
}

const failed = "The lesson could not be started. Please reload it; if that does not help, tell your instructor.";
const asleep = "This lesson has gone to sleep. Your draft is kept; reload to go on.";

function followTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = document.documentElement.dataset.theme; // on the portal; without it the system's preference holds
  const apply = () => {
    const isDark = chosen ? chosen === "dark" : dark.matches;
    document.body.dataset.jpThemeLight = String(!isDark);
    document.body.dataset.jpThemeName = isDark ? "JupyterLab Dark" : "JupyterLab Light";
  };
  dark.addEventListener("change", apply);
  apply();
}

// anywidget gives a widget two seconds to start; one that takes longer is shown, but hears nothing more of its kernel.
// A busy machine does take longer.
const { timeout } = AbortSignal;
AbortSignal.timeout = (ms) => timeout.call(AbortSignal, Math.max(ms, PATIENCE_MS));

// Voila's script announces its application by setting a property of the window.
const started = new Promise((resolve) => {
  Object.defineProperty(window, "jupyterapp", { configurable: true, set: resolve });
}).then(async (app) => {
  Object.defineProperty(window, "jupyterapp", { value: app });
  const manager = await app.widgetManagerPromise.promise;
  watchKernel(manager.kernel);
  return manager;
});

function watchKernel(kernel) {
  const watch = (state) => {
    if (over) return;
    if (state === "connected") say(null);
    if (state === "connecting" && !status.isConnected) say("The connection is lost. Trying again…");
    if (state === "disconnected") say("The connection is lost. Reload when the classroom is back.", { reload: true });
  };
  kernel.connectionStatusChanged.connect((_, state) => watch(state));
  kernel.statusChanged.connect((_, state) => STOPPED.has(state) && giveUp(asleep));
}

async function* outputs() {
  for (const wait of [...RETRY_MS, null]) {
    try {
      const response = await fetch(`/classroom/outputs/${kernelId}`);
      if (!response.ok) throw new Error(`outputs: ${response.status}`);
      let rest = "";
      for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
        const { value, done } = await reader.read();
        if (done) return;
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        yield* lines.map((line) => JSON.parse(line));
      }
    } catch (error) {
      if (over || wait === null) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

// A widget's model reaches the page by itself, sooner or later than the output that shows it.
function registered(manager, modelId) {
  return new Promise((resolve) => {
    const look = () => manager.registeredModels.has(modelId) && resolve();
    manager.modelRegistered.connect(look);
    look();
  });
}

async function render(manager, output) {
  const data = output.data ?? { "application/vnd.jupyter.stdout": output.text };
  const type = manager.rendermime.preferredMimeType(data, "any");
  if (!type) return null;
  if (data[type].model_id) await registered(manager, data[type].model_id);
  const renderer = manager.rendermime.createRenderer(type);
  await renderer.renderModel({ data, metadata: output.metadata ?? {}, trusted: true, setData() {} });
  return renderer;
}

function failure({ ename }) {
  const text = document.createElement("p");
  text.className = "step-failed";
  const why = ename === "Timeout" ? "took too long" : "did not work";
  text.textContent = `This step ${why}. Reload the lesson; if it stays like this, tell your instructor.`;
  return text;
}

async function show(manager, { cell, outputs: all }) {
  const place = document.getElementById(`output-${cell}`);
  const rendered = await Promise.all(all.map((output) => (output.output_type === "error" ? null : render(manager, output))));
  place.classList.remove("waiting", "tall");
  all.forEach((output, index) => {
    const renderer = rendered[index];
    if (output.output_type === "error") place.append(failure(output));
    else if (renderer) renderer.constructor.attach(renderer, place); // lumino's Widget.attach
  });
  if (!place.hasChildNodes()) place.remove();
  for (const wide of place.querySelectorAll("pre")) wide.tabIndex = 0; // it may scroll sideways
}

let patience;
function hope() {
  clearTimeout(patience);
  patience = setTimeout(() => giveUp(failed), PATIENCE_MS);
}

async function main() {
  hope();
  const manager = await started;
  const pending = [];
  for await (const news of outputs()) {
    hope();
    if (news.failed) throw new Error("the kernel did not start");
    if (shown.has(news.cell)) continue;
    shown.add(news.cell);
    pending.push(show(manager, news));
  }
  await Promise.all(pending);
  if (document.querySelector(".waiting")) throw new Error("the outputs broke off");
}

followTheme();
for (const wide of document.querySelectorAll(".text pre, .text table")) wide.tabIndex = 0;
notice.querySelector("button").addEventListener("click", () => location.reload());
addEventListener("pageshow", (event) => event.persisted && location.reload()); // its kernel ended when it was left

main()
  .then(() => {
    status.remove();
    document.body.dataset.ready = "true";
  })
  .catch((error) => {
    console.error(error);
    giveUp(failed);
  })
  .finally(() => clearTimeout(patience));
