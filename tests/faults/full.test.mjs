// The disk is full while people register, write, upload and are recorded: each is told in a clear sentence, nothing else
// changes, and all goes on when space returns. The data folder is a small file system of its own.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { ownerClient, start } from '../http/support.mjs';
import { Page } from '../support/page.mjs';
import { importLive, scheduleXml } from '../support/sample.mjs';
import { empty, fill, mount, unmount } from './small_disk.mjs';
import { speaker } from './speaker.mjs';
import { rows, startAgain, until } from './support.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'treteau-full-'));
const TRIES = 400; // what a write-ahead log has room for already
const skip = mount(folder, 32) ?? false;
if (skip) rmdirSync(folder);
let server, place, owner, host;
const kept = [], refused = [];

before(async () => {
  if (skip) return;
  server = await start({ folder });
  place = await importLive(server);
  owner = await ownerClient(server);
  host = await Page.join(server, place, '', { client: owner, deadline_ms: 20000 });
});
after(async () => {
  if (skip) return;
  await server.stop({ keep: true });
  unmount(folder);
  rmdirSync(folder);
});

async function register(email) {
  const answer = await server.client().post(`/${place.slug}/register/`, { name: 'Somebody', email });
  (answer.status === 303 ? kept : refused).push(email);
  return answer;
}

/** Fills the disk, and what the write-ahead log has room for already. @returns the answer that says so */
async function fillUp() {
  fill(folder);
  const { length } = refused;
  let answer;
  for (let n = 0; n < TRIES && refused.length === length; n++) answer = await register(`n${kept.length}@example.org`);
  return answer;
}

function pieces() {
  const media = path.join(folder, 'media');
  const [name] = readdirSync(media);
  const list = path.join(media, name ?? '', 'programme.m3u8');
  return existsSync(list) ? readFileSync(list, 'utf8').match(/^#EXTINF/gm)?.length ?? 0 : 0;
}

describe('case 23: a full disk', { skip }, () => {
  afterEach(() => rmSync(path.join(folder, 'filler'), { force: true }));

  it('while people register: the page says so, and what was taken is kept', async () => {
    assert.equal((await register('before@example.org')).status, 303);
    const answer = await fillUp();
    assert.equal(answer.status, 507);
    assert.match(answer.body_text, /disk is full: nothing was saved/);
    assert.equal((await server.client().get(`/${place.slug}/schedule/`)).status, 200);
    empty(folder);
    assert.equal((await register(refused.at(-1))).status, 303);
  });

  it('while people write, raise hands and come in: each is told, and all is taken later', async () => {
    const page = await Page.join(server, place, 'Writer');
    await fillUp();
    const said = await page.ask({ t: 'say', id: 'line', text: 'x'.repeat(1000) }, 'refused');
    assert.deepEqual([said.of, said.id], ['say', undefined], 'without its number: the page sends it again');
    assert.match(said.text, /pas pu être/);
    assert.equal((await page.ask({ t: 'hand', up: true }, 'refused')).of, 'hand');
    const late = await Page.open(server, place);
    assert.equal((await late.ask({ t: 'join', name: 'Late', key: null }, 'refused')).of, 'join');
    await page.ask({ t: 'ping' }, 'pong');
    empty(folder);
    await late.ask({ t: 'join', name: 'Late', key: null }, 'welcome');
    await page.ask({ t: 'say', id: 'line', text: 'x'.repeat(1000) }, 'said', (m) => m.id === 'line');
    const { list } = await page.ask({ t: 'hand', up: true }, 'hands', (m) => m.list.length);
    assert.deepEqual(list, [page.welcome.me.id]);
    await page.close();
    await late.close();
  });

  it('while a room is entered for the first time: everybody is sent to come back, and comes in later', async () => {
    const other = { slug: place.slug, room: 'workshop' };
    await fillUp();
    const early = await Page.open(server, other); // has said nothing yet when the room cannot be opened
    const first = await Page.open(server, other);
    first.send({ t: 'join', name: 'First', key: null });
    assert.equal(await first.closed, 1011);
    early.send({ t: 'join', name: 'Early', key: null });
    assert.equal(await early.closed, 1011);
    empty(folder);
    await (await Page.join(server, other, 'First')).close();
  });

  it('while a programme is uploaded: nothing of it is imported', async () => {
    await fillUp();
    const form = new FormData();
    const talks = Array.from({ length: 50 }, (_, n) => ({ title: `New ${n}`, room: 'Hall', start: new Date(), minutes: 5 }));
    form.append('file', new Blob([scheduleXml('Other', talks)]), 'schedule.xml');
    form.append('act', 'import');
    const answer = await owner.post(`/${place.slug}/organise/import/`, form);
    assert.ok([507, 422].includes(answer.status), String(answer.status));
    assert.match(answer.body_text, /disk is full/);
    empty(folder);
    assert.deepEqual(rows(folder, "SELECT count(*) AS n FROM talk WHERE title LIKE 'New%'"), rows(folder, 'SELECT 0 AS n'));
    assert.deepEqual(readdirSync(path.join(folder, 'tmp')), []);
  });

  it('while a session is recorded: the host is told, and it goes on when space returns', async () => {
    const guest = await speaker(server, place, host);
    host.send({ t: 'record', on: true });
    await until('the recording', () => existsSync(path.join(folder, 'media')) && pieces() >= 2, { deadline_ms: 20000 });
    await fillUp();
    const told = await host.next('record', (m) => m.text);
    assert.equal(told.on, true);
    assert.match(told.text, /disque/);
    const held = pieces();
    await host.ask({ t: 'ping' }, 'pong');
    empty(folder);
    await host.next('record', (m) => m.on && m.text === null);
    await until('more of it', () => pieces() >= held + 3, { deadline_ms: 20000 });
    host.send({ t: 'end' });
    await host.next('ended');
    await until('its end', () => {
      const [name] = readdirSync(path.join(folder, 'media'));
      return readFileSync(path.join(folder, 'media', name, 'programme.m3u8'), 'utf8').includes('#EXT-X-ENDLIST');
    });
    await guest.stop();
  });

  it('when the server starts: it says so and ends, or serves what there is; later all is there', async () => {
    await fillUp();
    const { code } = await server.stop({ keep: true });
    assert.equal(code, 0);
    const again = await startAgain(server).catch((error) => error);
    if (again instanceof Error) assert.match(again.message, /treteau: .*(full|space)/);
    else await again.stop({ keep: true });
    empty(folder);
    server = await startAgain(server);
    const stored = rows(folder, 'SELECT recipient FROM mail').map(({ recipient }) => recipient);
    assert.deepEqual(kept.filter((email) => !stored.includes(email)), []);
    assert.deepEqual(rows(folder, 'PRAGMA integrity_check').map((row) => row.integrity_check), ['ok']);
  });
});
