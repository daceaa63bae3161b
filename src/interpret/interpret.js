// Interpretation: what it adds to the room's page (live/features.js). README.md has the messages.

import { add } from "../live/features.js";
import { my_languages } from "./part.js";

/** @typedef {import("./part.js").Interpret} Interpret */

add({
  name: "interpret",
  empty: () => ({ channels: [], people: [] }),
  changes: {
    welcome: (_, part) => part,
    interpret: (_, { channels, people }) => ({ channels, people }),
    interpreting: (/** @type {Interpret} */ part, m) => ({ ...part, channels: part.channels.map((channel) => (channel.code === m.language ? { ...channel, speaks: m.on } : channel)) }),
  },
  when: ({ room }) => room.parts.interpret.channels.length > 0,
  load: () => import("./hearing.js"),
});
add({ name: "booth", when: (view) => my_languages(view).length > 0 || location.hash.startsWith("#booth="), load: () => import("./booth.js") });
