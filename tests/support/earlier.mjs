// A data folder as an earlier version left it: its schema made by that version's own migrations, with rows in it.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import path from 'node:path';
import { root } from '../http/support.mjs';
import { insert } from './world.mjs';

const migrations = path.join(root, 'src/store/migrations');

/** Every migration's number, in order. */
export const numbers = readdirSync(migrations).filter((name) => name.endsWith('.sql')).sort().map((name) => Number(name.slice(0, 4)));

/** Makes treteau.db in `folder` up to migration `last`, with an event that people have registered for and a recording. */
export function makeEarlier(folder, last, { people = 20 } = {}) {
  mkdirSync(folder, { recursive: true });
  const db = new DatabaseSync(path.join(folder, 'treteau.db'));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON');
  db.exec('CREATE TABLE migration(number INTEGER PRIMARY KEY, name TEXT NOT NULL)');
  for (const file of readdirSync(migrations).filter((name) => name.endsWith('.sql') && Number(name.slice(0, 4)) <= last).sort()) {
    db.exec('BEGIN');
    db.exec(readFileSync(path.join(migrations, file), 'utf8'));
    db.prepare('INSERT INTO migration(number, name) VALUES(?, ?)').run(Number(file.slice(0, 4)), file.replace('.sql', ''));
    db.exec('COMMIT');
  }
  db.exec('BEGIN');
  const now = Date.now() * 1000, day = new Date(Date.now() + 864e5).toISOString().slice(0, 10);
  const event = insert(db, 'event', { slug: 'old', title: 'An old event', zone: 'Europe/Paris', first_day: day, last_day: day, published: 1 });
  const room = insert(db, 'room', { event_id: event, slug: 'hall', name: 'Hall', kind: 'stage' });
  const talk = insert(db, 'talk', { event_id: event, room_id: room, code: 'OLD123', guid: '00000000-0000-4000-8000-000000000001',
    title: 'An old talk', day, start_us: now + 864e8, end_us: now + 90e9, changed_us: now });
  for (let n = 0; n < people; n++) {
    const account = insert(db, 'account', { email: `old${n}@example.org`, name: `Person ${n}`, created_us: now });
    insert(db, 'registration', { event_id: event, account_id: account, path: n % 3 ? 'remote' : 'onsite', mailed_us: now, created_us: now });
    insert(db, 'role', { account_id: account, event_id: event, role: n ? 'attendee' : 'organiser' });
    const invitation = insert(db, 'invitation', { event_id: event, account_id: account, role: 'host', created_us: now });
    insert(db, 'link', { purpose: 'invitation', account_id: account, event_id: event, invitation_id: invitation, created_us: now, expires_us: now + 864e9 });
    insert(db, 'mail', { event_id: event, kind: 'confirmation', recipient: `old${n}@example.org`, message: 'To: x\r\n\r\nx', state: 'waiting', next_us: 9e15 });
    insert(db, 'live_person', { room_id: room, id: n + 1, account_id: account, name: `Person ${n}`, role: 'attendee', seen_us: now });
    insert(db, 'live_line', { room_id: room, n: n + 1, person_id: n + 1, nonce: `n${n}`, text: `Line ${n}`, at_us: now });
  }
  insert(db, 'recording', { event_id: event, talk_id: talk, folder: 'old', state: 'ready', started_us: now, length_us: 60e6, download_bytes: 1 });
  db.exec('COMMIT');
  db.close();
}

/** What an upgrade must not lose, as rows that can be compared. */
export function contents(folder) {
  const db = new DatabaseSync(path.join(folder, 'treteau.db'));
  const all = (sql) => db.prepare(sql).all();
  try {
    return {
      events: all('SELECT slug, title FROM event'),
      talks: all('SELECT code, title FROM talk'),
      people: all('SELECT a.email, r.path FROM registration r JOIN account a ON a.id = r.account_id ORDER BY a.id'),
      roles: all('SELECT a.email, r.role FROM role r JOIN account a ON a.id = r.account_id ORDER BY a.id'),
      links: all('SELECT a.email, l.purpose, i.role FROM link l JOIN account a ON a.id = l.account_id JOIN invitation i ON i.id = l.invitation_id ORDER BY a.id'),
      mails: all('SELECT recipient FROM mail ORDER BY id'),
      lines: all('SELECT text FROM live_line ORDER BY n'),
      recordings: all('SELECT folder, state FROM recording'),
      whole: all('PRAGMA integrity_check'),
      broken: all('PRAGMA foreign_key_check'),
    };
  } finally {
    db.close();
  }
}
/** How far it is migrated. */
export function schema(folder) {
  const db = new DatabaseSync(path.join(folder, 'treteau.db'));
  try {
    return Number(db.prepare('SELECT max(number) AS n FROM migration').get().n);
  } finally {
    db.close();
  }
}
