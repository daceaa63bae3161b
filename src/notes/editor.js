// A field in which several write: joined to the note's edits and to the socket that tells of them. On the note's own page and in
// the tab of the team's room.

import { t } from "../live/words.js";
import { place_after } from "./merge.js";
import { clean, NoteSync } from "./sync.js";

const PLACE_MS = 300, COME_BACK_MS = 500, COME_BACK_MOST_MS = 5000, PING_MS = 10000, POLL_MS = 3000;

/** @param {string} url of the note, ending with a slash */
function transport_to(url) {
  let csrf = "";
  return {
    /** @param {number | null} since @param {string} nonce */
    async changes(since, nonce) {
      const asked = new URLSearchParams({ nonce, ...(since !== null && { since: String(since) }) });
      const answer = await fetch(`${url}edits?${asked}`, { cache: "no-store" });
      if (!answer.ok && answer.status < 500)
        throw new Error(String(answer.status));
      if (!answer.ok)
        throw new TypeError("not reached");
      const state = await answer.json();
      csrf = state.csrf;
      return state;
    },
    /** @param {number} base @param {import("./merge.js").Edit} edit @param {string} nonce */
    async post(base, edit, nonce) {
      const body = new URLSearchParams({ csrf, base: String(base), nonce, edit: JSON.stringify(edit) });
      const answer = await fetch(`${url}edits`, { method: "POST", body });
      const { rev = 0, text = "" } = await answer.json().catch(() => ({}));
      return { status: answer.status, rev, text: text || t("The server refuses this change. Copy your words, then reload the page.") };
    },
  };
}

export class Editor {
  /** @type {HTMLTextAreaElement | null} */ #field = null;
  /** @type {Map<number, {name: string, line: number}>} */ others = new Map();
  /** @type {WebSocket | null} */ #socket = null;
  #composing = false;
  #closed = false;
  #come_back_ms = COME_BACK_MS;
  #told = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #place_timer;

