// `treteau doctor`: each thing that can be broken on one machine is broken, and it says what to do.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ownerClient, program, run, start } from './support.mjs';
import { startCoturn } from '../support/coturn.mjs';
import { freePort, makeCertificate, startBehindProxy } from '../support/proxy.mjs';

/** @returns {Promise<{code: number, lines: string[], line: (words: string) => string}>} */
function doctor(args, env = {}) {
  return new Promise((resolve) => {
    execFile(program, ['doctor', ...args], { env: { ...process.env, LANG: 'C', ...env } }, (error, stdout, stderr) => {
      assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
      const lines = stdout.trim().split('\n');
      resolve({ code: error?.code ?? 0, lines, line: (words) => lines.find((one) => one.includes(words)) ?? `nothing of ${words}:\n${stdout}${stderr}` });
    });
  });
}

/** A mail relay that greets and takes commands, or refuses. */
function relay(answers) {
  return new Promise((resolve) => {
    const server = net.createServer((socket) => {
      socket.write(answers.greeting ?? '220 relay.example.org ESMTP\r\n');
      socket.on('error', () => {}).on('data', (bytes) => {
        const word = String(bytes).slice(0, 4).toUpperCase();
        socket.write(answers[word] ?? (word === 'EHLO' ? '250 relay.example.org\r\n' : '250 ok\r\n'));
      });
    }).listen(0, '127.0.0.1', () => resolve({ url: `smtp://127.0.0.1:${server.address().port}`, stop: () => server.close() }));
  });
}

let house, folder;
before(async () => {
  house = await startBehindProxy();
  folder = mkdtempSync(path.join(os.tmpdir(), 'treteau-doctor-'));
});
after(async () => {
  rmSync(folder, { recursive: true });
  assert.equal((await house.stop()).code, 0);
});
const trusting = () => ({ SSL_CERT_FILE: `${house.nginx.folder}/fullchain.pem` });

