// The form for a step: what to do, who does it, and a field for each argument. What is wrong is said at its field.
import { fill, h, uniqueId } from "./dom.js";
import { say } from "./text.js";
import { PEOPLE, Unreadable, digitsOf, integer, readAddress, readInteger, readValue, typeName, wei, writeValue } from "./trying-form.js";
import { deployments, person } from "./trying-steps.js";

const LONG = 140;
const RAW = { inputs: [{ name: "calldata", type: "bytes" }], stateMutability: "payable" };

/** Whether a contract does something with calldata that names none of its functions, or may: its `fallback` is there. */
const takesAnything = (abi) => (abi ?? []).some((entry) => entry.type === "fallback");

/**
 * Draw the form.
 * @param {{onStep: (step: any) => void, onCancel: () => void, first: string | null}} options `onStep` is given a step
 *   without an id, unless one is edited; `first` is the contract that is offered before others
 */
export function createFields({ onStep, onCancel, first }) {
  const ids = { people: uniqueId("people"), what: uniqueId("what"), who: uniqueId("who") };
  const choose = () => {
    chosen = what.value;
    drawFields();
  };
  const what = h("select", { id: ids.what, class: "hk-try-input", onchange: choose });
  const who = h(
    "select",
    { id: ids.who, class: "hk-try-input" },
    PEOPLE.map((name) => h("option", { value: name }, person(name))),
  );
  const whoField = h("div", { class: "hk-try-field" }, h("label", { for: ids.who, class: "hk-try-label" }, say("try_as")), who);
  const people = h("datalist", { id: ids.people });
  const place = h("div", { class: "hk-try-fields" });
  const button = h("button", { type: "submit", class: "hk-button hk-primary" });
  const cancel = h("button", { type: "button", class: "hk-button", onclick: () => onCancel(), hidden: true }, say("try_cancel"));
  const title = h("h4", { class: "hk-try-heading" });
  const form = h(
    "form",
    { class: "hk-try-form", novalidate: true, onsubmit: submit },
    title,
    h(
      "div",
      { class: "hk-try-row" },
      h("div", { class: "hk-try-field hk-try-wide" }, h("label", { for: ids.what, class: "hk-try-label" }, say("try_what")), what),
      whoField,
    ),
    place,
    people,
    h("div", { class: "hk-try-buttons" }, button, cancel),
  );

  let choices = new Map(); // what each option of `what` means
  let fields = [];
  let contracts = {};
  let steps = [];
  let edited = null;
  let newest = null; // the contract that was deployed last
  let chosen = null; // what was chosen by hand

  /** Offer what can be done now: deploy what the draft has, call what the steps have deployed. */
  function offer(newContracts, newSteps) {
    contracts = newContracts;
    steps = newSteps;
    const before = what.value;
    const known = edited ? deployments(steps.slice(0, steps.findIndex((step) => step.id === edited.id))) : deployments(steps);
    choices = new Map();
    const option = (key, label, meaning) => {
      choices.set(key, meaning);
      return h("option", { value: key }, label);
    };
    const group = (label, options) => options.length > 0 && h("optgroup", { label }, options);
    fill(
      what,
      known.map(({ id, contract, name }) =>
        group(
          name,
          (contracts[contract] ?? [])
            .filter((entry) => entry.type === "function")
            .map((entry) => {
              const reads = ["view", "pure"].includes(entry.stateMutability);
              const key = `${id}:${signature(entry)}`;
              return option(key, declaration(entry), { action: reads ? "call" : "send", target: id, entry });
            })
            .concat(takesAnything(contracts[contract]) ? option(`${id}:raw`, say("tryraw_what"), { action: "raw", target: id, entry: RAW }) : []),
        ),
      ),
      group(
        say("try_group_deploy"),
        Object.entries(contracts).sort(([a], [b]) => Number(b === first) - Number(a === first)).map(([name, abi]) => {
          const entry = abi.find((each) => each.type === "constructor") ?? { inputs: [] };
          return option(`deploy:${name}`, say("try_deploy", { contract: name }), { action: "deploy", contract: name, entry });
        }),
      ),
      known.length > 0 &&
        group(say("try_group_chain"), [
          option("wait", say("try_wait"), { action: "wait" }),
          option("transfer", say("try_transfer"), { action: "transfer" }),
        ]),
    );
    fill(
      people,
      [...PEOPLE.map(person), ...known.map(({ name }) => name)].map((name) => h("option", { value: name })),
    );
    const latest = known.at(-1)?.id ?? null;
    const use = latest !== newest && before.startsWith("deploy:") && [...choices.keys()].find((key) => key.startsWith(`${latest}:`));
    newest = latest;
    // Before the draft was compiled there is only the chain to offer: once there are functions, they come first.
    const kept = choices.has(before) && (before === chosen || choices.get(before).action !== "wait");
    what.value = kept ? before : (choices.keys().next().value ?? "");
    if (use) what.value = use; // who has deployed wants to use it
    if (what.value !== before) drawFields();
    form.hidden = choices.size === 0;
    button.textContent = buttonText();
    title.textContent = edited ? say("try_editing", { number: steps.findIndex(({ id }) => id === edited.id) + 1 }) : say(known.length > 0 ? "try_next" : "try_first");
  }

  function buttonText() {
    if (edited) return say("try_save");
    return say({ deploy: "try_do_deploy", call: "try_do_call", send: "try_do_send" }[choices.get(what.value)?.action] ?? "try_do");
  }

  function drawFields(step = null) {
    const meaning = choices.get(what.value);
    whoField.hidden = meaning?.action === "wait";
    button.textContent = buttonText();
    fields = [];
    if (!meaning) {
      fill(place);
      return;
    }
    if (meaning.action === "wait") {
      fields.push(textField({ key: "seconds", label: say("try_how_long"), hint: say("try_how_long_hint"), text: step ? `${step.seconds} seconds` : "1 day" }));
    } else if (meaning.action === "transfer") {
      const to = step ? nameOf(step.to ?? `@${step.target}`) : "";
      fields.push(textField({ key: "to", label: say("try_to"), hint: say("try_hint_address"), list: ids.people, text: to }));
    } else {
      meaning.entry.inputs.forEach((parameter, index) => {
        const value = step?.args?.[index] ?? "";
        const text = parameter.type === "address" ? nameOf(value) : writeValue(value, contractOf);
        fields.push(parameterField(parameter, index, text));
      });
    }
    const pays = meaning.action === "transfer" || meaning.entry?.stateMutability === "payable";
    if (pays) fields.push(amountField(step));
    fill(place, fields.map((field) => field.element));
  }

  function parameterField(parameter, index, text) {
    const label = [h("code", null, parameter.name || say("try_argument", { number: index + 1 })), " ", h("span", { class: "hk-try-type" }, typeName(parameter))];
    if (parameter.type === "bool") return choiceField(index, label, text || "false");
    return textField({
      key: index,
      label,
      text,
      hint: hintOf(parameter),
      list: parameter.type === "address" ? ids.people : null,
      rows: parameter.type.endsWith("]") || parameter.type.startsWith("tuple") ? 2 : 1,
      mono: parameter.type !== "string",
      read: (value) => readValue(parameter, value, deployed()),
    });
  }

  function textField({ key, label, text = "", hint, list = null, rows = 1, mono = false, read = null }) {
    const id = uniqueId("field");
    const described = `${id}-hint ${id}-error`;
    const common = { id, class: `hk-try-input${mono ? " hk-try-mono" : ""}`, "aria-describedby": described, autocomplete: "off", autocapitalize: "off", spellcheck: "false" };
    const input = rows > 1 || text.includes("\n") || text.length > LONG ? h("textarea", { ...common, rows }) : h("input", { ...common, type: "text", list });
    input.value = text;
    return { key, input, read, ...field(id, label, input, hint) };
  }

  function choiceField(key, label, text) {
    const id = uniqueId("field");
    const input = h("select", { id, class: "hk-try-input" }, h("option", { value: "false" }, "false"), h("option", { value: "true" }, "true"));
    input.value = text;
    return { key, input, read: (value) => value === "true", ...field(id, label, input, null) };
  }

  function amountField(step) {
    const id = uniqueId("field");
    const [amount, unit] = wei(digitsOf(step?.value_wei) ?? "0").replaceAll(",", "").split(" ");
    const input = h("input", { id, class: "hk-try-input hk-try-mono", type: "text", inputmode: "decimal", autocomplete: "off", "aria-describedby": `${id}-hint ${id}-error` });
    const units = h("select", { class: "hk-try-input hk-try-unit", "aria-label": say("try_unit") }, ["ether", "gwei", "wei"].map((name) => h("option", { value: name }, name)));
    input.value = amount;
    units.value = step && amount !== "0" ? unit : "ether";
    const both = h("div", { class: "hk-try-amount" }, input, units);
    const drawn = field(id, say(choices.get(what.value)?.action === "transfer" ? "try_how_much" : "try_value"), both, null);
    return { key: "value", input, read: (text) => integer(amountOf(text, units.value)), ...drawn };
  }

  function field(id, label, input, hint) {
    const error = h("p", { class: "hk-try-error", id: `${id}-error`, role: "alert" });
    const element = h(
      "div",
      { class: "hk-try-field" },
      h("label", { for: id, class: "hk-try-label" }, label),
      input,
      hint && h("p", { class: "hk-try-hint", id: `${id}-hint` }, hint),
      error,
    );
    return { element, error };
  }

  function submit(event) {
    event.preventDefault();
    const meaning = choices.get(what.value);
    if (!meaning) return;
    const step = { action: meaning.action, account: who.value, args: [], value_wei: integer(0) };
    if (meaning.contract) step.contract = meaning.contract;
    if (meaning.target !== undefined) step.target = meaning.target;
    if (["call", "send"].includes(meaning.action)) step.function = signature(meaning.entry);
    let wrong = null;
    for (const each of fields) {
      try {
        put(step, each);
        told(each, null);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        told(each, error.message);
        wrong ??= each.input;
      }
    }
    if (wrong) {
      wrong.focus();
      return;
    }
    onStep(edited ? { ...step, id: edited.id } : step);
  }

  function put(step, { key, input, read }) {
    const text = input.value;
    if (key === "seconds") step.seconds = secondsOf(text);
    else if (key === "to") Object.assign(step, whereTo(text));
    else if (key === "value") step.value_wei = read(text);
    else step.args[key] = read(text);
  }

  function whereTo(text) {
    const to = readAddress(text, deployed());
    return to.startsWith("@") ? { target: Number(to.slice(1)) } : { to };
  }

  function told({ input, error }, message) {
    input.toggleAttribute("aria-invalid", false);
    if (message) input.setAttribute("aria-invalid", "true");
    fill(error, message);
  }

  /** What stands for each deployed contract in an address field, by its name. */
  function deployed() {
    return Object.fromEntries(deployments(steps).map(({ id, name }) => [name.toLowerCase(), `@${id}`]));
  }

  const contractOf = (text) => deployments(steps).find(({ id }) => text === `@${id}`)?.name ?? text;
  const nameOf = (text) => (PEOPLE.includes(text) ? person(text) : contractOf(text));

  return {
    element: form,
    offer,
    focus: () => what.focus(),
    /** Fill the form with a step that is there already. */
    edit(step) {
      edited = step;
      cancel.hidden = false;
      offer(contracts, steps);
      const key = { deploy: `deploy:${step.contract}`, wait: "wait", transfer: "transfer", raw: `${step.target}:raw` }[step.action] ?? `${step.target}:${step.function}`;
      if (!choices.has(key)) {
        const named = [...choices.keys()].find((each) => each.startsWith(`${step.target}:${step.function?.split("(")[0]}(`));
        if (!named) return false; // the draft has no such function any more
        what.value = named;
      } else what.value = key;
      who.value = step.account ?? "alice";
      drawFields(step);
      return true;
    },
    done() {
      edited = null;
      cancel.hidden = true;
      offer(contracts, steps);
    },
    get editing() {
      return edited?.id ?? null;
    },
  };
}

