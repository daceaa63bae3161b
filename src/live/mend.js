// A way to the server that is lost is first sought anew on the same connection (an ICE restart, RFC 8445 9).

const MEND_MS = 2500; // for a restart to help, before another connection is made
const CALM_MS = 1000; // between two restarts of one connection

/** One connection's way to the server, sought anew on the same connection: its keys and lines stay, and what still comes by
 * the old way goes on meanwhile. */
export class Mending {
  #timer = 0;
  #asked_at = -Infinity;
  /** asked for while the line to the room was down */ #owed = false;

  /** @param {() => boolean | Promise<boolean>} ask false: nothing could be asked for now @param {() => boolean} helped @param {() => void} give_up */
  constructor(ask, helped, give_up) {
    this.ask = ask;
    this.helped = helped;
    this.give_up = give_up;
  }

  get under_way() {
    return this.#timer !== 0;
  }

  /** Once in a moment; when it has not helped soon, another connection is made. @param {boolean} [anew] however lately it was asked for */
  async begin(anew = false) {
    if (!anew && performance.now() - this.#asked_at < CALM_MS)
      return;
    this.end();
    this.#asked_at = performance.now();
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      if (!this.helped())
        this.give_up();
    }, MEND_MS);
    if (!(await this.ask()))
      this.#wait();
  }

  /** The room is back: what could not be asked for is, and so is what was asked for and may be lost. */
  resume() {
    if (this.#owed || this.under_way || !this.helped())
      this.begin(true);
  }

  end() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#owed = false;
  }

  /** Without the room nothing is better than waiting for it. */
  #wait() {
    this.end();
    this.#owed = true;
  }
}
