// What a screen reader is told of what others do: who stands before the door, who comes and goes, who raises a hand.

import { name_of } from "./ui.js";
import { t } from "./words.js";

/** @typedef {import("./state.js").Room} Room */
/** @typedef {import("./announce.js").Announcer} Announcer */

/** @param {Room} room @param {Room} before @param {number[]} gone @param {Announcer} announcer */
export function tell_comings(room, before, gone, announcer) {
  for (const person of room.people.values())
    if (!before.people.has(person.id))
      announcer.tell("came", name_of(person));
  for (const person of gone.map((id) => before.people.get(id)))
    if (person)
      announcer.tell("left", name_of(person));
}

/** One's own place in the queue; to a host, whose hand is new. @param {Room} room @param {Room} before @param {Announcer} announcer */
export function tell_hands({ me, hands, people }, before, announcer) {
  if (!me)
    return;
  const place = hands.indexOf(me.id) + 1;
  if (place && place !== before.hands.indexOf(me.id) + 1)
    announcer.say(place === 1 ? t("Your hand is first in the queue.") : t("Your hand is number {place} in the queue.", { place }));
  for (const id of me.role === "host" ? hands : []) {
    const person = people.get(id);
    if (person && id !== me.id && !before.hands.includes(id))
      announcer.tell("hands", name_of(person));
  }
}

/** @param {import("./state.js").Door} door */
export const door_text = (door) => (door === "lobby" ? t("A host will let you in") : door === "locked" ? t("The room is locked") : t("The room opens soon"));

/** Tells a host of those who have come to the door; false: nobody has. @param {Room} room @param {Room} before @param {Announcer} announcer */
export function tell_newcomers(room, before, announcer) {
  let came = false;
  for (const one of room.door === "lobby" ? room.lobby : []) {
    const known = before.lobby.find(({ id }) => id === one.id);
    came ||= !known;
    if (known?.name !== one.name)
      announcer.tell("waits", name_of(one), known && name_of(known));
  }
  return came;
}