describe('doctor', () => {
  it('finds a server behind nginx well, and each line says what to do or nothing', async () => {
    const { lines, line } = await doctor(['--data', house.folder, '--origin', house.origin, '--socket', house.socket], trusting());
    assert.match(line('certificate'), /^ok: certificate: (89|90) days left$/);
    assert.match(line(`${house.origin}: answers`), /^ok: /);
    assert.match(line('database'), /^ok: /);
    assert.match(line('server: answers'), /^ok: /);
    assert.match(line('treteau-recorder'), /^ok: /);
    for (const one of lines) assert.match(one, /^(ok: [^—]+|(warn|fail): .+ — .+)$/);
  });
  it('a certificate that browsers refuse, one that ends soon, and the server away', async () => {
    const distrusting = await doctor(['--data', house.folder, '--origin', house.origin]);
    assert.equal(distrusting.code, 1);
    assert.match(distrusting.line('browsers refuse'), /^fail: .*certbot certonly/);
    const other = await startBehindProxy();
    try {
      makeCertificate(other.nginx.folder, 2);
      process.kill(other.nginx.child.pid, 'SIGHUP'); // reads the new certificate
      let late;
      for (const end = Date.now() + 5000; Date.now() < end && !/certbot renew/.test(late?.line('certificate:')); )
        late = await doctor(['--data', other.folder, '--origin', other.origin], { SSL_CERT_FILE: `${other.nginx.folder}/fullchain.pem` });
      assert.match(late.line('certificate:'), /^fail: certificate: [12] days? left — .*certbot renew/);
      await other.server.kill();
      const away = await doctor(['--data', other.folder, '--origin', other.origin, '--socket', other.socket], { SSL_CERT_FILE: `${other.nginx.folder}/fullchain.pem` });
      assert.match(away.line('answers 503'), /^fail: /);
      assert.match(away.line('nobody answers on'), /^fail: .*journalctl/);
    } finally {
      await other.stop();
    }
    assert.match((await doctor(['--data', house.folder, '--origin', 'http://127.0.0.1:9'])).line('no answer'), /^fail: .*DNS/);
  });
  it('the mail relay: none, none there, one that refuses, one that takes us', async () => {
    const data = ['--data', house.folder];
    assert.match((await doctor(data)).line('no relay'), /^warn: /);
    assert.match((await doctor([...data, '--smtp', 'smtp://127.0.0.1:9', '--mail-from', 'a@example.org'])).line('mail:'), /^fail: .*does not take us/);
    const closed = await relay({ greeting: '554 go away\r\n' }), open = await relay({});
    assert.match((await doctor([...data, '--smtp', closed.url, '--mail-from', 'a@example.org'])).line('mail:'), /^fail: /);
    assert.match((await doctor([...data, '--smtp', open.url, '--mail-from', 'a@example.org'])).line('mail:'), /^ok: /);
    assert.match((await doctor([...data, '--smtp', open.url])).line('mail:'), /^fail: .*from/);
    closed.stop();
    open.stop();
  });
  it('the media port and the advertised addresses', async () => {
    const server = await start();
    const port = server.stderr.match(/media=udp\/(\d+)/)[1];
    const busy = await doctor(['--data', server.folder, '--media-port', port, '--advertise', '127.0.0.1', '--advertise', '192.0.2.1']);
    assert.match(busy.line(`UDP port ${port}`), /^ok: /);
    assert.match(busy.line('127.0.0.1'), /^ok: /);
    assert.match(busy.line('192.0.2.1'), /^warn: .*router/);
    await server.stop();
    assert.match((await doctor(['--data', folder, '--media-port', port])).line(`UDP port ${port}`), /^warn: .*nobody listens/);
    assert.match((await doctor(['--data', folder])).line('each start'), /^warn: /);
  });
  it('TURN: away, of another secret, one that takes us by UDP, TCP and TLS', { skip: spawnSync('which', ['turnserver']).status !== 0 && 'turnserver not installed' }, async () => {
    const port = await freePort(), tls = await freePort(), secret = 'of this test alone';
    const urls = [`turn:127.0.0.1:${port}`, `turn:127.0.0.1:${port}?transport=tcp`, `turns:127.0.0.1:${tls}`];
    const file = `${folder}/turn.conf`;
    const look = async (turn_secret, env = {}) => {
      writeFileSync(file, `[server]\ndata=${house.folder}\norigin=${house.origin}\n[media]\nturn=${urls.join('; ')}\nturn-secret=${turn_secret}\n`, { mode: 0o600 });
      const { lines } = await doctor(['--config', file], env);
      return urls.map((url) => lines.find((line) => line.includes(`: ${url}: `)) ?? lines.join('\n'));
    };
    for (const line of await look(secret)) assert.match(line, /^fail: .*cannot be reached \(.+\) — start coturn/);
    const turn = await startCoturn({ address: '127.0.0.1', secret, port, tls });
    try {
      for (const line of await look(secret, { SSL_CERT_FILE: turn.certificate })) assert.match(line, /^ok: .*takes our passwords$/, turn.said());
      for (const line of await look('another', { SSL_CERT_FILE: turn.certificate })) assert.match(line, /^fail: .*does not take our passwords — .*static-auth-secret/);
      assert.match((await look(secret))[2], /^fail: .*cannot be reached \(.*certificate/i); // browsers would not take it either
      urls.push('turns:127.0.0.1?transport=udp');
      assert.match((await look(secret)).at(-1), /^fail: .*not a TURN server of use/);
    } finally {
      await turn.stop();
    }
  });
  it('the data: no folder, a damaged database, a key that others read, backups', async () => {
    assert.match((await doctor(['--data', `${folder}/none`])).line('there is none'), /^fail: /);
    const server = await start();
    const data = server.folder;
    await server.stop({ keep: true });
    const before_ = await doctor(['--data', data]);
    assert.match(before_.line('database'), /^ok: /);
    assert.match(before_.line('backup: there is none'), /^warn: /);
    assert.equal((await run('backup', '--data', data)).code, 0);
    assert.match((await doctor(['--data', data])).line('backup'), /^ok: backup: the last is 0 hours old/);
    chmodSync(path.join(data, 'secret.key'), 0o644);
    assert.match((await doctor(['--data', data])).line('secret.key'), /^fail: .*chmod 600/);
    const file = path.join(data, 'treteau.db');
    const handle = openSync(file, 'r+');
    for (let at = 8192; at < statSync(file).size; at += 4096) writeSync(handle, Buffer.alloc(2048, 0x5a), 0, 2048, at);
    closeSync(handle);
    const damaged = await doctor(['--data', data]);
    assert.equal(damaged.code, 1);
    assert.match(damaged.line('damaged'), /^fail: .*treteau restore/);
    rmSync(data, { recursive: true });
  });
  it('few open files; a program that is missing; in French', async () => {
    const limited = await new Promise((resolve) => execFile('/bin/sh', ['-c', `ulimit -n 1000; exec "$0" doctor --data "$1" --lang fr`, program, house.folder],
      { env: { ...process.env, PATH: '/nowhere' } }, (_error, stdout) => resolve(stdout)));
    assert.match(limited, /^warn: limites.: 1000 fichiers/m);
    const figures = ['rmem_max', 'wmem_max'].map((name) => `/proc/sys/net/core/${name}`).filter(existsSync).map((file) => Number(readFileSync(file, 'utf8')));
    if (figures.length === 2) assert.match(limited, Math.min(...figures) < 4 << 20 ? /^warn: limites.: .*— .*net\.core\.rmem_max=4194304/m : /^ok: limites.: assez de place/m);
    assert.match(limited, /^fail: programme ffmpeg.: absent — /m);
  });
  it('the configuration file is read as the server reads it', async () => {
    mkdirSync(`${folder}/data`);
    writeFileSync(`${folder}/treteau.conf`, `[server]\ndata=${folder}/data\norigin=${house.origin}\nsocket=${house.socket}\nbehind-proxy=true\n[media]\nport=9\n`);
    const { line } = await doctor(['--config', `${folder}/treteau.conf`], trusting());
    assert.match(line('certificate'), /^ok/);
    assert.match(line('database'), /^warn: .*not there yet/);
    writeFileSync(`${folder}/wrong.conf`, '[server]\nwhat=1\n');
    const wrong = await run('doctor', '--config', `${folder}/wrong.conf`);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /has no “what”/);
  });
  it('the owner reads the same as a page, nobody else does', async () => {
    const owner = await ownerClient(house);
    owner.lang = 'fr';
    const page = await owner.get('/admin/doctor/');
    assert.equal(page.status, 200);
    assert.match(page.body_text, /<h1>Comment va le serveur<\/h1>/);
    assert.match(page.body_text, /base de données.*entière/);
    assert.match(page.body_text, /class="tag bad"/); // our certificate is the test's own
    assert.equal((await house.client().get('/admin/doctor/')).status, 403);
  });
});
