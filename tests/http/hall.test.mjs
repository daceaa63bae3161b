// The hall's phone page without script: one queue of hands with those at home, led by a host; who has the floor.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { ownerClient, start } from './support.mjs';

const HALL = '/test/live/scene/hall/';
let server, place, owner, host, home;

before(async () => {
  server = await start();
  place = await importLive(server);
  owner = await ownerClient(server);
  host = await Page.join(server, place, '', { client: owner });
  home = await Page.join(server, place, 'Home');
});
after(async () => {
  await host.close();
  await home.close();
  const { code, stderr } = await server.stop({ keep: false });
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|store:/);
});

/** Somebody with a phone in the hall. */
function phone() {
  const client = server.client();
  const send = async (fields) => client.post(HALL, fields, { token: await client.token(HALL) });
  const page = async () => (await client.get(HALL)).body_text;
  return { client, send, page };
}
const id_of = (name) => host.next('people', (m) => m.set.some((one) => one.name === name)).then((m) => m.set.find((one) => one.name === name).id);
const queue = (...list) => host.next('hands', (m) => JSON.stringify(m.list) === JSON.stringify(list));

describe('hands from the hall', () => {
  let anna, berta, first, second;

  it('ask for a name first', async () => {
    const phone1 = phone();
    assert.match(await phone1.page(), /Raise my hand[\s\S]*Nobody is waiting/);
    assert.equal((await phone1.send({ hand: 'up' })).status, 422);
    assert.equal((await phone1.send({ hand: 'up', name: 'x'.repeat(61) })).status, 422);
    assert.equal((await phone1.send({ hand: 'up', name: '\u202eeve' })).status, 422);
  });

  it('stand in one queue with those at home, and hosts see that they are in the hall', async () => {
    anna = phone();
    const seen = host.next('people', (m) => m.set.some((one) => one.name === 'Anna'));
    assert.equal((await anna.send({ name: 'Anna', hand: 'up' })).status, 303);
    const person = (await seen).set.find((one) => one.name === 'Anna');
    assert.equal(person.hall, true);
    assert.equal(person.away, false);
    first = person.id;
    await queue(first);
    assert.match(await anna.page(), /first in the queue/);
    home.send({ t: 'hand', up: true });
    await queue(first, home.welcome.me.id);
    berta = phone();
    const came = id_of('Berta');
    await berta.send({ name: 'Berta', hand: 'up' });
    second = await came;
    await queue(first, home.welcome.me.id, second);
    assert.match(await berta.page(), /number 3 in the queue/);
    assert.match(await phone().page(), /3 people are waiting, here and online/);
    await berta.send({ hand: 'up' }); // again: the same place
    assert.match(await berta.page(), /number 3 in the queue/);
  });

  it('are put in another order by a host alone', async () => {
    home.send({ t: 'place', who: second, to: 0 });
    assert.equal((await home.next('refused')).of, 'place');
    host.send({ t: 'place', who: second, to: 0 });
    await queue(second, first, home.welcome.me.id);
    assert.match(await berta.page(), /first in the queue/);
    assert.match(await anna.page(), /number 2 in the queue/);
    host.send({ t: 'place', who: second, to: 99 });
    await queue(first, home.welcome.me.id, second);
    assert.match(await berta.page(), /number 3 in the queue/);
    host.send({ t: 'place', who: 9999, to: 0 });
    await queue(first, home.welcome.me.id, second);
  });

  it('get the floor, with a clock for all, and not the stage', async () => {
    assert.deepEqual(home.welcome.floor, { who: null, name: '', since_us: 0, limit_s: 0 });
    home.send({ t: 'floor', who: home.welcome.me.id });
    assert.equal((await home.next('refused')).of, 'floor');
    host.send({ t: 'floor_limit', seconds: 120 });
    assert.equal((await home.next('floor')).limit_s, 120);
    host.send({ t: 'floor', who: first });
    host.send({ t: 'lower', who: first });
    const floor = await home.next('floor');
    assert.equal(floor.name, 'Anna');
    assert.ok(Math.abs(floor.since_us / 1000 - Date.now()) < 10000);
    await queue(home.welcome.me.id, second);
    const later = await Page.join(server, place, 'Later');
    assert.deepEqual(later.welcome.floor, { who: first, name: 'Anna', since_us: floor.since_us, limit_s: 120 });
    await later.close();
    host.send({ t: 'stage', who: first, on: true });
    assert.match((await host.next('refused')).text, /dans la salle/);
    host.send({ t: 'floor', who: 9999 });
    assert.match((await host.next('refused')).text, /est partie/);
    host.send({ t: 'floor', who: null });
    assert.equal((await home.next('floor')).who, null);
  });

  it('go down by a button, and are taken down with who is removed', async () => {
    await berta.send({ hand: 'down' });
    await queue(home.welcome.me.id);
    await berta.send({ hand: 'up', name: 'Berta B' });
    await queue(home.welcome.me.id, second);
    host.send({ t: 'remove', who: second });
    await queue(home.welcome.me.id);
    assert.equal((await berta.send({ hand: 'up' })).status, 403);
  });

});

