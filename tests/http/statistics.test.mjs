// The figures of an event: what is shown, what is not, and the same in CSV; by hand and as long work. How long people
// stayed: tests/faults/stayed.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ownerClient, start } from './support.mjs';
import { importLive } from '../support/sample.mjs';
import { until } from '../faults/support.mjs';

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
