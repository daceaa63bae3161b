// Tables of sessions and of people: out and in again the same; looked at line by line before they come in; exactly what
// was looked at comes in, or nothing. Cases 15 and 16: formulas, huge and broken tables.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { data, ownerClient, root, run, start } from '../http/support.mjs';
import { DatabaseSync } from 'node:sqlite';
import { until } from '../faults/support.mjs';
import { fetchExport, importFile, importText } from './support.mjs';

const programmes = [
  { slug: 'sample', file: path.join(root, 'src/app/sample/programme.xml'), talks: 12 },
  { slug: 'fosdem', file: path.join(data, 'fosdem_2021.xml'), talks: 773 },
];
const text = (html) => html.replaceAll(/<[^>]*>/g, ' ').replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>')
  .replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll(/\s+/g, ' ');

let server, other, owner;
before(async () => {
  [server, other] = [await start(), await start()];
  owner = await ownerClient(server);
});
after(() => Promise.all([server.stop(), other.stop()]));

for (const { slug, file, talks } of programmes)
  describe(slug, { skip: existsSync(file) ? false : `${path.basename(file)} is not beside the checkout` }, () => {
    it(`all ${talks} sessions go out as a table and come in again the same`, async () => {
      await importFile(server, file, slug);
      const table = await fetchExport(server, slug, 'csv');
      assert.match(await importText(other, table, slug), new RegExp(`${talks} sessions: ${talks} new`));
      assert.equal(await fetchExport(other, slug, 'csv'), table);
      assert.match(await importText(server, table, slug), new RegExp(`${talks} sessions: 0 new, 0 changed, ${talks} as before`));
    });
  });

/** Sends a file as the import page does. @returns the preview's page and address, or the page that refuses it */
async function look(slug, bytes, client = owner) {
  const form = new FormData();
  form.set('file', new File([bytes], 'table.csv', { type: 'text/csv' }));
  form.set('act', 'check');
  const sent = await client.post(`/${slug}/organise/import/`, form);
  if (sent.status !== 303) return { status: sent.status, text: text(sent.body_text) };
  let address = sent.headers.get('location');
  const long = /\/jobs\/\d+\/$/.test(address); // of many rows: done meanwhile, and then shown as the others are
  if (long) await until('the end of its work', async () => !JSON.parse((await client.get(`${address}state`)).body_text).open, { deadline_ms: 60000 });
  let page = await client.get(address);
  for (; page.status === 303; page = await client.get(address)) address = page.headers.get('location');
  return { address, long, status: page.status, html: page.body_text, text: text(page.body_text), seal: page.body_text.match(/name="seal" value="([0-9a-f]+)"/)?.[1] };
}
const apply = (seen) => owner.post(seen.address, { seal: seen.seal });
const sessions = async (slug) => JSON.parse(await fetchExport(server, slug, 'json')).schedule.conference.days
  .flatMap((day) => Object.values(day.rooms)).flat();

