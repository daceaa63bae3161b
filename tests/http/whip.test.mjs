// WHIP without a browser: keys of a room and who makes them, the answers of RFC 9725 one by one, and what the room sees of
// a camera that comes by one. Media itself is in tests/media/whip.test.mjs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { ownerClient, root, start } from './support.mjs';

const ENCODERS = '/test/organise/encoders/', WHIP = '/test/live/scene/whip';
const FRAGMENT = 'a=ice-ufrag:kQ7x\r\na=ice-pwd:0mZrT4c9vWsJ1aYbE6uLhd\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n' +
  'a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host\r\na=end-of-candidates\r\n';

let server, place, owner, host, offer;

before(async () => {
  server = await start();
  place = await importLive(server);
  owner = await ownerClient(server);
  offer = await readFile(path.join(root, 'tests/fuzz/seeds/sdp/obs-30-publish.sdp'), 'utf8');
  host = await Page.join(server, place, '', { client: owner });
});
after(async () => {
  await host.close();
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|store:/);
});

/** Makes a key as an organiser does. @returns {Promise<{url: string, key: string, page: string}>} */
async function make_key(name, { kind = 'camera', room = 'scene' } = {}) {
  const made = await owner.post(ENCODERS, { room, kind, name, ...(kind === 'camera' ? { told: '1' } : {}) });
  assert.equal(made.status, 200, made.body_text);
  const [, url, key] = made.body_text.match(/<code>(http[^<]+)<\/code>[\s\S]*?<code>([\w-]{32})<\/code>/);
  return { url, key, page: made.body_text, made };
}

const send = (method, url, { key, body, headers = {}, type } = {}) => fetch(new URL(url, server.origin), {
  method, body, redirect: 'manual',
  headers: { 'accept-language': 'en', ...(key ? { authorization: `Bearer ${key}` } : {}), ...(type ? { 'content-type': type } : {}), ...headers },
});
const publish = (key, { url = WHIP, body = offer, type = 'application/sdp', ...more } = {}) => send('POST', url, { key, body, type, ...more });
const patch = (session, key, headers = {}, body = FRAGMENT, type = 'application/trickle-ice-sdpfrag') =>
  send('PATCH', session, { key, body, type, headers });

/** What refused says: a sentence, in the form of RFC 9457, that a page of any origin may read. */
async function refusal(response, status) {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get('content-type'), /^application\/problem\+json/);
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
  const problem = JSON.parse(text);
  assert.equal(problem.status, status);
  assert.match(problem.detail, /^[A-Z“].{10,}[.:]/s);
  return problem.detail;
}
const person = (name, match = () => true) => host.next('people', (m) => m.set.some((one) => one.name === name && match(one)))
  .then((m) => m.set.find((one) => one.name === name));

describe('keys of cameras', () => {
  it('are shown once, and only to whoever may manage the stage', async () => {
    const { key, url, made } = await make_key('Once');
    assert.equal(url, server.origin + WHIP);
    assert.match(made.headers.get('cache-control'), /no-store/);
    const later = (await owner.get(ENCODERS)).body_text;
    assert.match(later, /Once/);
    assert.ok(!later.includes(key));
    assert.match(later, /Has not come in yet/);
    assert.equal((await server.client().get(ENCODERS)).status, 403);
  });
  it('are not made before those filmed were told, nor for a room that is not there', async () => {
    const untold = await owner.post(ENCODERS, { room: 'scene', kind: 'camera', name: 'Untold' });
    assert.equal(untold.status, 422);
    assert.match(untold.body_text, /tell them first/);
    assert.equal((await owner.post(ENCODERS, { room: 'nowhere', kind: 'camera', name: 'x', told: '1' })).status, 422);
    assert.equal((await owner.post(ENCODERS, { room: 'scene', kind: 'camera', name: '', told: '1' })).status, 422);
    assert.equal((await owner.post(ENCODERS, { room: 'scene', kind: 'player', name: 'Hall screen' })).status, 200);
  });
});

