// Cases 1 and 30: TLS as the shipped site gives it, by testssl.sh; how the program is built; how its unit confines it.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build, root } from '../http/support.mjs';
import { startBehindProxy } from '../support/proxy.mjs';

let house;
before(async () => { house = await startBehindProxy(); });
after(async () => { assert.equal((await house.stop()).code, 0); });

// All that `testssl -U` looks at but BREACH: it warns of every page that is compressed. That a page with a form's token never is,
// tests/http/proxy.test.mjs shows.
const QUICK = { heartbleed: 'heartbleed', 'ccs-injection': 'CCS', ticketbleed: 'ticketbleed', renegotiation: 'secure_renego', compression: 'CRIME_TLS' };
const SLOW = { robot: 'ROBOT', poodle: 'POODLE_SSL', 'tls-fallback': 'fallback_SCSV', sweet32: 'SWEET32', freak: 'FREAK', drown: 'DROWN', logjam: 'LOGJAM', beast: 'BEAST',
  lucky13: 'LUCKY13', rc4: 'RC4' }; // of suites that the site does not offer, each by dozens of handshakes
const FAULTS = process.env.TRETEAU_LONG === '1' ? { ...QUICK, ...SLOW } : QUICK;

describe('case 1: TLS', () => {
  it('case 1: TLS 1.2 and newer, no weak suite, no known fault (testssl.sh)', async () => {
    const report = `${house.nginx.folder}/tls.csv`;
    await new Promise((resolve) => execFile('testssl', ['--quiet', '--color', '0', '--warnings', 'off', '-n', 'none', '--ip', '127.0.0.1', '--csvfile', report,
      '--protocols', '--std', ...Object.keys(FAULTS).map((name) => `--${name}`), `localhost:${house.nginx.httpsPort}`], { timeout: 500000 }, resolve));
    const rows = readFileSync(report, 'utf8').trim().split('\n').slice(1).map((line) => line.split('","').map((cell) => cell.replaceAll('"', '')));
    const found = Object.fromEntries(rows.map(([id, , , severity, finding]) => [id, { severity, finding }]));
    for (const old of ['SSLv2', 'SSLv3', 'TLS1', 'TLS1_1']) assert.match(found[old].finding, /^not offered/, old);
    for (const good of ['TLS1_2', 'TLS1_3']) assert.match(found[good].finding, /^offered/, good);
    assert.match(found.ALPN_HTTP2.finding, /h2/);
    const bad = rows.filter(([id, , , severity]) => id !== 'engine_problem' && ['MEDIUM', 'HIGH', 'CRITICAL', 'WARN', 'FATAL'].includes(severity));
    assert.deepEqual(bad.map((row) => row.join(' ')), []);
    for (const id of Object.values(FAULTS))
      assert.ok(found[id], `${id} was not looked at: ${Object.keys(found)}`);
  });
  it('case 1: HSTS on pages, files, refusals and the page of a busy server', async () => {
    for (const address of ['/', '/nothing/', '/static/web/nothing.css', '/media/a/b', '/internal-media/a', '/robots.txt']) {
      const answer = await fetch(house.origin + address);
      assert.match(answer.headers.get('strict-transport-security') ?? '', /max-age=63072000/, address);
    }
  });
});

describe('case 30: how it is built and confined', () => {
  const programs = ['src/treteau', 'src/record/recorder/treteau-recorder', 'src/picture/encoder/treteau-picture', 'src/slides/encoder/treteau-slides', 'src/record/converter/treteau-converter'];
  for (const name of programs)
    it(`case 30: ${path.basename(name)} is position independent, its tables read-only, its stack guarded`, () => {
      const file = path.join(build, name);
      const read = (...options) => execFileSync('readelf', ['-W', ...options, file], { encoding: 'utf8' });
      assert.match(read('-h'), /Type:\s+DYN \(Position-Independent Executable/);
      const headers = read('-l');
      assert.match(headers, /GNU_RELRO/);
      assert.match(headers, /GNU_STACK.*RW /);
      assert.doesNotMatch(headers, /GNU_STACK.*RWE/);
      assert.match(read('-d'), /BIND_NOW|FLAGS_1.*NOW/);
      assert.doesNotMatch(read('-d'), /RPATH|TEXTREL/);
      assert.match(read('--dyn-syms'), /__stack_chk_fail/);
      assert.match(read('--dyn-syms'), /__\w+_chk(@|\s|$)/m);
    });
  it('case 30: the unit is at most at 2.0 (systemd-analyze), and the media\'s UDP is not shut out', () => {
    const unit = path.join(root, 'etc/systemd/treteau.service');
    const text = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], { encoding: 'utf8' });
    const [, exposure] = text.stdout.match(/Overall exposure level.*: (\d+\.\d+)/) ?? assert.fail(text.stderr);
    assert.ok(Number(exposure) <= 2, exposure);
    const lines = readFileSync(unit, 'utf8');
    assert.match(lines, /^RestrictAddressFamilies=.*AF_INET AF_INET6/m);
    assert.doesNotMatch(lines, /^(IPAddressDeny|PrivateNetwork|SocketBindDeny)=/m);
  });
});
