// Case 9: every route × every role × one's own and another event × GET, HEAD, POST with a good form token and with none.
//
// The routes come from `treteau routes --json`, so that a new one is visited without a word here. What it must answer
// comes from the table below, written by hand. A new parameter in an address needs a line in PROVIDERS.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { run } from './support.mjs';
import { ROLES, insert, makeWorld } from '../support/world.mjs';

// --- What is right, by hand -----------------------------------------------------------------------------------------

const ORGANISERS = ['organiser', 'event-owner'];
const HOSTS = ['host', 'stage-manager', ...ORGANISERS];
/** Which roles of an event have a right there. The server's owner has every one; nobody and strangers have none. */
const GRANTED = {
  SPEAKER: ['speaker', ...HOSTS],
  TEAM: [...HOSTS, 'programme', 'captioner', 'check-in', 'read-only'],
  HELP: [...HOSTS, 'programme', 'captioner', 'check-in'],
  CAPTION: ['captioner', 'stage-manager', ...ORGANISERS],
  CHECKIN: ['check-in', ...ORGANISERS],
  HOST: HOSTS,
  STAGE: ['stage-manager', ...ORGANISERS],
  PROGRAMME: ['programme', ...ORGANISERS],
  ORGANISER: ORGANISERS,
  EVENT_OWNER: ['event-owner'],
};
/** Rights that do not depend on an event. */
const ELSEWHERE = { PUBLIC: () => true, SIGNED_IN: (who) => who !== null, OWNER: (who) => who === 'owner', DEMO: () => false, KEY: () => false };

/** POSTs that a visitor without any role may send. A new one is added here on purpose, with what keeps it harmless. */
const PUBLIC_POSTS = {
  '/sign-in/': 'says the same of every address, limited by network',
  '/sign-in/link/:token/': 'needs the token',
  '/sign-out/': 'ends the sender’s own session',
  '/:event/register/': 'one mail per address, limited by network',
  '/:event/talk/:code/keep/': 'keeps a session’s code in the sender’s own cookie and account, 60 at most',
  '/:event/address/:token/': 'needs the token of a mail',
  '/:event/unsubscribe/:key/': 'needs the key of a mail, and only stops reminders',
  '/:event/live/:room/hall/': 'puts a hand under the sender’s own cookie into the queue, limited by network',
  '/:event/green-room/': 'keeps words of a table under the sender’s own key for 30 days, limited by account and network',
};
/** POSTs that need no token of a form, since something else shows where they come from. */
const WITHOUT_TOKEN = { '/:event/unsubscribe/:key/': 'mail programs send it by themselves (RFC 8058): its key is the proof' };

// --- Real objects for the parameters --------------------------------------------------------------------------------

const one = (world, sql, event) => {
  const row = world.db.prepare(sql).get(event.id);
  return row === undefined ? null : String(Object.values(row)[0]);
};
const talk = (world, event) => one(world, "SELECT code FROM talk WHERE event_id = ? AND title LIKE 'Now %'", event);
const room = (world, event) => one(world, "SELECT slug FROM room WHERE event_id = ? AND name LIKE 'Stage %'", event);
const person = (world, event) => one(world, 'SELECT code FROM person WHERE event_id = ? ORDER BY id LIMIT 1', event);

