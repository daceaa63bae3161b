// A published event with recorded sessions, and what was typed, asked and written in them.
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { build, run } from '../http/support.mjs';

const schedule = (slug, titles) => `<?xml version="1.0" encoding="UTF-8"?>
<schedule><version>1</version><conference><title>Replays</title><acronym>${slug}</acronym><start>2024-03-14</start>
<end>2024-03-14</end><days>1</days><time_zone_name>Europe/Paris</time_zone_name></conference>
<day index="1" date="2024-03-14" start="2024-03-14T08:00:00+01:00" end="2024-03-14T20:00:00+01:00"><room name="Scène">
${titles.map((title, i) => `<event id="${i + 1}" guid="0000000${i}-0000-4000-8000-000000000000">
<date>2024-03-14T1${i}:00:00+01:00</date><start>1${i}:00</start><duration>00:45</duration><room>Scène</room><title>${title}</title>
<type>table ronde</type><language>fr</language><abstract></abstract><recording><license>CC BY-SA 4.0</license><optout>false</optout></recording>
<persons><person id="1">Personne exemple</person></persons></event>`).join('\n')}
</room></day></schedule>`;

/** Imports and publishes an event of these sessions. @returns {Promise<Record<string, string>>} the code of each title */
export async function importRecorded(server, slug, titles) {
  const file = path.join(server.folder, `${slug}.xml`);
  await writeFile(file, schedule(slug, titles));
  const { code, stdout, stderr } = await run('import', file, '--event', slug, '--publish', '--data', server.folder);
  if (code !== 0) throw new Error(stdout + stderr);
  await rm(file);
  const page = (await server.client().get(`/${slug}/schedule/?day=2024-03-14`)).body_text;
  return Object.fromEntries(titles.map((title) => [title, page.match(new RegExp(`/${slug}/talk/(\\w+)/">${title}`))[1]]));
}

/** The sample recording of a session, in the folder of a running server. */
export const record = (folder, event, code, seconds, ...more) =>
  promisify(execFile)(path.join(build, 'tests/support/record-sample'), [folder, event, code, String(seconds), ...more]);

export function open_store(server) {
  const db = new DatabaseSync(path.join(server.folder, 'treteau.db'));
  db.exec('PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON');
  return db;
}

/**
 * What a room would have kept of a session. Times in seconds since the session's beginning.
 * @param {{captions?: [number, number, string][], questions?: [string, number, number?][], chat?: [number, string, string][],
 *   agree?: string[], turns?: [number, string][], run?: [number, string, string?][], decks?: [number, string][], scenes?: [number, string][]}} said questions: text, votes, when its answer began; chat: when, who, what; run:
 *   lines of the run sheet, when, what, whose turn; decks: slides, when they were shown
 * @returns {{session: number, room: number, people: Record<string, number>}}
 */
export function hold(server, slug, code, { captions = [], questions = [], chat = [], agree = [], turns = [], run = [], decks = [], scenes = [] }) {
  const db = open_store(server);
  const talk = db.prepare('SELECT t.id, t.room_id, t.start_us, t.end_us FROM talk t JOIN event e ON e.id = t.event_id WHERE e.slug = ? AND t.code = ?').get(slug, code);
  const at = (seconds) => talk.start_us + Math.round(seconds * 1e6);
  const session = db.prepare('INSERT INTO live_session(room_id, talk_id, started_us, ended_us, recorded) VALUES(?, ?, ?, ?, 1) RETURNING id')
    .get(talk.room_id, talk.id, talk.start_us, talk.end_us).id;
  const people = {};
  let last = db.prepare('SELECT coalesce(max(id), 0) AS id FROM live_person WHERE room_id = ?').get(talk.room_id).id;
  const person = (name) => {
    if (people[name]) return people[name];
    people[name] = ++last;
    db.prepare("INSERT INTO live_person(room_id, id, key_hash, name, role, seen_us) VALUES(?, ?, randomblob(32), ?, 'attendee', ?)").run(talk.room_id, last, name, at(0));
    if (agree.includes(name))
      db.prepare('INSERT INTO live_consent(room_id, person_id, given, at_us) VALUES(?, ?, 1, ?)').run(talk.room_id, last, at(0));
    return last;
  };
  captions.forEach(([begun, ended, text], n) =>
    db.prepare('INSERT INTO caption(session_id, n, text, begun_us, ended_us) VALUES(?, ?, ?, ?, ?)').run(session, n, text, at(begun), at(ended)));
  questions.forEach(([text, votes, answered], n) =>
    db.prepare('INSERT INTO discuss_question(session_id, room_id, person_id, nonce, named, text, state, votes, asked_us, answered_us) VALUES(?, ?, ?, ?, 1, ?, ?, ?, ?, ?)')
      .run(session, talk.room_id, person('Asker'), `q${n}`, text, answered === undefined ? 'open' : 'answered', votes, at(0), answered === undefined ? null : at(answered)));
  const first = db.prepare('SELECT coalesce(max(n), 0) AS n FROM live_line WHERE room_id = ?').get(talk.room_id).n;
  chat.forEach(([when, who, text], n) =>
    db.prepare('INSERT INTO live_line(room_id, n, person_id, nonce, text, at_us) VALUES(?, ?, ?, ?, ?, ?)').run(talk.room_id, first + n + 1, person(who), `c${n}`, text, at(when)));
  turns.forEach(([when, who]) =>
    db.prepare('INSERT INTO live_floor_turn(session_id, room_id, person_id, since_us) VALUES(?, ?, ?, ?)').run(session, talk.room_id, person(who), at(when)));
  run.forEach(([when, what, who = ''], n) => {
    const row = db.prepare("INSERT INTO run_row(talk_id, place, minutes, what, who, cue, link, scene) VALUES(?, ?, 5, ?, ?, '', '', '') RETURNING id").get(talk.id, n + 1, what, who).id;
    db.prepare('INSERT INTO run_turn(session_id, row_id, what, at_us) VALUES(?, ?, ?, ?)').run(session, row, what, at(when));
  });
  decks.forEach(([when, title], n) => {
    const deck = db.prepare("INSERT INTO slide_deck(event_id, talk_id, folder, title, bytes, state, pages, drawn, created_us) SELECT event_id, id, ?, ?, 1, 'ready', 2, 2, 1 FROM talk WHERE id = ? RETURNING id")
      .get(`${n}`.padStart(32, '0'), title, talk.id).id;
    for (const page of [1, 2]) db.prepare('INSERT INTO slide_shown(session_id, deck_id, page, at_us) VALUES(?, ?, ?, ?)').run(session, deck, page, at(when + 40 * (page - 1)));
  });
  scenes.forEach(([when, scene]) =>
    db.prepare("INSERT INTO stage_log(session_id, room_id, at_us, person_id, what, detail) VALUES(?, ?, ?, ?, ?, '')").run(session, talk.room_id, at(when), person('Host'), `scene:${scene}`));
  for (const name of agree) person(name);
  db.close();
  return { session, room: talk.room_id, people };
}
