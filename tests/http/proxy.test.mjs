// As production runs it: the program on its Unix socket, nginx in front with the shipped site file.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { build, ownerClient, program, run, start } from './support.mjs';
import { measured } from '../support/measure.mjs';
import { importLive } from '../support/sample.mjs';
import { Page } from '../support/page.mjs';
import { startBehindProxy, withoutLimits } from '../support/proxy.mjs';

let house, client, place;
before(async () => {
  house = await startBehindProxy({ change: withoutLimits }); // all of this is asked from one address
  client = house.client();
  place = await importLive(house.server);
});
after(async () => {
  const { code, stderr, complaints } = await house.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
  assert.doesNotMatch(complaints, /\[(emerg|alert|crit)\]/);
});

/** Bytes to the program's own socket, past nginx; what came until the end. */
function direct(text) {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(house.socket, () => socket.end(text));
    socket.on('data', (bytes) => { answer += bytes; }).on('end', () => resolve(answer)).on('error', reject);
  });
}

function overHttp2(address, headers = {}) {
  return new Promise((resolve, reject) => {
    const session = http2.connect(house.origin, { rejectUnauthorized: false });
    session.on('error', reject);
    const stream = session.request({ ':path': address, ...headers });
    let answer, size = 0;
    stream.on('response', (got) => { answer = got; }).on('data', (bytes) => { size += bytes.length; });
    stream.on('end', () => { session.close(); resolve({ headers: answer, size }); }).on('error', reject);
  });
}

