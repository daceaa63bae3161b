// One note as this page has it: what was typed here and is not kept yet, put after what others wrote. No page, no clock but
// that of its retries: tests drive it against a real server.

import { apply, both_after, change_between, compose, is_nothing } from "./merge.js";

/** @typedef {import("./merge.js").Edit} Edit */
/** @typedef {{rev: number, edit: Edit, nonce: string | null, by: string}} Change */
/** @typedef {{id: number, title: string, rev: number, archived: boolean, writes: boolean, csrf: string, edits?: Change[], text?: string, known?: boolean}} State */
/**
 * @typedef {{
 *   changes: (since: number | null, nonce: string) => Promise<State>,
 *   post: (base: number, edit: Edit, nonce: string) => Promise<{status: number, rev: number, text: string}>,
 * }} Transport both fail with a TypeError when the server is not reached, `changes` with another when there is no such note for us
 * @typedef {"opening" | "saved" | "saving" | "offline" | "refused" | "reading" | "gone"} Standing
 */

const GATHER_MS = 120, STREAM_MS = 500, RETRY_MS = 800, RETRY_MOST_MS = 5000, PARTS_MAX = 6000;

/** Not of a note: what the server would refuse. @param {string} text */
export const clean = (text) => text.replace(/\r\n?/g, "\n").replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd").replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "");

export class NoteSync {
  /** as typed here */ text = "";
  /** as the server has it at `rev` */ server = "";
  rev = 0;
  title = "";
  /** @type {Standing} */ standing = "opening";
  why = "";
  /** @type {{base: number, sent: Edit, edit: Edit, nonce: string} | null} on its way: as it was sent, and as it stands after what came since */ #going = null;
  /** @type {Edit | null} typed since */ #typed = null;
  /** @type {Map<number, Change>} that came before the one that they follow */ #early = new Map();
  #sending = false;
  #catching = false;
  /** @type {() => void} */ #opened = () => {};
  #closed = false;
  #retry_ms = RETRY_MS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /**
   * @param {Transport} transport
   * @param {{changed?: (edit: Edit, before: string, by: string) => void, stands?: () => void}} [tell] `changed`: by others
   */
  constructor(transport, tell = {}) {
    this.transport = transport;
    this.tell = tell;
  }

  /** Until the note has been read, or is not there to be read. @returns {Promise<void>} */
  open() {
    return new Promise((resolve) => {
      this.#opened = resolve;
      this.catch_up();
    });
  }

