// docs/production.md and docs/lan.md: what they tell a stranger to type is counted, and done where no real name is needed.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { root } from './support.mjs';

/** The commands of a document's blocks of shell, one a line. */
function commands(name) {
  const text = readFileSync(path.join(root, 'docs', name), 'utf8');
  return [...text.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block]) => block.trim().split('\n'));
}
const only = (list, start) => {
  const found = list.filter((line) => line.startsWith(start));
  assert.equal(found.length, 1, start);
  return found[0];
};

let folder, production;
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'treteau-production-'));
  production = commands('production.md');
});
after(() => rmSync(folder, { recursive: true }));

describe('docs/production.md', () => {
  it('takes twenty commands at most, each of which is one', () => {
    assert.ok(production.length > 5 && production.length <= 20, `${production.length} commands`);
    for (const line of production) assert.doesNotMatch(line, /&&|;\s|\\$/, line);
  });
  it('names packages that there are, and every file and command that it speaks of', () => {
    const packages = only(production, 'apt-get install').split(' ').slice(3);
    const known = spawnSync('apt-cache', ['show', '--no-all-versions', ...packages], { encoding: 'utf8' });
    for (const one of packages) assert.ok(known.status !== 0 || known.stdout.includes(`Package: ${one}\n`), one);
    for (const line of production)
      for (const [, file] of line.matchAll(/\/opt\/treteau\/(\S+)/g)) assert.ok(existsSync(path.join(root, file)), file);
  });
  it('tools/install puts everything in its place, with the domain in it', () => {
    const build = path.join(root, 'build/release/src/treteau');
    if (!existsSync(build)) execFileSync(path.join(root, 'tools/build'), ['release']);
    const install = only(production, '/opt/treteau/tools/install').split(' ');
    const done = () => execFileSync(path.join(root, 'tools/install'), install.slice(1).map((word) => word.replace('conference.example.org', 'conf.example.net')),
      { env: { ...process.env, DESTDIR: folder }, encoding: 'utf8' });
    assert.match(done(), /Installed for https:\/\/conf\.example\.net/);
    const config = `${folder}/etc/treteau/treteau.conf`;
    assert.match(readFileSync(config, 'utf8'), /^origin = https:\/\/conf\.example\.net$/m);
    assert.equal(statSync(config).mode & 0o777, 0o640);
    const site = readFileSync(`${folder}/etc/nginx/sites-available/treteau.conf`, 'utf8');
    assert.match(site, /server_name conf\.example\.net;/);
    assert.doesNotMatch(site, /conference\.example\.org/);
    writeFileSync(config, readFileSync(config, 'utf8').replace('relay =', 'relay = smtp://127.0.0.1:9'), { mode: 0o640 });
    assert.match(done(), /kept: \/etc\/treteau\/treteau\.conf/);
    assert.match(readFileSync(config, 'utf8'), /127\.0\.0\.1:9/);
    const refused = spawnSync(path.join(root, 'tools/install'), ['no/name'], { encoding: 'utf8' });
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /say the name/);
  });
  it('what is installed runs: its words, its recorder, the sample configuration', () => {
    const doctor = spawnSync(`${folder}/usr/local/bin/treteau`, ['doctor', '--config', `${folder}/etc/treteau/treteau.conf`, '--lang', 'fr'],
      { encoding: 'utf8', env: { ...process.env, SSL_CERT_FILE: '/dev/null' } });
    assert.equal(doctor.status, 1, doctor.stderr);
    assert.match(doctor.stdout, /^ok: programme treteau-recorder.: là$/m);
    assert.match(doctor.stdout, /^fail: dossier des données \/var\/lib\/treteau|^ok: disque|^fail: disque/m);
    assert.match(doctor.stdout, /^fail: serveur.: personne ne répond sur \/run\/treteau\/web\.socket/m);
    const unit = readFileSync(`${folder}/etc/systemd/system/treteau.service`, 'utf8');
    const [, program, config] = unit.match(/^ExecStart=(\S+) serve --config (\S+)$/m);
    assert.ok(existsSync(folder + program));
    assert.ok(existsSync(folder + config));
  });
  it('systemd makes the user, and puts nginx into its group', () => {
    mkdirSync(`${folder}/etc`, { recursive: true });
    for (const [file, text] of [['passwd', 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n'],
      ['group', 'root:x:0:\nwww-data:x:33:\n'], ['shadow', ''], ['gshadow', '']]) writeFileSync(`${folder}/etc/${file}`, text);
    const made = spawnSync('systemd-sysusers', [`--root=${folder}`, `${folder}/etc/sysusers.d/treteau.conf`], { encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
    assert.match(readFileSync(`${folder}/etc/passwd`, 'utf8'), /^treteau:x:\d+:\d+:.*:\/var\/lib\/treteau:/m);
    assert.match(readFileSync(`${folder}/etc/group`, 'utf8'), /^treteau:x:\d+:www-data$/m);
  });
  it('nginx takes the site and the raised limit', () => {
    const [, expression] = only(production, 'sed').match(/'(s\/.*\/)'/);
    const main = '/etc/nginx/nginx.conf';
    const text = existsSync(main) ? readFileSync(main, 'utf8') : 'events {\n\tworker_connections 768;\n}\n';
    assert.match(execFileSync('sed', [expression], { input: text, encoding: 'utf8' }), /worker_connections 8192;/);
  });
});

describe('docs/lan.md', () => {
  it('makes an authority that vouches for this name and address alone', () => {
    for (const line of commands('lan.md')) {
      const here = line.replaceAll('/etc/', `${folder}/etc/`);
      execFileSync('sh', ['-ec', here], { stdio: 'ignore' });
    }
    const ca = `${folder}/etc/treteau/ca/ca.pem`;
    const check = (file, ...more) => spawnSync('openssl', ['verify', '-CAfile', ca, ...more, file], { encoding: 'utf8' });
    const server = `${folder}/etc/letsencrypt/live/treteau.lan/fullchain.pem`;
    assert.match(check(server, '-verify_hostname', 'treteau.lan', '-purpose', 'sslserver').stdout, /OK/);
    assert.match(check(server, '-verify_ip', '192.168.1.10').stdout, /OK/);
    assert.notEqual(check(server, '-verify_hostname', 'bank.example').status, 0);
    // the same authority cannot make another name
    const other = `${folder}/other`;
    execFileSync('openssl', ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=bank.example', '-keyout', `${other}.key`, '-out', `${other}.csr`], { stdio: 'ignore' });
    writeFileSync(`${other}.ext`, 'subjectAltName=DNS:bank.example\n');
    execFileSync('openssl', ['x509', '-req', '-in', `${other}.csr`, '-CA', ca, '-CAkey', `${folder}/etc/treteau/ca/ca.key`, '-CAcreateserial', '-days', '9', '-extfile', `${other}.ext`, '-out', `${other}.pem`], { stdio: 'ignore' });
    assert.match(check(`${other}.pem`).stderr, /permitted subtree violation/);
  });
});

describe('docs/security.md', () => {
  it('names every numbered case that a test has, and only tests that there are', () => {
    const text = readFileSync(path.join(root, 'docs/security.md'), 'utf8'), table = text.slice(text.indexOf('## Cases'), text.indexOf('Not yet'));
    for (const [, file] of table.matchAll(/`((?:tests|src)\/[^`]+)`/g)) assert.ok(existsSync(path.join(root, file)), file);
    const listed = new Set([...table.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, numbers]) => numbers.split(',').map(Number)));
    const found = execFileSync('grep', ['-rhoE', '--include=*.test.mjs', '--exclude-dir=node_modules', "[('\"`]case [0-9]+:", path.join(root, 'tests')], { encoding: 'utf8' });
    const tested = new Set([...found.matchAll(/case (\d+)/g)].map(([, number]) => Number(number)));
    assert.ok(tested.size > 5);
    for (const number of tested) assert.ok(listed.has(number), `case ${number}`);
  });
});
