// Camera, microphone and screen of this person: opened only when asked for, kept over reconnections.

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
  /** What is being asked for. @type {Record<Kind, Promise<MediaStreamTrack | null> | null>} */ asked = { mic: null, camera: null, screen: null };
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

  /** @param {Kind} kind @returns {Promise<MediaStreamTrack | null>} what came, null: its problem says why not, or it was closed meanwhile */
  open(kind) {
    const asked = this.#open(kind).finally(() => {
      if (this.asked[kind] === asked)
        this.asked[kind] = null;
    });
    return (this.asked[kind] = asked);
  }

  /** @param {Kind} kind @returns {Promise<MediaStreamTrack | null>} */
  async #open(kind) {
    const closed = this.#closed[kind];
    /** @type {MediaStreamTrack | null} */ let came = null;
    this.problem[kind] = "";
    try {
      const [track] = (await request(kind, kind === "screen" ? "" : this.chosen[kind], this.mixer ? MIXER : VOICE)).getTracks();
      if (closed !== this.#closed[kind]) {
        track.stop();
        return null;
      }
      this.#keep(kind, (came = track));
    } catch (error) {
      if (/** @type {DOMException} */ (error).name === "OverconstrainedError" && kind !== "screen" && this.chosen[kind]) {
        this.chosen[kind] = ""; // the one that was chosen is not there any more
        return this.#open(kind);
      }
      this.problem[kind] = await worded((trouble) => trouble.refused(kind, /** @type {DOMException} */ (error)));
      this.changed(kind);
    }
    if (kind !== "screen")
      await this.list();
    return came;
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
    const words = kind === "screen" ? "" : await worded((trouble) => trouble.gone(kind, other));
    if (closed !== this.#closed[kind])
      return;
    if (!other) {
      this.tracks[kind] = null;
      this.changed(kind);
    }
    this.problem[kind] = words;
    if (words)
      this.gone(kind);
  }
}

/** @param {(trouble: typeof import("./trouble.js")) => string} say @returns {Promise<string>} */
const worded = (say) => import("./trouble.js").then(say, String);

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
