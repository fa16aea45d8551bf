// Builds elements. Data only ever becomes text nodes and attributes, never markup.

/**
 * Make an element. Properties that start with "on" are listeners, `class` and `aria-…` are attributes.
 * @param {string} tag
 * @param {Record<string, any> | null} properties
 * @param {...(Node | string | null | undefined | false | Array<any>)} children
 * @returns {HTMLElement}
 */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...nodes(children));
  return element;
}

/** @param {Array<any>} children */
function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Put new children in the place of the old ones. */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

/** Turn text with `code` in back-ticks into nodes. */
export function prose(text) {
  return text.split(/`([^`\n]+)`/).map((part, i) => (i % 2 ? h("code", null, part) : part));
}

/** A symbol that a screen reader passes over: words always stand beside it. */
export function symbol(character, className = "") {
  return h("span", { class: `hk-symbol ${className}`.trim(), "aria-hidden": "true" }, character);
}

let last = 0;

/** Give an id that no other panel on the page has. */
export function uniqueId(what) {
  last += 1;
  return `hk-${what}-${last}-${Math.random().toString(36).slice(2, 8)}`;
}