describe('through nginx', () => {
  it('pages come over HTTP/2 with HSTS, plain HTTP is sent to HTTPS', async () => {
    const page = await overHttp2('/');
    assert.equal(page.headers[':status'], 200);
    assert.match(page.headers['strict-transport-security'], /max-age=\d{8}/);
    assert.doesNotMatch(page.headers.server ?? '', /\d/);
    const plain = await fetch(`${house.nginx.httpOrigin}/test/schedule/?q=a`, { redirect: 'manual' });
    assert.equal(plain.status, 301);
    assert.equal(plain.headers.get('location'), `${house.origin}/test/schedule/?q=a`);
  });
  it('sign-in works, with cookies for this host alone', async () => {
    const owner = await ownerClient(house);
    assert.ok([...owner.cookies.keys()].every((name) => name.startsWith('__Host-')));
    assert.equal((await owner.get('/admin/events/new/')).status, 200);
  });
  it('what is asked for by Range is a whole page', async () => {
    const page = await client.get('/test/schedule/', { headers: { range: 'bytes=0-9' } });
    assert.equal(page.status, 200);
    assert.match(page.body_text, /<\/html>/);
  });
  it('a page is compressed, one with a form\'s token never', async () => {
    const coding = async (address) => (await overHttp2(address, { 'accept-encoding': 'gzip' })).headers['content-encoding'];
    assert.equal(await coding('/test/schedule/'), 'gzip');
    assert.match((await client.get('/sign-in/')).body_text, /name="csrf"/);
    assert.notEqual(await coding('/sign-in/'), 'gzip');
  });
  it('styles and scripts come compressed at build, for ever', async () => {
    const [address] = (await client.get('/')).body_text.match(/\/static\/web\/base-[0-9a-f]+\.css/);
    for (const accepted of ['gzip', 'identity', 'gzip']) {
      const style = await overHttp2(address, { 'accept-encoding': accepted });
      assert.equal(style.headers['content-encoding'], accepted === 'gzip' ? 'gzip' : undefined);
      assert.match(style.headers['cache-control'], /immutable/);
    }
  });
  it('recordings are sent by nginx, by ranges, and only when the program says so', async () => {
    const code = (await client.get('/test/schedule/?q=Earlier')).body_text.match(/\/test\/talk\/(\w+)\//)[1];
    await promisify(execFile)(path.join(build, 'tests/support/record-sample'), [house.folder, 'test', code, '2']);
    const [, folder] = (await client.get(`/test/talk/${code}/replay/`)).body_text.match(/data-list="\/media\/([^"]+)\/programme.m3u8"/);
    const whole = await overHttp2(`/media/${folder}/replay.mp4`);
    assert.equal(whole.headers[':status'], 200);
    assert.equal(whole.headers['content-type'], 'video/mp4');
    assert.equal(whole.headers['x-accel-redirect'], undefined);
    assert.equal(whole.headers['x-content-type-options'], 'nosniff');
    assert.equal(whole.size, statSync(`${house.folder}/media/${folder}/replay.mp4`).size);
    appendFileSync(`${house.folder}/media/${folder}/programme.m3u8`, '# as long as that of an hour\n'.repeat(100));
    for (const [file, packed] of [['programme.m3u8', 'gzip'], ['replay.mp4', undefined]]) {
      const answer = await overHttp2(`/media/${folder}/${file}`, { 'accept-encoding': 'gzip' });
      assert.equal(answer.headers['content-encoding'], packed, file);
    }
    const part = await overHttp2(`/media/${folder}/replay.mp4`, { range: 'bytes=100-199' });
    assert.equal(part.headers[':status'], 206);
    assert.equal(part.size, 100);
    assert.equal(part.headers['content-range'], `bytes 100-199/${whole.size}`);
    const many = await overHttp2(`/media/${folder}/replay.mp4`, { range: `bytes=${Array.from({ length: 50 }, (_, i) => `${i}-`).join(',')}` });
    assert.equal(many.headers[':status'], 200);
    assert.equal((await client.get(`/internal-media/${folder}/replay.mp4`)).status, 404);
    assert.equal((await client.get('/media/nothing/replay.mp4')).status, 404);
    assert.match(await direct(`GET /media/${folder}/replay.mp4 HTTP/1.1\r\nHost: ${new URL(house.origin).host}\r\nConnection: close\r\n\r\n`),
      /^HTTP\/1.1 200[^]*X-Accel-Redirect: \/internal-media\//);
  });
  it('a room\'s messages pass', async () => {
    const page = await Page.join(house.server, place, 'Guest');
    assert.equal(page.welcome.t, 'welcome');
    page.socket.close();
    await page.closed;
  });
  it('every route with a large body has a place that lets it through', async () => {
    const site = readFileSync(path.join(house.nginx.folder, 'site.conf'), 'utf8');
    const uploads = new RegExp(site.match(/location ~ (\^\/\(admin\S+)/)[1]);
    const routes = JSON.parse((await run('routes', '--json')).stdout);
    const large = routes.filter((route) => route.body_max > 1024 * 1024);
    assert.ok(large.length > 0);
    for (const route of large) {
      assert.match(route.path.replaceAll(/:\w+/g, 'x'), uploads, route.path);
      assert.ok(route.body_max <= 64 * 1024 * 1024, route.path);
    }
    const form = new FormData();
    form.append('file', new Blob(['x'.repeat(2e6)]), 'programme.xml');
    const owner = await ownerClient(house);
    const answer = await owner.post('/test/organise/import/', form, { from: '/test/organise/import/' });
    assert.notEqual(answer.status, 413);
    assert.ok(answer.status < 500);
    assert.equal((await client.request('POST', '/sign-in/', { body: 'x'.repeat(2e6) })).status, 413);
  });
  it('figures are for this machine alone', async () => {
    assert.equal((await client.get('/metrics')).status, 200); // we are this machine
    assert.equal((await client.get('/healthz')).body_text, 'ok\n');
  });
});

describe('pages that nginx keeps until the second is over', () => {
  const shared = async () => Number((await client.get('/metrics')).body_text.match(/^treteau_pages_shared_total (\d+)/m)[1]);
  /** Enough of them at once that nginx keeps the page. */
  const burst = (reader, address, count = 12) => Promise.all(Array.from({ length: count }, () => reader.get(address)));

  it('reach the program a few times only', async () => {
    await measured(async () => { // asked by a machine that does something else, the 200 take more seconds, each with its own page
      await burst(client, '/test/schedule/');
      const earlier = await shared();
      for (let n = 0; n < 10; n++)
        for (const page of await burst(client, '/test/schedule/', 20)) assert.match(page.body_text, />Live now</);
      return await shared() - earlier;
    }, (reached) => reached < 150);
  });
  it('are never those of a reader who is signed in, nor does one get them', async () => {
    const owner = await ownerClient(house), visitor = house.client();
    for (let turn = 0; turn < 4; turn++) {
      for (const page of await burst(owner, '/test/schedule/')) {
        assert.match(page.body_text, />Sign out</);
        assert.match(page.body_text, /\/test\/organise\//);
      }
      for (const page of await burst(visitor, '/test/schedule/')) {
        assert.match(page.body_text, />Sign in</);
        assert.doesNotMatch(page.body_text, />Sign out<|\/test\/organise\//);
        assert.equal(page.headers.get('x-accel-expires'), null);
      }
    }
  });
  it('come in each reader\'s language, asked for or chosen', async () => {
    const [english, french, chosen] = [house.client(), house.client({ lang: 'fr' }), house.client()];
    assert.equal((await chosen.get('/test/schedule/?lang=fr')).status, 303);
    for (let turn = 0; turn < 3; turn++)
      for (const [reader, lang] of [[english, 'en'], [french, 'fr'], [chosen, 'fr'], [house.client({ lang: 'en-GB,en;q=0.8' }), 'en']])
        for (const page of await burst(reader, '/test/schedule/')) assert.match(page.body_text, new RegExp(`<html lang="${lang}"`));
  });
  it('are never with a cookie or a form\'s token', async () => {
    for (const address of ['/sign-in/', '/test/register/', '/test/contact/']) {
      const answers = await Promise.all(Array.from({ length: 12 }, () => house.client().get(address)));
      const tokens = answers.map((page) => page.body_text.match(/name="csrf" value="([0-9a-f]+)"/)?.[1]).filter(Boolean);
      assert.equal(new Set(tokens).size, tokens.length, address);
      if (address === '/sign-in/') assert.equal(tokens.length, 12);
    }
  });
  it('are gone when the second is over: publish and take back are seen', async () => {
    const owner = await ownerClient(house), visitor = house.client();
    for (const [place, status] of [['0', 404], ['1', 200]]) {
      await burst(visitor, '/test/');
      assert.equal((await owner.post('/test/organise/publish/', { publish: place })).status, 303);
      const over = (Math.floor(Date.now() / 1000) + 1) * 1000; // of the second in which it was done
      for (let asked = 0, seen; asked < over; ) {
        asked = Date.now();
        seen = (await visitor.get('/test/')).status;
        if (asked >= over) assert.equal(seen, status, `publish=${place}`);
      }
    }
  });
});

describe('a hall of 500 people behind one address', () => {
  let hall;
  before(async () => {
    hall = await startBehindProxy(); // with the limits that are shipped
    await importLive(hall.server);
  });
  after(() => hall.stop());

  /** One browser's way of asking: connections of its own, kept. */
  function browser(cookie) {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    const get = (address) => new Promise((resolve, reject) => {
      https.get(hall.origin + address, { agent, headers: { 'accept-language': 'en', cookie } }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (bytes) => { text += bytes; }).on('end', () => resolve({ status: answer.statusCode, text }));
      }).on('error', reject);
    });
    return { get, close: () => agent.destroy() };
  }

  it('gets the programme, a session and the room\'s door at once, nobody is told to come back', async () => {
    const owner = await ownerClient(hall);
    const session = `__Host-session=${owner.cookies.get('__Host-session')}`;
    const { text } = await browser('').get('/test/schedule/');
    const files = [...new Set([...text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, file]) => file))];
    const [talk] = text.match(/\/test\/talk\/\w+\//);
    const seen = {};
    const people = Array.from({ length: 500 }, (_, n) => browser(n % 4 ? '' : session)); // each fourth is signed in
    await Promise.all(people.map(async ({ get }) => {
      for (const step of [['/test/schedule/'], files, [talk], ['/test/live/scene/'], ['/test/']])
        for (const { status } of await Promise.all(step.map(get))) seen[status] = (seen[status] ?? 0) + 1;
    }));
    for (const { close } of people) close();
    assert.deepEqual(seen, { 200: 500 * (4 + files.length) });
  });
});

describe('the socket', () => {
  const ask = (headers) => direct(`GET / HTTP/1.1\r\nHost: ${new URL(house.origin).host}\r\nConnection: close\r\n${headers}\r\n`);
  it('is for nginx\'s group alone, and answers for its own name alone', async () => {
    assert.equal(statSync(house.socket).mode & 0o777, 0o660);
    assert.equal(statSync(`${house.folder}/treteau.db`).mode & 0o777, 0o600);
    assert.match(await direct('GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\n\r\n'), /^HTTP\/1.1 421/);
    assert.match(await ask(''), /^HTTP\/1.1 200/);
  });
  it('what came without TLS is sent to it', async () => {
    const answer = await ask('X-Forwarded-Proto: http\r\n');
    assert.match(answer, /^HTTP\/1.1 301/);
    assert.ok(answer.includes(`Location: ${house.origin}/\r\n`), answer);
    assert.match(await ask('X-Forwarded-Proto: https\r\n'), /^HTTP\/1.1 200/);
  });
});

describe('starting', () => {
  let folder;
  before(() => { folder = mkdtempSync(path.join(os.tmpdir(), 'treteau-serve-')); });
  after(() => rmSync(folder, { recursive: true }));
  const refused = async (...args) => {
    const { code, stderr } = await run('serve', ...args);
    assert.equal(code, 1, stderr);
    return stderr;
  };
  it('a public address needs nginx in front, and what the proxy says a socket', async () => {
    const data = ['--data', `${folder}/a`];
    assert.match(await refused(...data, '--origin', 'https://conf.example.org'), /needs nginx in front/);
    assert.match(await refused(...data, '--behind-proxy', '--origin', 'https://conf.example.org'), /needs --socket/);
    assert.match(await refused(...data, '--behind-proxy', '--socket', `${folder}/s`), /needs --origin/);
    assert.match(await refused(...data, '--origin', 'conf.example.org'), /without a path/);
    assert.match(await refused('--config', `${folder}/none.conf`), /none\.conf/);
    assert.match(await refused(...data, '--origin', 'http://127.0.0.1:1', '--socket', 'x'.repeat(200)), /x{200}: File name too long/);
  });
  it('the configuration file says it all; systemd hears that it is ready and that it ends', async () => {
    const config = `${folder}/treteau.conf`, heard = `${folder}/notify`;
    writeFileSync(config, `[server]\ndata=${folder}/b\norigin=https://conf.example.org\nsocket=${folder}/web.socket\nbehind-proxy=true\n` +
      '[media]\nport=0\nadvertise=127.0.0.1;::1\n[mail]\nrelay=smtp://127.0.0.1:9\nuser=a\npassword=secret\nfrom=a@example.org\n');
    chmodSync(config, 0o600);
    const manager = spawn('python3', ['-c', `import socket,sys
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); s.bind(sys.argv[1]); print("bound",flush=True)
for _ in range(2): print(s.recv(99).decode(),flush=True)`, heard], { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = '';
    const saying = (word) => new Promise((resolve) => {
      const look = () => told.includes(word) && resolve();
      manager.stdout.on('data', (bytes) => { told += bytes; look(); });
      look();
    });
    await saying('bound');
    const child = spawn(program, ['serve', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NOTIFY_SOCKET: heard } });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    await saying('READY=1');
    assert.ok(existsSync(`${folder}/web.socket`));
    const command = readFileSync(`/proc/${child.pid}/cmdline`, 'latin1');
    assert.doesNotMatch(command, /secret/);
    const second = await refused('--config', config);
    assert.match(second, /web\.socket: Address already in use/);
    child.kill('SIGTERM');
    await saying('STOPPING=1');
    assert.equal(await ended, 0);
    assert.ok(!existsSync(`${folder}/web.socket`));
    chmodSync(config, 0o644);
    assert.match(await refused('--config', config), /chmod 640/);
  });
  it('a socket that a killed server left is taken over', async () => {
    const args = ['--socket', `${folder}/left.socket`, '--behind-proxy', '--origin', 'https://conf.example.org'];
    const first = await start({ command: 'serve', folder: `${folder}/c`, args });
    await first.kill();
    assert.ok(existsSync(`${folder}/left.socket`));
    const second = await start({ command: 'serve', folder: `${folder}/c`, args });
    assert.equal((await second.stop({ keep: true })).code, 0);
  });
});

describe('when the server is away', () => {
  it('nginx says when to come back', async () => {
    const other = await startBehindProxy();
    try {
      await other.server.kill();
      const answer = await fetch(`${other.origin}/`);
      assert.equal(answer.status, 503);
      assert.equal(answer.headers.get('retry-after'), '10');
      assert.match(answer.headers.get('content-type'), /text\/html/);
      assert.match(await answer.text(), /dix secondes/);
    } finally {
      await other.stop();
    }
  });
});