describe('a table of sessions by the browser', () => {
  const first = 'Titre;Jour;Début;Durée;Salle;Intervenants\nOuverture;28/01/2031;9h30;45 min;Scène;Ada L.; Bob\nAtelier;28/01/2031;11:00;1:15;Atelier;\n';
  before(async () => { await importText(server, first.replace('Ada L.; Bob', '"Ada L.; Bob"'), 'table'); });

  it('hours and days are read as people write them', async () => {
    const [opening, workshop] = await sessions('table');
    assert.equal(opening.date, '2031-01-28T09:30:00+01:00');
    assert.equal(opening.duration, '00:45');
    assert.deepEqual(opening.persons.map((person) => person.name), ['Ada L.', 'Bob']);
    assert.equal(workshop.duration, '01:15');
  });
  it('says what will happen, line by line, and changes nothing', async () => {
    const before = await fetchExport(server, 'table', 'csv');
    const seen = await look('table', 'Titre,Jour,Début,Fin,Salle,Humeur\nOuverture,2031-01-28,10:00,10:45,Scène,gaie\nAtelier,2031-01-28,11:00,12:15,Atelier,\n'
      + 'Neuve,2031-01-29,09:00,10:00,Scène,\nSans heure,2031-01-29,bientôt,10:00,Scène,\n,2031-01-29,09:00,10:00,Scène,\n');
    assert.equal(seen.status, 200);
    assert.match(seen.text, /2 changed Ouverture start/);
    assert.match(seen.text, /3 as before Atelier/);
    assert.match(seen.text, /4 new Neuve Wednesday 29 January, 09:00 · Scène/);
    assert.match(seen.text, /5 refused Début the hour “bientôt” is not one/);
    assert.match(seen.text, /6 refused Titre it has no title/);
    assert.match(seen.text, /the column “Humeur” has no place here/);
    assert.match(seen.text, /2 lines are refused/);
    assert.equal(await fetchExport(server, 'table', 'csv'), before);
    const done = await apply(seen);
    assert.equal(done.status, 200, text(done.body_text));
    assert.deepEqual((await sessions('table')).map((talk) => [talk.title, talk.start]), [['Ouverture', '10:00'], ['Atelier', '11:00'], ['Neuve', '09:00']]);
    assert.deepEqual((await sessions('table'))[0].persons.map((person) => person.name), ['Ada L.', 'Bob'], 'no column, no change');
    assert.equal((await owner.get(seen.address)).status, 404, 'it can be done once');
  });
  it('is refused when the programme changed since it was looked at, and shows what would be done now', async () => {
    const seen = await look('table', 'Title,Day,Start,End,Room\nNeuve,2031-01-29,09:30,10:00,Scène\n');
    await importText(server, 'Title,Day,Start,End,Room\nNeuve,2031-01-29,09:15,10:00,Scène\n', 'table', 'meanwhile.csv');
    const refused = await apply(seen);
    assert.equal(refused.status, 409);
    assert.match(text(refused.body_text), /changed since you looked/);
    assert.equal((await sessions('table')).find((talk) => talk.title === 'Neuve').start, '09:15');
    const again = { ...seen, seal: refused.body_text.match(/name="seal" value="([0-9a-f]+)"/)[1] };
    assert.equal((await apply(again)).status, 200);
    assert.equal((await sessions('table')).find((talk) => talk.title === 'Neuve').start, '09:30');
  });
  it('an address of a preview opens nothing to others, nor under another event', async () => {
    const seen = await look('table', 'Title,Day,Start,End,Room\nNeuve,2031-01-29,10:30,11:00,Scène\n');
    const second = await ownerClient(server, 'second@example.org');
    assert.equal((await second.get(seen.address)).status, 404);
    assert.equal((await owner.get(seen.address.replace('/table/', '/sample/'))).status, 404);
    assert.ok([303, 403, 404].includes((await server.client().get(seen.address)).status));
  });
  it('old spreadsheets: Windows-1252 is recognised and said', async () => {
    const seen = await look('table', Buffer.from('Titre;Jour;Début;Fin;Salle\nDébat;2031-01-29;14h;15h;Scène\n', 'latin1'));
    assert.match(seen.text, /new Débat .* 14:00 · Scène/);
    assert.match(seen.text, /read as Windows-1252/);
  });
});

describe('the pages of a preview', () => {
  it('read the file once: they stand when it is gone, until the programme changes', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `Session ${i};2031-01-28;9:00;10:00;Room ${i}`);
    const table = `Title;Day;Start;End;Room\n${rows.join('\n')}\n`;
    await importText(server, 'Title;Day;Start;End;Room\nOne;2031-01-28;9:00;10:00;A\n', 'once');
    const seen = await look('once', table);
    assert.match(seen.text, /50 sessions: 50 new/);
    const db = new DatabaseSync(path.join(server.folder, 'treteau.db'));
    try {
      db.exec('PRAGMA busy_timeout = 10000');
      db.prepare("UPDATE import_draft SET bytes = x'00' WHERE token = ?").run(seen.address.split('/').at(-2));
      const second = await owner.get(`${seen.address}?page=2`);
      assert.equal(second.status, 200);
      assert.match(second.body_text, /Session 20</);
      assert.match(second.body_text, new RegExp(seen.seal), 'what is imported is what was shown');
      db.prepare('UPDATE talk SET changed_us = changed_us + 1').run();
      const stale = await owner.get(seen.address);
      assert.equal(stale.status, 422);
      assert.match(stale.body_text, /cannot be read any more/);
    } finally {
      db.close();
    }
  });
});

