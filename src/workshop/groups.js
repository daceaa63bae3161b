// Groups of a workshop's people: made, opened, visited and called back by a host; everybody is led to theirs and back.

import { html, icon, name_of } from "../live/ui.js";
import { t } from "../live/words.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("../live/state.js").Room} Room */
/** @typedef {{id: number, name: string, people: {id: number, name: string}[], there: number}} Group */
/** @typedef {{id: number, state: "prepared" | "open" | "closing", choice: boolean, minutes: number, ends_us: number, said: string, said_us: number, groups: Group[]}} Round */

const MOST = 12, MINUTES = [0, 5, 10, 15, 20, 30, 45, 60, 90], MORE = 5;
const SOON_S = 60; // the time left is said in a notice of its own
const LEFT_AS = "treteau left group"; // of this tab: who went back to the room by their own wish is not led away again

/** @param {Room} room @returns {Round | null} */
const round_of = (room) => room.parts.workshop.round;
/** @param {Room} room */
const here = (room) => room.room?.part ?? 0;
/** @param {Room} room */
const is_host = (room) => room.me?.role === "host";
/** @param {Round | null} round */
const is_open = (round) => round !== null && round.state !== "prepared";

/** @param {Room} room */
function mine(room) {
  return round_of(room)?.groups.find((group) => group.people.some(({ id }) => id === room.me?.id)) ?? null;
}

/** "2:05" @param {number} seconds */
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** Until everybody goes back; null: not said. @param {View} view */
function left_s({ room, now_us }) {
  const round = round_of(room);
  return round && is_open(round) && round.ends_us ? Math.max(0, Math.ceil((round.ends_us - now_us()) / 1e6)) : null;
}

// --- Going there and back

/** @param {View} view */
function follow({ room, act }) {
  const round = round_of(room), at = here(room), group = mine(room), open = is_open(round);
  if (at && !open)
    return act.move(0);
  if (!open || !round || (at && is_host(room)))
    return;
  const to = group?.id ?? 0;
  if (to !== at && sessionStorage.getItem(LEFT_AS) !== `${round.id} ${to}`)
    act.move(to);
}

/** @param {View} view @param {number} part */
function go({ room, act }, part) {
  const round = round_of(room), group = mine(room);
  sessionStorage.setItem(LEFT_AS, part || !round || !group ? "" : `${round.id} ${group.id}`);
  act.move(part);
}

/** @type {ReturnType<typeof setInterval> | undefined} */ let ticking;

/** @param {any} m @param {View} view @param {Room} before */
function heard(m, view, before) {
  if (!["welcome", "renewed", "groups"].includes(m.t))
    return;
  const round = round_of(view.room), was = round_of(before);
  clearInterval(ticking);
  ticking = is_open(round) && round?.ends_us ? setInterval(view.draw, 1000) : undefined;
  if (m.t === "groups" && round && round.said && round.said_us !== was?.said_us)
    view.say(t("To all groups: {text}", { text: round.said }));
  if (m.t === "groups" && round?.state === "closing" && was?.state !== "closing")
    view.say(t("Everybody goes back to the room in {seconds} seconds.", { seconds: left_s(view) ?? 0 }));
  if (m.t === "welcome" && here(view.room))
    view.say(t("You are in {name}.", { name: view.room.room?.title ?? "" }));
  if (m.t === "groups" && is_open(round) && was && !is_open(was) && round?.choice && !is_host(view.room))
    view.say(t("Choose a group."));
  follow(view);
}

// --- What everybody sees

