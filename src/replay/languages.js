// Where interpreters were heard, a recording has a sound for each language beside its own: an element of sound that goes
// with the picture, which then is silent. (hls.js cannot leave out the sound of segments that hold both.)

const KEPT_AS = "treteau language";
const APART_S = 0.15; // how far the two may be apart before the sound is put right

/** @typedef {typeof import("hls.js").default} Library */

/** @param {string} code */
function name_of(code) {
  try {
    return new Intl.DisplayNames([document.documentElement.lang], { type: "language" }).of(code) ?? code;
  } catch { // a tag that the browser does not know
    return code;
  }
}

function kept() {
  try {
    return localStorage.getItem(KEPT_AS) ?? "";
  } catch { // a browser that keeps nothing
    return "";
  }
}

/** @param {string} code */
function keep(code) {
  try {
    localStorage.setItem(KEPT_AS, code);
  } catch { // as above
  }
}

/** The sound of one language beside a video. */
class Spoken {
  audio = new Audio();
  #was_muted = false;
  #end = new AbortController();

  /** @param {HTMLVideoElement} video @param {string} list @param {Library} Hls */
  constructor(video, list, Hls) {
    this.video = video;
    video.after(this.audio);
    this.hls = new Hls({ enableWorker: false });
    this.hls.loadSource(list);
    this.hls.attachMedia(this.audio);
    this.#was_muted = video.muted;
    this.audio.muted = video.muted;
    this.audio.volume = video.volume;
    video.muted = true;
    video.addEventListener("volumechange", () => (this.audio.volume = video.volume), { signal: this.#end.signal });
    for (const type of ["play", "playing", "pause", "waiting", "seeked", "ratechange", "timeupdate"])
      video.addEventListener(type, () => this.follow(), { signal: this.#end.signal });
    this.audio.addEventListener("canplay", () => this.follow(), { signal: this.#end.signal });
  }

  /** Plays what the picture shows. */
  follow() {
    const { video, audio } = this, stands = video.paused || video.seeking || video.readyState < 3;
    audio.playbackRate = video.playbackRate;
    if (Math.abs(audio.currentTime - video.currentTime) > APART_S)
      audio.currentTime = video.currentTime;
    if (stands)
      audio.pause();
    else if (audio.paused)
      audio.play().catch(() => {}); // no sound before a click: the next moment tries again
  }

  end() {
    this.#end.abort();
    this.hls.destroy();
    this.audio.remove();
    this.video.muted = this.#was_muted;
  }
}

/** "fr" → its list, as the list of lists says; empty without one. @param {string} list of the recording @returns {Promise<[string, string][]>} */
async function languages_of(list) {
  const at = new URL("languages.m3u8", new URL(list, location.href)), answer = await fetch(at).catch(() => null);
  const found = answer?.ok ? [...(await answer.text()).matchAll(/,LANGUAGE="([A-Za-z0-9-]+)",URI="([A-Za-z0-9-]+\.m3u8)"/g)] : [];
  return found.map(([, code, file]) => [code, new URL(file, at).href]);
}

/** @param {HTMLVideoElement} video @param {string} list @param {Library} Hls */
export async function offer_languages(video, list, Hls) {
  const place = /** @type {HTMLElement | null} */ (document.querySelector(".languages")), select = place?.querySelector("select");
  const languages = select ? await languages_of(list) : [];
  if (!place || !select || !languages.length)
    return;
  /** @type {Spoken | null} */ let spoken = null;
  const choose = (/** @type {string} */ code) => {
    const found = languages.find(([one]) => one === code);
    spoken?.end();
    spoken = found ? new Spoken(video, found[1], Hls) : null;
    spoken?.follow();
  };
  const wanted = languages.some(([code]) => code === kept()) ? kept() : "";
  select.replaceChildren(new Option(select.dataset.stage, "", !wanted, !wanted), ...languages.map(([code]) => {
    const option = new Option(name_of(code), code, code === wanted, code === wanted);
    option.lang = code;
    return option;
  }));
  select.addEventListener("change", () => {
    keep(select.value);
    choose(select.value);
  });
  place.hidden = false;
  if (wanted)
    video.addEventListener("play", () => spoken ?? choose(select.value), { once: true }); // a page costs its text
}