describe('an encoder that asks', () => {
  it('learns by OPTIONS what the address takes, without a key', async () => {
    const answer = await send('OPTIONS', WHIP, { headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' } });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get('accept-post'), 'application/sdp');
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    assert.match(answer.headers.get('access-control-allow-methods'), /POST/);
    assert.match(answer.headers.get('access-control-allow-headers'), /Authorization/);
    assert.match(answer.headers.get('access-control-expose-headers'), /Location.*ETag.*Link/);
  });
  it('is refused by a sentence', async () => {
    const { key } = await make_key('Refused');
    const screen = await make_key('Screen', { kind: 'player' });
    const workshop = await make_key('Workshop', { room: 'workshop' });
    const unknown = 'x'.repeat(32);
    for (const token of [undefined, unknown]) {
      const answer = await publish(token);
      assert.match(answer.headers.get('www-authenticate'), /^Bearer realm="stage"/);
      await refusal(answer, 401);
    }
    assert.match(await refusal(await publish(workshop.key), 403), /another room/);
    assert.match(await refusal(await publish(screen.key), 403), /only watches/);
    await refusal(await publish(key, { url: '/test/live/nowhere/whip' }), 404);
    await refusal(await publish(undefined, { url: '/test/live/nowhere/whip' }), 401); // nobody learns which rooms there are
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await send(method, WHIP, { key });
      assert.equal(answer.headers.get('allow'), 'OPTIONS, POST');
      await refusal(answer, 405);
    }
    await refusal(await publish(key, { headers: { accept: 'text/html' } }), 406);
    await refusal(await publish(key, { type: 'text/plain' }), 415);
    await refusal(await publish(key, { body: 'v=0\r\na=x:' + 'y'.repeat(70_000) }), 413);
    for (const body of ['', 'hello', 'v=0\r\nm=audio 9 nothing 1\r\n', `v=0\r\n${'\0'.repeat(10)}`])
      await refusal(await publish(key, { body }), 400);
    assert.match(await refusal(await publish(key, { body: offer.replace(/H264/, 'H265').replace(/opus/, 'G722') }), 422), /H\.264/);
    assert.match(await refusal(await publish(key, { body: offer.replaceAll(/a=fingerprint.*\r\n/g, '') }), 422), /fingerprint/);
    await refusal(await publish(key, { body: offer.replace('a=setup:actpass', 'a=setup:passive') }), 422);
    assert.match((await owner.get(ENCODERS)).body_text, /Refused[\s\S]*?Has not come in yet/);
  });
});

describe('what is refused', () => {
  it('is said in the language that was asked for', async () => {
    const { key } = await make_key('Languages'), accept = (lang) => ({ headers: { 'accept-language': lang } });
    const no_print = offer.replaceAll(/a=fingerprint.*\r\n/g, ''), no_codec = offer.replace(/H264/, 'H265').replace(/opus/, 'G722');
    const broken = 'v=0\r\nm=audio 9 nothing 1\r\n';
    for (const [body, status, english, french] of [
      [no_print, 422, /lacks a SHA-256 certificate fingerprint/, /^Cette offre.*il manque à la description l’empreinte SHA-256/],
      [no_codec, 422, /no line we can receive/, /aucune ligne que nous puissions recevoir/],
      [broken, 400, /a media line is malformed/, /une ligne de média est mal formée/],
    ]) {
      assert.match(await refusal(await publish(key, { body, ...accept('en, fr;q=0.5') }), status), english);
      assert.match(await refusal(await publish(key, { body, ...accept('fr-FR, en;q=0.5') }), status), french);
    }
    assert.match(await refusal(await publish(undefined, accept('fr')), 401), /clé/);
  });
});

describe('a camera on stage', () => {
  it('takes a seat under its name, by its key; its answer is what OBS reads', async () => {
    const { key } = await make_key('Hall camera');
    const answer = await publish(key, { headers: { origin: 'https://elsewhere.example' } });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('content-type'), 'application/sdp');
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    assert.equal(answer.headers.get('accept-patch'), 'application/trickle-ice-sdpfrag');
    const session = answer.headers.get('location');
    assert.match(session, /^http:\/\/127\.0\.0\.1:\d+\/test\/live\/scene\/whip\/[0-9a-f]{32}$/);
    assert.match(answer.headers.get('etag'), /^"\d+"$/);
    const sdp = await answer.text();
    assert.match(sdp, /a=setup:passive/);
    assert.match(sdp, /a=ice-lite/);
    assert.match(sdp, /a=rtpmap:111 opus\/48000\/2/);
    assert.match(sdp, /a=rtpmap:96 H264\/90000/);
    assert.equal([...sdp.matchAll(/a=recvonly/g)].length, 2);
    const seen = await person('Hall camera', (one) => one.stage !== null && one.camera && one.mic);
    assert.equal(seen.consent, true);
    assert.deepEqual(seen.encoder, { held: false, trouble: null });
    assert.match((await owner.get(ENCODERS)).body_text, /Hall camera[\s\S]*?Last came in on/);

    await it_changes(session, key);
    await it_ends(session, key, seen);
  });

  async function it_changes(session, key) {
    const tag = { 'if-match': '"1"' };
    assert.equal((await patch(session, key, tag)).status, 204);
    await refusal(await patch(session, key), 428);
    await refusal(await patch(session, key, { 'if-match': '"99"' }), 412);
    await refusal(await patch(session, key, tag, FRAGMENT, 'application/sdp'), 415);
    await refusal(await patch(session, key, tag, 'hello'), 400);
    await refusal(await patch(session, undefined, tag), 401);
    await refusal(await patch(`${session.slice(0, -1)}x`, key, tag), 404);
    await refusal(await send('POST', session, { key, body: offer, type: 'application/sdp' }), 405);
    assert.equal((await send('OPTIONS', session)).headers.get('accept-patch'), 'application/trickle-ice-sdpfrag');
    await it_restarts(session, key);
  }

  /** RFC 9725, 4.3.3: other credentials, on both sides, and another tag. */
  async function it_restarts(session, key) {
    const any = { 'if-match': '*' }, ufrag = (text) => text.match(/a=ice-ufrag:(\S+)/)[1];
    const renewed = (n) => FRAGMENT.replace('kQ7x', `other${n}`).replace('0mZr', `1nAs${n}`);
    assert.match(await refusal(await patch(session, key, any), 422), /user name and password/); // those of the offer are none
    assert.match(await refusal(await patch(session, key, any, 'm=audio 9 X 0\r\na=mid:0\r\na=end-of-candidates\r\n'), 422), /a=ice-ufrag/);
    assert.equal((await patch(session, key, { 'if-match': '"1"' })).status, 204); // so it lives as before
    const restarted = await patch(session, key, any, renewed(0)), fragment = await restarted.text();
    assert.equal(restarted.status, 200, fragment);
    assert.equal(restarted.headers.get('content-type'), 'application/trickle-ice-sdpfrag');
    assert.equal(restarted.headers.get('etag'), '"2"');
    assert.match(fragment, /a=ice-lite[\s\S]*a=ice-pwd:\S{22,}[\s\S]*m=audio[\s\S]*a=mid:0[\s\S]*a=candidate:/);
    await refusal(await patch(session, key, { 'if-match': '"1"' }), 412); // that was before
    assert.equal((await patch(session, key, { 'if-match': '"2"' })).status, 204);
    const again = await patch(session, key, any, renewed(1));
    assert.deepEqual([again.status, again.headers.get('etag')], [200, '"3"']);
    assert.notEqual(ufrag(await again.text()), ufrag(fragment));
    let last;
    for (let n = 2; n < 30 && last?.status !== 429; n++) last = await patch(session, key, any, renewed(n));
    assert.match(await refusal(last, 429), /often/);
  }

  async function it_ends(session, key, seen) {
    await refusal(await send('DELETE', session), 401);
    assert.equal((await send('DELETE', session, { key })).status, 200);
    await host.next('people', (m) => m.gone.includes(seen.id));
    await refusal(await send('DELETE', session, { key }), 404);
  }

  it('comes back to the same seat as the same person, and its older session is over', async () => {
    const { key } = await make_key('Twice');
    const first = await publish(key), before = await person('Twice', (one) => one.camera);
    const second = await publish(key), after = await person('Twice', (one) => one.camera);
    assert.deepEqual([second.status, after.id, after.stage], [201, before.id, before.stage]);
    assert.notEqual(first.headers.get('location'), second.headers.get('location'));
    await refusal(await send('DELETE', first.headers.get('location'), { key }), 404);
    assert.equal((await send('DELETE', second.headers.get('location'), { key })).status, 200);
    await host.next('people', (m) => m.gone.includes(before.id));
    assert.equal((await publish(key)).status, 201);
    assert.equal((await person('Twice', (one) => one.camera)).id, before.id);
  });

  it('is muted, taken off and let back by a host, and removed', async () => {
    const { key } = await make_key('Held');
    assert.equal((await publish(key)).status, 201);
    const { id } = await person('Held', (one) => one.mic);
    host.send({ t: 'mute', who: id });
    await person('Held', (one) => !one.mic);
    host.send({ t: 'mute', who: id, on: false });
    await person('Held', (one) => one.mic);
    host.send({ t: 'stage', who: id, on: false });
    const off = await person('Held', (one) => one.stage === null);
    assert.equal(off.encoder.held, true);
    assert.match(await refusal(await publish(key), 403), /host has taken/);
    host.send({ t: 'stage', who: id, on: true });
    await host.next('people', (m) => m.gone.includes(id));
    assert.equal((await publish(key)).status, 201);
    await person('Held', (one) => one.camera);
    host.send({ t: 'remove', who: id });
    await host.next('people', (m) => m.gone.includes(id));
    assert.match(await refusal(await publish(key), 403), /removed/);
  });

  it('sends sound alone when it has no picture', async () => {
    const { key } = await make_key('Sound');
    const body = offer.replace(/m=video[\s\S]*$/, '').replace('BUNDLE 0 1', 'BUNDLE 0');
    assert.equal((await publish(key, { body })).status, 201);
    const seen = await person('Sound', (one) => one.stage !== null);
    assert.deepEqual([seen.mic, seen.camera], [true, false]);
  });

  it('is gone with its key', async () => {
    const { key } = await make_key('Taken back');
    assert.equal((await publish(key)).status, 201);
    const { id } = await person('Taken back', (one) => one.camera);
    const [, row] = (await owner.get(ENCODERS)).body_text.match(/value="(\d+)" aria-label="Take back the key of Taken back"/);
    assert.equal((await owner.post(ENCODERS, { remove: row })).status, 303);
    await host.next('people', (m) => m.gone.includes(id));
    await refusal(await publish(key), 401);
    assert.equal((await owner.post(ENCODERS, { remove: row })).status, 404);
  });

  it('is told to wait when it comes without end', async () => {
    const { key } = await make_key('Fast');
    const bad = offer.replace(/H264/, 'H265').replace(/opus/, 'G722');
    let last;
    for (let i = 0; i < 25 && (!last || last.status !== 429); i++) last = await publish(key, { body: bad });
    assert.match(await refusal(last, 429), /often/);
    assert.equal(last.headers.get('retry-after'), '30');
  });
});

