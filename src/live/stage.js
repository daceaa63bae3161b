// What one watches: the shared screen in front, those on stage below, and what there is to say about the connection.

import { cast, myself } from "./state.js";
import { features } from "./features.js";
import { later } from "./later.js";
import { html, icon, name_of, Picture } from "./ui.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").View} View */
/** @typedef {import("./state.js").Person} Person */

const ForHosts = later(() => import("./leading.js"), "ForHosts");

/** @param {View} view */
export function Stage(view) {
  const { room, media } = view;
  const apart = new Set(features.map((feature) => feature.apart?.(view)?.id));
  const heard = view.pictures.mode === "audio";
  const people = cast(room).filter((person) => heard || !apart.has(person.id));
  const faces = !heard && ["speaker", "gallery"].includes(room.scene);
  const sharer = faces ? undefined : people.find((person) => person.screen);
  const slide = faces || (sharer && !heard) ? null : features.map(({ Screen }) => Screen?.(view)).find(Boolean);
  const shared = sharer && (sharer.id === room.me?.id ? view.devices.tracks.screen : media.tracks.get("s"));
  return html`<section class=${"house" + ((sharer && !heard) || slide ? "" : " alone")} data-scene=${room.scene} aria-label=${t("Stage")}>
    <div class="stack said"><${Notices} ...${view} />${room.me?.role === "host" && html`<${ForHosts} ...${view} />`}</div>
    ${sharer && !heard && html`<div class="front"><figure class="tile share">
      ${shared ? html`<${Picture} track=${shared} line=${sharer.id === room.me?.id ? undefined : "s"} />` : null}
      <figcaption>${icon("screen")}${t("Screen of {name}", { name: name_of(sharer) })}</figcaption>
    </figure></div>`}
    ${slide}
    ${features.map(({ name, Front }) => Front && html`<${Front} key=${name} ...${view} />`)}
    ${people.length && heard ? html`<ul class="voices" role="list" aria-label=${t("On stage")}>
      ${people.map((person) => html`<${Voice} key=${person.id} person=${person} view=${view} />`)}
    </ul>` : people.length ? html`<div class=${"cast n" + people.length + gallery(view, people, Boolean(sharer || slide))} role="group" aria-label=${t("On stage")} tabindex="0">
      ${people.map((person) => html`<${Tile} key=${person.id} person=${person} view=${view} />`)}
    </div>` : cast(room).length === 0 && html`<${Empty} ...${view} />`}
    <div class="stack lanes">${features.map(({ name, Lane }) => Lane && html`<${Lane} key=${name} ...${view} />`)}</div>
  </section>`;
}

/** In a workshop with more than four, who speaks is larger and the others are small. @param {View} view @param {Person[]} people @param {boolean} shows something else is shown */
function gallery({ room }, people, shows) {
  if (room.room?.kind !== "workshop" || shows || people.length < 5)
    return "";
  const led = people.some((person) => person.id === room.lead);
  return ` gallery g${Math.min(6, Math.ceil(Math.sqrt(people.length + (led ? 3 : 0))))}`;
}

/** Somebody on stage without a picture: the name, and whether they speak. @param {{person: Person, view: View}} p */
function Voice({ person, view }) {
  const { room } = view, name = name_of(person), speaks = room.speaking.has(person.id);
  const initials = name.split(/\s+/).map((word) => [...word][0] ?? "").join("").slice(0, 2).toLocaleUpperCase();
  return html`<li class=${speaks ? "speaking" : ""} data-who=${person.id}><span class="avatar" aria-hidden="true">${initials}</span>
    <span>${person.id === room.me?.id ? t("{name} (you)", { name }) : name}<small>${speaks ? t("speaks") : person.mic ? t("microphone open") : t("microphone off")}</small></span>
    <span class="marks"><${Marks} person=${person} view=${view} /></span><${Tools} person=${person} view=${view} /></li>`;
}

/** @param {{person: Person, view: View}} p */
function Marks({ person, view: { room } }) {
  return html`${room.onair?.who === person.id && (room.recording || room.room?.kind !== "workshop") && html`<span class="tag accent">${t("On air")}</span>`}
      ${person.away && html`<span class="tag warn">${t("Line cut, coming back")}</span>`}
      ${room.recording && person.consent !== true && (person.id === room.me?.id || room.me?.role === "host")
        && html`<span class="tag">${t("Not recorded")}</span>`}`;
}

/** What a host may do with somebody. @param {{person: Person, view: View}} p */
function Tools({ person, view: { room, act } }) {
  return room.me?.role === "host" && html`<button type="button" class="icon-btn" aria-haspopup="dialog"
      aria-label=${t("What to do with {name}", { name: name_of(person) })} onClick=${() => act.open({ kind: "person", who: person.id })}>${icon("more")}</button>`;
}

