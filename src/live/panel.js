// The side panel: discussion, raised hands, people, and what features add.

import { Component } from "preact";
import { Chat, Say } from "./chat.js";
import { features } from "./features.js";
import { later } from "./later.js";
import { html, icon, name_of } from "./ui.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").View} View */
/** @typedef {import("./state.js").Person} Person */

const SHOWN_MAX = 100;

const leading = () => import("./leading.js");
const DoorPanel = later(leading, "DoorPanel"), Place = later(leading, "Place");

/** From left to right: the panel's own, with the features' after the discussion. `whole`: draws the panel's body itself. @param {View} view */
function tabs(view) {
  return [
    {
      name: "chat", icon: "chat", whole: true, Body: Chat, Foot: Say,
      title: (/** @type {View} */ { unread }) => (unread ? t("Discussion {count}", { count: unread }) : t("Discussion")),
    },
    ...features.flatMap(({ name, tab }) => (tab && (tab.shown?.(view) ?? true) ? { name, whole: false, Foot: null, ...tab } : [])),
    {
      name: "hands", icon: "hand", whole: false, Body: Hands, Foot: null,
      title: (/** @type {View} */ { room }) => (room.hands.length ? t("Hands {count}", { count: room.hands.length }) : t("Hands")),
    },
    { name: "people", icon: "people", whole: false, Body: People, Foot: null, title: (/** @type {View} */ { room }) => (room.lobby.length ? t("People, waiting: {count}", { count: room.lobby.length }) : t("People")) },
  ];
}

/** @param {View} view */
export function Panel(view) {
  const all = tabs(view), shown = all.find(({ name }) => name === view.tab) ?? all[0], { Body, Foot } = shown;
  return html`<aside class="panel" aria-label=${t("Exchanges")}>
    <div class="tabs" role="tablist" aria-label=${t("Exchanges")} onKeyDown=${(/** @type {KeyboardEvent} */ event) => turn(event, all.map(({ name }) => name), view)}>
      ${all.map((one) => html`<button type="button" role="tab" key=${one.name} id=${"tab-" + one.name} aria-selected=${String(one === shown)}
        aria-controls="panel-body" tabindex=${one === shown ? 0 : -1} onClick=${() => view.act.tab(one.name)}>${icon(one.icon)}${one.title(view)}</button>`)}
    </div>
    ${shown.whole ? html`<${Body} ...${view} />` : html`<div class="body" key=${shown.name} id="panel-body" role="tabpanel" aria-labelledby=${"tab-" + shown.name} tabindex="0">
      <${Body} ...${view} /></div>`}
    ${Foot ? html`<${Foot} ...${view} />` : html`<span></span>`}
  </aside>`;
}

/** Arrow keys move between tabs, from the one with the focus: what is drawn is a moment behind two keys. @param {KeyboardEvent} event @param {string[]} names @param {View} view */
function turn(event, names, { act }) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step)
    return;
  const from = names.findIndex((name) => document.activeElement?.id === "tab-" + name);
  const next = names[(from + step + names.length) % names.length];
  act.tab(next);
  document.getElementById("tab-" + next)?.focus();
}

/** @param {View} view */
function Hands(view) {
  const { room, send } = view;
  const place = room.me ? room.hands.indexOf(room.me.id) + 1 : 0;
  const host = room.me?.role === "host";
  const people = room.hands.flatMap((id) => room.people.get(id) ?? []);
  return html`
    ${place > 0 && html`<p class="queue">${place === 1 ? t("Your hand is first in the queue.") : t("Your hand is number {place} in the queue.", { place })}</p>`}
    ${!people.length && html`<p class="muted">${t("No hand is raised.")}</p>`}
    <ol class="rows names" role="list">${people.map((person, index) => html`<li key=${person.id}>
      <span><b>${index + 1}.</b> ${name_of(person)}${person.hall && html` <span class="tag">${t("In the hall")}</span>`}</span>
      ${host && html`<span class="row">
        ${person.stage === null && !person.hall && html`<button type="button" class="btn" onClick=${() => send({ t: "stage", who: person.id, on: true })} aria-label=${t("Bring {name} on stage", { name: name_of(person) })}>${t("On stage")}</button>`}
        ${features.map((feature) => feature.Hand?.(view, person))}
        <${Place} person=${person} index=${index} count=${people.length} send=${send} />
        <button type="button" class="btn plain" onClick=${() => send({ t: "lower", who: person.id })} aria-label=${t("Lower the hand of {name}", { name: name_of(person) })}>${t("Lower")}</button></span>`}</li>`)}
    </ol>`;
}

/** The list of those present; a search when it is long. */
class People extends Component {
  state = { search: "" };

  render(/** @type {View} */ view) {
    const { room, act } = view;
    const all = [...room.people.values()].sort(by_rank);
    const search = this.state.search.trim().toLocaleLowerCase();
    const found = search ? all.filter((person) => name_of(person).toLocaleLowerCase().includes(search)) : all;
    return html`${room.me?.role === "host" && html`<${DoorPanel} ...${view} />`}
      ${all.length > 20 && html`<div class="field"><label for="who">${t("Search a person")}</label><input id="who" type="search"
        onInput=${(/** @type {Event} */ event) => this.setState({ search: /** @type {HTMLInputElement} */ (event.currentTarget).value })} /></div>`}
      <ul class="rows names" role="list">${found.slice(0, SHOWN_MAX).map((person) => html`<${Present} key=${person.id} person=${person} room=${room} act=${act} />`)}</ul>
      ${found.length > SHOWN_MAX && html`<p class="muted small">${t("And {count} more.", { count: found.length - SHOWN_MAX })}</p>`}`;
  }
}

/** @param {{person: Person, room: View["room"], act: View["act"]}} p */
function Present({ person, room, act }) {
  const name = name_of(person), me = person.id === room.me?.id;
  const roles = { host: t("host"), speaker: t("speaker"), attendee: "", guest: t("guest") };
  return html`<li><span>${me ? t("{name} (you)", { name }) : name} <small class="muted">${person.encoder ? t("camera without a page") : person.hall ? t("In the hall") : roles[person.role]}</small>
      ${person.stage !== null && room.room?.kind !== "workshop" && html` <span class="tag">${t("On stage")}</span>`}
      ${room.hands.includes(person.id) && html` <span class="tag">${icon("hand")}<span class="sr">${t("hand raised")}</span></span>`}</span>
    ${room.me?.role === "host" && html`<button type="button" class="icon-btn" aria-haspopup="dialog" aria-label=${t("What to do with {name}", { name })}
      onClick=${() => act.open({ kind: "person", who: person.id })}>${icon("more")}</button>`}</li>`;
}

/** On stage first, then hosts and speakers, then by name. @param {Person} a @param {Person} b */
function by_rank(a, b) {
  const rank = (/** @type {Person} */ p) => (p.stage !== null ? 0 : 1) * 10 + ["host", "speaker", "attendee", "guest"].indexOf(p.role);
  return rank(a) - rank(b) || name_of(a).localeCompare(name_of(b));
}
