// Groups of a workshop: what they add to its page (live/features.js), in workshops alone. README.md has the messages.

import { add } from "../live/features.js";

add({
  name: "workshop",
  empty: () => ({ round: null }),
  changes: { welcome: (_, part) => part, groups: (_, { round }) => ({ round }) },
  when: ({ room }) => room.room?.kind === "workshop" || room.parts.workshop.round !== null,
  load: () => import("./groups.js"),
});
