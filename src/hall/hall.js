// What a hall adds to the room's page (live/features.js): its seat's page says what it is, hosts find the links of halls.

import { add } from "../live/features.js";
import { html, icon } from "../live/ui.js";
import { t } from "../live/words.js";

add({
  name: "hall",
  empty: () => ({}),
  changes: {},
  Lane: ({ room }) => room.me?.hall && html`<p class="notice">${icon("info")}<span><b>${t("This page brings the hall's camera and mixer.")}</b> ${t("It plays no sound: the hall hears the room by its screen, which never plays what is sent from here.")}</span></p>`,
  Settings: ({ room }) => room.me?.role === "host" && html`<p><a class="btn" href="../../organise/halls/" target="_blank" rel="noopener">${icon("screen")}${t("Screen, camera and mixer of a hall")}</a></p>`,
});
