// Listening to an interpreter: the choice of a language, kept for all rooms, and the stage softly beneath.

import { html, icon } from "../live/ui.js";
import { t } from "../live/words.js";
import { interpret_of, language_name, who_of } from "./part.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("./part.js").Channel} Channel */
/** language: "" for the stage; stage: how loud it is beneath, in percent. @typedef {{language: string, stage: number}} Chosen */

const STAGE_PERCENT = 15;
const SILENT_MS = 8000; // of a channel: the stage is raised again, and lowered with the first word

/** @param {View} view @returns {Chosen} */
function chosen_of(view) {
  return { language: "", stage: STAGE_PERCENT, ...view.chosen.interpret };
}

/** @param {View} view @param {Partial<Chosen>} change */
function choose(view, change) {
  view.act.choose({ interpret: { ...chosen_of(view), ...change } });
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
function heard(m, view, before) {
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

/** @param {View} view */
function word_of(view) {
  const channel = heard_channel(view);
  if (!channel)
    return "";
  return channel.who && channel.there ? t("{name} interprets.", { name: who_of(channel.name, channel.who) }) : t("Nobody interprets now: you hear the stage.");
}

/** @param {View} view */
function Hearing(view) {
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

/** What a host may do: say who interprets into which language. @param {{person: import("../live/state.js").Person, view: View}} p */
function Appoint({ person, view }) {
  const { channels, people } = interpret_of(view);
  const languages = people.find(({ who }) => who === person.id)?.languages ?? [];
  return !person.encoder && !person.hall && channels.map(({ code }) => {
    const on = languages.includes(code);
    return html`<p key=${code}><button type="button" class="btn wide" aria-pressed=${String(on)} onClick=${() => view.send({ t: "interpreter", who: person.id, language: code, on: !on })}>${icon("mic")}${t("Interprets into {language}", { language: language_name(code) })}</button></p>`;
  });
}

/** @type {ReturnType<typeof setInterval> | undefined} */ let ticking;

/** @type {Partial<import("../live/features.js").Feature>} */
export const rest = { heard, Lane: (view) => html`<${Hearing} ...${view} />`, Person: Appoint };
