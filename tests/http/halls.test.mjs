// The links of a hall: its screen watches and is nobody, its seat goes on stage under the hall's name; both end with the link.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { ownerClient, start } from './support.mjs';

const LINKS = '/test/organise/halls/';
let server, place, owner, host;

before(async () => {
  server = await start();
  place = await importLive(server);
  owner = await ownerClient(server);
  host = await Page.join(server, place, '', { client: owner });
});
after(async () => {
  await host.close();
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|store:/);
});

/** A page of a hall, by the cookie that its link left. */
async function come_in(client, page, key = null) {
  const one = await Page.open(server, place, { client, path: `${page}/socket` });
  one.send({ t: 'join', key, h264: true });
  one.welcome = await one.next('welcome');
  return one;
}
async function make(name) {
  const answer = await owner.post(LINKS, { room: 'scene', name });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  const link = (page) => new URL(new RegExp(`href="([^"]+/${page}/\\?key=[^"]+)"`).exec(answer.body_text)[1]);
  return { screen: link('screen'), seat: link('seat') };
}
/** Opens the link as the hall's machine does. */
async function machine(link) {
  const client = server.client(), answer = await client.get(link.pathname + link.search);
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get('location').includes('key'), false); // what is projected does not show it
  return client;
}
const status_of = (client, path) => new Promise((resolve) => {
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const socket = new WebSocket(server.origin.replace('http', 'ws') + path, { headers: { cookie, origin: server.origin } });
  socket.on('unexpected-response', (_, response) => resolve(response.statusCode)).on('open', () => resolve(101)).on('error', () => {});
});

describe('the links of a hall', () => {
  let links, screen_machine, seat_machine, screen, seat;

  it('are made by a host, and open nothing else', async () => {
    assert.equal((await server.client().get('/test/live/scene/screen/')).status, 403);
    assert.equal((await server.client().get('/test/live/scene/seat/')).status, 403);
    assert.equal((await owner.post(LINKS, { room: 'scene', name: '' })).status, 422);
    assert.equal((await owner.post(LINKS, { room: 'nowhere', name: 'x' })).status, 422);
    links = await make('Village hall');
    screen_machine = await machine(links.screen);
    seat_machine = await machine(links.seat);
    const page = await screen_machine.get('/test/live/scene/screen/');
    assert.equal(page.status, 200);
    assert.match(page.body_text, /data-address="http:\/\/127\.0\.0\.1:\d+\/test\/live\/scene\/hall\/"/);
    assert.match((await seat_machine.get('/test/live/scene/seat/')).body_text, /data-seat="Village hall"/);
    assert.equal((await screen_machine.get('/test/live/scene/seat/')).status, 403); // the projector's is not the seat's
    assert.equal((await seat_machine.get('/test/live/scene/screen/')).status, 403);
    assert.equal((await screen_machine.get('/test/live/workshop/screen/')).status, 403); // nor another room's
    assert.equal(await status_of(screen_machine, '/test/live/scene/seat/socket'), 403);
    assert.equal(await status_of(server.client(), '/test/live/scene/screen/socket'), 403);
    assert.equal((await server.client().get('/test/live/scene/screen/?key=wrong')).status, 403);
    assert.equal((await owner.get('/test/live/scene/screen/')).status, 200); // a host looks without one
  });

  it('let a screen see all and be nobody', async () => {
    screen = await come_in(screen_machine, 'screen');
    assert.equal(screen.welcome.people.some((one) => one.id === screen.welcome.me.id), false);
    assert.ok((await screen.next('subscribe')).sdp.includes('m=audio'));
    const later = await Page.join(server, place, 'Later');
    assert.equal(later.welcome.people.some((one) => one.id === screen.welcome.me.id), false);
    later.send({ t: 'hand', up: true });
    assert.deepEqual((await screen.next('hands')).list, [later.welcome.me.id]);
    for (const message of [{ t: 'hand', up: true }, { t: 'say', id: 'x', text: 'x' }, { t: 'name', name: 'x' }, { t: 'take' }, { t: 'vote', id: 1, on: true }, { t: 'react', what: 'clap' }]) {
      screen.send(message);
      assert.equal((await screen.next('refused')).of, message.t);
    }
    assert.ok((await screen.ask({ t: 'ping' }, 'pong')));
    await later.close();
    const again = await come_in(screen_machine, 'screen', screen.welcome.me.key);
    assert.equal(again.welcome.me.id, screen.welcome.me.id);
    assert.equal((await screen.next('bye')).reason, 'elsewhere');
    screen = again;
  });

  it('let the seat on stage under its name, and tell whose it is', async () => {
    seat = await come_in(seat_machine, 'seat');
    assert.equal(seat.welcome.me.name, 'Village hall');
    assert.equal(seat.welcome.me.role, 'speaker');
    assert.equal(seat.welcome.me.hall, screen.welcome.me.hall);
    seat.send({ t: 'name', name: 'Somebody else' });
    assert.equal((await seat.next('refused')).of, 'name');
    const told = screen.next('people', (m) => m.set.some((one) => one.name === 'Village hall' && one.stage === 0));
    seat.send({ t: 'take' });
    assert.equal((await told).set.find((one) => one.stage === 0).of_hall, screen.welcome.me.hall);
    seat.send({ t: 'pin', who: null });
    assert.equal((await seat.next('refused')).of, 'pin'); // a speaker, and no host
  });

  it('are taken back: who came by them is let go, and does not come back', async () => {
    const other = await make('Other hall');
    const stays = await come_in(await machine(other.screen), 'screen');
    const id = /name="remove" value="(\d+)" aria-label="[^"]*Village hall"/.exec((await owner.get(LINKS)).body_text)[1];
    const gone = [screen.next('bye'), seat.next('bye')];
    assert.equal((await owner.post(LINKS, { remove: id })).status, 303);
    assert.deepEqual((await Promise.all(gone)).map((one) => one.reason), ['removed', 'removed']);
    assert.equal(await status_of(screen_machine, '/test/live/scene/screen/socket'), 403);
    assert.equal((await seat_machine.get('/test/live/scene/seat/')).status, 403);
    assert.ok(await stays.ask({ t: 'ping' }, 'pong'));
    const stale = await Page.open(server, place);
    stale.send({ t: 'join', name: 'x', key: seat.welcome.me.key, h264: true });
    assert.equal((await stale.next('bye')).reason, 'removed'); // what the seat's page kept opens nothing either
    assert.equal((await owner.post(LINKS, { remove: id })).status, 404);
    await stays.close();
  });

  it('are of hosts alone, in French too', async () => {
    assert.equal((await server.client().get(LINKS)).status, 403);
    owner.lang = 'fr';
    assert.match((await owner.get(LINKS)).body_text, /Pour le projecteur|Préparer les liens/);
    owner.lang = 'en';
  });
});