/** "the part before :name/:name" to an object of that event (null: this event has none). */
const PROVIDERS = {
  'talk/:code': talk,
  'session/:code': talk,
  'sessions/:code': talk,
  'run/:code': talk,
  'speakers/:code': person,
  'rooms/:room': room,
  'tracks/:track': (world, event) => one(world, 'SELECT slug FROM track WHERE event_id = ?', event),
  'partners/:partner': (world, event) => one(world, 'SELECT id FROM partner WHERE event_id = ?', event),
  'address/:token': (world, event) => event.token,
  'unsubscribe/:key': (world, event) => one(world, 'SELECT key FROM registration_quiet WHERE event_id = ?', event),
  'registrations/:registration': (world, event) => one(world, 'SELECT id FROM registration WHERE event_id = ?', event),
  'questions/:question': (world, event) => one(world, 'SELECT id FROM registration_question WHERE event_id = ?', event),
  'talk/:file': (world, event) => `${talk(world, event)}.ics`,
  'v/:version': () => '1.0',
  'result/:job': (world, event) => one(world, 'SELECT job_id FROM import_job WHERE event_id = ?', event),
  'import/:token': (world, event) => one(world, 'SELECT token FROM import_draft WHERE event_id = ?', event),
  'speaker/:code': person,
  'live/:room': room,
  'link/:token': (world, event) => event.token,
  'whip/:session': () => '0'.repeat(32),
  'whep/:session': () => '0'.repeat(32),
  'media/:folder': (world, event) => one(world, 'SELECT folder FROM recording WHERE event_id = ?', event),
  ':folder/:file': () => 'programme.m3u8',
  'voices/:file': () => '000001-1.opus',
  'picture/:file': (world, event) => one(world, 'SELECT file FROM picture WHERE event_id = ?', event),
  'captures/:capture': (world, event) => one(world, 'SELECT c.id FROM live_capture c JOIN room r ON r.id = c.room_id WHERE r.event_id = ?', event),
  'slides/:deck': (world, event) => one(world, 'SELECT id FROM slide_deck WHERE event_id = ?', event),
  'slides/:folder': (world, event) => one(world, 'SELECT folder FROM slide_deck WHERE event_id = ?', event),
  'films/:film': (world, event) => one(world, 'SELECT id FROM upload WHERE event_id = ?', event),
  'new/:key': () => '0'.repeat(32),
  'up/:key': () => '0'.repeat(32),
  'static/:path*': () => 'nothing.css',
  'jobs/:job': (world) => one({ db: world.db }, "SELECT id FROM job WHERE event_id IS NULL AND ? > 0", { id: 1 }),
  'jobs/:id': (world, event) => one(world, 'SELECT id FROM job WHERE event_id = ?', event),
  'notes/:note': (world, event) => one(world, 'SELECT id FROM note WHERE event_id = ?', event),
  'history/:version': (world, event) => one(world, 'SELECT max(n) FROM note_version JOIN note ON note.id = note_id WHERE event_id = ?', event),
  'mail/:id': (world, event) => one(world, 'SELECT id FROM mail WHERE event_id = ?', event),
};

/** Parameters that name no object of an event. */
const NO_OBJECT = { 'new/:key': 'a key that nobody was given', 'up/:key': 'nor this', 'whip/:session': 'a connection that lives: nobody publishes here', 'whep/:session': 'nor plays', 'v/:version': 'versions are not kept: every one leads to the programme' };

