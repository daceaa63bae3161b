// Questions, polls and reactions of the room: what they add to the page (live/features.js). README.md has the messages.

import { add } from "../live/features.js";
import { html } from "../live/ui.js";
import { Reactions, reacted, ReactionsSetting, recent_ms } from "./reactions.js";

add({
  name: "discuss",
  empty: () => ({ reactions: [] }),
  changes: { reacted: (part, m) => reacted(part, m) },
  heard: (m, view) => {
    if (m.t === "reacted")
      setTimeout(view.draw, recent_ms + 50);
  },
  Lane: (view) => html`<${Reactions} ...${view} />`,
  Settings: (view) => html`<${ReactionsSetting} ...${view} />`,
});
