// What features above live add to the page: each script calls add() before room.js starts. README.md, "Features", says how.

import { asking } from "./later.js";

/** @typedef {import("./state.js").Room} Room */
/** @typedef {import("./room.js").View} View */
/** @typedef {import("./state.js").Person} Person */
/**
 * `part` is what the page knows of the feature: `room.parts[name]`, a plain value changed only by `changes`.
 * @typedef {{
 *   name: string,
 *   empty?: () => any,
 *   changes?: Record<string, (part: any, message: any, room: Room) => any>,
 *   when?: (view: View) => boolean,
 *   load?: () => Promise<{rest: Partial<Feature>}>,
 *   heard?: (message: any, view: View, before: Room) => void,
 *   tab?: {icon: string, title: (view: View) => string, shown?: (view: View) => boolean, Body: (view: View) => any, Foot?: (view: View) => any},
 *   Lane?: (view: View) => any,
 *   Bar?: (view: View) => any,
 *   Dialogs?: (view: View) => any,
 *   Settings?: (view: View) => any,
 *   Front?: (view: View) => any,
 *   Screen?: (view: View) => any,
 *   apart?: (view: View) => Person | null,
 *   Person?: (p: {person: Person, view: View}) => any,
 *   Hand?: (view: View, person: Person) => any,
 *   Hall?: (view: Pick<View, "room" | "clock" | "now_us">) => any,
 *   publishing?: () => string | null,
 *   moved?: () => void,
 * }} Feature
 * `when`, `load`: all below comes from another script, its `rest`, fetched when that first holds; what it would have heard from then on it hears
 * when it is there. `changes`: by message type, the part after it; `welcome` gets the server's member of that name instead of the message,
 * in `welcome` and when another session has begun. `heard`: after the change, for what is said or sent then.
 * `tab`: in the panel, for those for whom it is `shown`. `Lane`: below the stage. `Bar`: commands. `Dialogs`: drawn last. `Settings`: in that dialog.
 * `Screen`: in front of the stage while no screen is shown there; null where there is nothing. `Front`: beside the stage. `apart`: whom it shows there, in place of their tile. `Person`: in what a host may do with somebody.
 * `Hand`: beside somebody whose hand is up. `Hall`: on the screen of a hall, below the pictures; it has no commands, and is drawn every second. `publishing`: a publish connection of its own that is open, for `join`.
 * `moved`: the network of this machine is another one.
 */

/** @type {Feature[]} */
export const features = [];

/** @param {Feature} feature */
export function add(feature) {
  features.push(feature);
}

export function empty_parts() {
  return Object.fromEntries(features.map(({ name, empty }) => [name, empty?.()]));
}

/** @typedef {[message: any, view: View, before: Room]} Heard */

const KEPT_MAX = 200; // for a script that does not arrive

/** Those whose script is on its way, and what they have to hear yet. @type {Map<Feature, {ask: () => void, kept: Heard[]}>} */
const on_the_way = new Map();

/** @param {Feature} feature @param {NonNullable<Feature["load"]>} load */
function fetched(feature, load) {
  /** @type {Heard[]} */ const kept = [];
  const ask = asking(load, ({ rest }) => {
    on_the_way.delete(feature);
    Object.assign(feature, rest, { load: undefined });
    for (const heard of kept)
      feature.heard?.(...heard);
    kept.at(-1)?.[1].draw();
  });
  return { ask, kept };
}

/** Every feature hears what came, after it changed the room. @param {Heard} heard */
export function hear(...heard) {
  const [, view] = heard;
  for (const feature of features) {
    feature.heard?.(...heard);
    if (feature.load && !on_the_way.has(feature) && view.room.me && feature.when?.(view))
      on_the_way.set(feature, fetched(feature, feature.load));
    const waits = on_the_way.get(feature);
    if (!waits)
      continue;
    if (waits.kept.length < KEPT_MAX)
      waits.kept.push(heard);
    waits.ask();
  }
}

/**
 * The room with what a message changes of its parts.
 * @param {Room} room after the message
 * @param {any} message
 */
export function apply_parts(room, message) {
  const parts = { ...room.parts };
  for (const { name, changes = {} } of features) {
    const whole = message.t === "welcome" || message.t === "renewed";
    const change = Object.hasOwn(changes, whole ? "welcome" : message.t) ? changes[whole ? "welcome" : message.t] : null;
    if (change && (!whole || message[name]))
      parts[name] = change(parts[name], whole ? message[name] : message, room);
  }
  return { ...room, parts };
}
