// Those who make the programme: sessions by form, two editors at once, clashes, what changed. Case 8: stored script in a
// session's title and texts. Case 9 is shared with the test of all routes: here, another event's session is not found.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ownerClient, run, start } from './support.mjs';
import { makeEvent } from './mail.mjs';

const NODES_MAX = 298;
let server, owner, visitor, day;
const nodes = (html) => (html.match(/<[a-z]/gi) ?? []).length;
const location = (response) => response.headers.get('location');

/** Rows of the store, as lists. */
async function sql(statement, ...values) {
  const { stdout } = await promisify(execFile)('python3', ['-c', `
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=10)
db.execute("PRAGMA foreign_keys=ON")
rows = db.execute(sys.argv[2], json.loads(sys.argv[3])).fetchall()
db.commit()
print(json.dumps(rows))`, path.join(server.folder, 'treteau.db'), statement, JSON.stringify(values)]);
  return JSON.parse(stdout);
}
async function addRooms(slug, ...rooms) {
  for (const [i, name] of rooms.entries())
    await sql(`INSERT INTO room(event_id, slug, name, position) SELECT id, ?, ?, ${i} FROM event WHERE slug = ?`, `r${i}`, name, slug);
}
const session = (more = {}) => ({ act: 'save', version: '0', persons: '', title: 'Ouverture', kind: 'plenary', room: 'r0', day,
  start: '09:30', length: '45', ...more });

