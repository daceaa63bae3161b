// Case 5: SQL injection. Every parameter of every form that a visitor, a registrant and an owner find by following links is
// given what breaks a statement, by us, and walked by sqlmap. Two things show a fault: sqlmap says so, or the program logs a
// statement that failed. Past nginx, whose limits would spare the program most of it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { linkTo } from '../http/mail.mjs';
import { ownerClient, run, start } from '../http/support.mjs';
import { findForms, routeOf } from './forms.mjs';

const LONG = process.env.TRETEAU_LONG === '1'; // ./test long: every form, and all of them deep
const FIELDS_MAX = LONG ? Infinity : 6; // of a form that sqlmap walks as somebody who is signed in; the token apart
const EVENT = 'nec-sud-charente'; // of the demo
const EVIL = ["'", '"', "1' OR '1'='1", '1); DROP TABLE talk;--', "' UNION SELECT 1,2,3--", '%', '_', '*', 'NEAR(a', '"a" AND', '\u2019'];
const DEEP = ['--level=3', '--risk=2'], BROAD = ['--level=1', '--risk=1'];
// As they stand they end the session, the registration or the account: sqlmap sends each form as it stands first.
const ENDS = ['/sign-out/', '/me/sessions/', '/me/data/', '/:event/me/cancel/', '/:event/me/revoke/'];

let server, routes, own;
const walks = []; // { who, client, forms }
before(async () => {
  own = mkdtempSync(path.join(os.tmpdir(), 'treteau-injection-'));
  server = await start({ seed: true });
  routes = JSON.parse((await run('routes', '--json')).stdout);
  const visitor = server.client(), registrant = server.client(), owner = await ownerClient(server);
  await owner.post(`/${EVENT}/organise/questions/`, { label: 'Where from?', help: '', kind: 'short', choices: '' });
  await registrant.post(`/${EVENT}/register/`, { name: 'A reader', email: 'reader@example.org' });
  await registrant.useLink(await linkTo(server, 'reader@example.org'));
  for (const [who, client, starts] of [['visitor', visitor, ['/', '/sign-in/']], ['registrant', registrant, [`/${EVENT}/me/`, `/${EVENT}/me/address/`, `/${EVENT}/me/sessions/`, '/']], ['owner', owner, ['/']]])
    walks.push({ who, client, forms: await findForms(client, routes, starts) });
});
after(async () => {
  const { code, stderr } = await server.stop();
  rmSync(own, { recursive: true });
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /store: |Sanitizer|runtime error/); // no statement ever failed
});

const routeOfForm = (form) => routeOf(routes, form.action)?.path;
/** Forms that no walk before this one had. */
function formsOf(who) {
  const known = new Set();
  for (const walk of walks) {
    const fresh = walk.forms.filter((form) => !known.has(`${routeOfForm(form)} ${form.fields.map(([name]) => name)}`));
    if (walk.who === who) return { client: walk.client, forms: fresh };
    for (const form of fresh) known.add(`${routeOfForm(form)} ${form.fields.map(([name]) => name)}`);
  }
  throw new Error(who);
}

/** One run of sqlmap on all parameters of a form but its token. */
function sqlmap(client, form, token, depth) {
  const fields = new URLSearchParams(form.fields.map(([name, value]) => [name, name === 'csrf' ? token : value || 'a']));
  const names = form.fields.map(([name]) => name).filter((name) => name !== 'csrf');
  const where = form.method === 'GET' ? ['-u', `${server.origin}${form.action.split('?')[0]}?${fields}`] : ['-u', server.origin + form.action, '--data', `${fields}`];
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const options = ['--batch', '--disable-coloring', '--flush-session', '--dbms=SQLite', '--technique=BEU', '--timeout=20', '--retries=0', '--ignore-redirects',
    '--ignore-code=*', '-p', names.join(), '--headers', `Origin: ${server.origin}\nSec-Fetch-Site: same-origin`, '--output-dir', path.join(own, String(Math.random()))];
  return new Promise((resolve) => execFile('sqlmap', [...where, ...options, ...depth, ...(cookie ? ['--cookie', cookie] : [])],
    { timeout: LONG ? 1800000 : 300000, maxBuffer: 1 << 26 }, (error, stdout) => resolve(stdout)));
}

