// A minute of somebody's packets: what it adds to the room's page (live/features.js), for hosts and for who is asked.

import { add } from "../live/features.js";
import { html } from "../live/ui.js";
import { t } from "../live/words.js";

add({
  name: "capture",
  empty: () => ({ state: "idle", who: 0, name: "", by: "", until_us: 0, kept: [] }),
  changes: { welcome: (_, part) => part, capture: (_, { t: _t, ...part }) => part },
  Person: ({ person, view }) => view.room.me?.role === "host" && view.room.parts.capture.state === "idle" && !person.hall && !person.away
    && html`<button type="button" class="btn" onClick=${() => view.send({ t: "capture_ask", who: person.id })}>${t("Look into the connection")}</button>`,
  when: ({ room }) => room.parts.capture.state !== "idle" || room.parts.capture.kept.length > 0,
  load: () => import("./minute.js"),
});
