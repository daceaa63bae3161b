// The stage manager's desk: what is on air, the run sheet, the countdown, the next session, announcements, the log.

import { Dialog, html, icon, name_of, span } from "../live/ui.js";
import { t } from "../live/words.js";
import { behind_us, left_us, next_row, plan } from "./clock.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("./clock.js").Row} Row */
/** @typedef {import("./manager.js").Manager} Manager */
/** @typedef {import("./manager.js").Deed} Deed */

const LOG_SHOWN = 40;
const START_MIN = [2, 5, 10, 15, 30];
const ANNOUNCE_MIN = [5, 15, 30, 60];

/** whether it asks before it goes on to the next session */
let asking = false;

/** @param {View} view @returns {Manager} */
const part_of = ({ room }) => room.parts.manager;

/** @param {View} view */
export function Desk(view) {
  return html`<div class="desk"><${OnAir} ...${view} /><${RunSheet} ...${view} /><${Start} ...${view} /><${Next} ...${view} />
    <${Announce} ...${view} /><${Log} ...${view} /></div>`;
}

/** @param {View} view */
function OnAir({ room, send }) {
  const named = (/** @type {number | null | undefined} */ who) => (who ? name_of(room.people.get(who) ?? { id: who, name: "" }) : "");
  const { who = null, what = "poster", beside = null } = room.onair ?? {};
  const now = what === "poster" ? t("the poster: nobody’s picture") : what !== "screen" ? named(who)
    : beside ? t("the screen of {name}, beside it {beside}", { name: named(who), beside: named(beside) }) : t("the screen of {name}", { name: named(who) });
  const scenes = [["auto", t("By itself")], ["speaker", t("Who speaks")], ["both", t("Screen and speaker")], ["screen", t("Screen alone")], ["gallery", t("Everybody")]];
  return html`<section class="stack" aria-labelledby="desk-air"><h2 class="h-small" id="desk-air">${t("On air")}</h2>
    <p>${t("Now: {what}", { what: now })}</p>
    <div class="row" role="group" aria-label=${t("Scene")}>${scenes.map(([scene, text]) => html`<button key=${scene} type="button" class="btn small" aria-pressed=${String(room.scene === scene)} onClick=${() => send({ t: "scene", scene })}>${text}</button>`)}</div>
  </section>`;
}

/** @param {{view: View, row: Row, begins_us: number, current: boolean}} p */
function One({ view, row, begins_us, current }) {
  const { run } = part_of(view), left = left_us(run, view.now_us());
  return html`<li class=${current ? "now" : ""} aria-current=${current ? "step" : undefined}><span class="num">${view.clock(begins_us)}</span>
    <div><p><b>${row.what}</b>${row.who && html` · ${row.who}`}</p>
    ${current && row.cue && html`<p class="cue">${row.cue}</p>`}
    ${current && row.link && html`<p class="small"><a href=${row.link} target="_blank" rel="noopener noreferrer">${row.link}</a></p>`}
    ${current && html`<p class="small" role="timer">${left >= 0 ? t("{time} left of {minutes} min", { time: span(left / 1e6), minutes: row.minutes }) : t("{time} over its {minutes} min", { time: span(-left / 1e6), minutes: row.minutes })}</p>`}</div>
    ${!current && html`<button type="button" class="icon-btn" onClick=${() => view.send({ t: "run", row: row.id })} aria-label=${t("Go to: {what}", { what: row.what })}>${icon("arrow")}</button>`}</li>`;
}

/** @param {{behind: number | null}} p */
function Stand({ behind }) {
  if (behind === null)
    return null;
  const minutes = Math.round(behind / 6e7);
  return html`<span class=${"tag" + (minutes > 0 ? " warn" : "")}>${minutes > 0 ? t("{minutes} min behind", { minutes }) : minutes < 0 ? t("{minutes} min ahead", { minutes: -minutes }) : t("on time")}</span>`;
}

/** @param {View} view */
function RunSheet(view) {
  const { run, code } = part_of(view), start_us = view.room.talk?.start_us ?? 0, next = next_row(run);
  if (!code)
    return null;
  const times = plan(run.rows, start_us);
  return html`<section class="stack" aria-labelledby="desk-run"><h2 class="h-small" id="desk-run">${t("Run sheet")} <${Stand} behind=${behind_us(run, start_us, view.now_us())} /></h2>
    ${run.rows.length > 0 && html`<ol class="sheet" role="list">${run.rows.map((row) => html`<${One} key=${row.id} view=${view} row=${row} begins_us=${times.get(row.id)?.begins_us ?? 0} current=${row.id === run.row} />`)}</ol>`}
    ${next && html`<p><button type="button" class="btn main wide" onClick=${() => view.send({ t: "run", row: next.id })}>${icon("arrow")}${t("Next: {what}", { what: next.what })}</button></p>`}
    <p class="small">${run.rows.length === 0 && t("Nothing is planned yet.")} <a href=${`../../organise/run/${code}/`} target="_blank">${run.rows.length ? t("Change or print the run sheet") : t("Write the run sheet")}</a></p>
  </section>`;
}

/** @param {Event} event */
function fields(event) {
  event.preventDefault();
  return new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
}

