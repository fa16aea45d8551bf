// What the scripts of a lesson app say: the page carries the sentences, in the visitor's language.

let held;

/**
 * Say a sentence.
 * @param {string} name its name in the page's words
 * @param {Record<string, string | number>} values what stands in its braces
 */
export function say(name, values = {}) {
  held ??= JSON.parse(document.getElementById("words").textContent);
  return held[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}
