// The line below the stage: who has the floor, the clock, the host's commands.

import { html, span } from "../live/ui.js";
import { t } from "../live/words.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("./floor.js").Floor} Floor */

const LIMITS_S = [0, 60, 120, 180, 300, 600];

/** @param {{view: View, floor: Floor}} p */
function Limit({ view, floor }) {
  return html`<label class="row small">${t("Time for each")} <select onChange=${(/** @type {Event} */ event) => view.send({ t: "floor_limit", seconds: Number(/** @type {HTMLSelectElement} */ (event.currentTarget).value) })}>
    ${LIMITS_S.map((seconds) => html`<option key=${seconds} value=${seconds} selected=${seconds === floor.limit_s}>${seconds ? t("{minutes} min", { minutes: seconds / 60 }) : t("no limit")}</option>`)}</select></label>`;
}

/** @param {View} view */
export function Lane(view) {
  const floor = /** @type {Floor} */ (view.room.parts.floor), host = view.room.me?.role === "host";
  const gone_s = Math.max(0, Math.floor((Date.now() - floor.since_us / 1000 + view.room.clock_offset_us / 1000) / 1000));
  const over = floor.limit_s > 0 && gone_s >= floor.limit_s;
  return html`<div class="floor row" data-over=${over ? "" : null}>
    ${floor.who && html`<span><b>${floor.who === view.room.me?.id ? t("You have the floor") : t("{name} has the floor", { name: floor.name })}</b>
      <span class="num" role="timer"> ${span(gone_s)}${floor.limit_s > 0 && html` ${t("of {limit}", { limit: span(floor.limit_s) })}`}</span>
      ${over && html` <span class="tag bad">${t("Time is up")}</span>`}</span>`}
    ${host && floor.who && html`<button type="button" class="btn" onClick=${() => view.send({ t: "floor", who: null })}>${t("Take the floor back")}</button>`}
    ${host && html`<${Limit} view=${view} floor=${floor} />`}
  </div>`;
}
