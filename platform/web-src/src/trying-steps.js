// The list of steps as data: each has an id, and names the step whose contract it means by that. Nothing is changed in place.
import { inWords, wei } from "./trying-form.js";
import { say } from "./text.js";

export const MAX_STEPS = 100;

/** Steps as the kernel and a report have them, where places are indexes, become steps with ids. */
export function fromKernel(steps) {
  return steps.slice(0, MAX_STEPS).map((step, index) => ({ ...step, id: index })); // an index is an id as good as any
}

/** Steps with ids become what the kernel takes: places as indexes, and nothing that is left out. */
export function forKernel(steps) {
  const places = new Map(steps.map((step, index) => [step.id, index]));
  const names = (value) => {
    if (typeof value === "string") return value.replace(/^@(\d+)$/, (_, id) => `@${places.get(Number(id)) ?? id}`);
    if (Array.isArray(value)) return value.map(names);
    if (value === null || typeof value !== "object" || "#" in value) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, names(each)]));
  };
  return steps.map(({ id, ...step }) => {
    const target = step.target === null || step.target === undefined ? null : places.get(step.target);
    return { ...step, target, args: names(step.args ?? []) };
  });
}

export function nextId(steps) {
  return steps.reduce((most, { id }) => Math.max(most, id + 1), 0);
}

/** The ids of the deployments that a step cannot do without. */
function needs(step) {
  const found = new Set();
  const look = (value) => {
    if (typeof value === "string" && /^@\d+$/.test(value)) found.add(Number(value.slice(1)));
    else if (value !== null && typeof value === "object") Object.values(value).forEach(look);
  };
  look(step.args ?? []);
  if (step.target !== null && step.target !== undefined) found.add(step.target);
  return found;
}

/** The list without a step, and without those that use the contract which it deploys, and so on. */
export function without(steps, id) {
  const gone = new Set([id]);
  for (const step of steps) if ([...needs(step)].some((each) => gone.has(each))) gone.add(step.id); // it stands after them
  return steps.filter((step) => !gone.has(step.id));
}

/** The list with a step one place up (-1) or down (1); null where that cannot be: a contract is deployed before it is used. */
export function moved(steps, id, by) {
  const at = steps.findIndex((step) => step.id === id);
  const to = at + by;
  if (at < 0 || to < 0 || to >= steps.length) return null;
  const [first, second] = by < 0 ? [steps[to], steps[at]] : [steps[at], steps[to]];
  if (needs(second).has(first.id)) return null;
  const list = [...steps];
  [list[at], list[to]] = [list[to], list[at]];
  return list;
}

/** The list with a step in the place of the one with its id, or at the end. */
export function withStep(steps, step) {
  return steps.some(({ id }) => id === step.id)
    ? steps.map((each) => (each.id === step.id ? step : each))
    : [...steps, step];
}

/** The contracts that the steps deploy: id of the step, contract, and what to call it; a second one has a number. */
export function deployments(steps) {
  const seen = {};
  return steps
    .filter(({ action }) => action === "deploy")
    .map(({ id, contract }) => {
      seen[contract] = (seen[contract] ?? 0) + 1;
      return { id, contract, name: seen[contract] > 1 ? `${contract} ${seen[contract]}` : contract };
    });
}

/** What a step does, in words: “Bob calls `deposit()`, sending 1 ether”. */
export function sentence(step, steps) {
  const who = person(step.account ?? "alice");
  const known = deployments(steps);
  const called = (id) => known.find((each) => each.id === id)?.name ?? say("try_gone");
  const named = (text) => (/^@\d+$/.test(text) ? called(Number(text.slice(1))) : isPerson(text) ? person(text) : null);
  const args = (step.args ?? []).map((each) => short(inWords(each, named))).join(", ");
  const amount = step.value_wei?.["#"] ?? String(step.value_wei ?? 0);
  const paying = amount === "0" ? "" : say("try_paying", { amount: wei(amount) });
  const more = known.length > 1 && step.target !== null && step.target !== undefined;
  const on = more ? say("try_on", { contract: called(step.target) }) : "";
  switch (step.action) {
    case "deploy":
      return say("try_says_deploy", { who, what: args ? `${step.contract}(${args})` : step.contract }) + paying;
    case "transfer": {
      const to = step.to ? (named(step.to) ?? step.to) : called(step.target);
      return say("try_says_transfer", { who, amount: wei(amount), to });
    }
    case "raw":
      return say("tryraw_says", { who, data: args, to: called(step.target) }) + paying;
    case "wait":
      return say("try_says_wait", { time: duration(step.seconds) });
    case "balance":
      return say("try_says_balance", { of: step.target === null || step.target === undefined ? who : called(step.target) });
    case "storage":
      return say("try_says_storage", { slot: step.slot?.["#"] ?? step.slot, of: called(step.target) });
    default:
      return say(step.action === "call" ? "try_says_call" : "try_says_send", {
        who,
        call: `${step.function.replace(/\(.*$/s, "")}(${args})`,
      }) + on + paying;
  }
}

/** Long hexadecimal by its ends: it is there in full in the form. */
const short = (text) => text.replace(/0x([\da-f]{8})[\da-f]{12,}([\da-f]{4})/gi, "0x$1…$2");

export const person = (name) => name.charAt(0).toUpperCase() + name.slice(1);

const isPerson = (text) => ["alice", "bob", "carol", "dave", "erin", "owner"].includes(text.toLowerCase());

/** A time in the largest unit in which it is whole. */
export function duration(seconds) {
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, size] = units.find(([, size]) => seconds >= size && seconds % size === 0) ?? units[3];
  const count = seconds / size;
  return say(count === 1 ? `try_${unit}` : `try_${unit}s`, { count });
}
