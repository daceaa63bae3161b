// Watching without a place: what is on air by its live list, a few seconds behind, with all else of the room beside it.

import { Component, createRef } from "preact";
import { features } from "./features.js";
import { OnAir } from "./onair.js";
import { Notices } from "./stage.js";
import { html, icon, span } from "./ui.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").View} View */

const LOOK_MS = 500;
const NOW_S = 12; // less behind is "now"

export class Watch extends Component {
  video = createRef();
  state = { /** @type {number | null} ms */ at: null };
  /** @type {OnAir | null} */ #player = null;
  #timer = 0;

  componentDidMount() {
    this.#timer = setInterval(() => this.setState({ at: this.#player?.at_ms ?? null }), LOOK_MS);
    this.componentDidUpdate();
  }

  /** A new list is another session's: the one before stays until then, since it has become the replay. */
  componentDidUpdate() {
    const list = this.props.room.watching.list;
    if (!list || this.#player?.list === list)
      return;
    this.#player?.end();
    this.#player = new OnAir(this.video.current, list, () => this.setState({}));
    this.setState({});
  }

  componentWillUnmount() {
    clearInterval(this.#timer);
    this.#player?.end();
  }

  #unmute() {
    this.video.current.muted = false;
    void this.video.current.play();
    this.setState({});
  }

  /** How far behind the room, in seconds; null: nothing plays, or it is over. @param {View} view */
  #behind(view) {
    const { at } = this.state;
    return at === null || this.#player?.ended ? null : Math.max(0, view.now_us() / 1e6 - at / 1000);
  }

  render(/** @type {View} */ view) {
    const { room } = view, video = this.video.current, behind = this.#behind(view), now = behind === null || behind < NOW_S;
    const slide = now && !this.#player?.ended ? features.map(({ Screen }) => Screen?.(view)).find(Boolean) : null;
    return html`<section class=${"house watch" + (slide ? " slide" : "")} aria-label=${t("Stage")}>
      <div class="stack said"><${Notices} ...${view} /><${Where} ...${view} playing=${Boolean(this.#player)} />
        ${video?.muted && !video.paused && html`<p><button type="button" class="btn main wide loud" onClick=${() => this.#unmute()}>${icon("speaker")}${t("Turn on the sound")}</button></p>`}</div>
      ${slide}
      <figure class="player" hidden=${!this.#player}>
        <video ref=${this.video} controls playsInline data-behind=${behind === null ? "" : behind.toFixed(1)} aria-label=${t("What is on air")} />
        <figcaption>${this.#player?.ended ? html`<span>${t("The session is over: this is its replay, from the beginning to the end.")}</span>`
          : behind === null ? html`<span>${t("The picture is on its way.")}</span>`
          : now ? html`<span class="tag live">${t("Live")}</span><span>${t("{count} s behind the room", { count: Math.round(behind) })}</span>`
          : html`<span>${t("{time} behind the room", { time: span(behind) })}</span>
            <button type="button" class="btn" onClick=${() => this.#player?.catch_up()}>${icon("play")}${t("To what happens now")}</button>`}</figcaption>
      </figure>
      <div class="stack lanes">${features.map(({ name, Lane }) => Lane && html`<${Lane} key=${name} ...${view} seen_us=${this.state.at === null ? undefined : this.state.at * 1000} />`)}</div>
    </section>`;
  }
}

/** Why one watches from here, and the way into the room. @param {View & {playing: boolean}} view */
function Where({ room, act, watch_chosen, playing }) {
  const { free, list } = room.watching;
  if (room.ended)
    return null;
  return html`
    ${!list && html`<p class="notice">${icon("info")}<span><b>${t("Nothing to watch from outside now.")}</b> ${playing ? t("The recording has stopped. When it goes on, the picture comes by itself.")
      : t("The session is not being recorded, and only what is recorded can be watched without a place. The discussion goes on here; if the recording starts, the picture comes by itself.")}</span></p>`}
    <p class="notice" role="status">${icon("people")}<span>${free && !watch_chosen ? html`<b>${t("A place in the room is free.")}</b>`
      : free ? t("You watch only, a few seconds behind the room. A hand, a microphone or a camera needs a place in it.")
      : html`<b>${t("All places in the room are taken.")}</b> ${t("You watch, a few seconds behind, and can write and ask. A hand, a microphone or a camera needs a place: this page tells you when one is free.")}`}</span>
      ${free && html`<button type="button" class=${"btn" + (watch_chosen ? "" : " main")} onClick=${() => act.watch(false)}>${icon("arrow")}${t("Come into the room")}</button>`}</p>`;
}
