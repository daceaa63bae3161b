// Cases 5 and 6: SQL injection by sqlmap on what the program reads from an address or a form, and what can be found by guessing.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { run, start } from '../http/support.mjs';
import { startBehindProxy } from '../support/proxy.mjs';
import { importLive } from '../support/sample.mjs';

let house, bare, own; // bare: past nginx, whose limits would spare the program most of what sqlmap tries
before(async () => {
  own = mkdtempSync(path.join(os.tmpdir(), 'treteau-probe-'));
  house = await startBehindProxy();
  bare = await start();
  await importLive(house.server);
  await importLive(bare);
});
after(async () => {
  for (const server of [house, bare]) {
    const { code, stderr } = await server.stop();
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /store: |Sanitizer|runtime error/); // no statement ever failed
  }
  rmSync(own, { recursive: true });
});

/** One run of sqlmap; several at once share the machine. */
function sqlmap(address, ...more) {
  return new Promise((resolve) => {
    execFile('sqlmap', ['-u', bare.origin + address, '--batch', '--disable-coloring', '--flush-session', '--level=1', '--risk=1',
      '--technique=BEU', '--dbms=SQLite', '--threads=4', '--timeout=10', '--retries=0', `--output-dir=${own}/${Math.random()}`, ...more],
    { timeout: 60000 }, (error, stdout) => resolve(stdout));
  });
}
function clean(text) {
  assert.match(text, /testing if (the )?(GET|POST|URI|\(custom\)|Cookie)|testing connection/, text.slice(-800));
  assert.doesNotMatch(text, /is vulnerable|appears to be '.*' injectable|identified the following injection/);
}

describe('case 6: content discovery', () => {
  const GUESSES = ['.git/config', '.git/HEAD', '.env', '.htaccess', '.well-known/security', 'treteau.db', 'treteau.db-wal', 'data/treteau.db', 'secret.key',
    'media/', 'media/../treteau.db', 'media/%2e%2e/secret.key', 'internal-media/', 'internal-media/../secret.key', 'tmp/', 'backups/', 'backup/', 'jobs/',
    'admin', 'admin/', 'admin/login', 'administrator/', 'wp-login.php', 'wp-admin/', 'phpmyadmin/', 'server-status', 'nginx_status', 'debug/', 'debug/pprof/',
    'actuator/env', 'console', 'config.json', 'etc/treteau.conf', 'treteau.conf', 'demo/mail', 'demo/', 'api/', 'api/v1/', 'api/v2/users', 'api/v1/accounts/', 'api/v1/events/hidden-one/sessions/', 'graphql', 'swagger.json', 'openapi.json',
    'static/', 'static/web/', 'static/..%2f..%2ftreteau.db', 'static/web/base.css', 'backup.zip', 'dump.sql', 'id_rsa', 'package.json', 'README.md', 'Makefile',
    'test/organise', 'test/organise/..%2f..%2f', 'test/me/../../secret.key', 'cgi-bin/', 'xmlrpc.php', 'crossdomain.xml', 'trace.axd', 'elmah.axd', '~root/'];
  it('case 6: one and the same 404, nothing that is a secret', async () => {
    const client = house.client();
    const shape = (page) => page.body_text.replaceAll(/next=[^"]*/g, '').replaceAll(/\/static\/\S+/g, '');
    const nothing = await client.get('/nothing-like-this/'), nothing_api = await client.get('/api/nothing-like-this/'); // programs get JSON
    assert.deepEqual([nothing.status, nothing_api.status], [404, 404]);
    const told = [];
    for (const guess of GUESSES) {
      let answer = await client.get(`/${guess}`);
      const there = answer.headers.get('location');
      if (answer.status === 303 && there.endsWith('/') && !guess.endsWith('/')) answer = await client.get(there); // the name of an event, perhaps
      assert.ok([404, 303, 301, 403, 400].includes(answer.status), `${guess}: ${answer.status}`);
      assert.doesNotMatch(answer.body_text, /SQLite format|\[server\]|BEGIN |repositoryformat/);
      if (answer.status === 404) assert.equal(shape(answer), shape(guess.startsWith('api/') ? nothing_api : nothing), guess);
      else told.push(`${guess}: ${answer.status}`);
    }
    assert.ok(told.length < GUESSES.length / 4, told.join('\n'));
  });
  it('case 6: an event that is not public is one that is not there', async () => {
    const { code } = await run('import', `${house.folder}/sample.xml`, '--event', 'hidden', '--data', house.folder);
    assert.equal(code, 0);
    const client = house.client();
    const strip = (page) => [page.status, page.body_text.replaceAll(/hidden|nowhere/g, '')];
    for (const rest of ['', 'schedule/', 'speakers/', 'live/scene/', 'organise/', 'register/'])
      assert.deepEqual(strip(await client.get(`/hidden/${rest}`)), strip(await client.get(`/nowhere/${rest}`)), rest);
  });
});

describe('case 5: SQL injection', { concurrency: 3 }, () => {
  it('case 5: every parameter of the programme (sqlmap)', async () => {
    clean(await sqlmap('/test/schedule/?q=a&room=scene&track=t&kind=k&day=2026-01-01&page=1', '-p', 'q,room,track,kind,day,page'));
  });
  it('case 5: codes in paths, the part of a replay (sqlmap)', async () => {
    const code = (await bare.client().get('/test/schedule/?q=Earlier')).body_text.match(/\/test\/talk\/(\w+)\//)[1];
    clean(await sqlmap(`/test/talk/${code}*/replay/?part=1`));
  });
  it('case 5: the form of sign-in and its cookie (sqlmap)', async () => {
    const client = bare.client(), token = await client.token('/sign-in/');
    const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    clean(await sqlmap('/sign-in/', '--data', `email=a@example.org&next=/&csrf=${token}`, '-p', 'email,next', '--cookie', cookie, '--headers', `Origin: ${bare.origin}`));
  });
  it('case 5: every public address of the route table takes quotes and operators in each of its parts', async () => {
    const routes = JSON.parse((await run('routes', '--json')).stdout).filter((route) => route.method === 'GET' && route.right === 'PUBLIC');
    const client = bare.client();
    for (const { path: route } of routes)
      for (const evil of ["'", '"', "1' OR '1'='1", '1); DROP TABLE talk;--', '%', '_', '*', 'NEAR(a', '"a" AND', '\u2019']) {
        const address = route.replaceAll(/:(\w+)\*?/g, (_, name) => encodeURIComponent(name === 'event' ? 'test' : evil)) +
          `?q=${encodeURIComponent(evil)}&page=${encodeURIComponent(evil)}&day=${encodeURIComponent(evil)}&room=${encodeURIComponent(evil)}`;
        const answer = await client.get(address);
        assert.ok(answer.status < 500, `${address}: ${answer.status}`);
      }
    assert.equal((await client.get('/test/schedule/')).status, 200);
  });
});