  /** Whether something typed here is not kept yet. */
  get pending() {
    return this.#going !== null || this.#typed !== null;
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** It was typed. @param {string} text */
  local(text) {
    const edit = change_between(this.text, text);
    if (is_nothing(edit))
      return;
    this.text = text;
    this.#typed = this.#typed ? compose(this.#typed, edit) : edit;
    if (this.#typed.length > PARTS_MAX)
      this.#typed = change_between(this.#going ? apply(this.#going.edit, this.server) : this.server, text);
    if (this.standing !== "offline")
      this.#stand("saving");
    if (!this.#going)
      this.#later(GATHER_MS);
  }

  /** An edit was kept, somebody's or this page's. @param {Change} change */
  hear(change) {
    if (change.rev > this.rev)
      this.#early.set(change.rev, change);
    for (const rev of this.#early.keys())
      if (rev <= this.rev)
        this.#early.delete(rev);
    for (let next = this.#early.get(this.rev + 1); next; next = this.#early.get(this.rev + 1)) {
      this.#early.delete(next.rev);
      this.#take(next);
    }
    if (this.#early.size)
      this.catch_up();
  }

  /** Asks for all that was kept meanwhile. */
  async catch_up() {
    if (this.#catching || this.#closed)
      return;
    this.#catching = true;
    try {
      const state = await this.transport.changes(this.standing === "opening" ? null : this.rev, this.#going?.nonce ?? "");
      this.title = state.title;
      if (state.text === undefined)
        state.edits?.forEach((change) => this.#early.set(change.rev, change));
      else
        this.#whole(state);
      this.#catching = false;
      this.hear({ rev: 0, edit: [], nonce: null, by: "" });
      this.#reached(state);
    } catch (error) {
      this.#catching = false;
      if (error instanceof TypeError)
        return this.#lost();
      this.close();
      this.#stand("gone");
      this.#opened();
    }
  }

  /** @param {State} state */
  #reached(state) {
    this.#retry_ms = RETRY_MS;
    if (!state.writes)
      this.#stand("reading");
    else if (this.standing !== "refused")
      this.#stand(this.pending ? "saving" : "saved");
    if (this.pending && state.writes && this.standing !== "refused")
      this.#later(0);
    this.#opened();
  }

  #lost() {
    if (this.#closed)
      return;
    if (this.standing !== "opening")
      this.#stand("offline");
    this.#later(this.#retry_ms);
    this.#retry_ms = Math.min(this.#retry_ms * 2, RETRY_MOST_MS);
  }

  /** @param {Standing} standing */
  #stand(standing, why = "") {
    if (this.standing === standing && this.why === why)
      return;
    this.standing = standing;
    this.why = why;
    this.tell.stands?.();
  }

  /** @param {number} ms */
  #later(ms) {
    if (this.#closed)
      return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.pending ? this.#send() : this.catch_up()), ms);
  }

  async #send() {
    if (this.#sending || this.standing === "opening" || this.standing === "reading")
      return;
    if (!this.#going && this.#typed) {
      this.#going = { base: this.rev, sent: this.#typed, edit: this.#typed, nonce: crypto.randomUUID() };
      this.#typed = null;
    }
    const going = this.#going;
    if (!going)
      return;
    this.#sending = true;
    const answer = await this.transport.post(going.base, going.sent, going.nonce).catch(() => null);
    this.#sending = false;
    if (!answer || answer.status >= 500)
      return this.#lost();
    this.#retry_ms = RETRY_MS;
    if (answer.status === 200)
      this.#kept(going);
    else if (answer.status === 409)
      await this.#start_over();
    else if (answer.status === 429)
      this.#later(RETRY_MOST_MS / 2);
    else {
      this.#refused(answer.text);
      this.catch_up(); // for a fresh token, and for what else may have changed
    }
  }

  /** It comes back in its place among the others; when that takes long, it is asked for. @param {object} going */
  #kept(going) {
    if (this.#going !== going)
      return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#going === going && this.catch_up(), STREAM_MS);
  }

  /** @param {string} why */
  #refused(why) {
    if (this.#going)
      this.#typed = this.#typed ? compose(this.#going.edit, this.#typed) : this.#going.edit;
    this.#going = null;
    this.#stand("refused", why);
  }

  /** The edits since then are not kept any more: the whole text is asked for. */
  async #start_over() {
    try {
      this.#whole(await this.transport.changes(null, this.#going?.nonce ?? ""));
      this.#later(0);
    } catch {
      this.#lost();
    }
  }

  /** @param {State} state with its text */
  #whole(state) {
    const text = state.text ?? "";
    if (state.known && this.#going) {
      this.server = apply(this.#going.edit, this.server);
      this.#going = null;
    }
    const opening = this.standing === "opening";
    const edit = change_between(this.server, text);
    this.server = text;
    this.rev = state.rev;
    this.#others(edit, "");
    if (this.#going)
      this.#going = { ...this.#going, base: this.rev, sent: this.#going.edit };
    if (opening)
      this.#stand("saved");
  }

  /** @param {Change} change the next one */
  #take(change) {
    const before = this.server, server = apply(change.edit, before), going = this.#going;
    this.server = server; // whoever is told looks at all of it
    this.rev = change.rev;
    if (going && change.nonce === going.nonce) {
      const mine = apply(going.edit, before);
      this.#going = null;
      if (mine !== server) // never, by the rules; and were it so, no word is lost
        this.#others(change_between(mine, server), "");
      if (this.#typed)
        this.#later(GATHER_MS);
      else
        this.#stand("saved");
    } else {
      this.#others(change.edit, change.by);
    }
  }

  /** Puts what is not kept yet after an edit of others. @param {Edit} edit @param {string} by */
  #others(edit, by) {
    let theirs = edit, before = this.text;
    if (this.#going) {
      const [after, mine] = both_after(theirs, this.#going.edit);
      this.#going.edit = mine;
      theirs = after;
    }
    if (this.#typed) {
      const [after, mine] = both_after(theirs, this.#typed);
      this.#typed = mine;
      theirs = after;
    }
    this.text = apply(theirs, before);
    if (before !== this.text)
      this.tell.changed?.(theirs, before, by);
  }
}