/** Objects that an import does not make. */
function fill(db, event, accounts) {
  const attendee = accounts.get(`attendee@${event.slug}`).id;
  const has = (table) => db.prepare('SELECT count(*) AS n FROM sqlite_schema WHERE name = ?').get(table).n > 0;
  const maybe = (table, values) => has(table) && insert(db, table, { event_id: event.id, ...values });
  if (!db.prepare('SELECT count(*) AS n FROM track WHERE event_id = ?').get(event.id).n)
    insert(db, 'track', { event_id: event.id, slug: `track-${event.slug}`, name: `Track ${event.slug}` });
  maybe('partner', { name: `Partner ${event.slug}`, level: 'funds' });
  maybe('registration_question', { position: 1, kind: 'short', label: 'Why?' });
  maybe('registration_quiet', { account_id: attendee, key: `key-${event.slug}` });
  maybe('registration_address', { account_id: attendee, email: `new@${event.slug}.example`, hash: event.token_hash, created_us: Date.now() * 1000 });
  insert(db, 'mail', { event_id: event.id, kind: 'test', recipient: `someone@${event.slug}.example`, message: 'To: x\r\n\r\nx', state: 'waiting', next_us: 9e15 });
  insert(db, 'recording', { event_id: event.id, folder: `folder-${event.slug}`, title: event.slug, state: 'ready',
    talk_id: db.prepare("SELECT id FROM talk WHERE event_id = ? AND title LIKE 'Earlier %'").get(event.id).id });
  const stage = db.prepare("SELECT id FROM room WHERE event_id = ? AND name LIKE 'Stage %'").get(event.id).id;
  const session = insert(db, 'live_session', { room_id: stage, talk_id: 0, started_us: 1, ended_us: 2 });
  insert(db, 'live_capture', { room_id: stage, session_id: session, person_id: 1, began_us: Date.now() * 1000, lost: 0, pcap: Buffer.from('pcap') });
  const note = insert(db, 'note', { event_id: event.id, title: `Note ${event.slug}`, text: 'Now' });
  for (const [n, text] of [[1, 'Once'], [2, null]]) insert(db, 'note_version', { note_id: note, n, text, begun_us: n, ended_us: n });
  insert(db, 'picture', { event_id: event.id, file: `${String(event.id).repeat(64)}.png` });
  const now = db.prepare("SELECT id FROM talk WHERE event_id = ? AND title LIKE 'Now %'").get(event.id).id;
  insert(db, 'slide_deck', { event_id: event.id, talk_id: now, folder: String(event.id).padStart(32, '0'), title: 'Slides', bytes: 1, state: 'refused', fault: 'kind', created_us: 1 });
  insert(db, 'upload', { event_id: event.id, talk_id: now, account_id: null, key: String(event.id).padStart(32, 'f'), file_name: 'film.mp4', state: 'refused', fault: 'kind', created_us: 9e15, touched_us: 9e15 });
  db.prepare('UPDATE person SET account_id = ? WHERE id = (SELECT person_id FROM talk_person WHERE talk_id = ? LIMIT 1)').run(accounts.get(`speaker@${event.slug}`).id, now);
  if (!db.prepare('SELECT 1 FROM job WHERE event_id IS NULL').get())
    insert(db, 'job', { kind: 'backup', event_id: null, state: 'cancelled', created_us: 1, ended_us: 9e15 });
  const importer = accounts.get(`programme@${event.slug}`).id;
  insert(db, 'job', { kind: 'import', event_id: event.id, account_id: importer, state: 'cancelled', created_us: 1, ended_us: 9e15 });
  insert(db, 'import_job', { job_id: db.prepare("SELECT max(id) AS id FROM job WHERE kind = 'import'").get().id, event_id: event.id, account_id: importer,
    act: 'import', name: 'a.csv', origin: 'https://example.org', report: '{"fault":"No","lines":[],"notes":[]}' });
  insert(db, 'import_draft', { token: `draft-${event.slug}`, event_id: event.id, account_id: accounts.get(`programme@${event.slug}`).id,
    name: 'a.csv', bytes: deflateSync('Title;Day;Start;End;Room\nOne;2031-01-28;9:00;10:00;A\n'), created_us: Date.now() * 1000 });
  insert(db, 'invitation', { event_id: event.id, account_id: attendee, role: 'host' });
}

/** What a link with a secret opens, to whom it was given, and nobody else: halls.test.mjs. Hosts may see the screen. */
const BY_LINK = { '/:event/live/:room/screen/': true, '/:event/live/:room/seat/': true, '/:event/live/:room/screen/socket': true, '/:event/live/:room/seat/socket': true };

// Where somebody who may come finds nothing there, and why that is well.
const MAY_BE_ABSENT = {
  '/media/:folder/:file': 'the recording of this world has no file',
  '/media/:folder/live': 'the recording of this world is not on air',
  '/media/picture/:file': 'the picture of this world has no file',
  '/media/slides/:folder/:file': 'the slides of this world have no file',
  '/:event/talk/:code/slides/:deck/file/': 'the slides of this world are not shared and have no file',
  '/:event/live/:room/slides/:deck/': 'the slides of this world are a session’s, not a room’s',
  '/:event/live/:room/slides/:deck/file/': 'the slides of this world are a session’s, not a room’s',
  '/static/:path*': 'no asset has that name',
  '/admin/jobs/:job/file': 'a job that was stopped has no file',
  '/:event/organise/jobs/:id/file': 'a job that was stopped has no file',
  '/:event/talk/:code/captions.vtt': 'nobody has typed captions',
  '/:event/talk/:code/replay/captions.vtt': 'nobody has typed captions',
  '/:event/talk/:code/replay/chat.vtt': 'this session was not recorded',
  '/:event/talk/:code/replay/transcript.txt': 'this session was not recorded',
  '/:event/talk/:code/replay/line/': 'this session was not recorded',
  '/:event/talk/:code/replay/embed/': 'this session was not recorded',
  '/:event/talk/:code/replay/cut/': 'this session was not recorded',
  '/:event/talk/:code/replay/cut/voices/:file': 'this session was not recorded',
  '/:event/talk/:code/replay/cut/strip.jpg': 'this session was not recorded',
  '/:event/talk/:code/replay/cut/wave.png': 'this session was not recorded',
  '/media/oembed': 'an empty question names no replay',
  '/:event/me/place/': 'an empty form names no session',
  '/:event/organise/import/:token/': 'a file that is looked at is shown to the one who sent it alone',
  '/:event/organise/news/delete': 'an empty form names no news',
  '/sign-in/dead/': 'says that the link is dead, with 404',
};

