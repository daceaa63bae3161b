// The header with the clock, and the bar of commands below.

import { keys_of } from "./keys.js";
import { cast, myself, places } from "./state.js";
import { features } from "./features.js";
import { Control, html, icon } from "./ui.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").View} View */

/** @param {View} view */
export function Top({ room, title, leave_url, clock, now_us, act }) {
  const talk = room.talk, now = now_us();
  const live = talk !== null && !room.ended && now >= talk.start_us && now <= talk.end_us;
  const minutes = talk ? Math.round((talk.end_us - talk.start_us) / 6e7) : 0;
  const gone = talk ? Math.max(0, Math.min(minutes, Math.floor((now - talk.start_us) / 6e7))) : 0;
  return html`<header class="top">
    <a class="icon-btn" href=${leave_url} onClick=${act.quit} aria-label=${t("Leave the room")}>${icon("leave")}</a>
    ${live && html`<span class="tag live">${t("Live")}</span>`}
    ${room.recording && html`<span class="tag bad rec">${icon("record")}${t("Recording")}</span>`}
    <h1>${room.room?.part ? room.room.title : talk?.title || title}</h1>
    <p class="clock"><span>${icon("people")}<span class="sr">${t("People present:")}</span></span><b>${room.people.size || ""}</b>
      ${talk && html`<progress max=${minutes} value=${gone} aria-label=${t("Time gone: {gone} minutes of {minutes}", { gone, minutes })} />
      <span><time>${clock(now)}</time> · ${t("until {time}", { time: clock(talk.end_us) })}</span>`}</p>
    <button type="button" class="icon-btn opt" aria-haspopup="dialog" aria-label=${t("Keyboard shortcuts")} onClick=${act.keys}>${icon("keys")}</button>
  </header>`;
}

/** On a phone it lies over the page: what may not be beneath knows its height by --bar. @param {HTMLElement | null} bar */
function measured(bar) {
  if (bar)
    new ResizeObserver(() => document.documentElement.style.setProperty("--bar", bar.offsetHeight + "px")).observe(bar);
}

/** @param {View} view */
export function Controls(view) {
  const { room, act, devices, leave_url, pictures } = view;
  const keys = view.chosen.keys ? keys_of : () => undefined;
  const me = myself(room), role = room.me?.role, on_stage = me !== null && me.stage !== null;
  const hand = room.me !== null && room.hands.includes(room.me.id);
  const workshop = room.room?.kind === "workshop", watches = room.watching.on;
  const may_take = !on_stage && (workshop || role === "host" || role === "speaker") && !room.ended && cast(room).length < places(room);
  return html`<div class="controls" ref=${measured} role="group" aria-label=${t("Commands")}>
    ${!watches && html`<p class="net"><${Line} ...${view} /></p>`}
    ${watches && room.watching.free && !room.ended && html`<${Control} name="arrow" text=${t("Come into the room")} act=${() => act.watch(false)} look="main" />`}
    ${on_stage && html`
      <${Control} name=${view.mic_on ? "mic" : "micoff"} text=${t("Microphone")} on=${view.mic_on} act=${act.mic} keys=${keys("mic")} />
      <${Control} name=${devices.tracks.camera ? "cam" : "camoff"} text=${t("Camera")} on=${devices.tracks.camera !== null} act=${act.camera} keys=${keys("camera")} />
      <${Control} name="screen" text=${t("Screen")} on=${devices.tracks.screen !== null} act=${act.screen} look="opt" />`}
    ${may_take && !watches && workshop && html`<${Control} name="stage" text=${t("Take a seat")} act=${act.take_seat} look="main" />`}
    ${room.me && !watches && (workshop || !on_stage) && html`<${Control} name="hand" text=${hand ? t("Lower my hand") : t("Raise my hand")} on=${hand} act=${act.hand} look=${workshop ? "" : "main"} keys=${keys("hand")} />`}
    ${may_take && !watches && !workshop && html`<${Control} name="stage" text=${t("Go on stage")} act=${() => act.open({ kind: "enter" })} />`}
    ${on_stage && html`<${Control} name="down" text=${workshop ? t("Leave my seat") : t("Leave the stage")} act=${act.leave_stage} look=${workshop ? "opt" : ""} />`}
    ${role === "host" && !room.room?.part && !room.room?.team && html`
      ${!room.room?.sealed && html`<${Control} name="record" text=${room.recording ? t("Stop recording") : t("Record")} on=${room.recording} act=${act.record} look="opt" />`}
      <${Control} name="stop" text=${t("End the session")} act=${() => act.open({ kind: "end" })} look="opt" />`}
    ${features.map(({ name, Bar }) => Bar && html`<${Bar} key=${name} ...${view} />`)}
    ${!watches && html`<${Control} name="ear" text=${t("Sound only")} on=${pictures.mode === "audio"} act=${act.sound_only} look=${on_stage ? "opt" : ""} keys=${keys("sound_only")} />
    <${Control} name="small" text=${t("Small pictures")} on=${pictures.mode === "low"} act=${act.small_pictures} look="opt" keys=${keys("small_pictures")} />`}
    <${Control} name="more" text=${t("Settings")} act=${() => act.open({ kind: "settings" })} />
    <a class="ctl quit end" href=${leave_url} onClick=${act.quit}>${icon("leave")}${t("Leave")}</a>
  </div>`;
}

/** How good the line is, in a word, and what came by it. @param {View} view */
export function Line({ media, room: { network, lossy }, clock, opened_us }) {
  const { figures, state, meter } = media;
  const bad = state !== "connected" || media.silent_ports !== "";
  const value = bad ? 1 : lossy || network !== "full" ? 2 : 4;
  const word = bad ? t("Connecting") : network === "audio" ? t("Weak connection: sound only")
    : network === "reduced" ? t("Weak connection: picture reduced") : lossy ? t("Weak") : t("Good");
  return html`${icon("signal")}<meter min="0" max="4" low="1.5" high="2.5" optimum="4" value=${value} aria-label=${t("Connection: {word}", { word })} />
    <span>${figures ? t("{word} · {rate}", { word, rate: rate(figures.kbit_s) }) : word}
    <small>${t("{minute} kB this minute, {size} MB since {time}", { minute: decimal(meter.minute_bytes / 1e3, 0), size: decimal(meter.total_bytes / 1e6, meter.total_bytes < 1e7 ? 1 : 0), time: clock(opened_us) })}</small></span>`;
}

/** @param {number} kbit_s */
function rate(kbit_s) {
  return kbit_s < 1000 ? t("{number} kbit/s", { number: kbit_s })
    : t("{number} Mbit/s", { number: decimal(kbit_s / 1000, 1) });
}

/** @param {number} number @param {number} digits */
function decimal(number, digits) {
  return number.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits });
}
