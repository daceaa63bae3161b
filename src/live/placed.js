// In the room, or watching without a place: what the page does when that changes.

import { t } from "./words.js";

/** Whether a link elsewhere asked for it: once, so that who comes in from there and reloads the page is in the room. */
export function asks_to_watch() {
  const asks = new URLSearchParams(location.search).has("watch");
  if (asks)
    history.replaceState(null, "", location.pathname);
  return asks;
}

/** Without a place no connection for media is needed; with one the server offers it. @param {import("./room.js").View} view @param {import("./state.js").Room} before */
export function placed({ room, media, say }, before) {
  const { on, free } = room.watching;
  if (on)
    media.close();
  if (on && free && !before.watching.free)
    say(t("A place in the room is free."));
  if (!on && before.watching.on)
    say(t("You are in the room."));
}
