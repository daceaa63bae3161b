// The discussion: lines with their replies and links, the field below, and what hosts do with them.

import { Component, createRef } from "preact";
import { later } from "./later.js";
import { myself } from "./state.js";
import { html, icon, linked, name_of } from "./ui.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").View} View */
/** @typedef {import("./state.js").Line} Line */

const QUOTE_MAX = 80;

const Rules = later(() => import("./leading.js"), "Rules");

/** @param {Line} line */
function author(line) {
  return name_of({ id: line.who, name: line.name });
}

/** Keeps the last line in sight, unless one has scrolled up to read. */
export class Chat extends Component {
  #at_end = true;
  list = createRef();

  componentDidMount() {
    this.componentDidUpdate();
  }

  componentDidUpdate() {
    const list = this.list.current;
    if (this.#at_end)
      list.scrollTop = list.scrollHeight;
  }

  render(/** @type {View} */ view) {
    const { room } = view;
    const scrolled = (/** @type {Event} */ event) => {
      const list = /** @type {HTMLElement} */ (event.currentTarget);
      this.#at_end = list.scrollTop + list.clientHeight > list.scrollHeight - 40;
    };
    return html`<div ref=${this.list} class="body" id="panel-body" role="tabpanel" aria-labelledby="tab-chat" tabindex="0" onScroll=${scrolled}>
      ${room.me?.role === "host" && html`<${Rules} ...${view} />`}
      ${!room.chat.length && !room.pending.length && html`<p class="muted">${t("Nobody has written yet.")}</p>`}
      <ol class="lines" role="list">
      ${room.chat.map((line) => html`<${One} key=${line.n} line=${line} view=${view} />`)}
      ${room.pending.map((line) => html`<li key=${line.id} class="mine pending"><p class="small muted">${t("being sent…")}</p><p>${line.text}</p></li>`)}
      </ol></div>`;
  }
}

/** @param {{line: Line, view: View}} p */
function One({ line, view }) {
  const { room, act, clock, send } = view, mine = line.who === room.me?.id, host = room.me?.role === "host";
  const to = line.reply && room.chat.find((other) => other.n === line.reply);
  return html`<li class=${(mine ? "mine" : "") + (line.waiting ? " pending" : "")}>
    <p class="small muted"><b>${author(line)}</b> <time>${clock(line.at_us)}</time>${line.waiting && html` <span class="tag">${t("Waits for a host")}</span>`}<span class="deeds">
      ${!line.waiting && html`<button type="button" class="deed" aria-label=${t("Reply to {name}: {text}", { name: author(line), text: short(line.text) })} onClick=${() => act.reply(line)}>${t("Reply")}</button>`}
      ${host && line.waiting && html`<button type="button" class="deed" aria-label=${t("Show the message of {name}", { name: author(line) })} onClick=${() => send({ t: "show", n: line.n })}>${t("Show")}</button>`}
      ${(host || mine) && html`<button type="button" class="deed" aria-label=${t("{deed}: {name}, {text}", { deed: t("Delete"), name: author(line), text: short(line.text) })} onClick=${() => send({ t: "unsay", n: line.n })}>${t("Delete")}</button>`}</span></p>
    ${to && html`<p class="small reply">${t("{name}: {text}", { name: author(to), text: short(to.text) })}</p>`}
    <p>${linked(line.text)}</p></li>`;
}

/** @param {string} text */
function short(text) {
  return text.length > QUOTE_MAX ? text.slice(0, QUOTE_MAX) + "…" : text;
}

/** A name was given here: who gave it goes on in the field that takes its place. */ let named = false;

/** @param {HTMLInputElement | null} field */
function go_on_in(field) {
  if (field && named && document.activeElement === document.body)
    field.focus();
  named &&= !field;
}

/** @param {View} view */
export function Say({ room, act, reply }) {
  const nameless = room.me && !myself(room)?.name; // guests, and accounts that have only an address
  const send = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("text"));
    named = Boolean(nameless);
    if (nameless ? act.name(field.value) : act.say(field.value))
      form.reset();
    field.focus();
  };
  return nameless
    ? html`<form class="say" key="name" onSubmit=${send}><label for="my-name">${t("Your name, to write or to raise a hand")}</label>
      <input type="text" id="my-name" name="text" maxlength="60" autocomplete="name" required />
      <button type="submit" class="btn main">${t("Save")}</button></form>`
    : html`<form class="say" key="say" onSubmit=${send}><label class=${reply ? "small" : "sr"} for="my-words">${reply ? t("Your reply to {name}", { name: author(reply) }) : t("Your message")}
        ${reply && html` <button type="button" class="deed" onClick=${() => act.reply(null)}>${t("Cancel")}</button>`}</label>
      <input type="text" id="my-words" ref=${go_on_in} name="text" maxlength="1000" autocomplete="off" placeholder=${t("Write a message")} />
      <button type="submit" class="btn main" aria-label=${t("Send")}>${icon("arrow")}</button></form>`;
}
