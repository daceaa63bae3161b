// The lane of captions: never over a picture, as large as a person wants it, a few lines at most.

import { html, name_of } from "../live/ui.js";
import { t } from "../live/words.js";

/** @typedef {import("../live/room.js").View} View */
/** last: the size before it was turned off; desk: whether a captioner has it open; read: by a screen reader. @typedef {{desk: boolean, read: boolean, size: "off" | "small" | "normal" | "large", last: "small" | "normal" | "large", sign: "small" | "medium" | "large"}} Chosen */

const LINES_SHOWN = 3;
const BEHIND_US = 10e6; // a line that is being typed is about as far behind what was said
const SHOWN_US = 60e6; // a line that nothing follows

/** @param {View} view @returns {Chosen} */
export function chosen_of(view) {
  return { desk: false, read: false, size: "normal", last: "normal", sign: "medium", ...view.chosen.captions };
}

/** Whose picture stands apart, since they interpret into sign language: of those on stage; null: nobody's. @param {View} view */
export function signer_of({ room }) {
  const person = room.people.get(room.parts.captions.signer);
  return person && person.stage !== null ? person : null;
}

/** @param {View} view @param {number} who */
export function named(view, who) {
  const person = view.room.people.get(who);
  return person ? name_of(person) : "";
}

/** @param {View & {seen_us?: number}} view seen_us: when what is on the screen was on air, for who watches behind the room */
export function Lane(view) {
  const { lines, open, by } = /** @type {import("./captions.js").Captions} */ (view.room.parts.captions), { size } = chosen_of(view);
  const real_us = view.now_us(), now_us = view.seen_us ?? real_us;
  const was_said = (/** @type {import("./captions.js").Line} */ line) => view.seen_us === undefined || line.begun_us <= view.seen_us; // a clock that is slow hides nothing
  const recent = lines.filter((line) => line.text && was_said(line) && now_us - line.ended_us < SHOWN_US);
  const shown = [...recent.map(({ n, text }) => ({ n, text })), ...(open && real_us - now_us < BEHIND_US ? [{ n: -1, text: open }] : [])].slice(-LINES_SHOWN);
  if (size === "off" || (!shown.length && !by))
    return null;
  return html`<section class=${"captions " + size} aria-label=${t("Live captions")}><div>${shown.map(({ n, text }) => html`<p key=${n}>${text}</p>`)}</div></section>`;
}
