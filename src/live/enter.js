// What is asked before somebody goes on stage.

import { Preview } from "./preview.js";
import "./sent.js"; // soon
import { myself } from "./state.js";
import { Dialog, html } from "./ui.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").View} View */

/** @param {View} view */
export function Enter(view) {
  const { room, act, devices } = view, me = myself(room);
  const enter = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const consent = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("consent"));
    act.enter(consent && consent.checked);
  };
  const workshop = room.room?.kind === "workshop", invited = !workshop && me !== null && me.stage !== null && me.role !== "host" && me.role !== "speaker";
  return html`<${Dialog} title=${workshop ? t("Before you take a seat") : t("Before you go on stage")} look="preview" close=${() => act.open(null)}>
    <p>${invited ? t("The host invites you on stage. Nobody sees or hears you before you say so.") : t("Nobody sees or hears you yet.")}</p>
    ${!room.room?.team && !room.room?.sealed && html`<p>${room.recording ? t("The session is being recorded.") : t("The session may be recorded, from when the host starts it; the room says so.")} ${t("Only those on stage who agree are in the recording.")}</p>`}
    <form class="stack" onSubmit=${enter}><div class="pair"><${Preview} view=${view} /></div>
    ${room.room?.team ? html`<p>${t("Nothing is recorded in the team room.")}</p>` : room.room?.sealed ? html`<p>${t("Nothing can be recorded here: picture and sound are encrypted end to end.")}</p>` : html`<label class="tick"><input type="checkbox" name="consent" defaultChecked=${me?.consent === true} /><span>${t("My picture and my voice may be recorded and published. I can take this back at any time; without it I am seen and heard live only.")}${room.room?.voices && html` <b>${t("In this room my voice is also kept as a sound file of its own, for the organisers.")}</b>`}</span></label>`}
    <p class="row"><button type="submit" class="btn main" disabled=${!devices.tracks.mic && !devices.tracks.camera}>${workshop ? t("Take a seat") : t("Go on stage")}</button>
    <button type="button" class="btn plain" onClick=${act.refuse_stage}>${invited ? t("No, thank you") : t("Cancel")}</button></p></form>
  <//>`;
}
