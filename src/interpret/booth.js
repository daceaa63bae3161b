// The interpreter's booth: a microphone of its own, whose turn it is, and silence while one coughs.

import { Devices } from "../live/devices.js";
import { Speaking } from "../live/media.js";
import { Choice, Level } from "../live/preview.js";
import { Dialog, html, icon } from "../live/ui.js";
import { t } from "../live/words.js";
import { interpret_of, language_name, my_languages, who_of } from "./part.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("./part.js").Channel} Channel */

const RELAY_S = 30;
const KEPT_AS = "treteau booth " + location.pathname;

/** One a page. */
class Booth {
  /** asking, before one goes in */ asking = false;
  /** agreed to be in it */ inside = false;
  mic_on = false;
  /** while a key or the button is held */ coughing = false;
  /** @type {View | null} the newest */ view = null;
  devices = new Devices(() => this.#device(), () => this.#device_gone());
  speaking = new Speaking((message) => this.view?.send(message) ?? false, () => this.view?.draw(), ["mic"]);

  constructor() {
    addEventListener("keydown", (event) => this.#key(event, true));
    addEventListener("keyup", (event) => this.#key(event, false));
    addEventListener("blur", () => this.cough(false));
  }

  ask() {
    this.asking = true;
    this.devices.chosen.mic ||= this.view?.devices.chosen.mic ?? "";
    this.devices.open("mic");
    this.view?.draw();
  }

  cancel() {
    this.asking = false;
    this.devices.close_all();
    this.view?.draw();
  }

  /** @param {boolean | null} consent null: nothing is recorded here */
  async enter(consent) {
    this.asking = false;
    this.mic_on = true;
    if (consent !== null)
      this.view?.send({ t: "consent", yes: consent });
    await this.#go_in(null);
  }

  /** @param {string | null} publish the connection that the server still holds */
  async #go_in(publish) {
    this.inside = true;
    sessionStorage.setItem(KEPT_AS, this.mic_on ? "mic" : "in");
    if (!this.devices.tracks.mic)
      await this.devices.open("mic");
    this.view?.send({ t: "booth", on: true });
    await this.speaking.set("mic", this.devices.tracks.mic);
    if (this.speaking.id && this.speaking.id === publish)
      this.speaking.welcomed();
    else
      await this.speaking.start();
    this.#tell();
  }

  leave() {
    this.view?.send({ t: "booth", on: false });
    this.#out();
  }

  #out() {
    sessionStorage.removeItem(KEPT_AS);
    this.inside = this.asking = this.mic_on = this.coughing = false;
    this.speaking.close();
    this.devices.close_all();
    this.view?.draw();
  }

  async toggle() {
    this.mic_on = !this.mic_on && (this.devices.tracks.mic ?? (await this.devices.open("mic"))) !== null;
    this.#tell();
  }

  /** @param {boolean} on */
  cough(on) {
    if (this.coughing === on || (on && !this.inside))
      return;
    this.coughing = on;
    this.#tell();
  }

  /** Silent here at once, and there too. */
  #tell() {
    const mic = this.mic_on && !this.coughing, track = this.devices.tracks.mic;
    if (track)
      track.enabled = mic;
    if (this.inside) {
      sessionStorage.setItem(KEPT_AS, this.mic_on ? "mic" : "in");
      this.view?.send({ t: "state", mic: mic && track !== null, camera: false, screen: false });
    }
    this.view?.draw();
  }

