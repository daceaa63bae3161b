// A minute of somebody's packets, for who looks for a fault: a host asks, the person agrees, both see that it runs.

import { Dialog, html } from "../live/ui.js";
import { t } from "../live/words.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {{state: "idle" | "asked" | "running", who: number, name: string, by: string, until_us: number, kept: {id: number, name: string, at_us: number}[]}} Capture */

/** @param {View} view @returns {Capture} */
const capture_of = ({ room }) => room.parts.capture;
/** @param {View} view */
const is_mine = (view) => capture_of(view).who === view.room.me?.id;

/** @param {View} view */
function Question(view) {
  const { state, by } = capture_of(view);
  if (state !== "asked" || !is_mine(view))
    return null;
  const answer = (/** @type {boolean} */ yes) => view.send({ t: "capture_answer", yes });
  return html`<${Dialog} title=${t("{name} asks to look into your connection", { name: by })} close=${() => answer(false)}>
    <p>${t("For one minute it is noted when packets come and go, how large they are, and what stands on their outside. Not what you say or show, and not your address. The hosts of this room can download it for a week.")}</p>
    <p class="row"><button type="button" class="btn primary" onClick=${() => answer(true)}>${t("Agree, for one minute")}</button>
      <button type="button" class="btn" onClick=${() => answer(false)}>${t("No")}</button></p><//>`;
}

/** @param {View} view */
function Lane(view) {
  const { state, name, until_us, kept } = capture_of(view), host = view.room.me?.role === "host";
  const left_s = Math.max(0, Math.ceil((until_us / 1000 - Date.now() - view.room.clock_offset_us / 1000) / 1000));
  const stop = html`<button type="button" class="btn" onClick=${() => view.send({ t: "capture_stop" })}>${t("Stop")}</button>`;
  return html`${state === "running" && html`<div class="row"><span class="tag live">${is_mine(view) ? t("The packets of your connection are noted, without what you say or show")
      : t("The packets of {name}'s connection are noted", { name })}</span> <span class="num" role="timer">${left_s} s</span> ${stop}</div>`}
    ${state === "asked" && !is_mine(view) && html`<div class="row"><span>${t("Asked {name}: waiting for an answer", { name })}</span> ${stop}</div>`}
    ${host && kept.map((one) => html`<div class="row small" key=${one.id}><span>${t("Packets of {name}'s connection, {time}", { name: one.name, time: view.clock(one.at_us) })}</span>
      <a class="btn" href=${`captures/${one.id}`} download>${t("Download for Wireshark")}</a></div>`)}`;
}

/** @type {ReturnType<typeof setInterval> | undefined} */ let ticking;

/** @type {Partial<import("../live/features.js").Feature>} */
export const rest = {
  heard: (m, view) => {
    if (!["welcome", "renewed", "capture"].includes(m.t))
      return;
    clearInterval(ticking);
    ticking = capture_of(view).state === "running" ? setInterval(view.draw, 1000) : undefined;
    if (m.t === "capture" && m.state === "running" && is_mine(view))
      view.say(t("The packets of your connection are noted, without what you say or show"));
  },
  Lane: (view) => html`<${Lane} ...${view} />`,
  Dialogs: (view) => html`<${Question} ...${view} />`,
};