describe('a player', () => {
  const WHEP = '/test/live/scene/whep';
  let wanted;
  before(async () => { wanted = await readFile(path.join(root, 'tests/fuzz/seeds/sdp/aiortc-play.sdp'), 'utf8'); });
  const play = (key, more = {}) => publish(key, { url: WHEP, body: wanted, ...more });

  it('of a published event needs no key; it is nobody in the room', async () => {
    const answer = await play();
    assert.equal(answer.status, 201);
    assert.match(answer.headers.get('location'), /\/test\/live\/scene\/whep\/[0-9a-f]{32}$/);
    const sdp = await answer.text();
    assert.equal([...sdp.matchAll(/a=sendonly/g)].length, 2);
    assert.match(sdp, /a=setup:passive/);
    const session = answer.headers.get('location');
    assert.equal((await patch(session, undefined, { 'if-match': '"1"' })).status, 204);
    await refusal(await patch(session), 428);
    const restarted = await patch(session, undefined, { 'if-match': '*' });
    assert.deepEqual([restarted.status, restarted.headers.get('etag')], [200, '"2"']);
    assert.match(await restarted.text(), /a=ice-ufrag/);
    await refusal(await patch(session, undefined, { 'if-match': '"1"' }), 412);
    assert.equal((await send('DELETE', session)).status, 200);
    await refusal(await send('DELETE', session), 404);
  });
  it('is refused with a wrong key, another room\'s, or an offer that only sends', async () => {
    const workshop = await make_key('Elsewhere', { kind: 'player', room: 'workshop' });
    await refusal(await play('x'.repeat(32)), 401);
    await refusal(await play(workshop.key), 403);
    await refusal(await play(undefined, { url: '/test/live/nowhere/whep' }), 401);
    assert.match(await refusal(await play(undefined, { body: offer }), 422), /received/);
  });
  it('ends with its key', async () => {
    const { key } = await make_key('Screen of the hall', { kind: 'player' });
    const session = (await play(key)).headers.get('location');
    const [, row] = (await owner.get(ENCODERS)).body_text.match(/value="(\d+)" aria-label="Take back the key of Screen of the hall"/);
    assert.equal((await owner.post(ENCODERS, { remove: row })).status, 303);
    await refusal(await patch(session, undefined, { 'if-match': '"1"' }), 404);
  });
});
