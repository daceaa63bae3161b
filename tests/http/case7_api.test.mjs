// Case 7: the API, fuzzed from its own OpenAPI document. Every answer is held against the schema of its status.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import http from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { root, run } from './support.mjs';
import { insert, makeWorld } from '../support/world.mjs';

const OURS = 'ours', DRAFT = 'draft', SEED = 0x7ea7, REQUESTS = 1800;

/** mulberry32: the same requests at each run. */
function generator(seed) {
  let a = seed;
  const next = () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return { next, below, pick: (list) => list[below(list.length)] };
}

let world, text, doc, ajv, origin;
const checks = new Map();
const agent = new http.Agent({ keepAlive: true, maxSockets: 6 });

/** Sends the path as it stands: nothing is normalised on the way. */
function send(method, target, headers = {}) {
  const url = new URL(origin);
  return new Promise((resolve, reject) => {
    const request = http.request({ agent, host: url.hostname, port: url.port, path: target, method, headers: { host: url.host, ...headers } }, (response) => {
      const parts = [];
      response.on('data', (bytes) => parts.push(bytes));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end();
  });
}

const at = (pointer) => pointer.slice(2).split('/').reduce((node, part) => node[part.replaceAll('~1', '/').replaceAll('~0', '~')], doc);
const resolved = (node) => (node.$ref ? at(node.$ref) : node);
const encoded = (parts) => `openapi#/${parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;

/** The check of an operation's answer of this status; the document decides type and schema. */
function checkOf(name, status) {
  const responses = doc.paths[name]?.get.responses ?? {};
  const key = responses[status] ? String(status) : 'default';
  const response = resolved(responses[key] ?? { $ref: '#/components/responses/Problem' });
  const [type] = Object.keys(response.content ?? {});
  if (!type) return { type: null, check: null };
  const schema = response.content[type].schema;
  const id = JSON.stringify(schema);
  if (!checks.has(id)) checks.set(id, ajv.compile({ $ref: encoded(schema.$ref.slice(2).split('/')) }));
  return { type, check: checks.get(id) };
}

/** null, or what is wrong with this answer. name: the path of the document; undefined: an address that has none. */
function fault(name, method, { status, headers, body }) {
  if (status >= 500) return `status ${status}`;
  const { type, check } = checkOf(name, status);
  if (type === null) return status === 303 && headers.location?.startsWith('/') && !headers.location.startsWith('//') ? null : `status ${status} to ${headers.location}`;
  if (headers['content-type']?.split(';')[0] !== type) return `${status} is ${headers['content-type']}, not ${type}`;
  if (method === 'HEAD') return body === '' ? null : 'HEAD with a body';
  let value;
  try { value = JSON.parse(body); } catch { return `no JSON: ${body.slice(0, 80)}`; }
  if (!check(value)) return `${status}: ${ajv.errorsText(check.errors)}`;
  return status >= 400 && value.status !== status ? `the problem says ${value.status} of ${status}` : null;
}

const one = (sql, ...values) => String(Object.values(world.db.prepare(sql).get(...values))[0]);

before(async () => {
  text = await readFile(path.join(root, 'src/api/openapi.json'), 'utf8');
  doc = JSON.parse(text);
  ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(doc, 'openapi');
  world = await makeWorld({ events: { [OURS]: true, theirs: true, [DRAFT]: false }, fill: (db, event, accounts) => {
    const earlier = db.prepare("SELECT id FROM talk WHERE event_id = ? AND title LIKE 'Earlier %'").get(event.id).id;
    insert(db, 'recording', { event_id: event.id, folder: `folder-${event.slug}`, title: 'x', state: 'ready', length_us: 61e6, talk_id: earlier });
    const track = insert(db, 'track', { event_id: event.id, slug: `track-${event.slug}`, name: 'Track' });
    db.prepare('UPDATE talk SET replay = 1, track_id = ? WHERE id = ?').run(track, earlier);
    db.prepare('UPDATE event SET contact = ? WHERE id = ?').run(`contact@${event.slug}.example`, event.id);
    db.prepare('UPDATE person SET account_id = ? WHERE event_id = ?').run(accounts.get(`speaker@${event.slug}`).id, event.id);
  } });
  ({ origin } = world.server);
});
after(async () => {
  agent.destroy();
  const { code, stderr } = await world.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|store:/);
});

/** A value that is there, for each parameter. */
const good = () => ({ event: OURS, page: '1', per_page: '2', track: `track-${OURS}`,
  room: one('SELECT slug FROM room WHERE event_id = ? ORDER BY id', world.event(OURS).id), day: one('SELECT min(day) FROM talk WHERE event_id = ?', world.event(OURS).id) });
const codeOf = (name) => one(name.includes('/speakers/') ? 'SELECT code FROM person WHERE event_id = ? ORDER BY id' : "SELECT code FROM talk WHERE event_id = ? AND title LIKE 'Earlier %'", world.event(OURS).id);
const address = (name, values) => name.replaceAll(/\{(\w+)\}/g, (_, key) => values[key] ?? codeOf(name));
const parametersOf = (name) => doc.paths[name].get.parameters.map(resolved);

describe('case 7: the API from its OpenAPI document', () => {
  it('case 7: the document is served as it stands, and names every route and no other', async () => {
    const { status, headers, body } = await send('GET', '/api/v1/openapi.json');
    assert.equal(status, 200);
    assert.match(headers['content-type'], /^application\/json/);
    assert.equal(body, text);
    const routes = JSON.parse((await run('routes', '--json')).stdout).filter((route) => route.path.startsWith('/api/'));
    assert.deepEqual(routes.map((route) => `${route.method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')} ${route.right}`).sort(),
      Object.entries(doc.paths).flatMap(([name, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${name} PUBLIC`)).sort());
    for (const name of Object.keys(doc.paths))
      assert.deepEqual(parametersOf(name).filter((one) => one.in === 'path').map((one) => one.name), [...name.matchAll(/\{(\w+)\}/g)].map(([, key]) => key), name);
  });

  it('case 7: every operation answers what is there as its schema says', async () => {
    for (const name of Object.keys(doc.paths)) {
      const answer = await send('GET', address(name, good()));
      assert.equal(answer.status, 200, name);
      assert.equal(fault(name, 'GET', answer), null, name);
      assert.doesNotMatch(answer.body, /[\w.]@[\w.]+\.example/, `${name} tells an address`);
      const { items } = JSON.parse(answer.body);
      if (items) assert.ok(items.length > 0, `${name} lists nothing`);
    }
  });

  it('case 7: pages and filters list each session once', async () => {
    const list = `/api/v1/events/${OURS}/sessions/`, titles = [];
    for (let next = `${list}?per_page=1`; next;) {
      const { total, items, ...page } = JSON.parse((await send('GET', next.replace(origin, ''))).body);
      assert.equal(total, 3);
      titles.push(...items.map((item) => item.title));
      ({ next } = page);
    }
    assert.deepEqual(titles, [`Earlier ${OURS}`, `Now ${OURS}`, `Later ${OURS}`]);
    const { room, track } = good();
    const only = async (query) => JSON.parse((await send('GET', `${list}?${query}`)).body).items.map((item) => [item.room.slug, item.track?.slug]);
    assert.deepEqual(await only(`track=${track}`), [[room, track]]);
    assert.ok((await only(`room=${room}`)).every(([slug]) => slug === room));
    assert.deepEqual(await only('room=none'), []);
  });

  it('case 7: an event that is not published, and an object of another, are not there', async () => {
    const { items } = JSON.parse((await send('GET', '/api/v1/events/')).body);
    assert.deepEqual(items.map(({ slug }) => slug).sort(), ['ours', 'theirs']);
    for (const name of Object.keys(doc.paths).filter((key) => key.includes('{event}'))) {
      const answer = await send('GET', address(name, { event: DRAFT }));
      assert.equal(answer.status, 404, name);
      assert.equal(fault(name, 'GET', answer), null, name);
      assert.doesNotMatch(answer.body, /Title draft/);
      if (name.includes('{code}')) assert.equal((await send('GET', address(name, { event: 'theirs' }))).status, 404, name);
    }
  });

  it('case 7: a replay that is withheld is told nowhere', async () => {
    const replays = async () => JSON.parse((await send('GET', `/api/v1/events/${OURS}/replays/`)).body).items.length;
    const session = `/api/v1/events/${OURS}/sessions/${codeOf('/sessions/')}/`;
    assert.equal(await replays(), 1);
    assert.match(JSON.parse((await send('GET', session)).body).replay_url, /\/replay\/$/);
    const hidden = async (why) => {
      assert.equal(await replays(), 0, why);
      assert.equal(JSON.parse((await send('GET', session)).body).replay_url, null, why);
    };
    const talk = world.db.prepare("SELECT id, room_id FROM talk WHERE code = ? AND event_id = ?").get(codeOf('/sessions/'), world.event(OURS).id);
    world.db.prepare('UPDATE talk SET no_recording = 1 WHERE id = ?').run(talk.id);
    await hidden('not to be recorded');
    world.db.prepare('UPDATE talk SET no_recording = 0 WHERE id = ?').run(talk.id);
    assert.equal(await replays(), 1);
    const session_id = insert(world.db, 'live_session', { talk_id: talk.id, room_id: talk.room_id, started_us: 1, ended_us: 2 });
    insert(world.db, 'live_recorded', { session_id, room_id: talk.room_id, person_id: 1, account_id: world.accounts.get(`speaker@${OURS}`).id });
    await hidden('somebody has not agreed');
  });

  it('case 7: a refusal names the parameter', async () => {
    for (const [query, said] of [['page=0', '“page”'], ['per_page=101', '“per_page”'], ['day=tomorrow', '“day”'], [`room=${'x'.repeat(101)}`, '“room”']]) {
      const { status, body } = await send('GET', `/api/v1/events/${OURS}/sessions/?${query}`, { 'accept-language': 'en' });
      assert.equal(status, 400, query);
      assert.ok(JSON.parse(body).detail.includes(said), body);
    }
    const { headers, body } = await send('GET', '/api/nothing/', { 'accept-language': 'fr' });
    assert.match(headers['content-type'], /^application\/problem\+json/);
    assert.equal(JSON.parse(body).status, 404);
  });

  it(`case 7: ${REQUESTS} requests of seed 0x${SEED.toString(16)}: no 5xx, every answer as its schema says`, async (t) => {
    const { next, below, pick } = generator(SEED);
    const letters = (n) => Array.from({ length: n }, () => String.fromCharCode(0x21 + below(0x5d))).join('');
    const odd = [
      () => String(below(2 ** 31)), () => `-${below(1000)}`, () => String(below(130)), () => '9'.repeat(1 + below(60)), () => `${below(9)}e${below(400)}`,
      () => '0x10', () => 'NaN', () => '1.5', () => '٣', () => ' 1', () => '', () => 'null', () => 'true', () => '[]', () => '{"$gt":0}',
      () => `${2000 + below(50)}-${String(below(15)).padStart(2, '0')}-${String(below(34)).padStart(2, '0')}`, () => '2024-02-30', () => '0000-01-01',
      () => "' OR 1=1 --", () => '";DROP TABLE event;--', () => "%' AND 1=(SELECT 1)--", () => '*" OR *', () => '../../etc/passwd', () => '..\\..\\secret.key',
      () => '<script>alert(1)</script>', () => '%s%n%x', () => 'é'.repeat(1 + below(60)), () => '𝄞\u202e\ufeff', () => letters(1 + below(40)), () => 'x'.repeat(90 + below(20)),
      () => 'x'.repeat(1 + below(3000)), () => '\u0001\u001f\r\nSet-Cookie: x=1',
    ].map((make) => () => encodeURIComponent(make()));
    const raw = ['%00', '1%00', '%ff', '%c3%28', '%ed%a0%80', '%f5%80%80%80', '%', '%zz', '%2e%2e%2f', '..%2f..%2f', '%2500', '1%0d%0aX:%20y', '+1', '1;2', '%u0031', '1&page=2'];
    const value = () => (next() < 0.3 ? pick(raw) : pick(odd)());
    const methods = ['HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'get'];
    const accepts = ['text/html', 'application/xml;q=0.9', '*/*;q=banana', '', ';;;,,,', 'application/json;version=99', 'x'.repeat(500), 'image/*'];
    const names = Object.keys(doc.paths), plan = [];
    while (plan.length < REQUESTS) {
      const name = pick(names), parameters = parametersOf(name), values = good(), query = [], asked = [];
      let shaken = false;
      for (const { name: key, in: where, schema } of parameters) {
        if (where === 'path') {
          if (next() < 0.3) { values[key] = value(); shaken = true; }
        } else if (next() < 0.6) {
          const given = next() < 0.25 ? values[key] : value();
          query.push(`${key}=${given}`);
          asked.push([key, given, schema]);
        }
      }
      if (next() < 0.2) query.push(`${pick(['offset', 'lang', 'callback', 'page[]', 'q', '__proto__', '%00', '%ff'])}=${value()}`);
      const method = next() < 0.12 ? pick(methods) : 'GET';
      const headers = { ...(next() < 0.3 && { accept: pick(accepts) }), ...(next() < 0.1 && { 'accept-language': pick(['fr', 'xx;q=9', '*', ',,,']) }),
        ...(next() < 0.05 && { range: 'bytes=5-1' }), ...(next() < 0.05 && { 'content-type': 'application/json' }) };
      let target = address(name, values);
      if (next() < 0.04) { target = target.replace(/\/$/, pick(['', '//', '/..', '/%2e%2e/', '/x/'])); shaken = true; }
      plan.push({ name, method, headers, asked, shaken, target: query.length ? `${target}?${query.join('&')}` : target });
    }
    /** What the document says of the query: null where one cannot tell from outside (repeated, broken encodings). */
    const foretold = ({ asked }) => {
      for (const [key, given, schema] of asked) {
        if (given === '') continue;
        let decoded;
        try { decoded = decodeURIComponent(given.replaceAll('+', ' ')); } catch { return null; }
        if (/[&\0]/.test(given) || /[\0-\x1f]/.test(decoded)) return null;
        const typed = schema.type === 'integer' ? (/^[0-9]+$/.test(decoded) ? Number(decoded) : decoded) : decoded;
        if (schema.maxLength && Buffer.byteLength(decoded) > schema.maxLength) return 400;
        if (!ajv.validate(schema, typed)) return 400;
      }
      return 200;
    };
    const began = Date.now(), statuses = {}, findings = [];
    let told = 0;
    const work = plan.slice();
    await Promise.all(Array.from({ length: 6 }, async () => {
      for (let item = work.shift(); item; item = work.shift()) {
        const answer = await send(item.method, item.target, item.headers);
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        const said = `${item.method} ${item.target.slice(0, 200)}`;
        const wrong = fault(item.name, item.method, answer);
        if (wrong) findings.push(`${said}: ${wrong}`);
        const expected = item.method === 'GET' && !item.shaken && answer.status !== 303 ? foretold(item) : null;
        if (expected !== null) {
          told++;
          if (answer.status !== expected) findings.push(`${said}: ${answer.status} instead of ${expected}`);
        }
      }
    }));
    t.diagnostic(`seed ${SEED}, ${plan.length} requests in ${Date.now() - began} ms: ${JSON.stringify(statuses)}; ${told} of them foretold by the document`);
    assert.deepEqual(findings.slice(0, 20), []);
    assert.ok(told > REQUESTS / 4);
    for (const status of [200, 400, 404, 405]) assert.ok(statuses[status] > 20, `few answers ${status}`);
    assert.equal((await send('GET', '/api/v1/events/')).status, 200);
  });
});
