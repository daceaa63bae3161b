// The page on which a note is written: the form's field becomes one in which several write at once.

import { setWords, t } from "../live/words.js";
import { Editor } from "./editor.js";
import { apply, both_after, change_between } from "./merge.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("note"));
const field = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("text"));
const { url = "", socket = "", note = "", words = "" } = form.dataset;
setWords(words);

/** @param {string} tag @param {Record<string, string>} attributes */
function below(tag, attributes) {
  const element = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  field.after(element);
  return element;
}
const where = below("ul", { class: "where small", role: "list", "aria-label": t("Who else is here") });
const state = below("p", { class: "small muted" }), news = below("p", { class: "sr", role: "status" });

const editor = new Editor({
  url, socket, note: Number(note),
  drawn: () => {
    for (const [element, text] of /** @type {[Element, string][]} */ ([[state, editor.state], [news, editor.news]]))
      if (element.textContent !== text)
        element.textContent = text;
    where.replaceChildren(...editor.places.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
  },
});

editor.opened.then(() => {
  if (editor.sync.standing === "gone")
    return;
  // what was typed while the script was on its way goes after what others wrote since
  const [, typed] = both_after(change_between(field.defaultValue, editor.sync.text), change_between(field.defaultValue, field.value));
  const text = apply(typed, editor.sync.text);
  editor.attach(field);
  if (text !== editor.sync.text) {
    field.value = text;
    field.dispatchEvent(new Event("input"));
  }
  /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]")).lastChild?.replaceWith(t("Done"));
});

// Everything is saved by itself: the button leads to the page once it is; when that does not come about, the form is sent as it is.
form.addEventListener("submit", (event) => {
  if (["opening", "refused", "gone"].includes(editor.sync.standing))
    return;
  event.preventDefault();
  const look = () => (editor.sync.pending ? setTimeout(look, 100) : location.assign(url));
  look();
});
