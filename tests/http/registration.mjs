// What tests of registration share: a session with limited places, a look into the store, waiting for what a minute does.
import { DatabaseSync } from 'node:sqlite';
import path from 'node:path';

/** Runs one statement on the server's store. */
export function rows(server, sql, ...values) {
  const db = new DatabaseSync(path.join(server.folder, 'treteau.db'), { timeout: 10000 });
  try {
    return db.prepare(sql).all(...values).map((row) => ({ ...row }));
  } finally {
    db.close();
  }
}

/** A session of an hour, so many days (or at `start_us`) from now, in the room "scene". @returns {number} its id */
export function makeTalk(server, slug, title, { places = 0, days = 30, start_us } = {}) {
  const event = rows(server, 'SELECT id FROM event WHERE slug = ?', slug)[0].id;
  rows(server, "INSERT INTO room(event_id, slug, name) VALUES(?, 'scene', 'Grande scène') ON CONFLICT DO NOTHING", event);
  const room = rows(server, "SELECT id FROM room WHERE event_id = ? AND slug = 'scene'", event)[0].id;
  const start = start_us ?? (Math.floor(Date.now() / 1000) + days * 86400) * 1e6;
  const code = Math.random().toString(36).slice(2, 8).toUpperCase().padEnd(6, 'X');
  return rows(server, 'INSERT INTO talk(event_id, room_id, code, guid, title, day, start_us, end_us, changed_us, places) ' +
    'VALUES(?, ?, ?, ?, ?, ?, ?, ?, 1, ?) RETURNING id', event, room, code, crypto.randomUUID(), title,
  new Date(start / 1000).toISOString().slice(0, 10), start, start + 3600e6, places)[0].id;
}

/** Who stands in a session, in order. */
export const places = (server, talk) =>
  rows(server, 'SELECT registration_id, state FROM registration_place WHERE talk_id = ? ORDER BY id', talk);

/** Waits until `is_true` holds; the minute's work is done on a thread of its own. */
export async function until(what, is_true, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    if (await is_true()) return;
    if (Date.now() > end) throw new Error(`in ${seconds} s it has not come that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
