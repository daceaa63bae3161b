// Listening to an interpreter: the choice of a language, kept for all rooms, and the stage softly beneath.

import { html } from "../live/ui.js";
import { t } from "../live/words.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {{code: string, who: number, name: string, there: boolean, since_us: number, next: number, next_name: string, next_us: number, speaks: boolean}} Channel */
/** @typedef {{who: number, name: string, languages: string[], booth: boolean}} Interpreter */
/** @typedef {{channels: Channel[], people: Interpreter[]}} Interpret */
/** language: "" for the stage; stage: how loud it is beneath, in percent. @typedef {{language: string, stage: number}} Chosen */

const STAGE_PERCENT = 15;
const SILENT_MS = 8000; // of a channel: the stage is raised again, and lowered with the first word

/** @param {View} view @returns {Interpret} */
export const interpret_of = ({ room }) => room.parts.interpret;

/** @param {View} view @returns {Chosen} */
export function chosen_of(view) {
  return { language: "", stage: STAGE_PERCENT, ...view.chosen.interpret };
}

/** @param {View} view @param {Partial<Chosen>} change */
function choose(view, change) {
  view.act.choose({ interpret: { ...chosen_of(view), ...change } });
}

/** @param {string} code @param {string} [reader] whose words, else this page's */
export function language_name(code, reader = document.documentElement.lang) {
  try {
    return new Intl.DisplayNames([reader], { type: "language" }).of(code) ?? code;
  } catch { // a tag that the browser does not know
    return code;
  }
}

/** What one hears now. @param {View} view */
function heard_channel(view) {
  const { language } = chosen_of(view);
  return interpret_of(view).channels.find(({ code }) => code === language) ?? null;
}

/** When the chosen channel was last heard, by this machine's clock. */
let voice_ms = -Infinity;
/** @type {ReturnType<typeof setTimeout> | undefined} */ let raising;

/** Brings the stage to how loud it should be now. @param {View} view */
function balance(view) {
  const channel = heard_channel(view), now_ms = performance.now();
  if (channel?.speaks)
    voice_ms = now_ms;
  const left_ms = channel?.who && channel.there ? voice_ms + SILENT_MS - now_ms : 0;
  view.sound.set_stage(left_ms > 0 ? chosen_of(view).stage / 100 : 1);
  clearTimeout(raising);
  if (left_ms > 0 && !channel?.speaks)
    raising = setTimeout(() => balance(view), left_ms);
}

/** The room learns what to send, and the sound what to lower. @param {View} view */
function listen(view) {
  const channel = heard_channel(view);
  view.send({ t: "listen", language: channel?.code ?? null });
  voice_ms = channel?.speaks ? performance.now() : -Infinity;
  balance(view);
}

/** A link may bring the choice: "#listen=fr"; in the hall itself "#hall=fr", where nobody needs the stage or pictures. @param {View} view */
function follow_link(view) {
  const [, how, code] = /^#(listen|hall)=([A-Za-z0-9-]{2,35})$/.exec(location.hash) ?? [];
  if (!code)
    return;
  history.replaceState(null, "", location.pathname + location.search);
  choose(view, { language: code, ...(how === "hall" && { stage: 0 }) });
  if (how === "hall" && view.pictures.mode !== "audio")
    view.act.sound_only();
}

/** @param {any} m @param {View} view @param {View["room"]} before */
export function hearing_heard(m, view, before) {
  if (m.t === "welcome")
    follow_link(view);
  if (m.t === "welcome" || m.t === "renewed")
    return listen(view);
  if (m.t !== "interpret" && m.t !== "interpreting")
    return;
  const channel = heard_channel(view), was = before.parts.interpret.channels.find((/** @type {Channel} */ one) => one.code === channel?.code);
  if (channel && m.t === "interpret" && was?.who !== channel.who)
    view.say(channel.who ? t("{name} interprets now.", { name: who_of(channel.name, channel.who) }) : t("Nobody interprets now: you hear the stage."));
  balance(view);
}

/** @param {string} name @param {number} who */
export const who_of = (name, who) => name || t("Guest {number}", { number: who });

/** @param {View} view */
function word_of(view) {
  const channel = heard_channel(view);
  if (!channel)
    return "";
  return channel.who && channel.there ? t("{name} interprets.", { name: who_of(channel.name, channel.who) }) : t("Nobody interprets now: you hear the stage.");
}

/** @param {View} view */
export function Hearing(view) {
  const { channels } = interpret_of(view), { language, stage } = chosen_of(view), now = heard_channel(view);
  if (!channels.length)
    return null;
  const set = (/** @type {Partial<Chosen>} */ change) => {
    choose(view, change);
    listen(view);
  };
  return html`<div class="hearing row">
    <label class="row">${t("Listen to")} <select name="hearing" onChange=${(/** @type {Event} */ event) => set({ language: /** @type {HTMLSelectElement} */ (event.currentTarget).value })}>
      <option value="" selected=${!now}>${t("The stage, as it is spoken")}</option>
      ${channels.map(({ code }) => html`<option key=${code} value=${code} lang=${code} selected=${code === now?.code}>${language_name(code)}</option>`)}
    </select></label>
    ${now && html`<label class="row small">${t("Stage beneath")} <input type="range" name="beneath" min="0" max="60" step="5" value=${stage} onChange=${(/** @type {Event} */ event) => set({ stage: Number(/** @type {HTMLInputElement} */ (event.currentTarget).value) })} /></label>
      <span class="small muted">${word_of(view)}</span>`}
  </div>`;
}
