// Who comes into a room: the lobby, the lock, the rehearsal, and the thirty seats of a workshop; over a real WebSocket.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Page as RoomPage } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { ownerClient, start } from './support.mjs';

const SEATS = 30;

let server, place, owner;

const Page = {
  open: (options) => RoomPage.open(server, place, options),
  join: (name, options) => RoomPage.join(server, place, name, options),
};

/** Comes to the room and waits before its door. */
async function stand(name, { key = null } = {}) {
  const page = await Page.open();
  page.waits = await page.ask({ t: 'join', name, key, h264: true }, 'waiting');
  return page;
}

/** An organiser in the room. */
async function hosts() {
  const page = await Page.join('', { client: await ownerClient(server) });
  await page.ask({ t: 'name', name: 'Host' }, 'people', (m) => m.set.some((p) => p.id === page.welcome.me.id && p.name === 'Host'));
  return page;
}

const is_there = (name) => (m) => m.list.some((one) => one.name === name);

/** As the organiser's form of the room has it. */
async function form(values) {
  const answer = await owner.post(`/${place.slug}/organise/rooms/${place.room}/`, { name: 'Scene', kind: 'workshop', capacity: '', note: '', ...values });
  assert.equal(answer.status, 303, answer.body_text);
}

before(async () => {
  server = await start();
  place = await importLive(server);
  owner = await ownerClient(server);
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|CRITICAL/);
});

