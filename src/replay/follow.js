// What follows the picture: the lines of the transcript and of the chat, the chapters, the address to share. The lines
// come from the tracks of the video element; of thousands a few dozen stand in the page.

const SHOWN = 30, BEFORE = 2, CALM_MS = 4000;
const URL_IN_TEXT = /https?:\/\/[^\s<>"«»]*[^\s<>"«».,;:!?)]/;

/** "1:09:00" @param {number} seconds */
export function time_text(seconds) {
  const s = Math.floor(seconds), two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** As words are compared: small, without accents. @param {string} text */
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** @param {string} name @param {string} text */
function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

/** A line as the server writes it. @param {VTTCue} cue @param {string} query */
function line_of(cue, query) {
  const row = document.createElement("p"), at = /** @type {HTMLAnchorElement} */ (element("a", time_text(cue.startTime)));
  const text = cue.getCueAsHTML().textContent ?? "", span = document.createElement("span");
  at.href = `?t=${Math.floor(cue.startTime)}#player`;
  row.dataset.at = String(Math.round(cue.startTime * 1000));
  const url = URL_IN_TEXT.exec(text), from = query ? plain(text).indexOf(plain(query)) : -1;
  // a text whose letters take apart otherwise is shown without its mark
  if (from >= 0 && plain(text).length === text.length) {
    span.append(text.slice(0, from), element("mark", text.slice(from, from + query.length)), text.slice(from + query.length));
  } else if (url) {
    const link = /** @type {HTMLAnchorElement} */ (element("a", url[0]));
    link.href = url[0];
    link.rel = "nofollow noopener";
    span.append(text.slice(0, url.index), link, text.slice(url.index + url[0].length));
  } else {
    span.textContent = text;
  }
  row.append(at, " ", span);
  return row;
}

/** The last of some that has begun. @param {number} count @param {(i: number) => number} begin @param {number} now */
function last_begun(count, begin, now) {
  let low = 0, high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (begin(middle) <= now) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** @param {HTMLElement} region @param {HTMLTrackElement} element_of @param {HTMLVideoElement} video */
function follow_lines(region, element_of, video) {
  const track = element_of.track;
  let from = -1, query = "", touched = -CALM_MS;
  const cues = () => /** @type {VTTCue[]} */ ([...(track.cues ?? [])]);
  const calm = () => (touched = performance.now());
  for (const type of ["pointerdown", "wheel", "keydown", "touchmove"]) region.addEventListener(type, calm, { passive: true });

  /** @param {number} first */
  function draw(first) {
    from = first;
    region.replaceChildren(...cues().slice(from, from + SHOWN).map((cue) => line_of(cue, "")));
    document.querySelector(".pages-of-words")?.remove();
  }
  function move() {
    const all = cues(), now = last_begun(all.length, (i) => all[i].startTime, video.currentTime + 0.05);
    if (query || !all.length || now < 0) return;
    const quiet = performance.now() - touched > CALM_MS && !region.contains(document.activeElement);
    if (from < 0 || now < from || now >= from + SHOWN - BEFORE)
      if (quiet || from < 0) draw(Math.max(0, now - BEFORE));
    const rows = /** @type {HTMLElement[]} */ ([...region.querySelectorAll("p")]);
    rows.forEach((row, i) => row.toggleAttribute("aria-current", i === now - from));
    const row = rows[now - from];
    if (row && quiet) region.scrollTop = row.offsetTop - region.offsetTop - region.clientHeight / 3;
  }
  // The end of what stands there brings what comes next, for who reads on.
  region.addEventListener("scroll", () => {
    const all = cues(), last = from + region.childElementCount;
    if (query || from < 0 || last >= all.length || region.scrollTop + region.clientHeight < region.scrollHeight - 40) return;
    region.append(...all.slice(last, last + SHOWN).map((cue) => line_of(cue, "")));
  }, { passive: true });
  video.addEventListener("timeupdate", move);
  element_of.addEventListener("load", move);

  const form = region.parentElement?.querySelector("form");
  const field = form?.querySelector("input[type=search]");
  form?.addEventListener("submit", (event) => {
    if (!cues().length || !(field instanceof HTMLInputElement)) return; // the server searches
    event.preventDefault();
    query = field.value.trim();
    const found = query ? cues().filter((cue) => plain(cue.getCueAsHTML().textContent ?? "").includes(plain(query))) : [];
    let note = form.parentElement?.querySelector("[role=status]");
    if (!note) {
      note = element("p", "");
      note.className = "small muted gap";
      note.setAttribute("role", "status");
      form.after(note);
    }
    note.textContent = query ? (region.dataset.found ?? "").replace("{n}", String(found.length)) : "";
    if (query) region.replaceChildren(...found.slice(0, SHOWN).map((cue) => line_of(cue, query)));
    else draw(0);
    region.scrollTop = 0;
  });
}

/** @param {HTMLVideoElement} video @param {(seconds: number) => void} go */
export function follow(video, go) {
  for (const region of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-follows]"))) {
    const kind = region.dataset.follows === "chat" ? "metadata" : "captions";
    const track = /** @type {HTMLTrackElement | null} */ (video.querySelector(`track[kind=${kind}]`));
    if (track && region.dataset.follows) follow_lines(region, track, video);
  }
  // Nothing is loaded before somebody watches.
  video.addEventListener("play", () => {
    for (const { track } of video.querySelectorAll("track")) if (track.mode === "disabled") track.mode = "hidden";
  }, { once: true });

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const at = link?.dataset.at ?? (link?.hash === "#player" ? link.closest("[data-at]")?.getAttribute("data-at") : null);
    if (at === null || at === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(Number(at) / 1000);
  });

  const chapters = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".chapters > [data-at]")]);
  const field = /** @type {HTMLInputElement | null} */ (document.getElementById("link"));
  const label = /** @type {HTMLElement | null} */ (document.querySelector("label[for=link]"));
  video.addEventListener("timeupdate", () => {
    const now = last_begun(chapters.length, (i) => Number(chapters[i].dataset.at) / 1000, video.currentTime + 0.05);
    chapters.forEach((one, i) => (i === now ? one.setAttribute("aria-current", "true") : one.removeAttribute("aria-current")));
    const seconds = Math.floor(video.currentTime);
    if (!field || !label || document.activeElement === field || seconds < 1) return;
    field.value = `${field.dataset.link}?t=${seconds}`;
    label.textContent = (label.dataset.atText ?? "").replace("{time}", time_text(seconds));
  });
  field?.addEventListener("focus", () => field.select());
}
