// What asks before it acts: going on stage, settings, what a host does with a person, the end.

import { Component, createRef } from "preact";
import { Line } from "./controls.js";
import { meter } from "./devices.js";
import { features } from "./features.js";
import { SHORTCUTS } from "./keys.js";
import { myself } from "./state.js";
import { Dialog, html, icon, name_of, Picture, Select } from "./ui.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").View} View */

/** @param {View} view */
export function Dialogs(view) {
  const { dialog } = view;
  if (!dialog)
    return null;
  const shown = { enter: Enter, settings: Settings, keys: Keys, person: OnePerson, remove: Remove, end: End }[dialog.kind];
  return html`<${shown} ...${view} key=${dialog.kind} />`;
}

/** The level of one's own voice. Written straight to the element: ten times a second is no reason to draw the room. */
export class Level extends Component {
  bar = createRef();
  /** @type {MediaStreamTrack | null} */ #track = null;
  /** @type {() => void} */ #stop = () => {};

  componentDidMount() {
    this.componentDidUpdate();
  }

  componentDidUpdate() {
    const track = this.props.track;
    if (track === this.#track)
      return;
    this.#stop();
    this.#track = track;
    const bar = this.bar.current;
    this.#stop = track && bar ? meter(track, (level) => (bar.value = level)) : () => {};
  }

  componentWillUnmount() {
    this.#stop();
  }

  render() {
    return html`<div class="level"><label for="level">${t("Your voice")}</label>
      <meter ref=${this.bar} id="level" min="0" max="100" low="15" high="85" optimum="50" value="0" />
      <p class="small muted">${t("Speak as usual: the bar should stay around the middle.")}</p></div>`;
  }
}

/** @param {{view: Pick<View, "devices">, kind: "mic" | "camera", label: string}} p */
export function Choice({ view, kind, label }) {
  const { devices } = view, found = devices.found[kind];
  const now = devices.tracks[kind]?.getSettings().deviceId ?? devices.chosen[kind];
  return html`<div class="field"><label for=${"choose-" + kind}>${label}</label>
    <select id=${"choose-" + kind} disabled=${found.length < 2} onChange=${(/** @type {Event} */ event) => devices.choose(kind, /** @type {HTMLSelectElement} */ (event.currentTarget).value)}>
      ${found.length ? found.map((device, index) => html`<option key=${device.deviceId} value=${device.deviceId} selected=${device.deviceId === now}>${device.label || `${label} ${index + 1}`}</option>`)
        : html`<option value="">${t("none found")}</option>`}
    </select>
    ${devices.problem[kind] && html`<p class="error">${icon("alert")}${devices.problem[kind]}</p>`}</div>`;
}

/** The picture as the room will see it, the voice, the choice of devices. @param {{view: View}} p */
export function Preview({ view }) {
  const { devices } = view;
  return html`<div class="check"><figure class="tile">
      ${devices.tracks.camera ? html`<${Picture} track=${devices.tracks.camera} look="mirror" />`
        : html`<svg class="face" aria-hidden="true"><use href="#i-face" /></svg>`}
      <figcaption>${icon("cam")}${devices.tracks.camera ? t("You, as the room will see you") : t("Without a camera")}</figcaption></figure>
    <${Level} track=${devices.tracks.mic} /></div>
    <div class="choose"><${Choice} view=${view} kind="mic" label=${t("Microphone")} />
    <${Choice} view=${view} kind="camera" label=${t("Camera")} />
    <p><button type="button" class="btn" aria-pressed=${String(devices.tracks.camera !== null)} onClick=${view.act.camera}>${devices.tracks.camera ? t("Turn the camera off") : t("Turn the camera on")}</button></p></div>`;
}

/** @param {View} view */
function Enter(view) {
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
    ${!room.room?.team && html`<p>${room.recording ? t("The session is being recorded.") : t("The session may be recorded, from when the host starts it; the room says so.")} ${t("Only those on stage who agree are in the recording.")}</p>`}
    <form class="stack" onSubmit=${enter}><div class="pair"><${Preview} view=${view} /></div>
    ${room.room?.team ? html`<p>${t("Nothing is recorded in the team room.")}</p>` : html`<label class="tick"><input type="checkbox" name="consent" defaultChecked=${me?.consent === true} /><span>${t("My picture and my voice may be recorded and published. I can take this back at any time; without it I am seen and heard live only.")}</span></label>`}
    <p class="row"><button type="submit" class="btn main" disabled=${!devices.tracks.mic && !devices.tracks.camera}>${workshop ? t("Take a seat") : t("Go on stage")}</button>
    <button type="button" class="btn plain" onClick=${act.refuse_stage}>${invited ? t("No, thank you") : t("Cancel")}</button></p></form>
  <//>`;
}

/** @param {View} view */
function Settings(view) {
  const { room, act } = view, me = myself(room), on_stage = me !== null && me.stage !== null;
  return html`<${Dialog} title=${t("Settings")} look=${on_stage ? "preview" : ""} close=${() => act.open(null)}>
    ${on_stage && html`<div class="pair"><${Preview} view=${view} /></div>
      ${!room.room?.team && html`<label class="tick"><input type="checkbox" checked=${me.consent === true} onChange=${(/** @type {Event} */ event) => act.consent(/** @type {HTMLInputElement} */ (event.currentTarget).checked)} />
      <span>${t("My picture and my voice may be recorded and published.")}</span></label>`}
      ${room.room?.kind === "workshop" && html`<p class="phone-only"><button type="button" class="btn wide" onClick=${act.leave_stage}>${icon("down")}${t("Leave my seat")}</button></p>`}
      <p class="phone-only"><button type="button" class="btn wide" onClick=${act.screen}>${icon("screen")}${view.devices.tracks.screen ? t("Stop sharing my screen") : t("Share my screen")}</button></p>`}
    ${room.me?.role === "host" && !room.room?.team && html`<p class="phone-only stack"><button type="button" class="btn wide" onClick=${act.record}>${icon("record")}${room.recording ? t("Stop recording") : t("Record")}</button>
      <button type="button" class="btn bad wide" onClick=${() => act.open({ kind: "end" })}>${icon("stop")}${t("End the session")}</button></p>`}
    <${Select} label=${t("Pictures")} name="pictures" value=${view.chosen.pictures ?? ""} choose=${(/** @type {string} */ value) => act.choose({ pictures: /** @type {import("./pictures.js").Mode | null} */ (value || null) })}
      options=${[["", t("As my connection allows")], ["full", t("All of them")], ["low", t("Small pictures of people")], ["audio", t("None: sound only")]]} />
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
function Keys({ act, chosen }) {
  return html`<${Dialog} title=${t("Keyboard shortcuts")} close=${() => act.open(null)}>
    <table class="keys"><caption class="sr">${t("Keyboard shortcuts")}</caption><tbody>
      ${SHORTCUTS.map((one) => html`<tr key=${one.deed}><th scope="row"><kbd>Alt</kbd> <kbd>⇧</kbd> <kbd>${one.letter}</kbd></th><td>${one.text()}</td></tr>`)}
      <tr><th scope="row"><kbd>?</kbd></th><td>${t("This list, when you are not writing")}</td></tr>
      <tr><th scope="row"><kbd>←</kbd> <kbd>→</kbd></th><td>${t("From one tab of the exchanges to the next")}</td></tr>
      <tr><th scope="row"><kbd>${t("Esc")}</kbd></th><td>${t("Close what is open")}</td></tr>
    </tbody></table>
    <label class="tick"><input type="checkbox" checked=${chosen.keys} onChange=${(/** @type {Event} */ event) => act.choose({ keys: /** @type {HTMLInputElement} */ (event.currentTarget).checked })} />
    <span>${t("Use these keys. Without them everything stays in reach by Tab.")}</span></label>
    <p class="row"><button type="button" class="btn main" onClick=${() => act.open(null)}>${t("Close")}</button></p>
  <//>`;
}

/** What is wrong with a camera's stream, for those who can see to it. @param {"b-frames" | "profile"} trouble */
export function trouble_text(trouble) {
  return trouble === "b-frames"
    ? t("It sends B-frames: the picture jerks in browsers. In OBS: Settings, Output, B-frames 0.")
    : t("It sends H.264 in a profile that some browsers cannot show. In OBS: Settings, Output, profile “baseline”.");
}

/** @param {View} view */
function OnePerson(view) {
  const { room, act, dialog } = view;
  const person = dialog && "who" in dialog ? room.people.get(dialog.who) : null;
  if (!person)
    return null;
  const name = name_of(person), on_stage = person.stage !== null, workshop = room.room?.kind === "workshop";
  const then = (/** @type {() => void} */ action) => () => {
    action();
    act.open(null);
  };
  return html`<${Dialog} title=${name} close=${() => act.open(null)}>
    ${on_stage && person.consent !== true && !room.room?.team && html`<p class="muted">${t("Has not agreed to be recorded: the recording leaves this person out.")}</p>`}
    <div class="stack">
    ${person.encoder?.trouble && html`<p class="notice warn">${icon("alert")}<span>${trouble_text(person.encoder.trouble)}</span></p>`}
    ${on_stage && person.encoder && !person.mic && html`<p><button type="button" class="btn wide" onClick=${then(() => act.unmute(person.id))}>${icon("mic")}${t("Let its sound be heard")}</button></p>`}
    ${on_stage && person.mic && html`<p><button type="button" class="btn wide" onClick=${then(() => act.mute(person.id))}>${icon("micoff")}${t("Turn the microphone off")}</button></p>`}
    ${on_stage && html`<p><button type="button" class="btn wide" aria-pressed=${String(room.pinned === person.id)} onClick=${then(() => act.pin(room.pinned === person.id ? null : person.id))}>${icon("pin")}${room.pinned === person.id ? t("Let the loudest be on air") : t("Keep on air")}</button></p>`}
    <p><button type="button" class="btn wide" onClick=${then(() => act.bring(person.id, !on_stage))}>${icon(on_stage ? "down" : "stage")}${workshop && !person.encoder ? (on_stage ? t("Take the seat back") : t("Give a seat")) : on_stage ? t("Take off stage") : person.encoder ? t("Let it come back on stage") : t("Bring on stage")}</button></p>
    ${features.map(({ name: feature, Person }) => Person && html`<${Person} key=${feature} person=${person} view=${view} />`)}
    ${person.id !== room.me?.id && !room.room?.team && html`<p><button type="button" class="btn bad wide" onClick=${() => act.open({ kind: "remove", who: person.id })}>${t("Remove from the room")}</button></p>`}
    </div>
    <p><button type="button" class="btn plain" onClick=${() => act.open(null)}>${t("Close")}</button></p>
  <//>`;
}

/** @param {View} view */
function Remove({ room, act, dialog }) {
  const person = dialog && "who" in dialog ? room.people.get(dialog.who) : null;
  return person && html`<${Dialog} title=${t("Remove {name} from the room?", { name: name_of(person) })} close=${() => act.open(null)}>
    <p>${t("This person cannot come back before the session ends.")}</p>
    <p class="row"><button type="button" class="btn bad" onClick=${() => act.remove(person.id)}>${t("Remove")}</button>
    <button type="button" class="btn plain" onClick=${() => act.open(null)}>${t("Cancel")}</button></p>
  <//>`;
}

/** @param {View} view */
function End({ room, act }) {
  return html`<${Dialog} title=${t("End the session?")} close=${() => act.open(null)}>
    <p>${room.recording ? t("Everyone leaves the stage, the recording stops and becomes the replay.") : t("Everyone leaves the stage. Nothing is being recorded.")}</p>
    <p class="row"><button type="button" class="btn bad" onClick=${act.end}>${t("End the session")}</button>
    <button type="button" class="btn plain" onClick=${() => act.open(null)}>${t("Cancel")}</button></p>
  <//>`;
}
