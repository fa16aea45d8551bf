// Shows what a lesson's cells put out in the places its text keeps for them, follows the system's theme, says when the
// lesson has lost the classroom or its kernel, and goes on where it was. Voila's script, loaded beside this one, knows
// how to render and to talk to the kernel.

import { anotherKernel, letGo, managerFor } from "./kernel.js";
import { placeInWords } from "./queue.js";
import { statusOf, watchReach } from "./reach.js";
import { say as words } from "./words.js";

const PATIENCE_MS = 75_000; // longer than any cell may take
const RETRY_MS = [500, 1000, 2000, 4000];
const MURMUR_MS = 4000;
const ACTIVE_MS = 120_000; // who did something in that time is at work, and a lesson that ended starts again by itself
const STOPPED = new Set(["dead", "terminating", "restarting", "autorestarting"]);

const { kernelId: firstKernelId, lessonId } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
const status = document.getElementById("status");
const notice = document.getElementById("notice");
const button = notice.querySelector("button");
const drawn = new Map(); // what renders the outputs on the page, by cell
let kernelId = firstKernelId;
let manager = null; // of the widgets on the page, from when there is one
let phase = "starting"; // then "running", and "lost", "asleep" or "restarting" for a while; "over" is for good
let acted = Date.now();

function say(text, action = null) {
  notice.hidden = text === null;
  notice.querySelector("p").textContent = text ?? "";
  button.hidden = !action;
  if (action) button.textContent = action.label;
  button.onclick = action?.run ?? null;
}

let quiet;
function murmur(text, ms = 0) {
  clearTimeout(quiet);
  if (status.textContent !== text) status.textContent = text;
  if (ms) quiet = setTimeout(() => murmur(""), ms);
}

const reload = { label: words("reload"), run: () => location.reload() };
const goOn = { label: words("go_on"), run: () => startAgain() };

function giveUp(text) {
  if (phase === "over") return;
  phase = "over";
  murmur("");
  for (const place of document.querySelectorAll(".waiting")) place.remove();
  say(text, reload);
}


/** Tell the widgets on the page that they have no kernel to talk to, or that they have one again. */
const announce = (what) => document.dispatchEvent(new CustomEvent("hk:connection", { detail: what }));

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
  manager = await app.widgetManagerPromise.promise;
  watchKernel(manager.kernel);
  return manager;
});

function watchKernel(kernel) {
  const doubt = () => phase === "running" && kernel === manager.kernel && lookAtKernel();
  kernel.connectionStatusChanged.connect((_, state) => state !== "connected" && doubt());
  kernel.statusChanged.connect((_, state) => STOPPED.has(state) && doubt());
}

const lookAtClassroom = watchReach({
  lost() {
    if (phase !== "running") return;
    phase = "lost";
    murmur("");
    announce("away");
    say(words("lost"));
  },
  async back() {
    if (phase === "lost") await lookAtKernel();
  },
});

/** Find out what there is of the connection, the kernel and the classroom, and mend what can be mended. */
async function lookAtKernel() {
  const found = await statusOf(`/api/kernels/${kernelId}`);
  if (phase !== "running" && phase !== "lost") return;
  if (found === 0) {
    lookAtClassroom();
    if (phase === "lost") setTimeout(lookAtKernel, RETRY_MS.at(-1));
  } else if (found === 200) {
    if (phase === "running" && manager.kernel.connectionStatus === "connected") return;
    await manager.kernel.reconnect().catch(() => {});
    if (phase === "lost") resumed();
  } else {
    phase = "asleep";
    announce("away");
    say(null);
    if (document.visibilityState === "visible" && Date.now() - acted < ACTIVE_MS) startAgain();
    else say(words("asleep"), goOn);
  }
}

function resumed() {
  phase = "running";
  say(null);
  announce("back");
  murmur(words("back"), MURMUR_MS);
}