function hintOf({ type, components }) {
  if (type.startsWith("tuple")) {
    const fields = `{${(components ?? []).map((each) => `${each.name}: …`).join(", ")}}`;
    return say("try_hint_json", { example: type.endsWith("]") ? `[${fields}]` : fields });
  }
  if (type.endsWith("]")) return say("try_hint_json", { example: type.startsWith("address") ? "[alice, bob]" : type.startsWith("string") ? '["a", "b"]' : "[1, 2]" });
  if (type === "address") return say("try_hint_address");
  if (type.startsWith("bytes")) return say("try_hint_bytes");
  if (/^u?int(256|128)?$/.test(type)) return say("try_hint_number");
  return null;
}

function amountOf(text, unit) {
  if (!text.trim()) return 0n;
  const amount = readInteger(text, unit);
  if (amount < 0n) throw new Unreadable(say("try_negative"));
  if (amount >= 2n ** 256n) throw new Unreadable(say("try_too_large"));
  return amount;
}

function secondsOf(text) {
  const seconds = readInteger(text, "seconds");
  if (seconds < 0n || seconds > 10n ** 9n) throw new Unreadable(say("try_bad_time"));
  return Number(seconds);
}

export function signature({ name, inputs }) {
  return `${name}(${inputs.map(canonical).join(",")})`;
}

function canonical({ type, components }) {
  return type.startsWith("tuple") ? `(${(components ?? []).map(canonical).join(",")})${type.slice(5)}` : type;
}

function declaration(entry) {
  const inputs = entry.inputs.map((each) => `${typeName(each)} ${each.name}`.trim()).join(", ");
  const marks = entry.stateMutability === "nonpayable" ? "" : ` ${entry.stateMutability}`;
  return `${entry.name}(${inputs})${marks}`;
}
