// What everybody sees of the stage manager's tools: the countdown, announcements. The desk itself comes for hosts alone.

import { add } from "../live/features.js";
import { later } from "../live/later.js";
import { html, icon, span } from "../live/ui.js";
import { t } from "../live/words.js";
import { counted_to } from "./clock.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {{id: number, text: string, at_us: number, until_us: number}} Announcement */
/** @typedef {{at_us: number, who: number, name: string, whom: number, whom_name: string, what: string, detail: string}} Deed */
/**
 * @typedef {{start_us: number, announcements: Announcement[], log: Deed[], sentences: Record<string, string>,
 *   run: import("./clock.js").Run, code: string | null, next: {title: string, start_us: number} | null}} Manager
 */

const desk = () => import("./desk.js");
const Desk = later(desk, "Desk"), Asked = later(desk, "Asked");

const LOG_SHOWN = 100, HALL_SHOWN = 2;
const SAID_AT_S = [300, 60];

/** announcements put away on this page @type {Set<number>} */ const away = new Set();
/** @type {View | null} as last heard of */ let latest = null;
/** @type {ReturnType<typeof setInterval> | undefined} */ let ticking;

/** @param {Pick<View, "room">} view @returns {Manager} */
const part_of = ({ room }) => room.parts.manager;

/** @param {View} view */
const leads = ({ room }) => room.me?.role === "host";

/** Every second while a countdown, or the clock of a run sheet, is there to be seen. */
function tick() {
  if (!latest)
    return;
  const now_us = latest.now_us(), target_us = counted_to(part_of(latest), latest.room, now_us);
  const left_s = Math.ceil((target_us - now_us) / 1e6);
  if (SAID_AT_S.includes(left_s))
    latest.say(t("{minutes} min until the session begins.", { minutes: left_s / 60 }));
  latest.draw();
  if (!target_us && !(leads(latest) && part_of(latest).run.row)) {
    clearInterval(ticking);
    ticking = undefined;
  }
}

/** @param {Pick<View, "room" | "clock" | "now_us">} view */
function Countdown(view) {
  const now_us = view.now_us(), target_us = counted_to(part_of(view), view.room, now_us);
  return target_us > 0 && html`<p class="countdown row"><span>${t("The session begins in")} </span>
    <b class="num" role="timer">${span(Math.ceil((target_us - now_us) / 1e6))}</b> <span class="muted">${view.clock(target_us)}</span></p>`;
}

/** @param {Pick<View, "room" | "now_us">} view */
const announced = (view) => part_of(view).announcements.filter((one) => one.until_us > view.now_us() && !away.has(one.id));

/** @param {Pick<View, "clock"> & {one: Announcement}} p */
const Told = ({ clock, one }) => html`<p><b>${t("To every room, {time}:", { time: clock(one.at_us) })}</b> ${one.text}</p>`;

/** @param {View} view */
function Announcements(view) {
  const put_away = (/** @type {number} */ id) => {
    away.add(id);
    view.draw();
  };
  return announced(view).map((one) => html`<div key=${one.id} class="notice announced">${icon("info")}<${Told} clock=${view.clock} one=${one} />
    <button type="button" class="icon-btn" onClick=${() => put_away(one.id)} aria-label=${t("Put this announcement away")}>${icon("close")}</button></div>`);
}

add({
  name: "manager",
  empty: () => ({ start_us: -1, announcements: [], log: [], sentences: {}, run: { rows: [], row: 0, since_us: 0 }, code: null, next: null }),
  changes: {
    welcome: (part, m) => ({ ...part, ...m }),
    start: (part, m) => ({ ...part, start_us: m.start_us }),
    announced: (part, m) => ({ ...part, announcements: [...part.announcements, m.announcement] }),
    unannounced: (part, m) => ({ ...part, announcements: part.announcements.filter((/** @type {Announcement} */ one) => one.id !== m.id) }),
    deed: (part, { t: _, ...deed }) => ({ ...part, log: [...part.log, deed].slice(-LOG_SHOWN) }),
    run: (part, m) => ({ ...part, run: m.run }),
  },
  heard: (m, view) => {
    latest = view;
    if (m.t === "announced")
      view.say(t("To every room: {text}", { text: m.announcement.text }));
    if (["welcome", "renewed", "talk", "start", "run"].includes(m.t))
      ticking ??= setInterval(tick, 1000);
  },
  tab: { icon: "stage", title: () => t("Backstage"), shown: leads, Body: (view) => html`<${Desk} ...${view} />` },
  Lane: (view) => html`<${Announcements} ...${view} /><${Countdown} ...${view} />`,
  Hall: (view) => html`${announced(view).slice(-HALL_SHOWN).map((one) => html`<${Told} key=${one.id} clock=${view.clock} one=${one} />`)}<${Countdown} ...${view} />`,
  Dialogs: (view) => leads(view) && html`<${Asked} ...${view} />`,
});
