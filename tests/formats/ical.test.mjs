// iCalendar: a real file in its old forms comes in, and what goes out is read the same by three libraries.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { data, root, start } from '../http/support.mjs';
import { readByIcalJs, readByNodeIcal, readByPython } from './calendars.mjs';
import { fetchExport, importFile, importText, plain } from './support.mjs';

const programmes = [
  { slug: 'sample', file: path.join(root, 'src/app/sample/programme.xml'), talks: 12 },
  { slug: 'jres', file: path.join(data, 'jres_2022.ics'), talks: 120 },
];

let server, other;
before(async () => { [server, other] = [await start(), await start()]; });
after(() => Promise.all([server.stop(), other.stop()]));

for (const { slug, file, talks } of programmes)
  describe(slug, { skip: existsSync(file) ? false : `${path.basename(file)} is not beside the checkout` }, () => {
    let text;
    before(async () => {
      assert.match(await importFile(server, file, slug), new RegExp(`${talks} sessions: ${talks} new`));
      text = await fetchExport(server, slug, 'ics');
    });
    it(`is read the same by ical.js, node-ical and python3-icalendar: ${talks} sessions`, async () => {
      const out = path.join(server.folder, `${slug}.ics`);
      await writeFile(out, text);
      const one = readByIcalJs(text);
      assert.equal(one.length, talks);
      assert.deepEqual(readByNodeIcal(text), one);
      assert.deepEqual(readByPython(out), one);
      assert.ok(one.every((entry) => entry.summary && entry.location && entry.url.startsWith(server.origin)));
    });
    it('comes in again the same', async () => {
      assert.match(await importText(other, text, slug), new RegExp(`${talks} sessions: ${talks} new`));
      assert.equal(plain(await fetchExport(other, slug, 'ics')), plain(text));
      assert.match(await importText(other, text, slug), new RegExp(`${talks} as before`));
    });
  });

describe('JRES 2022', { skip: existsSync(programmes[1].file) ? false : 'jres_2022.ics is not beside the checkout' }, () => {
  it('keeps its hours in Paris, its accents and its lines', async () => {
    const first = readByIcalJs(await fetchExport(server, 'jres', 'ics')).find((entry) => /Enjeux/.test(entry.summary));
    assert.equal(first.start, '2022-05-17T12:00:00.000Z');
    assert.equal(first.location, 'Amphithéâtre 1600');
    assert.match(first.description, /^Les interdépendances du monde numérique[^]*\n[^]*Et, aujourd'hui/);
  });
});

describe('addresses that clients ask for', () => {
  it('one session, one person, an older version', async () => {
    await importFile(server, programmes[0].file, 'sample');
    const client = server.client();
    const json = JSON.parse(await fetchExport(server, 'sample', 'json'));
    const talks = json.schedule.conference.days.flatMap((day) => Object.values(day.rooms)).flat();
    const talk = talks.find((one) => one.persons.length);
    const alone = await client.get(`/sample/talk/${talk.code}.ics`);
    assert.equal(alone.headers.get('content-type'), 'text/calendar; charset=utf-8');
    assert.deepEqual(readByIcalJs(alone.body_text).map((entry) => entry.uid), [talk.guid]);
    const entry = (text) => plain(text).match(new RegExp(`BEGIN:VEVENT(?:(?!END:VEVENT)[^])*UID:${talk.guid}[^]*?END:VEVENT`))[0];
    assert.equal(entry(alone.body_text), entry(await fetchExport(server, 'sample', 'ics')), 'alone it is as among all');
    const code = talk.persons[0].code;
    const theirs = talks.filter((one) => one.persons.some((person) => person.code === code)).map((one) => one.guid).sort();
    assert.deepEqual(readByIcalJs((await client.get(`/sample/speaker/${code}/talks.ics`)).body_text).map((entry) => entry.uid), theirs);
    const older = await client.get('/sample/schedule/v/0.9/');
    assert.equal(older.status, 303);
    assert.equal(older.headers.get('location'), '/sample/schedule/');
    for (const address of ['/sample/talk/ZZZZZZ.ics', `/sample/talk/${talk.code}`, '/sample/speaker/ZZZZZZ/talks.ics', '/none/schedule/export/schedule.ics'])
      assert.equal((await client.get(address)).status, 404, address);
  });
});
