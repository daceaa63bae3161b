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
  const { code, stderr } = await server.stop();
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
