// Two events with somebody of every role in each, the server's owner, and real objects: what tests of rights walk through.
// All is written before the first request, so that nothing depends on the pages under test.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { run, start } from '../http/support.mjs';
import { scheduleXml } from './sample.mjs';

export const ROLES = ['event-owner', 'organiser', 'programme', 'stage-manager', 'host', 'speaker', 'captioner', 'check-in',
  'read-only', 'attendee'];
const HOUR = 3600e3, DAY = 24 * HOUR;

/** BLAKE2b with 32 bytes is what the store keeps of a secret; node has it by OpenSSL's name only with 64. */
async function blake2b(texts) {
  const { execFile } = await import('node:child_process');
  const script = 'import hashlib, sys\nfor line in sys.stdin: print(hashlib.blake2b(line.rstrip("\\n").encode(), digest_size=32).hexdigest())';
  return new Promise((resolve, reject) => {
    const child = execFile('python3', ['-c', script], (error, stdout) => (error ? reject(error) : resolve(stdout.trim().split('\n'))));
    child.stdin.end(`${texts.join('\n')}\n`);
  });
}

/** Imports an event of three sessions in two rooms; every name tells whose it is. */
async function importEvent(folder, slug, number, published) {
  const now = Date.now(), file = path.join(folder, `${slug}.xml`);
  const guid = (n) => `00000000-0000-4000-8${number}00-00000000000${n}`;
  await writeFile(file, scheduleXml(`Title ${slug}`, [
    { title: `Earlier ${slug}`, room: `Stage ${slug}`, start: new Date(now - 3 * HOUR), minutes: 60, persons: [`Person One ${slug}`], guid: guid(1) },
    { title: `Now ${slug}`, room: `Stage ${slug}`, start: new Date(now - 600e3), minutes: 90, persons: [`Person Two ${slug}`], guid: guid(2) },
    { title: `Later ${slug}`, room: `Workshop ${slug}`, start: new Date(now + 20 * HOUR), minutes: 60, guid: guid(3) },
  ]));
  const { code, stderr } = await run('import', file, '--event', slug, ...(published ? ['--publish'] : []), '--data', folder);
  if (code !== 0) throw new Error(stderr);
}

/** Columns that a row must have but that nothing here says: by their declared type. */
export function insert(db, table, values) {
  const info = db.prepare(`PRAGMA table_info(${table})`).all();
  const row = {};
  for (const { name, type, notnull, dflt_value, pk } of info) {
    if (name in values) row[name] = values[name];
    else if (notnull && dflt_value === null && !(pk && type === 'INTEGER'))
      row[name] = type === 'INTEGER' ? 1 : type === 'BLOB' ? randomBytes(16) : `x-${randomBytes(4).toString('hex')}`;
  }
  const names = Object.keys(row);
  const { lastInsertRowid } = db.prepare(`INSERT INTO ${table}(${names.join(', ')}) VALUES(${names.map(() => '?').join(', ')})`)
    .run(...Object.values(row));
  return Number(lastInsertRowid);
}

/**
 * @param {{events: Record<string, boolean>, fill?: (db: DatabaseSync, event: {id: number, slug: string}, accounts: Map<string, any>) => void}} plan
 *   events: slug to published; fill adds what else the objects of an event are.
 */
export async function makeWorld({ events, fill }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'treteau-world-'));
  let number = 0;
  for (const [slug, published] of Object.entries(events)) await importEvent(folder, slug, ++number, published);
  const db = new DatabaseSync(path.join(folder, 'treteau.db'));
  db.exec('PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF');
  const accounts = new Map(), now_us = Date.now() * 1000;
  const person = (key, email, owner = 0) => {
    const id = insert(db, 'account', { email, name: `Name of ${key}`, lang: 'en', owner, created_us: now_us });
    accounts.set(key, { key, id, email, cookie: randomBytes(32).toString('base64url') });
    return id;
  };
  person('owner', 'owner@server.example', 1);
  const slugs = Object.keys(events);
  const rows = slugs.map((slug) => ({ slug, id: Number(db.prepare('SELECT id FROM event WHERE slug = ?').get(slug).id) }));
  for (const event of rows)
    for (const role of ROLES) {
      const account = person(`${role}@${event.slug}`, `${role}@${event.slug}.example`);
      insert(db, 'role', { account_id: account, event_id: event.id, role });
      insert(db, 'registration', { event_id: event.id, account_id: account, path: 'remote', mailed_us: 1, created_us: now_us, confirmed_us: now_us });
    }
  for (const event of rows) event.token = randomBytes(32).toString('base64url'); // of a personal link to it
  const secrets = [...[...accounts.values()].map(({ cookie }) => cookie), ...rows.map(({ token }) => token)];
  const hashes = await blake2b(secrets);
  rows.forEach((event, i) => { event.token_hash = Buffer.from(hashes[accounts.size + i], 'hex'); });
  rows.forEach(({ id, slug, token_hash }) => insert(db, 'link', { hash: token_hash, purpose: 'personal',
    account_id: accounts.get(`attendee@${slug}`).id, event_id: id, created_us: now_us, expires_us: now_us + 20 * DAY * 1000 }));
  [...accounts.values()].forEach(({ id }, i) => insert(db, 'session', {
    hash: Buffer.from(hashes[i], 'hex'), account_id: id, created_us: now_us, expires_us: now_us + 20 * DAY * 1000 }));
  for (const event of rows) fill?.(db, event, accounts);
  const server = await start({ command: 'serve', folder });
  return new World(server, db, folder, accounts, rows);
}

