// A way to the server that is lost is first sought anew on the same connection (an ICE restart, RFC 8445 9).

const BEAT_MS = 400;   // between two looks at what arrives
const DEAD_MS = 2000;  // without any packet while media should come: the way there is lost
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

/** Media and reports alike. @param {RTCStatsReport} stats */
function bytes_arrived(stats) {
  return [...stats.values()].reduce((sum, stat) => sum + (stat.type === "candidate-pair" ? stat.bytesReceived ?? 0 : 0), 0);
}

/**
 * Whether anything arrives by one connection. Browsers take five seconds and more to say that a way is lost; Firefox calls a
 * connection disconnected as soon as one question is not answered, which on a bad line comes every minute. So what arrives
 * decides: media and, each second, the server's reports.
 */
export class Pulse {
  #bytes = 0;
  #heard_at = performance.now();
  #told_at = 0;
  /** that anything did */ came_ms = 0;
  #looks = 0; // since anything arrived: a busy page may look once in all that time

  /**
   * @param {RTCPeerConnection} pc
   * @param {{expecting: () => boolean, doubt: () => void, lost: () => void, seen?: (stats: RTCStatsReport) => void}} on doubt:
   * nothing for about a second, or the browser says so; lost: nothing for longer though something should come, or it has failed
   */
  constructor(pc, on) {
    this.pc = pc;
    this.on = on;
    const timer = setInterval(() => (pc.connectionState === "closed" ? clearInterval(timer) : this.#look()), BEAT_MS);
    pc.addEventListener("connectionstatechange", () => {
      if (pc.connectionState === "failed")
        on.lost();
      else if (pc.connectionState === "disconnected")
        on.doubt();
    });
  }

  /** Whether the way there is well. */
  get well() {
    return ["connected", "disconnected"].includes(this.pc.connectionState) && performance.now() - this.#heard_at < DEAD_MS;
  }

  async #look() {
    const stats = await this.pc.getStats(), bytes = bytes_arrived(stats), now = performance.now(), lost = this.pc.connectionState === "disconnected";
    this.on.seen?.(stats);
    if (bytes > this.#bytes)
      this.came_ms = now;
    this.#looks = bytes === this.#bytes && (bytes || lost) ? this.#looks + 1 : 0;
    this.#bytes = bytes;
    if (this.#looks === 2)
      this.on.doubt();
    if (!this.#looks || !(lost || (this.pc.connectionState === "connected" && this.on.expecting())))
      this.#heard_at = now;
    else if (this.#looks > 2 && now - Math.max(this.#heard_at, this.#told_at) > DEAD_MS) {
      this.#told_at = now;
      this.on.lost();
    }
  }
}