// --- The walk -------------------------------------------------------------------------------------------------------

let world, routes;
const OURS = 'ours', THEIRS = 'theirs', DRAFT = 'draft';

before(async () => {
  const { code, stdout, stderr } = await run('routes', '--json');
  assert.equal(code, 0, stderr);
  routes = JSON.parse(stdout);
  world = await makeWorld({ events: { [OURS]: true, [THEIRS]: true, [DRAFT]: false }, fill });
  await world.takeToken();
  world.keep();
});
after(async () => {
  const { code, stderr } = await world.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|store:/);
});

const WHO = [null, 'owner', ...ROLES.map((role) => `${role}@${OURS}`)];
const roleIn = (who, slug) => (who?.endsWith(`@${slug}`) ? who.split('@')[0] : null);

/** Whether the table above lets `who` do what has this right in the event `slug`. */
function may(who, right, slug) {
  if (ELSEWHERE[right]) return ELSEWHERE[right](who);
  return who === 'owner' || GRANTED[right].includes(roleIn(who, slug));
}
/** Whether `who` belongs to what is not published yet. */
const belongs = (who, slug) => who === 'owner' || (roleIn(who, slug) ?? 'attendee') !== 'attendee';

const provider_of = (path, name) => {
  const parts = path.split('/'), at = parts.indexOf(name);
  return `${parts[at - 1]}/${name}`;
};

/** The address of a route in an event, with the objects of another. null: there is no such object. */
function address(path, slug, objects = slug) {
  const parts = path.split('/').map((part) => {
    if (part === ':event') return slug;
    if (!part.startsWith(':')) return part;
    const value = PROVIDERS[provider_of(path, part)]?.(world, world.event(objects)) ?? null; // what is missing fails above
    return value === null ? null : value.split('/').map(encodeURIComponent).join('/');
  });
  return parts.includes(null) ? null : parts.join('/');
}
const has_object = (path) => path.split('/').some((part) => part.startsWith(':') && part !== ':event' && !NO_OBJECT[provider_of(path, part)]);
const in_event = (path) => path.startsWith('/:event/');
const with_method = (method) => routes.filter((route) => route.method === method);

/** Does all of a list, some at a time; what each returns that is not null is a finding. */
async function each(list, act) {
  const findings = [], waiting = list.filter(([route]) => address(route.path ?? route, OURS) !== null);
  await Promise.all(Array.from({ length: 12 }, async () => {
    for (let item = waiting.shift(); item; item = waiting.shift()) {
      const found = await act(item);
      if (found) findings.push(found);
    }
  }));
  return findings.sort();
}
const cross = (...lists) => lists.reduce((all, list) => all.flatMap((head) => list.map((item) => [...head, item])), [[]]);
const good = (status) => status >= 200 && status < 400;

