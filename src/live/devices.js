// Camera, microphone and screen of this person: opened only when asked for, kept over reconnections.

import { t } from "./words.js";

const CAMERA = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const MIXER = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }; // as it comes from the desk
const SCREEN = { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 15, max: 30 } };

const BRIEF_MS = 2000; // what is gone so soon would be again

/** @typedef {"mic" | "camera" | "screen"} Kind */

export class Devices {
  /** @type {Record<Kind, MediaStreamTrack | null>} */ tracks = { mic: null, camera: null, screen: null };
  /** @type {{mic: MediaDeviceInfo[], camera: MediaDeviceInfo[]}} */ found = { mic: [], camera: [] };
  /** @type {{mic: string, camera: string}} the device ids to use, "" for the browser's choice */ chosen = { mic: "", camera: "" };
  /** what comes is a hall's mixer, not a voice before a microphone */ mixer = false;
  /** What went wrong last, in words. @type {Record<Kind, string>} */ problem = { mic: "", camera: "", screen: "" };
  /** How often each was closed: what is allowed after that is not wanted any more. @type {Record<Kind, number>} */ #closed = { mic: 0, camera: 0, screen: 0 };

  /**
   * @param {(kind: Kind) => void} changed called when a track came, went or was ended from outside
   * @param {(kind: Kind) => void} gone called after that when one was unplugged or taken away; its problem says so
   */
  constructor(changed, gone) {
    this.changed = changed;
    this.gone = gone;
    navigator.mediaDevices?.addEventListener("devicechange", () => this.list());
  }

  /** @param {Kind} kind @returns {Promise<MediaStreamTrack | null>} */
  async open(kind) {
    const closed = this.#closed[kind];
    this.problem[kind] = "";
    try {
      const [track] = (await request(kind, kind === "screen" ? "" : this.chosen[kind], this.mixer ? MIXER : VOICE)).getTracks();
      if (closed !== this.#closed[kind]) {
        track.stop();
        return null;
      }
      this.#keep(kind, track);
    } catch (error) {
      if (/** @type {DOMException} */ (error).name === "OverconstrainedError" && kind !== "screen" && this.chosen[kind]) {
        this.chosen[kind] = ""; // the one that was chosen is not there any more
        return this.open(kind);
      }
      this.problem[kind] = explain(kind, /** @type {DOMException} */ (error));
      this.changed(kind);
    }
    if (kind !== "screen")
      await this.list();
    return this.tracks[kind];
  }

  /** @param {"mic" | "camera"} kind @param {string} id */
  async choose(kind, id) {
    this.chosen[kind] = id;
    if (this.tracks[kind])
      await this.open(kind);
  }

  /** @param {Kind} kind */
  close(kind) {
    this.#closed[kind]++;
    const track = this.tracks[kind];
    if (!track)
      return;
    track.onended = null;
    track.stop();
    this.tracks[kind] = null;
    this.changed(kind);
  }

  close_all() {
    for (const kind of /** @type {Kind[]} */ (["mic", "camera", "screen"]))
      this.close(kind);
  }

  async list() {
    const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    this.found = { mic: all.filter((d) => d.kind === "audioinput"), camera: all.filter((d) => d.kind === "videoinput") };
    this.changed("mic");
  }

  /** @param {Kind} kind @param {MediaStreamTrack} track */
  #keep(kind, track) {
    const old = this.tracks[kind];
    if (old) {
      old.onended = null;
      old.stop();
    }
    track.contentHint = kind === "screen" ? "detail" : kind === "camera" ? "motion" : this.mixer ? "music" : "speech";
    const since = performance.now();
    track.onended = () => this.#lost(kind, performance.now() - since < BRIEF_MS);
    this.tracks[kind] = track;
    this.changed(kind);
  }

  /**
   * Another microphone stands in for one that was unplugged; another camera might show what nobody meant to show.
   * @param {Kind} kind @param {boolean} brief whether it was there for a moment only
   */
  async #lost(kind, brief) {
    const closed = this.#closed[kind], other = kind === "mic" && !brief ? await this.open(kind) : null;
    if (closed !== this.#closed[kind])
      return;
    if (!other) {
      this.tracks[kind] = null;
      this.changed(kind);
    }
    if (kind === "screen")
      return;
    this.problem[kind] = kind === "camera" ? t("Your camera is gone. Plug it in again or choose another one, then turn it on.")
      : other ? t("Your microphone is gone. {name} takes its place.", { name: other.label })
        : t("Your microphone is gone. Plug it in again or choose another one, then turn it on.");
    this.gone(kind);
  }
}

/** @param {Kind} kind @param {string} id @param {MediaTrackConstraints} sound */
function request(kind, id, sound) {
  const media = navigator.mediaDevices;
  if (!media?.getUserMedia)
    throw new DOMException("", "SecurityError");
  const device = id ? { deviceId: { exact: id } } : {};
  if (kind === "screen")
    return media.getDisplayMedia({ video: SCREEN, audio: false });
  return media.getUserMedia(kind === "mic" ? { audio: { ...sound, ...device } } : { video: { ...CAMERA, ...device } });
}

/** @param {Kind} kind @param {DOMException} error */
function explain(kind, error) {
  if (error.name === "NotAllowedError")
    return {
      mic: t("The browser was not allowed to use the microphone. Allow it beside the page's address, then try again."),
      camera: t("The browser was not allowed to use the camera. Allow it beside the page's address, then try again."),
      screen: t("Nothing is shared: the choice of a screen was cancelled or refused."),
    }[kind];
  if (error.name === "SecurityError")
    return t("This address is not secure (https), so the browser gives neither camera nor microphone.");
  if (error.name === "NotReadableError")
    return t("Another program is using it. Close that one, then try again.");
  return kind === "mic" ? t("No microphone was found.") : kind === "camera" ? t("No camera was found.") : t("The screen cannot be shared here.");
}
