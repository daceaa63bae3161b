// How large the page shows each picture: told to the server, which then sends no larger one. README.md, "Media".

const PAUSE_MS = 500; // between two messages
const FEW = 12; // pictures: so many come even out of sight, ready to be scrolled to
const ALIKE = 0.9; // sizes that differ less are the same
const LINES = ["s", ...Array.from({ length: 30 }, (_, seat) => "v" + seat)]; // all there can be

/** @typedef {Record<string, number>} Sizes */

export class ShownSizes {
  /** @type {Sizes} as told last */ #told = {};
  #told_awaits = 0;
  #told_at = -Infinity;
  #timer = 0;

  /** @param {HTMLElement} place @param {(message: object) => void} send @param {() => {mode: import("./pictures.js").Mode, awaits: number}} pictures */
  constructor(place, send, pictures) {
    this.place = place;
    this.send = send;
    this.pictures = pictures;
    new ResizeObserver(() => this.look()).observe(place);
    addEventListener("scroll", () => this.look(), { capture: true, passive: true });
  }

  /** The server knows nothing any more. */
  forget() {
    this.#told = {};
    this.#told_awaits = 0;
    this.#told_at = -Infinity;
    this.look();
  }

  /** Something may have changed. */
  look() {
    if (!this.#timer)
      this.#timer = setTimeout(() => this.#tell(), Math.max(0, PAUSE_MS - (performance.now() - this.#told_at)));
  }

  #tell() {
    this.#timer = 0;
    const { mode, awaits } = this.pictures(), sizes = wished(this.place, mode);
    for (const line of Object.keys(this.#told))
      sizes[line] ??= 0; // shown before and no more; one that never was shown has no size yet
    if (!differ(this.#told, sizes) && awaits === this.#told_awaits)
      return;
    this.#told = sizes;
    this.#told_awaits = awaits;
    this.#told_at = performance.now();
    this.send(awaits ? { t: "view", sizes, awaits } : { t: "view", sizes });
  }
}

/** What is asked for: of people in small pictures the smallest there is, of a screen and of hands that speak what it takes
 * to read them; with sound only nothing, not even of what was never shown.
 * @param {HTMLElement} place @param {import("./pictures.js").Mode} mode */
function wished(place, mode) {
  if (mode === "audio")
    return Object.fromEntries(LINES.map((line) => [line, 0]));
  const sizes = measure(place);
  for (const line of mode === "low" ? Object.keys(sizes) : [])
    if (line !== "s" && !place.querySelector(`video[data-line=${line}][data-whole]`))
      sizes[line] = Math.min(sizes[line], 1);
  return sizes;
}

/** The height in device pixels that each picture would fill; 1 where it is scrolled out of sight, and nothing at all of one of many. @param {HTMLElement} place */
function measure(place) {
  /** @type {Sizes} */
  const sizes = {};
  const videos = /** @type {NodeListOf<HTMLVideoElement>} */ (place.querySelectorAll("video[data-line]")), unseen = videos.length > FEW ? 0 : 1;
  for (const video of videos) {
    const box = video.getBoundingClientRect(), natural = (box.width * (video.videoHeight || 9)) / (video.videoWidth || 16);
    const height = getComputedStyle(video).objectFit === "cover" ? Math.max(box.height, natural) : Math.min(box.height, natural);
    const near = unseen ? 0 : box.height; // what comes into sight next is there already
    const seen = box.bottom > -near && box.right > 0 && box.top < innerHeight + near && box.left < innerWidth;
    sizes[String(video.dataset.line)] = seen ? Math.max(1, Math.round(height * devicePixelRatio)) : unseen;
  }
  return sizes;
}

/** @param {Sizes} a @param {Sizes} b */
function differ(a, b) {
  return Object.keys(b).some((line) => a[line] === undefined || Math.min(a[line], b[line]) < ALIKE * Math.max(a[line], b[line]));
}
