// The picture of who interprets into sign language: apart from the others, at the size a person wants; marked by a host.

import { html, icon, name_of, Picture } from "../live/ui.js";
import { t } from "../live/words.js";
import { chosen_of, signer_of } from "./lane.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("../live/state.js").Person} Person */

/** @param {View} view */
export function Sign(view) {
  const person = signer_of(view), { room, media, devices } = view;
  if (!person)
    return null;
  const mine = person.id === room.me?.id, track = mine ? devices.tracks.camera : person.camera ? media.tracks.get("v" + person.stage) : null;
  return html`<figure class=${"tile signs " + chosen_of(view).sign} data-who=${person.id}>
    ${track ? html`<${Picture} track=${track} look=${mine ? "mirror" : ""} line=${mine ? undefined : "v" + person.stage} whole=${true} />`
      : html`<svg class="face" aria-hidden="true"><use href="#i-face" /></svg>`}
    <p class="marks"><span class="tag">${icon("sign")}${t("Sign language")}</span></p>
    <figcaption><span class="who">${mine ? t("{name} (you)", { name: name_of(person) }) : name_of(person)}</span></figcaption>
  </figure>`;
}

/** In what a host may do with somebody. @param {{person: Person, view: View}} p */
export function Mark({ person, view }) {
  const on = view.room.parts.captions.signer === person.id;
  const mark = () => {
    view.send({ t: "sign", who: on ? null : person.id });
    view.act.open(null);
  };
  return person.stage !== null && html`<p><button type="button" class="btn wide" aria-pressed=${String(on)} onClick=${mark}>${icon("sign")}${on ? t("No longer the sign-language interpreter") : t("Pin as the sign-language interpreter")}</button></p>`;
}
