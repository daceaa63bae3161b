// Questions, polls and reactions of the room: what they add to the page (live/features.js). README.md has the messages.

import { add } from "../live/features.js";
import { later } from "../live/later.js";
import { html } from "../live/ui.js";
import { t } from "../live/words.js";
import { Reactions, reacted, ReactionsSetting, recent_ms } from "./reactions.js";
import { no_questions, open_ones, poll_changes, question_changes } from "./state.js";

/** @typedef {import("../live/room.js").View} View */
/** @typedef {import("./state.js").Poll} Poll */

const questions = () => import("./questions.js");
const Questions = later(questions, "Questions"), Ask = later(questions, "Ask");
const Polls = later(() => import("./polls.js"), "Polls"), Editor = later(() => import("./editor.js"), "Editor");

/** the poll that a host is writing @type {Poll | "new" | null} */
let edited = null;

/** @param {View} view @param {typeof edited} poll */
function edit(view, poll) {
  edited = poll;
  view.draw();
}

/** Kept here until the room has it, and sent again after a cut. @param {View} view @param {string} text @param {boolean} named */
function ask(view, text, named) {
  const message = { t: "ask", id: crypto.randomUUID?.() ?? String(performance.now()).replace(".", "-"), text, named };
  view.did(message);
  view.send(message);
}

/** @param {any} m @param {View} view @param {any} before of the same feature */
function announce(m, view, before) {
  if (m.t === "question" && m.question.state === "answering" && before.questions.find((/** @type {any} */ q) => q.id === m.question.id)?.state !== "answering")
    view.say(t("Being answered: {text}", { text: m.question.text }));
  if (m.t === "question" && m.question.state === "waiting" && view.room.me?.role === "host" && !before.questions.some((/** @type {any} */ q) => q.id === m.question.id))
    view.say(t("A question waits to be shown."));
  const was = m.t === "poll" && before.polls.find((/** @type {Poll} */ one) => one.id === m.poll.id)?.state;
  if (m.t === "poll" && m.poll.state !== was && m.poll.state !== "draft")
    view.say(m.poll.state === "open" ? t("A poll is open: {question}", { question: m.poll.question }) : t("The results of the poll are there."));
  if (m.t === "asked")
    view.say(m.state === "waiting" ? t("Your question waits for a host.") : t("Your question is shown."));
}

add({
  name: "discuss",
  empty: () => ({ ...no_questions(), polls: [], reactions: [] }),
  changes: {
    ...question_changes, ...poll_changes,
    welcome: (part, m) => poll_changes.welcome(question_changes.welcome(part, m), m),
    reacted: (part, m) => reacted(part, m),
  },
  heard: (m, view, before) => {
    if (m.t === "reacted")
      setTimeout(view.draw, recent_ms + 50);
    if (m.t === "welcome")
      for (const one of view.room.parts.discuss.asking)
        view.send({ t: "ask", ...one });
    const lost = m.t === "refused" && before.parts.discuss.asking.find((/** @type {{id: string}} */ one) => one.id === m.id);
    const field = /** @type {HTMLInputElement | null} */ (document.getElementById("my-question"));
    if (lost && field && !field.value)
      field.value = lost.text; // nothing that was typed is lost
    announce(m, view, before.parts.discuss);
  },
  tab: {
    icon: "question",
    title: ({ room }) => {
      const count = open_ones(room.parts.discuss.questions).length;
      return count ? t("Questions {count}", { count }) : t("Questions");
    },
    Body: (view) => html`<${Polls} ...${view} edit=${(/** @type {typeof edited} */ poll) => edit(view, poll)} /><${Questions} ...${view} />`,
    Foot: (view) => html`<${Ask} ...${view} ask=${(/** @type {string} */ text, /** @type {boolean} */ named) => ask(view, text, named)} />`,
  },
  Lane: (view) => html`<${Reactions} ...${view} />`,
  Dialogs: (view) => edited && html`<${Editor} key=${edited === "new" ? 0 : edited.id} poll=${edited} close=${() => edit(view, null)} save=${(/** @type {object} */ draft) => {
    view.send(draft);
    edit(view, null);
  }} />`,
  Settings: (view) => html`<${ReactionsSetting} ...${view} />`,
});
