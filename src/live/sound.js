// The voices: one audio element per seat and one for an interpreter, outside the views, so that nothing on screen can interrupt them.

/** The line of the interpreter that one listens to. */
const CHANNEL = "c";

export class Sound {
  /** @type {Map<string, HTMLAudioElement>} */ #players = new Map();
  /** The browser lets no sound start before a click. */ blocked = false;
  /** how loud the stage is beneath an interpreter, 0 to 1 */ #stage = 1;

  /** @param {HTMLElement} place @param {() => void} changed */
  constructor(place, changed) {
    this.place = place;
    this.changed = changed;
  }

  /** @param {Map<string, MediaStreamTrack>} tracks "a0" … → voice; others are left alone */
  play(tracks) {
    for (const [mid, track] of tracks)
      if (track.kind === "audio")
        this.#set(mid, track);
    for (const [mid, player] of this.#players)
      if (!tracks.has(mid)) {
        player.srcObject = null;
        player.remove();
        this.#players.delete(mid);
      }
  }

  /** Where a page may not set a volume (iOS), the stage falls silent beneath an interpreter. @param {number} volume */
  set_stage(volume) {
    this.#stage = volume;
    for (const [mid, player] of this.#players)
      this.#balance(mid, player);
  }

  /** @param {string} mid @param {HTMLAudioElement} player */
  #balance(mid, player) {
    const wanted = mid === CHANNEL ? 1 : this.#stage;
    player.volume = wanted;
    player.muted = Math.abs(player.volume - wanted) > 0.01;
  }

  /** After a click: everything that was refused plays. */
  async unblock() {
    this.blocked = false;
    await Promise.all([...this.#players.values()].map((player) => this.#start(player)));
    this.changed();
  }

  /** @param {string} mid @param {MediaStreamTrack} track */
  #set(mid, track) {
    let player = this.#players.get(mid);
    if (!player) {
      player = document.createElement("audio");
      player.dataset.seat = mid;
      this.place.append(player);
      this.#players.set(mid, player);
      this.#balance(mid, player);
    }
    const now = /** @type {MediaStream | null} */ (player.srcObject);
    if (now?.getAudioTracks()[0] === track)
      return;
    player.srcObject = new MediaStream([track]);
    this.#start(player);
  }

  /** @param {HTMLAudioElement} player */
  async #start(player) {
    try {
      await player.play();
    } catch (error) {
      if (/** @type {DOMException} */ (error).name !== "NotAllowedError" || this.blocked)
        return;
      this.blocked = true;
      this.changed();
    }
  }
}
