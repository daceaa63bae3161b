// What stands beside the pictures on a hall's screen: who has the floor, what is asked, polls, the queue, where phones go.

import { html, icon, name_of } from "../live/ui.js";
import { t } from "../live/words.js";

/** @typedef {import("./screen.js").View} View */

const HANDS_SHOWN = 4, WORDS_SHOWN = 24;
const LINES_SHOWN = 2, LINE_US = 30e6; // of captions; a line that nothing follows

/** "2:05" @param {number} seconds */
const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** @param {View} view */
export function Floor({ room, now_us }) {
  const { who, name, since_us, limit_s } = room.parts.floor;
  if (!who || room.ended)
    return null;
  const gone_s = Math.max(0, Math.floor((now_us() - since_us) / 1e6)), over = limit_s > 0 && gone_s >= limit_s;
  return html`<section class="floor" data-over=${over ? "" : null}><p class="kicker">${icon("mic")}${t("Has the floor")}</p>
    <p class="name">${name || t("Guest {number}", { number: who })}</p> <p class="num" role="timer">${minutes(gone_s)}${limit_s > 0 && html` <small>${t("of {limit}", { limit: minutes(limit_s) })}</small>`}</p>
    ${over && html`<p class="tag bad">${t("Time is up")}</p>`}</section>`;
}

/** @param {View} view */
export function Asked({ room }) {
  if (open_poll(room)) // one thing at a time: the queue and the phones' address are to stay in sight
    return null;
  const asked = room.parts.discuss.questions.find((/** @type {{state: string}} */ one) => one.state === "answering");
  return asked && html`<section class="asked"><p class="kicker">${icon("question")}${t("Being answered")}</p><p class="question">${asked.text}</p>
    <p class="by">${asked.who ? asked.name || t("Guest {number}", { number: asked.who }) : t("without a name")} · ${t("{count} votes", { count: asked.votes })}</p></section>`;
}

/** @param {View["room"]} room @returns {import("../discuss/state.js").Poll[]} */
const polls_of = (room) => room.parts.discuss.polls;

/** @param {View["room"]} room */
const open_poll = (room) => polls_of(room).filter((one) => one.state === "open").at(-1);

/** The open one; or for a while the results of the last, unless a question has come up. @param {View} view */
export function Poll({ room, results }) {
  const asked = room.parts.discuss.questions.some((/** @type {{state: string}} */ one) => one.state === "answering");
  const poll = open_poll(room) ?? (asked ? null : polls_of(room).find((one) => one.id === results));
  if (!poll)
    return null;
  return html`<section class="poll"><p class="kicker">${poll.state === "open" ? t("Vote now, on your phone") : t("Results")}</p><p class="question">${poll.question}</p>
    ${poll.kind === "words" ? html`<${Cloud} poll=${poll} />` : html`<ul class="bars" role="list">${poll.choices.map((choice) => html`<${Bar} choice=${choice} answers=${poll.answers} />`)}</ul>`}
    <p class="by">${t("Answers: {count}", { count: poll.answers })}</p></section>`;
}

/** @param {{choice: {text: string, votes?: number}, answers: number}} p */
function Bar({ choice: { text, votes }, answers }) {
  if (votes === undefined)
    return html`<li>${text}</li>`;
  const percent = answers ? Math.round((100 * votes) / answers) : 0;
  return html`<li><span>${text}</span> <b>${t("{percent} %", { percent })}</b><meter min="0" max=${Math.max(1, answers)} value=${votes} aria-hidden="true" /></li>`;
}

/** @param {{poll: import("../discuss/state.js").Poll}} p */
function Cloud({ poll }) {
  const words = [...poll.choices].sort((a, b) => (b.votes ?? 0) - (a.votes ?? 0)).slice(0, WORDS_SHOWN), most = Math.max(1, words[0]?.votes ?? 0);
  return html`<ul class="cloud" role="list">${words.map(({ text, votes = 0 }) => html`<li class=${"s" + Math.ceil((4 * votes) / most)}>${text}</li>`)}</ul>`;
}

/** Hands of the hall and of those at home, in one order. @param {View} view */
export function Queue({ room }) {
  const hands = room.hands.filter((id) => room.people.has(id));
  if (!hands.length)
    return null;
  return html`<section class="queue"><p class="kicker">${icon("hand")}${t("Hands {count}", { count: hands.length })}</p>
    <ol>${hands.slice(0, HANDS_SHOWN).map((id) => {
      const person = room.people.get(id);
      return person && html`<li key=${id}><b>${name_of(person)}</b> <small>${person.hall ? t("in the hall") : t("online")}</small></li>`;
    })}</ol>${hands.length > HANDS_SHOWN && html`<p class="by">${t("and {count} more", { count: hands.length - HANDS_SHOWN })}</p>`}</section>`;
}

/** @param {View} view */
export function Join({ room, address, code: { path, modules } }) {
  // a reader wants four modules of light around it
  return !room.ended && html`<section class="join"><p class="kicker">${t("Raise a hand, ask, vote: on your phone")}</p>
    ${modules > 0 && html`<svg class="code" viewBox=${`-4 -4 ${modules + 8} ${modules + 8}`} shape-rendering="crispEdges" aria-hidden="true"><path d=${path} /></svg>`}<p class="address">${address.split("/").map((part, at) => html`${at ? html`/<wbr />` : null}${part}`)}</p></section>`;
}

/** The page that is shown, whole; the one after it is fetched meanwhile. @param {{shown: import("../slides/part.js").Shown}} p */
export function Slide({ shown: { page, pages, big, next, words } }) {
  return html`<figure class="share slide" data-page=${page}><img src=${big} alt=${t("Slide {page} of {pages}", { page, pages })} aria-describedby="slide-words" />
    <figcaption class="sr" id="slide-words">${words}</figcaption>${next && html`<img src=${next.big} alt="" hidden />`}</figure>`;
}

/** @param {View} view */
export function Captions({ room, captions, now_us }) {
  const { lines, open } = room.parts.captions, now = now_us();
  const recent = lines.filter((/** @type {{text: string, ended_us: number}} */ line) => line.text && now - line.ended_us < LINE_US);
  const shown = [...recent, ...(open ? [{ n: -1, text: open }] : [])].slice(-LINES_SHOWN);
  return captions !== "off" && shown.length > 0 && html`<section class=${"captions " + captions} aria-label=${t("Live captions")}>${shown.map(({ n, text }) => html`<p key=${n}>${text}</p>`)}</section>`;
}