describe('case 9: who may what', () => {
  it('every route has a right that this test knows, and every parameter a real object', () => {
    const findings = [];
    for (const { method, path, right } of routes) {
      if (!GRANTED[right] && !ELSEWHERE[right])
        findings.push(`${method} ${path}: the right ${right} is not in GRANTED or ELSEWHERE of this test: write by hand who has it`);
      if (method === 'POST' && right === 'PUBLIC' && !PUBLIC_POSTS[path])
        findings.push(`POST ${path} is open to everybody: choose a narrower right, or say in PUBLIC_POSTS why it is harmless`);
      if (/^\/:event\/organise\//.test(path) && ['PUBLIC', 'SIGNED_IN', 'SPEAKER', 'DEMO'].includes(right))
        findings.push(`${method} ${path} is a page of the team, but its right is ${right}`);
      if (path.startsWith('/admin/') && right !== 'OWNER')
        findings.push(`${method} ${path} is for the server's owner, but its right is ${right}`);
      for (const part of path.split('/').filter((name) => name.startsWith(':') && name !== ':event')) {
        const name = provider_of(path, part);
        if (!PROVIDERS[name])
          findings.push(`${method} ${path}: PROVIDERS of this test has no '${name}': say there how to find one of an event`);
        else if (PROVIDERS[name](world, world.event(OURS)) === null)
          findings.push(`${method} ${path}: the provider of '${name}' finds none in the event: make one in fill()`);
      }
    }
    assert.deepEqual(findings, []);
  });

  it('what asks for a key asks everybody, whoever they are here, and writes nothing', async () => {
    const before = world.digest(['throttle']);
    const asked = cross(with_method('PROTOCOL').filter(({ right }) => right === 'KEY'), WHO, [OURS, THEIRS, DRAFT], ['POST', 'PATCH', 'DELETE']);
    assert.ok(asked.length > 0);
    const findings = await each(asked, async ([{ path }, who, slug, method]) => {
      const url = address(path, slug), { status } = await world.send(method, url, { who });
      const here = path.endsWith('/:key') ? 404 : 401; // a key in the address leads nowhere, one in a header is asked for
      return status === here || status === 405 ? null : `${method} ${url} as ${who}: ${status} without a key`;
    });
    assert.deepEqual(findings, []);
    assert.deepEqual(world.digest(['throttle']), before);
  });

  it('before anything is granted: what is refused is refused, and nothing is written', async () => {
    const before = world.digest(['throttle']);
    const pages = cross(with_method('GET'), WHO, [OURS, THEIRS]).filter(([{ path }, , slug]) => in_event(path) || slug === OURS);
    const findings = await each(pages, async ([{ path, right }, who, slug]) => {
      const url = address(path, slug), said = `GET ${url} as ${who}`;
      const { status, headers } = await world.send('GET', url, { who });
      const head = await world.send('HEAD', url, { who });
      if (head.status !== status) return `${said}: GET says ${status}, HEAD says ${head.status}`;
      if (right === 'DEMO') return status === 404 ? null : `${said}: ${status}, but there is no demo here`;
      if (!may(who, right, slug)) return status === 403 ? null : `${said}: ${status} instead of 403 (${right})`;
      if ((MAY_BE_ABSENT[path] || path.startsWith('/source/treteau-')) && status === 404) return null; // not packed for a fuzz build
      if (BY_LINK[path] && status === 403) return null;
      if (right === 'SIGNED_IN' && status === 404 && roleIn(who, slug) === null) return null; // has nothing there
      if (/^https?:\/\/(?!127\.0\.0\.1)|^\/\//.test(headers.location ?? '')) return `${said}: leads to ${headers.location}`;
      return good(status) ? null : `${said}: ${status}, but ${right} is granted`;
    });
    assert.deepEqual(findings, []);
    assert.deepEqual(world.digest(['throttle']), before, 'reading wrote something');
  });

  it('a form without its token, or with one and without the right, changes nothing', async () => {
    const before = world.digest(['throttle']);
    const forms = cross(with_method('POST'), WHO, [OURS, THEIRS])
      .filter(([{ path }, , slug]) => (in_event(path) || slug === OURS) && !WITHOUT_TOKEN[path]);
    const findings = await each(forms, async ([{ path, right }, who, slug]) => {
      const url = address(path, slug), said = `POST ${url} as ${who}`;
      const expected = right === 'DEMO' ? 404 : 403;
      const bare = await world.send('POST', url, { who });
      if (bare.status !== expected) return `${said} without a token: ${bare.status} instead of ${expected}`;
      const foreign = await world.send('POST', url, { who, form: { csrf: '0'.repeat(64) } });
      if (foreign.status !== expected) return `${said} with a wrong token: ${foreign.status} instead of ${expected}`;
      if (may(who, right, slug)) return null;
      const { status } = await world.send('POST', url, { who, form: { csrf: world.token } });
      return status === expected ? null : `${said} with a good token: ${status} instead of ${expected} (${right})`;
    });
    assert.deepEqual(findings, []);
    assert.deepEqual(world.digest(['throttle']), before, 'something was written');
  });

  it('no address takes a method that it has no route for', async () => {
    const known = (method) => new Set(with_method(method).map(({ path }) => path));
    const gets = known('GET'), posts = known('POST'), protocols = known('PROTOCOL');
    const paths = [...new Set(routes.map(({ path }) => path))].filter((path) => !protocols.has(path)); // those answer each verb by themselves
    const findings = await each(cross(paths, [null, 'owner', `organiser@${OURS}`]), async ([path, who]) => {
      const url = address(path, OURS);
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
        if ((method === 'GET' && gets.has(path)) || (method === 'POST' && posts.has(path))) continue;
        const { status } = await world.send(method, url, { who, form: method === 'POST' ? { csrf: world.token } : null });
        // the address without its last slash may be another route's parameter: still nothing is done
        if (![404, 405, 501].includes(status)) return `${method} ${url} as ${who}: ${status}, but there is no such route`;
      }
      return null;
    });
    assert.deepEqual(findings, []);
  });

  it('a socket opens to whom its route lets in', async () => {
    const sockets = cross(with_method('WEBSOCKET'), WHO, [OURS, THEIRS]);
    const findings = await each(sockets, async ([{ path, right }, who, slug]) => {
      const url = address(path, slug);
      const { status } = await world.send('GET', url, { who, upgrade: true });
      const expected = may(who, right, slug) ? 101 : 403;
      return status === expected || (BY_LINK[path] && status === 403) ? null : `WEBSOCKET ${url} as ${who}: ${status} instead of ${expected} (${right})`;
    });
    assert.deepEqual(findings, []);
  });

  it('an event that is not published is there for those who prepare it, and for nobody else', async () => {
    const visitors = [...WHO, ...ROLES.map((role) => `${role}@${DRAFT}`)];
    const pages = cross(routes.filter(({ path, method }) => in_event(path) && method !== 'PROTOCOL'), visitors);
    const findings = await each(pages, async ([{ method, path, right }, who]) => {
      const url = address(path, DRAFT), said = `${method} ${url} as ${who}`;
      if (belongs(who, DRAFT) && method === 'POST') return null; // tried below
      const { status, body } = await world.send(method === 'WEBSOCKET' ? 'GET' : method, url,
        { who, upgrade: method === 'WEBSOCKET', form: method === 'POST' ? { csrf: world.token } : null });
      if (!belongs(who, DRAFT))
        return status === 404 && !body.includes('Title draft') ? null : `${said}: ${status} instead of 404, or its title is told`;
      if (!may(who, right, DRAFT)) return status === 403 ? null : `${said}: ${status} instead of 403 (${right})`;
      return (status !== 403 || BY_LINK[path]) && status < 500 ? null : `${said}: ${status}, but ${right} is granted`;
    });
    assert.deepEqual(findings, []);
  });

  it('an object of another event is not there, whatever one may in one\'s own', async () => {
    const before = world.digest(['throttle']);
    const list = cross(routes.filter(({ path, method }) => in_event(path) && has_object(path) && method !== 'WEBSOCKET' && method !== 'PROTOCOL'), WHO);
    const findings = await each(list, async ([{ method, path, right }, who]) => {
      const url = address(path, OURS, THEIRS), expected = may(who, right, OURS) ? 404 : 403;
      const { status } = await world.send(method, url, { who, form: method === 'POST' ? { csrf: world.token } : null });
      return status === expected ? null : `${method} ${url} as ${who}: ${status} instead of ${expected} (the object is of another event)`;
    });
    assert.deepEqual(findings, []);
    assert.deepEqual(world.digest(['throttle']), before, 'something of another event was changed');
  });

  it('whoever has the right is heard: an empty form is answered, never refused', async () => {
    const findings = [];
    for (const [{ path, right }, who, slug] of cross(with_method('POST'), WHO, [OURS, THEIRS])) {
      if (!may(who, right, slug) || (!in_event(path) && slug !== OURS) || address(path, slug) === null) continue;
      const url = address(path, slug);
      const { status } = await world.send('POST', url, { who, form: { csrf: world.token } });
      const absent = status === 404 && (MAY_BE_ABSENT[path] || (right === 'SIGNED_IN' && roleIn(who, slug) === null));
      if (!absent && (status === 403 || status === 404 || status >= 500))
        findings.push(`POST ${url} as ${who}: ${status}, but ${right} is granted`);
      world.restore();
    }
    assert.deepEqual(findings, []);
  });
});
