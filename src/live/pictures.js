// Which pictures the page asks for: all, small ones, none. A person's own choice wins; without one they follow the line:
// away where it carries less than sound and a small picture need, and back in two steps when it has been well for a while.
// What it carries the server knows by its own packets' numbers, and it finds out with small probes whether that is more:
// pictures themselves would fill a thin line. What a page misses may have been lost on the speaker's line as well; what it
// knows of its own line is how long an answer takes.

const WEAK_KBIT_S = 150, WELL_KBIT_S = 200; // what is a little more than the least does not fall again at once
const WEAK_SECONDS = 4; // in a row
const WEAK_RTT_S = 0.8;
const CALM_MS = 10_000, CALM_MAX_MS = 160_000; // of a line that is well, before more is tried; longer after each try in vain, and where the server says nothing
const PROVEN_MS = 20_000; // what a line carried that long was not tried in vain

/** full: all; low: small ones; audio: none @typedef {"full" | "low" | "audio"} Mode */
/** @typedef {{kbit_s: number, rtt_s: number}} Second what one second brought */

export class Pictures {
  /** @type {Mode} */ #auto = "full";
  #since_ms = 0;
  #calm_ms = CALM_MS;
  #raised_ms = -Infinity;
  #weak_seconds = 0;
  /** by the server's last word */ #narrow = false;

  /** @param {Mode | null} chosen by the person; null: as the line allows */
  constructor(chosen) {
    this.chosen = chosen;
  }

  get mode() {
    return this.chosen ?? this.#auto;
  }

  /** What the line has to carry before pictures are asked for again, in kbit/s; 0: they are, or nobody wants them. */
  get awaits() {
    return this.chosen === null && this.#auto === "audio" ? WELL_KBIT_S : 0;
  }

  /** The server begins to measure the line anew. */
  anew() {
    this.#narrow = false;
  }

  /** A button was pressed that stands for this mode. @param {Mode} mode */
  toggle(mode) {
    if (this.mode !== mode)
      this.chosen = mode;
    else
      this.chosen = this.chosen === mode ? null : "full";
  }

  /** The server's word about the line. @param {{mode: string, kbps: number}} network @param {number} now_ms */
  network({ mode, kbps }, now_ms) {
    this.#narrow = mode === "audio";
    if (this.#narrow || (mode === "reduced" && kbps < WEAK_KBIT_S))
      this.#fall(now_ms);
    else if (this.#auto === "audio" && now_ms - this.#since_ms >= this.#calm_ms)
      this.#rise(now_ms);
  }

  /** @param {Second} second @param {boolean} expected whether pictures should come @param {number} now_ms */
  second({ kbit_s, rtt_s }, expected, now_ms) {
    const bad = rtt_s > WEAK_RTT_S, alone = this.#auto === "audio";
    const weak = bad && (alone || (expected && kbit_s < WEAK_KBIT_S));
    this.#weak_seconds = weak ? this.#weak_seconds + 1 : 0;
    if (this.#weak_seconds >= WEAK_SECONDS || (weak && alone))
      this.#fall(now_ms);
    else if (this.#auto !== "full" && now_ms - this.#since_ms >= (this.#narrow ? CALM_MAX_MS : this.#calm_ms))
      this.#rise(now_ms);
  }

  /** @param {number} now_ms */
  #fall(now_ms) {
    if (this.#auto !== "audio")
      this.#calm_ms = now_ms - this.#raised_ms < PROVEN_MS ? Math.min(2 * this.#calm_ms, CALM_MAX_MS) : CALM_MS;
    this.#auto = "audio";
    this.#since_ms = now_ms;
    this.#weak_seconds = 0;
  }

  /** @param {number} now_ms */
  #rise(now_ms) {
    this.#auto = this.#auto === "audio" ? "low" : "full";
    this.#since_ms = this.#raised_ms = now_ms;
  }
}

/** How much came, in the last minute and since the page is open. */
export class DataMeter {
  total_bytes = 0;
  /** @type {{at_ms: number, bytes: number}[]} of the last minute */ #parts = [];

  /** @param {number} bytes @param {number} at_ms */
  add(bytes, at_ms) {
    this.total_bytes += bytes;
    this.#parts.push({ at_ms, bytes });
    while (this.#parts[0].at_ms <= at_ms - 60_000)
      this.#parts.shift();
  }

  get minute_bytes() {
    return this.#parts.reduce((sum, part) => sum + part.bytes, 0);
  }
}
