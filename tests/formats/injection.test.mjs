// Case 15: what a title, a text or a name may not do in iCalendar, XML, JSON and JSON-LD: the same number of properties
// comes out, and the text is restored. And what pages say of themselves to programs that read them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import ICAL from 'ical.js';
import { start } from '../http/support.mjs';
import { fetchExport, importText } from './support.mjs';

const TITLE = 'x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:y </title></script><script>alert(1)</script> ]]> <!-- & " \' ; , \\n \u2028z';
const PLAIN = TITLE.replaceAll(/\s+/g, ' '); // a title is one line
const ROOM = 'Salle;X-EVIL=1:\r\nATTACH:http://evil.example';
const schedule = (title, room, person, abstract) => JSON.stringify({ schedule: { version: '1', conference: {
  title, acronym: 'evil', start: '2031-01-28', end: '2031-01-28', time_zone_name: 'Europe/Paris', days: [{ index: 1, date: '2031-01-28',
    day_start: '2031-01-28T08:00:00+01:00', day_end: '2031-01-29T07:59:00+01:00', rooms: { [room]: [{ id: 1, title,
      date: '2031-01-28T09:00:00+01:00', start: '09:00', duration: '00:30', abstract, persons: [{ id: 1, name: person }] }] } }] } } });

let server, client;
before(async () => {
  server = await start();
  client = server.client();
  await importText(server, schedule(TITLE, ROOM, TITLE, TITLE), 'evil');
  await importText(server, schedule('Plain', 'Room', 'Ada', 'Words'), 'good');
});
after(() => server.stop());

const first = (json) => Object.values(JSON.parse(json).schedule.conference.days[0].rooms).flat()[0];
const dataOf = (html) => [...html.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)].map(([, text]) => JSON.parse(text));
const keys = (value) => (value && typeof value === 'object' ? Object.entries(value).map(([key, inner]) => [key, keys(inner)]) : 0);

describe('case 15: injection', () => {
  it('case 15, iCalendar: as many properties as any session has, and the text as it was', async () => {
    const read = async (slug) => new ICAL.Component(ICAL.parse(await fetchExport(server, slug, 'ics')));
    const [evil, good] = [await read('evil'), await read('good')];
    const names = (calendar) => calendar.getAllSubcomponents('vevent').map((event) => event.getAllProperties().map((property) => property.name));
    assert.deepEqual(names(evil), names(good));
    assert.equal(evil.getFirstSubcomponent('vevent').getFirstPropertyValue('summary'), PLAIN);
    assert.equal(evil.getFirstSubcomponent('vevent').getFirstPropertyValue('location'), ROOM.replaceAll(/\s+/g, ' '));
  });
  it('case 15, XML: well-formed, and the text as it was', async () => {
    const file = path.join(server.folder, 'evil.xml');
    await writeFile(file, await fetchExport(server, 'evil', 'xml'));
    const ask = (query) => execFileSync('xmllint', ['--xpath', query, file], { encoding: 'utf8' }).trim();
    assert.equal(ask('string(//event/title)'), PLAIN);
    assert.equal(ask('count(//event)'), '1');
    assert.equal(ask('string(//person)'), PLAIN);
  });
  it('case 15, JSON: the text as it was', async () => {
    const talk = first(await fetchExport(server, 'evil', 'json'));
    assert.equal(talk.title, PLAIN);
    assert.equal(talk.persons[0].name, PLAIN);
  });
  it('case 15, JSON-LD: one block with the same members, nothing ends it', async () => {
    for (const page of ['', 'talk']) {
      const read = async (slug) => {
        const talk = first(await fetchExport(server, slug, 'json'));
        return (await client.get(page ? `/${slug}/talk/${talk.code}/` : `/${slug}/`)).body_text;
      };
      const [evil, good] = [await read('evil'), await read('good')];
      assert.doesNotMatch(evil, /<script>alert/);
      const [bad, fine] = [dataOf(evil), dataOf(good)];
      assert.equal(bad.length, 1);
      assert.deepEqual(keys(bad[0]), keys(fine[0]));
      assert.equal(bad[0].name, PLAIN);
      assert.equal((evil.match(/<meta property="og:/g) ?? []).length, (good.match(/<meta property="og:/g) ?? []).length);
    }
  });
});

describe('what pages say to programs that read them', () => {
  it('a poster: its address, OpenGraph, the event and its sessions', async () => {
    const { body_text: html } = await client.get('/good/');
    assert.match(html, new RegExp(`<link rel="canonical" href="${server.origin}/good/">`));
    assert.match(html, /<meta property="og:title" content="Plain">/);
    const [event] = dataOf(html);
    assert.equal(event['@context'], 'https://schema.org');
    assert.equal(event['@type'], 'Event');
    assert.equal(event.startDate, '2031-01-28');
    assert.deepEqual(event.subEvent.map((talk) => [talk.name, talk.startDate]), [['Plain', '2031-01-28T09:00:00+01:00']]);
  });
  it('a session: who speaks, where, and the event around it', async () => {
    const talk = first(await fetchExport(server, 'good', 'json'));
    const { body_text: html } = await client.get(`/good/talk/${talk.code}/`);
    const [data] = dataOf(html);
    assert.equal(data.performer[0].name, 'Ada');
    assert.equal(data.superEvent.name, 'Plain');
    assert.equal(data.location[0]['@type'], 'VirtualLocation');
    assert.equal(data.eventStatus, 'https://schema.org/EventScheduled');
    assert.match(html, /<meta property="og:description" content="Words">/);
  });
});
