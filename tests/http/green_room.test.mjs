// The green room without a browser: its page, what may be kept of it and who sees that, and the measurement's socket.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import path from 'node:path';
import { WebSocket } from 'ws';
import { importLive } from '../support/sample.mjs';
import { ownerClient, start } from './support.mjs';

const GREEN = '/test/green-room/', HELP = '/test/organise/green-room/', KEY = 'ab'.repeat(16);
let server, owner;

before(async () => {
  server = await start();
  await importLive(server);
  owner = await ownerClient(server);
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|store:/);
});

const keep = async (client, findings, key = KEY) => {
  const text = typeof findings === 'string' ? findings : JSON.stringify(findings);
  return client.post(GREEN, { key, findings: text }, { token: await client.token(GREEN) });
};

describe('the green room', () => {
  it('is open to everybody, and says without script what it takes', async () => {
    const page = await server.client().get(GREEN);
    assert.equal(page.status, 200);
    assert.match(page.body_text, /<noscript>[\s\S]*JavaScript/);
    assert.match(page.body_text, /UDP port \d+ and TCP port \d+/);
    assert.match((await server.client({ lang: 'fr' }).get(GREEN)).body_text, /Les coulisses/);
  });

  it('gives a code that only hosts can use, who see the same words', async () => {
    const visitor = server.client();
    const kept = await keep(visitor, { camera: 'refused', way: 'tcp', udp: 0, tcp: 1, rtt_ms: 46, loss_permille: 0, up_kbps: 900, down_kbps: 2100, agent: 'Firefox 128' });
    assert.equal(kept.status, 200, kept.body_text);
    const { code } = JSON.parse(kept.body_text);
    assert.match(code, /^[ACDEFHJKMPQRTUWXY3479]{6}$/);
    assert.equal((await visitor.get(`${HELP}?code=${code}`)).status, 403);
    const typed = `${code.slice(0, 3).toLowerCase()} ${code.slice(3)}`;
    const page = (await owner.get(`${HELP}?code=${encodeURIComponent(typed)}`)).body_text;
    assert.match(page, /The browser may not use your camera\./);
    assert.match(page, /At least 0\.9 Mbit\/s to the room and 2\.1 Mbit\/s/);
    assert.match(page, /UDP: blocked\. TCP: passes\. TURN: not offered\./);
    assert.match(page, /Firefox 128/);
  });

  it('keeps the code while its page goes on trying', async () => {
    const visitor = server.client();
    const first = JSON.parse((await keep(visitor, { camera: 'busy' }, 'cd'.repeat(16))).body_text).code;
    const again = JSON.parse((await keep(visitor, { camera: 'ok' }, 'cd'.repeat(16))).body_text).code;
    assert.equal(again, first);
    const page = (await owner.get(`${HELP}?code=${first}`)).body_text;
    assert.match(page, /Your camera works\./);
    assert.doesNotMatch(page, /Another program/);
    assert.notEqual(JSON.parse((await keep(visitor, {}, 'ef'.repeat(16))).body_text).code, first);
  });

  it('keeps no words but its own', async () => {
    const visitor = server.client();
    for (const claim of ['', '[]', '{"camera":"<b>x</b>"}', '{"note":"hello"}', `{"agent":"${'a'.repeat(41)}"}`, '{"rtt_ms":1e9}', ' '.repeat(3000) + '{}'])
      assert.ok([413, 422].includes((await keep(visitor, claim)).status), claim);
    assert.equal((await keep(visitor, {}, 'short')).status, 422);
    assert.equal((await owner.get(`${HELP}?code=ACDEFH`)).status, 404);
    assert.match((await owner.get(`${HELP}?code=ACDEFH`)).body_text, /no such code/);
  });

  it('forgets codes after 30 days', async () => {
    const { code } = JSON.parse((await keep(server.client(), {}, '01'.repeat(16))).body_text);
    const db = new DatabaseSync(path.join(server.folder, 'treteau.db'), { timeout: 10000 });
    db.prepare('UPDATE green_room SET at_us = at_us - 31 * 86400 * 1000000 WHERE code = ?').run(code);
    db.close();
    assert.equal((await owner.get(`${HELP}?code=${code}`)).status, 404);
  });
});

/** A measurement's socket; next() gives its messages in turn, null at the end. */
async function open(origin = server.origin) {
  const socket = new WebSocket(`${server.origin.replace('http', 'ws')}${GREEN}socket`, { headers: { origin } });
  const came = [], waiting = [];
  const give = (message) => (waiting.length ? waiting.shift()(message) : came.push(message));
  socket.on('message', (bytes) => give(JSON.parse(bytes)));
  const closed = new Promise((resolve) => socket.on('close', (code) => { give(null); resolve(code); }));
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  const next = () => (came.length ? Promise.resolve(came.shift()) : new Promise((resolve) => waiting.push(resolve)));
  return { socket, closed, next, send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)) };
}

describe("the green room's measurement", () => {
  it('answers, and sends half a megabyte once', async () => {
    const line = await open();
    assert.deepEqual(await line.next(), { t: 'hello', ice: [], tcp: true });
    line.send({ t: 'ping' });
    assert.deepEqual(await line.next(), { t: 'pong' });
    line.send({ t: 'fill' });
    let bytes = 0, part;
    do {
      part = await line.next();
      bytes += part.noise.length;
    } while (part.left);
    assert.equal(bytes, 32 * 16 * 1024);
    line.send({ t: 'fill' });
    assert.deepEqual(await line.next(), { t: 'refused', of: 'fill' });
    line.send({ t: 'publish', sdp: 'v=0', tracks: { 0: 'mic' } });
    assert.deepEqual(await line.next(), { t: 'refused', of: 'publish' });
    line.send({ t: 'subscribed', sdp: 'v=0' });
    assert.deepEqual(await line.next(), { t: 'refused', of: 'subscribed' });
    line.send({ t: 'watch' });
    assert.match((await line.next()).sdp, /^v=0/);
    line.socket.close();
    await line.closed;
  });

  it('closes who sends something else, or too much', async () => {
    for (const message of ['no JSON', '[]', { t: 'say' }]) {
      const line = await open();
      await line.next();
      line.send(message);
      assert.equal(await line.closed, 1008);
    }
    const line = await open();
    for (let i = 0; i < 61; i++) line.send({ t: 'ping' });
    assert.equal(await line.closed, 1008);
  });

  it('is refused to another site, and to the thirteenth at once', async () => {
    await assert.rejects(open('https://elsewhere.example'));
    const lines = await Promise.all(Array.from({ length: 12 }, () => open()));
    for (const line of lines) assert.equal((await line.next()).t, 'hello');
    const late = await open();
    assert.deepEqual(await late.next(), { t: 'bye', reason: 'busy' });
    assert.equal(await late.closed, 1008);
    lines.forEach(({ socket }) => socket.close());
    await Promise.all(lines.map(({ closed }) => closed));
  });

  it('is counted: sixty in an hour from one network', async () => {
    let last;
    for (let i = 0; i < 60; i++) {
      const line = await open();
      last = await line.next();
      line.socket.close();
      await line.closed;
      if (last.t === 'bye') break;
    }
    assert.deepEqual(last, { t: 'bye', reason: 'often' });
  });
});
