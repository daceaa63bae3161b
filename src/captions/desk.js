// Where a captioner types: Enter ends a line, ↑ in an empty field takes an earlier one back for correction, Escape leaves it.

import { Component, createRef } from "preact";
import { html, icon } from "../live/ui.js";
import { t } from "../live/words.js";
import { named } from "./lane.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("../live/state.js").Room} Room */
/** @typedef {import("./captions.js").Captions} Captions */

const WORDS_EVERY_MS = 300;
const CORRECT_MAX = 5;

/** Sent, and not yet told to all: number → text. What is lost comes back into the field. @type {Map<number, string>} */
const pending = new Map();
/** @type {(text: string) => void} */
let give_back = () => {};

/** @param {any} m @param {View} view */
export function desk_heard(m, view) {
  const part = /** @type {Captions} */ (view.room.parts.captions);
  if (m.t === "captioned" && pending.get(m.n) === m.text)
    pending.delete(m.n);
  else if (m.t === "welcome" && pending.size)
    send_again(view, part);
  else if (m.t === "refused" && m.of === "caption" && pending.size)
    drop_all();
}

/** What the server does not have goes again, unless somebody else went on meanwhile. @param {View} view @param {Captions} part */
function send_again(view, part) {
  const known = new Map(part.lines.map((line) => [line.n, line.text]));
  for (const [n, text] of pending)
    if (known.get(n) === text)
      pending.delete(n);
  const first = Math.min(...pending.keys());
  if (first < part.next || (part.by && part.by !== view.room.me?.id))
    return drop_all();
  for (const [n, text] of [...pending].sort(([a], [b]) => a - b))
    view.send({ t: "caption", n, text, done: true });
}

function drop_all() {
  const text = [...pending.values()].join(" ");
  pending.clear();
  if (text)
    give_back(text);
}

export class Desk extends Component {
  field = createRef();
  state = { /** @type {number | null} of the line that is corrected */ correcting: null, words: false };
  #timer = 0;
  #begun = false;

  componentDidMount() {
    give_back = (text) => {
      const field = this.field.current;
      field.value = field.value ? `${text} ${field.value}` : text;
    };
  }

  get part() {
    return /** @type {Captions} */ (this.props.view.room.parts.captions);
  }

  /** The number of the line that comes next, also before the last one has been told to all. */
  get next() {
    return Math.max(this.part.next, ...[...pending.keys()].map((n) => n + 1));
  }

  /** What there is to correct, the newest first. */
  get earlier() {
    return this.part.lines.filter((line) => line.n >= this.part.next - CORRECT_MAX && line.text).reverse();
  }

  #typed() {
    const { view } = this.props;
    if (this.state.correcting !== null || this.#timer || (!this.state.words && this.#begun))
      return;
    this.#begun = true;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      if (this.state.correcting === null && this.#begun)
        view.send({ t: "caption", n: this.next, text: this.state.words ? this.field.current.value.trim() : "", done: false });
    }, this.state.words ? WORDS_EVERY_MS : 0);
  }

  #enter() {
    const { view } = this.props, text = this.field.current.value.trim(), n = this.state.correcting ?? this.next;
    if (!text && this.state.correcting === null)
      return;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#begun = false;
    pending.set(n, text);
    view.send({ t: "caption", n, text, done: true });
    this.#write("", null);
  }

  /** @param {string} text @param {number | null} correcting */
  #write(text, correcting) {
    this.field.current.value = text;
    this.setState({ correcting });
    this.field.current.focus();
  }

  #take() {
    const { view } = this.props;
    view.act.dismiss(); // what was refused before
    view.send({ t: "caption_take" });
  }

  /** @param {number} step 1: an earlier line */
  #move(step) {
    const at = this.earlier.findIndex((line) => line.n === this.state.correcting) + step, line = this.earlier[at];
    if (line)
      this.#write(line.text, line.n);
    else if (at < 0)
      this.#write("", null);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const correcting = this.state.correcting !== null, empty = this.field.current.value === "";
    if (event.isComposing)
      return;
    if (event.key === "ArrowUp" && (correcting || empty))
      this.#move(1);
    else if (event.key === "ArrowDown" && correcting)
      this.#move(-1);
    else if (event.key === "Escape" && correcting)
      this.#write("", null);
    else
      return;
    event.preventDefault();
  }

  render(/** @type {{view: View}} */ { view }) {
    const { part, earlier } = this, { correcting, words } = this.state, mine = !part.by || part.by === view.room.me?.id;
    return html`<section class="desk stack" aria-label=${t("Type captions")}>
      ${!mine && html`<p class="notice">${icon("info")}<span>${t("{name} types the captions now.", { name: named(view, part.by) })}</span>
        <button type="button" class="btn" onClick=${() => this.#take()}>${t("I take over")}</button></p>`}
      <form onSubmit=${(/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        this.#enter();
      }}><label for="caption">${correcting === null ? t("Captions: Enter shows the line, ↑ corrects the last ones") : t("Correction: Enter keeps it, Escape leaves it; empty takes the line back")}</label>
      <span class="row"><input ref=${this.field} type="text" id="caption" maxlength="300" autocomplete="off" disabled=${!mine} onInput=${() => this.#typed()} onKeyDown=${(/** @type {KeyboardEvent} */ event) => this.#key(event)} />
      <button type="submit" class="btn main" disabled=${!mine}>${correcting === null ? t("Show") : t("Correct")}</button></span></form>
      ${mine && earlier.length > 0 && html`<ol class="small" role="list">${earlier.slice(0, 3).map((line) => html`<li key=${line.n} class=${line.n === correcting ? "now" : ""}><span>${line.text}</span>
        <button type="button" class="btn plain" aria-label=${t("Correct: {text}", { text: line.text })} onClick=${() => this.#write(line.text, line.n)}>${t("Correct")}</button></li>`)}</ol>`}
      <label class="tick small"><input type="checkbox" checked=${words} onChange=${(/** @type {Event} */ event) => this.setState({ words: /** @type {HTMLInputElement} */ (event.currentTarget).checked })} /><span>${t("Show each word as I type")}</span></label>
    </section>`;
  }
}
