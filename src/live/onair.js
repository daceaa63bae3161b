// Plays the list that a recording is appended to: what is on air, a few seconds behind, and afterwards the replay. By hls.js
// wherever the browser has Media Source Extensions; Safari on a phone has none and plays the list by itself. Never decided by
// canPlayType: Chromium says yes there and then loses the live edge.
import Hls from "hls.js";

/** @typedef {typeof import("hls.js").default} Library */

/** How near the end of the list one watches: a segment is two seconds, and is asked for up to two seconds after it is there. */
export const LIVE = { liveSyncDuration: 3, liveSyncOnStallIncrease: 0.5, maxLiveSyncPlaybackRate: 1.15, enableWorker: false, backBufferLength: 120,
  enableWebVTT: false, enableCEA708Captions: false };

const AGAIN_MS = 1500;

/** What is on air, in one element; goes on over restarts of the recorder and the server by itself. */
export class OnAir {
  /** @type {InstanceType<Library> | null} */ #hls = null;
  #timer = 0;
  /** the session is over: all of it is there */ ended = false;

  /** @param {HTMLVideoElement} video @param {string} list its address @param {() => void} changed */
  constructor(video, list, changed) {
    this.video = video;
    this.list = list;
    this.changed = changed;
    this.#open();
  }

  #open() {
    if (!Hls.isSupported()) {
      this.video.src = this.list;
      void this.#play();
      this.video.addEventListener("error", () => this.#again(() => this.#open()), { once: true });
      return;
    }
    const hls = this.#hls = new Hls(LIVE);
    hls.on(Hls.Events.MANIFEST_PARSED, () => void this.#play());
    hls.on(Hls.Events.LEVEL_UPDATED, (_event, { details }) => {
      this.ended = !details.live;
      this.changed();
    });
    hls.on(Hls.Events.ERROR, (_event, fault) => {
      if (!fault.fatal)
        return;
      if (fault.type === Hls.ErrorTypes.MEDIA_ERROR)
        hls.recoverMediaError();
      else if (hls.levels.length) // the list was there: the server comes back
        this.#again(() => hls.startLoad());
      else // not yet there: the recorder has just begun
        this.#again(() => {
          hls.destroy();
          this.#open();
        });
    });
    hls.loadSource(this.list);
    hls.attachMedia(this.video);
  }

  /** @param {() => void} act */
  #again(act) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, AGAIN_MS);
  }

  /** Without sound where the browser lets none begin before a click. */
  async #play() {
    try {
      await this.video.play();
    } catch {
      this.video.muted = true;
      await this.video.play().catch(() => {});
    }
    this.changed();
  }

  /** When what is on the screen was on air, ms since 1970; null: not known. */
  get at_ms() {
    const date = this.#hls ? this.#hls.playingDate?.getTime() : /** @type {any} */ (this.video).getStartDate?.().getTime() + this.video.currentTime * 1000;
    return Number.isFinite(date) ? /** @type {number} */ (date) : null;
  }

  /** To what happens now. */
  catch_up() {
    const { seekable } = this.video, edge = this.#hls?.liveSyncPosition ?? (seekable.length ? seekable.end(seekable.length - 1) - LIVE.liveSyncDuration : null);
    if (edge !== null)
      this.video.currentTime = edge;
    void this.#play();
  }

  end() {
    clearTimeout(this.#timer);
    this.#hls?.destroy();
    this.video.removeAttribute("src");
  }
}
