// The figures of an event: what is shown, what is not, and the same in CSV; by hand and as long work. How long people
// stayed, by a clock that the test sets.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ownerClient, start } from './support.mjs';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { rows, until } from '../faults/support.mjs';

const DAY_US = 86400e6;
let server, place, owner;
before(async () => {
  server = await start();
  place = await importLive(server);
  owner = await ownerClient(server);
});
after(async () => {
  const { code, stderr } = await server.stop({ keep: false });
  assert.equal(code, 0, stderr);
});

/** So many people on a day, by a path. */
function people(count, day, way) {
  const store = new DatabaseSync(path.join(server.folder, 'treteau.db'));
  store.exec('PRAGMA busy_timeout = 5000; BEGIN');
  const event = store.prepare('SELECT id FROM event WHERE slug = ?').get(place.slug).id;
  for (let n = 0; n < count; n++) {
    const { lastInsertRowid: account } = store.prepare("INSERT INTO account(email, created_us) VALUES(?, 1)")
      .run(`${way}-${day}-${n}@example.org`);
    store.prepare('INSERT INTO registration(event_id, account_id, path, mailed_us, created_us) VALUES(?, ?, ?, 1, ?)')
      .run(event, account, way, day * DAY_US + 1);
  }
  store.exec('COMMIT');
  store.close();
}
const page = async () => (await owner.get(`/${place.slug}/organise/statistics/`)).body_text;
const figures = (text) => [...text.matchAll(/class="figure">([^<]+)</g)].map(([, figure]) => figure);