/** @param {View} view */
function Lane(view) {
  const { room } = view, round = round_of(room), at = here(room), left = left_s(view), group = mine(room);
  if (!round || !is_open(round))
    return null;
  const time = left !== null && html` <span class="num" role="timer">${clock(left)}</span>`;
  return html`
    ${left !== null && left <= SOON_S && html`<p class="notice warn groups-end">${icon("info")}<span><b>${t("Everybody goes back to the room.")}</b>${time}</span></p>`}
    ${round.said && html`<p class="notice">${icon("chat")}<span><b>${t("To all groups:")}</b> ${round.said}</span></p>`}
    ${at ? html`<p class="groups-here row"><span><b>${t("You are in {name}.", { name: room.room?.title ?? "" })}</b>${left !== null && left > SOON_S ? time : null}</span>
        <button type="button" class="btn" onClick=${() => go(view, 0)}>${t("Back to the room")}</button></p>`
      : group ? html`<p class="groups-here row"><span>${t("Your group: {name}", { name: group.name })}${left !== null && left > SOON_S ? time : null}</span>
        <button type="button" class="btn main" onClick=${() => go(view, group.id)}>${t("Go to my group")}</button></p>`
      : round.choice && !is_host(room) ? html`<div class="groups-here stack"><p><b>${t("Choose a group.")}</b>${time}</p><${Choices} ...${view} /></div>`
      : html`<p class="groups-here"><span>${t("The others talk in groups.")}${time}</span></p>`}`;
}

/** @param {View} view */
function Choices(view) {
  const round = round_of(view.room), group = mine(view.room);
  return html`<p class="row">${round?.groups.map((one) => html`<button key=${one.id} type="button" class="btn" aria-pressed=${String(one.id === group?.id)}
    onClick=${() => view.send({ t: "groups_choose", group: one.id })}>${one.name} <span class="muted">${t("({count})", { count: one.people.length })}</span></button>`)}</p>`;
}

/** @param {{group: Group, view: View}} p */
function One({ group, view }) {
  const { room } = view, round = round_of(room), host = is_host(room), at = here(room), open = is_open(round);
  return html`<li class="stack"><div class="row group-head">
      ${host && !open ? html`<input class="group-name" aria-label=${t("Name of {name}", { name: group.name })} defaultValue=${group.name} maxlength="40"
          onChange=${(/** @type {Event} */ event) => view.send({ t: "groups_name", group: group.id, name: /** @type {HTMLInputElement} */ (event.currentTarget).value })} />`
        : html`<b>${group.name}</b>`}
      ${open && html`<span class="muted small">${t("{count} there", { count: group.there })}</span>`}
      ${open && host && group.id !== at && html`<button type="button" class="btn" aria-label=${t("Visit {name}", { name: group.name })} onClick=${() => go(view, group.id)}>${t("Visit")}</button>`}
      ${open && group.id === at && html`<span class="tag accent">${t("You are here")}</span>`}</div>
    ${group.people.length > 0 ? html`<ul class="rows names" role="list">${group.people.map((person) => html`<li key=${person.id}><span>${name_of(person)}</span>
      ${host && html`<${Put} person=${person} group=${group.id} view=${view} />`}</li>`)}</ul>` : html`<p class="muted small">${t("Nobody yet.")}</p>`}</li>`;
}

