// The tab of the team's room: a note beside the meeting.

import { Component, createRef } from "preact";
import { add } from "../live/features.js";
import { html } from "../live/ui.js";
import { t } from "../live/words.js";
import { Editor } from "./editor.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {{id: number, title: string}} Listed */

const NOTES = "../notes/", KEPT = "treteau note " + location.pathname;

/** It stays while another tab is looked at. @type {Editor | null} */
let editor = null;
/** @type {NotesTab | null} */
let shown = null;

/** @param {number} id 0: none */
function open_note(id) {
  if (editor?.note === id)
    return;
  editor?.close();
  editor = id ? new Editor({
    url: new URL(`${NOTES}${id}/`, location.href).pathname, socket: new URL(`${NOTES}socket`, location.href).pathname, note: id,
    drawn: () => shown?.setState({}), listed: () => shown?.list(),
  }) : null;
  sessionStorage.setItem(KEPT, String(id));
}

class NotesTab extends Component {
  field = createRef();
  state = { notes: /** @type {Listed[] | null} */ (null), writes: false, csrf: "", problem: "" };

  componentDidMount() {
    shown = this;
    this.list();
    this.#attach();
  }

  componentDidUpdate() {
    this.#attach();
  }

  componentWillUnmount() {
    shown = null;
    editor?.detach();
    this.attached = null;
  }

  /** @type {Editor | null} */ attached = null;

  #attach() {
    if (!editor || this.attached === editor || !this.field.current)
      return;
    this.attached?.detach();
    this.attached = editor;
    editor.attach(this.field.current);
  }

  async list() {
    const answer = await fetch(`${NOTES}list`, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok)
      return this.setState({ problem: t("The notes cannot be read now. Try again in a moment.") });
    const { notes, writes, csrf } = await answer.json();
    const kept = Number(sessionStorage.getItem(KEPT));
    if (!editor)
      open_note(notes.some((/** @type {Listed} */ { id }) => id === kept) ? kept : notes[0]?.id ?? 0);
    this.setState({ notes, writes, csrf, problem: "" });
  }

  /** @param {SubmitEvent} event */
  async begin(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const title = /** @type {HTMLInputElement} */ (form.elements.namedItem("title")).value.trim();
    if (!title)
      return;
    const answer = await fetch(NOTES, { method: "POST", body: new URLSearchParams({ csrf: this.state.csrf, title }) }).catch(() => null);
    const made = answer?.ok && answer.url.match(/\/notes\/(\d+)\//);
    if (!made)
      return this.setState({ problem: t("The note could not be begun. Try again in a moment.") });
    form.reset();
    open_note(Number(made[1]));
    await this.list();
    this.field.current?.focus();
  }

  render() {
    const { notes, writes, problem } = this.state, places = editor?.places ?? [];
    return html`<div class="note">
      ${problem && html`<p class="notice bad" role="alert"><span>${problem}</span></p>`}
      ${notes && notes.length > 0 && html`<div class="field"><label for="which-note">${t("Note")}</label>
        <select id="which-note" onChange=${(/** @type {Event} */ event) => {
    open_note(Number(/** @type {HTMLSelectElement} */ (event.currentTarget).value));
    this.setState({});
  }}>${notes.map(({ id, title }) => html`<option key=${id} value=${id} selected=${id === editor?.note}>${title}</option>`)}</select></div>`}
      ${editor && html`<label class="sr" for="note-text">${t("Text of the note, in Markdown")}</label>
        <textarea id="note-text" key=${editor.note} ref=${this.field} rows="12" spellcheck="true"></textarea>
        <p class="small muted">${editor.state}</p><p class="sr" role="status">${editor.news}</p>
        <ul class="where small" role="list" aria-label=${t("Who else is here")}>${places.map((text) => html`<li key=${text}>${text}</li>`)}</ul>
        <p class="small"><a href=${editor.url} target="_blank" rel="noopener">${t("As a page, with its history")}</a></p>`}
      ${notes && !notes.length && html`<p class="muted">${t("There is no note yet.")}</p>`}
      ${writes && html`<form class="say" onSubmit=${(/** @type {SubmitEvent} */ event) => this.begin(event)}><label class="sr" for="new-note">${t("Title of another note")}</label>
        <input id="new-note" name="title" maxlength="120" autocomplete="off" placeholder=${t("Title of another note")} />
        <button type="submit" class="btn">${t("Begin")}</button></form>`}
    </div>`;
  }
}

add({
  name: "notes",
  empty: () => ({ here: false }),
  changes: { welcome: (_, part) => part },
  tab: { icon: "note", shown: ({ room }) => room.parts.notes.here, title: () => t("Notes"), Body: /** @type {any} */ (NotesTab) },
});