describe('votes and questions from the hall, without script', () => {
  const told = (t, wanted) => host.next(t, wanted);
  let cleo, dora;

  it('vote for a question of somebody at home, without a name, and take it back', async () => {
    home.send({ t: 'ask', id: 'q1', text: 'Who pays?', named: true });
    const { question } = await home.next('asked');
    cleo = phone();
    assert.match(await cleo.page(), /Who pays\?/);
    const one = told('votes');
    assert.equal((await cleo.send({ vote: question })).status, 303);
    assert.deepEqual((await one).list, [[question, 1]]);
    assert.match(await cleo.page(), new RegExp(`name="unvote"[^>]*aria-pressed="true"[^>]*votes: 1[^>]*value="${question}"`));
    assert.match(await phone().page(), new RegExp(`name="vote"[^>]*aria-pressed="false"[^>]*value="${question}"`));
    await cleo.send({ vote: question }); // again: still one
    assert.match(await cleo.page(), /votes: 1\)/);
    const none = told('votes');
    assert.equal((await cleo.send({ unvote: question })).status, 303);
    assert.deepEqual((await none).list, [[question, 0]]);
    const lost = await cleo.send({ vote: 99999 });
    assert.equal(lost.status, 422);
    assert.match(lost.body_text, /prend pas de voix|takes no votes/);
  });

  it('ask with a name and without, once each, and wait where questions wait', async () => {
    const nonce_of = async (who) => /name="nonce" value="([^"]+)"/.exec(await who.page())[1];
    dora = phone();
    const nonce = await nonce_of(dora), asked = told('question', (m) => m.question.text === 'Where to?');
    assert.equal((await dora.send({ ask: 'Where to?', name: 'Dora', nonce })).status, 303);
    assert.equal((await asked).question.name, 'Dora');
    assert.equal((await dora.send({ ask: 'Where to?', name: 'Dora', nonce })).status, 303); // the button twice
    assert.equal((await dora.page()).split('Where to?</p>').length - 1, 1);
    host.send({ t: 'asking', moderated: true, nameless: true });
    await home.next('asking', (m) => m.moderated);
    assert.match(await dora.page(), /A host reads it before it is shown/);
    const waits = told('question', (m) => m.question.text === 'Since when?');
    await dora.send({ ask: 'Since when?', nameless: '1', named: '1', nonce: await nonce_of(dora) });
    const waiting = (await waits).question;
    assert.equal(waiting.state, 'waiting');
    assert.equal(waiting.name, undefined);
    assert.match(await dora.page(), /Since when\?[\s\S]{0,80}Waits for a host/);
    assert.doesNotMatch(await phone().page(), /Since when/);
    host.send({ t: 'question', id: waiting.id, state: 'answering' });
    await home.next('question', (m) => m.question.state === 'answering');
    assert.match(await phone().page(), /Since when\?[\s\S]{0,200}without a name[\s\S]{0,80}Being answered/);
    const refused = await dora.send({ ask: 'x'.repeat(501), named: '1', nonce: 'n3' });
    assert.equal(refused.status, 422);
    assert.match(refused.body_text, /500/);
    host.send({ t: 'asking', moderated: false, nameless: false });
    await home.next('asking', (m) => !m.nameless);
    assert.equal((await phone().send({ ask: 'Nobody?', nonce: 'n4' })).status, 422);
  });

  it('answer polls of the three kinds once, and read the results', async () => {
    const opened = async (kind, question, choices) => {
      const drafted = told('poll', (m) => m.poll.question === question);
      host.send({ t: 'poll', id: `p-${kind}`, poll: 0, kind, question, choices });
      const { id } = (await drafted).poll;
      assert.doesNotMatch(await cleo.page(), new RegExp(question));
      const open = home.next('poll', (m) => m.poll.id === id && m.poll.state === 'open');
      host.send({ t: 'poll_state', poll: id, state: 'open' });
      await open;
      return id;
    };
    const closed = async (id) => {
      const results = home.next('poll', (m) => m.poll.id === id && m.poll.state === 'closed');
      host.send({ t: 'poll_state', poll: id, state: 'closed' });
      return (await results).poll;
    };
    const single = await opened('single', 'Tea or coffee', ['Tea', 'Coffee']);
    assert.match(await cleo.page(), /type="radio" name="pick" value="1"/);
    assert.equal((await cleo.send({ poll: single, pick: 1 })).status, 303);
    assert.match(await cleo.page(), /Tea or coffee[\s\S]{0,300}Your answer is counted/);
    assert.equal((await cleo.send({ poll: single, pick: 0 })).status, 303); // counted once, and not another one
    assert.equal((await dora.send({ poll: single })).status, 422);
    home.send({ t: 'answer', poll: single, choices: [0] });
    await home.next('answered');
    assert.deepEqual((await closed(single)).choices.map((one) => one.votes), [1, 1]);
    assert.match(await phone().page(), /Tea<\/span> <b>50 % \(1\)[\s\S]*2 answers/);
    assert.equal((await dora.send({ poll: single, pick: 0 })).status, 422);
    const several = await opened('several', 'Which days', ['Mon', 'Tue', 'Wed']);
    await dora.send({ poll: several, pick0: 1, pick2: 1 });
    assert.deepEqual((await closed(several)).choices.map((one) => one.votes), [1, 0, 1]);
    const words = await opened('words', 'One word', []);
    await dora.send({ poll: words, word0: 'Lien', word1: 'Temps' });
    await cleo.send({ poll: words, word0: 'lien ' });
    assert.deepEqual((await closed(words)).choices.map((one) => [one.text, one.votes]), [['lien', 2], ['temps', 1]]);
    assert.match(await cleo.page(), /class="s4">lien <small>2/);
  });

  it('see who has the floor', async () => {
    assert.doesNotMatch(await dora.page(), /has the floor|have the floor/);
    const hand = id_of('Dora');
    await dora.send({ hand: 'up', name: 'Dora' });
    dora.id = await hand;
    host.send({ t: 'floor', who: dora.id });
    await home.next('floor', (m) => m.who);
    assert.match(await dora.page(), /You have the floor/);
    assert.match(await phone().page(), /Dora has the floor/);
    host.send({ t: 'floor_limit', seconds: 60 }); // one right after the other: none undoes the one before
    host.send({ t: 'floor', who: null });
    assert.equal((await home.next('floor', (m) => !m.who && m.limit_s !== 120)).limit_s, 60);
    assert.doesNotMatch(await phone().page(), /Dora has the floor/);
  });

  it('are all there after a kill: hands, names, votes, answers', async () => {
    const { question } = await (async () => {
      home.send({ t: 'ask', id: 'q9', text: 'Still there?', named: true });
      return home.next('asked', (m) => m.id === 'q9');
    })();
    await cleo.send({ vote: question });
    home.send({ t: 'hand', up: false });
    await home.next('hands', (m) => m.list.length === 1 && m.list[0] === dora.id);
    const before = await cleo.page(), hers = await dora.page();
    assert.match(hers, /first in the queue/);
    await server.kill();
    server = await start({ folder: server.folder });
    for (const { client } of [cleo, dora]) client.origin = server.origin;
    const plain = (page) => page.replace(/name="(csrf|nonce)" value="[^"]*"/g, '').replace(/\/static\/[^"]*/g, '');
    assert.equal(plain(await cleo.page()), plain(before));
    assert.equal(plain(await dora.page()), plain(hers));
    host = await Page.join(server, place, '', { client: owner });
    assert.deepEqual(host.welcome.people.filter((one) => one.id === host.welcome.hands[0]).map((one) => [one.name, one.hall]), [['Dora', true]]);
    assert.equal(host.welcome.discuss.questions.find((one) => one.id === question).votes, 1);
    assert.equal((await cleo.send({ unvote: question })).status, 303); // and goes on with the same cookie
    home = await Page.join(server, place, 'Home');
    assert.equal(home.welcome.discuss.questions.find((one) => one.id === question).votes, 0);
  });
});

describe("the hall's page", () => {
  it('weighs at most 20 kB with its style and script', async () => {
    const page = (await server.client().get(HALL)).body_text;
    const assets = [...page.matchAll(/(?:href|src)="(\/static\/[^"]+\.(?:css|js))"/g)].map(([, url]) => url);
    assert.equal(assets.length, 3, assets.join(' '));
    const texts = await Promise.all(assets.map(async (url) => (await server.client().get(url)).body_text));
    const bytes = [page, ...texts].reduce((sum, text) => sum + gzipSync(text).length, 0);
    assert.ok(bytes < 20000, `${bytes} bytes`);
  });
  it('is French, and only where there is a room', async () => {
    assert.match((await server.client({ lang: 'fr' }).get(HALL)).body_text, /Lever la main/);
    assert.equal((await server.client().get('/test/live/nowhere/hall/')).status, 404);
  });
});