export class World {
  #agent = new http.Agent({ keepAlive: true, maxSockets: 12 });
  #snapshot;

  constructor(server, db, folder, accounts, events) {
    Object.assign(this, { server, db, folder, accounts, events });
    this.visit = this.token = '';
  }

  event(slug) {
    return this.events.find((one) => one.slug === slug);
  }

  /** One visitor's cookie and the token that belongs to it serve everybody: it is not what says who somebody is. */
  async takeToken() {
    const client = this.server.client();
    this.token = await client.token('/sign-in/');
    this.visit = client.cookies.get('visit');
  }

  /** @returns {Promise<{status: number, headers: http.IncomingHttpHeaders, body: string}>} who: a key of accounts, or null */
  send(method, address, { who = null, form = null, upgrade = false } = {}) {
    const url = new URL(address, this.server.origin);
    const cookies = [`visit=${this.visit}`, ...(who ? [`session=${this.accounts.get(who).cookie}`] : [])];
    const headers = { cookie: cookies.join('; '), 'accept-language': 'en', host: url.host };
    if (method === 'POST')
      Object.assign(headers, { origin: this.server.origin, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' });
    if (upgrade)
      Object.assign(headers, { origin: this.server.origin, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64') });
    const body = form ? new URLSearchParams(form).toString() : '';
    if (method === 'POST') headers['content-length'] = String(Buffer.byteLength(body));
    return new Promise((resolve, reject) => {
      const request = http.request({ agent: upgrade ? undefined : this.#agent, host: url.hostname, port: url.port, path: url.pathname + url.search,
        method, headers }, (response) => {
        const parts = [];
        response.on('data', (bytes) => parts.push(bytes));
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }));
        response.on('error', reject);
      });
      request.on('upgrade', (response, socket) => {
        socket.on('error', () => {});
        socket.destroy();
        resolve({ status: response.statusCode, headers: response.headers, body: '' });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  tables() {
    return this.db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE '%VIRTUAL%'").all()
      .map(({ name }) => name).filter((name) => !/_search(_|$)/.test(name));
  }

  /** A digest of each table, to see that nothing was written. */
  digest(except = []) {
    const digests = {};
    for (const table of this.tables().filter((name) => !except.includes(name))) {
      const hash = createHash('sha256');
      for (const row of this.db.prepare(`SELECT * FROM ${table}`).all()) hash.update(`${Object.values(row).join('\u0001')}\n`);
      digests[table] = hash.digest('hex').slice(0, 16);
    }
    return digests;
  }

  /** Keeps the present state; restore() comes back to it. */
  keep() {
    this.#snapshot = path.join(this.folder, 'kept.db');
    this.db.exec(`VACUUM INTO '${this.#snapshot}'; ATTACH '${this.#snapshot}' AS kept`);
    this.version = this.db.prepare('PRAGMA main.data_version').get().data_version;
  }

  restore() {
    if (this.db.prepare('PRAGMA main.data_version').get().data_version === this.version) return;
    const keyless = new Set(this.db.prepare("SELECT name FROM sqlite_schema WHERE sql LIKE '%WITHOUT ROWID%'").all().map(({ name }) => name));
    const statements = this.tables().map((table) => (keyless.has(table)
      ? `DELETE FROM main.${table}; INSERT INTO main.${table} SELECT * FROM kept.${table};`
      : `DELETE FROM main.${table} WHERE rowid NOT IN (SELECT rowid FROM kept.${table});
      INSERT OR REPLACE INTO main.${table} SELECT * FROM kept.${table};`));
    this.db.exec(`BEGIN IMMEDIATE; ${statements.join('\n')} COMMIT`);
    this.version = this.db.prepare('PRAGMA main.data_version').get().data_version;
  }

  async stop() {
    this.#agent.destroy();
    this.db.close();
    const end = await this.server.stop({ keep: true });
    await rm(this.folder, { recursive: true, force: true });
    return end;
  }
}
