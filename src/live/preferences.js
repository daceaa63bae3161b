// What a person chose for rooms, kept in this browser: nothing here is told to the server.

const KEPT_AS = "treteau room";

/** @typedef {import("./pictures.js").Mode} Mode */
/** @typedef {import("./announce.js").Level} Level */
/** pictures: null, as the line allows; captions, interpret: features' own, as they write it. @typedef {{pictures: Mode | null, announce: Level, keys: boolean, chime: boolean, captions?: any, interpret?: any}} Chosen */

export class Preferences {
  /** @type {Chosen} */ chosen = { pictures: null, announce: "some", keys: true, chime: true };

  constructor() {
    try {
      Object.assign(this.chosen, JSON.parse(localStorage.getItem(KEPT_AS) ?? "{}"));
    } catch { // a browser that keeps nothing: the choice lasts as long as the page
    }
  }

  /** @param {Partial<Chosen>} change */
  keep(change) {
    Object.assign(this.chosen, change);
    try {
      localStorage.setItem(KEPT_AS, JSON.stringify(this.chosen));
    } catch { // as above
    }
  }
}