/** @param {{person: Person, view: View}} p */
function Tile({ person, view }) {
  const { room, media, devices } = view;
  const mine = person.id === room.me?.id, name = name_of(person);
  const track = mine ? devices.tracks.camera : person.camera ? media.tracks.get("v" + person.stage) : null;
  return html`<figure class=${"tile" + (room.speaking.has(person.id) ? " speaking" : "") + (person.id === (room.room?.kind === "workshop" ? room.lead : room.onair?.who) ? " lead" : "")} data-who=${person.id}>
    ${track ? html`<${Picture} track=${track} look=${mine ? "mirror" : ""} line=${mine ? undefined : "v" + person.stage} />`
      : html`<svg class="face" aria-hidden="true"><use href="#i-face" /></svg>`}
    <p class="marks"><${Marks} person=${person} view=${view} /></p>
    <${Tools} person=${person} view=${view} />
    <figcaption>${icon(person.mic ? "mic" : "micoff")}<span class="sr">${person.mic ? t("microphone open") : t("microphone off")}</span><span class="who">${mine ? t("{name} (you)", { name }) : name}</span></figcaption>
  </figure>`;
}

/** @param {View} view */
function Empty({ room }) {
  if (room.ended)
    return null;
  return html`<div class="empty"><svg class="i" viewBox="0 0 48 34" aria-hidden="true"><use href="#i-trestle" /></svg>
    <p>${room.me ? room.room?.kind === "workshop" ? t("Nobody has a seat yet. Take one: everyone here may speak and be seen.") : t("Nobody is on stage yet. Stay here: picture and sound will come by themselves.") : t("Opening the room…")}</p></div>`;
}

/** What there is to say first. @param {View} view */
export function Notices({ room, link, media, sound, problem, act, publishing, pictures, held, devices }) {
  const me = myself(room), sharer = cast(room).find((person) => person.screen);
  return html`
    ${room.ended && html`<div class="notice">${icon("info")}<div class="stack"><p><b>${t("The session is over.")}</b> ${room.ended.replay_url ? "" : t("It was not recorded.")}</p>
      ${room.ended.replay_url && html`<p><a class="btn main" href=${room.ended.replay_url}>${icon("play")}${t("Watch the replay")}</a></p>`}</div></div>`}
    ${sound.blocked && html`<p><button type="button" class="btn main wide loud" onClick=${act.unblock}>${icon("speaker")}${t("Turn on the sound")}</button></p>`}
    ${link === "lost" && html`<p class="notice warn">${icon("signal")}<span><b>${t("The line to the room is cut.")}</b> ${t("We are bringing you back. What you write is kept and sent then.")}</span></p>`}
    ${link !== "lost" && media.silent_ports && html`<p class="notice bad">${icon("alert")}<span><b>${t("No picture or sound arrives.")}</b> ${t("Your network seems to block what carries them ({ports}). Try another network, such as your phone's, or ask who runs it to open these ports. The chat goes on, and we keep trying.", { ports: media.silent_ports })}</span><${WatchOnly} ...${{ room, act }} /></p>`}
    ${pictures.mode === "audio" && !pictures.chosen && html`<p class="notice warn">${icon("signal")}<span><b>${t("Sound only.")}</b> ${t("Your connection has become weak: the pictures stopped, the sound goes on. They come back by themselves.")}</span> <button type="button" class="btn" onClick=${act.sound_only}>${t("Show the pictures")}</button>
      <button type="button" class="btn plain" onClick=${() => act.choose({ pictures: "audio" })}>${t("Stay with the sound")}</button><${WatchOnly} ...${{ room, act }} /></p>`}
    ${held && devices.tracks.camera && html`<p class="notice warn">${icon("signal")}<span>${t("Your picture is not sent for now: your voice has the line to itself.")}</span></p>`}
    ${pictures.mode === "audio" && sharer && html`<p class="notice">${icon("screen")}<span><b>${t("Screen of {name}", { name: name_of(sharer) })}</b> ${t("Not shown while you have sound only.")}</span></p>`}
    ${me?.stage !== null && me && publishing === "failed" && html`<p class="notice warn">${icon("signal")}<span><b>${t("Your picture and voice do not reach the room.")}</b> ${t("We are trying again.")}</span></p>`}
    ${me && me.stage !== null && !view_ready(me, publishing) && html`<p class="notice"><span>${t("You are on stage, without microphone or camera.")}</span> <button type="button" class="btn" onClick=${() => act.open({ kind: "enter" })}>${t("Prepare my microphone and camera")}</button></p>`}
    ${room.record_text && html`<p class="notice">${icon("record")}<span>${room.record_text}</span></p>`}
    ${room.recording && room.room?.voices && me?.consent === true && me.stage !== null && html`<p class="notice">${icon("record")}<span>${t("In this room my voice is also kept as a sound file of its own, for the organisers.")}</span></p>`}
    ${problem && html`<p class="notice bad">${icon("alert")}<span>${problem}</span> <button type="button" class="icon-btn" aria-label=${t("Close this message")} onClick=${act.dismiss}>${icon("close")}</button></p>`}`;
}

/** Where the line does not carry the room: what is on air comes as files. @param {Pick<View, "room" | "act">} view */
function WatchOnly({ room, act }) {
  return room.watching.list && myself(room)?.stage === null && html` <button type="button" class="btn" onClick=${() => act.watch(true)}>${t("Watch only, a few seconds behind")}</button>`;
}

/** @param {Person} me @param {string} publishing */
function view_ready(me, publishing) {
  return publishing !== "new" || me.mic || me.camera;
}
