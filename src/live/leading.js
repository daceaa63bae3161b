// What hosts alone see of the room's own: the door, the queue's order, how the discussion is led, what to do with somebody, the end.

import { features } from "./features.js";
import { cast } from "./state.js";
import { Dialog, html, icon, name_of, Select } from "./ui.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").View} View */
/** @typedef {import("./state.js").Person} Person */
/** @typedef {import("./state.js").Waiting} Waiting */

const LISTED_MAX = 50, NAMED_MAX = 3;
const SLOW_S = [0, 5, 15, 30, 60, 300];

/** @param {Waiting} one */
const named = (one) => name_of(one);

/** Beside the stage: a stream that is not right, somebody who waits. @param {View} view */
export function ForHosts({ room, act, send }) {
  const { lobby, door } = room;
  return html`
    ${cast(room).filter((person) => person.encoder?.trouble).map((person) => html`<p key=${person.id} class="notice warn">${icon("alert")}<span><b>${name_of(person)}</b> ${trouble_text(/** @type {"b-frames" | "profile"} */ (person.encoder?.trouble))}</span></p>`)}
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
  if (room.room?.part)
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

/** A host leads the queue: up, down, to its end. @param {{person: Person, index: number, count: number, send: View["send"]}} p */
export function Place({ person, index, count, send }) {
  const name = name_of(person), move = (/** @type {number} */ to) => send({ t: "place", who: person.id, to });
  return html`
    <button type="button" class="icon-btn" disabled=${index === 0} onClick=${() => move(index - 1)} aria-label=${t("{name}: one place up", { name })}>${icon("up")}</button>
    <button type="button" class="icon-btn" disabled=${index === count - 1} onClick=${() => move(index + 1)} aria-label=${t("{name}: one place down", { name })}>${icon("below")}</button>
    ${count > 2 && index < count - 2 && html`<button type="button" class="btn plain" onClick=${() => move(count - 1)} aria-label=${t("{name}: to the end of the queue", { name })}>${t("To the end")}</button>`}`;
}

/** How the discussion is led. @param {View} view */
export function Rules({ room, send }) {
  const { slow_s, moderated } = room.chat_rules;
  return html`<details class="asking"><summary>${t("How people write")}</summary>
    <label class="tick"><input type="checkbox" checked=${moderated} onChange=${() => send({ t: "chat", moderated: !moderated })} /><span>${t("Messages wait for a host before they are shown")}</span></label>
    <div class="field"><label for="slow">${t("Seconds between two messages of a person")}</label><select id="slow" onChange=${(/** @type {Event} */ event) => send({ t: "chat", slow_s: Number(/** @type {HTMLSelectElement} */ (event.currentTarget).value) })}>
      ${SLOW_S.map((s) => html`<option key=${s} value=${s} selected=${s === slow_s}>${s}</option>`)}</select></div></details>`;
}

/** What is wrong with a camera's stream, for those who can see to it. @param {"b-frames" | "profile"} trouble */
function trouble_text(trouble) {
  return trouble === "b-frames"
    ? t("It sends B-frames: the picture jerks in browsers. In OBS: Settings, Output, B-frames 0.")
    : t("It sends H.264 in a profile that some browsers cannot show. In OBS: Settings, Output, profile “baseline”.");
}

/** @param {View} view */
export function OnePerson(view) {
  const { room, act, dialog, send } = view;
  const person = dialog && "who" in dialog ? room.people.get(dialog.who) : null;
  if (!person)
    return null;
  const name = name_of(person), on_stage = person.stage !== null, workshop = room.room?.kind === "workshop", pinned = room.pinned === person.id;
  const then = (/** @type {object} */ message) => () => {
    send(message);
    act.open(null);
  };
  return html`<${Dialog} title=${name} close=${() => act.open(null)}>
    ${on_stage && person.consent !== true && !room.room?.team && html`<p class="muted">${t("Has not agreed to be recorded: the recording leaves this person out.")}</p>`}
    <div class="stack">
    ${person.encoder?.trouble && html`<p class="notice warn">${icon("alert")}<span>${trouble_text(person.encoder.trouble)}</span></p>`}
    ${on_stage && person.encoder && !person.mic && html`<p><button type="button" class="btn wide" onClick=${then({ t: "mute", who: person.id, on: false })}>${icon("mic")}${t("Let its sound be heard")}</button></p>`}
    ${on_stage && person.mic && html`<p><button type="button" class="btn wide" onClick=${then({ t: "mute", who: person.id })}>${icon("micoff")}${t("Turn the microphone off")}</button></p>`}
    ${on_stage && html`<p><button type="button" class="btn wide" aria-pressed=${String(pinned)} onClick=${then({ t: "pin", who: pinned ? null : person.id })}>${icon("pin")}${pinned ? t("Let the loudest be on air") : t("Keep on air")}</button></p>`}
    <p><button type="button" class="btn wide" onClick=${then({ t: "stage", who: person.id, on: !on_stage })}>${icon(on_stage ? "down" : "stage")}${workshop && !person.encoder ? (on_stage ? t("Take the seat back") : t("Give a seat")) : on_stage ? t("Take off stage") : person.encoder ? t("Let it come back on stage") : t("Bring on stage")}</button></p>
    ${features.map(({ name: feature, Person }) => Person && html`<${Person} key=${feature} person=${person} view=${view} />`)}
    ${person.id !== room.me?.id && !room.room?.team && html`<p><button type="button" class="btn bad wide" onClick=${() => act.open({ kind: "remove", who: person.id })}>${t("Remove from the room")}</button></p>`}
    </div>
    <p><button type="button" class="btn plain" onClick=${() => act.open(null)}>${t("Close")}</button></p>
  <//>`;
}

/** @param {View} view */
export function Remove({ room, act, dialog, send }) {
  const person = dialog && "who" in dialog ? room.people.get(dialog.who) : null;
  const remove = () => {
    send({ t: "remove", who: person?.id });
    act.open(null);
  };
  return person && html`<${Dialog} title=${t("Remove {name} from the room?", { name: name_of(person) })} close=${() => act.open(null)}>
    <p>${t("This person cannot come back before the session ends.")}</p>
    <p class="row"><button type="button" class="btn bad" onClick=${remove}>${t("Remove")}</button>
    <button type="button" class="btn plain" onClick=${() => act.open(null)}>${t("Cancel")}</button></p>
  <//>`;
}

/** @param {View} view */
export function End({ room, act, send }) {
  const end = () => {
    send({ t: "end" });
    act.open(null);
  };
  return html`<${Dialog} title=${t("End the session?")} close=${() => act.open(null)}>
    <p>${room.recording ? t("Everyone leaves the stage, the recording stops and becomes the replay.") : t("Everyone leaves the stage. Nothing is being recorded.")}</p>
    <p class="row"><button type="button" class="btn bad" onClick=${end}>${t("End the session")}</button>
    <button type="button" class="btn plain" onClick=${() => act.open(null)}>${t("Cancel")}</button></p>
  <//>`;
}
