// Questions of the room: asked, voted for, led through their states by the hosts.

import { Component } from "preact";
import { myself } from "../live/state.js";
import { html, icon, linked } from "../live/ui.js";
import { t } from "../live/words.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Question} Question */
/** @typedef {import("./state.js").Part} Part */

/** What is being answered first, then the most wanted, then what was answered, last what is hidden. @param {Question[]} questions */
function in_order(questions) {
  const rank = { waiting: 0, answering: 1, open: 2, answered: 3, hidden: 4 };
  return [...questions].sort((a, b) => rank[a.state] - rank[b.state] || b.votes - a.votes || a.id - b.id);
}

const TOUCH_MS = 10_000; // a finger may come back to the same place

/** As in_order() wishes, but for what somebody has under their pointer or in focus: that stays where it is, and what is new comes
 * behind. */
export class Questions extends Component {
  /** @type {number[]} ids as they stand */ #order = [];
  #held_until = 0;
  #focused = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {number} ms */
  #hold(ms) {
    this.#held_until = performance.now() + ms;
    clearTimeout(this.#timer);
    if (ms < Infinity)
      this.#timer = setTimeout(() => this.setState({}), ms + 20);
  }

  /** @param {Question[]} questions */
  #placed(questions) {
    const wished = in_order(questions);
    if (!this.#focused && performance.now() >= this.#held_until)
      this.#order = [];
    const before = new Map(this.#order.map((id, at) => [id, at]));
    const placed = wished.sort((a, b) => (before.get(a.id) ?? Infinity) - (before.get(b.id) ?? Infinity) || 0);
    this.#order = placed.map(({ id }) => id);
    return placed;
  }

  componentWillUnmount() {
    clearTimeout(this.#timer);
  }

  /** What keeps the order while somebody is at it. */
  #hands = {
    onPointerEnter: (/** @type {PointerEvent} */ event) => this.#hold(event.pointerType === "mouse" ? Infinity : TOUCH_MS),
    onPointerLeave: (/** @type {PointerEvent} */ event) => this.#hold(event.pointerType === "mouse" ? 0 : TOUCH_MS),
    onFocusIn: () => (this.#focused = true),
    onFocusOut: () => {
      this.#focused = false;
      this.setState({});
    },
  };

  render(/** @type {View} */ view) {
    return html`<${All} view=${view} questions=${this.#placed(view.room.parts.discuss.questions)} hands=${this.#hands} />`;
  }
}

/** @param {{view: View, questions: Question[], hands: object}} p */
function All({ view, questions, hands }) {
  const { room, send } = view, part = /** @type {Part} */ (room.parts.discuss), host = room.me?.role === "host";
  const set = (/** @type {boolean} */ moderated, /** @type {boolean} */ nameless) => send({ t: "asking", moderated, nameless });
  return html`
    ${host && html`<details class="asking"><summary>${t("How questions are asked")}</summary>
      <label class="tick"><input type="checkbox" checked=${part.moderated} onChange=${() => set(!part.moderated, part.nameless)} /><span>${t("They wait for a host before they are shown")}</span></label>
      <label class="tick"><input type="checkbox" checked=${part.nameless} onChange=${() => set(part.moderated, !part.nameless)} /><span>${t("One may ask without one's name")}</span></label></details>`}
    ${!part.questions.length && !part.asking.length && html`<p class="muted">${t("No question yet. Ask the first one below.")}</p>`}
    <ol class="votes" role="list" ...${hands}>${questions.map((q) => html`<${One} key=${q.id} q=${q} view=${view} host=${host} />`)}
    ${part.asking.map((one) => html`<li key=${one.id} class="pending"><div><p>${one.text}</p><p class="small muted">${t("being sent…")}</p></div></li>`)}</ol>
    ${host && room.talk && html`<p class="small">${t("Questions, polls and messages to take with you:")} <a href=${`../../talk/${room.talk.code}/discussion.csv`} download>${t("as a table (CSV)")}</a> · <a href=${`../../talk/${room.talk.code}/discussion.json`} download>${t("as JSON")}</a></p>`}`;
}

/** @param {{q: Question, view: View, host: boolean}} p */
function One({ q, view, host }) {
  const { room, send } = view, over = room.ended !== null;
  const votable = !over && (q.state === "open" || q.state === "answering");
  const label = q.voted ? t("Take back your vote for “{text}”, {count} votes", { text: q.text, count: q.votes }) : t("Vote for “{text}”, {count} votes", { text: q.text, count: q.votes });
  return html`<li class=${q.state}>
    <button type="button" class="vote" aria-pressed=${String(q.voted === true)} disabled=${!votable} aria-label=${label}
      onClick=${() => send({ t: "vote", id: q.id, on: !q.voted })}>${icon("up")}${q.votes}</button>
    <div><p>${linked(q.text)}</p>
      <p class="small muted">${q.who ? q.name || t("Guest {number}", { number: q.who }) : t("without a name")} <${Mark} state=${q.state} /></p>
      ${host && html`<p class="row">${steps(q.state).map(([state, text]) => html`<button type="button" key=${state} class="btn small" aria-label=${t("{action}: {text}", { action: text, text: q.text })}
        onClick=${() => send({ t: "question", id: q.id, state })}>${text}</button>`)}</p>`}
      ${q.nonce && !host && !over && q.state !== "answered" && html`<p class="row"><button type="button" class="btn plain small" onClick=${() => send({ t: "withdraw", id: q.id })}>${t("Take my question back")}</button></p>`}
    </div></li>`;
}

/** @param {{state: State}} p */
function Mark({ state }) {
  const words = { waiting: t("Waits for a host"), open: "", answering: t("Being answered"), answered: t("Answered"), hidden: t("Hidden") };
  return words[state] && html`<span class=${state === "answering" ? "tag accent" : "tag"}>${words[state]}</span>`;
}

/** What a host may do with it. @param {State} state @returns {[State, string][]} */
function steps(state) {
  /** @type {[State, string][]} */
  const all = [
    ["open", state === "waiting" ? t("Show it") : t("Open again")], ["answering", t("Answer now")], ["answered", t("It is answered")], ["hidden", t("Hide it")],
  ];
  const may = { waiting: ["open", "answering", "hidden"], open: ["answering", "answered", "hidden"], answering: ["answered", "open"], answered: ["open", "hidden"], hidden: ["open"] };
  return all.filter(([to]) => may[state].includes(to));
}

/** The field below; keeps whether one's name goes with it. */
export class Ask extends Component {
  state = { nameless: false };

  render(/** @type {View & {ask: (text: string, named: boolean) => void}} */ { room, act, ask }) {
    const nobody = room.me && !myself(room)?.name, { nameless } = room.parts.discuss;
    const named = !(nameless && (nobody || this.state.nameless));
    if (room.ended)
      return html`<span></span>`;
    const send = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const form = /** @type {HTMLFormElement} */ (event.currentTarget), field = /** @type {HTMLInputElement} */ (form.elements.namedItem("question"));
      const text = field.value.trim();
      if (!text)
        return;
      if (named && nobody)
        return act.tab("chat");
      ask(text, named);
      form.reset();
      field.focus();
    };
    return html`<form class="say" onSubmit=${send}><label class="sr" for="my-question">${t("Your question")}</label>
      <input type="text" id="my-question" name="question" maxlength="500" autocomplete="off" placeholder=${t("Ask a question")} />
      <button type="submit" class="btn main" aria-label=${t("Send")}>${icon("arrow")}</button>
      ${nameless && !nobody && html`<label class="tick small"><input type="checkbox" checked=${this.state.nameless}
        onChange=${() => this.setState({ nameless: !this.state.nameless })} /><span>${t("Without my name")}</span></label>`}</form>`;
  }
}
