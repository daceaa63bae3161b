// What a screen reader hears of the room: a sentence every few seconds at most. What concerns the person comes first; what
// others do is gathered and told rarer, in one sentence of each sort.

import { t } from "./words.js";

const EVERY_MS = 3000;
const GATHER_MS = 500, GATHERED_EVERY_MS = 6000;
const NAMED_MAX = 3, CAPTIONS_MAX = 4; // lines, of those that came since the last sentence

/** all: who comes and goes too; some: words and hands; few: only what concerns the person. @typedef {"all" | "some" | "few"} Level */
/** @typedef {"hands" | "came" | "left" | "waits"} Sort */

export class Announcer {
  /** what it is about → sentence @type {Map<string, string>} */ #own = new Map();
  /** @type {string[]} */ #captions = [];
  /** @type {Record<Sort | "lines", string[]>} */ #others = { waits: [], hands: [], came: [], left: [], lines: [] };
  #timer = 0;
  #spoke_ms = -EVERY_MS;
  #gathered_since_ms = 0;
  #told_others_ms = -GATHERED_EVERY_MS;

  /** @param {HTMLElement} place an element with aria-live="polite" @param {() => Level} level */
  constructor(place, level) {
    this.place = place;
    this.level = level;
  }

  /** What concerns the person. @param {string} sentence @param {string} [about] what is said later of the same replaces what waits still */
  say(sentence, about = sentence) {
    this.#own.set(about, sentence);
    this.#soon();
  }

  /** @param {string} line of the discussion */
  chat(line) {
    if (this.level() !== "few")
      this.#gather("lines", line);
  }

  /** For who asked for them: read in their order, the last ones where more came than can be heard. @param {string} line of the captions */
  caption(line) {
    this.#captions = [...this.#captions, line].slice(-CAPTIONS_MAX);
    this.#soon();
  }

  /** What somebody does. @param {Sort} sort @param {string} name @param {string} [was] what they were called before */
  tell(sort, name, was) {
    if (this.level() === "few" || (sort !== "hands" && sort !== "waits" && this.level() !== "all"))
      return;
    this.#others[sort] = this.#others[sort].filter((one) => one !== was);
    const opposite = { came: "left", left: "came", hands: null, waits: null }[sort], back = opposite ? this.#others[/** @type {Sort} */ (opposite)] : [];
    if (back.includes(name)) // a line that was cut for a moment
      back.splice(back.indexOf(name), 1);
    else
      this.#gather(sort, name);
  }

  /** @param {Sort | "lines"} sort @param {string} what */
  #gather(sort, what) {
    if (!this.#waits_for_others())
      this.#gathered_since_ms = Date.now();
    this.#others[sort].push(what);
    this.#soon();
  }

  #waits_for_others() {
    return Object.values(this.#others).some((list) => list.length > 0);
  }

  #others_due_ms() {
    return Math.max(this.#gathered_since_ms + GATHER_MS, this.#told_others_ms + GATHERED_EVERY_MS);
  }

  #soon() {
    const others = this.#waits_for_others() ? this.#others_due_ms() : Infinity;
    const due = Math.max(Math.min(this.#own.size || this.#captions.length ? 0 : Infinity, others), this.#spoke_ms + EVERY_MS);
    clearTimeout(this.#timer);
    if (due < Infinity)
      this.#timer = setTimeout(() => this.#speak(), Math.max(100, due - Date.now()));
    else if (this.place.textContent)
      this.#timer = setTimeout(() => (this.place.textContent = ""), EVERY_MS); // who reads the page later does not find it
  }

  #speak() {
    const now = Date.now(), sentences = [...this.#own.values(), ...this.#captions];
    if (this.#waits_for_others() && now >= this.#others_due_ms()) {
      sentences.push(...told(this.#others));
      this.#others = { waits: [], hands: [], came: [], left: [], lines: [] };
      this.#told_others_ms = now;
    }
    this.#own = new Map();
    this.#captions = [];
    this.place.textContent = sentences.map((one, n) => (n < sentences.length - 1 && !/[.!?…]$/u.test(one) ? one + "." : one)).join(" "); // else two run into one
    this.#spoke_ms = now;
    this.#soon();
  }
}

/** @param {Record<Sort | "lines", string[]>} others */
function told({ waits, hands, came, left, lines }) {
  return [
    waits.length > NAMED_MAX ? t("{count} people wait to be let in.", { count: waits.length }) : t("Waiting to be let in: {names}.", { names: list(waits) }),
    hands.length === 1 ? t("{name} raises a hand.", { name: hands[0] }) : t("{count} hands were raised.", { count: hands.length }),
    came.length > NAMED_MAX ? t("{count} people came in.", { count: came.length }) : t("{names} came in.", { names: list(came) }),
    left.length > NAMED_MAX ? t("{count} people left.", { count: left.length }) : t("{names} left.", { names: list(left) }),
    lines.length === 1 ? lines[0] : t("{count} new messages.", { count: lines.length }),
  ].filter((_, index) => [waits, hands, came, left, lines][index].length > 0);
}

/** @param {string[]} names */
function list(names) {
  return new Intl.ListFormat(globalThis.document?.documentElement.lang || "en").format(names);
}
