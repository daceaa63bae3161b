// The calm page of who waits to be let in.

import { Preview } from "./preview.js";
import { door_text } from "./told.js";
import { html, icon } from "./ui.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").View} View */

/** What keeps somebody out, in two sentences. @param {View} view */
function reason({ room, clock, now_us }) {
  const soon = room.talk && room.talk.start_us > now_us() ? room.talk : null;
  if (room.door === "rehearsal")
    return [soon ? t("The room opens at {time}", { time: clock(soon.start_us) }) : door_text(room.door),
      t("Those who speak are still rehearsing. Stay here: the room comes by itself when a host opens it.")];
  if (room.door === "locked")
    return [door_text(room.door), t("Nobody new comes in at the moment. Stay here if you like: the room comes by itself when a host opens it.")];
  return [door_text(room.door), t("They have been told that you are here. Stay on this page: the room comes by itself.")];
}

/** The page of who waits. @param {View} view */
export function Lobby(view) {
  const { room, act, devices } = view, [title, text] = reason(view), name = room.me?.name;
  const testing = Boolean(devices.tracks.mic || devices.tracks.camera || devices.problem.mic || devices.problem.camera);
  const keep = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    act.name(/** @type {HTMLInputElement} */ (/** @type {HTMLFormElement} */ (event.currentTarget).elements.namedItem("text")).value);
  };
  return html`<section class="house alone lobby" aria-labelledby="lobby-title"><div class="stack wide-gap">
    ${view.link === "lost" && html`<p class="notice warn">${icon("signal")}<span><b>${t("The line to the room is cut.")}</b> ${t("We are bringing you back.")}</span></p>`}
    <div class="stack"><h2 id="lobby-title">${title}</h2><p>${text}</p></div>
    ${name ? html`<p class="who">${icon("people")}<span>${t("You come in as {name}.", { name })}</span></p>`
      : html`<form class="say" onSubmit=${keep}><label for="my-name">${t("Your name, so that the host knows who you are")}</label>
        <input type="text" id="my-name" name="text" maxlength="60" autocomplete="name" required />
        <button type="submit" class="btn main">${t("Save")}</button></form>`}
    ${testing ? html`<div class="stack"><div class="pair"><${Preview} view=${view} /></div>
        <p class="row"><button type="button" class="btn" onClick=${act.stop_test}>${t("Stop the test")}</button></p></div>`
      : html`<div class="stack"><p><button type="button" class="btn" onClick=${act.test}>${icon("cam")}${t("Test my camera and my microphone")}</button></p>
        <p class="small muted">${t("Nobody sees or hears you here.")}</p></div>`}
  </div></section>`;
}
