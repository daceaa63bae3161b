// Persons of the programme: written by those who make it and by themselves, with a photograph; invited from their page;
// two of one name become one. Case 8: stored script in a biography and in a name.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ownerClient, start } from './support.mjs';
import { linkTo, mailsTo, makeEvent } from './mail.mjs';
import { png } from './pictures.mjs';

let server, owner, visitor;
const location = (response) => response.headers.get('location');
const nodes = (html) => (html.match(/<[a-z]/gi) ?? []).length;

async function sql(statement, ...values) {
  const { stdout } = await promisify(execFile)('python3', ['-c', `
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=10)
rows = db.execute(sys.argv[2], json.loads(sys.argv[3])).fetchall()
db.commit()
print(json.dumps(rows))`, path.join(server.folder, 'treteau.db'), statement, JSON.stringify(values)]);
  return JSON.parse(stdout);
}
/** @param {Record<string, string | Blob>} fields */
function form(fields) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value, ...(value instanceof Blob ? ['photo.png'] : []));
  return data;
}
async function make(name, biography = '') {
  const answer = await owner.post('/essai/organise/speakers/new/', form({ version: '0', name, biography }));
  assert.equal(answer.status, 303, answer.body_text);
  return location(answer).match(/speaker\/(\w+)\//)[1];
}
const versionOf = async (address, client = owner) => (await client.get(address)).body_text.match(/name="version" value="(\d+)"/)[1];
const pageOf = (code) => `/essai/organise/speaker/${code}/`;
async function speaks(code, title) {
  const [[id]] = await sql(`INSERT INTO talk(event_id, room_id, code, guid, title, day, start_us, end_us, changed_us)
    SELECT e.id, r.id, ?, ?, ?, e.first_day, 4000000000000000, 4000003600000000, 1 FROM event e JOIN room r ON r.event_id = e.id WHERE e.slug = 'essai' RETURNING id`,
  title.toUpperCase().slice(0, 6), title, title);
  await sql('INSERT INTO talk_person(talk_id, person_id, position) SELECT ?, id, 0 FROM person WHERE code = ?', id, code);
  return id;
}

before(async () => {
  server = await start();
  await makeEvent(server, 'essai', { title: 'Essai' });
  await makeEvent(server, 'autre', { title: 'Autre' });
  await sql("INSERT INTO room(event_id, slug, name) SELECT id, 'r0', 'Salle' FROM event WHERE slug = 'essai'");
  owner = await ownerClient(server);
  visitor = server.client();
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

describe('a person', () => {
  it('is made, renamed everywhere, and has a photograph that is written anew', async () => {
    const code = await make('Ada Byron', 'Elle **écrit** des programmes.');
    const talk = await speaks(code, 'Notes');
    assert.equal((await owner.post(pageOf(code), form({ version: await versionOf(pageOf(code)), name: 'Ada Lovelace',
      biography: 'Elle **écrit** des programmes.', photo: new Blob([png({ width: 64, height: 48 })]) }))).status, 303);
    const page = (await visitor.get(`/essai/speaker/${code}/`)).body_text;
    assert.match(page, /<h1>Ada Lovelace/);
    assert.match(page, /<strong>écrit<\/strong>/);
    const photo = page.match(/<img class="avatar photo" src="([^"]+)" alt="Photograph of Ada Lovelace"/)[1];
    assert.equal((await visitor.get(photo)).status, 200);
    assert.deepEqual(await sql('SELECT persons FROM talk WHERE id = ?', talk), [['Ada Lovelace']]);
    assert.match((await visitor.get('/essai/schedule/?q=lovelace')).body_text, /Notes/);
    assert.match((await visitor.get('/essai/talk/NOTES/')).body_text, /<img class="avatar" src=/);
    assert.equal((await owner.post(pageOf(code), form({ version: await versionOf(pageOf(code)), name: 'Ada Lovelace', biography: '', no_photo: '1' }))).status, 303);
    assert.doesNotMatch((await visitor.get(`/essai/speaker/${code}/`)).body_text, /<img/);
    assert.deepEqual(await sql('SELECT count(*) FROM picture'), [[0]]);
  });
  it('with a file that is no picture, or without a name, comes back filled', async () => {
    const wrong = await owner.post('/essai/organise/speakers/new/', form({ version: '0', name: '', biography: 'Gardée', photo: new Blob(['no picture']) }));
    assert.equal(wrong.status, 422);
    assert.match(wrong.body_text, /id="name-e"/);
    assert.match(wrong.body_text, /id="photo-e"/);
    assert.match(wrong.body_text, /Gardée<\/textarea>/);
  });
  it('is not overwritten by the second of two editors, who sees both texts', async () => {
    const code = await make('Grace Hopper', 'Avant');
    const version = await versionOf(pageOf(code));
    assert.equal((await owner.post(pageOf(code), form({ version, name: 'Grace Hopper', biography: 'Première version' }))).status, 303);
    const late = await owner.post(pageOf(code), form({ version, name: 'Grace Hopper', biography: 'Seconde version' }));
    assert.equal(late.status, 409);
    assert.match(late.body_text, /<td class="text">Première version<\/td><td class="text">Seconde version<\/td>/);
    assert.deepEqual(await sql('SELECT biography FROM person WHERE code = ?', code), [['Première version']]);
  });
  it('is of its own event, and a visitor\'s to read only', async () => {
    const code = await make('Du premier événement');
    assert.equal((await owner.get(`/autre/organise/speaker/${code}/`)).status, 404);
    assert.equal((await visitor.get(pageOf(code))).status, 403);
    assert.equal((await visitor.get('/essai/organise/speakers/')).status, 403);
    assert.equal((await visitor.get('/essai/me/speaker/')).status, 403);
  });
  it('of the same name twice becomes one, with the sessions of both', async () => {
    const one = await make('Jean Dupont', ''), two = await make('Jean Dupont', 'Son texte');
    const talk = await speaks(two, 'Double');
    assert.match((await owner.get(pageOf(one))).body_text, new RegExp(`value="${two}"`));
    assert.equal((await owner.post(`${pageOf(one)}merge/`, { twin: two }, { from: pageOf(one) })).status, 303);
    assert.equal((await visitor.get(`/essai/speaker/${two}/`)).status, 404);
    const page = (await visitor.get(`/essai/speaker/${one}/`)).body_text;
    assert.match(page, /Son texte[\s\S]*Double/);
    assert.deepEqual(await sql('SELECT persons FROM talk WHERE id = ?', talk), [['Jean Dupont']]);
    const other = await make('Quelqu’un d’autre');
    assert.equal((await owner.post(`${pageOf(one)}merge/`, { twin: other }, { from: pageOf(one) })).status, 409);
  });
});

describe('a speaker', () => {
  it('is invited from the page, and then writes only that one', async () => {
    const code = await make('Zoé Martin', 'Avant'), other = await make('Une autre');
    const wrong = await owner.post(`${pageOf(code)}invite/`, { email: 'no address' }, { from: pageOf(code) });
    assert.equal(wrong.status, 422);
    assert.match(wrong.body_text, /value="no address"/);
    assert.equal((await owner.post(`${pageOf(code)}invite/`, { email: 'zoe@example.org' }, { from: pageOf(code) })).status, 303);
    assert.equal((await mailsTo(server, 'zoe@example.org')).length, 1);
    const zoe = server.client();
    await zoe.useLink(await linkTo(server, 'zoe@example.org'));
    assert.match((await zoe.get('/essai/me/')).body_text, /As Zoé Martin\.[^]*href="\/essai\/me\/speaker\/"/, 'and the way there');
    const page = await zoe.get('/essai/me/speaker/');
    assert.equal(page.status, 200);
    assert.match(page.body_text, /Zoé Martin/);
    assert.doesNotMatch(page.body_text, /invite\/|merge\//);
    const version = await versionOf('/essai/me/speaker/', zoe);
    assert.equal((await zoe.post('/essai/me/speaker/', form({ version, name: 'Zoé Martin', biography: 'De sa main', photo: new Blob([png({ width: 40, height: 40 })]) }))).status, 303);
    assert.match((await visitor.get(`/essai/speaker/${code}/`)).body_text, /De sa main/);
    for (const target of [pageOf(code), pageOf(other)])
      assert.equal((await zoe.post(target, { version: '1', name: 'X', biography: 'Y' }, { from: '/essai/me/speaker/' })).status, 403);
    assert.match((await owner.get(pageOf(code))).body_text, /Linked to zoe@example\.org/);
    assert.equal((await zoe.get('/autre/me/speaker/')).status, 403);
    const nobody = server.client();
    await owner.post('/essai/organise/team/', { email: 'nobody@example.org', role: 'speaker' });
    await nobody.useLink(await linkTo(server, 'nobody@example.org'));
    assert.doesNotMatch((await nobody.get('/essai/me/')).body_text, /me\/speaker\//);
    assert.match((await nobody.get('/essai/me/speaker/')).body_text, /not on this programme yet/);
  });
});

it('a stored script in a biography or a name does not run (case 8)', async () => {
  const script = '<script>alert(1)</script><img src=x onerror=alert(2)>[x](javascript:alert(3))';
  const code = await make(script, script);
  await speaks(code, 'Script');
  await owner.post(pageOf(code), form({ version: await versionOf(pageOf(code)), name: script, biography: script }));
  for (const address of [`/essai/speaker/${code}/`, '/essai/speakers/', pageOf(code), '/essai/organise/speakers/', '/essai/talk/SCRIPT/', '/essai/schedule/']) {
    const { status, body_text } = await owner.get(address);
    assert.equal(status, 200, address);
    assert.doesNotMatch(body_text, /<script>alert|<img src=x|href="javascript:/i, address);
    assert.ok(nodes(body_text) <= 298, address);
  }
});