describe('what could not be kept', () => {
  it('is told whole on a page that stays small', async () => {
    const kinds = Array.from({ length: 200 }, (_, i) => `<odd${i}/>`).join('\n');
    const form = new FormData();
    form.set('file', new File([`<schedule><version>1</version><conference><title>Odd</title><acronym>odd</acronym><start>2031-01-28</start>
<end>2031-01-28</end><days>1</days></conference><day index="1" date="2031-01-28" start="2031-01-28T08:00:00+01:00"
end="2031-01-28T20:00:00+01:00"><room name="A"><event id="1" guid="5b0ba4f1-0000-4000-8000-000000000001"><date>2031-01-28T09:00:00+01:00</date>
<start>09:00</start><duration>00:45</duration><room>A</room><title>One</title>${kinds}</event></room></day></schedule>`], 'odd.xml'));
    form.set('act', 'import');
    await importText(server, 'Title;Day;Start;End;Room\nZero;2031-01-28;9:00;10:00;A\n', 'odd');
    const { status, body_text: html } = await owner.post('/odd/organise/import/', form);
    assert.equal(status, 200);
    for (const i of [0, 59, 60, 199]) assert.match(html, new RegExp(`odd${i}\\b`));
    const nodes = html.match(/<[a-z]/g).length;
    assert.ok(nodes <= 298, `${nodes} nodes`);
  });
});

describe('a table of people by the command', () => {
  const table = 'Name;E-mail\nAda L.;ada.command@example.org\nBob;bob.command@example.org\n';
  before(() => importText(server, 'Title;Day;Start;End;Room;Speakers\nOne;2031-01-28;9:00;10:00;A;"Ada L.; Bob"\n', 'command'));
  const mails = async () => (await owner.get('/demo/mail')).body_text;

  it('invites nobody by itself, says so and how to', async () => {
    const said = await importText(server, table, 'command');
    assert.match(said, /2 persons have an address .*no invitation was sent/);
    assert.match(said, /--invite.*\/command\/organise\/import\//);
    assert.doesNotMatch(said, /invitations? by mail/);
    assert.doesNotMatch(await mails(), /ada\.command@/);
  });
  it('invites with --invite, once', async () => {
    const file = path.join(server.folder, 'command.txt');
    const invite = (...more) => run('import', file, '--event', 'command', '--data', server.folder, '--lang', 'en', '--invite', ...more);
    const without = await invite();
    assert.notEqual(without.code, 0);
    assert.match(without.stderr, /--origin/);
    const done = await invite('--origin', server.origin);
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /2 invitations by mail/);
    const people = (await owner.get('/command/organise/export/people.csv')).body_text;
    assert.match(people, /ada\.command@example\.org/);
    assert.doesNotMatch((await invite('--origin', server.origin)).stdout, /invitation/);
  });
});

