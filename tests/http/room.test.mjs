// The room's messages over a real WebSocket, without a browser: who may say what, in which order, and what is still
// there after a restart and after a power cut.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { Page as RoomPage } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { linkTo } from './mail.mjs';
import { ownerClient, root, start } from './support.mjs';

let server, place;

const Page = {
  open: (options) => RoomPage.open(server, place, options),
  join: (name, options) => RoomPage.join(server, place, name, options),
};

before(async () => {
  server = await start();
  place = await importLive(server);
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

/** What a browser would say to an offer to watch, with these ICE credentials. */
const watcher_answer = (offer, ufrag) => offer
  .replace(/a=ice-lite\r\n/, '').replaceAll(/a=candidate:.*\r\n|a=end-of-candidates\r\n|a=ssrc.*\r\n/g, '')
  .replaceAll(/a=ice-ufrag:.*/g, `a=ice-ufrag:${ufrag}`).replaceAll(/a=ice-pwd:.*/g, `a=ice-pwd:${ufrag.padEnd(22, 'x')}`)
  .replaceAll('a=setup:actpass', 'a=setup:active').replaceAll('a=sendonly', 'a=recvonly');
const ufrag_of = (sdp) => sdp.match(/a=ice-ufrag:(\S+)/)[1];

describe('ICE restarts', () => {
  it('of who watches keep the connection\'s name and certificate; who may not or asks too often makes a new one', async () => {
    const page = await Page.join('Watcher'), first = await page.next('subscribe');
    const refused = (pc) => page.ask({ t: 'restart', pc }, 'refused').then((m) => assert.deepEqual([m.of, m.id], ['restart', pc]));
    await refused('sNobody');
    await refused(first.pc); // not answered yet
    page.send({ t: 'subscribed', pc: first.pc, sdp: watcher_answer(first.sdp, 'abcd0') });
    let before = ufrag_of(first.sdp), last;
    for (let n = 1; n < 30; n++) {
      last = await page.ask({ t: 'restart', pc: first.pc }, ['subscribe', 'refused']);
      if (last.t === 'refused') break;
      assert.equal(last.pc, first.pc);
      assert.notEqual(ufrag_of(last.sdp), before);
      assert.equal(last.sdp.match(/a=fingerprint.*/)[0], first.sdp.match(/a=fingerprint.*/)[0]);
      before = ufrag_of(last.sdp);
      page.send({ t: 'subscribed', pc: first.pc, sdp: watcher_answer(last.sdp, `abcd${n}`) });
    }
    assert.deepEqual([last.t, last.of, last.id], ['refused', 'restart', first.pc]);
    await page.close();
  });
  it('of who speaks are answered on the same connection, and need one that the server holds', async () => {
    const offer = await readFile(path.join(root, 'tests/fuzz/seeds/sdp/obs-30-publish.sdp'), 'utf8'), tracks = { 0: 'mic', 1: 'camera' };
    const host = await Page.join('', { client: await ownerClient(server) });
    await host.ask({ t: 'take' }, 'people', (m) => m.set.some((p) => p.id === host.welcome.me.id && p.stage !== null));
    const again = { t: 'publish', pc: 'one', tracks, restart: true, sdp: offer.replace('kQ7x', 'other').replace('0mZr', '1nAs') };
    const unknown = await host.ask(again, ['published', 'refused']);
    assert.deepEqual([unknown.of, unknown.id], ['restart', 'one']);
    const { sdp } = await host.ask({ t: 'publish', pc: 'one', sdp: offer, tracks }, 'published');
    const restarted = await host.ask(again, 'published');
    assert.equal(restarted.pc, 'one');
    assert.notEqual(ufrag_of(restarted.sdp), ufrag_of(sdp));
    const repeated = await host.ask(again, 'published'); // the answer was lost: no further restart
    assert.equal(ufrag_of(repeated.sdp), ufrag_of(restarted.sdp));
    const foreign = { ...again, sdp: again.sdp.replace('6B:1F', '6C:1F').replace('other', 'third').replace('1nAs', '2nAs') };
    assert.equal((await host.ask(foreign, 'refused')).of, 'restart'); // another certificate
    await host.ask({ t: 'leave' }, 'people', (m) => m.set.some((p) => p.id === host.welcome.me.id && p.stage === null));
    await host.close();
  });
});

describe('coming in', () => {
  it('welcomes with the whole state and an offer to watch; a word or a hand asks for a name first', async () => {
    const page = await Page.open();
    const welcome = await page.ask({ t: 'join', name: '', key: null }, 'welcome');
    assert.equal(welcome.me.role, 'guest');
    for (const message of [{ t: 'say', id: 'a', text: 'hello' }, { t: 'hand', up: true }])
      assert.equal((await page.ask(message, 'refused')).of, message.t);
    assert.equal((await page.ask({ t: 'name', name: 'a\u202eb' }, 'refused')).of, 'name');
    await page.ask({ t: 'name', name: 'Zoé' }, 'people', (m) => m.set.some((p) => p.name === 'Zoé'));
    await page.ask({ t: 'say', id: 'a', text: 'hello' }, 'said', (m) => m.name === 'Zoé');
    assert.equal(welcome.talk.title, 'Live now');
    assert.ok(welcome.seats >= 4);
    const { sdp } = await page.next('subscribe');
    assert.match(sdp, /a=mid:a0\r\n/);
    assert.match(sdp, /a=ice-lite/);
    await page.close();
  });
  it('a key brings the same person back, from a second page takes the first one\'s place', async () => {
    const first = await Page.join('Ada');
    const { key, id } = first.welcome.me;
    const second = await Page.join('', { key });
    assert.equal(second.welcome.me.id, id);
    assert.equal(second.welcome.me.name, 'Ada');
    assert.equal((await first.next('bye')).reason, 'elsewhere');
    await first.closed;
    await second.close();
  });
  it('an account that comes by another device is who it was, with name and seat, once its first page is gone', async () => {
    const client = await ownerClient(server, 'laptop@example.org'), laptop = await Page.join('', { client }), { id, key } = laptop.welcome.me;
    await laptop.ask({ t: 'name', name: 'Ada' }, 'people', (m) => m.set.some((p) => p.id === id && p.name === 'Ada'));
    await laptop.ask({ t: 'take' }, 'people', (m) => m.set.some((p) => p.id === id && p.stage !== null));
    const beside = await Page.join('', { client });
    assert.notEqual(beside.welcome.me.id, id); // a second page, while the first is there
    const seat = beside.welcome.people.find((p) => p.id === id).stage;
    await beside.close();
    laptop.socket.terminate();
    const witness = await Page.join('');
    await witness.next('people', (m) => m.set.some((p) => p.id === id && p.away)).catch(() => assert.ok(witness.welcome.people.find((p) => p.id === id).away));
    const phone = await Page.join('', { client }), me = phone.welcome.people.find((p) => p.id === id);
    assert.deepEqual([phone.welcome.me.id, phone.welcome.me.role, me.name, me.stage, me.away], [id, 'host', 'Ada', seat, false]);
    assert.notEqual(phone.welcome.me.key, key);
    const old = await Page.join('', { client, key });
    assert.notEqual(old.welcome.me.id, id); // the key of before brings nobody back
    await Promise.all([old.close(), witness.close()]);
    const host = await Page.join('', { client: await ownerClient(server) });
    host.send({ t: 'remove', who: id });
    assert.equal((await phone.next('bye')).reason, 'removed');
    const again = await Page.open({ client });
    again.send({ t: 'join', name: '', key: null, h264: true });
    assert.equal((await again.next('bye')).reason, 'removed'); // nor does a new page bring back who was removed
    await host.close();
  });
  it('refuses a page of another site', async () => {
    await assert.rejects(Page.open({ origin: 'https://evil.example' }), /403/);
  });
  it('tells the others who came, who left, and whose line was cut', async () => {
    const watcher = await Page.join('Watcher');
    const page = await Page.join('Comer');
    await watcher.next('people', (m) => m.set.some((p) => p.name === 'Comer' && !p.away));
    await page.close();
    await watcher.next('people', (m) => m.gone.includes(page.welcome.me.id));
    const other = await Page.join('Cut');
    other.socket.terminate();
    await watcher.next('people', (m) => m.set.some((p) => p.id === other.welcome.me.id && p.away));
    await watcher.close();
  });
});

describe('an account that is erased', () => {
  it('leaves an open room at once, with its name and every line, for all who are there', async () => {
    const client = server.client();
    await client.post(`/${place.slug}/register/`, { name: 'Effacée', email: 'effacee@example.org' });
    await client.useLink(await linkTo(server, 'effacee@example.org'));
    const [person, watcher] = [await Page.join('', { client }), await Page.join('Témoin')];
    const { id, key, name } = person.welcome.me;
    assert.equal(name, 'Effacée');
    await person.ask({ t: 'say', id: 'e1', text: 'À oublier' }, 'said');
    await watcher.ask({ t: 'say', id: 'e2', text: 'À garder' }, 'said', (m) => m.text === 'À garder');
    assert.equal((await client.post('/me/data/', { sure: '1' })).headers.get('location'), '/me/data/erased/');
    assert.equal((await watcher.next('unsaid')).who, id);
    await watcher.next('people', (m) => m.gone.includes(id));
    assert.equal((await person.next('bye')).reason, 'closed');
    const later = await Page.join('Plus tard', { key });
    assert.notEqual(later.welcome.me.id, id, 'the key opens nothing any more');
    assert.doesNotMatch(JSON.stringify(later.welcome), /Effacée|À oublier/);
    assert.match(JSON.stringify(later.welcome), /À garder/);
    await later.close();
    await watcher.close();
  });
  it('of somebody else changes nothing', async () => {
    const client = server.client();
    await client.post(`/${place.slug}/register/`, { name: 'Reste', email: 'reste@example.org' });
    await client.useLink(await linkTo(server, 'reste@example.org'));
    const person = await Page.join('', { client });
    assert.equal((await client.post('/me/data/', {})).status, 422, 'not sure: nothing is erased');
    await person.ask({ t: 'say', id: 'r1', text: 'Toujours là' }, 'said', (m) => m.name === 'Reste');
    await person.close();
  });
});

describe('words', () => {
  it('come to all in one order, and to their author as the acknowledgement', async () => {
    const [one, two] = [await Page.join('One'), await Page.join('Two')];
    for (let i = 0; i < 5; i++) {
      one.send({ t: 'say', id: `one-${i}`, text: `from one ${i}` });
      two.send({ t: 'say', id: `two-${i}`, text: `from two ${i}` });
    }
    const heard = async (page) => {
      const lines = [];
      for (let i = 0; i < 10; i++) lines.push(await page.next('said'));
      return lines;
    };
    const [first, second] = [await heard(one), await heard(two)];
    assert.deepEqual(first.map((line) => line.text), second.map((line) => line.text));
    assert.deepEqual(first.map((line) => line.n), first.map((line) => line.n).toSorted((a, b) => a - b));
    assert.deepEqual(first.filter((line) => line.id).map((line) => line.id), [0, 1, 2, 3, 4].map((i) => `one-${i}`));
    await one.close();
    await two.close();
  });
  it('the same nonce again is the same line', async () => {
    const page = await Page.join('Again');
    const line = await page.ask({ t: 'say', id: 'x1', text: 'once' }, 'said');
    const again = await page.ask({ t: 'say', id: 'x1', text: 'something else' }, 'said');
    assert.equal(again.n, line.n);
    assert.equal(again.text, 'once');
    await page.close();
  });
  it('have a length, no control characters, and a measure', async () => {
    const page = await Page.join('Loud');
    for (const text of ['', '   ', 'x'.repeat(1001), 'a\u0007b', 'a\u202eb', 7, null])
      assert.equal((await page.ask({ t: 'say', id: 'bad', text }, 'refused')).of, 'say');
    const answers = [];
    for (let i = 0; i < 11; i++) page.send({ t: 'say', id: `m${i}`, text: `m ${i}` });
    for (let i = 0; i < 10; i++) answers.push(await page.next('said', (m) => m.id));
    assert.equal((await page.next('refused', (m) => m.id === 'm10')).of, 'say');
    await page.close();
  });
  it('hands stand in the order they went up', async () => {
    const [one, two] = [await Page.join('H1'), await Page.join('H2')];
    const [a, b] = [one.welcome.me.id, two.welcome.me.id];
    await two.ask({ t: 'hand', up: true }, 'hands', (m) => m.list.includes(b));
    const both = await one.ask({ t: 'hand', up: true }, 'hands', (m) => m.list.includes(a));
    assert.ok(both.list.indexOf(b) < both.list.indexOf(a));
    await one.ask({ t: 'hand', up: true }, 'hands'); // again: the same, and acknowledged
    const down = await two.ask({ t: 'hand', up: false }, 'hands', (m) => !m.list.includes(b));
    assert.ok(down.list.includes(a));
    await one.ask({ t: 'hand', up: false }, 'hands', (m) => !m.list.includes(a));
    await one.close();
    await two.close();
  });
});

describe('who may', () => {
  it('a guest leads nothing', async () => {
    const page = await Page.join('Guest');
    for (const t of ['stage', 'mute', 'remove', 'pin', 'lower', 'record', 'end'])
      assert.equal((await page.ask({ t, who: page.welcome.me.id, on: true }, 'refused')).of, t);
    assert.equal((await page.ask({ t: 'take' }, 'refused')).of, 'take');
    await page.close();
  });
  it('a host brings on stage, mutes, takes off, removes', async () => {
    const host = await Page.join('', { client: await ownerClient(server) });
    assert.equal(host.welcome.me.role, 'host');
    const guest = await Page.join('Speaker to be');
    const who = guest.welcome.me.id;
    await guest.ask({ t: 'hand', up: true }, 'hands');
    host.send({ t: 'stage', who, on: true });
    const on = await guest.next('people', (m) => m.set.some((p) => p.id === who && p.stage === 0));
    assert.ok(on);
    await guest.next('hands', (m) => !m.list.includes(who));
    guest.send({ t: 'state', mic: true, camera: true, screen: false });
    await host.next('people', (m) => m.set.some((p) => p.id === who && p.mic));
    host.send({ t: 'mute', who });
    await guest.next('muted');
    await guest.next('people', (m) => m.set.some((p) => p.id === who && !p.mic));
    assert.equal(host.seen.some((m) => m.t === 'muted'), false);
    host.send({ t: 'stage', who, on: false });
    await guest.next('people', (m) => m.set.some((p) => p.id === who && p.stage === null));
    const { key } = guest.welcome.me;
    host.send({ t: 'remove', who });
    assert.equal((await guest.next('bye')).reason, 'removed');
    await guest.closed;
    const back = await Page.open();
    assert.equal((await back.ask({ t: 'join', name: 'x', key }, 'bye')).reason, 'removed');
    await host.close();
  });
  it('twelve on stage, not thirteen; lines are added as the stage grows', async () => {
    const host = await Page.join('', { client: await ownerClient(server) });
    const pages = [];
    for (let i = 0; i < 13; i++) {
      pages.push(await Page.join(`P${i}`));
      host.send({ t: 'stage', who: pages[i].welcome.me.id, on: true });
    }
    const refused = await host.next('refused');
    assert.equal(refused.of, 'stage');
    await host.next('people', (m) => m.seats === 12 || m.set.some((p) => p.stage === 11));
    await host.next('subscribe', (m) => /a=mid:a11\r\n/.test(m.sdp));
    for (const page of pages) await page.close();
    await host.close();
  });
});

describe('what is not a message of ours', () => {
  it('is refused in words, the tenth time the socket is closed', async () => {
    const page = await Page.join('Bad');
    const bad = ['{', '[]', '7', '{"t":"nothing"}', '{"t":7}', 'x'.repeat(60000), '{"t":"say","t":"say"}', '[['.repeat(5000)];
    for (const text of bad) assert.ok((await page.ask(text, 'refused')).text.length > 5);
    page.send('{}');
    page.send('{}');
    assert.equal(await page.closed, 1008);
  });
  it('more than 300 in ten seconds: the socket is closed, others go on (ASVS 17.3.1)', async () => {
    const flood = await Page.join('Flood'), other = await Page.join('Other');
    for (let i = 0; i < 400; i++) flood.send({ t: 'ping' });
    assert.equal(await flood.closed, 1008);
    assert.equal(flood.seen.filter((m) => m.t === 'pong').length, 299); // and the joining
    const { now_us } = await other.ask({ t: 'ping' }, 'pong');
    assert.ok(Math.abs(now_us / 1000 - Date.now()) < 5000, `${now_us}`); // by which the pages set their clocks
    await other.close();
  });
  it('too large, binary: the socket is closed, others go on', async () => {
    const other = await Page.join('Other');
    const large = await Page.join('Large');
    large.send('x'.repeat(70000));
    assert.equal(await large.closed, 1009);
    const binary = await Page.join('Binary');
    binary.socket.send(Buffer.from([1, 2, 3]));
    assert.equal(await binary.closed, 1003);
    await other.ask({ t: 'ping' }, 'pong');
    await other.close();
  });
});

describe('after a restart', () => {
  for (const [how, end] of [['asked for', (s) => s.stop({ keep: true })], ['of a power cut', (s) => s.kill()]])
    it(`${how}: words, hands, seats and people are there`, async () => {
      const host = await Page.join('', { client: await ownerClient(server) });
      const page = await Page.join(`Stays ${how}`);
      const { key, id } = page.welcome.me;
      await page.ask({ t: 'say', id: `before-${how.replaceAll(' ', '-')}`, text: `said before, ${how}` }, 'said', (m) => m.id);
      await page.ask({ t: 'hand', up: true }, 'hands', (m) => m.list.includes(id));
      const other = await Page.join(`On stage ${how}`);
      host.send({ t: 'stage', who: other.welcome.me.id, on: true });
      await other.next('people', (m) => m.set.some((p) => p.id === other.welcome.me.id && p.stage !== null));
      await other.ask({ t: 'say', id: 'sync', text: 'after the seat was written' }, 'said', (m) => m.id);
      const { folder } = server;
      await end(server);
      server = await start({ folder });
      const back = await Page.join('', { key });
      assert.equal(back.welcome.me.id, id);
      assert.ok(back.welcome.chat.some((line) => line.text === `said before, ${how}`));
      assert.ok(back.welcome.hands.includes(id));
      const again = await Page.join('', { key: other.welcome.me.key });
      assert.notEqual(again.welcome.people.find((p) => p.id === again.welcome.me.id).stage, null);
      await back.ask({ t: 'hand', up: false }, 'hands', (m) => !m.list.includes(id));
      await back.close();
      await again.close();
    });
});

describe('a session', () => {
  it('is recorded by a host, everyone sees it; its end says where the replay is, and empties the stage', async () => {
    const host = await Page.join('', { client: await ownerClient(server) });
    const guest = await Page.join('Sees it');
    host.send({ t: 'take' });
    await guest.next('people', (m) => m.set.some((p) => p.id === host.welcome.me.id && p.stage !== null));
    const door = async () => (await server.client().get(`/${place.slug}/live/`)).body_text;
    assert.match(await door(), /The session may be recorded, from when the host starts it.* Only those on stage who agree/);
    host.send({ t: 'record', on: true });
    assert.equal((await guest.next('record')).on, true);
    assert.match(await door(), /The session is being recorded\. Only those on stage who agree/);
    const late = await Page.join('Late');
    assert.equal(late.welcome.recording, true);
    host.send({ t: 'end' });
    assert.match((await guest.next('ended')).replay_url, /^\/test\/talk\/[0-9A-Z]{6}\/replay\/$/);
    await guest.next('record', (m) => !m.on);
    await guest.next('people', (m) => m.set.some((p) => p.id === host.welcome.me.id && p.stage === null));
    assert.equal((await host.ask({ t: 'take' }, 'refused')).of, 'take');
    const after = await Page.join('After');
    assert.match(after.welcome.ended.replay_url, /replay/);
    for (const page of [host, guest, late, after]) await page.close();
  });
  it('whose speakers want no recording has none, and the door says so', async () => {
    const quiet = await importLive(server, 'quiet');
    const store = new DatabaseSync(path.join(server.folder, 'treteau.db'), { timeout: 10000 });
    store.exec(`UPDATE talk SET no_recording = 1 WHERE event_id = (SELECT id FROM event WHERE slug = 'quiet')`);
    store.close();
    const host = await RoomPage.join(server, quiet, '', { client: await ownerClient(server) });
    assert.equal(host.welcome.me.role, 'host');
    assert.match((await host.ask({ t: 'record', on: true }, 'refused')).text, /ne doit pas être enregistrée/);
    assert.match((await server.client().get('/quiet/live/')).body_text, /This session is not recorded/);
    await host.close();
  });
});
