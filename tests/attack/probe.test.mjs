// Case 6: what can be found by guessing, through nginx with the shipped site. Case 5 is in injection.test.mjs.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { root, run } from '../http/support.mjs';
import { startBehindProxy, withoutLimits } from '../support/proxy.mjs';
import { importLive } from '../support/sample.mjs';
import { routeOf } from './forms.mjs';

let house;
before(async () => {
  house = await startBehindProxy({ change: withoutLimits });
  await importLive(house.server);
});
after(async () => {
  const { code, stderr } = await house.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /store: |Sanitizer|runtime error/); // no statement ever failed
});

const WORDS = readFileSync(path.join(root, 'tests/attack/words.txt'), 'utf8').split('\n').filter((line) => line && !line.startsWith('#'));

/** ffuf's answers below a place, redirects followed; what it lost on the way is asked again. */
async function guessed(place) {
  const list = path.join(house.nginx.folder, 'words.txt'), file = path.join(house.nginx.folder, 'ffuf.json'), answers = new Map();
  for (let turn = 0; turn < 3 && answers.size < WORDS.length; turn++) {
    writeFileSync(list, WORDS.filter((word) => !answers.has(word)).join('\n'));
    await promisify(execFile)('ffuf', ['-s', '-r', '-t', '8', '-timeout', '30', '-mc', 'all', '-w', list, '-u', `${house.origin}/${place}FUZZ`, '-of', 'json', '-o', file],
      { timeout: 60000, maxBuffer: 1 << 26 });
    for (const { input, status, words, lines } of JSON.parse(readFileSync(file, 'utf8')).results)
      answers.set(input.FUZZ, { guess: input.FUZZ, status, shape: `${words} words in ${lines} lines` });
  }
  assert.deepEqual(WORDS.filter((word) => !answers.has(word)), [], `${place}: not answered`);
  return [...answers.values()];
}

describe('case 6: content discovery', () => {
  const GUESSES = ['.git/config', '.git/HEAD', '.env', '.htaccess', '.well-known/security', 'treteau.db', 'treteau.db-wal', 'data/treteau.db', 'secret.key',
    'media/', 'media/../treteau.db', 'media/%2e%2e/secret.key', 'internal-media/', 'internal-media/../secret.key', 'tmp/', 'backups/', 'backup/', 'jobs/',
    'admin', 'admin/', 'admin/login', 'administrator/', 'wp-login.php', 'wp-admin/', 'phpmyadmin/', 'server-status', 'nginx_status', 'debug/', 'debug/pprof/',
    'actuator/env', 'console', 'config.json', 'etc/treteau.conf', 'treteau.conf', 'demo/mail', 'demo/', 'api/', 'api/v1/', 'api/v2/users', 'api/v1/accounts/', 'api/v1/events/hidden-one/sessions/', 'graphql', 'swagger.json', 'openapi.json',
    'static/', 'static/web/', 'static/..%2f..%2ftreteau.db', 'static/web/base.css', 'backup.zip', 'dump.sql', 'id_rsa', 'package.json', 'README.md', 'Makefile',
    'hidden-one/', 'hidden-one/nothing/', 'hidden-one/organise/..%2f', 'test/organise', 'test/organise/..%2f..%2f', 'test/me/../../secret.key', 'cgi-bin/', 'xmlrpc.php', 'crossdomain.xml', 'trace.axd', 'elmah.axd', '~root/'];
  it('case 6: one and the same 404, nothing that is a secret', async () => {
    const client = house.client();
    const shape = (page) => page.body_text.replaceAll(/next=[^"]*/g, '').replaceAll(/\/static\/\S+/g, '');
    const nothing = await client.get('/nothing-like-this/'), nothing_api = await client.get('/api/nothing-like-this/'); // programs get JSON
    const below_event = await client.get('/test/nothing-like-this/'); // public: its 404 bears its name
    assert.deepEqual([nothing.status, nothing_api.status, below_event.status], [404, 404, 404]);
    const like = (guess) => (guess.startsWith('api/') ? nothing_api : new URL(`/${guess}`, house.origin).pathname.startsWith('/test/') ? below_event : nothing);
    const told = [];
    for (const guess of GUESSES) {
      let answer = await client.get(`/${guess}`);
      const there = answer.headers.get('location');
      if (answer.status === 303 && there.endsWith('/') && !guess.endsWith('/')) answer = await client.get(there); // the name of an event, perhaps
      assert.ok([404, 303, 301, 403, 400].includes(answer.status), `${guess}: ${answer.status}`);
      assert.doesNotMatch(answer.body_text, /SQLite format|\[server\]|BEGIN |repositoryformat/);
      if (answer.status === 404) assert.equal(shape(answer), shape(like(guess)), guess);
      else told.push(`${guess}: ${answer.status}`);
    }
    assert.ok(told.length < GUESSES.length / 4, told.join('\n'));
  });
  it('case 6: of 780 names that others leave behind, at eight places, only what the route table says is there (ffuf)', async () => {
    const routes = JSON.parse((await run('routes', '--json')).stdout).filter(({ method }) => method === 'GET');
    for (const place of ['', 'test/', 'test/organise/', 'test/live/', 'api/', 'media/', 'static/', 'internal-media/']) {
      const finds = await guessed(place);
      const shapes = (isJson) => new Set(finds.filter(({ status, guess }) => status === 404 && `${place}${guess}/`.startsWith('api/') === isJson).map(({ shape }) => shape));
      for (const isJson of [true, false]) assert.ok(shapes(isJson).size <= 1, `${place}: ${[...shapes(isJson)]}`);
      for (const { guess, status } of finds.filter((one) => one.status !== 404)) {
        const route = routeOf(routes, `/${place}${guess}`) ?? routeOf(routes, `/${place}${guess}/`);
        assert.ok(route, `/${place}${guess}: ${status}, and no route`);
        if (status === 403) assert.notEqual(route.right, 'PUBLIC', guess);
        else assert.ok(status === 200 && ['PUBLIC', 'SIGNED_IN'].includes(route.right), `/${place}${guess}: ${status}, ${route.right}`);
      }
    }
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