/** Which group somebody is in. @param {{person: {id: number, name: string}, group: number | null, view: View}} p */
function Put({ person, group, view }) {
  const put = (/** @type {Event} */ event) => {
    const value = /** @type {HTMLSelectElement} */ (event.currentTarget).value;
    view.send({ t: "groups_put", who: person.id, group: value ? Number(value) : null });
  };
  return html`<select class="put" aria-label=${t("Group of {name}", { name: name_of(person) })} onChange=${put}>
    <option value="" selected=${group === null}>${t("no group")}</option>
    ${round_of(view.room)?.groups.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === group}>${one.name}</option>`)}</select>`;
}

/** Those who are in the room and in no group. @param {View} view */
function Rest(view) {
  const { room } = view, round = round_of(room);
  const placed = new Set(round?.groups.flatMap((group) => group.people.map(({ id }) => id)));
  const rest = [...room.people.values()].filter((person) => !placed.has(person.id) && person.role !== "host" && !person.encoder && !person.hall);
  return rest.length > 0 && html`<section class="stack" aria-label=${t("In no group")}><h2 class="h-small">${t("In no group")}</h2>
    <ul class="rows names" role="list">${rest.map((person) => html`<li key=${person.id}><span>${name_of(person)}</span><${Put} person=${person} group=${null} view=${view} /></li>`)}</ul></section>`;
}

// --- The host's commands

/** @param {View} view */
function Make({ send }) {
  const make = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const names = Array.from({ length: Number(form.get("count")) }, (_, i) => t("Group {number}", { number: i + 1 }));
    send({ t: "groups_make", names, how: form.get("how"), minutes: Number(form.get("minutes")) });
  };
  const field = (/** @type {string} */ name, /** @type {string} */ label, /** @type {[string | number, string][]} */ options, /** @type {string | number} */ value) =>
    html`<div class="field"><label for=${"groups-" + name}>${label}</label><select id=${"groups-" + name} name=${name}>
      ${options.map(([one, text]) => html`<option key=${one} value=${one} selected=${one === value}>${text}</option>`)}</select></div>`;
  return html`<form class="stack" onSubmit=${make}>
    <p class="muted">${t("Groups talk among themselves, each in a room of its own. Nothing of it is recorded.")}</p>
    ${field("count", t("How many groups"), Array.from({ length: MOST - 1 }, (_, i) => [i + 2, String(i + 2)]), 3)}
    ${field("how", t("Who is in which"), [["random", t("By chance")], ["hand", t("As I choose")], ["choice", t("Everybody chooses")]], "random")}
    ${field("minutes", t("For how long"), MINUTES.map((n) => [n, n ? t("{minutes} min", { minutes: n }) : t("until I call them back")]), 15)}
    <p><button type="submit" class="btn main">${t("Make the groups")}</button></p></form>`;
}

/** @param {View} view */
function Say({ send }) {
  const say = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget), field = /** @type {HTMLInputElement} */ (form.elements.namedItem("text"));
    if (field.value.trim())
      send({ t: "groups_say", text: field.value });
    form.reset();
  };
  return html`<form class="field" onSubmit=${say}><label for="groups-say">${t("A message to all groups")}</label>
    <span class="row"><input id="groups-say" name="text" maxlength="300" autocomplete="off" /><button type="submit" class="btn">${t("Send")}</button></span></form>`;
}

/** @param {View} view */
function Lead(view) {
  const { room, send } = view, round = round_of(room), left = left_s(view);
  if (!round)
    return null;
  if (round.state === "prepared")
    return html`<div class="stack"><p class="row"><button type="button" class="btn main" onClick=${() => send({ t: "groups_open" })}>${t("Open the groups")}</button>
        <button type="button" class="btn plain" onClick=${() => send({ t: "groups_drop" })}>${t("Make others")}</button></p>
      <p class="muted small">${round.choice ? t("Everybody chooses a group when they are open.") : t("Everybody is led to their group when you open them.")}
        ${" "}${round.minutes ? t("They come back after {minutes} min.", { minutes: round.minutes }) : ""}</p></div>`;
  return html`<div class="stack">${left !== null && html`<p>${t("Back in")} <b class="num">${clock(left)}</b></p>`}
    <p class="row">${round.state === "open" && html`<button type="button" class="btn main" onClick=${() => send({ t: "groups_call" })}>${t("Call everybody back")}</button>`}
      <button type="button" class="btn" onClick=${() => send({ t: "groups_more", minutes: MORE })}>${t("{minutes} min more", { minutes: MORE })}</button></p>
    <${Say} ...${view} /></div>`;
}

/** @param {View} view */
function Body(view) {
  const { room } = view, round = round_of(room), host = is_host(room);
  if (!round)
    return host ? html`<${Make} ...${view} />` : html`<p class="muted">${t("No groups are open.")}</p>`;
  return html`<div class="stack wide-gap groups">${host && html`<${Lead} ...${view} />`}
    ${is_open(round) && round.choice && !host && html`<${Choices} ...${view} />`}
    <ol class="stack" role="list">${round.groups.map((group) => html`<${One} key=${group.id} group=${group} view=${view} />`)}</ol>
    ${host && !here(room) && html`<${Rest} ...${view} />`}</div>`;
}

/** @type {Partial<import("../live/features.js").Feature>} */
export const rest = {
  heard,
  tab: {
    icon: "groups", title: () => t("Groups"), Body: (view) => html`<${Body} ...${view} />`,
    shown: ({ room }) => room.room?.kind === "workshop" && (is_host(room) || is_open(round_of(room))),
  },
  Lane: (view) => html`<${Lane} ...${view} />`,
};