  /** @param {{url: string, socket: string, note: number, drawn: () => void, listed?: () => void}} p drawn: what stands beside the field is another */
  constructor({ url, socket, note, drawn, listed }) {
    this.url = url;
    this.note = note;
    this.drawn = drawn;
    this.listed = listed;
    this.sync = new NoteSync(transport_to(url), { changed: (edit, before) => this.#changed(edit, before), stands: drawn });
    this.#listen = () => this.#open_socket(socket);
    this.opened = this.sync.open().then(() => {
      this.#show();
      drawn();
    });
    this.#listen();
    this.#polling = setInterval(() => this.#socket?.readyState !== WebSocket.OPEN && this.sync.catch_up(), POLL_MS);
    this.#pinging = setInterval(() => this.#ping(), PING_MS);
    addEventListener("online", this.#back);
    addEventListener("beforeunload", this.#leaving);
  }

  /** @type {() => void} */ #listen;
  /** @type {ReturnType<typeof setInterval>} */ #polling;
  /** @type {ReturnType<typeof setInterval>} */ #pinging;
  #heard = true;
  #back = () => {
    this.#come_back_ms = COME_BACK_MS;
    this.sync.catch_up();
  };
  #leaving = (/** @type {BeforeUnloadEvent} */ event) => this.sync.pending && event.preventDefault();

  close() {
    this.#closed = true;
    this.detach();
    this.sync.close();
    this.#socket?.close();
    clearInterval(this.#polling);
    clearInterval(this.#pinging);
    removeEventListener("online", this.#back);
    removeEventListener("beforeunload", this.#leaving);
  }

  // The field

  /** @param {HTMLTextAreaElement} field */
  attach(field) {
    this.#field = field;
    field.addEventListener("input", this.#typed);
    field.addEventListener("compositionstart", this.#composes);
    field.addEventListener("compositionend", this.#composed);
    document.addEventListener("selectionchange", this.#moved);
    this.#show();
  }

  detach() {
    this.#field?.removeEventListener("input", this.#typed);
    this.#field?.removeEventListener("compositionstart", this.#composes);
    this.#field?.removeEventListener("compositionend", this.#composed);
    document.removeEventListener("selectionchange", this.#moved);
    this.#field = null;
    this.#tell_place(0);
  }

  #show() {
    const field = this.#field;
    if (!field || this.sync.standing === "opening")
      return;
    if (field.value !== this.sync.text)
      field.value = this.sync.text;
    field.readOnly = this.sync.standing === "reading";
    this.drawn();
  }

  #composes = () => { this.#composing = true; };
  #composed = () => {
    this.#composing = false;
    this.#typed();
  };

  #typed = () => {
    const field = this.#field;
    if (!field || this.#composing || this.sync.standing === "opening")
      return;
    this.sync.local(clean(field.value));
    this.#moved();
  };

  /** Others wrote: the field follows, and its cursor stays at its words. @param {import("./merge.js").Edit} edit @param {string} before */
  #changed(edit, before) {
    const field = this.#field;
    if (!field || this.#composing)
      return; // taken up at the end of the composition, or when the field is there
    const [from, to, way, top] = [field.selectionStart, field.selectionEnd, field.selectionDirection, field.scrollTop];
    const focused = document.activeElement === field;
    field.value = this.sync.text;
    if (focused)
      field.setSelectionRange(place_after(edit, before, from), place_after(edit, before, to), way);
    field.scrollTop = top;
    this.drawn();
  }

  // Where one writes

  #moved = () => {
    const field = this.#field;
    if (!field || document.activeElement !== field)
      return;
    clearTimeout(this.#place_timer);
    this.#place_timer = setTimeout(() => this.#tell_place(field.value.slice(0, field.selectionStart).split("\n").length), PLACE_MS);
  };

  /** @param {number} line 0: nowhere */
  #tell_place(line) {
    if (this.#socket?.readyState !== WebSocket.OPEN || line === this.#told)
      return;
    this.#told = line;
    this.#socket.send(JSON.stringify({ t: "at", note: this.note, line }));
  }

  // The socket

  /** @param {string} url */
  #open_socket(url) {
    if (this.#closed)
      return;
    const socket = new WebSocket(new URL(url, location.href).href.replace(/^http/, "ws"));
    this.#socket = socket;
    this.#heard = true;
    socket.onopen = () => {
      this.#come_back_ms = COME_BACK_MS;
      socket.send(JSON.stringify({ t: "at", note: this.note, line: this.#told }));
      this.sync.catch_up();
    };
    socket.onmessage = ({ data }) => this.#message(JSON.parse(data));
    socket.onclose = () => {
      this.others.clear();
      this.drawn();
      setTimeout(this.#listen, this.#come_back_ms * (0.7 + 0.6 * Math.random()));
      this.#come_back_ms = Math.min(this.#come_back_ms * 2, COME_BACK_MOST_MS);
    };
  }

  /** A line that says nothing any more is closed: another one is tried. */
  #ping() {
    if (this.#socket?.readyState !== WebSocket.OPEN)
      return;
    if (!this.#heard)
      return this.#socket.close();
    this.#heard = false;
    this.#socket.send(JSON.stringify({ t: "ping" }));
  }

  /** @param {any} m */
  #message(m) {
    this.#heard = true;
    if (m.t === "edit" && m.note === this.note)
      this.sync.hear(m);
    else if (m.t === "at" && m.note === this.note)
      this.others.set(m.id, m);
    else if (m.t === "left")
      this.others.delete(m.id);
    else if (m.t === "list")
      this.listed?.();
    if (m.t === "at" || m.t === "left")
      this.drawn();
  }

  // What stands beside the field

  /** Whether what one typed is kept, as a sentence. */
  get state() {
    const { standing, why } = this.sync;
    return {
      opening: t("The note is being opened…"), saved: t("All is saved."), saving: t("Being saved…"), refused: why, reading: t("You may read this note, not change it."),
      gone: t("This note is no more, or is not yours to read."),
      offline: t("The server is not reached. Go on writing: your words are sent when it is back."),
    }[standing];
  }

  /** What of it a screen reader is told: not each word that is saved. */
  get news() {
    return ["offline", "refused", "reading", "gone"].includes(this.sync.standing) ? this.state : "";
  }

  /** Who else has it open, and where. */
  get places() {
    return [...this.others.values()].map(({ name, line }) => {
      const who = name || t("Somebody");
      return line ? t("{name} is at line {line}", { name: who, line }) : t("{name} reads", { name: who });
    });
  }
}
