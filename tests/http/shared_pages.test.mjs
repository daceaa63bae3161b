// Pages that everybody gets alike are kept for a moment: never past a change, never of or for one reader.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ownerClient, run, start } from './support.mjs';
import { linkTo } from './mail.mjs';
import { rows } from './registration.mjs';
import { importLive } from '../support/sample.mjs';

let server;
before(async () => {
  server = await start();
  await importLive(server);
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
    assert.ok(await sharedBy(times(6, () => english.get('/test/schedule/'))) >= 4);
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
    assert.ok(await sharedBy(Array.from({ length: 8 }, (_, n) => () => (n % 2 ? one : other).get('/test/schedule/'))) >= 6);
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
