// The projector of a hall: shows the room and plays its voices, for a whole day and without anybody at it. It is nobody in
// the room, and has no command of it; README.md says how it comes in.

import { render } from "preact";
import { Asked, Captions, Floor, Join, Poll, Queue, Slide } from "./blocks.js";
import { stay_lit } from "../live/awake.js";
import { features } from "../live/features.js";
import { receives_h264, Watching } from "../live/media.js";
import { RoomSocket } from "../live/socket.js";
import { ShownSizes } from "../live/shown.js";
import { Sound } from "../live/sound.js";
import { apply, cast, emptyRoom } from "../live/state.js";
import { html, icon, name_of, Picture } from "../live/ui.js";
import { setWords, t } from "../live/words.js";

/** @typedef {import("../live/state.js").Person} Person */
/** @typedef {ReturnType<Screen["view"]>} View */

const AGAIN_MS = 10_000; // after the room said no
const IDLE_MS = 4000; // without a hand on the mouse the commands go
const RESULTS_MS = 120_000; // results of a poll stay so long
const SIZES = ["off", "small", "normal", "large", "huge"];

class Screen {
  room = emptyRoom();
  link = "new";
  said = "";
  #drawing = false;
  #idle = 0;
  /** @type {{id: number, at: number} | null} the poll that was closed last, while this page saw it */ closed = null;

  /** @param {HTMLElement} place */
  constructor(place) {
    const { socket = "", zone, title = "", address = "", code = "", modules = "0" } = place.dataset;
    this.place = place;
    this.title = title;
    this.address = address.replace(/^https?:\/\//, "");
    this.code = { path: code, modules: Number(modules) };
    this.store = "treteau screen " + socket;
    this.captions = localStorage.getItem(this.store) ?? "normal";
    const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZone: zone || undefined });
    this.clock = (/** @type {number} */ us) => time.format(us / 1000);
    this.sound = new Sound(/** @type {HTMLElement} */ (document.getElementById("sound")), () => this.draw());
    this.socket = new RoomSocket(new URL(socket, location.href).href.replace(/^http/, "ws"), {
      opened: () => this.#join(), message: (m) => this.#message(m), lost: () => this.#lost(), lives: (since_ms) => this.watching.came_ms >= since_ms, moved: () => this.watching.moved(),
    });
    const send = (/** @type {object} */ message) => this.socket.send(message);
    this.watching = new Watching(send, () => this.#media());
    this.watching.expecting = () => this.shown_people().some((person) => !person.away && (person.mic || person.camera || person.screen));
    this.watching.doubt = () => this.socket.check(true);
    this.shown = new ShownSizes(place, send, () => ({ mode: "full", awaits: 0 }));
    addEventListener("keydown", (event) => this.#key(event));
    for (const event of ["pointermove", "pointerdown", "keydown"])
      addEventListener(event, () => this.#wake());
    setInterval(() => this.draw(), 1000);
  }

  start() {
    stay_lit(true);
    this.#wake();
    this.draw();
    this.socket.start();
  }

  /** Those on stage but who sits in this very hall. */
  shown_people() {
    return cast(this.room).filter((person) => !this.is_here(person));
  }

  /** The hall's own camera and mixer. @param {Person} person */
  is_here(person) {
    return person.of_hall !== undefined && person.of_hall === this.room.me?.hall;
  }

  view() {
    const { room, link, said, title, address, code, captions, sound, clock, closed } = this, offset_us = room.clock_offset_us;
    return {
      room, link, said, title, address, code, captions, sound, clock, people: this.shown_people(), tracks: this.watching.tracks, now_us: () => Date.now() * 1000 + offset_us,
      results: closed && performance.now() - closed.at < RESULTS_MS ? closed.id : null,
      unblock: () => this.sound.unblock(), larger: (/** @type {number} */ by) => this.larger(by), full: () => this.full(),
    };
  }

  draw() {
    if (this.#drawing)
      return;
    this.#drawing = true;
    setTimeout(() => {
      this.#drawing = false;
      render(html`<${Page} ...${this.view()} />`, this.place);
      this.shown.look();
    }, 16);
  }

  #join() {
    this.socket.join({ t: "join", key: sessionStorage.getItem(this.store), h264: receives_h264(), publish: null, subscribe: this.watching.id });
  }

  #lost() {
    this.link = "lost";
    this.draw();
  }

  /** @param {any} m */
  #message(m) {
    const before = this.room;
    this.room = apply(before, m);
    if (m.t === "welcome") {
      this.link = "open";
      this.said = "";
      sessionStorage.setItem(this.store, m.me.key);
      this.shown.forget();
      this.watching.welcomed();
    } else if (m.t === "subscribe")
      this.watching.answer(m).catch((error) => console.error(error));
    else if (m.t === "refused" && m.of === "restart")
      this.watching.unmendable(m.id ?? "");
    else if (m.t === "bye" && m.reason !== "restart")
      this.#bye(m);
    else if (m.t === "poll" && m.poll.state === "closed")
      this.closed = { id: m.poll.id, at: performance.now() };
    this.#play();
    if (m.t !== "pong")
      this.draw();
  }