/** sqlmap has tested every parameter, and found none that can be used. */
function clean(text, form) {
  const names = new Set(form.fields.map(([name]) => name).filter((name) => name !== 'csrf'));
  for (const [, name] of text.matchAll(/parameter '([^']+)' does not (?:seem|appear) to be (?:injectable|dynamic)/g)) names.delete(name);
  assert.deepEqual([...names], [], `${form.method} ${form.action}: not tested\n${text.slice(-1500)}`);
  assert.doesNotMatch(text, /is vulnerable|appears to be '.*' injectable|identified the following injection/, form.action);
}

/** Several at once share the machine. */
async function sqlmapAll(client, forms, depth) {
  const waiting = [...forms];
  const work = async () => {
    for (let form; (form = waiting.shift()); ) {
      const token = form.fields.some(([name]) => name === 'csrf') ? await client.token('/sign-in/') : ''; // one cookie, one token
      clean(await sqlmap(client, form, token, depth), form);
    }
  };
  await Promise.all([work(), work()]);
}
const walkable = ({ fields }) => fields.some(([name]) => name !== 'csrf');
const publish = (client) => client.post(`/${EVENT}/organise/publish/`, { publish: '1' });

describe('case 5: SQL injection', () => {
  it('case 5: finds the forms of a visitor, a registrant and an owner', () => {
    const count = (who) => formsOf(who).forms.length;
    assert.ok(count('visitor') >= 4 && count('registrant') >= 5 && count('owner') >= 35, `${count('visitor')} ${count('registrant')} ${count('owner')}`);
  });
  it('case 5: every public address of the route table takes quotes and operators in each of its parts', async () => {
    const client = server.client();
    for (const { path: route } of routes.filter(({ method, right }) => method === 'GET' && right === 'PUBLIC'))
      for (const evil of EVIL) {
        const text = encodeURIComponent(evil);
        const address = route.replaceAll(/:(\w+)\*?/g, (_, name) => (name === 'event' ? EVENT : text)) + `?q=${text}&page=${text}&day=${text}&room=${text}`;
        const answer = await client.get(address);
        assert.ok(answer.status < 500, `${address}: ${answer.status}`);
      }
    assert.equal((await client.get(`/${EVENT}/schedule/`)).status, 200);
  });
  for (const who of ['visitor', 'registrant', 'owner'])
    it(`case 5: every field of every form of a ${who} takes quotes and operators`, async () => {
      const { client, forms } = formsOf(who);
      for (const form of forms.filter(walkable)) {
        const token = form.method === 'POST' ? await client.token('/sign-in/') : '';
        for (const [field] of form.fields.filter(([name]) => name !== 'csrf'))
          for (const evil of EVIL) {
            const fields = new URLSearchParams(form.fields.filter(([name]) => name !== 'csrf').map(([name, value]) => [name, name === field ? evil : value]));
            const answer = form.method === 'GET' ? await client.get(`${form.action.split('?')[0]}?${fields}`) : await client.post(form.action, fields, { token });
            assert.ok(answer.status < 500, `${form.action} ${field}=${evil}: ${answer.status}`);
          }
      }
      if (who === 'owner') await publish(client);
    });
  it('case 5: what a visitor may type, deep (sqlmap)', async () => {
    const { client, forms } = formsOf('visitor');
    await client.token('/sign-in/');
    await sqlmapAll(client, forms.filter((form) => walkable(form) && (LONG || form.method === 'GET' || /sign-in|register/.test(form.action))), DEEP);
  });
  for (const who of ['registrant', 'owner'])
    it(`case 5: the forms of a ${who} (sqlmap)`, async () => {
      const { client, forms } = formsOf(who);
      await sqlmapAll(client, forms.filter((form) => walkable(form) && form.fields.length <= FIELDS_MAX + 1 && !ENDS.includes(routeOfForm(form))), LONG ? DEEP : BROAD);
      if (who === 'owner') await publish(client);
    });
  it('case 5: codes in paths (sqlmap)', async () => {
    const code = (await server.client().get(`/${EVENT}/schedule/`)).body_text.match(/\/talk\/(\w+)\//)[1];
    const text = await new Promise((resolve) => execFile('sqlmap', ['-u', `${server.origin}/${EVENT}/talk/${code}*/`, '--batch', '--disable-coloring', '--dbms=SQLite',
      '--technique=BEU', '--ignore-code=*', ...DEEP, '--skip=cookie,user-agent,referer,host', '--output-dir', own], { timeout: 60000 }, (error, stdout) => resolve(stdout)));
    assert.match(text, /parameter '#1\*' does not seem to be injectable/, text.slice(-800));
  });
});
