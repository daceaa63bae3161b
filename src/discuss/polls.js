// Polls of the room: prepared by hosts, answered once by each, their results as bars and as text.

import { html } from "../live/ui.js";
import { t } from "../live/words.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("./state.js").Poll} Poll */

/** The open ones first, then drafts, then the last that were closed. @param {Poll[]} polls */
function in_order(polls) {
  const rank = { open: 0, draft: 1, closed: 2 };
  return [...polls].sort((a, b) => rank[a.state] - rank[b.state] || b.id - a.id);
}

/** @param {View & {edit: (poll: Poll | "new") => void}} view */
export function Polls({ room, send, edit }) {
  const polls = /** @type {Poll[]} */ (room.parts.discuss.polls), host = room.me?.role === "host";
  return html`${in_order(polls).map((poll) => html`<section key=${poll.id} class=${"poll " + poll.state} aria-labelledby=${"poll-" + poll.id}>
      <h2 class="h-small" id=${"poll-" + poll.id}>${poll.question}</h2>
      ${poll.state === "open" && !poll.answered && !room.ended ? html`<${Answer} poll=${poll} send=${send} />`
        : poll.state === "open" && html`<p>${t("Your answer is counted.")}</p>`}
      ${(poll.state === "closed" || (host && poll.state === "open")) && html`<${Results} poll=${poll} />`}
      ${poll.state === "draft" && html`<ul class="small">${poll.choices.map((choice) => html`<li>${choice.text}</li>`)}</ul>`}
      <p class="small muted">${poll.state === "draft" ? t("Prepared: only hosts see it.") : t("Answers: {count}", { count: poll.answers })}${poll.state === "closed" && html` <span class="tag">${t("Closed")}</span>`}</p>
      ${host && poll.state !== "closed" && html`<p class="row">${poll.state === "draft" && !room.ended && html`<button type="button" class="btn main small" onClick=${() => send({ t: "poll_state", poll: poll.id, state: "open" })}>${t("Open the poll")}</button>
        <button type="button" class="btn small" aria-haspopup="dialog" onClick=${() => edit(poll)}>${t("Change")}</button>`}
        ${poll.state === "open" && html`<button type="button" class="btn main small" onClick=${() => send({ t: "poll_state", poll: poll.id, state: "closed" })}>${t("Close the poll and show the results")}</button>`}
        ${poll.state === "draft" && html`<button type="button" class="btn plain small" onClick=${() => send({ t: "poll_state", poll: poll.id, state: "none" })}>${t("Delete")}</button>`}</p>`}
    </section>`)}
    ${host && !room.ended && html`<p><button type="button" class="btn small" aria-haspopup="dialog" onClick=${() => edit("new")}>${t("Prepare a poll")}</button></p>`}`;
}

/** @param {{poll: Poll, send: View["send"]}} p */
function Answer({ poll, send }) {
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const said = data.getAll("answer").map(String).map((one) => one.trim()).filter(Boolean);
    if (said.length)
      send({ t: "answer", poll: poll.id, ...(poll.kind === "words" ? { words: said } : { choices: said.map(Number) }) });
  };
  return html`<form class="stack" onSubmit=${submit}><fieldset class="plain"><legend class="sr">${poll.question}</legend>
    ${poll.kind === "words" ? html`<p class="small muted">${t("One to three words.")}</p>${[1, 2, 3].map((n) => html`<label class="sr" for=${`word-${poll.id}-${n}`}>${t("Word {number}", { number: n })}</label>
        <input type="text" id=${`word-${poll.id}-${n}`} name="answer" maxlength="40" autocomplete="off" />`)}`
      : poll.choices.map((choice, n) => html`<label class="tick"><input type=${poll.kind === "single" ? "radio" : "checkbox"} name="answer" value=${n} /><span>${choice.text}</span></label>`)}
    </fieldset><p class="small muted">${t("Nobody sees what you answer, and an answer stays as it is.")}</p>
    <p><button type="submit" class="btn main">${t("Answer")}</button></p></form>`;
}

/** A table to those who hear it, bars to those who see it; of words the size says it too. @param {{poll: Poll}} p */
function Results({ poll }) {
  const shown = [...poll.choices].sort((a, b) => (poll.kind === "words" ? (b.votes ?? 0) - (a.votes ?? 0) : 0));
  const most = Math.max(1, ...shown.map(({ votes }) => votes ?? 0));
  if (poll.kind === "words")
    return html`<ul class="cloud" role="list" aria-label=${t("Results")}>${shown.slice(0, 60).map(({ text, votes = 0 }) => html`<li class=${"s" + Math.ceil((4 * votes) / most)}>${text} <small>${votes}</small></li>`)}</ul>`;
  return html`<ul class="bars" role="list" aria-label=${t("Results")}>${shown.map(({ text, votes = 0 }) => {
    const percent = poll.answers ? Math.round((100 * votes) / poll.answers) : 0;
    return html`<li><span>${text}</span> <b>${t("{percent} % ({count})", { percent, count: votes })}</b><meter min="0" max=${Math.max(1, poll.answers)} value=${votes} aria-hidden="true" /></li>`;
  })}</ul>`;
}
