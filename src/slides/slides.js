// Slides of the room: what they add to its page (live/features.js). README.md has the messages.

import { add } from "../live/features.js";
import { later } from "../live/later.js";
import { Control, html } from "../live/ui.js";
import { t } from "../live/words.js";
import { latest, note, slides_of } from "./part.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("./part.js").Slides} Slides */

const LOOK_MS = 1000;

const files = () => import("./files.js");
const Files = later(files, "Files"), Overview = later(files, "Overview"), Slide = later(() => import("./show.js"), "Slide");

/** @type {Slides} */
const none = { may: false, shown: null, decks: [], address: "", asked: null, pages: null, open: "", sending: null, fault: "" };
let looking = 0;

/** While pages are drawn, who may turn them looks how far it is. @param {View} view */
function look_again(view) {
  clearTimeout(looking);
  if (slides_of(view).decks.some(({ state }) => state === "waiting"))
    looking = window.setTimeout(() => view.send({ t: "slide_decks" }), LOOK_MS);
}

/** @param {(part: Slides, m: any) => Slides} change @returns {(part: Slides, m: any) => Slides} */
const kept = (change) => (part, m) => (latest.part = change(part, m));

/** The page's number, and its first words unless those say the same. @param {import("./part.js").Shown} shown */
function announced({ page, pages, words }) {
  const number = t("Slide {page} of {pages}", { page, pages }), first = words.split("\n")[0].trim();
  return first && first !== number ? t("Slide {page} of {pages}: {words}", { page, pages, words: first }) : number;
}

/** @param {any} m @param {View} view @param {import("../live/state.js").Room} before */
function heard(m, view, before) {
  const { shown } = slides_of(view), was = before.parts.slides.shown;
  if (m.t === "slide" && shown && (shown.deck !== was?.deck || shown.page !== was?.page))
    view.say(announced(shown), "slides");
  if (m.t === "slide" && !shown && was)
    view.say(t("The slides are no longer shown."), "slides");
  if (["slide_decks", "welcome", "renewed"].includes(m.t))
    look_again(view);
  if (m.t === "refused" && m.of === "slide")
    note(view, { asked: null });
}

add({
  name: "slides",
  empty: () => none,
  changes: {
    welcome: kept((part, m) => ({ ...none, open: part.open, sending: part.sending, ...m })),
    slide: kept((part, m) => ({ ...part, shown: m.shown, asked: m.shown?.page === part.asked ? null : part.asked })),
    slide_decks: kept((part, m) => ({ ...part, decks: m.decks })),
    slide_pages: kept((part, m) => ({ ...part, pages: { deck: m.deck, list: m.pages } })),
    slides_here: kept((part, m) => ({ ...part, ...m.change })),
  },
  heard,
  Screen: (view) => slides_of(view).shown && html`<${Slide} view=${view} />`,
  Bar: (view) => slides_of(view).may && html`<${Control} name="slides" text=${t("Slides")} act=${() => {
    view.send({ t: "slide_decks" });
    note(view, { open: "files", fault: "" });
  }} />`,
  Dialogs: (view) => {
    const { open } = slides_of(view), close = () => note(view, { open: "" });
    return open === "files" ? html`<${Files} view=${view} close=${close} />`
      : open === "pages" && html`<${Overview} view=${view} close=${close} />`;
  },
});
