// What there is to show: the files of this session, sending one more, and all pages of one at a glance.

import { Dialog, html } from "../live/ui.js";
import { t } from "../live/words.js";
import { note, slides_of } from "./part.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("./part.js").Deck} Deck */

const BYTES_MAX = 50 * 1024 * 1024;

/** The form's token is the page's own: it is where the file would be sent without a room. @param {string} address */
async function token(address) {
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("form[enctype] input[name=csrf]")?.getAttribute("value") ?? "";
}

/** fetch() does not tell how far it is. @param {string} address @param {FormData} form @param {(percent: number) => void} tell @returns {Promise<{deck?: number, fault?: string}>} */
function post(address, form, tell) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => tell(Math.floor((100 * loaded) / total));
    request.onload = () => (request.response ? resolve(request.response) : reject(new Error(String(request.status))));
    request.onerror = () => reject(new Error("network"));
    request.send(form);
  });
}

/** @param {View} view @param {File} file @param {boolean} shared */
async function send_file(view, file, shared) {
  const { address } = slides_of(view), failed = t("The file did not arrive. Try again.");
  if (file.size > BYTES_MAX)
    return note(view, { fault: t("This file is larger than 50 MB: save it with smaller pictures.") });
  note(view, { sending: 0, fault: "" });
  try {
    const form = new FormData();
    form.set("csrf", await token(address));
    form.set("shared", shared ? "1" : "");
    form.set("file", file);
    const { fault = "" } = await post(address, form, (sending) => note(view, { sending }));
    note(view, { sending: null, fault });
  } catch {
    note(view, { sending: null, fault: failed });
  }
  view.send({ t: "slide_decks" });
}

/** @param {{view: View, close: () => void}} p */
export function Files({ view, close }) {
  const { decks, shown, sending, fault, address } = slides_of(view);
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget), data = new FormData(form), file = /** @type {File} */ (data.get("file"));
    if (file.size)
      send_file(view, file, data.get("shared") === "1");
  };
  return html`<${Dialog} title=${t("Slides")} close=${close}>
    ${decks.length > 0 && html`<ul class="rows" role="list">${decks.map((deck) => html`<li key=${deck.id} class="deck"><b>${deck.title}</b> <${State} deck=${deck} address=${address} />
      ${deck.state === "ready" && (shown?.deck === deck.id ? html`<span class="tag ok">${t("Shown now")}</span>`
        : html`<button type="button" class="btn small main" onClick=${() => {
          view.send({ t: "slide", deck: deck.id, page: 1 });
          close();
        }}>${t("Show")}<span class="sr"> ${deck.title}</span></button>`)}</li>`)}</ul>`}
    <form class="stack" onSubmit=${submit}>
      <div class="field"><label for="slides-file">${t("Slides as a PDF")}</label><input type="file" id="slides-file" name="file" accept="application/pdf,.pdf" required aria-describedby="slides-hint" />
        <p class="hint" id="slides-hint">${t("At most 50 MB and 300 pages.")}</p></div>
      <label class="tick"><input type="checkbox" name="shared" value="1" /><span>${t("Everybody may read these slides and have the PDF")}</span></label>
      ${fault && html`<p class="notice bad" role="alert">${fault}</p>`}
      ${sending !== null && html`<p role="status"><progress max="100" value=${sending} aria-label=${t("Sent so far")} /> ${t("{percent} %", { percent: sending })}</p>`}
      <p class="row"><button type="submit" class="btn" disabled=${sending !== null}>${t("Send")}</button> <button type="button" class="btn plain" onClick=${close}>${t("Close")}</button></p>
    </form><//>`;
}

/** @param {{deck: Deck, address: string}} p */
function State({ deck: { state, pages, drawn }, address }) {
  return state === "ready" ? html`<span class="muted">${pages === 1 ? t("1 page") : t("{pages} pages", { pages })}</span>`
    : state === "waiting" ? html`<span class="tag">${pages ? t("Drawn: {drawn} of {pages}", { drawn, pages }) : t("Waits to be drawn")}</span>`
      : html`<a href=${address} target="_blank" rel="noopener">${t("Not drawn: see why")}</a>`;
}

/** @param {{view: View, close: () => void}} p */
export function Overview({ view, close }) {
  const { pages, shown } = slides_of(view);
  const go = (/** @type {number} */ page) => {
    view.send({ t: "slide", deck: pages?.deck, page });
    close();
  };
  return html`<${Dialog} title=${t("All slides")} look="wide" close=${close}>
    <ul class="slide-grid" role="list">${pages?.list.map(({ small, label }, i) => html`<li key=${i}><button type="button" aria-current=${shown?.page === i + 1 ? "true" : undefined} onClick=${() => go(i + 1)}>
      <img src=${small} alt="" loading="lazy" width="160" height="90" /><span>${t("{page}. {label}", { page: i + 1, label })}</span></button></li>`)}</ul>
    <p><button type="button" class="btn plain" onClick=${close}>${t("Close")}</button></p><//>`;
}