/** Makes a session by the form. @returns {Promise<string>} its code */
async function make(more = {}, slug = 'essai', client = owner) {
  const answer = await client.post(`/${slug}/organise/sessions/new/`, session(more));
  assert.equal(answer.status, 303, answer.body_text);
  return location(answer).match(/session\/(\w+)\//)[1];
}
const page = async (code, client = owner, slug = 'essai') => (await client.get(`/${slug}/organise/session/${code}/`)).body_text;
const versionOf = (html) => html.match(/name="version" value="(\d+)"/)[1];
async function change(code, more, client = owner) {
  const version = versionOf(await page(code, client));
  return client.post(`/essai/organise/session/${code}/`, session({ version, ...more }));
}
const changes = () => sql('SELECT kind, title, was, now, told_us FROM talk_change ORDER BY id');

before(async () => {
  server = await start();
  await makeEvent(server, 'essai', { title: 'Essai' });
  await makeEvent(server, 'autre', { title: 'Autre' });
  await addRooms('essai', 'Grande scène', 'Atelier');
  await addRooms('autre', 'Salle');
  [[day]] = await sql("SELECT first_day FROM event WHERE slug = 'essai'");
  owner = await ownerClient(server);
  visitor = server.client();
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

describe('a session by its form', () => {
  it('is made, shown to everyone, found by its words, changed, duplicated', async () => {
    const code = await make({ title: 'Animer un réseau', subtitle: 'Retours', language: 'fr', places: '30',
      abstract: 'Un **résumé**', description: 'Le zèbre en parle', links: 'https://a.example/x Le dossier\nhttps://b.example/',
      no_recording: '1' });
    const shown = (await visitor.get(`/essai/talk/${code}/`)).body_text;
    assert.match(shown, /<h1[^>]*>Animer un réseau/);
    assert.match(shown, /<strong>résumé<\/strong>/);
    assert.match(shown, /href="https:\/\/a\.example\/x"[^>]*>Le dossier/);
    assert.match(shown, /not recorded/);
    assert.match((await visitor.get('/essai/schedule/?q=zebre')).body_text, /Animer un réseau/);
    const form = await page(code);
    assert.match(form, /value="09:30"/);
    assert.match(form, /value="30"/);
    assert.match(form, /https:\/\/b\.example\//);
    const copied = await owner.post(`/essai/organise/session/${code}/act/`, { act: 'copy' }, { from: `/essai/organise/session/${code}/` });
    assert.equal(copied.status, 303);
    assert.match((await owner.get(location(copied))).body_text, /Animer un réseau \(copy\)/);
    assert.equal((await change(code, { title: 'Animer un réseau, à plusieurs' })).status, 303);
    assert.match((await visitor.get('/essai/schedule/?q=plusieurs')).body_text, /à plusieurs/);
  });
  it('with everything wrong says so at each field and comes back filled', async () => {
    const answer = await owner.post('/essai/organise/sessions/new/', session({ title: '', room: 'r9', day: 'never', start: '25:99',
      length: '0', places: '-3', links: 'https://a.example/ x\njavascript:alert(1)' }));
    assert.equal(answer.status, 422);
    for (const name of ['title', 'room', 'day', 'start', 'length', 'places', 'links'])
      assert.match(answer.body_text, new RegExp(`id="${name}-e"`), name);
    assert.match(answer.body_text, /Line 2 is no address/);
    assert.match(answer.body_text, /javascript:alert\(1\)<\/textarea>/);
    assert.equal((await owner.post('/essai/organise/sessions/new/', session({ room: '' }))).status, 422);
    assert.equal((await owner.post('/essai/organise/sessions/new/', session({ persons: 'NOBODY' }))).status, 422);
  });
  it('has speakers in an order, found by name without script, one of them leading', async () => {
    const act = (fields) => owner.post('/essai/organise/sessions/new/', session(fields));
    const codesOf = (html) => html.match(/name="persons" value="([^"]*)"/)[1];
    let answer = await act({ act: 'new', find: 'Ada Lovelace' });
    assert.equal(answer.status, 200);
    const ada = codesOf(answer.body_text);
    answer = await act({ act: 'new', find: 'Grace Hopper', persons: ada });
    const [, grace] = codesOf(answer.body_text).split(' ');
    answer = await act({ find: 'grace', persons: '' }); // Enter in the field of names
    assert.match(answer.body_text, new RegExp(`value="add:${grace}"`));
    assert.match(answer.body_text, /value="Ouverture"/);
    answer = await act({ act: `add:${grace}`, persons: `${ada} ${grace}` });
    assert.equal(codesOf(answer.body_text), `${ada} ${grace}`, 'nobody twice');
    answer = await act({ act: `up:${grace}`, persons: `${ada} ${grace}` });
    assert.equal(codesOf(answer.body_text), `${grace} ${ada}`);
    answer = await act({ act: `lead:${ada}`, persons: `${grace} ${ada}` });
    assert.equal(codesOf(answer.body_text), `${grace} ${ada}!`);
    const code = await make({ title: 'À deux', start: '18:00', persons: `${grace} ${ada}!` });
    assert.deepEqual(await sql('SELECT persons FROM talk WHERE code = ?', code), [['Grace Hopper, Ada Lovelace']]);
    assert.match(await page(code), /Leads<\/span>/);
    answer = await act({ act: `drop:${ada}`, persons: `${grace} ${ada}!` });
    assert.equal(codesOf(answer.body_text), grace);
    assert.match((await visitor.get(`/essai/talk/${code}/`)).body_text, /Grace Hopper[\s\S]*Ada Lovelace/);
  });
  it('after midnight belongs to the day that it ends', async () => {
    await sql("UPDATE event SET day_change_minutes = 240 WHERE slug = 'essai'");
    const code = await make({ title: 'Nuit blanche', start: '00:30' });
    const [[start, kept]] = await sql('SELECT start_us, day FROM talk WHERE code = ?', code);
    assert.equal(kept, day);
    assert.ok(new Date(start / 1000) > new Date(`${day}T12:00Z`));
    await sql("UPDATE event SET day_change_minutes = 0 WHERE slug = 'essai'");
  });
  it('is a programme maker\'s to write, a helper\'s to read, and of its own event', async () => {
    const code = await make({ title: 'À elle' });
    assert.equal((await visitor.get('/essai/organise/sessions/')).status, 403);
    assert.equal((await visitor.get(`/essai/organise/session/${code}/`)).status, 403);
    assert.equal((await owner.get(`/autre/organise/session/${code}/`)).status, 404);
    for (const tail of ['', 'act/', 'move/'])
      assert.equal((await owner.post(`/autre/organise/session/${code}/${tail}`, session({ act: 'cancel' }),
        { from: '/autre/organise/sessions/new/' })).status, 404, tail);
  });
});

describe('two editors at once', () => {
  it('do not overwrite each other: the second sees both texts and keeps its own', async () => {
    const code = await make({ title: 'Avant', abstract: 'Le premier texte' });
    const version = versionOf(await page(code));
    const second = await ownerClient(server, 'other@example.org');
    assert.equal((await owner.post(`/essai/organise/session/${code}/`, session({ version, title: 'De la première', abstract: 'Le premier texte' }))).status, 303);
    const late = await second.post(`/essai/organise/session/${code}/`, session({ version, title: 'De la seconde', abstract: 'Un autre texte' }));
    assert.equal(late.status, 409);
    assert.match(late.body_text, /Someone else changed this session/);
    assert.match(late.body_text, /<td class="text">De la première<\/td><td class="text">De la seconde<\/td>/);
    assert.match(late.body_text, /value="De la seconde"/);
    assert.deepEqual(await sql('SELECT title FROM talk WHERE code = ?', code), [['De la première']]);
    const now = versionOf(late.body_text);
    assert.equal((await second.post(`/essai/organise/session/${code}/`, session({ version: now, title: 'À nous deux' }))).status, 303);
    assert.deepEqual(await sql('SELECT title FROM talk WHERE code = ?', code), [['À nous deux']]);
    const moved = await owner.post(`/essai/organise/session/${code}/move/`, { version, day, start: '15:00', room: 'r1' });
    assert.equal(moved.status, 409);
    assert.match(moved.body_text, /Someone else changed this session/);
  });
});

describe('clashes', () => {
  it('of a room, of a speaker and of a day are said at once, and again when they are over', async () => {
    const made = await owner.post('/essai/organise/sessions/new/', session({ act: 'new', find: 'Bob' }));
    const bob = made.body_text.match(/name="persons" value="([^"]*)"/)[1];
    const first = await make({ title: 'Première', start: '13:00', persons: bob });
    const second = await make({ title: 'Seconde', start: '13:30', persons: bob });
    let html = await page(second);
    assert.match(html, /2 things clash/);
    assert.match(html, /Grande scène also holds “Première”/);
    assert.match(html, /Bob is expected at “Première” too/);
    assert.match(await page(first), /also holds “Seconde”/);
    await change(second, { title: 'Seconde', start: '13:45', persons: bob });
    assert.doesNotMatch(await page(second), /go together/);
    await sql("UPDATE talk SET day = '2001-01-01' WHERE code = ?", second);
    html = await page(second);
    assert.match(html, /not one of the event/);
    await owner.post(`/essai/organise/session/${second}/act/`, { act: 'cancel' }, { from: `/essai/organise/session/${second}/` });
    assert.doesNotMatch(await page(second), /go together/);
  });
});

describe('what changed', () => {
  it('is listed once for several changes, and nothing when all is as before', async () => {
    const code = await make({ title: 'Stable', start: '20:00' });
    await sql('DELETE FROM talk_change');
    await change(code, { title: 'Stable', start: '20:30' });
    await change(code, { title: 'Stable', start: '21:00', room: 'r1' });
    await change(code, { title: 'Stable', start: '21:00', room: 'r1', abstract: 'Sans importance' });
    assert.deepEqual((await changes()).map(([kind]) => kind), ['moved', 'room']);
    const html = (await owner.get('/essai/organise/changes/')).body_text;
    assert.match(html, /Moved:<\/b> <a [^>]*>Stable/);
    assert.match(html, /<s>[^<]*8:00 p\.?m|<s>[^<]*20:00/);
    assert.match(html, /To be told/);
    await change(code, { title: 'Stable', start: '20:00', room: 'r0' });
    assert.deepEqual(await changes(), []);
  });
  it('a cancelled session says so on its page and in the programme, and comes back', async () => {
    const code = await make({ title: 'Incertaine' });
    await sql('UPDATE talk_change SET told_us = 1');
    const act = (name) => owner.post(`/essai/organise/session/${code}/act/`, { act: name }, { from: `/essai/organise/session/${code}/` });
    assert.equal((await act('delete')).status, 409, 'of a published event');
    assert.equal((await act('cancel')).status, 303);
    assert.equal((await act('cancel')).status, 303);
    const shown = (await visitor.get(`/essai/talk/${code}/`)).body_text;
    assert.match(shown, /class="tag bad">Cancelled/);
    assert.doesNotMatch(shown, /Enter the room|href="\/essai\/register\/">[^<]*<svg/);
    assert.match((await visitor.get('/essai/schedule/?q=Incertaine')).body_text, /<s>Incertaine<\/s>[\s\S]*Cancelled/);
    assert.deepEqual((await changes()).at(-1).slice(0, 2), ['cancelled', 'Incertaine']);
    assert.equal((await act('delete')).status, 409, 'before it was told');
    assert.equal((await act('restore')).status, 303);
    assert.ok(!(await changes()).some(([kind, , , , told]) => !told && /cancelled|restored/.test(kind)));
    assert.doesNotMatch((await visitor.get(`/essai/talk/${code}/`)).body_text, /Cancelled/);
    await act('cancel');
    await sql('UPDATE talk_change SET told_us = 1');
    assert.equal((await act('delete')).status, 303);
    assert.equal((await visitor.get(`/essai/talk/${code}/`)).status, 404);
    assert.match((await visitor.get('/essai/schedule/?q=Incertaine')).body_text, /No session here/);
  });
  it('is not told of an event that nobody sees', async () => {
    await sql("UPDATE event SET published = 0 WHERE slug = 'autre'");
    const before = (await changes()).length;
    const code = await make({ title: 'En secret' }, 'autre');
    assert.equal((await changes()).length, before);
    assert.equal((await visitor.get(`/autre/talk/${code}/`)).status, 404);
    assert.equal((await owner.post(`/autre/organise/session/${code}/act/`, { act: 'delete' }, { from: `/autre/organise/session/${code}/` })).status, 303);
  });
});

describe('the grid', () => {
  const grid = async (query, client = owner) => (await client.get(`/essai/organise/grid/?${query}`)).body_text;
  let day; // another than that of the tests above
  before(async () => {
    [[day]] = await sql("SELECT last_day FROM event WHERE slug = 'essai'");
  });
  it('shows a day by room and hour; a session is moved by its form, and its clash shows at once', async () => {
    const first = await make({ title: 'Au milieu', day, start: '07:00' });
    const second = await make({ title: 'En même temps', day, start: '07:00', room: 'r1' });
    let html = await grid(`day=${day}`);
    const cell = (name, hour) => html.match(new RegExp(`<td data-room="${name}" data-start="${hour}"[^>]*>([\\s\\S]*?)</td>`))?.[1];
    assert.match(cell('r0', '07:00'), /Au milieu/);
    assert.match(cell('r1', '07:00'), /En même temps/);
    assert.doesNotMatch(html, /block [^"]*clash[^"]*" id="s-/);
    const form = await owner.get(`/essai/organise/session/${second}/move/`);
    const answer = await owner.post(`/essai/organise/session/${second}/move/`, { version: versionOf(form.body_text), day, start: '07:15', room: 'r0' });
    assert.equal(answer.status, 303);
    assert.match(location(answer), new RegExp(`grid/\\?day=${day}&moved=${second}#s-${second}$`));
    html = await grid(`day=${day}&moved=${second}`);
    assert.match(cell('r0', '07:15'), /En même temps/);
    assert.match(cell('r0', '07:15'), /clash moved/);
    assert.match(html, /data-start="07:15"[^>]*class="busy"/);
    assert.match(html, /1 clash that day[\s\S]*“Au milieu”: Grande scène also holds “En même temps”/);
    for (const wrong of [{ room: 'r7' }, { start: 'x' }, { day: 'x' }])
      assert.equal((await owner.post(`/essai/organise/session/${first}/move/`, { version: '1', day, start: '07:15', room: 'r0', ...wrong })).status, 422);
    await change(second, { title: 'En même temps', day, start: '22:00' });
    assert.doesNotMatch(await grid(`day=${day}`), /clashes? that day/);
  });
});

it('a stored script in a title or text does not run (case 8)', async () => {
  const script = '<script>alert(1)</script><img src=x onerror=alert(2)>[x](javascript:alert(3))';
  const code = await make({ title: script, subtitle: script, abstract: script, description: script, language: 'fr' });
  for (const address of [`/essai/talk/${code}/`, '/essai/schedule/', `/essai/organise/session/${code}/`, '/essai/organise/sessions/',
    `/essai/organise/session/${code}/move/`, '/essai/organise/changes/', `/essai/organise/grid/?day=${day}`]) {
    const { status, body_text } = await owner.get(address);
    assert.equal(status, 200, address);
    assert.doesNotMatch(body_text, /<script>alert|<img src=x|href="javascript:/i, address);
  }
  await owner.post(`/essai/organise/session/${code}/act/`, { act: 'cancel' }, { from: `/essai/organise/session/${code}/` });
});

it('lists and forms keep to 298 nodes', async () => {
  const token = await owner.token('/essai/organise/sessions/new/');
  for (let i = 0; i < 32; i++)
    assert.equal((await owner.post('/essai/organise/sessions/new/', session({ title: `Séance ${i}`, start: `${10 + i % 8}:00`, room: `r${i % 2}` }), { token })).status, 303);
  const [[code]] = await sql("SELECT code FROM talk WHERE title = 'Séance 1'");
  for (const address of ['/essai/organise/sessions/', '/essai/organise/sessions/?page=2', '/essai/organise/grid/', '/essai/organise/grid/?page=2', '/essai/organise/changes/', '/essai/organise/sessions/new/',
    `/essai/organise/session/${code}/`, `/essai/organise/session/${code}/move/`, '/essai/schedule/', '/essai/schedule/?q=s%C3%A9ance']) {
    const { status, body_text } = await owner.get(address);
    assert.equal(status, 200, address);
    assert.ok(nodes(body_text) <= NODES_MAX, `${address}: ${nodes(body_text)} nodes`);
  }
});
