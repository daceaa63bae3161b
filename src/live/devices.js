// Camera, microphone and screen of this person: opened only when asked for, kept over reconnections.

import { t } from "./words.js";

const CAMERA = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const MIXER = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }; // as it comes from the desk
const SCREEN = { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 15, max: 30 } };

/** @typedef {"mic" | "camera" | "screen"} Kind */

export class Devices {
  /** @type {Record<Kind, MediaStreamTrack | null>} */ tracks = { mic: null, camera: null, screen: null };
  /** @type {{mic: MediaDeviceInfo[], camera: MediaDeviceInfo[]}} */ found = { mic: [], camera: [] };
  /** @type {{mic: string, camera: string}} the device ids to use, "" for the browser's choice */ chosen = { mic: "", camera: "" };
  /** what comes is a hall's mixer, not a voice before a microphone */ mixer = false;
  /** What went wrong last, in words. @type {Record<Kind, string>} */ problem = { mic: "", camera: "", screen: "" };

  /** @param {(kind: Kind) => void} changed called when a track came, went or was ended from outside */
  constructor(changed) {
    this.changed = changed;
    navigator.mediaDevices?.addEventListener("devicechange", () => this.list());
  }

  /** @param {Kind} kind */
  async open(kind) {
    this.problem[kind] = "";
    try {
      const stream = await request(kind, kind === "screen" ? "" : this.chosen[kind], this.mixer ? MIXER : VOICE);
      this.#keep(kind, stream.getTracks()[0]);
    } catch (error) {
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
    track.onended = () => {
      this.tracks[kind] = null;
      this.changed(kind);
    };
    this.tracks[kind] = track;
    this.changed(kind);
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