describe('a workshop with a lobby', () => {
  let host, ana;

  it('is made by the form of the room', async () => {
    await form({ lobby: '1' });
    const page = await owner.get(`/${place.slug}/organise/rooms/${place.room}/`);
    assert.match(page.body_text, /name="lobby"[^>]*checked|checked[^>]*name="lobby"/);
    host = await hosts();
    assert.equal(host.welcome.room.kind, 'workshop');
    assert.equal(host.welcome.door, 'lobby');
    assert.deepEqual(host.welcome.lobby, []);
  });

  it('keeps a newcomer outside, who hears and says nothing but a name', async () => {
    ana = await stand('');
    assert.equal(ana.waits.door, 'lobby');
    assert.equal(ana.waits.room.title, 'Scene');
    assert.equal(ana.waits.talk.title, 'Live now');
    await host.next('lobby', (m) => m.list.length === 1);
    for (const message of [{ t: 'say', id: 'a', text: 'hello' }, { t: 'hand', up: true }, { t: 'take' }, { t: 'admit', all: true }, { t: 'door', door: 'open' }])
      assert.equal((await ana.ask(message, 'refused')).of, message.t);
    assert.equal((await ana.ask({ t: 'name', name: 'Ana' }, 'waiting')).me.name, 'Ana');
    await host.next('lobby', is_there('Ana'));
    assert.equal((await ana.ask({ t: 'ping' }, 'pong')).t, 'pong');
    await host.ask({ t: 'say', id: 'w1', text: 'between us' }, 'said', (m) => m.id);
    assert.ok(!ana.seen.some((m) => ['said', 'people', 'subscribe'].includes(m.t)), JSON.stringify(ana.seen));
  });

  it('lets in whom a host lets in, who then takes a seat without being asked', async () => {
    host.send({ t: 'admit', who: ana.waits.me.id });
    const welcome = await ana.next('welcome');
    assert.equal(welcome.me.id, ana.waits.me.id);
    assert.equal(welcome.me.key, ana.waits.me.key);
    assert.deepEqual(welcome.lobby, []);
    await ana.next('subscribe');
    await host.next('lobby', (m) => m.list.length === 0);
    await ana.ask({ t: 'take' }, 'people', (m) => m.set.some((p) => p.id === welcome.me.id && p.stage !== null));
  });

  it('refuses the door, and letting in, to those who are no hosts', async () => {
    for (const message of [{ t: 'door', door: 'open' }, { t: 'admit', all: true }, { t: 'turn_away', who: 1 }])
      assert.match((await ana.ask(message, 'refused')).text, /l’animation/);
    assert.equal((await host.ask({ t: 'door', door: 'ajar' }, 'refused')).of, 'door');
    assert.equal((await host.ask({ t: 'admit', who: 999 }, 'refused')).of, 'admit');
  });

  it('remembers after a power cut who was let in and who was not', async () => {
    const bo = await stand('Bo');
    await host.next('lobby', is_there('Bo'));
    const { folder } = server;
    await server.kill();
    server = await start({ folder });
    host = await hosts();
    assert.equal(host.welcome.door, 'lobby');
    const again = await stand('Bo', { key: bo.waits.me.key });
    assert.equal(again.waits.me.id, bo.waits.me.id);
    ana = await Page.join('', { key: ana.waits.me.key });
    assert.notEqual(ana.welcome.people.find((p) => p.name === 'Ana').stage, null);
    await host.next('lobby', is_there('Bo'));
    host.send({ t: 'admit', all: true });
    await again.next('welcome');
    await again.close();
  });

  it('locked, it lets nobody new in, and back in who was inside', async () => {
    host.send({ t: 'door', door: 'locked' });
    await ana.next('door', (m) => m.door === 'locked');
    const { key } = ana.welcome.me;
    await ana.close();
    const late = await stand('Late');
    assert.equal(late.waits.door, 'locked');
    ana = await Page.join('', { key });
    await host.next('lobby', is_there('Late'));
    host.send({ t: 'turn_away', who: late.waits.me.id });
    assert.equal((await late.next('bye')).reason, 'removed');
    await host.next('lobby', (m) => m.list.length === 0);
    const back = await Page.open();
    assert.equal((await back.ask({ t: 'join', name: 'Late', key: late.waits.me.key }, 'bye')).reason, 'removed');
  });

  it('opened, all who waited come in by themselves', async () => {
    const waiting = [await stand('One'), await stand('Two')];
    host.send({ t: 'door', door: 'open' });
    for (const page of waiting) {
      await page.next('welcome');
      await page.close();
    }
  });

  it('a rehearsal sends the public out, is not recorded, and leaves no word behind', async () => {
    host.send({ t: 'door', door: 'rehearsal' });
    const outside = await ana.next('waiting');
    assert.equal(outside.door, 'rehearsal');
    assert.equal(outside.me.id, ana.welcome.me.id);
    await host.next('people', (m) => m.gone.includes(ana.welcome.me.id));
    assert.equal((await host.ask({ t: 'record', on: true }, 'refused')).of, 'record');
    await host.ask({ t: 'say', id: 'r1', text: 'can you hear me?' }, 'said', (m) => m.id);
    const helper = await stand('Speaker without an account');
    await host.next('lobby', is_there('Speaker without an account'));
    host.send({ t: 'admit', who: helper.waits.me.id });
    assert.ok((await helper.next('welcome')).chat.some((line) => line.text === 'can you hear me?'));
    const { folder } = server;
    await server.kill();
    server = await start({ folder });
    host = await hosts();
    assert.equal(host.welcome.door, 'rehearsal');
    await (await Page.join('', { key: helper.waits.me.key })).close();
    ana = await stand('Ana', { key: outside.me.key });
    host.send({ t: 'door', door: 'open' });
    const welcome = await ana.next('welcome');
    assert.ok(welcome.chat.some((line) => line.text === 'between us'));
    assert.ok(!welcome.chat.some((line) => line.text === 'can you hear me?'));
    await host.next('unsaid');
  });

  it('has thirty seats, not thirty-one; lines are added as it fills', async () => {
    const pages = [];
    for (let n = 0; n < SEATS + 1; n++) {
      const page = await Page.join(`P${n}`);
      pages.push(page);
      page.send({ t: 'take' });
      if (n < SEATS)
        await page.next('people', (m) => m.set.some((p) => p.id === page.welcome.me.id && p.stage !== null));
    }
    assert.match((await pages[SEATS].next('refused')).text, /trente/);
    const { sdp } = await host.next('subscribe', (m) => /a=mid:v29\r\n/.test(m.sdp));
    assert.ok(sdp.length < 56 * 1024, `${sdp.length} bytes of description`);
    for (const page of pages)
      await page.close();
    await host.close();
  });
});
