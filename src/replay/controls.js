// What the browser's own bar of a video does not have everywhere: speed, captions, the picture in its own window, keys.

const STEP_S = 10;

/** @param {HTMLVideoElement} video @param {HTMLElement} player */
export function add_controls(video, player) {
  const bar = /** @type {HTMLElement} */ (player.querySelector(".bar"));
  const speed = /** @type {HTMLSelectElement} */ (bar.querySelector("select"));
  const apart = /** @type {HTMLElement} */ (bar.querySelector("[data-act=apart]"));
  const captions = /** @type {HTMLElement} */ (bar.querySelector("[data-act=captions]"));
  const track = /** @type {HTMLTrackElement | null} */ (video.querySelector("track[kind=captions]"));
  bar.hidden = false;

  speed.addEventListener("change", () => (video.playbackRate = Number(speed.value)));
  video.addEventListener("ratechange", () => (speed.value = String(video.playbackRate)));
  /** @param {number} by */
  function step_speed(by) {
    const next = speed.options[speed.selectedIndex + by];
    if (next) video.playbackRate = Number(next.value);
  }

  const show_captions = () => track && captions.setAttribute("aria-pressed", String(track.track.mode === "showing"));
  const toggle_captions = () => {
    if (track) track.track.mode = track.track.mode === "showing" ? "hidden" : "showing";
    show_captions();
  };
  captions.hidden = !track;
  captions.addEventListener("click", toggle_captions);
  video.textTracks.addEventListener("change", show_captions);

  apart.hidden = !document.pictureInPictureEnabled;
  apart.addEventListener("click", async () => {
    try {
      if (document.pictureInPictureElement) await document.exitPictureInPicture();
      else await video.requestPictureInPicture();
    } catch { /* not before there is a picture */ }
  });

  /** @type {Record<string, () => void>} */
  const keys = {
    " ": () => (video.paused ? void video.play() : video.pause()),
    ArrowLeft: () => (video.currentTime = Math.max(0, video.currentTime - STEP_S)),
    ArrowRight: () => (video.currentTime += STEP_S),
    ArrowUp: () => (video.volume = Math.min(1, video.volume + 0.1)),
    ArrowDown: () => (video.volume = Math.max(0, video.volume - 0.1)),
    m: () => (video.muted = !video.muted),
    c: toggle_captions,
    f: () => void (document.fullscreenElement ? document.exitFullscreen() : player.requestFullscreen()),
    "<": () => step_speed(-1),
    ">": () => step_speed(1),
  };
  // Only while the player has the focus: no letter does anything elsewhere in the page.
  player.addEventListener("keydown", (event) => {
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    const control = event.target instanceof Element && event.target.closest("select, button, summary, a, input");
    if (!act || control || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }, { capture: true });
}