/** Go on with another kernel. The page stays as it is; what runs in the lesson's cells is run again. */
async function startAgain() {
  if (phase !== "asleep") return;
  phase = "restarting";
  say(null);
  murmur(words("again"));
  try {
    const next = await anotherKernel(lessonId, (now) => murmur(words("taken", { place: placeInWords(now) })));
    if (next === null) {
      phase = "over";
      murmur("");
      say(words("signed_out"), reload);
      return;
    }
    kernelId = next;
    manager = managerFor(kernelId, manager);
    watchKernel(manager.kernel);
    await showAll();
    resumed();
  } catch (error) {
    console.error(error);
    clearTimeout(patience);
    murmur("");
    if (phase === "over") return;
    phase = "asleep";
    say(words("failed_again"), goOn);
  }
}

// Whoever does something in a lesson that sleeps wants it awake.
const MOVES = new Set(["Tab", "Shift", "Control", "Alt", "Meta", "Escape", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"]);
function act(event) {
  acted = Date.now();
  const wants = event.type === "keydown" ? !MOVES.has(event.key) : event.target.closest("button, input, select, textarea, summary");
  if (phase === "asleep" && wants && event.target.closest(".output")) startAgain();
}
document.addEventListener("keydown", act, true);
document.addEventListener("click", act, true);
addEventListener("beforeunload", () => {
  phase = "over"; // the end of its kernel is no reason to ask for another
  if (kernelId === firstKernelId) return; // that one is Voila's to close
  letGo(kernelId);
  manager.kernel.dispose();
});

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
      if (phase === "over" || wait === null) throw error;
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
  text.textContent = words(ename === "Timeout" ? "step_slow" : "step_failed");
  return text;
}

/** Have a panel that is on the page go on with the model of another kernel; tells whether there is one. */
async function handOver(place, all) {
  const panels = place.querySelectorAll(".hk-exercise");
  const models = all.map((output) => output.data?.["application/vnd.jupyter.widget-view+json"]?.model_id).filter(Boolean);
  if (panels.length !== 1 || models.length !== 1 || all.length !== 1) return false;
  await registered(manager, models[0]);
  const detail = await manager.get_model(models[0]);
  return !panels[0].dispatchEvent(new CustomEvent("hk:model", { detail, cancelable: true }));
}

async function show({ cell, outputs: all }) {
  const place = document.getElementById(`output-${cell}`);
  if (!place || (await handOver(place, all))) return;
  const rendered = await Promise.all(all.map((output) => (output.output_type === "error" ? null : render(manager, output))));
  place.classList.remove("waiting", "tall");
  for (const renderer of drawn.get(cell) ?? []) renderer.dispose();
  place.replaceChildren();
  drawn.set(cell, rendered.filter(Boolean));
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
  patience = setTimeout(() => giveUp(words("failed")), PATIENCE_MS);
}

/** Show what the kernel's cells put out, as they are run. */
async function showAll() {
  const shown = new Set();
  const pending = [];
  for await (const news of outputs()) {
    hope();
    if (news.failed) throw new Error("the kernel did not start");
    if (shown.has(news.cell)) continue;
    shown.add(news.cell);
    pending.push(show(news));
  }
  await Promise.all(pending);
  clearTimeout(patience);
}

async function main() {
  hope();
  await started;
  await showAll();
  if (document.querySelector(".waiting")) throw new Error("the outputs broke off");
}

followTheme();
for (const wide of document.querySelectorAll(".text pre, .text table")) wide.tabIndex = 0;
addEventListener("pageshow", (event) => event.persisted && location.reload()); // its kernel ended when it was left

main()
  .then(() => {
    phase = "running";
    murmur("");
    document.body.dataset.ready = "true";
    if (manager.kernel.connectionStatus !== "connected") lookAtKernel(); // it may have been lost on the way
  })
  .catch((error) => {
    console.error(error);
    giveUp(words("failed"));
  })
  .finally(() => clearTimeout(patience));
