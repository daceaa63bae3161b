// What a session is made of besides its title: who speaks and who leads, its links, whether it takes place. Each goes out
// where the format has a word for it, comes in again the same, and stays where a file does not speak of it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { data, ownerClient, start } from '../http/support.mjs';
import { readByIcalJs, readByNodeIcal, readByPython } from './calendars.mjs';
import { fetchExport, importText, plain } from './support.mjs';

const person = (id, name, more = {}) => ({ id, name, guid: `7e57ab1e-0000-4000-8000-00000000000${id}`, ...more });
const source = JSON.stringify({ schedule: { version: '1', conference: { title: 'Parts', acronym: 'parts', start: '2031-01-28',
  end: '2031-01-28', time_zone_name: 'Europe/Paris', days: [{ index: 1, date: '2031-01-28', day_start: '2031-01-28T08:00:00+01:00',
    day_end: '2031-01-29T07:59:00+01:00', rooms: { Stage: [
      { id: 1, guid: '7e57ab1e-0000-4000-8000-0000000000a1', title: 'Round table', date: '2031-01-28T09:00:00+01:00', start: '09:00',
        duration: '01:00', abstract: 'What was said; and *why*, in two lines:\nthis is the second.', type: 'table ronde',
        persons: [person(1, 'Ada Lovelace', { moderator: false }), person(2, 'Bob O’Neil, Jr', { moderator: true })],
        links: [{ url: 'https://example.org/a', title: 'Video: how it went' }, { url: 'https://example.org/b', type: 'web' },
          { url: 'https://example.org/c', title: 'A <b> c', type: 'blog' }],
        attachments: [{ url: 'https://example.org/slides.pdf', title: 'Slides', type: 'slides' }], feedback_url: 'https://example.org/f' },
      { id: 2, guid: '7e57ab1e-0000-4000-8000-0000000000a2', title: 'Alone', date: '2031-01-28T11:00:00+01:00', start: '11:00',
        duration: '00:45', abstract: 'Ada Lovelace is not in it.', persons: [], links: [] }] } }] } } });

let server, other, owner;
before(async () => {
  [server, other] = [await start(), await start()];
  owner = await ownerClient(server);
  await importText(server, source, 'parts');
});
after(() => Promise.all([server.stop(), other.stop()]));

const talks = async (from, slug = 'parts') => Object.values(JSON.parse(await fetchExport(from, slug, 'json')).schedule.conference.days[0].rooms).flat();
const leads = async (from, slug) => Object.fromEntries((await talks(from, slug))[0].persons.map(({ name, moderator }) => [name, moderator]));
const LEADS = { 'Ada Lovelace': false, 'Bob O’Neil, Jr': true };

describe('who leads', () => {
  it('goes out and comes in again by xml, json and csv', async () => {
    assert.deepEqual(await leads(server), LEADS);
    const xsd = path.join(data, 'schedule.xml.xsd'), file = path.join(server.folder, 'parts.xml');
    for (const format of ['xml', 'json', 'csv']) {
      const text = await fetchExport(server, 'parts', format);
      await importText(other, text, `parts-${format}`, `parts.${format}`);
      assert.deepEqual(await leads(other, `parts-${format}`), LEADS, format);
      const again = (one) => plain(one).replaceAll(/parts[-_](?:xml|json|csv)/g, 'parts');
      assert.equal(again(await fetchExport(other, `parts-${format}`, format)), again(text), format);
      assert.match(await importText(server, text, 'parts', `again.${format}`), /2 as before/, format);
      if (format === 'xml' && existsSync(xsd)) {
        await writeFile(file, text);
        execFileSync('xmllint', ['--noout', '--schema', xsd, file], { stdio: 'pipe' });
      }
    }
  });
  it('stays when a file says nothing of it, and goes when a file says so', async () => {
    const foreign = (await fetchExport(server, 'parts', 'xml')).replaceAll(/<\?treteau[^>]*>/g, '').replace('Round table', 'A round table');
    assert.match(await importText(server, foreign, 'parts', 'foreign.xml'), /1 changed/);
    assert.deepEqual(await leads(server), LEADS);
    const table = 'Identifier;Title;Day;Start;Room;Led by\n7e57ab1e-0000-4000-8000-0000000000a1;Round table;2031-01-28;9:00;Stage;';
    const refused = await importText(server, `${table}Eve\n`, 'parts', 'eve.csv').catch((error) => error.message);
    assert.match(refused, /“Eve” leads, but the table has no column of speakers/);
    assert.match(await importText(server, `${table}\n`, 'parts', 'unsaid.csv'), /1 as before|1 changed/);
    assert.deepEqual(await leads(server), LEADS, 'an empty cell beside no speakers says nothing');
    const nobody = table.replace('Led by', 'Speakers;Led by').replace(/;$/, ';"Ada Lovelace; Bob O’Neil, Jr";');
    await importText(server, `${nobody}\n`, 'parts', 'nobody.csv');
    assert.deepEqual(await leads(server), { 'Ada Lovelace': false, 'Bob O’Neil, Jr': false });
    await importText(server, source, 'parts', 'back.json');
    assert.deepEqual(await leads(server), LEADS);
  });
});

