// Case 10: forms of others, cookies, sessions that are fixed, stolen or ended, links that are guessed or used again.
// Case 11: nothing leads away from this site.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { measured } from '../support/measure.mjs';
import { ownerClient, run, start } from './support.mjs';
import { linkTo, makeEvent } from './mail.mjs';

let server, owner;
before(async () => {
  server = await start();
  await makeEvent(server, 'nec');
  owner = await ownerClient(server);
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

const EVIL = 'https://evil.example';
const location = (response) => response.headers.get('location');
const linkOf = async (email = 'owner@example.org', of = server) =>
  new URL((await run('link', email, '--data', of.folder, '--origin', of.origin)).stdout.trim()).pathname;
const body = (fields) => new URLSearchParams(fields);
const ours = { origin: null, 'sec-fetch-site': 'same-origin' };
const send = (client, path, fields, headers = {}) => client.request('POST', path, {
  body: body(fields), headers: { ...ours, origin: server.origin, ...headers } });

describe('case 10: a form of another site changes nothing', () => {
  const act = { email: 'somebody@example.org', role: 'speaker' }, team = '/nec/organise/team/';
  it('without a token, with a wrong one, with one of another browser', async () => {
    const stranger = server.client();
    const foreign = await stranger.token('/sign-in/');
    const good = await owner.token(team);
    for (const csrf of [undefined, '', '0'.repeat(64), foreign, good.slice(0, -1), `${good}0`, good.toUpperCase().replace(/\d/g, '0')]) {
      const answer = await send(owner, team, csrf === undefined ? act : { ...act, csrf });
      assert.equal(answer.status, 403, `token ${csrf}`);
    }
    assert.doesNotMatch((await owner.get(team)).body_text, /somebody@example\.org/);
  });
  it('with a good token, but sent from elsewhere', async () => {
    const csrf = await owner.token(team);
    for (const headers of [{ origin: EVIL }, { origin: 'null' }, { origin: server.origin.replace('http:', 'https:').replace(/\d+$/, '1') },
      { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: `${server.origin}.evil.example` }])
      assert.equal((await send(owner, team, { ...act, csrf }, headers)).status, 403, JSON.stringify(headers));
    assert.doesNotMatch((await owner.get(team)).body_text, /somebody@example\.org/);
  });
  it('a token goes with its browser, not with a session that was stolen or replayed', async () => {
    const csrf = await owner.token(team);
    const thief = server.client();
    await thief.token('/sign-in/'); // a visit of its own
    thief.cookies.set('session', owner.cookies.get('session'));
    assert.equal((await send(thief, team, { ...act, csrf })).status, 403, 'the token of the owner’s browser');
    thief.cookies.delete('visit');
    assert.equal((await send(thief, team, { ...act, csrf })).status, 403, 'and none without the cookie it belongs to');
  });
  it('reading changes nothing: no GET signs out, withdraws or sends', async () => {
    for (const path of ['/sign-out/', '/nec/organise/team/withdraw/', '/nec/organise/team/again/', '/me/sessions/'])
      assert.ok([404, 405].includes((await owner.get(path)).status), path);
  });
});

describe('case 10: cookies', () => {
  it('are HttpOnly, SameSite=Lax, for the whole site and no other host', async () => {
    const client = server.client();
    const answers = [await client.request('GET', '/sign-in/'), await client.request('GET', '/?lang=fr')];
    const token = await client.token('/sign-in/');
    answers.push(await client.request('POST', await linkOf(), { body: body({ csrf: token }), headers: { origin: server.origin } }));
    const cookies = answers.flatMap((answer) => answer.headers.getSetCookie()).filter((cookie) => !/max-age=0/i.test(cookie));
    assert.deepEqual(cookies.map((cookie) => cookie.split('=')[0]).sort(), ['lang', 'session', 'visit']);
    for (const cookie of cookies) {
      assert.match(cookie, /; HttpOnly/);
      assert.match(cookie, /; SameSite=Lax/);
      assert.match(cookie, /; Path=\//);
      assert.doesNotMatch(cookie, /domain/i);
    }
    assert.ok(Number(cookies.find((one) => one.startsWith('session')).match(/Max-Age=(\d+)/)[1]) <= 30 * 86400);
  });
  it('behind TLS they are __Host- and Secure, and the plain ones are not believed', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'treteau-tls-')), socketPath = path.join(folder, 'web.socket');
    const secure = await start({ command: 'serve', folder,
      args: ['--origin', 'https://conference.example.org', '--socket', socketPath, '--behind-proxy'] });
    try {
      const get = (where, cookie = '') => new Promise((resolve, reject) => http.get({ socketPath, path: where,
        headers: { host: 'conference.example.org', 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1', cookie } }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer));
      }).on('error', reject));
      const cookies = [...(await get('/sign-in/')).headers['set-cookie'], ...(await get('/?lang=fr')).headers['set-cookie']];
      assert.deepEqual(cookies.map((cookie) => cookie.split('=')[0]).sort(), ['__Host-lang', '__Host-visit']);
      for (const cookie of cookies) {
        assert.match(cookie, /; Secure/);
        assert.match(cookie, /; Path=\/;/);
      }
      const visit = cookies.find((one) => one.startsWith('__Host-visit')).match(/=([^;]*)/)[1];
      assert.equal((await get('/sign-in/', `__Host-visit=${visit}`)).headers['set-cookie'], undefined, 'its own is kept');
      assert.ok((await get('/sign-in/', `visit=${visit}`)).headers['set-cookie'], 'one that any subdomain may set is not');
    } finally {
      await secure.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('case 10: sessions', () => {
  const inside = async (cookie) => {
    const client = server.client();
    client.cookies.set('session', cookie);
    return (await client.get('/nec/organise/team/')).status === 200;
  };
  it('a cookie that was there before signing in is never the one after it (fixation)', async () => {
    const fixed = 'A'.repeat(43), person = server.client();
    person.cookies.set('session', fixed);
    await person.useLink(await linkOf());
    assert.notEqual(person.cookies.get('session'), fixed);
    assert.equal(await inside(fixed), false);
    assert.equal(await inside(person.cookies.get('session')), true);
  });
  it('signing in again rotates it, signing out ends it on the server', async () => {
    const person = await ownerClient(server), first = person.cookies.get('session');
    await person.useLink(await linkOf());
    const second = person.cookies.get('session');
    assert.notEqual(second, first);
    assert.equal(await inside(first), false);
    assert.equal((await person.post('/sign-out/', {}, { from: '/sign-in/' })).status, 303);
    assert.equal(await inside(second), false);
  });
  it('are listed with their date and ended one by one, all others, or everywhere', async () => {
    const [here, there, third] = [await ownerClient(server, 'many@example.org'), await ownerClient(server, 'many@example.org'),
      await ownerClient(server, 'many@example.org')];
    const keys = async (client) => [...(await client.get('/me/')).body_text.matchAll(/name="session" value="([0-9a-f]{64})"/g)].map(([, key]) => key);
    assert.equal((await keys(here)).length, 2, 'the others; not this one');
    const foreign = (await keys(await ownerClient(server)))[0];
    const kept = owner.cookies.get('session');
    const end = (client, session) => client.post('/me/sessions/', { session }, { from: '/me/' });
    if (foreign) await end(here, foreign);
    assert.equal(await inside(kept), true, 'nobody ends another’s');
    await end(here, (await keys(here))[0]);
    assert.equal((await keys(here)).length, 1);
    await end(here, 'others');
    assert.deepEqual(await keys(here), []);
    assert.equal(await inside(there.cookies.get('session')), false);
    assert.equal(await inside(third.cookies.get('session')), false);
    const mine = here.cookies.get('session');
    assert.equal(location(await end(here, 'all')), '/');
    assert.equal(await inside(mine), false);
  });
  it('a role that is taken away closes its doors at once', async () => {
    await owner.post('/nec/organise/team/', { email: 'org@example.org', role: 'organiser' });
    const person = server.client();
    await person.useLink(await linkTo(server, 'org@example.org'));
    assert.equal((await person.get('/nec/organise/team/')).status, 200);
    const row = (await owner.get('/nec/organise/team/')).body_text.match(/member-\d+-organiser/)[0];
    await owner.post('/nec/organise/team/withdraw/', { row }, { from: '/nec/organise/team/' });
    assert.equal((await person.get('/nec/organise/team/')).status, 403);
  });
});

const ELSEWHERE = ['//evil.example/', '///evil.example', '/\\evil.example', '\\\\evil.example', '\\/evil.example', 'https://evil.example/',
  'https:evil.example', 'javascript:alert(1)', 'data:text/html,x', '/%0d%0aLocation:%20//evil.example\r\n', '/\t/evil.example', '/\u0000/evil.example',
  ' //evil.example', '/x\r\nSet-Cookie: a=b', `/${'a'.repeat(600)}`, '/é', 'nec/me/', ''];

describe('case 11: no open redirect', () => {
  /** Where a browser that is at this address would go by this answer. */
  const target = (answer, path) => new URL(location(answer) ?? path, server.origin + path);
  it('after a sign-in link one goes to a path of this site alone', async () => {
    await owner.post('/nec/organise/team/', { email: 'next@example.org', role: 'host' });
    await server.client().useLink(await linkTo(server, 'next@example.org'));
    const visitor = server.client();
    for (const next of ELSEWHERE) {
      const page = await visitor.get(`/sign-in/?next=${encodeURIComponent(next)}`);
      assert.equal(page.body_text.match(/name="next" value="([^"]*)"/)[1], '', JSON.stringify(next));
    }
    const token = await visitor.token('/sign-in/');
    assert.equal((await visitor.post('/sign-in/', { email: 'next@example.org', next: '//evil.example/' }, { token })).status, 303);
    const answer = await server.client().useLink(await linkTo(server, 'next@example.org'));
    assert.equal(target(answer, '/').origin, server.origin);
    assert.equal(location(answer), '/nec/me/');
  });
  it('the address itself, its missing slash and its language lead nowhere else', async () => {
    const client = server.client();
    for (const path of ['//evil.example', '//evil.example/', '//evil.example/?lang=fr', '/\\evil.example?lang=fr', '/%2F/evil.example?lang=fr',
      '/%5Cevil.example?lang=fr', '/nec?lang=fr', '/nec', '/?lang=fr&next=//evil.example', '/%09/evil.example?lang=fr', '/.//evil.example?lang=fr',
      '/nec/..//evil.example?lang=fr', '/%0d%0aLocation:%20https:%2F%2Fevil.example?lang=fr']) {
      const answer = await raw('GET', path);
      if (!answer.headers.location) continue;
      assert.equal(new URL(answer.headers.location, server.origin).origin, server.origin, `${path} leads to ${answer.headers.location}`);
    }
    assert.equal((await client.get('/nec')).status, 303);
  });
  it('the language link comes back to the query it stood beside, of this site and page alone', async () => {
    const follow = async (referer) =>
      location(await server.client().request('GET', '/nec/schedule/?lang=fr', { headers: { referer } }));
    assert.equal(await follow(`${server.origin}/nec/schedule/?q=a%26b&day=2&lang=en`), '/nec/schedule/?q=a%26b&day=2');
    for (const referer of [`${EVIL}/nec/schedule/?q=1`, `${server.origin}/nec/?q=1`, `${server.origin}.evil.example/nec/schedule/?q=1`,
      `${server.origin}@evil.example/nec/schedule/?q=1`, 'nonsense', `${server.origin}/nec/schedule/?${'a'.repeat(3000)}`])
      assert.equal(await follow(referer), '/nec/schedule/', referer);
  });
  it('a Host of others is refused, and never stands in a mail or an address', async () => {
    for (const host of ['evil.example', `evil.example:${new URL(server.origin).port}`, `${new URL(server.origin).host}.evil.example`, '', 'localhost'])
      assert.ok([400, 421].includes((await raw('GET', '/sign-in/', { host })).status), host);
    const answer = await raw('GET', '/nec', { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' });
    assert.equal(answer.headers.location, '/nec/');
    await owner.post('/nec/organise/team/', { email: 'mailed@example.org', role: 'host' }, { headers: { 'x-forwarded-host': 'evil.example' } });
    assert.ok((await linkTo(server, 'mailed@example.org')).startsWith(server.origin));
  });
});

/** A request whose path and headers are sent as they are. */
function raw(method, path, headers = {}) {
  const { hostname, port, host } = new URL(server.origin);
  return new Promise((resolve, reject) => http.request({ hostname, port, path, method, headers: { host, ...headers }, setHost: false }, (answer) => {
    answer.resume();
    answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers }));
  }).on('error', reject).end());
}

// Last: it makes this network wait.
it('case 10: links are not guessed: the tenth unknown one slows down, a used one opens nothing', async () => {
  const used = await linkOf();
  await server.client().useLink(used);
  assert.equal(location(await server.client().post(used, {}, { token: undefined, from: '/sign-in/' })), '/sign-in/dead/');
  const good = await linkOf(), statuses = [];
  const guess = async () => statuses.push((await server.client().get(`/sign-in/link/${String(statuses.length).padStart(43, 'B')}/`)).status);
  while (statuses.length < 15) await guess();
  assert.deepEqual([...new Set(statuses)], [404, 429]);
  assert.ok(statuses.indexOf(429) >= 10, 'a few are free: mails break links');
  // A good one waits too: nothing is told. The first wait is one second, which a busy machine lets pass; each further guess doubles it.
  await measured(async (earlier) => {
    if (earlier.length) await guess();
    return (await server.client().get(good)).status;
  }, (status) => status === 429);
});
