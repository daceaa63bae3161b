// The words of the room. The source is English; room_words.c holds the same list and the page brings the translation.

/** @type {Record<string, string>} */
let translated = {};

/** @param {string} json */
export function setWords(json) {
  translated = JSON.parse(json || "{}");
}

/**
 * @param {string} text English, with {names} of values
 * @param {Record<string, string | number>} [values]
 */
export function t(text, values = {}) {
  return (translated[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
