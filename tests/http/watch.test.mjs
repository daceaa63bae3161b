// Places: who finds none, or wants none, watches by the live list with the discussion beside it; and nginx sends that list
// and its segments without asking the program for each.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Page as RoomPage } from '../support/page.mjs';
import { startBehindProxy } from '../support/proxy.mjs';
import { importLive } from '../support/sample.mjs';
import { build, ownerClient, start } from './support.mjs';

describe('a room with two places, and two beside it', () => {
  let server, place, host, owner;
  const join = async (name, more = {}) => {
    const page = await RoomPage.open(server, place, more);
    page.send({ t: 'join', name, key: more.key ?? null, h264: true, watch: more.watch ?? false });
    const first = await page.next(['welcome', 'bye']);
    return Object.assign(page, first.t === 'welcome' ? { welcome: first } : { bye: first });
  };

  before(async () => {
    server = await start();
    const { folder } = server;
    await server.stop({ keep: true });
    await writeFile(path.join(folder, 'treteau.conf'), '[rooms]\nplaces=2\nwatchers=2\n');
    server = await start({ folder, args: ['--config', path.join(folder, 'treteau.conf')] });
    place = await importLive(server);
    owner = await ownerClient(server);
  });
  after(async () => {
    await host?.close();
    const { code, stderr } = await server.stop({ keep: false });
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
  });

  it('gives the third a view without a place, which has words but no hand and no connection', async () => {
    const [one, two] = [await join('One'), await join('Two')];
    assert.deepEqual(one.welcome.watching, { on: false, free: true, list: null });
    await one.next('subscribe');
    const three = await join('Three');
    assert.deepEqual(three.welcome.watching, { on: true, free: false, list: null });
    await one.next('people', (m) => m.set.some((p) => p.id === three.welcome.me.id && p.watches));
    await three.ask({ t: 'say', id: 'w1', text: 'From outside' }, 'said', (m) => m.text === 'From outside');
    await three.ask({ t: 'ask', id: 'q1', text: 'And from outside?', anonymous: false }, ['asked', 'question', 'refused']).then((m) => assert.notEqual(m.t, 'refused', JSON.stringify(m)));
    for (const message of [{ t: 'hand', up: true }, { t: 'take' }, { t: 'publish', pc: 'p', sdp: 'x', tracks: {} }, { t: 'state', mic: true, camera: false, screen: false }])
      assert.equal((await three.ask(message, 'refused')).of, message.t);
    three.send({ t: 'resubscribe' });
    assert.match((await three.ask({ t: 'watch', on: false }, 'refused')).text, /plus rapide/);
    assert.ok(!three.seen.some((m) => m.t === 'subscribe'), 'it was offered a connection');

    // A place is free: who watches hears of it, and has it by one word; for the next there is none.
    const four = await join('Four');
    assert.equal(four.welcome.watching.on, true);
    const full = await join('Five');
    assert.equal(full.bye.reason, 'full');
    await full.closed;
    await two.close();
    for (const page of [three, four])
      assert.equal((await page.next('watching', (m) => m.free)).on, true);
    assert.equal((await three.ask({ t: 'watch', on: false }, 'watching', (m) => !m.on)).free, true);
    await three.next('subscribe');
    await four.next('watching', (m) => !m.free);
    assert.match((await four.ask({ t: 'watch', on: false }, 'refused')).text, /plus rapide/);

    // Who comes back by the key has what there was: a place, or none.
    three.socket.terminate();
    const again = await join('', { key: three.welcome.me.key });
    assert.equal(again.welcome.watching.on, false);
    four.socket.terminate();
    const watcher = await join('', { key: four.welcome.me.key });
    assert.equal(watcher.welcome.watching.on, true);
    for (const page of [one, again, watcher])
      await page.close();
  });

  it('lets hosts in, who can bring nobody on stage who watches', async () => {
    const [one, two, outside] = [await join('One'), await join('Two'), await join('Out')];
    host = await join('', { client: owner });
    assert.equal(host.welcome.watching.on, false);
    assert.equal(outside.welcome.watching.on, true);
    assert.match((await host.ask({ t: 'stage', who: outside.welcome.me.id, on: true }, 'refused')).text, /entre d’abord dans la salle/);
    for (const page of [one, two, outside])
      await page.close();
  });

  it('who only wants to watch says so, takes no place, and comes in when they like', async () => {
    const page = await join('Calm', { watch: true });
    assert.equal(page.welcome.watching.on, true);
    assert.equal(page.welcome.watching.free, true);
    await page.ask({ t: 'watch', on: false }, 'watching', (m) => !m.on);
    const { pc } = await page.next('subscribe');
    await page.ask({ t: 'hand', up: true }, 'hands', (m) => m.list.includes(page.welcome.me.id));
    assert.equal((await page.ask({ t: 'watch', on: true }, 'watching')).on, true);
    await page.next('hands', (m) => !m.list.includes(page.welcome.me.id));
    assert.equal((await page.ask({ t: 'restart', pc }, 'refused')).of, 'restart', 'the connection is still there');
    await page.close();
  });

  it('not while one is on stage, not in the team\'s room', async () => {
    await host.ask({ t: 'take' }, 'people', (m) => m.set.some((p) => p.id === host.welcome.me.id && p.stage !== null));
    assert.match((await host.ask({ t: 'watch', on: true }, 'refused')).text, /sur scène/);
    await host.ask({ t: 'leave' }, 'people', (m) => m.set.some((p) => p.id === host.welcome.me.id && p.stage === null));
    const team = await RoomPage.open(server, { path: `/${place.slug}/organise/meeting/socket` }, { client: owner });
    const { watching } = await team.ask({ t: 'join', name: '', key: null, watch: true }, 'welcome');
    assert.equal(watching.on, false);
    assert.match((await team.ask({ t: 'watch', on: true }, 'refused')).text, /pas enregistré/);
    await team.close();
  });

  it('is told where the recording is, gets it over HTTP, and at the end where the replay is', async () => {
    const page = await join('Calm', { watch: true });
    await host.ask({ t: 'record', on: true }, 'record', (m) => m.on);
    const { list } = await page.next('watching', (m) => m.list);
    assert.match(list, /^\/media\/s\d+\/programme\.m3u8$/);
    const late = await join('Late', { watch: true });
    assert.equal(late.welcome.watching.list, list);
    const client = server.client();
    let answer;
    for (const end = Date.now() + 20000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
      answer = await client.get(list);
      if (answer.status === 200 && /s000001\.m4s/.test(answer.body_text)) break;
    }
    assert.match(answer.body_text, /#EXT-X-PLAYLIST-TYPE:EVENT[\s\S]*s000001\.m4s/);
    assert.doesNotMatch(answer.body_text, /ENDLIST/);
    assert.equal((await client.get(list.replace('programme.m3u8', 'live'))).status, 204);

    // A restart of the server: the same list goes on.
    await server.stop({ keep: true });
    server = await start({ folder: server.folder, args: ['--config', path.join(server.folder, 'treteau.conf')] });
    host = await join('', { client: owner, key: host.welcome.me.key });
    const back = await join('Calm', { key: page.welcome.me.key, watch: true });
    const told = back.welcome.watching.list ?? (await back.next('watching', (m) => m.list)).list;
    assert.equal(told, list);

    host.send({ t: 'end' });
    assert.match((await back.next('ended')).replay_url, /\/replay\/$/);
    assert.equal((await back.next('watching', (m) => m.list === null)).on, true);
    const ended = Date.now();
    const after_end = server.client();
    do
      answer = await after_end.get(list);
    while (!answer.body_text.includes('ENDLIST') && Date.now() < ended + 5000);
    assert.match(answer.body_text, /#EXT-X-ENDLIST\n$/, 'no replay within five seconds');
    assert.equal((await after_end.get(list.replace('programme.m3u8', 'live'))).status, 404);
    await back.close();
  });
});

describe('what is on air, behind nginx', () => {
  let house, folder;
  const record = (...more) => promisify(execFile)(path.join(build, 'tests/support/record-sample'), [house.folder, 'test', ...more]);
  before(async () => {
    house = await startBehindProxy();
    await importLive(house.server);
    const client = house.client();
    const code = (await client.get('/test/schedule/')).body_text.match(/talk\/(\w+)\/">Live now/)[1];
    await record(code, '8', 'open');
    folder = (await client.get(`/test/talk/${code}/replay/`)).body_text.match(/data-list="(\/media\/[^"]+)\/programme.m3u8"/)[1];
  });
  after(async () => {
    const { complaints } = await house.stop();
    assert.doesNotMatch(complaints, /\[(emerg|alert|crit)\]/);
  });

  it('has its kind and its time to live: segments half a minute, the list a second', async () => {
    const client = house.client(), list = await client.get(`${folder}/programme.m3u8`);
    assert.equal(list.status, 200);
    assert.equal(list.headers.get('content-type'), 'application/vnd.apple.mpegurl');
    assert.equal(list.headers.get('cache-control'), 'max-age=1');
    for (const [name] of list.body_text.matchAll(/[is]\d+\.m(?:4s|p4)/g)) {
      const segment = await client.head(`${folder}/${name}`);
      assert.equal(segment.status, 200, name);
      assert.equal(segment.headers.get('content-type'), 'video/mp4');
      assert.match(segment.headers.get('cache-control'), /^public, max-age=30, must-revalidate$/);
      assert.equal(segment.headers.get('x-content-type-options'), 'nosniff');
    }
    const part = await client.get(`${folder}/s000001.m4s`, { headers: { range: 'bytes=10-19' } });
    assert.equal(part.status, 206);
    for (const name of ['s999999.m4s', '.programme.m3u8.part', 's000001.m4s/', '..%2f..%2ftreteau.db', '%2e%2e/treteau.db'])
      assert.equal((await client.get(`${folder}/${name}`)).status, 404, name);
  });
  it('gives the end of the list alone to a player that has read it', async () => {
    const client = house.client(), whole = (await client.get(`${folder}/programme.m3u8`)).body_text;
    assert.match(whole, /#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=24\n/);
    const place = path.join(house.folder, folder, 'recent.m3u8');
    assert.equal(readFileSync(place, 'utf8'), whole, 'of eight seconds there is nothing to leave out');
    writeFileSync(place, '#EXTM3U\n#EXT-X-SKIP:SKIPPED-SEGMENTS=900\n');
    const end = await client.get(`${folder}/programme.m3u8?_HLS_skip=YES`);
    assert.match(end.body_text, /SKIPPED-SEGMENTS=900/);
    assert.equal(end.headers.get('content-type'), 'application/vnd.apple.mpegurl');
    assert.equal(end.headers.get('cache-control'), 'max-age=1');
    assert.equal((await client.get(`${folder}/programme.m3u8?_HLS_skip=no`)).body_text, whole);
    assert.equal((await client.get(`${folder}/s000001.m4s?_HLS_skip=YES`)).headers.get('content-type'), 'video/mp4');
    assert.equal((await client.get(`${folder}/recent.m3u8`)).status, 404, 'it has no address of its own');
    rmSync(place); // as of a recording that an earlier version began, or one that ends just now
    assert.equal((await client.get(`${folder}/programme.m3u8?_HLS_skip=YES`)).body_text, whole);
  });
  it('goes on while the program restarts, and ends when the event is hidden', async () => {
    const client = house.client(), name = (await client.get(`${folder}/programme.m3u8`)).body_text.match(/s\d+\.m4s/)[0];
    assert.equal((await client.get(`${folder}/${name}`)).status, 200);
    await house.restart(async () => {
      for (let n = 0; n < 5; n++)
        assert.equal((await client.get(`${folder}/${name}`)).status, 200, 'nginx asked a program that is not there');
    });
    new DatabaseSync(path.join(house.folder, 'treteau.db')).exec('PRAGMA busy_timeout=5000; UPDATE event SET published = 0');
    let status;
    for (const end = Date.now() + 10000; Date.now() < end && status !== 404;)
      status = (await client.get(`${folder}/${name}`)).status;
    assert.equal(status, 404);
  });
});
