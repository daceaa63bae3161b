// Reactions: a row of buttons that also say how many did the same just now. Nothing moves.

import { html } from "../live/ui.js";
import { t } from "../live/words.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {{at_ms: number, counts: Record<string, number>}} Gathered */

export const recent_ms = 6000;
const HIDDEN = "treteau reactions hidden";
const FACES = { clap: "👏", heart: "❤️", laugh: "😄", agree: "👍", cheer: "🎉" };

/** @param {{reactions: Gathered[]}} part @param {{counts: Record<string, number>}} m */
export function reacted(part, m, at_ms = Date.now()) {
  return { ...part, reactions: [...part.reactions.filter((one) => at_ms - one.at_ms < recent_ms), { at_ms, counts: m.counts }] };
}

/** @param {View} view */
export function Reactions({ room, send }) {
  if (!room.me || room.ended)
    return null;
  const names = { clap: t("Applaud"), heart: t("Love it"), laugh: t("Laugh"), agree: t("Agree"), cheer: t("Celebrate") };
  const shown = localStorage.getItem(HIDDEN) ? [] : /** @type {Gathered[]} */ (room.parts.discuss.reactions).filter((one) => Date.now() - one.at_ms < recent_ms);
  return html`<div class="reactions" role="group" aria-label=${t("Reactions")}>${Object.entries(names).map(([what, name]) => {
    const count = shown.reduce((sum, one) => sum + (one.counts[what] ?? 0), 0);
    return html`<button type="button" key=${what} data-what=${what} aria-label=${count ? t("{name}: {count} just now", { name, count }) : name}
      onClick=${() => send({ t: "react", what })}><span aria-hidden="true">${FACES[/** @type {keyof typeof FACES} */ (what)]}</span><b>${count || ""}</b></button>`;
  })}</div>`;
}

/** @param {View} view */
export function ReactionsSetting({ draw }) {
  const change = (/** @type {Event} */ event) => {
    if (/** @type {HTMLInputElement} */ (event.currentTarget).checked)
      localStorage.removeItem(HIDDEN);
    else
      localStorage.setItem(HIDDEN, "1");
    draw();
  };
  return html`<label class="tick"><input type="checkbox" checked=${!localStorage.getItem(HIDDEN)} onChange=${change} /><span>${t("Show the reactions of others")}</span></label>`;
}
