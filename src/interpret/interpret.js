// Interpretation: what it adds to the room's page (live/features.js). README.md has the messages.

import { add } from "../live/features.js";
import { html, icon } from "../live/ui.js";
import { t } from "../live/words.js";
import { Ask, booth, Desk } from "./booth.js";
import { Hearing, hearing_heard, interpret_of, language_name } from "./hearing.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("./hearing.js").Interpret} Interpret */

/** What a host may do: say who interprets into which language. @param {{person: import("../live/state.js").Person, view: View}} p */
function Appoint({ person, view }) {
  const { channels, people } = interpret_of(view);
  const languages = people.find(({ who }) => who === person.id)?.languages ?? [];
  return !person.encoder && !person.hall && channels.map(({ code }) => {
    const on = languages.includes(code);
    return html`<p key=${code}><button type="button" class="btn wide" aria-pressed=${String(on)} onClick=${() => view.send({ t: "interpreter", who: person.id, language: code, on: !on })}>${icon("mic")}${t("Interprets into {language}", { language: language_name(code) })}</button></p>`;
  });
}

/** @type {ReturnType<typeof setInterval> | undefined} */ let ticking;

add({
  name: "interpret",
  empty: () => ({ channels: [], people: [] }),
  changes: {
    welcome: (_, part) => part,
    interpret: (_, { channels, people }) => ({ channels, people }),
    interpreting: (/** @type {Interpret} */ part, m) => ({ ...part, channels: part.channels.map((channel) => (channel.code === m.language ? { ...channel, speaks: m.on } : channel)) }),
  },
  heard: (m, view, before) => {
    booth.heard(m, view, before);
    hearing_heard(m, view, before);
    clearInterval(ticking);
    ticking = booth.inside && interpret_of(view).channels.some(({ next }) => next) ? setInterval(view.draw, 1000) : undefined;
  },
  publishing: () => booth.speaking.id,
  moved: () => booth.speaking.moved(),
  Lane: (view) => html`<${Hearing} ...${view} /><${Desk} ...${view} />`,
  Dialogs: (view) => html`<${Ask} ...${view} />`,
  Person: Appoint,
});