/** @param {View} view */
function Start({ room, send }) {
  if (room.ended)
    return null;
  const { start_us } = room.parts.manager;
  return html`<section class="stack" aria-labelledby="desk-start"><h2 class="h-small" id="desk-start">${t("Countdown")}</h2>
    <form class="row" onSubmit=${(/** @type {SubmitEvent} */ event) => send({ t: "start", in_s: Number(fields(event).get("minutes")) * 60 })}>
      <label class="row small">${t("The session begins in")} <select name="minutes">${START_MIN.map((minutes) => html`<option key=${minutes} value=${minutes} selected=${minutes === 5}>${t("{minutes} min", { minutes })}</option>`)}</select></label>
      <button type="submit" class="btn small">${t("Count down")}</button></form>
    <div class="row">${start_us >= 0 && html`<button type="button" class="btn small" onClick=${() => send({ t: "start", in_s: null })}>${t("As the programme says")}</button>`}
      ${start_us !== 0 && html`<button type="button" class="btn small" onClick=${() => send({ t: "start", in_s: 0 })}>${t("No countdown")}</button>`}</div>
  </section>`;
}

/** @param {View} view @param {boolean} ask */
function ask_next(view, ask) {
  asking = ask;
  view.draw();
}

/** @param {View} view */
function Next(view) {
  const { next } = part_of(view);
  return next && html`<section class="stack" aria-labelledby="desk-next"><h2 class="h-small" id="desk-next">${t("Next session")}</h2>
    <p>${next.title} <span class="muted">${view.clock(next.start_us)}</span></p>
    <p><button type="button" class="btn small" aria-haspopup="dialog" onClick=${() => ask_next(view, true)}>${t("Go on to it")}</button></p></section>`;
}

/** Asks before it acts. @param {View} view */
export function Asked(view) {
  const { next } = part_of(view);
  if (!asking || !next)
    return null;
  const go = () => {
    view.send({ t: "next" });
    ask_next(view, false);
  };
  return html`<${Dialog} title=${t("Go on to “{title}”?", { title: next.title })} close=${() => ask_next(view, false)}>
    <p>${t("This session ends, with its recording. Everybody stays in the room; hosts stay on stage, the others leave it.")}</p>
    <p class="row"><button type="button" class="btn main" onClick=${go}>${t("Go on")}</button>
    <button type="button" class="btn plain" onClick=${() => ask_next(view, false)}>${t("Cancel")}</button></p>
  <//>`;
}

/** @param {View} view */
function Announce({ room, send, now_us, clock }) {
  const shown = /** @type {Manager} */ (room.parts.manager).announcements.filter((one) => one.until_us > now_us());
  const announce = (/** @type {SubmitEvent} */ event) => {
    const data = fields(event);
    send({ t: "announce", text: data.get("text"), minutes: Number(data.get("minutes")) });
    /** @type {HTMLFormElement} */ (event.currentTarget).reset();
  };
  return html`<section class="stack" aria-labelledby="desk-tell"><h2 class="h-small" id="desk-tell">${t("Announce to every room")}</h2>
    <form class="stack" onSubmit=${announce}><div class="field"><label for="desk-text">${t("What all rooms of the event are told")}</label>
      <input id="desk-text" name="text" required maxlength="300" autocomplete="off" /></div>
      <div class="row"><label class="row small">${t("Shown for")} <select name="minutes">${ANNOUNCE_MIN.map((minutes) => html`<option key=${minutes} value=${minutes} selected=${minutes === 15}>${t("{minutes} min", { minutes })}</option>`)}</select></label>
      <button type="submit" class="btn small">${t("Announce")}</button></div></form>
    ${shown.length > 0 && html`<ul class="rows small" role="list">${shown.map((one) => html`<li key=${one.id}><span>${one.text} <span class="muted">${t("until {time}", { time: clock(one.until_us) })}</span></span>
      <button type="button" class="btn small" onClick=${() => send({ t: "unannounce", id: one.id })} aria-label=${t("Take back: {text}", { text: one.text })}>${t("Take back")}</button></li>`)}</ul>`}
  </section>`;
}

/** @param {Manager} part @param {Deed} deed */
function sentence(part, { what, who, name, whom, whom_name, detail }) {
  const named = (/** @type {number} */ id, /** @type {string} */ known) => (id ? name_of({ id, name: known }) : t("somebody"));
  const known = part.sentences[what];
  return t(known ?? part.sentences[""] ?? "", { who: named(who, name), whom: named(whom, whom_name), detail: known ? detail : what });
}

/** @param {View} view */
function Log(view) {
  const part = part_of(view), shown = part.log.slice(-LOG_SHOWN).reverse();
  return html`<section class="stack" aria-labelledby="desk-log"><h2 class="h-small" id="desk-log">${t("What hosts did")}</h2>
    ${shown.length ? html`<ol class="rows small deeds" role="list">${shown.map((deed) => html`<li key=${deed.at_us + deed.what}><time>${view.clock(deed.at_us)}</time><span>${sentence(part, deed)}</span></li>`)}</ol>` : html`<p class="muted small">${t("Nothing yet.")}</p>`}
    ${part.code && html`<p class="small"><a href=${`../../organise/run/${part.code}/log/`} target="_blank">${t("All of it")}</a> · <a href=${`../../organise/run/${part.code}/log.csv`} download>${t("as a table (CSV)")}</a></p>`}
  </section>`;
}
