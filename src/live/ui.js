// The few parts that every view of the room is made of.

import { Component, createRef, h } from "preact";
import htm from "htm";
import { t } from "./words.js";

export const html = htm.bind(h);

/** @param {string} name of a symbol in room.html */
export function icon(name) {
  return html`<svg class="i" aria-hidden="true"><use href=${"#i-" + name} /></svg>`;
}

/**
 * A button of the bar below. `on`: pressed or not; undefined where it is no switch.
 * @param {{name: string, text: string, on?: boolean, act: () => void, look?: string, keys?: string, disabled?: boolean}} p
 */
export function Control({ name, text, on, act, look = "", keys, disabled }) {
  return html`<button type="button" class=${"ctl " + look} aria-pressed=${on === undefined ? undefined : String(on)}
    aria-keyshortcuts=${keys} disabled=${disabled} onClick=${act}>${icon(name)}${text}</button>`;
}

/** Plays one track, of a line that comes from the server or of one's own camera. Pictures are always mute: the voice of a seat plays from sound.js, sound of its own element. */
export class Picture extends Component {
  video = createRef();

  componentDidMount() {
    this.#show();
  }

  componentDidUpdate() {
    this.#show();
  }

  #show() {
    const video = /** @type {HTMLVideoElement} */ (this.video.current), track = this.props.track;
    const now = /** @type {MediaStream | null} */ (video.srcObject);
    if (now?.getVideoTracks()[0] === track)
      return;
    video.srcObject = new MediaStream([track]);
    video.play().catch(() => {});
  }

  /** whole: not made smaller where small pictures are wished for */
  render(/** @type {{look?: string, line?: string, whole?: boolean}} */ { look, line, whole }) {
    return html`<video ref=${this.video} class=${look} data-line=${line} data-whole=${whole} muted=${true} playsInline=${true} />`;
  }
}

/** A modal dialog, open as long as it is rendered. Escape and the closing button both call `close`. */
export class Dialog extends Component {
  dialog = createRef();

  componentDidMount() {
    this.dialog.current.showModal();
  }

  render(/** @type {{title: string, look?: string, close: () => void, children: any}} */ { title, look = "", close, children }) {
    return html`<dialog ref=${this.dialog} class=${"stack " + look} aria-labelledby="dialog-title" onCancel=${(/** @type {Event} */ event) => {
      event.preventDefault();
      close();
    }}><h2 id="dialog-title" class="h-small">${title}</h2>${children}</dialog>`;
  }
}

/** @param {{label: string, name: string, value: string, options: [string, string][], choose: (value: string) => void}} p */
export function Select({ label, name, value, options, choose }) {
  return html`<div class="field"><label for=${"my-" + name}>${label}</label>
    <select id=${"my-" + name} onChange=${(/** @type {Event} */ event) => choose(/** @type {HTMLSelectElement} */ (event.currentTarget).value)}>
      ${options.map(([one, text]) => html`<option key=${one} value=${one} selected=${one === value}>${text}</option>`)}
    </select></div>`;
}

/** @param {import("./state.js").Person | {name: string, id: number}} person */
export function name_of(person) {
  return person.name || t("Guest {number}", { number: person.id });
}

/** "2:05" @param {number} seconds */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

const ADDRESS = /https?:\/\/[^\s<>"']{1,500}/gu;

/** Text with its web addresses as links; nothing else of it is markup. A full stop or bracket at an address's end is not its own. @param {string} text */
export function linked(text) {
  const parts = [];
  let at = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = found.replace(/[.,;:!?»”’)\]]+$/u, "");
    if (!URL.canParse(address))
      continue;
    parts.push(text.slice(at, index), html`<a href=${address} target="_blank" rel="noopener noreferrer nofollow">${address}</a>`);
    at = index + address.length;
  }
  return [...parts, text.slice(at)];
}
