// What asks before it acts, each fetched when it is opened.

import { later } from "./later.js";
import { html } from "./ui.js";

/** @typedef {import("./room.js").View} View */

const settings = () => import("./settings.js"), leading = () => import("./leading.js");
const all = {
  enter: later(() => import("./enter.js"), "Enter"), settings: later(settings, "Settings"), keys: later(settings, "Keys"),
  person: later(leading, "OnePerson"), remove: later(leading, "Remove"), end: later(leading, "End"),
};

/** @param {View} view */
export function Dialogs(view) {
  const { dialog } = view;
  return dialog && html`<${all[dialog.kind]} ...${view} key=${dialog.kind} />`;
}
