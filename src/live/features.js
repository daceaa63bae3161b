// What features above live add to the page: each script calls add() before room.js starts. README.md, "Features", says how.

/** @typedef {import("./state.js").Room} Room */
/** @typedef {import("./room.js").View} View */
/** @typedef {import("./state.js").Person} Person */
/**
 * `part` is what the page knows of the feature: `room.parts[name]`, a plain value changed only by `changes`.
 * @typedef {{
 *   name: string,
 *   empty: () => any,
 *   changes: Record<string, (part: any, message: any, room: Room) => any>,
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
 *   publishing?: () => string | null,
 *   moved?: () => void,
 * }} Feature
 * `changes`: by message type, the part after it; `welcome` gets the server's member of that name instead of the message,
 * in `welcome` and when another session has begun. `heard`: after the change, for what is said or sent then.
 * `tab`: in the panel, for those for whom it is `shown`. `Lane`: below the stage. `Bar`: commands. `Dialogs`: drawn last. `Settings`: in that dialog.
 * `Screen`: in front of the stage while no screen is shown there; null where there is nothing. `Front`: beside the stage. `apart`: whom it shows there, in place of their tile. `Person`: in what a host may do with somebody.
 * `Hand`: beside somebody whose hand is up. `publishing`: a publish connection of its own that is open, for `join`.
 * `moved`: the network of this machine is another one.
 */

/** @type {Feature[]} */
export const features = [];

/** @param {Feature} feature */
export function add(feature) {
  features.push(feature);
}

export function empty_parts() {
  return Object.fromEntries(features.map((feature) => [feature.name, feature.empty()]));
}

/**
 * The room with what a message changes of its parts.
 * @param {Room} room after the message
 * @param {any} message
 */
export function apply_parts(room, message) {
  const parts = { ...room.parts };
  for (const { name, changes } of features) {
    const whole = message.t === "welcome" || message.t === "renewed";
    const change = Object.hasOwn(changes, whole ? "welcome" : message.t) ? changes[whole ? "welcome" : message.t] : null;
    if (change && (!whole || message[name]))
      parts[name] = change(parts[name], whole ? message[name] : message, room);
  }
  return { ...room, parts };
}