describe('links', () => {
  it('come in again by csv with kind, title and address, and keep the type that a table does not say', async () => {
    const csv = await fetchExport(server, 'parts', 'csv');
    assert.match(csv, /link: Video: how it went <https:\/\/example.org\/a>\n/);
    assert.match(csv, /document: Slides <https:\/\/example.org\/slides.pdf>/);
    assert.match(csv, /\nhttps:\/\/example.org\/b\n/, 'without words it is its address');
    const of = ({ links, attachments, feedback_url }) => ({ links: links.map(({ title, url }) => ({ title, url })),
      attachments: attachments.map(({ title, url }) => ({ title, url })), feedback_url });
    assert.deepEqual(of((await talks(other, 'parts-csv'))[0]), of((await talks(server))[0]));
    assert.match(await importText(server, csv, 'parts', 'same.csv'), /2 as before/);
    assert.equal((await talks(server))[0].attachments[0].type, 'slides');
    const bad = await importText(server, csv.replace('https://example.org/slides.pdf', ''), 'parts', 'bad.csv').catch((error) => error.message);
    assert.match(bad, /holds no address/);
  });
});

describe('who speaks, in calendars', () => {
  it('stands at the head of the text for three readers, without an address, and comes in again', async () => {
    const table = 'Name;E-mail\nAda Lovelace;ada.secret@example.org\n';
    const form = new FormData();
    form.set('file', new File([table], 'people.csv', { type: 'text/csv' }));
    form.set('act', 'check');
    const seen = (await owner.post('/parts/organise/import/', form)).headers.get('location');
    const seal = (await owner.get(seen)).body_text.match(/name="seal" value="([0-9a-f]+)"/)[1];
    await owner.post(seen, { seal });
    const text = await fetchExport(server, 'parts', 'ics'), file = path.join(server.folder, 'parts.ics');
    assert.doesNotMatch(text.replaceAll('\r\n ', ''), /secret|mailto:|ATTENDEE/i);
    await writeFile(file, text);
    for (const entries of [readByIcalJs(text), readByNodeIcal(text), readByPython(file)])
      assert.deepEqual(entries.map(({ description }) => description),
        ['Ada Lovelace, Bob O’Neil, Jr\n\nWhat was said; and *why*, in two lines:\nthis is the second.', 'Ada Lovelace is not in it.']);
    await importText(other, text, 'parts-ics', 'parts.ics');
    const [first, second] = await talks(other, 'parts-ics');
    assert.deepEqual(first.persons.map(({ name }) => name), ['Ada Lovelace', 'Bob O’Neil, Jr']);
    assert.equal(first.abstract, 'What was said; and *why*, in two lines:\nthis is the second.');
    assert.deepEqual([second.persons, second.abstract], [[], 'Ada Lovelace is not in it.']);
    assert.match(await importText(server, text, 'parts', 'same.ics'), /2 as before/);
  });
});

describe('a change and a cancellation', () => {
  const entryOf = async () => {
    const text = await fetchExport(server, 'parts', 'ics'), file = path.join(server.folder, 'cancelled.ics');
    await writeFile(file, text);
    const read = [readByIcalJs(text), readByNodeIcal(text), readByPython(file)].map((entries) => entries.find(({ uid }) => uid.endsWith('a2')));
    assert.deepEqual(read[1], read[0]);
    assert.deepEqual(read[2], read[0]);
    return read[0];
  };
  it('raise SEQUENCE once each, and a cancelled session is CANCELLED for three readers', async () => {
    const first = await entryOf(), [, { code }] = await talks(server);
    assert.equal(first.status, '');
    const moved = 'Identifier;Title;Day;Start;Room\n7e57ab1e-0000-4000-8000-0000000000a2;Alone;2031-01-28;12:00;Stage\n';
    await importText(server, moved, 'parts', 'moved.csv');
    assert.equal((await entryOf()).sequence, first.sequence + 1);
    assert.match(await importText(server, moved, 'parts', 'moved.csv'), /1 as before/);
    assert.equal((await entryOf()).sequence, first.sequence + 1, 'the same again is no change');
    const act = (name) => owner.post(`/parts/organise/session/${code}/act/`, { act: name }, { from: `/parts/organise/session/${code}/` });
    assert.equal((await act('cancel')).status, 303);
    const cancelled = await entryOf();
    assert.deepEqual([cancelled.status, cancelled.sequence], ['CANCELLED', first.sequence + 2]);
    assert.equal((await talks(server)).length, 1, 'schedule.json has no word for it and leaves it out');
    const xml = await fetchExport(server, 'parts', 'xml');
    assert.doesNotMatch(xml, /Alone/);
    await importText(server, xml, 'parts', 'without.xml');
    assert.equal((await entryOf()).status, 'CANCELLED', 'what a file leaves out stays as it is');
    assert.match(await importText(other, await fetchExport(server, 'parts', 'ics'), 'parts-cancelled', 'cancelled.ics'), /2 new/);
    assert.equal((await talks(other, 'parts-cancelled')).length, 1, 'a calendar brings the cancellation with it');
    assert.equal((await act('restore')).status, 303);
    const back = await entryOf();
    assert.deepEqual([back.status, back.sequence], ['', first.sequence + 3]);
  });
});
