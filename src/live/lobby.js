// Who comes in: the calm page of who waits, and what a host sees of them and of the door.

import { Preview } from "./dialogs.js";
import { html, icon, name_of, Select } from "./ui.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").View} View */
/** @typedef {import("./state.js").Waiting} Waiting */

const LISTED_MAX = 50, NAMED_MAX = 3;

/** What keeps somebody out, in two sentences. @param {View} view */
function reason({ room, clock, now_us }) {
  const soon = room.talk && room.talk.start_us > now_us() ? room.talk : null;
  if (room.door === "rehearsal")
    return [soon ? t("The room opens at {time}", { time: clock(soon.start_us) }) : door_text(room.door),
      t("Those who speak are still rehearsing. Stay here: the room comes by itself when a host opens it.")];
  if (room.door === "locked")
    return [door_text(room.door), t("Nobody new comes in at the moment. Stay here if you like: the room comes by itself when a host opens it.")];
  return [door_text(room.door), t("They have been told that you are here. Stay on this page: the room comes by itself.")];
}

/** @param {import("./state.js").Door} door */
export const door_text = (door) => (door === "lobby" ? t("A host will let you in") : door === "locked" ? t("The room is locked") : t("The room opens soon"));

/** Tells a host of those who have come to the door; false: nobody has. @param {import("./state.js").Room} room @param {import("./state.js").Room} before @param {import("./announce.js").Announcer} announcer */
export function newcomers(room, before, announcer) {
  let came = false;
  for (const one of room.door === "lobby" ? room.lobby : []) {
    const known = before.lobby.find(({ id }) => id === one.id);
    came ||= !known;
    if (known?.name !== one.name)
      announcer.tell("waits", name_of(one), known && name_of(known));
  }
  return came;
}

/** The page of who waits. @param {View} view */
export function Lobby(view) {
  const { room, act, devices } = view, [title, text] = reason(view), name = room.me?.name;
  const testing = Boolean(devices.tracks.mic || devices.tracks.camera || devices.problem.mic || devices.problem.camera);
  const keep = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    act.name(/** @type {HTMLInputElement} */ (/** @type {HTMLFormElement} */ (event.currentTarget).elements.namedItem("text")).value);
  };
  return html`<section class="house alone lobby" aria-labelledby="lobby-title"><div class="stack wide-gap">
    ${view.link === "lost" && html`<p class="notice warn">${icon("signal")}<span><b>${t("The line to the room is cut.")}</b> ${t("We are bringing you back.")}</span></p>`}
    <div class="stack"><h2 id="lobby-title">${title}</h2><p>${text}</p></div>
    ${name ? html`<p class="who">${icon("people")}<span>${t("You come in as {name}.", { name })}</span></p>`
      : html`<form class="say" onSubmit=${keep}><label for="my-name">${t("Your name, so that the host knows who you are")}</label>
        <input type="text" id="my-name" name="text" maxlength="60" autocomplete="name" required />
        <button type="submit" class="btn main">${t("Save")}</button></form>`}
    ${testing ? html`<div class="stack"><div class="pair"><${Preview} view=${view} /></div>
        <p class="row"><button type="button" class="btn" onClick=${act.stop_test}>${t("Stop the test")}</button></p></div>`
      : html`<div class="stack"><p><button type="button" class="btn" onClick=${act.test}>${icon("cam")}${t("Test my camera and my microphone")}</button></p>
        <p class="small muted">${t("Nobody sees or hears you here.")}</p></div>`}
  </div></section>`;
}

/** @param {Waiting} one */
const named = (one) => name_of(one);

/** To a host, beside the stage: somebody waits. @param {View} view */
export function Waiting({ room, act, send }) {
  const { lobby, door } = room;
  if (room.me?.role !== "host")
    return null;
  return html`
    ${door === "rehearsal" && html`<p class="notice">${icon("ear")}<span><b>${t("Rehearsal.")}</b> ${t("The public waits outside, nothing is recorded, and what is written goes when the room opens.")}</span>
      <button type="button" class="btn main" onClick=${() => send({ t: "door", door: "open" })}>${t("Open the room")}</button></p>`}
    ${door === "lobby" && lobby.length > 0 && html`<p class="notice">${icon("people")}<span>${lobby.length > NAMED_MAX ? t("{count} people wait to be let in.", { count: lobby.length })
      : t("Waiting to be let in: {names}.", { names: new Intl.ListFormat(document.documentElement.lang).format(lobby.map(named)) })}</span>
      <button type="button" class="btn main" onClick=${() => send({ t: "admit", all: true })}>${lobby.length > 1 ? t("Let all in") : t("Let in")}</button>
      <button type="button" class="btn" onClick=${() => act.tab("people")}>${t("See who")}</button></p>`}`;
}

/** The door, and who stands before it: in the list of people, for hosts. @param {View} view */
export function DoorPanel({ room, send }) {
  const { lobby, door } = room;
  if (room.me?.role !== "host" || room.room?.part)
    return null;
  const shown = lobby.slice(0, LISTED_MAX);
  return html`<section class="stack door" aria-label=${t("Who comes in")}>
    <${Select} label=${t("Who comes in")} name="door" value=${door} choose=${(/** @type {string} */ value) => send({ t: "door", door: value })}
      options=${[["open", t("Everybody")], ["lobby", t("Whom a host lets in")], ["locked", t("Nobody new: locked")], ["rehearsal", t("Only hosts and speakers: rehearsal")]]} />
    ${lobby.length > 0 && html`<h2 class="h-small">${t("Waiting: {count}", { count: lobby.length })}</h2>
      <ul class="rows names" role="list">${shown.map((one) => html`<li key=${one.id}><span>${named(one)}</span><span class="row">
        <button type="button" class="btn" aria-label=${t("Let in {name}", { name: named(one) })} onClick=${() => send({ t: "admit", who: one.id })}>${t("Let in")}</button>
        <button type="button" class="btn plain" aria-label=${t("Turn away {name}", { name: named(one) })} onClick=${() => send({ t: "turn_away", who: one.id })}>${t("Turn away")}</button></span></li>`)}</ul>
      ${lobby.length > shown.length && html`<p class="muted small">${t("And {count} more.", { count: lobby.length - shown.length })}</p>`}
      ${lobby.length > 1 && html`<p><button type="button" class="btn" onClick=${() => send({ t: "admit", all: true })}>${t("Let all in")}</button></p>`}`}
  </section>`;
}

/** @type {AudioContext | null} */ let context = null;

/** Two soft notes. A browser that lets no sound begin before a click stays silent. */
export function chime() {
  context ??= new AudioContext();
  const now = context.currentTime;
  for (const [i, hertz] of [523, 659].entries()) {
    const note = context.createOscillator(), loud = context.createGain(), at = now + i * 0.18;
    note.frequency.value = hertz;
    loud.gain.setValueAtTime(0, at);
    loud.gain.linearRampToValueAtTime(0.06, at + 0.03);
    loud.gain.exponentialRampToValueAtTime(0.0005, at + 0.6);
    note.connect(loud).connect(context.destination);
    note.start(at);
    note.stop(at + 0.65);
  }
}
