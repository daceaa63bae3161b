// The slide in front of everybody, and the commands of who turns it.

import { Component } from "preact";
import { html, icon } from "../live/ui.js";
import { t } from "../live/words.js";
import { latest, note, slides_of } from "./part.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("./part.js").Shown} Shown */

/** Which of the two sizes: the small one wherever the line or the person asks for less. @param {View} view */
const size_of = (view) => (view.pictures.mode === "full" && view.room.network === "full" ? "big" : "small");

const PIECE_BYTES = 1024, KEPT_MOST = 2; // pictures: the one that is looked at, and the next

/**
 * A picture by and by: what waits on a thin line is never more than one piece, so that words and voice go past it.
 * @param {string} url @param {AbortSignal} signal @returns {Promise<string>} the address of a copy in this page
 */
async function fetch_by_and_by(url, signal) {
  const pieces = [];
  for (let from = 0, size = 1; from < size; from += PIECE_BYTES) {
    const answer = await fetch(url, { signal, priority: "low", cache: "no-store", headers: { range: `bytes=${from}-${from + PIECE_BYTES - 1}` } });
    if (!answer.ok)
      throw new Error(`${url}: ${answer.status}`);
    pieces.push(await answer.blob());
    size = Number(/\/(\d+)$/.exec(answer.headers.get("content-range") ?? "")?.[1] ?? 0); // 0: it came whole
  }
  return URL.createObjectURL(new Blob(pieces, { type: "image/webp" }));
}

/** Goes on from the page that was asked for last, so that a key pressed three times turns three pages. @param {View} view @param {number} by */
function turn(view, by) {
  const { shown, asked } = latest.part ?? slides_of(view);
  if (!shown)
    return;
  const page = Math.min(shown.pages, Math.max(1, (asked ?? shown.page) + by));
  if (page === (asked ?? shown.page))
    return;
  note(view, { asked: page });
  view.send({ t: "slide", deck: shown.deck, page });
}

export class Slide extends Component {
  state = { there: "" };
  /** The page after this one, fetched while this one is looked at. */
  ahead = { url: "", stop: new AbortController() };
  /** Pictures that came by and by, by their addresses. @type {Map<string, string>} */ kept = new Map();
  /** Addresses of large ones that came, and are in the browser's cache. @type {Set<string>} */ large = new Set();

  componentDidMount() {
    addEventListener("keydown", this.#key);
  }

  /** Who asks for the page has it at once, not by and by. */
  componentDidUpdate() {
    const view = this.props.view, shown = slides_of(view).shown;
    if (shown && this.#source(shown, view) === this.ahead.url && !this.kept.has(this.ahead.url))
      this.ahead.stop.abort();
  }

  componentWillUnmount() {
    removeEventListener("keydown", this.#key);
    this.ahead.stop.abort();
    for (const copy of this.kept.values())
      URL.revokeObjectURL(copy);
  }

  /** Arrow keys, and what a presenter's remote sends, turn the pages; fields, lists of tabs and dialogs keep their keys. @param {KeyboardEvent} event */
  #key = (event) => {
    const by = /** @type {Record<string, number>} */ ({ ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 })[event.key];
    const target = /** @type {HTMLElement} */ (event.target), { view } = this.props;
    if (!by || !slides_of(view).may || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.defaultPrevented)
      return;
    if (document.querySelector("dialog[open]") || target.matches("input, textarea, select, [contenteditable], [role=tab]") || target.closest(".panel"))
      return;
    event.preventDefault();
    turn(view, by);
  };

  /** On a line that has become thin a page that is there is not fetched once more, smaller. @param {import("./part.js").Picture} page @param {View} view */
  #source(page, view) {
    return this.large.has(page.big) ? page.big : page[size_of(view)];
  }

  /** @param {string} there */
  #arrived(there) {
    this.setState({ there });
    const view = this.props.view, { shown } = slides_of(view), next = shown?.next && this.#source(shown.next, view);
    if (there === shown?.big)
      this.large.add(there);
    if (!next || this.ahead.url === next || this.large.has(next))
      return;
    this.ahead.stop.abort();
    this.ahead = { url: next, stop: new AbortController() };
    if (next === shown?.next?.big) {
      const picture = new Image();
      picture.onload = () => this.large.add(next);
      picture.src = next;
    } else if (!this.kept.has(next))
      fetch_by_and_by(next, this.ahead.stop.signal).then((copy) => this.#keep(next, copy), () => {}); // it comes when it is shown
  }

  /** @param {string} url @param {string} copy */
  #keep(url, copy) {
    this.kept.set(url, copy);
    for (const [oldest, picture] of this.kept)
      if (this.kept.size > KEPT_MOST) {
        URL.revokeObjectURL(picture);
        this.kept.delete(oldest);
      }
  }

  render(/** @type {{view: View}} */ { view }) {
    const { shown, may, asked } = slides_of(view);
    if (!shown)
      return null;
    const { page, pages, width, height, words } = shown, source = this.#source(shown, view);
    const late = this.state.there !== source;
    // the picture of before stays until the next one is there
    return html`<div class="front slides"><figure class="tile share slide" data-page=${page} aria-busy=${String(late)}>
        <img src=${this.kept.get(source) ?? source} data-source=${source} width=${width} height=${height} alt=${t("Slide {page} of {pages}", { page, pages })} aria-describedby=${words ? "slide-words" : undefined}
          onLoad=${(/** @type {Event} */ event) => this.#arrived(/** @type {HTMLImageElement} */ (event.currentTarget).dataset.source ?? "")} />
        <div class="sr" id="slide-words">${words}</div>
        <figcaption>${icon("slides")}${t("Slide {page} of {pages}", { page, pages })}${late && html`<span> ${t("coming…")}</span>`}</figcaption>
      </figure>
      ${may && html`<div class="turn" role="group" aria-label=${t("Turn the slides")}>
        <button type="button" class="btn" disabled=${(asked ?? page) <= 1} aria-keyshortcuts="ArrowLeft PageUp" onClick=${() => turn(view, -1)}>${t("Slide before")}</button>
        <button type="button" class="btn main" disabled=${(asked ?? page) >= pages} aria-keyshortcuts="ArrowRight PageDown" onClick=${() => turn(view, 1)}>${t("Next slide")}</button>
        <button type="button" class="btn" aria-haspopup="dialog" onClick=${() => {
          view.send({ t: "slide_pages", deck: shown.deck });
          note(view, { open: "pages", pages: null });
        }}>${t("All slides")}</button>
        <button type="button" class="btn plain" onClick=${() => view.send({ t: "slide", deck: 0, page: 0 })}>${t("Hide")}</button>
      </div>`}
    </div>`;
  }
}
