// The restore drill: a backup of an event that people register for, write in and that is recorded, made while all of it goes
// on; put back into a new folder, it serves what was acknowledged before the backup began, and its recording plays.
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ownerClient, run, start } from '../http/support.mjs';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { decode, list, recordingFolder } from './recording.mjs';
import { speaker } from './speaker.mjs';
import { rows, until } from './support.mjs';

const skip = !existsSync('/usr/bin/ffmpeg') && 'the ffmpeg command is not installed';
const work = mkdtempSync(path.join(tmpdir(), 'treteau-drill-'));
const to = path.join(work, 'to'), restored = path.join(work, 'restored'), key = path.join(work, 'key');
let server, again, place, host, guest, page, file;
let over = false, registering;
const kept = [], lines = [], acknowledged = { people: 0, lines: 0 };

before(async () => {
  if (skip) return;
  writeFileSync(key, 'correct horse battery staple\n');
  server = await start();
  place = await importLive(server);
});
after(async () => {
  if (skip) return;
  over = true;
  await registering;
  await guest?.stop();
  await server.stop({ keep: false });
  await again?.stop({ keep: true });
  rmSync(work, { recursive: true, force: true });
});

/** People register one after the other, and somebody writes: what was acknowledged is in kept and lines. */
async function writes() {
  for (let n = 0; !over; n++) {
    const email = `drill${n}@example.org`;
    const { status } = await server.client().post(`/${place.slug}/register/`, { name: `Drill ${n}`, email });
    if (status === 303) kept.push(email);
    if (n % 40 === 0) {
      const said = await page.ask({ t: 'say', id: `line-${n}`, text: `Line ${n}` }, ['said', 'refused'], (m) => m.id === `line-${n}`);
      if (said.t === 'said') lines.push(said.text); // so many in ten seconds, not more
    }
  }
}

describe('case 28: the restore drill', { skip }, () => {
  it('begins with an event that is live, recorded and registered for', async () => {
    host = await Page.join(server, place, '', { client: await ownerClient(server) });
    guest = await speaker(server, place, host);
    page = await Page.join(server, place, 'Writer');
    host.send({ t: 'record', on: true });
    await host.next('record', (m) => m.on);
    const folder = await recordingFolder(server);
    registering = writes();
    await until('pieces of the recording', () => list(folder).pieces.length >= 2, { deadline_ms: 20000 });
    await until('people', () => kept.length >= 5 && lines.length >= 1);
  });

  it('makes a backup, encrypted, while all of it goes on', async (t) => {
    acknowledged.people = kept.length;
    acknowledged.lines = lines.length;
    const { code, stdout, stderr } = await run('backup', '--data', server.folder, '--to', to, '--key-file', key);
    assert.equal(code, 0, stderr);
    const during = kept.length - acknowledged.people;
    t.diagnostic(`${stdout.trim()}; ${acknowledged.people} people before it, ${during} while it was made`);
    const held = kept.length;
    await until('people after it', () => kept.length > held);
    const [name, ...more] = readdirSync(to);
    assert.ok(more.every((other) => other === 'treteau-files'), `${more}`);
    file = path.join(to, name);
    assert.match(name, /\.sealed$/);
  });

  it('finds it whole, and useless without its key', async () => {
    assert.equal((await run('verify', file, '--key-file', key)).code, 0);
    const without = await run('verify', file);
    assert.equal(without.code, 1);
    assert.match(without.stderr, /encrypted/);
    assert.equal(readFileSync(file).includes('example.org'), false);
  });

  it('puts it back whole: every acknowledged write, the keys, the recording', async () => {
    const { code, stderr } = await run('restore', file, '--data', restored, '--key-file', key);
    assert.equal(code, 0, stderr);
    const people = rows(restored, 'SELECT a.email FROM registration r JOIN account a ON a.id = r.account_id').map(({ email }) => email);
    assert.deepEqual(kept.slice(0, acknowledged.people).filter((email) => !people.includes(email)), []);
    const said = rows(restored, 'SELECT text FROM live_line ORDER BY n').map(({ text }) => text);
    assert.deepEqual(said.slice(0, acknowledged.lines), lines.slice(0, acknowledged.lines));
    assert.deepEqual(rows(restored, 'PRAGMA integrity_check').map((row) => row.integrity_check), ['ok']);
    assert.deepEqual(rows(restored, 'PRAGMA foreign_key_check'), []);
    assert.deepEqual(readFileSync(path.join(restored, 'secret.key')), readFileSync(path.join(server.folder, 'secret.key')));
    for (const name of ['treteau.db', 'secret.key']) assert.equal(statSync(path.join(restored, name)).mode & 0o077, 0, name);
  });

  it('plays the recording as far as it had got', async () => {
    const folder = path.join(restored, 'media', readdirSync(path.join(restored, 'media'))[0]);
    const { pieces, ended } = list(folder); // each piece is there: its size is asked for
    assert.ok(pieces.length >= 2 && !ended);
    const copy = path.join(folder, 'drill.m3u8');
    writeFileSync(copy, readFileSync(path.join(folder, 'programme.m3u8')));
    appendFileSync(copy, '#EXT-X-ENDLIST\n');
    assert.equal(await decode(copy), '');
    rmSync(copy);
  });

  it('serves it: the programme, the people, and those who were signed in', async () => {
    again = await start({ folder: restored });
    assert.match((await again.client().get(`/${place.slug}/schedule/`)).body_text, /Live now/);
    const owner = await ownerClient(again);
    const registered = (await owner.get(`/${place.slug}/organise/registrations/`)).body_text;
    assert.match(registered, /drill0@example\.org/);
    assert.equal((await again.client().post(`/${place.slug}/register/`, { name: 'New', email: 'new@example.org' })).status, 303);
  });
});
