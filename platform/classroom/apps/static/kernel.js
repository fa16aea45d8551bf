// Another kernel for a page whose own has ended: asks for it, waits in the queue where all are in use, and puts the
// page's widgets on it. What stands on the page stays.
import { waitForTurn } from "./queue.js";

const WIDGET = "application/vnd.jupyter.widget-view+json";

const mark = () => document.cookie.match(/\b_xsrf=([^;]*)/)?.[1] ?? "";

/**
 * Ask for a kernel for a lesson.
 * @param {string} lessonId
 * @param {(now: {place: number, waiting: number}) => void} show says where one stands in the queue
 * @returns {Promise<string | null>} its id; null where nobody is signed in any more. Throws where it is not possible.
 */
export async function anotherKernel(lessonId, show) {
  for (;;) {
    const response = await fetch(`/classroom/kernels/${lessonId}`, { method: "POST", headers: { "X-XSRFToken": mark() } });
    if (response.status === 401 || response.status === 403) return null;
    if (!response.ok) throw new Error(`kernels: ${response.status}`);
    const told = await response.json();
    if (response.status === 201) return told.kernelId;
    show(told);
    if (told.place === 0) await new Promise((resolve) => setTimeout(resolve, told.again_s * 1000));
    else if (!(await waitForTurn(told, { show }))) return null;
  }
}

/** Tell the server that a page's kernel is not needed any more, while the page goes away. */
export function letGo(kernelId) {
  const form = new FormData();
  form.append("_xsrf", mark());
  navigator.sendBeacon(`/voila/api/shutdown/${kernelId}`, form);
}

/**
 * Make a manager of widgets, like the one of the first kernel, for another kernel, and have outputs drawn with it.
 * The classes of Voila's script are reached by their objects: it gives no other way to them.
 */
export function managerFor(kernelId, old) {
  const { constructor: Kernel, serverSettings, name } = old.kernel;
  const Manager = old.constructor;
  const { rendermime } = old;
  const sample = rendermime.createRenderer(WIDGET);
  const Renderer = sample.constructor;
  sample.dispose();
  if (!old.kernel.isDisposed) old.kernel.dispose();

  const manager = new Manager(new Kernel({ model: { id: kernelId, name }, serverSettings }), rendermime);
  manager._registry = old._registry; // which modules of widgets there are
  rendermime.removeMimeType(WIDGET);
  rendermime.addFactory({ safe: false, mimeTypes: [WIDGET], createRenderer: (options) => new Renderer(options, manager) }, -10);
  return manager;
}