describe('a table of people', () => {
  before(() => importText(server, 'Title;Day;Start;End;Room;Speakers\nOne;2031-01-28;9:00;10:00;A;"Ada L.; Bob"\n', 'people'));
  it('brings biographies and invites by mail, once', async () => {
    const table = 'Nom;Biographie;Courriel\nAda L.;"Elle écrit.\nBeaucoup.";ada@example.org\nCarole;;carole@example\nDenise;=1+1;\n';
    const seen = await look('people', table);
    assert.match(seen.text, /2 changed Ada L\. biography, an invitation is sent to ada@example\.org/);
    assert.match(seen.text, /4 refused Courriel “carole@example” is no e-mail address/);
    assert.match(seen.text, /5 new Denise/);
    assert.equal((await apply(seen)).status, 200);
    const outbox = () => owner.get('/demo/mail').then((page) => (page.body_text.match(/ada@example\.org/g) ?? []).length);
    const sent = await outbox();
    assert.ok(sent > 0);
    const out = await owner.get('/people/organise/export/people.csv');
    assert.match(out.body_text, /Ada L\.;ada@example\.org;"Elle écrit\.\nBeaucoup\."/);
    assert.match(out.body_text, /;'=1\+1;/, 'a spreadsheet does not run it');
    const again = await look('people', out.body_text);
    assert.match(again.text, /3 persons: 0 new, 0 changed, 3 as before/);
    assert.match(again.text, /nothing to import/);
    assert.equal(await outbox(), sent);
    assert.ok([303, 403, 404].includes((await server.client().get('/people/organise/export/people.csv')).status), 'addresses are for organisers');
  });
  it('comes in again the same into an empty event', async () => {
    const out = (await owner.get('/people/organise/export/people.csv')).body_text;
    await importText(server, 'Title;Day;Start;End;Room\nOne;2031-01-28;9:00;10:00;A\n', 'people-again');
    assert.equal((await apply(await look('people-again', out))).status, 200);
    assert.equal((await owner.get('/people-again/organise/export/people.csv')).body_text, out);
  });
});

describe('cases 15 and 16: what a table may not do', () => {
  before(() => importText(server, 'Title;Day;Start;End;Room\nOne;2031-01-28;9:00;10:00;A\n', 'cases'));
  it('case 15: formulas go out as words and come back as they were', async () => {
    const titles = ['=HYPERLINK("http://evil.example/";"x")', '+33 5 45 00 00 00', '-1', '@SUM(A1)', "'=1", 'a;b"c', 'Éa, b'];
    const cell = (value) => `"${value.replaceAll('"', '""')}"`;
    const rows = titles.map((title, i) => `${cell(title.startsWith("'") ? `'${title}` : title)};2031-01-28;${10 + i}:00;${10 + i}:30;A`).join('\n');
    await importText(server, `Title;Day;Start;End;Room\n${rows}\n`, 'cases');
    assert.deepEqual((await sessions('cases')).slice(1).map((talk) => talk.title), titles);
    const out = await fetchExport(server, 'cases', 'csv');
    for (const line of out.split('\r\n'))
      for (const value of line.split(';').slice(1))
        assert.doesNotMatch(value, /^"?[=+\-@\t\r]/, line);
    await importText(other, out, 'cases');
    assert.equal(await fetchExport(other, 'cases', 'csv'), out);
  });
  for (const [name, bytes, sentence] of [
    ['a quote that never ends', 'Title;Day;Start;End;Room\n"One;2031-01-28;9:00;10:00;A\n', /Line 2: a quote .* never closed/],
    ['too many rows', `Title;Day;Start;End;Room\n${'x;2031-01-28;9:00;10:00;A\n'.repeat(20_001)}`, /20,000 rows/],
    ['too many columns', `${'Title;'.repeat(300)}\n`, /200 columns/],
    ['a file of another kind', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0]), /no table: neither/],
    ['unknown headings', 'foo;bar\n1;2\n', /no format that is known/],
    ['a missing column', 'Title;Day;Start\nx;2031-01-28;9:00\n', /lacks the column “Room”/],
    ['an XML bomb', '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><schedule>&b;</schedule>', /document type/],
    ['JSON that is too deep', `{"schedule":${'['.repeat(100_000)}`, /nested more than 32 deep/],
    ['JSON cut off', '{"schedule": {"conference": {', /Line 1: this is not JSON/],
    ['a calendar cut off', 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n', /stops in the middle/],
    ['components without end', `BEGIN:VCALENDAR\n${'BEGIN:VEVENT\n'.repeat(1000)}`, /nested more than 8 deep/],
  ])
    it(`case 16: ${name} is refused with a sentence and nothing is half imported`, async () => {
      const before = await fetchExport(server, 'cases', 'csv');
      const seen = await look('cases', bytes);
      assert.equal(seen.status, seen.long ? 200 : 422, seen.text);
      assert.match(seen.text, sentence);
      assert.match(seen.text, /Nothing was changed/);
      assert.equal(await fetchExport(server, 'cases', 'csv'), before);
    });
});