  #device() {
    const track = this.devices.tracks.mic;
    if (track)
      track.enabled = this.asking || (this.mic_on && !this.coughing);
    if (this.inside)
      this.speaking.set("mic", track);
    this.view?.draw();
  }

  #device_gone() {
    this.mic_on &&= this.devices.tracks.mic !== null;
    this.#tell();
    this.view?.say(this.devices.problem.mic);
  }

  /** @param {KeyboardEvent} event @param {boolean} down */
  #key(event, down) {
    if (!this.inside || !this.view?.chosen.keys)
      return;
    if (!down && (event.code === "KeyC" || !event.altKey || !event.shiftKey))
      return this.cough(false);
    if (!down || !event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey || event.repeat)
      return;
    if (event.code === "KeyC")
      this.cough(true);
    else if (event.code === "KeyM")
      this.toggle();
    else
      return;
    event.preventDefault();
  }

  /** @param {any} m @param {View} view @param {View["room"]} before */
  heard(m, view, before) {
    this.view = view;
    const me = view.room.me?.id ?? 0, there = (/** @type {View["room"]} */ room) => room.people.get(me)?.booth === true;
    if (m.t === "welcome")
      this.#welcome(m, view);
    else if (m.t === "published")
      this.speaking.answered(m);
    else if (m.t === "refused" && m.of === "restart")
      this.speaking.unmendable(m.id ?? "");
    else if (m.t === "refused" && m.of === "booth")
      this.#out();
    else if (this.inside && (m.t === "ended" || m.t === "bye" || (m.t === "people" && there(before) && !there(view.room))))
      this.#out();
    else if (m.t === "interpret" || m.t === "renewed")
      this.#turns(view, before);
  }

  /** @param {any} m @param {View} view */
  #welcome(m, view) {
    this.speaking.ice = m.ice ?? [];
    const [, key] = /^#booth=([0-9a-f]{32})$/.exec(location.hash) ?? [];
    if (key) {
      history.replaceState(null, "", location.pathname + location.search);
      view.send({ t: "booth_key", key });
    }
    const kept = sessionStorage.getItem(KEPT_AS);
    if (!my_languages(view).length || view.room.ended || (!this.inside && !kept))
      return;
    if (!this.inside)
      this.mic_on = kept === "mic";
    this.#go_in(m.publish);
  }

  /** @param {View} view @param {View["room"]} before */
  #turns(view, before) {
    const me = view.room.me?.id, was = before.parts.interpret.channels;
    const of = (/** @type {Channel[]} */ channels) => channels.find(({ who }) => who === me)?.code ?? "";
    const code = of(interpret_of(view).channels), old = of(was);
    if (code !== old && this.inside)
      view.say(code ? t("You are heard in {language}.", { language: language_name(code) }) : t("You are not heard any more."));
    if (!before.parts.interpret.people.some((/** @type {{who: number}} */ one) => one.who === me) && my_languages(view).length)
      view.say(t("You are an interpreter in this room."));
  }
}

const booth = new Booth();

/** @param {{view: View, channel: Channel}} p */
function Turn({ view, channel }) {
  const { code, who, name, there, next, next_name, next_us } = channel, me = view.room.me?.id;
  const send = (/** @type {object} */ more) => () => view.send({ t: "turn", language: code, ...more });
  const left_s = Math.max(0, Math.ceil((next_us - view.now_us()) / 1e6)), mine = who === me;
  return html`<li class="row" data-language=${code}>
    <b>${language_name(code)}</b>
    ${mine ? html`<span class="tag live">${t("You are heard")}</span>` : html`<span class="muted">${who && there ? t("{name} is heard", { name: who_of(name, who) }) : who ? t("{name} is away", { name: who_of(name, who) }) : t("Nobody is heard")}</span>`}
    ${next > 0 && html`<span class="num" role="timer">${next === me ? t("You take over in {seconds} s", { seconds: left_s }) : t("{name} takes over in {seconds} s", { name: who_of(next_name, next), seconds: left_s })}</span>`}
    ${mine ? html`<button type="button" class="btn" onClick=${send({ on: false })}>${t("Hand the channel back")}</button>`
      : next === me ? html`<button type="button" class="btn" onClick=${send({ on: false })}>${t("Do not take over")}</button>`
        : html`${who > 0 && there && html`<button type="button" class="btn" onClick=${send({ in_s: RELAY_S })}>${t("Take over in {seconds} s", { seconds: RELAY_S })}</button>`}
          <button type="button" class="btn main" onClick=${send({ in_s: 0 })}>${t("Speak now")}</button>`}
  </li>`;
}

