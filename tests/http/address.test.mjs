// The address of an event changes: every earlier one leads to it for good, in pages, feeds, calendars and the API; what a
// mail's link does still works; nobody else gets it; and what is imported again is known again.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { ownerClient, run, start } from './support.mjs';
import { linkTo, mailsTo } from './mail.mjs';

const TABLE = 'Title;Day;Start;End;Room;Speakers\nOne;2031-01-28;9:00;10:00;A;Ada\nTwo;2031-01-28;9:30;10:30;B;Bob\n';
let server, owner, visitor, code;
const load = async (slug) => {
  const file = path.join(server.folder, 'table.csv');
  await writeFile(file, TABLE);
  return run('import', file, '--event', slug, '--publish', '--data', server.folder, '--lang', 'en');
};
const move = (from, to) => owner.post(`/${from}/organise/address/`, { slug: to });

before(async () => {
  server = await start();
  owner = await ownerClient(server);
  visitor = server.client();
  assert.equal((await load('avant')).code, 0);
  assert.equal((await load('ailleurs')).code, 0);
  code = (await visitor.get('/avant/schedule/')).body_text.match(/\/avant\/talk\/(\w{6})\/"/)[1];
  await visitor.post('/avant/register/', { name: 'Ada', email: 'ada@example.org' });
});
after(async () => {
  const { code: status, stderr } = await server.stop();
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

describe('an event that moves', () => {
  it('is refused an address that is another’s, the server’s own, or none', async () => {
    for (const [slug, why] of [['ailleurs', /Another event has this address/], ['admin', /server’s own/], ['Là-bas', /./], ['', /./]]) {
      const answer = await move('avant', slug);
      assert.equal(answer.status, 422, slug);
      assert.match(answer.body_text, why);
    }
    assert.equal((await visitor.get('/avant/')).status, 200);
  });
  it('is at the new address, and each of the old addresses leads there with its query', async () => {
    const answer = await move('avant', 'apres');
    assert.equal(answer.status, 303, answer.body_text);
    assert.equal(answer.headers.get('location'), '/apres/organise/address/?done=moved');
    assert.match((await owner.get('/apres/organise/address/?done=moved')).body_text, /\/apres\//);
    for (const rest of ['', 'schedule/', 'schedule/?q=One%20%26%20more', `talk/${code}/`, `talk/${code}.ics`, 'speakers/', 'news/', 'news/feed.atom',
      'replays/', 'schedule/export/schedule.xml', 'schedule/export/schedule.json', 'schedule/export/schedule.ics',
      'schedule/export/schedule.csv', 'sitemap.xml', 'live/', 'privacy/', 'register/']) {
      for (const method of ['GET', 'HEAD']) {
        const moved = await visitor.request(method, `/avant/${rest}`);
        assert.equal(moved.status, 301, `${method} ${rest}`);
        assert.equal(moved.headers.get('location'), `/apres/${rest}`);
      }
      const followed = await visitor.get(`/apres/${rest}`);
      assert.equal(followed.status, 200, rest);
      assert.doesNotMatch(followed.body_text, /\/avant\//, `${rest} speaks of the old address`);
    }
    const api = await visitor.get('/api/v1/events/avant/sessions/?limit=1');
    assert.equal(api.headers.get('location'), '/api/v1/events/apres/sessions/?limit=1');
    assert.equal((await visitor.get('/avant/nothing-like-it/')).status, 404);
    assert.equal((await owner.get('/avant/organise/')).headers.get('location'), '/apres/organise/');
  });
  it('a form that was open, a mail’s link and the calendar of a mail go on working', async () => {
    const keep = await visitor.post(`/avant/talk/${code}/keep/`, { keep: '1' }, { from: `/apres/talk/${code}/keep/` });
    assert.equal(keep.status, 303);
    assert.equal(keep.headers.get('location'), '/apres/my/');
    const link = await linkTo(server, 'ada@example.org'), uid = /^UID:(.*)$/m;
    const before = (await mailsTo(server, 'ada@example.org'))[0].calendar.match(uid)[1];
    const used = await visitor.useLink(link);
    assert.equal(used.status, 303);
    assert.match((await visitor.get('/apres/me/')).body_text, /Ada/);
    await visitor.post('/apres/me/cancel/', {});
    const [mail] = await mailsTo(server, 'ada@example.org');
    assert.equal(mail.calendar.match(uid)[1], before, 'the entry in a calendar is the same one');
  });
  it('keeps its old address from every other event, by form, by command and in the store', async () => {
    const fields = { title: 'Other', slug: 'avant', first_day: '2031-02-01', last_day: '2031-02-02', zone: 'Europe/Paris', lang: 'en', organiser: '', contact: '' };
    const made = await owner.post('/admin/events/new/', fields);
    assert.equal(made.status, 422);
    assert.match(made.body_text, /or had it/);
    assert.equal((await move('ailleurs', 'avant')).status, 422);
    const db = new DatabaseSync(path.join(server.folder, 'treteau.db'));
    try {
      db.exec('PRAGMA busy_timeout = 10000');
      assert.throws(() => db.exec("UPDATE event SET slug = 'avant' WHERE slug = 'ailleurs'"), /earlier address/);
      assert.throws(() => db.exec(`INSERT INTO event(slug, title, zone, first_day, last_day, created_us, changed_us)
        VALUES('avant', 'x', 'UTC', '2031-01-01', '2031-01-01', 1, 1)`), /earlier address/);
    } finally {
      db.close();
    }
  });
  it('knows again what is imported again, under either address', async () => {
    for (const slug of ['avant', 'apres']) {
      const { code: status, stdout } = await load(slug);
      assert.equal(status, 0, stdout);
      assert.match(stdout, /2 sessions: 0 new, 0 changed, 2 as before/, slug);
    }
  });
  it('may go back, and the other one leads there then', async () => {
    assert.equal((await move('apres', 'avant')).status, 303);
    assert.equal((await visitor.get('/avant/')).status, 200);
    const moved = await visitor.get('/apres/');
    assert.equal(moved.headers.get('location'), '/avant/');
    assert.match(moved.headers.get('cache-control'), /no-cache/, 'a browser that kept the first redirect would go in circles');
  });
  it('one that is not published tells nobody that it was there', async () => {
    const db = new DatabaseSync(path.join(server.folder, 'treteau.db'));
    db.exec('PRAGMA busy_timeout = 10000');
    db.exec("UPDATE event SET published = 0 WHERE slug = 'avant'");
    db.close();
    assert.equal((await server.client().get('/apres/')).status, 404);
  });
});
