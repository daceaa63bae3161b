// Pages that everybody gets alike are kept for a moment: never past a change, never of or for one reader.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ownerClient, run, start } from './support.mjs';
import { linkTo } from './mail.mjs';
import { rows } from './registration.mjs';
import { measured } from '../support/measure.mjs';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';

let server, place;
before(async () => {
  server = await start();
  place = await importLive(server);
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});
const shared = async () =>
  Number((await server.client().get('/metrics')).body_text.match(/^treteau_pages_shared_total (\d+)/m)[1]);
/** How many of these requests, one after the other, were answered without rendering. */
async function sharedBy(requests) {
  const earlier = await shared();
  for (const request of requests) assert.equal((await request()).status, 200);
  return await shared() - earlier;
}
/** The same of so many at least; a busy machine may not come to them within the second for which a page is kept. */
const assertShared = (least, requests) => measured(() => sharedBy(requests), (count) => count >= least);
/** Somebody who has registered and is signed in. */
async function attendee(name) {
  const client = server.client();
  await client.post('/test/register/', { name, email: `${name}@example.org` });
  assert.equal((await client.useLink(await linkTo(server, `${name}@example.org`))).status, 303);
  return client;
}
const times = (count, request) => Array.from({ length: count }, () => request);

describe('pages kept for everybody', () => {
  it('are rendered once for many readers, apart by language, address and query', async () => {
    const [english, french] = [server.client(), server.client({ lang: 'fr' })];
    await assertShared(4, times(6, () => english.get('/test/schedule/')));
    assert.match((await french.get('/test/schedule/')).body_text, /<html lang="fr"/);
    assert.match((await english.get('/test/schedule/')).body_text, /<html lang="en"/);
    const [one, other] = [await english.get('/test/schedule/?q=Earlier'), await english.get('/test/schedule/?q=Elsewhere')];
    assert.match(one.body_text, />Earlier</);
    assert.doesNotMatch(other.body_text, />Earlier</);
  });
  it('show a change at the next request, whoever made it', async () => {
    const owner = await ownerClient(server), reader = server.client();
    const address = '/test/organise/event/';
    const page = (await owner.get(address)).body_text;
    const value = (name) => page.match(new RegExp(`name="${name}"[^>]*value="([^"]*)"`))?.[1] ?? '';
    for (let turn = 0; turn < 5; turn++) {
      assert.equal((await reader.get('/test/')).status, 200); // kept
      const fields = Object.fromEntries([...page.matchAll(/name="(\w+)"/g)].map(([, name]) => [name, value(name)]));
      delete fields.csrf;
      const answer = await owner.post(address, { ...fields, title: `Title ${turn}`, zone: 'Europe/Paris', languages: 'fr, en', lang: 'fr' });
      assert.ok(answer.status < 400, answer.body_text);
      assert.match((await reader.get('/test/')).body_text, new RegExp(`Title ${turn}`));
    }
    for (let turn = 0; turn < 3; turn++) { // another process
      assert.equal((await reader.get(`/more-${turn}/`)).status, 404);
      await reader.get('/');
      const { code } = await run('import', `${server.folder}/sample.xml`, '--event', `more-${turn}`, '--publish', '--data', server.folder);
      assert.equal(code, 0);
      assert.equal((await reader.get(`/more-${turn}/`)).status, 200);
      assert.ok((await reader.get('/')).body_text.includes(`/more-${turn}/`));
    }
  });
  it('stay when somebody chats, raises a hand or takes a place; a moved session is seen at once', async () => {
    const owner = await ownerClient(server), reader = server.client();
    const person = await Page.join(server, place, 'Guest');
    const code = (await reader.get('/test/schedule/?q=Elsewhere')).body_text.match(/\/test\/talk\/(\w+)\//)[1];
    const address = `/test/schedule/?room=workshop&day=${rows(server, 'SELECT day FROM talk WHERE code = ?', code)[0].day}`;
    assert.match((await reader.get(address)).body_text, />Elsewhere</);
    const turns = 12, acts = [
      (n) => person.ask({ t: 'say', id: `line-${n}`, text: 'Hello' }, 'said', (m) => m.id === `line-${n}`),
      (n) => person.ask({ t: 'hand', up: true }, 'hands', (m) => m.list.length > 0).then(() => person.ask({ t: 'hand', up: false }, 'hands', (m) => m.list.length === 0)),
      (n) => server.client().post('/test/register/', { name: `Late ${n}`, email: `late-${n}@example.org` }),
    ];
    const earlier = await shared(), begun = Date.now();
    for (let n = 0; n < turns; n++) {
      await acts[n % acts.length](n);
      assert.match((await reader.get(address)).body_text, />Elsewhere</);
    }
    const secondsBegun = Math.ceil((Date.now() - begun) / 1000); // each renders it once
    assert.ok(await shared() - earlier >= turns - 1 - secondsBegun, `${await shared() - earlier} of ${turns} in ${secondsBegun} s`);
    for (const [start, shown] of [['05:10', '05:10'], ['06:20', '06:20'], ['07:30', '07:30']]) {
      await reader.get(address); // kept
      const form = (await owner.get(`/test/organise/session/${code}/move/`)).body_text;
      const [version, day] = ['version', 'day'].map((name) => form.match(new RegExp(`name="${name}"[^>]*value="([^"]*)"`))?.[1]
        ?? rows(server, `SELECT ${name} FROM talk WHERE code = ?`, code)[0][name]);
      await reader.get(address); // the look into the store is another process's: kept again
      const moved = await owner.post(`/test/organise/session/${code}/move/`, { version, day, start, room: 'workshop' });
      assert.equal(moved.status, 303, moved.body_text);
      assert.ok((await reader.get(address)).body_text.includes(shown), start);
    }
    await person.close();
  });
  it('are what would be rendered anew, whatever was done before', async () => {
    const owner = await ownerClient(server), reader = server.client(), one = await attendee('random');
    const person = await Page.join(server, place, 'Guest');
    const codes = rows(server, "SELECT code FROM talk WHERE event_id = (SELECT id FROM event WHERE slug = 'test')").map(({ code }) => code);
    const pages = ['/', '/test/', '/test/schedule/', '/test/speakers/', '/test/live/', `/test/talk/${codes[0]}/`, '/test/register/', '/test/nothing/'];
    let state = 20261128; // a seed: the same acts each time
    const random = (count) => { state = (state * 1103515245 + 12345) % 2147483648; return Math.floor(state / 65536) % count; };
    const version = async (address) => (await owner.get(address)).body_text.match(/name="version" value="(\d+)"/)?.[1];
    const day = rows(server, 'SELECT day FROM talk WHERE code = ?', codes[0])[0].day;
    const published = async () => (await reader.get('/test/')).status === 200;
    const acts = [
      (n) => person.ask({ t: 'say', id: `random-${n}`, text: `Line ${n}` }, 'said', (m) => m.id === `random-${n}`),
      (n) => owner.post('/test/organise/publish/', { publish: String(n % 2) }),
      async (n) => owner.post(`/test/organise/session/${codes[0]}/move/`, { version: await version(`/test/organise/session/${codes[0]}/move/`),
        day, start: `0${n % 10}:15`, room: n % 2 ? 'scene' : 'workshop' }, { from: `/test/organise/session/${codes[0]}/move/` }),
      async (n) => await published() && server.client().post('/test/register/', { name: `Someone ${n}`, email: `someone-${n}@example.org` }),
      (n) => rows(server, 'UPDATE talk SET title = ? WHERE code = ?', `Another title ${n}`, codes[n % codes.length]),
      (n) => rows(server, "UPDATE event SET title = ? WHERE slug = 'test'", `Event ${n}`),
      (n) => rows(server, n % 2 ? "INSERT OR IGNORE INTO role(account_id, event_id, role) SELECT account.id, event.id, 'host' FROM account, event " +
        "WHERE email = 'random@example.org' AND slug = 'test'" : "DELETE FROM role WHERE role = 'host'"),
      (n) => run('import', `${server.folder}/sample.xml`, '--event', `random-${n}`, '--publish', '--data', server.folder),
    ];
    const text = async (client, address) => {
      const { status, body_text } = await client.get(address);
      return `${status} ${body_text.replaceAll(/anew=[0-9]*/g, '').replaceAll(/name="csrf" value="[0-9a-f]+"/g, '')}`;
    };
    let same = 0;
    for (let n = 0; n < 60; n++) {
      const act = acts[random(acts.length)];
      for (const address of pages) await reader.get(address); // kept
      await act(n);
      for (const address of pages)
        for (const client of [reader, one]) {
          const [kept, anew] = [await text(client, address), await text(client, `${address}?anew=${n}`)];
          if (kept === anew) same++;
          else assert.equal(kept, anew, `${address} after ${act}`);
        }
    }
    assert.equal(same, 60 * pages.length * 2);
    if (!await published()) assert.equal((await owner.post('/test/organise/publish/', { publish: '1' })).status, 303);
    await person.close();
  });
  it('are apart by who is signed in and by what they may do there', async () => {
    const owner = await ownerClient(server), reader = server.client(), [one, other] = [await attendee('one'), await attendee('other')];
    const sees = async (client, signedIn, organises) => {
      const page = (await client.get('/test/schedule/')).body_text;
      assert.equal(page.includes('>Sign out<'), signedIn);
      assert.equal(page.includes('>Sign in<'), !signedIn);
      assert.equal(page.includes('/test/organise/'), organises);
    };
    for (let turn = 0; turn < 4; turn++) {
      await sees(reader, false, false);
      await sees(owner, true, true);
      await sees(one, true, false);
      await sees(other, true, false);
    }
    await assertShared(6, Array.from({ length: 8 }, (_, n) => () => (n % 2 ? one : other).get('/test/schedule/')));
  });
  it('end with the session, and with the right', async () => {
    const host = await attendee('host'), owner = await ownerClient(server);
    const organises = async () => (await host.get('/test/schedule/')).body_text.includes('/test/organise/');
    assert.equal(await organises(), false);
    const account = rows(server, "SELECT id FROM account WHERE email = 'host@example.org'")[0].id;
    rows(server, "INSERT INTO role(account_id, event_id, role) SELECT ?, id, 'host' FROM event WHERE slug = 'test'", account);
    assert.equal(await organises(), true);
    rows(server, "DELETE FROM role WHERE account_id = ? AND role = 'host'", account);
    assert.equal(await organises(), false);
    rows(server, 'DELETE FROM session WHERE account_id = ?', account);
    assert.match((await host.get('/test/schedule/')).body_text, />Sign in</);
    assert.match((await owner.get('/test/schedule/')).body_text, />Sign out</);
  });
  it('never hold what is one account\'s own', async () => {
    const owner = await ownerClient(server), one = await attendee('one');
    assert.equal(await sharedBy(times(5, () => owner.get('/'))), 0); // the home page lists the reader's own events
    assert.equal(await sharedBy(times(5, () => one.get('/test/my/'))), 0);
  });
  it('hold no form\'s token and set no cookie', async () => {
    const tokens = new Set(), cookies = new Set();
    for (let i = 0; i < 4; i++) {
      const reader = server.client();
      tokens.add(await reader.token('/sign-in/'));
      cookies.add(reader.cookies.get('visit'));
    }
    assert.equal(tokens.size, 4);
    assert.equal(cookies.size, 4);
    const routes = JSON.parse((await run('routes', '--json')).stdout).filter((route) => route.method === 'GET' && route.right === 'PUBLIC');
    let withForm = 0;
    for (const { path } of routes) {
      const address = path.replaceAll(':event', 'test').replaceAll(/:\w+\*?/g, 'scene');
      const first = await server.client().get(address), second = await server.client().get(address);
      const [token, again] = [first, second].map((page) => page.body_text.match(/name="csrf" value="([0-9a-f]+)"/)?.[1]);
      withForm += token !== undefined;
      if (token) assert.notEqual(token, again, address);
    }
    assert.ok(withForm > 0);
  });
  it('are not files, errors or figures', async () => {
    const reader = server.client();
    const earlier = await shared();
    for (const address of ['/healthz', '/metrics', '/nothing/', '/test/schedule/export/schedule.xml']) {
      await reader.get(address);
      await reader.get(address);
    }
    assert.equal(await shared(), earlier);
  });
});
