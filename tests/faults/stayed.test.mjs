// How long people stayed, by a clock that the test sets (no preloaded clock goes with the sanitizers of tests/http).
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ownerClient, start } from '../http/support.mjs';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { rows, until } from './support.mjs';

const figures = (text) => [...text.matchAll(/class="figure">([^<]+)</g)].map(([, figure]) => figure);
const faketime = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

describe('how long people stayed', { skip: !existsSync(faketime) && 'the faketime package is not installed' }, () => {
  const work = mkdtempSync(path.join(tmpdir(), 'treteau-clock-')), clock = path.join(work, 'clock');
  /** Shortly after a full minute, however long the test has run: the next one begins when the test says so. */
  const set_minute = (n) => {
    const by_s = first_s + 60 * n - Math.floor(Date.now() / 1000);
    writeFileSync(clock, `${by_s < 0 ? '' : '+'}${by_s}`);
  };
  let server, place, owner, first_s;
  before(async () => {
    first_s = Math.floor(Date.now() / 60000) * 60 + 5;
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
    const left = async (...pages) => {
      await Promise.all(pages.map((page) => page.close()));
      const ids = new Set(pages.map((page) => page.welcome.me.id)); // one message may tell of several
      while (ids.size)
        for (const id of (await host.next('people', (m) => m.gone.some((one_of) => ids.has(one_of)))).gone) ids.delete(id);
    };
    await host.next('people', (m) => m.set.some((p) => p.id === passer_by.welcome.me.id)); // else nobody hears that they leave
    await left(passer_by);
    await minute(3, 7);
    await left(one, two, three, four);
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
