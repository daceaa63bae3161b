// Camera, microphone and loudspeaker: what the browser lets us have, and whether anything comes of it.

const LISTEN_MS = 6000, LOOK_MS = 100, QUIET = 0.02, SILENT = 0.002, LOUD = 0.98, DARK = 28, RECORD_MS = 5000;

/** @typedef {(check: string, word: string) => void} Tell */

/** Why a device could not be had, in the words of the table. @param {unknown} error */
function fault_of(error) {
  const name = error instanceof DOMException ? error.name : "";
  return { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "missing", OverconstrainedError: "missing" }[name] ?? "busy";
}

/** One device of a kind. @param {"audio" | "video"} kind @param {string} id "": any */
async function open(kind, id) {
  const wish = id ? { deviceId: { exact: id } } : true;
  return (await navigator.mediaDevices.getUserMedia({ [kind]: wish })).getTracks()[0];
}

export class Devices {
  /** @type {MediaStreamTrack | null} */ camera = null;
  /** @type {MediaStreamTrack | null} */ microphone = null;
  /** @type {AudioContext | null} */ #audio = null;
  #timer = 0;
  #peak = 0;
  #listened_at = 0;

  /** @param {Tell} tell @param {(level: number) => void} on_level 0 … 1 @param {() => void} changed one was unplugged, and another is tried */
  constructor(tell, on_level, changed) {
    this.tell = tell;
    this.on_level = on_level;
    this.changed = changed;
  }

  /** Asks for both at once, so that the browser asks the person once; for each alone when that fails. */
  async start() {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
      this.#take_microphone(stream.getAudioTracks()[0]);
      this.#take_camera(stream.getVideoTracks()[0]);
    } catch {
      await this.choose_microphone("");
      await this.choose_camera("");
    }
  }

  /** @param {string} id */
  async choose_microphone(id) {
    this.microphone?.stop();
    this.microphone = null;
    clearInterval(this.#timer);
    this.on_level(0);
    try {
      this.#take_microphone(await open("audio", id));
    } catch (error) {
      this.tell("microphone", fault_of(error));
    }
  }

  /** @param {string | null} id null: none */
  async choose_camera(id) {
    this.camera?.stop();
    this.camera = null;
    if (id === null) {
      this.tell("camera", "off");
      return;
    }
    try {
      this.#take_camera(await open("video", id));
    } catch (error) {
      this.tell("camera", fault_of(error));
    }
  }

  /** @param {MediaStreamTrack} track */
  #take_camera(track) {
    this.camera = track;
    track.onended = () => this.choose_camera("").then(this.changed);
    this.tell("camera", "ok");
  }

  /** The level is shown all the time; after six seconds we say what we think of it, and again when that changes.
   * @param {MediaStreamTrack} track */
  #take_microphone(track) {
    this.microphone = track;
    track.onended = () => this.choose_microphone("").then(this.changed);
    this.#audio ??= new AudioContext();
    this.#audio.resume();
    const analyser = this.#audio.createAnalyser(), samples = new Float32Array(analyser.fftSize);
    this.#audio.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    this.#peak = 0;
    this.#listened_at = performance.now();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.#hear(samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
    }, LOOK_MS);
  }

  /** @param {number} peak */
  #hear(peak) {
    this.on_level(peak);
    this.#peak = Math.max(this.#peak, peak);
    const word = this.#peak >= LOUD ? "loud" : this.#peak >= QUIET ? "ok" : this.#peak >= SILENT ? "quiet" : "silent";
    if (word === "ok" || performance.now() - this.#listened_at > LISTEN_MS)
      this.tell("microphone", word);
    if (performance.now() - this.#listened_at > LISTEN_MS) {
      this.#listened_at = performance.now();
      this.#peak = 0;
    }
  }

  /** What is there to choose from: names are known once the devices are open. @param {MediaDeviceKind} kind */
  async list(kind) {
    return (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === kind && one.deviceId);
  }

  /** Five seconds of the microphone, as an address of what can be played; null when this browser records nothing. */
  async record() {
    if (!this.microphone || !("MediaRecorder" in globalThis))
      return null;
    const recorder = new MediaRecorder(new MediaStream([this.microphone]));
    /** @type {Blob[]} */ const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const ended = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    setTimeout(() => recorder.state === "recording" && recorder.stop(), RECORD_MS);
    await ended;
    return URL.createObjectURL(new Blob(parts, { type: recorder.mimeType }));
  }

  /** A soft sound of a second and a half. */
  async tone() {
    this.#audio ??= new AudioContext();
    await this.#audio.resume();
    const at = this.#audio.currentTime, volume = this.#audio.createGain();
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.2, at + 0.1);
    volume.gain.setValueAtTime(0.2, at + 1.3);
    volume.gain.linearRampToValueAtTime(0, at + 1.5);
    volume.connect(this.#audio.destination);
    [440, 660].forEach((hertz, i) => {
      const tone = new OscillatorNode(/** @type {AudioContext} */ (this.#audio), { frequency: hertz });
      tone.connect(volume);
      tone.start(at + i * 0.7);
      tone.stop(at + 0.7 + i * 0.8);
    });
  }
}

/** Whether the picture that a video shows is very dark; false while there is none. @param {HTMLVideoElement} video */
export function is_dark(video) {
  if (!video.videoWidth)
    return false;
  const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 18 });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(video, 0, 0, 32, 18);
  const points = context.getImageData(0, 0, 32, 18).data;
  let sum = 0;
  for (let i = 0; i < points.length; i += 4)
    sum += 0.3 * points[i] + 0.6 * points[i + 1] + 0.1 * points[i + 2];
  return sum / (points.length / 4) < DARK;
}
