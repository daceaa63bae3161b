// What the page knows of questions and polls: plain values, changed by messages. README.md has these.

/** @typedef {"waiting" | "open" | "answering" | "answered" | "hidden"} State */
/**
 * @typedef {{id: number, text: string, state: State, votes: number, at_us: number, who?: number, name?: string, voted?: boolean, nonce?: string}} Question
 * @typedef {{id: string, text: string, named: boolean}} Asking
 * @typedef {{moderated: boolean, nameless: boolean, questions: Question[], asking: Asking[]}} Part asking: said here, not yet acknowledged
 */

export const no_questions = () => ({ moderated: false, nameless: true, questions: /** @type {Question[]} */ ([]), asking: /** @type {Asking[]} */ ([]) });

/** @type {Record<string, (part: Part, m: any) => Part>} */
export const question_changes = {
  welcome: (part, m) => {
    const known = new Set(m.questions.map((/** @type {Question} */ q) => q.nonce));
    return { ...part, moderated: m.moderated, nameless: m.nameless, questions: m.questions, asking: part.asking.filter(({ id }) => !known.has(id)) };
  },
  /** Said here: kept until the room has it. */
  ask: (part, m) => ({ ...part, asking: [...part.asking, { id: m.id, text: m.text, named: m.named }] }),
  asked: (part, m) => ({
    ...part, asking: part.asking.filter(({ id }) => id !== m.id),
    questions: part.questions.map((q) => (q.id === m.question ? { ...q, nonce: m.id } : q)),
  }),
  refused: (part, m) => (m.of === "ask" ? { ...part, asking: part.asking.filter(({ id }) => id !== m.id) } : part),
  question: (part, m) => {
    const before = part.questions.find((q) => q.id === m.question.id);
    const others = part.questions.filter((q) => q !== before);
    return { ...part, questions: [...others, { ...m.question, voted: before?.voted ?? false, nonce: before?.nonce }] };
  },
  unasked: (part, m) => ({ ...part, questions: part.questions.filter((q) => !m.list.includes(q.id)) }),
  votes: (part, m) => {
    const votes = new Map(m.list);
    return { ...part, questions: part.questions.map((q) => (votes.has(q.id) ? { ...q, votes: votes.get(q.id) } : q)) };
  },
  voted: (part, m) => ({ ...part, questions: part.questions.map((q) => (q.id === m.id ? { ...q, voted: m.on, votes: m.votes } : q)) }),
  asking: (part, m) => ({ ...part, moderated: m.moderated, nameless: m.nameless }),
};

/** @param {Question[]} questions */
export function open_ones(questions) {
  return questions.filter((q) => q.state === "open" || q.state === "answering" || q.state === "waiting");
}

/** @typedef {"single" | "several" | "words"} Kind */
/**
 * @typedef {{id: number, kind: Kind, question: string, state: "draft" | "open" | "closed", answers: number,
 *   choices: {text: string, votes?: number}[], answered?: boolean}} Poll
 */

/** @type {Record<string, (part: any, m: any) => any>} */
export const poll_changes = {
  welcome: (part, m) => ({ ...part, polls: m.polls }),
  poll: (part, m) => {
    const polls = /** @type {Poll[]} */ (part.polls), before = polls.find((one) => one.id === m.poll.id);
    const after = { ...m.poll, answered: before?.answered ?? false };
    return { ...part, polls: before ? polls.map((one) => (one === before ? after : one)) : [...polls, after] };
  },
  polled: (part, m) => ({ ...part, polls: part.polls.map((/** @type {Poll} */ one) => (one.id === m.id ? { ...one, answers: m.answers } : one)) }),
  answered: (part, m) => ({ ...part, polls: part.polls.map((/** @type {Poll} */ one) => (one.id === m.poll ? { ...one, answered: true } : one)) }),
  unpolled: (part, m) => ({ ...part, polls: part.polls.filter((/** @type {Poll} */ one) => one.id !== m.id) }),
};
