// The settings, and the list of keys.

import { Line } from "./controls.js";
import { features } from "./features.js";
import { SHORTCUTS } from "./keys.js";
import { Preview } from "./preview.js";
import { myself } from "./state.js";
import { Dialog, html, icon, Select } from "./ui.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").View} View */

/** What the keys do. @type {Partial<Record<import("./keys.js").Deed, () => string>>} */
const DOES = {
  hand: () => t("Raise or lower my hand"),
  mic: () => t("Microphone on or off"),
  camera: () => t("Camera on or off"),
  write: () => t("Write in the discussion"),
  sound_only: () => t("Sound only, and back"),
  small_pictures: () => t("Small pictures, and back"),
};

/** @param {View} view */
export function Settings(view) {
  const { room, act, send } = view, me = myself(room), on_stage = me !== null && me.stage !== null;
  return html`<${Dialog} title=${t("Settings")} look=${on_stage ? "preview" : ""} close=${() => act.open(null)}>
    ${on_stage && html`<div class="pair"><${Preview} view=${view} /></div>
      ${!room.room?.team && !room.room?.sealed && html`<label class="tick"><input type="checkbox" checked=${me.consent === true} onChange=${(/** @type {Event} */ event) => send({ t: "consent", yes: /** @type {HTMLInputElement} */ (event.currentTarget).checked })} />
      <span>${t("My picture and my voice may be recorded and published.")}${room.room?.voices && html` <b>${t("In this room my voice is also kept as a sound file of its own, for the organisers.")}</b>`}</span></label>`}
      ${room.room?.kind === "workshop" && html`<p class="phone-only"><button type="button" class="btn wide" onClick=${act.leave_stage}>${icon("down")}${t("Leave my seat")}</button></p>`}
      <p class="phone-only"><button type="button" class="btn wide" onClick=${act.screen}>${icon("screen")}${view.devices.tracks.screen ? t("Stop sharing my screen") : t("Share my screen")}</button></p>`}
    ${room.me?.role === "host" && !room.room?.team && html`<p class="phone-only stack">${!room.room?.sealed && html`<button type="button" class="btn wide" onClick=${act.record}>${icon("record")}${room.recording ? t("Stop recording") : t("Record")}</button>`}
      <button type="button" class="btn bad wide" onClick=${() => act.open({ kind: "end" })}>${icon("stop")}${t("End the session")}</button></p>`}
    <${Select} label=${t("Pictures")} name="pictures" value=${view.chosen.pictures ?? ""} choose=${(/** @type {string} */ value) => act.choose({ pictures: /** @type {import("./pictures.js").Mode | null} */ (value || null) })}
      options=${[["", t("As my connection allows")], ["full", t("All of them")], ["low", t("Small pictures of people")], ["audio", t("None: sound only")]]} />
    ${!on_stage && room.watching.list && html`<p><button type="button" class="btn wide" onClick=${() => {
      act.open(null);
      act.watch(!room.watching.on);
    }}>${icon(room.watching.on ? "arrow" : "play")}${room.watching.on ? t("Come into the room") : t("Watch only, a few seconds behind")}</button></p>`}
    <p class="line">${html`<${Line} ...${view} />`}</p>
    <${Select} label=${t("What a screen reader says of the room")} name="announce" value=${view.chosen.announce} choose=${(/** @type {string} */ value) => act.choose({ announce: /** @type {import("./announce.js").Level} */ (value) })}
      options=${[["all", t("Messages, hands, who comes and goes")], ["some", t("Messages and hands")], ["few", t("Only what concerns me")]]} />
    ${room.me?.role === "host" && html`<label class="tick"><input type="checkbox" checked=${view.chosen.chime} onChange=${(/** @type {Event} */ event) => act.choose({ chime: /** @type {HTMLInputElement} */ (event.currentTarget).checked })} />
      <span>${t("A soft sound when somebody waits to be let in")}</span></label>`}
    ${features.map(({ name, Settings }) => Settings && html`<${Settings} key=${name} ...${view} />`)}
    <p><button type="button" class="btn" aria-haspopup="dialog" onClick=${act.keys}>${icon("keys")}${t("Keyboard shortcuts")}</button></p>
    <p class="row"><button type="button" class="btn main" onClick=${() => act.open(null)}>${t("Close")}</button></p>
  <//>`;
}

/** The keys, and a way to be without them. @param {View} view */
export function Keys({ act, chosen }) {
  return html`<${Dialog} title=${t("Keyboard shortcuts")} close=${() => act.open(null)}>
    <table class="keys"><caption class="sr">${t("Keyboard shortcuts")}</caption><tbody>
      ${SHORTCUTS.map((one) => html`<tr key=${one.deed}><th scope="row"><kbd>Alt</kbd> <kbd>⇧</kbd> <kbd>${one.letter}</kbd></th><td>${DOES[one.deed]?.()}</td></tr>`)}
      <tr><th scope="row"><kbd>?</kbd></th><td>${t("This list, when you are not writing")}</td></tr>
      <tr><th scope="row"><kbd>←</kbd> <kbd>→</kbd></th><td>${t("From one tab of the exchanges to the next")}</td></tr>
      <tr><th scope="row"><kbd>${t("Esc")}</kbd></th><td>${t("Close what is open")}</td></tr>
    </tbody></table>
    <label class="tick"><input type="checkbox" checked=${chosen.keys} onChange=${(/** @type {Event} */ event) => act.choose({ keys: /** @type {HTMLInputElement} */ (event.currentTarget).checked })} />
    <span>${t("Use these keys. Without them everything stays in reach by Tab.")}</span></label>
    <p class="row"><button type="button" class="btn main" onClick=${() => act.open(null)}>${t("Close")}</button></p>
  <//>`;
}
