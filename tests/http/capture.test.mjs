// A minute of somebody's packets: a host asks, the person agrees; the file is kept over a crash, for hosts alone, for a while.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { ownerClient, start } from './support.mjs';

let server, place, owner, host, home;
const state = (page, wanted) => page.next('capture', (m) => m.state === wanted);
const file = (client, id) => client.request('GET', `/test/live/scene/captures/${id}`);

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

describe("a capture of somebody's packets", () => {
  let id;

  it('is asked for by a host alone, of somebody who is there', async () => {
    home.send({ t: 'capture_ask', who: home.welcome.me.id });
    assert.equal((await home.next('refused')).of, 'capture_ask');
    for (const who of [0, -1, 9999, 'x', null]) {
      host.send({ t: 'capture_ask', who });
      assert.match((await host.next('refused')).text, /est partie/);
    }
  });

  it('begins with a yes of that person, and of nobody else', async () => {
    const other = await Page.join(server, place, 'Other');
    host.send({ t: 'capture_ask', who: home.welcome.me.id });
    const asked = await state(home, 'asked');
    assert.equal(asked.who, home.welcome.me.id);
    assert.deepEqual(asked.kept, []);
    await state(host, 'asked');
    other.send({ t: 'capture_answer', yes: true });
    assert.equal((await other.next('refused')).of, 'capture_answer');
    host.send({ t: 'capture_ask', who: other.welcome.me.id });
    assert.match((await host.next('refused')).text, /Une connexion à la fois/);
    assert.equal(other.seen.filter((m) => m.t === 'capture').length, 0, 'nobody else hears of it');
    assert.equal((await Page.join(server, place, 'Later')).welcome.capture.state, 'idle');
    home.send({ t: 'capture_answer', yes: false });
    await state(host, 'idle');
    assert.deepEqual((await state(home, 'idle')).kept, []);
    await other.close();
  });

  it('ends when that person says so, and is there for hosts, after a crash too', async () => {
    host.send({ t: 'capture_ask', who: home.welcome.me.id });
    await state(home, 'asked');
    home.send({ t: 'capture_answer', yes: true });
    const running = await state(host, 'running');
    assert.ok(running.until_us / 1000 > Date.now() + 40e3);
    await state(home, 'running');
    home.send({ t: 'capture_stop' });
    const { kept } = await host.next('capture', (m) => m.kept.length > 0);
    ({ id } = kept[0]);
    assert.equal(kept[0].name, 'Home');
    await server.kill();
    server = await start({ folder: server.folder });
    owner.origin = server.origin;
    host = await Page.join(server, place, '', { client: owner, key: host.welcome.me.key });
    home = await Page.join(server, place, 'Home', { key: home.welcome.me.key });
    assert.deepEqual(host.welcome.capture.kept, kept);
    assert.deepEqual(home.welcome.capture.kept, []);
    const answer = await file(owner, id);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/vnd.tcpdump.pcap');
    assert.match(answer.headers.get('content-disposition'), /attachment; filename="scene-\d+\.pcap"/);
    const body = Buffer.from(await answer.arrayBuffer());
    assert.equal(body.readUInt32LE(0), 0xa1b2c3d4);
    assert.equal(body.length, 24, 'no connection, no packet');
  });

  it('is not for others, nor for other rooms', async () => {
    assert.notEqual((await file(server.client(), id)).status, 200);
    for (const wrong of ['0', '-1', 'x', id + 1, '99999999999999999999'])
      assert.equal((await file(owner, wrong)).status, 404, wrong);
  });

  it('stands in what is known of nobody once the person has left the question', async () => {
    host.send({ t: 'capture_ask', who: home.welcome.me.id });
    await state(home, 'asked');
    await home.close();
    await state(host, 'idle');
    home = await Page.join(server, place, 'Home', { key: home.welcome.me.key });
  });
});