  /** @param {{reason: string, text: string}} m */
  #bye(m) {
    this.said = m.text;
    this.socket.stop();
    this.watching.close();
    if (m.reason === "removed")
      return; // the link is no more
    sessionStorage.removeItem(this.store);
    setTimeout(() => this.socket.start(), AGAIN_MS);
  }

  #media() {
    this.#play();
    this.draw();
  }

  /** Every voice but that of this hall: the server does not send it either. */
  #play() {
    const here = new Set(cast(this.room).filter((person) => this.is_here(person)).map((person) => "a" + person.stage));
    this.sound.play(new Map([...this.watching.tracks].filter(([mid]) => !here.has(mid))));
  }

  // At the machine

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey)
      return;
    const deed = { f: () => this.full(), "+": () => this.larger(1), "-": () => this.larger(-1) }[event.key.toLowerCase()];
    deed?.();
  }

  /** @param {number} by */
  larger(by) {
    this.captions = SIZES[Math.max(0, Math.min(SIZES.length - 1, SIZES.indexOf(this.captions) + by))];
    localStorage.setItem(this.store, this.captions);
    this.draw();
  }

  full() {
    const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
    change.catch(() => {}); // where a browser does not let it, the window stays as it is
  }

  #wake() {
    clearTimeout(this.#idle);
    delete this.place.dataset.idle;
    this.#idle = setTimeout(() => (this.place.dataset.idle = ""), IDLE_MS);
  }
}

/** @param {View} view */
function Page(view) {
  const { room, title, clock, now_us, captions } = view, now = now_us(), talk = room.talk;
  const live = talk !== null && !room.ended && now >= talk.start_us && now <= talk.end_us;
  return html`<header class="top">${live && html`<span class="tag live">${t("Live")}</span>`}<h1>${talk?.title || title}</h1>
      <p class="hours"><time>${clock(now)}</time>${talk && !room.ended && html` <small>${t("until {time}", { time: clock(talk.end_us) })}</small>`}</p></header>
    <section class="pictures" aria-label=${t("On stage")}><${Notices} ...${view} /><${Pictures} ...${view} /></section>
    <div class="side" role="group" aria-label=${t("In the room")}><${Floor} ...${view} /><${Asked} ...${view} /><${Poll} ...${view} /><${Queue} ...${view} /><${Join} ...${view} /></div>
    <div class="told">${features.map(({ name, Hall }) => Hall && html`<${Hall} key=${name} ...${view} />`)}</div>
    <${Captions} ...${view} />
    <div class="commands" role="group" aria-label=${t("Commands of this screen")}>
      <button type="button" class="btn" aria-keyshortcuts="F" onClick=${view.full}>${t("Full screen (F)")}</button>
      <button type="button" class="btn" aria-keyshortcuts="-" disabled=${captions === "off"} onClick=${() => view.larger(-1)}>${t("Smaller captions (−)")}</button>
      <button type="button" class="btn" aria-keyshortcuts="+" disabled=${captions === "huge"} onClick=${() => view.larger(1)}>${t("Larger captions (+)")}</button></div>`;
}

/** @param {View} view */
function Notices({ room, link, said, sound, unblock }) {
  return html`${sound.blocked && html`<button type="button" class="loud" onClick=${unblock}>${icon("speaker")}<span><b>${t("Click once for the sound")}</b><small>${t("The browser plays none before somebody has clicked in this page.")}</small></span></button>`}
    ${said ? html`<p class="word">${said}</p>` : link === "lost" && html`<p class="word">${icon("signal")}${t("The line to the room is cut. It comes back by itself.")}</p>`}
    ${room.ended && html`<p class="word">${t("The session is over.")}</p>`}`;
}

/** The shared screen or a slide large and the people beneath it, or the people alone. @param {View} view */
function Pictures({ room, people, tracks }) {
  const sharer = people.find((person) => person.screen), shared = sharer && tracks.get("s");
  const slide = sharer ? null : room.parts.slides.shown;
  if (!people.length && !slide)
    return !room.ended && html`<div class="empty"><svg class="i" viewBox="0 0 48 34" aria-hidden="true"><use href="#i-trestle" /></svg><p>${room.me ? t("It begins soon.") : t("Opening the room…")}</p></div>`;
  return html`${shared && html`<figure class="share"><${Picture} track=${shared} line="s" /></figure>`}
    ${slide && html`<${Slide} shown=${slide} />`}
    <div class=${"people n" + people.length + (shared || slide ? " few" : "")}>${people.map((person) => html`<${One} key=${person.id} room=${room} person=${person} track=${person.camera ? tracks.get("v" + person.stage) : null} />`)}</div>`;
}

/** Somebody with their name across the picture's foot. @param {{room: View["room"], person: Person, track: MediaStreamTrack | null | undefined}} p */
function One({ room, person, track }) {
  const role = { host: t("Hosts the session"), speaker: person.of_hall ? t("In another hall") : t("Speaker"), attendee: t("From the audience"), guest: t("From the audience") }[person.role];
  return html`<figure class=${"one" + (room.speaking.has(person.id) ? " speaking" : "")} data-who=${person.id}>
    ${track ? html`<${Picture} track=${track} line=${"v" + person.stage} />` : html`<svg class="face" aria-hidden="true"><use href="#i-face" /></svg>`}
    <figcaption><b>${name_of(person)}</b><small>${person.away ? t("Line cut, coming back") : role}</small></figcaption></figure>`;
}

const place = document.getElementById("screen");
if (place) {
  setWords(place.dataset.words ?? "");
  place.replaceChildren();
  new Screen(place).start();
}
