// Who has the floor, since when, and for how long: a line below the stage with a clock, and the host's commands.

import { add } from "../live/features.js";
import { later } from "../live/later.js";
import { html, name_of } from "../live/ui.js";
import { t } from "../live/words.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("../live/state.js").Person} Person */
/** @typedef {{who: number | null, name: string, since_us: number, limit_s: number}} Floor */

const Lane = later(() => import("./lane.js"), "Lane");

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
  Lane: (view) => !view.room.ended && (floor_of(view).who || (view.room.me?.role === "host" && view.room.hands.length > 0)) && html`<${Lane} ...${view} />`,
  Hand: (view, person) => view.room.me?.role === "host" && floor_of(view).who !== person.id
    && html`<button type="button" class="btn" onClick=${() => give(view, person)} aria-label=${t("Give the floor to {name}", { name: name_of(person) })}>${t("Give the floor")}</button>`,
});