describe('statistics', () => {
  it('say nothing of fewer than five', async () => {
    assert.deepEqual(figures(await page()), ['under 5', 'under 5', 'under 5']);
    people(4, 18000, 'remote');
    const text = await page();
    assert.deepEqual(figures(text), ['under 5', 'under 5', 'under 5']);
    assert.doesNotMatch(text, /<svg[^>]*role="img"/);
  });

  it('show a figure only where the others do not give a small one away', async () => {
    people(6, 18001, 'remote');
    people(2, 18001, 'onsite');
    assert.deepEqual(figures(await page()), ['12', 'not shown', 'under 5']);
    people(8, 18005, 'onsite');
    assert.deepEqual(figures(await page()), ['20', '10', '10']);
  });

  it('draw a plot with a title, a text and the same figures in a table', async () => {
    const text = await page();
    assert.match(text, /<svg[^>]*role="img" aria-labelledby="plot-title plot-text">\s*<title id="plot-title">/);
    assert.match(text, /From nobody to 20 registered/);
    const rows = [...text.matchAll(/<td class="n">(\d+)<\/td><td class="n">(\d+)<\/td>/g)].map(([, count, sum]) => [Number(count), Number(sum)]);
    assert.deepEqual(rows, [[12, 12], [8, 20]]);
  });

  it('give the same as CSV, that spreadsheets read as text', async () => {
    const answer = await owner.get(`/${place.slug}/organise/statistics/statistics.csv`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type'), /^text\/csv/);
    assert.match(answer.body_text, /"Registered","In all","20",""\r\n/);
    assert.match(answer.body_text, /"By path","On site","10",""\r\n/);
    assert.equal((await server.client().get(`/${place.slug}/organise/statistics/statistics.csv`)).status, 403);
  });

  it('are made as long work of the event', async () => {
    const started = await owner.post(`/${place.slug}/organise/jobs/`, { kind: 'statistics' });
    const address = started.headers.get('location');
    assert.match(address, /^\/test\/organise\/jobs\/\d+\/$/);
    await until('its end', async () => JSON.parse((await owner.get(`${address}state`)).body_text).state === 'done');
    const file = await owner.get(`${address}file`);
    assert.match(file.body_text, /"By path","On site","10",""\r\n/);
    assert.equal((await owner.get(address.replace(/^\/test\/organise/, '/admin'))).status, 404, 'it is the event\'s');
    assert.equal((await owner.post(`/${place.slug}/organise/jobs/`, { kind: 'backup' })).status, 422, 'that is the server\'s');
    assert.doesNotMatch((await owner.get('/admin/jobs/')).body_text, /Statistics/);
  });
});

const faketime = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

describe('how long people stayed', { skip: !existsSync(faketime) && 'the faketime package is not installed' }, () => {
  const work = mkdtempSync(path.join(tmpdir(), 'treteau-clock-')), clock = path.join(work, 'clock');
  const set_minute = (n) => writeFileSync(clock, `${start_s + 60 * n < 0 ? '' : '+'}${start_s + 60 * n}`);
  let server, place, owner, start_s;
  before(async () => {
    start_s = 5 - Math.floor(Date.now() / 1000) % 60; // shortly after a full minute: the next ones begin when the test says so
    set_minute(0);
    server = await start({ env: { LD_PRELOAD: faketime, FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' } });
    place = await importLive(server);
    owner = await ownerClient(server);
  });
  after(async () => {
    assert.equal((await server.stop({ keep: false })).code, 0);
    rmSync(work, { recursive: true, force: true });
  });
  const guests = (names) => Promise.all(names.map((name) => Page.join(server, place, name)));
  const counted = () => rows(server.folder, 'SELECT people FROM live_audience ORDER BY minute').map(({ people }) => people);
  /** The next minute begins; its row comes. */
  const minute = async (n, people) => {
    set_minute(n);
    await until(`a row of minute ${n}`, () => counted().length === n);
    assert.equal(counted()[n - 1], people);
  };
  const of_session = async () => {
    const list = (await owner.get(`/${place.slug}/organise/statistics/sessions/`)).body_text;
    const [, address] = list.match(/<th scope="row"><a href="([^"]+)">Live now</);
    return { list, page: (await owner.get(address)).body_text };
  };

  it('is counted once a minute, by people, and ends with the session', async () => {
    assert.match((await owner.get(`/${place.slug}/organise/statistics/sessions/`)).body_text, /Nobody has been in a session yet/);
    const [one, two, three] = await guests(['One', 'Two', 'Three']);
    await minute(1, 3);
    const few = (await of_session()).page;
    assert.deepEqual(figures(few), ['under 5', 'under 5', 'not shown']);
    assert.doesNotMatch(few, /<svg[^>]*role="img"/);
    const host = await Page.join(server, place, '', { client: owner });
    const twice = await Page.join(server, place, '', { client: owner }); // two pages, one person
    const [four, five, six] = await guests(['Four', 'Five', 'Six']);
    await minute(2, 7);
    const [passer_by] = await guests(['Passer-by']); // came, and is in no minute
    await passer_by.close();
    await minute(3, 7);
    await Promise.all([one, two, three, four].map((page) => page.close()));
    await minute(4, 3);
    const back = await Page.join(server, place, '', { key: one.welcome.me.key }); // has come already
    await minute(5, 4);
    await host.ask({ t: 'end' }, 'ended');
    set_minute(6);
    // What the next tick tells is told by the tick that looks at the clock, and lines are written after what it notes.
    const [late] = await guests(['Late']);
    await host.next('people', (m) => m.set.some((p) => p.id === late.welcome.me.id));
    await late.ask({ t: 'say', id: 'late', text: 'late' }, 'said', (m) => m.id === 'late');
    assert.deepEqual(counted(), [3, 7, 7, 3, 4]);
    for (const page of [host, twice, five, six, back, late])
      await page.close();
  });

  it('is shown by session, with a plot and the same figures beneath, and in CSV', async () => {
    const { list, page } = await of_session();
    assert.match(list, /Live now<\/a><\/th><td class="n">8<\/td><td class="n">7<\/td><td class="n">3 min<\/td>/);
    assert.deepEqual(figures(page), ['8', '7', '3 min']); // 24 minutes of 8 people
    assert.match(page, /<svg[^>]*role="img" aria-labelledby="plot-title plot-text">\s*<title id="plot-title">/);
    assert.match(page, /at most 7 at once/);
    const table = [...page.matchAll(/<th scope="row">([^<]+)<\/th><td class="n">([^<]+)<\/td>/g)].map(([, , text]) => text);
    assert.ok(table.length >= 1 && table.length <= 3 && table.includes('7'), table.join());
    assert.ok(table.every((text) => text === 'under 5' || Number(text) >= 5), table.join());
    const csv = (await owner.get(`/${place.slug}/organise/statistics/statistics.csv`)).body_text;
    for (const line of ['"Came","Live now","8",""', '"Most at once","Live now","7",""', '"Mean stay","Live now","3 min",""'])
      assert.ok(csv.includes(`${line}\r\n`), csv);
    assert.match(csv, /"People over time: Live now","\d\d:\d\d – \d\d:\d\d","7",""\r\n/);
    assert.equal((await owner.get(`/${place.slug}/organise/statistics/sessions/NONE/`)).status, 404);
  });
});
