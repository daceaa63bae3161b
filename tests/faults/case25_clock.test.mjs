// Case 25: clocks that jump by 400 days or back by one, the nights when clocks change, the year 2038: what has expired is
// dead, what has not lives, timers go on, the right times are shown.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ownerClient, run, start } from '../http/support.mjs';
import { Page } from '../support/page.mjs';
import { importLive, scheduleXml } from '../support/sample.mjs';
import { rows, startAgain } from './support.mjs';

const DAY_S = 86400;
const faketime = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const later = (seconds) => ({ env: { TRETEAU_CLOCK_OFFSET_S: String(seconds) } });
const register = (server, place, email) => server.client().post(`/${place.slug}/register/`, { name: 'Somebody', email });

describe('case 25: the server comes back, and its clock says', () => {
  let server, place, owner, link;
  const again = async (seconds) => {
    assert.equal((await server.stop({ keep: true })).code, 0);
    server = await startAgain(server, later(seconds));
    owner.origin = server.origin;
  };
  before(async () => {
    server = await start();
    place = await importLive(server);
    owner = await ownerClient(server);
    link = (await run('link', 'later@example.org', '--data', server.folder, '--origin', server.origin)).stdout.trim();
  });
  after(async () => {
    const { stderr } = await server.stop({ keep: false });
    assert.doesNotMatch(stderr, /critical|assert/i);
  });

  it('a day earlier: who is signed in stays so, and people register', async () => {
    await again(-DAY_S);
    assert.equal((await owner.get('/admin/jobs/')).status, 200);
    assert.equal((await register(server, place, 'yesterday@example.org')).status, 303);
    const { headers } = await owner.post('/admin/jobs/', { kind: 'backup' });
    assert.match((await owner.get(headers.get('location'))).body_text, /Backup/);
  });

  it('400 days later: a link and a session of then are dead, pages and registration are not', async () => {
    await again(400 * DAY_S);
    assert.equal((await owner.get('/admin/jobs/')).status, 403);
    const late = server.client();
    const { status, headers } = await late.get(new URL(link).pathname);
    assert.ok(status === 303 ? /dead/.test(headers.get('location')) : status >= 400, `${status}`);
    assert.equal((await late.get(`/${place.slug}/schedule/`)).status, 200);
  });

  it('2040, beyond 31 bits of seconds: people register, and what is written says that year', async () => {
    const year = 2040, seconds = Math.round((Date.UTC(year, 5, 1) - Date.now()) / 1000);
    await again(seconds);
    const file = path.join(server.folder, 'future.xml');
    writeFileSync(file, scheduleXml('Future', [{ title: 'Far away', room: 'Hall', start: new Date(Date.UTC(year, 6, 1, 9)), minutes: 60 }]));
    assert.equal((await run('import', file, '--event', 'future', '--publish', '--data', server.folder)).code, 0);
    assert.match((await server.client().get('/future/schedule/')).body_text, /2040-07-01T09:00/);
    assert.equal((await register(server, { slug: 'future' }, 'future@example.org')).status, 303);
    const [{ created }] = rows(server.folder, "SELECT CAST(created_us / 1000000 AS REAL) AS created FROM registration ORDER BY id DESC LIMIT 1");
    assert.equal(new Date(created * 1000).getUTCFullYear(), year);
    assert.match((await server.client().get('/')).body_text, /Future/);
  });
});

describe('case 25: the nights when clocks change', () => {
  let server, text;
  before(async () => {
    server = await start();
    const file = path.join(server.folder, 'nights.xml'), at = (when) => new Date(when);
    writeFileSync(file, scheduleXml('Nights', [
      { title: 'Before the gap', room: 'Hall', start: at('2026-03-29T00:30:00Z'), minutes: 30 },
      { title: 'After the gap', room: 'Hall', start: at('2026-03-29T01:30:00Z'), minutes: 30 },
      { title: 'The first time', room: 'Hall', start: at('2026-10-25T00:30:00Z'), minutes: 30 },
      { title: 'The second time', room: 'Hall', start: at('2026-10-25T01:30:00Z'), minutes: 30 },
    ]).replace('<time_zone_name>UTC', '<time_zone_name>Europe/Paris'));
    const { code, stderr } = await run('import', file, '--event', 'nights', '--publish', '--data', server.folder);
    assert.equal(code, 0, stderr);
    const pages = await Promise.all(['2026-03-29', '2026-10-25'].map((day) => server.client().get(`/nights/schedule/?day=${day}`)));
    text = pages.map(({ body_text }) => body_text).join('');
  });
  after(() => server.stop({ keep: false }));
  for (const [title, iso] of [['Before the gap', '2026-03-29T01:30:00+01:00'], ['After the gap', '2026-03-29T03:30:00+02:00'],
    ['The first time', '2026-10-25T02:30:00+02:00'], ['The second time', '2026-10-25T02:30:00+01:00']])
    it(`shows the right time: ${title}`, () => {
      assert.ok(text.includes(title), title);
      assert.ok(text.includes(`datetime="${iso}"`), `${iso} in ${[...text.matchAll(/datetime="([^"]+)"/g)].map(([, time]) => time)}`);
    });
  it('tells the hour that comes twice apart in words', () => {
    assert.match(text, /2:30 \(UTC\+2\)/);
    assert.match(text, /2:30 \(UTC\+1\)/);
  });
});

describe('case 25: the clock jumps under a live room', { skip: !existsSync(faketime) && 'the faketime package is not installed' }, () => {
  const work = mkdtempSync(path.join(tmpdir(), 'treteau-clock-')), clock = path.join(work, 'clock');
  let server, place;
  before(async () => {
    writeFileSync(clock, '+0');
    server = await start({ env: { LD_PRELOAD: faketime, FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' } });
    place = await importLive(server);
  });
  after(async () => {
    assert.equal((await server.stop({ keep: false })).code, 0);
    rmSync(work, { recursive: true, force: true });
  });
  it('by 400 days and back by 401: nobody is thrown out, words and hands go on', async () => {
    const page = await Page.join(server, place, 'Writer');
    for (const [n, offset] of ['+400d', '-1d', '+0'].entries()) {
      writeFileSync(clock, offset);
      await page.ask({ t: 'ping' }, 'pong');
      const said = await page.ask({ t: 'say', id: `line-${n}`, text: offset }, 'said', (m) => m.id === `line-${n}`);
      const shift = Math.round((said.at_us / 1000 - Date.now()) / 864e5);
      assert.ok(shift === Number.parseInt(offset, 10), `the clock has jumped: ${shift} for ${offset}`);
      assert.equal((await server.client().get(`/${place.slug}/schedule/`)).status, 200);
    }
    await page.close();
  });
});
