// The player of a replay. Wherever the browser has Media Source Extensions hls.js plays the list: live, a few seconds
// behind, and afterwards; Safari on a phone has none and plays the list by itself. Never decided by canPlayType:
// Chromium says yes there and then loses the live edge. Without this script the MP4 plays.
import Hls from "hls.js";
import { LIVE } from "../live/onair.js";
import { offer_beside } from "./beside.js";
import { offer_languages } from "./languages.js";
import { add_controls } from "./controls.js";
import { follow } from "./follow.js";

/** Where the address says to begin (?t=90, #t=90), or -1: at the beginning, or the live edge. @param {HTMLElement} player */
function startSeconds(player) {
  const found = /^#t=(\d{1,6})$/.exec(location.hash);
  return found ? Number(found[1]) : Number(player.dataset.start) || -1;
}

/** What does not play says so, and offers the file. @param {HTMLElement} player */
function tellNotPlayed(player) {
  if (player.querySelector("p")) return;
  const text = document.createElement("p");
  text.setAttribute("role", "alert");
  text.textContent = player.dataset.notPlayed ?? "";
  player.append(text);
}

/** What was watched live has become the replay, in the same element. Who watches goes on; the page's text is one click away.
 * @param {HTMLVideoElement} video @param {HTMLElement} player */
function tellOver(video, player) {
  const { over, whole } = player.dataset, notice = player.parentElement?.querySelector("p.notice");
  if (!over || !notice)
    return;
  delete player.dataset.over;
  if (video.paused || video.ended) {
    location.reload();
    return;
  }
  const link = document.createElement("a");
  link.href = location.pathname;
  link.textContent = whole ?? "";
  notice.replaceChildren(over + " ", link);
}

/** @param {HTMLVideoElement} video */
function play(video) {
  const player = /** @type {HTMLElement} */ (video.closest(".player"));
  /** Where it was asked to go before it plays. */
  let first = startSeconds(player);
  add_controls(video, player);
  follow(video, (seconds) => {
    first = seconds;
    if (video.readyState > 0) video.currentTime = seconds;
    void video.play();
    player.scrollIntoView({ block: "nearest" });
    video.focus({ preventScroll: true });
  });
  offer_beside(video, player, Hls);
  if (!Hls.isSupported()) {
    video.src = /** @type {string} */ (video.dataset.list);
    return;
  }
  // Nothing is loaded before someone wants to see it: a page costs its text, not a film.
  const hls = new Hls({ ...LIVE, autoStartLoad: false });
  const begin = () => hls.startLoad(first);
  video.addEventListener("play", begin, { once: true });
  hls.on(Hls.Events.LEVEL_UPDATED, (_event, { details }) => details.live || tellOver(video, player));
  let recovered = false;
  hls.on(Hls.Events.ERROR, (_event, fault) => {
    if (!fault.fatal) return;
    if (fault.type === Hls.ErrorTypes.MEDIA_ERROR && !recovered) {
      recovered = true;
      hls.recoverMediaError();
      return;
    }
    // The MP4, where there is one, is in the element already.
    hls.destroy();
    video.removeAttribute("src");
    video.addEventListener("error", () => tellNotPlayed(player), { once: true, capture: true });
    video.load();
    if (!video.querySelector("source[type='video/mp4']")) tellNotPlayed(player);
  });
  offer_languages(video, /** @type {string} */ (video.dataset.list), Hls);
  hls.loadSource(/** @type {string} */ (video.dataset.list));
  hls.attachMedia(video);
}

for (const video of document.querySelectorAll("video[data-list]")) play(/** @type {HTMLVideoElement} */ (video));
