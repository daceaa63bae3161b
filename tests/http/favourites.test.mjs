// One's own programme: kept without an account in a cookie of its own, with an account in the store too, clashes marked.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { promisify } from 'node:util';
import { ownerClient, start } from './support.mjs';
import { makeEvent } from './mail.mjs';

let server, codes, day;
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
const keep = (client, code, value = '1', slug = 'essai') => client.post(`/${slug}/talk/${code}/keep/`, { keep: value });

before(async () => {
  server = await start();
  await makeEvent(server, 'essai', { title: 'Essai' });
  await makeEvent(server, 'autre', { title: 'Autre' });
  [[day]] = await sql("SELECT first_day FROM event WHERE slug = 'essai'");
  for (const slug of ['essai', 'autre'])
    await sql("INSERT INTO room(event_id, slug, name) SELECT id, 'r0', 'Salle' FROM event WHERE slug = ?", slug);
  const noon = Date.parse(`${day}T12:00:00Z`) * 1000;
  // every second one begins while the one before runs
  await sql(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 69)
    INSERT INTO talk(event_id, room_id, code, guid, title, day, start_us, end_us, changed_us)
    SELECT e.id, r.id, printf('KEEP%02d', i), 'g' || i, 'Séance ' || i, e.first_day, ? + i / 2 * 3600000000 + i % 2 * 600000000,
      ? + i / 2 * 3600000000 + i % 2 * 600000000 + 1800000000, 1 FROM n, event e JOIN room r ON r.event_id = e.id WHERE e.slug = 'essai'`, noon, noon);
  codes = (await sql("SELECT code FROM talk ORDER BY start_us")).map(([code]) => code);
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

it('a reader keeps sessions without script or account, in order of time, clashes marked, and takes them off', async () => {
  const visitor = server.client();
  assert.match((await visitor.get('/essai/my/')).body_text, /Nothing yet/);
  assert.equal(visitor.cookies.size, 0, 'no cookie for a reader who asked for nothing');
  const page = (await visitor.get(`/essai/talk/${codes[4]}/`)).body_text;
  assert.match(page, new RegExp(`href="/essai/talk/${codes[4]}/keep/"`));
  assert.equal(visitor.cookies.size, 0);
  for (const code of [codes[4], codes[0], codes[1]]) {
    const answer = await keep(visitor, code);
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get('location'), '/essai/my/');
    const cookie = answer.headers.getSetCookie().find((text) => text.startsWith('my-'));
    assert.match(cookie, /^my-\d+=[A-Z0-9.]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
  }
  const my = (await visitor.get('/essai/my/')).body_text;
  assert.deepEqual([...my.matchAll(/<h3><a href="\/essai\/talk\/(\w+)\//g)].map(([, code]) => code), [codes[0], codes[1], codes[4]]);
  assert.match(my, /At the same time as “Séance 1”/);
  assert.match(my, /At the same time as “Séance 0”/);
  assert.doesNotMatch(my, /At the same time as “Séance 4”/);
  assert.match(my, /in this browser alone/);
  assert.equal((await visitor.get('/essai/my/codes')).body_text.split(' ').sort().join(), [codes[0], codes[1], codes[4]].sort().join());
  const calendar = (await visitor.get('/essai/my/my.ics')).body_text;
  assert.equal(calendar.match(/BEGIN:VEVENT/g).length, 3);
  assert.match((await visitor.get(`/essai/talk/${codes[0]}/keep/`)).body_text, /is in your programme/);
  await keep(visitor, codes[0], '0');
  assert.doesNotMatch((await visitor.get('/essai/my/')).body_text, /Séance 0|At the same time/);
  assert.match((await server.client().get('/essai/my/')).body_text, /Nothing yet/, 'of this reader alone');
});

it('holds 60 at most, each page at most 298 nodes; what the event has not is not kept', async () => {
  const visitor = server.client();
  const token = await visitor.token(`/essai/talk/${codes[0]}/keep/`);
  const send = (code) => visitor.post(`/essai/talk/${code}/keep/`, { keep: '1' }, { token });
  for (const code of codes.slice(0, 60)) assert.equal((await send(code)).status, 303);
  const over = await send(codes[60]);
  assert.equal(over.status, 409);
  assert.match(over.body_text, /60 sessions already/);
  let seen = 0;
  for (const page of [1, 2, 3, 4]) {
    const { body_text } = await visitor.get(`/essai/my/?page=${page}`);
    assert.ok(nodes(body_text) <= 298, `${nodes(body_text)} nodes`);
    seen += body_text.match(/<h3>/g).length;
  }
  assert.equal(seen, 60);
  assert.equal((await send('NOBODY')).status, 404);
  assert.equal((await visitor.get(`/autre/talk/${codes[0]}/keep/`)).status, 404);
  const name = [...visitor.cookies.keys()].find((key) => key.startsWith('my-'));
  visitor.cookies.set(name, `<script>.${codes[3]}.'--.NOBODY.${codes[3]}`);
  const forged = (await visitor.get('/essai/my/')).body_text;
  assert.equal(forged.match(/<h3>/g).length, 1);
  assert.doesNotMatch(forged, /<script>\./);
  const noToken = await visitor.request('POST', `/essai/talk/${codes[0]}/keep/`, { body: new URLSearchParams({ keep: '1' }), headers: { origin: server.origin } });
  assert.equal(noToken.status, 403);
});

it('with an account they are kept in the store, what the cookie held before too', async () => {
  const visitor = server.client();
  await keep(visitor, codes[10]);
  const owner = await ownerClient(server);
  for (const [name, value] of visitor.cookies) if (name.startsWith('my-')) owner.cookies.set(name, value);
  await keep(owner, codes[11]);
  assert.deepEqual((await sql('SELECT t.code FROM favourite f JOIN talk t ON t.id = f.talk_id ORDER BY 1')).flat(), [codes[10], codes[11]].sort());
  const elsewhere = await ownerClient(server);
  const my = (await elsewhere.get('/essai/my/')).body_text;
  assert.match(my, /Séance 10[\s\S]*Séance 11/);
  assert.match(my, /Kept with your registration/);
  await keep(elsewhere, codes[10], '0');
  assert.deepEqual((await sql('SELECT count(*) FROM favourite'))[0], [1]);
});

it('a taken-back event keeps its own for those who may see it', async () => {
  const visitor = server.client();
  await keep(visitor, codes[0]);
  await sql("UPDATE event SET published = 0 WHERE slug = 'essai'");
  assert.equal((await visitor.get('/essai/my/')).status, 404);
  assert.equal((await visitor.get('/essai/my/codes')).status, 404);
});
