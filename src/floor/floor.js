// Who has the floor, since when, and for how long: a line below the stage with a clock, and the host's commands.

import { add } from "../live/features.js";
import { html, name_of, span } from "../live/ui.js";
import { t } from "../live/words.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("../live/state.js").Person} Person */
/** @typedef {{who: number | null, name: string, since_us: number, limit_s: number}} Floor */

const LIMITS_S = [0, 60, 120, 180, 300, 600];

/** @param {View} view @returns {Floor} */
const floor_of = ({ room }) => room.parts.floor;

/** Somebody in the hall gets the microphone there; others come on stage, where their hand goes down by itself.
 * @param {View} view @param {Person} person */
function give({ send }, person) {
  send({ t: "floor", who: person.id });
  if (person.hall)
    send({ t: "lower", who: person.id });
  else if (person.stage === null)
    send({ t: "stage", who: person.id, on: true });
}

/** @param {{view: View, floor: Floor}} p */
function Limit({ view, floor }) {
  return html`<label class="row small">${t("Time for each")} <select onChange=${(/** @type {Event} */ event) => view.send({ t: "floor_limit", seconds: Number(/** @type {HTMLSelectElement} */ (event.currentTarget).value) })}>
    ${LIMITS_S.map((seconds) => html`<option key=${seconds} value=${seconds} selected=${seconds === floor.limit_s}>${seconds ? t("{minutes} min", { minutes: seconds / 60 }) : t("no limit")}</option>`)}</select></label>`;
}

/** @param {View} view */
function Lane(view) {
  const floor = floor_of(view), host = view.room.me?.role === "host";
  if (view.room.ended || (!floor.who && !(host && view.room.hands.length)))
    return null;
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

/** @type {ReturnType<typeof setInterval> | undefined} */ let ticking;

add({
  name: "floor",
  empty: () => ({ who: null, name: "", since_us: 0, limit_s: 0 }),
  changes: { welcome: (_, part) => part, floor: (_, { who, name, since_us, limit_s }) => ({ who, name, since_us, limit_s }) },
  heard: (m, view, before) => {
    if (!["welcome", "renewed", "floor"].includes(m.t))
      return;
    const floor = floor_of(view);
    clearInterval(ticking);
    ticking = floor.who ? setInterval(view.draw, 1000) : undefined;
    if (m.t === "floor" && floor.who && floor.who !== before.parts.floor.who)
      view.say(floor.who === view.room.me?.id ? t("You have the floor") : t("{name} has the floor", { name: floor.name }));
  },
  Lane: (view) => html`<${Lane} ...${view} />`,
  Hand: (view, person) => view.room.me?.role === "host" && floor_of(view).who !== person.id
    && html`<button type="button" class="btn" onClick=${() => give(view, person)} aria-label=${t("Give the floor to {name}", { name: name_of(person) })}>${t("Give the floor")}</button>`,
});
