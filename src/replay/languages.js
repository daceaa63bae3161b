// Where interpreters were heard, a recording has one sound for each language: the choice, kept for all replays.

const KEPT_AS = "treteau language";

/** The library that can play a list: that of several sounds is larger by two thirds. @param {string} list */
export async function library(list) {
  return (await (list.endsWith("/languages.m3u8") ? import("hls.full.js") : import("hls.js"))).default;
}

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

/** @param {import("hls.js").default} hls @param {typeof import("hls.js").default} Hls */
export function offer_languages(hls, Hls) {
  const place = /** @type {HTMLElement | null} */ (document.querySelector(".languages"));
  const select = place?.querySelector("select");
  if (!place || !select)
    return;
  const choose = (/** @type {string} */ code) => {
    const track = hls.audioTracks.find(({ lang = "" }) => lang === code);
    if (track)
      hls.audioTrack = track.id;
  };
  select.addEventListener("change", () => {
    keep(select.value);
    choose(select.value);
  });
  hls.on(Hls.Events.MANIFEST_PARSED, (_event, { audioTracks: tracks }) => {
    const wanted = tracks.some(({ lang }) => lang === kept()) ? kept() : "";
    select.replaceChildren(...tracks.map(({ lang = "" }) => {
      const option = new Option(lang ? name_of(lang) : select.dataset.stage, lang, lang === wanted, lang === wanted);
      option.lang = lang;
      return option;
    }));
    place.hidden = tracks.length < 2;
  });
  // only now can one be chosen: when somebody has begun to play
  hls.on(Hls.Events.AUDIO_TRACKS_UPDATED, () => choose(select.value));
}
