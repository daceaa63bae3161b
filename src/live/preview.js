// Before one is seen and heard: one's own picture and voice, and the choice of devices.

import { Component, createRef } from "preact";
import { meter } from "./meter.js";
import { html, icon, Picture } from "./ui.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").View} View */

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