/** @param {View} view */
function Desk(view) {
  const codes = my_languages(view);
  if (!codes.length || view.room.ended)
    return null;
  if (!booth.inside)
    return html`<div class="booth row"><span>${t("You interpret into: {languages}.", { languages: codes.map((code) => language_name(code)).join(", ") })}</span>
      <button type="button" class="btn main" onClick=${() => booth.ask()}>${icon("mic")}${t("Go into the booth")}</button></div>`;
  const cough = (/** @type {boolean} */ on) => () => booth.cough(on);
  const key = (/** @type {boolean} */ on) => (/** @type {KeyboardEvent} */ event) => event.key === " " && booth.cough(on);
  return html`<section class="booth stack" aria-label=${t("Interpreter's booth")}>
    <ul class="stack" role="list">${interpret_of(view).channels.filter(({ code }) => codes.includes(code)).map((channel) => html`<${Turn} key=${channel.code} view=${view} channel=${channel} />`)}</ul>
    <div class="row">
      <button type="button" class="btn" aria-keyshortcuts="Alt+Shift+M" aria-pressed=${String(booth.mic_on)} onClick=${() => booth.toggle()}>${icon(booth.mic_on && !booth.coughing ? "mic" : "micoff")}${t("Microphone")}</button>
      <button type="button" class="btn" aria-keyshortcuts="Alt+Shift+C" aria-pressed=${String(booth.coughing)} onPointerDown=${cough(true)} onPointerUp=${cough(false)} onPointerLeave=${cough(false)} onKeyDown=${key(true)} onKeyUp=${key(false)}>${icon("micoff")}${t("Cough: hold")}</button>
      <button type="button" class="btn plain" onClick=${() => booth.leave()}>${icon("leave")}${t("Leave the booth")}</button>
      ${booth.speaking.state !== "connected" && html`<span class="tag warn">${t("Connecting")}</span>`}
      ${booth.devices.problem.mic && html`<span class="error">${icon("alert")}${booth.devices.problem.mic}</span>`}
    </div></section>`;
}

/** Before one goes in: the microphone, and whether the voice may be kept. @param {View} view */
function Ask(view) {
  if (!booth.asking)
    return null;
  const { room } = view, devices = booth.devices;
  const enter = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const consent = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("consent"));
    booth.enter(consent && consent.checked);
  };
  return html`<${Dialog} title=${t("Before you interpret")} close=${() => booth.cancel()}>
    <p>${t("Wear headphones: what you hear must not come back through your microphone. Nobody hears you before it is your turn.")}</p>
    <form class="stack" onSubmit=${enter}>
      <${Choice} view=${{ devices }} kind="mic" label=${t("Microphone")} />
      <${Level} track=${devices.tracks.mic} />
      ${room.room?.sealed ? html`<p>${t("Nothing can be recorded here: picture and sound are encrypted end to end.")}</p>` : html`<label class="tick"><input type="checkbox" name="consent" defaultChecked=${room.people.get(room.me?.id ?? 0)?.consent === true} /><span>${t("My voice may be recorded and published with the session. I can take this back at any time.")}</span></label>`}
      <p class="row"><button type="submit" class="btn main" disabled=${!devices.tracks.mic}>${t("Go into the booth")}</button>
      <button type="button" class="btn plain" onClick=${() => booth.cancel()}>${t("Cancel")}</button></p></form>
  <//>`;
}

/** @type {ReturnType<typeof setInterval> | undefined} */ let ticking;

/** @type {Partial<import("../live/features.js").Feature>} */
export const rest = {
  heard: (m, view, before) => {
    booth.heard(m, view, before);
    clearInterval(ticking);
    ticking = booth.inside && interpret_of(view).channels.some(({ next }) => next) ? setInterval(view.draw, 1000) : undefined;
  },
  publishing: () => booth.speaking.id,
  moved: () => booth.speaking.moved(),
  Lane: (view) => html`<${Desk} ...${view} />`,
  Dialogs: (view) => html`<${Ask} ...${view} />`,
};
