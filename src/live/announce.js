// What a screen reader hears of the room: at most one sentence every few seconds, words of the discussion gathered.

import { t } from "./words.js";

const EVERY_MS = 3000;

export class Announcer {
  /** @type {string[]} */ #waiting = [];
  /** @type {string[]} */ #lines = [];
  #timer = 0;

  /** @param {HTMLElement} place an element with aria-live="polite" */
  constructor(place) {
    this.place = place;
  }

  /** @param {string} sentence */
  say(sentence) {
    if (!this.#waiting.includes(sentence))
      this.#waiting.push(sentence);
    this.#soon();
  }

  /** @param {string} line a line of the discussion */
  chat(line) {
    this.#lines.push(line);
    this.#soon();
  }

  #soon() {
    this.#timer ||= setTimeout(() => this.#speak(), this.place.textContent ? EVERY_MS : 100);
  }

  #speak() {
    this.#timer = 0;
    const lines = this.#lines.length > 1 ? [t("{count} new messages.", { count: this.#lines.length })] : this.#lines;
    this.place.textContent = [...this.#waiting, ...lines].join(" ");
    this.#waiting = [];
    this.#lines = [];
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.place.textContent = "";
      if (this.#waiting.length || this.#lines.length)
        this.#soon();
    }, EVERY_MS);
  }
}
