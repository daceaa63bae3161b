// Whose picture stood beside a shared screen was kept as a second programme, pictures alone, for as long as somebody
// did. Here it is a small tile on the replay, at the same moment: both lists tell dates. People hide it, or put it into
// another corner, by a button or by dragging it.

const KEPT_AS = "treteau beside", CORNERS = ["se", "sw", "nw", "ne"];
const FAR_S = 0.5; // farther apart: jump; nearer: go a little faster or slower
const NEWS_MS = 4000; // how often a list that grows is read

/** @typedef {typeof import("hls.js").default} Library */
/** @typedef {{media: number, length: number, clock: number}} Piece seconds: on its own time line; UTC */

/** The pieces of a list, and whether it has its end. @param {string} text @returns {{pieces: Piece[], ended: boolean}} */
export function read_list(text) {
  /** @type {Piece[]} */ const pieces = [];
  let media = 0, clock = 0, length = 0;
  for (const line of text.split("\n")) {
    const [, date] = /^#EXT-X-PROGRAM-DATE-TIME:(.+)/.exec(line) ?? [], [, seconds] = /^#EXTINF:([\d.]+)/.exec(line) ?? [];
    if (date) clock = Date.parse(date) / 1000;
    if (seconds) length = Number(seconds);
    if (line && !line.startsWith("#")) {
      pieces.push({ media, length, clock });
      media += length;
      clock += length;
    }
  }
  return { pieces, ended: text.includes("#EXT-X-ENDLIST") };
}

/** When a moment of the first list's time line is on that of the second, or -1. @param {Piece[]} main @param {Piece[]} beside @param {number} seconds */
export function moment_beside(main, beside, seconds) {
  const shown = main.findLast(({ media }) => media <= seconds);
  const clock = shown ? shown.clock + Math.min(seconds - shown.media, shown.length) : NaN;
  const piece = beside.find((one) => one.clock <= clock && clock < one.clock + one.length);
  return piece ? piece.media + clock - piece.clock : -1;
}

/** @returns {{on: boolean, corner: string}} */
function kept() {
  try {
    const [on, corner] = (localStorage.getItem(KEPT_AS) ?? "").split(" ");
    return { on: on !== "off", corner: CORNERS.includes(corner) ? corner : "se" };
  } catch { // a browser that keeps nothing
    return { on: true, corner: "se" };
  }
}

/** The list's text, empty without one. @param {string} address */
async function text_of(address) {
  const answer = await fetch(address).catch(() => null);
  return answer?.ok ? answer.text() : "";
}

class Tile {
  /** @type {Piece[]} */ #main = [];
  /** @type {Piece[]} */ #beside = [];
  #ended = false;
  #begun = false;
  #read_ms = 0;
  #choice = kept();

  /** @param {HTMLVideoElement} video @param {HTMLElement} player @param {Library} Hls */
  constructor(video, player, Hls) {
    this.video = video;
    this.Hls = Hls;
    this.list = /** @type {string} */ (player.dataset.beside);
    this.tile = Object.assign(document.createElement("video"), { className: "beside", muted: true, playsInline: true, hidden: true });
    this.tile.setAttribute("aria-label", player.dataset.besideName ?? "");
    this.tile.disablePictureInPicture = true;
    video.after(this.tile);
    this.toggle = /** @type {HTMLElement} */ (player.querySelector("[data-act=beside]"));
    this.corner = /** @type {HTMLElement} */ (player.querySelector("[data-act=corner]"));
    this.toggle.addEventListener("click", () => this.choose({ on: !this.#choice.on, corner: this.#choice.corner }));
    this.corner.addEventListener("click", () =>
      this.choose({ on: true, corner: CORNERS[(CORNERS.indexOf(this.#choice.corner) + 1) % CORNERS.length] }));
    this.tile.addEventListener("pointerdown", (event) => this.drag(event));
    for (const type of ["play", "playing", "pause", "waiting", "seeked", "ratechange", "timeupdate"])
      video.addEventListener(type, () => void this.follow());
    this.choose(this.#choice);
  }

  /** @param {{on: boolean, corner: string}} choice */
  choose(choice) {
    this.#choice = choice;
    this.toggle.setAttribute("aria-pressed", String(choice.on));
    this.tile.dataset.corner = choice.corner;
    try {
      localStorage.setItem(KEPT_AS, `${choice.on ? "on" : "off"} ${choice.corner}`);
    } catch { // as above
    }
    void this.follow();
  }

  /** Goes with the pointer, and stays in the corner it was let go near. @param {PointerEvent} from */
  drag(from) {
    const end = new AbortController(), { tile, video } = this;
    from.preventDefault();
    tile.setPointerCapture(from.pointerId);
    tile.addEventListener("pointermove", (event) => {
      tile.style.translate = `${event.clientX - from.clientX}px ${event.clientY - from.clientY}px`;
    }, { signal: end.signal });
    const drop = (/** @type {PointerEvent} */ event) => {
      end.abort();
      tile.style.translate = "";
      const box = video.getBoundingClientRect();
      const corner = (event.clientY < box.top + box.height / 2 ? "n" : "s") + (event.clientX < box.left + box.width / 2 ? "w" : "e");
      if (event.type === "pointerup") this.choose({ on: true, corner });
    };
    tile.addEventListener("pointerup", drop, { signal: end.signal });
    tile.addEventListener("pointercancel", drop, { signal: end.signal });
  }

  async read() {
    if (this.#ended || Date.now() - this.#read_ms < NEWS_MS) return;
    this.#read_ms = Date.now();
    const [main, beside] = await Promise.all([text_of(/** @type {string} */ (this.video.dataset.list)), text_of(this.list)]);
    const read = read_list(main);
    this.#main = read.pieces;
    this.#beside = read_list(beside).pieces;
    this.#ended = read.ended;
    this.toggle.hidden = this.corner.hidden = !this.#beside.length;
  }

  /** A page costs its text: nothing is loaded before it is to be seen. */
  begin() {
    this.#begun = true;
    if (!this.Hls.isSupported()) {
      this.tile.src = this.list;
      return;
    }
    const hls = new this.Hls({ enableWorker: false, startPosition: 0, maxBufferLength: 10, backBufferLength: 10 });
    hls.on(this.Hls.Events.ERROR, (_event, fault) => {
      if (fault.fatal && fault.type === this.Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    });
    hls.loadSource(this.list);
    hls.attachMedia(this.tile);
  }

  /** Shows what belongs to the moment that the recording shows. */
  async follow() {
    const { video, tile } = this;
    if (!video.paused) await this.read();
    const at = moment_beside(this.#main, this.#beside, video.currentTime);
    tile.hidden = !this.#choice.on || at < 0;
    if (tile.hidden) {
      tile.pause();
      return;
    }
    if (!this.#begun) this.begin();
    const late = at - tile.currentTime;
    if (Math.abs(late) > FAR_S) tile.currentTime = at;
    tile.playbackRate = video.playbackRate * (1 + Math.max(-0.1, Math.min(0.1, late)));
    if (video.paused || video.seeking || video.readyState < 3) tile.pause();
    else if (tile.paused) tile.play().catch(() => {}); // not ready yet: the next moment tries again
  }
}

/** @param {HTMLVideoElement} video @param {HTMLElement} player @param {Library} Hls */
export function offer_beside(video, player, Hls) {
  if (player.dataset.beside) new Tile(video, player, Hls);
}
