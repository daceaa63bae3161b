// The door of the room, as everybody hears of it.

import { name_of } from "./ui.js";
import { t } from "./words.js";

/** @param {import("./state.js").Door} door */
export const door_text = (door) => (door === "lobby" ? t("A host will let you in") : door === "locked" ? t("The room is locked") : t("The room opens soon"));

/** Tells a host of those who have come to the door; false: nobody has. @param {import("./state.js").Room} room @param {import("./state.js").Room} before @param {import("./announce.js").Announcer} announcer */
export function newcomers(room, before, announcer) {
  let came = false;
  for (const one of room.door === "lobby" ? room.lobby : []) {
    const known = before.lobby.find(({ id }) => id === one.id);
    came ||= !known;
    if (known?.name !== one.name)
      announcer.tell("waits", name_of(one), known && name_of(known));
  }
  return came;
}
