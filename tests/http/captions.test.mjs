// Captions over a real WebSocket: who may type, what is told and when, corrections, turns, what is still there after a
// restart, and the file.
import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { measured } from '../support/measure.mjs';
import { Page as RoomPage } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { linkTo } from './mail.mjs';
import { ownerClient, start } from './support.mjs';

let server, place, first, second, code;
const Page = { join: (name, options) => RoomPage.join(server, place, name, options) };

/** Somebody who has registered and has this role too. */
async function member(role, name) {
  const client = server.client(), email = `${name}@example.org`;
  await client.post('/test/register/', { name, email });
  await client.useLink(await linkTo(server, email));
  const db = new DatabaseSync(path.join(server.folder, 'treteau.db'));
  db.exec('PRAGMA busy_timeout = 5000');
  if (role)
    db.prepare("INSERT INTO role(account_id, event_id, role) SELECT a.id, e.id, ? FROM account a, event e WHERE a.email = ? AND e.slug = 'test'").run(role, email);
  db.close();
  return client;
}

before(async () => {
  server = await start();
  place = await importLive(server);
  first = await member('captioner', 'cleo');
  second = await member('captioner', 'dan');
  code = /\/test\/talk\/(\w+)\/"[^>]*>\s*Live now/.exec((await server.client().get('/test/schedule/')).body_text)[1];
});
after(async () => {
  const { code: exit, stderr } = await server.stop({ keep: false });
  assert.equal(exit, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

const caption = (n, text, done = true) => ({ t: 'caption', n, text, done });

describe('captions', () => {
  it('are typed by captioners alone: guests, attendees and hosts without the role are refused', async () => {
    for (const [name, client] of [['Ada'], ['', await member(null, 'bo')], ['', await member('host', 'eve')]]) {
      const page = await Page.join(name, { client });
      assert.equal(page.welcome.captions.may, false);
      for (const message of [caption(0, 'Hello'), { t: 'caption_take' }])
        assert.equal((await page.ask(message, 'refused')).of, message.t);
      if (page.welcome.me.role !== 'host')
        assert.equal((await page.ask({ t: 'sign', who: 1 }, 'refused')).of, 'sign');
      assert.deepEqual([page.welcome.captions.lines, page.welcome.captions.by], [[], 0]);
      await page.close();
    }
  });

  it('reach everybody within a second, word by word and line by line, after they are kept', async () => {
    const one = await Page.join('', { client: first }), reader = await Page.join('Ada');
    assert.equal(one.welcome.captions.may, true);
    async function soon(message, t) {
      const { told } = await measured(async () => {
        const asked = performance.now();
        one.send(message);
        return { told: await reader.next(t, (m) => m.text === message.text), took_ms: performance.now() - asked };
      }, ({ took_ms }) => took_ms < 1000);
      return told;
    }
    assert.equal((await soon(caption(0, 'The shared', false), 'captioning')).n, 0);
    assert.equal((await reader.next('captioner')).who, one.welcome.me.id);
    const told = await soon(caption(0, 'The shared post changes all.'), 'captioned');
    assert.equal(told.n, 0);
    assert.ok(told.begun_us <= told.ended_us && told.ended_us - told.begun_us < 5e6);
    await one.next('captioned');
    // gathered: many words in a moment are few messages
    for (let i = 1; i <= 20; i++) one.send(caption(1, 'word '.repeat(i).trim(), false));
    one.send(caption(1, 'word '.repeat(20).trim()));
    await reader.next('captioned', (m) => m.n === 1);
    assert.ok(reader.seen.filter((m) => m.t === 'captioning').length <= 3);
    await one.close();
    await reader.close();
  });

  it('are corrected, the last five, with the times they had', async () => {
    const one = await Page.join('', { client: first }), reader = await Page.join('Ada');
    const { next, lines } = one.welcome.captions;
    assert.deepEqual([next, lines.length], [2, 2]);
    for (let n = 2; n < 8; n++) await one.ask(caption(n, `Line ${n}.`), 'captioned', (m) => m.n === n);
    const before = await reader.next('captioned', (m) => m.n === 5);
    one.send(caption(5, 'Line five, corrected.'));
    assert.deepEqual(await reader.next('captioned', (m) => m.n === 5), { ...before, text: 'Line five, corrected.' });
    one.send(caption(6, ''));
    assert.equal((await reader.next('captioned', (m) => m.n === 6 && m.text === '')).text, '');
    assert.equal((await one.ask(caption(2, 'Too late.'), 'refused')).of, 'caption');
    assert.equal((await one.ask(caption(9, 'A gap.'), 'refused')).of, 'caption');
    await one.close();
    await reader.close();
  });

  it('have limits: length, control characters, types, numbers', async () => {
    const one = await Page.join('', { client: first });
    const n = one.welcome.captions.next;
    for (const bad of [caption(n, 'x'.repeat(301)), caption(n, 'a\nb'), caption(n, ''), caption(n, null), caption(n, 7), caption('8', 'x'), caption(-1, 'x'),
      caption(2 ** 40, 'x'), caption(1.5, 'x'), { t: 'caption' }])
      assert.equal((await one.ask(bad, 'refused')).of, 'caption', JSON.stringify(bad));
    await one.close();
    const same = await Page.join('', { client: first });
    assert.equal(same.welcome.captions.next, n);
    await same.ask(caption(n, 'é'.repeat(300)), 'captioned');
    await same.close();
  });

  it('go from one captioner to the other, and back to nobody when one leaves', async () => {
    const one = await Page.join('', { client: first }), two = await Page.join('', { client: second });
    const n = one.welcome.captions.next;
    await one.ask(caption(n, 'By the first.'), 'captioned');
    assert.match((await two.ask(caption(n + 1, 'Both at once.'), 'refused')).text, /Take over|Prenez la main/);
    two.send({ t: 'caption_take' });
    assert.equal((await one.next('captioner', (m) => m.who === two.welcome.me.id)).who, two.welcome.me.id);
    assert.equal((await one.ask(caption(n + 1, 'Still me?'), 'refused')).of, 'caption');
    await two.ask(caption(n + 1, 'By the second.'), 'captioned', (m) => m.n === n + 1);
    await two.close();
    assert.equal((await one.next('captioner', (m) => m.who === 0)).who, 0);
    await one.ask(caption(n + 2, 'By the first again.'), 'captioned', (m) => m.n === n + 2);
    await one.close();
  });

  it('and the interpreter are still there after kill -9, for who comes back and who comes in', async () => {
    const one = await Page.join('', { client: first });
    const { next: n, lines } = one.welcome.captions;
    await one.ask(caption(n, 'Kept <b>&amp;</b> --> whole.'), 'captioned', (m) => m.n === n);
    const host = await Page.join('', { client: await ownerClient(server) });
    assert.equal((await one.ask({ t: 'sign', who: one.welcome.me.id }, 'refused')).of, 'sign');
    assert.equal((await host.ask({ t: 'sign', who: one.welcome.me.id }, 'signer')).who, one.welcome.me.id);
    assert.equal((await host.ask({ t: 'sign', who: 9999 }, 'refused')).of, 'sign');
    const { key } = one.welcome.me;
    await server.kill();
    server = await start({ folder: server.folder });
    const back = await Page.join('', { key }), reader = await Page.join('Ada');
    for (const { captions } of [back.welcome, reader.welcome]) {
      assert.deepEqual([captions.next, captions.by, captions.open, captions.signer], [n + 1, 0, null, one.welcome.me.id]);
      assert.deepEqual(captions.lines.slice(0, -1), lines.slice(-9));
      assert.equal(captions.lines.at(-1).text, 'Kept <b>&amp;</b> --> whole.');
    }
    await back.close();
    await reader.close();
  });
});

describe('the file of captions', () => {
  const address = () => `/test/talk/${code}/captions.vtt`;

  it('is WebVTT, in order, escaped, without what was taken back', async () => {
    const client = await ownerClient(server), answer = await client.get(address());
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type'), /^text\/vtt/);
    const [head, ...cues] = answer.body_text.trim().split('\n\n');
    assert.equal(head, 'WEBVTT');
    const texts = cues.map((cue) => {
      const [times, text, ...rest] = cue.split('\n');
      assert.match(times, /^\d\d:\d\d:\d\d\.\d{3} --> \d\d:\d\d:\d\d\.\d{3}$/);
      assert.deepEqual(rest, []);
      return text;
    });
    assert.equal(texts[0], 'The shared post changes all.');
    assert.equal(texts.at(-1), 'Kept &lt;b&gt;&amp;amp;&lt;/b&gt; --&gt; whole.');
    assert.ok(texts.includes('Line five, corrected.') && !texts.includes('Line 5.') && !texts.includes('Line 6.'));
    const begins = cues.map((cue) => cue.slice(0, 12));
    assert.deepEqual(begins, [...begins].sort());
  });

  it('is the team’s until there is a replay', async () => {
    assert.ok([401, 403, 303, 404].includes((await server.client().get(address())).status));
    assert.equal((await server.client().get(address().replace('captions', 'replay/captions'))).status, 404);
    assert.equal((await (await ownerClient(server)).get('/test/talk/ZZZZZZ/captions.vtt')).status, 404);
  });
});
