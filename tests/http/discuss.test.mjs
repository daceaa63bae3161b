// What people ask, vote and feel in a room, over a real WebSocket: who may do what, and what is still there afterwards.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Page as RoomPage } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { linkTo } from './mail.mjs';
import { ownerClient, start } from './support.mjs';

let server, place, owner;

const Page = {
  open: (options) => RoomPage.open(server, place, options),
  join: (name, options) => RoomPage.join(server, place, name, options),
};

before(async () => {
  server = await start();
  place = await importLive(server);
  owner = await ownerClient(server);
});
after(async () => {
  const { code, stderr } = await server.stop({ keep: false });
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

describe('reactions', () => {
  it('are gathered, told to everybody without a name, and limited', async () => {
    const [one, other] = [await Page.join(''), await Page.join('Ada')];
    for (let n = 0; n < 4; n++) one.send({ t: 'react', what: 'clap' });
    one.send({ t: 'react', what: 'heart' });
    const total = { clap: 0, heart: 0 };
    let messages = 0;
    while (total.clap < 4 || total.heart < 1) {
      const { t, counts, ...rest } = await other.next('reacted');
      assert.deepEqual(rest, {});
      for (const [what, n] of Object.entries(counts)) total[what] += n;
      messages++;
    }
    assert.deepEqual(total, { clap: 4, heart: 1 });
    assert.ok(messages <= 2, `${messages} messages`);
    assert.equal((await other.ask({ t: 'react', what: 'boo' }, 'refused')).of, 'react');
    for (let n = 0; n < 6; n++) one.send({ t: 'react', what: 'laugh' });
    assert.match((await one.next('refused')).text, /at once|d’un coup/);
    await one.close();
    await other.close();
  });
});

const host_page = () => Page.join('', { client: owner });
const refused = async (page, message) => {
  const { of, text } = await page.ask(message, 'refused');
  assert.equal(of, message.t);
  return text;
};
/** Asks, and gives back the question's number. */
async function ask(page, id, text, more = {}) {
  return (await page.ask({ t: 'ask', id, text, ...more }, 'asked', (m) => m.id === id)).question;
}

describe('questions', () => {
  it('are asked with or without a name, once a nonce, and voted for once each', async () => {
    const [ada, guest, other] = [await Page.join('Ada'), await Page.join(''), await Page.join('Bo')];
    const first = await ask(ada, 'q1', 'Who pays for it?');
    const { question } = await other.next('question', (m) => m.question.id === first);
    assert.deepEqual([question.name, question.text, question.state, question.votes], ['Ada', 'Who pays for it?', 'open', 0]);
    assert.equal(await ask(ada, 'q1', 'Who pays for it?'), first, 'sent again, stored once');
    await refused(guest, { t: 'ask', id: 'g1', text: 'With a name I have not' });
    const nameless = await ask(guest, 'g2', 'Without one', { named: false });
    const hidden = (await other.next('question', (m) => m.question.id === nameless)).question;
    assert.equal('who' in hidden || 'name' in hidden, false);

    for (let n = 0; n < 2; n++)
      assert.equal((await other.ask({ t: 'vote', id: first, on: true }, 'voted')).votes, 1);
    assert.equal((await guest.ask({ t: 'vote', id: first, on: true }, 'voted')).votes, 2);
    await ada.next('votes', (m) => m.list.some(([id, votes]) => id === first && votes === 2));
    assert.equal((await other.ask({ t: 'vote', id: first, on: false }, 'voted')).votes, 1);
    assert.equal((await guest.ask({ t: 'withdraw', id: first }, 'refused')).of, 'withdraw');
    guest.send({ t: 'withdraw', id: nameless });
    await ada.next('unasked', (m) => m.list.includes(nameless));
    for (const text of ['', ' ', 'x'.repeat(501), 'a\u202eb', 7, null]) await refused(other, { t: 'ask', id: 'bad', text });
    for (const page of [ada, guest, other]) await page.close();
  });

  it('wait for a host where hosts want it, and go through their states; the room refuses others', async () => {
    const [host, ada, other] = [await host_page(), await Page.join('Ada'), await Page.join('Bo')];
    for (const message of [{ t: 'asking', moderated: true }, { t: 'question', id: 1, state: 'hidden' }, { t: 'poll' }, { t: 'poll_state' }])
      await refused(ada, message);
    await host.ask({ t: 'asking', moderated: true, nameless: false }, 'asking', (m) => m.moderated && !m.nameless);
    await refused(ada, { t: 'ask', id: 'w0', text: 'Without my name', named: false });
    const id = await ask(ada, 'w1', 'May I?');
    await host.next('question', (m) => m.question.id === id && m.question.state === 'waiting');
    const late = await Page.join('Late');
    assert.equal(late.welcome.discuss.questions.some((q) => q.id === id), false);
    await refused(other, { t: 'vote', id, on: true });
    host.send({ t: 'question', id, state: 'answering' });
    await other.next('question', (m) => m.question.id === id && m.question.state === 'answering');
    const second = await ask(ada, 'w2', 'And who else?');
    host.send({ t: 'question', id: second, state: 'answering' });
    await other.next('question', (m) => m.question.id === id && m.question.state === 'answered');
    await other.next('question', (m) => m.question.id === second && m.question.state === 'answering');
    host.send({ t: 'question', id, state: 'hidden' });
    await other.next('unasked', (m) => m.list.includes(id));
    await refused(host, { t: 'question', id: 99999, state: 'open' });
    await host.ask({ t: 'asking', moderated: false, nameless: true }, 'asking', (m) => !m.moderated);
    for (const page of [host, ada, other, late]) await page.close();
  });
});

describe('polls', () => {
  const draft = (host, poll) => host.ask({ t: 'poll', ...poll }, 'poll', (m) => m.poll.question === poll.question).then((m) => m.poll.id);

  it('are drafts for hosts, open for all, answered once each; figures are for hosts until they are closed', async () => {
    const [host, ada, bo] = [await host_page(), await Page.join('Ada'), await Page.join('Bo')];
    const id = await draft(host, { kind: 'several', question: 'Which days?', choices: ['Monday', 'Tuesday', 'Never'] });
    await refused(ada, { t: 'answer', poll: id, choices: [0] });
    host.send({ t: 'poll', poll: id, kind: 'single', question: 'Which day?', choices: ['Monday', 'Tuesday'] });
    await host.next('poll', (m) => m.poll.id === id && m.poll.question === 'Which day?');
    host.send({ t: 'poll_state', poll: id, state: 'open' });
    const opened = (await ada.next('poll', (m) => m.poll.id === id)).poll;
    assert.deepEqual([opened.kind, opened.state, opened.choices], ['single', 'open', [{ text: 'Monday' }, { text: 'Tuesday' }]]);
    for (const choices of [[], [2], [-1], [0, 1], [0, 0], ['0'], [0.5], null]) await refused(ada, { t: 'answer', poll: id, choices });
    assert.equal((await ada.ask({ t: 'answer', poll: id, choices: [1] }, 'answered')).counted, true);
    assert.equal((await ada.ask({ t: 'answer', poll: id, choices: [0] }, 'answered')).counted, false, 'once each');
    await bo.ask({ t: 'answer', poll: id, choices: [1] }, 'answered');
    assert.equal((await bo.next('polled', (m) => m.id === id && m.answers === 2)).choices, undefined);
    await host.next('poll', (m) => m.poll.id === id && m.poll.choices[1].votes === 2);
    assert.equal(ada.seen.concat(bo.seen).some((m) => m.t === 'poll' && 'votes' in m.poll.choices[0]), false);
    await refused(host, { t: 'poll', poll: id, kind: 'single', question: 'Changed', choices: ['a', 'b'] });
    const stored = await store();
    assert.equal(stored.prepare('SELECT count(*) AS n FROM discuss_answered WHERE poll_id = ?').get(id).n, 2);
    host.send({ t: 'poll_state', poll: id, state: 'closed' });
    const { poll } = await ada.next('poll', (m) => m.poll.id === id && m.poll.state === 'closed');
    assert.deepEqual(poll.choices, [{ text: 'Monday', votes: 0 }, { text: 'Tuesday', votes: 2 }]);
    assert.equal(stored.prepare('SELECT count(*) AS n FROM discuss_answered WHERE poll_id = ?').get(id).n, 0, 'nobody is kept beside it');
    stored.close();
    await refused(ada, { t: 'answer', poll: id, choices: [0] });
    await refused(host, { t: 'poll_state', poll: id, state: 'open' });
    for (const page of [host, ada, bo]) await page.close();
  });

  it('of words count what is written alike as one', async () => {
    const [host, ada, bo] = [await host_page(), await Page.join('Ada'), await Page.join('Bo')];
    const id = await draft(host, { kind: 'words', question: 'In a word?' });
    host.send({ t: 'poll_state', poll: id, state: 'open' });
    await bo.next('poll', (m) => m.poll.id === id);
    for (const words of [[], ['a', 'b', 'c', 'd'], [''], ['x'.repeat(41)], [1], null]) await refused(ada, { t: 'answer', poll: id, words });
    await ada.ask({ t: 'answer', poll: id, words: ['Lien', 'Équipe', 'lien'] }, 'answered');
    await bo.ask({ t: 'answer', poll: id, words: [' lien '] }, 'answered');
    host.send({ t: 'poll_state', poll: id, state: 'closed' });
    const { poll } = await bo.next('poll', (m) => m.poll.id === id && m.poll.state === 'closed');
    assert.deepEqual([poll.answers, poll.choices], [2, [{ text: 'lien', votes: 2 }, { text: 'équipe', votes: 1 }]]);
    for (const page of [host, ada, bo]) await page.close();
  });
});

/** The server's database, to look into. */
async function store() {
  const { DatabaseSync } = await import('node:sqlite');
  return new DatabaseSync(`${server.folder}/treteau.db`, { readOnly: true });
}

describe('what was acknowledged', () => {
  it('is there after a power cut: questions, votes, states, an open poll and who has answered it', async () => {
    const [host, ada] = [await host_page(), await Page.join('Ada')];
    const id = await ask(ada, 'k1', 'Still there?');
    await ada.ask({ t: 'vote', id, on: true }, 'voted');
    const { poll } = await host.ask({ t: 'poll', kind: 'single', question: 'Kept?', choices: ['Yes', 'No'] }, 'poll', (m) => m.poll.question === 'Kept?');
    host.send({ t: 'poll_state', poll: poll.id, state: 'open' });
    await ada.next('poll', (m) => m.poll.id === poll.id);
    await ada.ask({ t: 'answer', poll: poll.id, choices: [0] }, 'answered');
    await server.kill();
    server = await start({ folder: server.folder });
    owner.origin = server.origin;
    const back = await Page.join('', { key: ada.welcome.me.key });
    const { questions, polls } = back.welcome.discuss;
    assert.deepEqual(questions.filter((q) => q.id === id).map(({ text, votes, voted, nonce }) => [text, votes, voted, nonce]), [['Still there?', 1, true, 'k1']]);
    assert.deepEqual(polls.filter((p) => p.id === poll.id).map(({ state, answers, answered }) => [state, answers, answered]), [['open', 1, true]]);
    assert.equal((await back.ask({ t: 'answer', poll: poll.id, choices: [1] }, 'answered')).counted, false);
    await back.close();
  });
});

describe('a person and the organisers', () => {
  it('a person gets their questions and votes, and erases them for all who are there', async () => {
    const client = server.client();
    await client.post(`/${place.slug}/register/`, { name: 'Effacée', email: 'discuss@example.org' });
    await client.useLink(await linkTo(server, 'discuss@example.org'));
    const [person, watcher] = [await Page.join('', { client }), await Page.join('Témoin')];
    const id = await ask(person, 'e1', 'À oublier ?');
    await person.ask({ t: 'vote', id, on: true }, 'voted');
    const data = await client.get('/me/data/data.json');
    assert.match(data.body_text, /À oublier/);
    await client.post('/me/data/', { sure: '1' });
    await watcher.next('unasked', (m) => m.list.includes(id));
    const later = await Page.join('');
    assert.doesNotMatch(JSON.stringify(later.welcome), /À oublier/);
    for (const page of [watcher, later]) await page.close();
  });

  it('hosts get all of a session as JSON and as a table, others nothing', async () => {
    const page = await Page.join('');
    const address = `/${place.slug}/talk/${page.welcome.talk.code}/discussion`;
    await page.close();
    for (const ending of ['json', 'csv']) assert.equal((await server.client().get(`${address}.${ending}`)).status, 403);
    const all = JSON.parse((await owner.get(`${address}.json`)).body_text);
    assert.ok(all.questions.some((q) => q.text === 'Who pays for it?' && q.name === 'Ada' && q.votes === 1));
    assert.deepEqual(all.polls.find((p) => p.question === 'In a word?').choices[0], { text: 'lien', votes: 2 });
    const csv = (await owner.get(`${address}.csv`)).body_text;
    assert.match(csv, /question,Who pays for it\?,Ada,1,open,/);
    assert.match(csv, /poll,In a word\?,,2,closed,/);
    const form = await owner.get(`/${place.slug}/organise/session/${page.welcome.talk.code}/`);
    assert.ok(form.body_text.includes(`href="${address}.csv"`));
  });
});

describe('the end of a session', () => {
  it('closes what is open, keeps the numbers and forgets who voted', async () => {
    const [host, ada] = [await host_page(), await Page.join('Ada')];
    const id = await ask(ada, 'z1', 'The last one?');
    await ada.ask({ t: 'vote', id, on: true }, 'voted');
    const { poll } = await host.ask({ t: 'poll', kind: 'words', question: 'Never opened?' }, 'poll', (m) => m.poll.question === 'Never opened?');
    host.send({ t: 'end' });
    await ada.next('ended');
    await refused(host, { t: 'poll_state', poll: poll.id, state: 'open' });
    await ada.next('poll', (m) => m.poll.question === 'Kept?' && m.poll.state === 'closed');
    await refused(ada, { t: 'ask', id: 'z2', text: 'Too late' });
    ada.seen.length = 0; // the end itself tells that no hand is up
    await ada.ask({ t: 'hand', up: false }, 'hands'); // behind what the end has written
    const stored = await store();
    assert.equal(stored.prepare('SELECT count(*) AS n FROM discuss_vote').get().n, 0);
    assert.equal(stored.prepare('SELECT votes FROM discuss_question WHERE id = ?').get(id).votes, 1);
    assert.equal(stored.prepare('SELECT count(*) AS n FROM discuss_answered').get().n, 0);
    stored.close();
    for (const page of [host, ada]) await page.close();
  });
});

describe('the discussion, led', () => {
  it('a line answers another, is taken out by its author or a host, and by nobody else', async () => {
    const [host, ada, bo] = [await host_page(), await Page.join('Ada'), await Page.join('Bo')];
    const first = await ada.ask({ t: 'say', id: 'c1', text: 'See https://example.org' }, 'said', (m) => m.id === 'c1');
    const reply = await bo.ask({ t: 'say', id: 'c2', text: 'Thank you', reply: first.n }, 'said', (m) => m.id === 'c2');
    assert.equal(reply.reply, first.n);
    assert.equal((await bo.ask({ t: 'say', id: 'c3', text: 'To nothing', reply: 9999 }, 'said', (m) => m.id === 'c3')).reply, undefined);
    await refused(bo, { t: 'unsay', n: first.n });
    await refused(bo, { t: 'unsay', n: 9999 });
    ada.send({ t: 'unsay', n: first.n });
    await bo.next('unsaid', (m) => m.n === first.n);
    host.send({ t: 'unsay', n: reply.n });
    await ada.next('unsaid', (m) => m.n === reply.n);
    const late = await Page.join('');
    assert.doesNotMatch(JSON.stringify(late.welcome.chat), /example\.org|Thank you/);
    const stored = await store();
    assert.equal(stored.prepare('SELECT text FROM live_line WHERE n = ?').get(first.n).text, '');
    stored.close();
    for (const page of [host, ada, bo, late]) await page.close();
  });

  it('waits for a host where hosts want it, and goes one line at a time', async () => {
    const [host, ada, bo] = [await host_page(), await Page.join('Ada'), await Page.join('Bo')];
    for (const message of [{ t: 'chat', slow_s: 0, moderated: true }, { t: 'show', n: 1 }]) await refused(ada, message);
    await refused(host, { t: 'chat', slow_s: 601, moderated: false });
    await host.ask({ t: 'chat', slow_s: 600, moderated: true }, 'chat', (m) => m.rules.moderated && m.rules.slow_s === 600);
    const line = await ada.ask({ t: 'say', id: 'm1', text: 'May I?' }, 'said', (m) => m.id === 'm1');
    assert.equal(line.waiting, true);
    await host.next('said', (m) => m.n === line.n && m.waiting);
    const late = await Page.join('');
    assert.deepEqual([late.welcome.chat_rules, late.welcome.chat.some((one) => one.n === line.n)], [{ slow_s: 600, moderated: true }, false]);
    await refused(ada, { t: 'say', id: 'm2', text: 'And I?' });
    // the first one sent again after a cut is no other one, however slow the discussion is
    assert.equal((await ada.ask({ t: 'say', id: 'm1', text: 'May I?' }, 'said', (m) => m.id === 'm1')).n, line.n);
    await host.ask({ t: 'name', name: 'Hôte' }, 'people', (m) => m.set.some((p) => p.name === 'Hôte'));
    await host.ask({ t: 'say', id: 'h1', text: 'A host may' }, 'said', (m) => m.id === 'h1' && !m.waiting);
    host.send({ t: 'show', n: line.n });
    const shown = await bo.next('said', (m) => m.n === line.n);
    assert.equal(shown.waiting, undefined);
    await host.ask({ t: 'chat', slow_s: 0, moderated: false }, 'chat', (m) => !m.rules.moderated);
    for (const page of [host, ada, bo, late]) await page.close();
  });

  it('a line older than the last 200 is taken out all the same, by its author or a host', async () => {
    const [host, ada, bo] = [await host_page(), await Page.join('Ada'), await Page.join('Bo')];
    const old = [];
    for (const id of ['o1', 'o2']) old.push((await ada.ask({ t: 'say', id, text: 'Long ago' }, 'said', (m) => m.id === id)).n);
    for (let writer = 0; writer < 20; writer++) {
      const page = await Page.join(`W${writer}`);
      for (let n = 0; n < 10; n++) page.send({ t: 'say', id: `w${n}`, text: 'Later' });
      await page.next('said', (m) => m.id === 'w9');
      await page.close();
    }
    assert.equal((await Page.join('')).welcome.chat.some((one) => old.includes(one.n)), false);
    await refused(bo, { t: 'unsay', n: old[0] });
    ada.send({ t: 'unsay', n: old[0] });
    await bo.next('unsaid', (m) => m.n === old[0]);
    host.send({ t: 'unsay', n: old[1] });
    await bo.next('unsaid', (m) => m.n === old[1]);
    await refused(host, { t: 'unsay', n: old[1] });
    for (const page of [host, ada, bo]) await page.close();
  });
});
