// What the page knows of slides.

/** @typedef {import("../live/room.js").View} View */
/** @typedef {{big: string, small: string}} Picture */
/** @typedef {Picture & {deck: number, title: string, page: number, pages: number, width: number, height: number, words: string, since_us: number, next: Picture | null}} Shown */
/** @typedef {{id: number, title: string, state: "waiting" | "ready" | "refused", pages: number, drawn: number}} Deck */
/** asked: the page that was asked for and did not come yet; pages: of one file, for the overview; sending: percent of what is sent.
 * @typedef {{may: boolean, shown: Shown | null, decks: Deck[], address: string, asked: number | null, pages: {deck: number, list: {small: string, label: string}[]} | null, open: "" | "files" | "pages", sending: number | null, fault: string}} Slides */

/** @param {View} view @returns {Slides} */
export const slides_of = (view) => view.room.parts.slides;

/** As it is at this moment: a view is of the moment it was drawn, and keys may be faster. @type {{part: Slides | null}} */
export const latest = { part: null };

/** What happens here alone. @param {View} view @param {Partial<Slides>} change */
export function note(view, change) {
  view.did(/** @type {any} */ ({ t: "slides_here", change }));
}
