// What recordings take of the disk and how long they stay; a first transcript by a command of the server's owner.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { importRecorded, open_store, record } from '../support/recorded.mjs';
import { until } from '../faults/support.mjs';
import { ownerClient, run, start } from './support.mjs';

const RECORDINGS = '/vus/organise/recordings/';
const ask = (sql, ...values) => {
  const db = open_store(server), rows = db.prepare(sql).all(...values);
  db.close();
  return rows;
};
let server, owner, codes, tools;

/** A command that writes what is in `file`, and beside it which words it was given. */
async function listener(name, script) {
  const file = path.join(tools, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}
/** The server again, with this line in its configuration. */
async function again(line) {
  if (server) await server.stop({ keep: true });
  const config = path.join(tools, 'treteau.conf');
  await writeFile(config, `[media]\n${line}\n`, { mode: 0o600 });
  server = await start({ folder: server?.folder ?? path.join(tools, 'data'), args: ['--config', config] });
  owner = await ownerClient(server);
}
/** Asks for transcripts; the page of that job when it has ended. */
async function listen() {
  const page = (await owner.post('/vus/organise/jobs/', { kind: 'transcript' })).headers.get('location');
  return until('its end', async () => !JSON.parse((await owner.get(`${page}state`)).body_text).open && (await owner.get(page)).body_text);
}

before(async () => {
  tools = await mkdtemp(path.join(tmpdir(), 'treteau-listen-'));
  await again('');
  codes = await importRecorded(server, 'vus', ['Ouverture', 'Débat']);
  const db = open_store(server);
  db.prepare("UPDATE event SET last_day = '2999-01-01' WHERE slug = 'vus'").run();
  db.close();
  await record(server.folder, 'vus', codes.Ouverture, 12);
  await record(server.folder, 'vus', codes.Débat, 8);
});
after(async () => {
  const { code, stderr } = await server.stop({ keep: true });
  await rm(tools, { recursive: true, force: true });
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

describe('a first transcript by a command', () => {
  const words = async (name) => (await server.client().get(`/vus/talk/${codes[name]}/replay/`)).body_text;
  it('is not there where nobody named one, and it is said', async () => {
    assert.match(await listen(), /This server has no program that listens/);
    assert.equal(ask('SELECT count(*) AS n FROM transcript')[0].n, 0);
  });
  it('of which one writes no WebVTT, too much or nothing leaves no words', async () => {
    for (const script of ['echo hello', 'exit 3', 'head -c 30000000 /dev/zero', 'echo WEBVTT; exit 1']) {
      await again(`transcribe-command = ${await listener('bad', script)}`);
      await listen();
      assert.equal(ask('SELECT count(*) AS n FROM transcript')[0].n, 0, script);
    }
  });
  it('gets the sound, without network, and what it writes stands below the replay', async () => {
    const script = `printf '%s\\n' "$@" > ${tools}/words; cat /proc/net/dev > ${tools}/net
printf 'WEBVTT\\n\\n00:00:01.000 --> 00:00:02.500\\nBonjour à toutes <script>alert(1)</script>\\n\\n00:05.000 --> 00:06.000\\nEt à tous.\\n'`;
    await again(`transcribe-command = ${await listener('listen', script)} --language fr`);
    await listen();
    const { readFile } = await import('node:fs/promises');
    const [option, value, file] = (await readFile(path.join(tools, 'words'), 'utf8')).trim().split('\n');
    assert.deepEqual([option, value], ['--language', 'fr']);
    assert.match(file, /\/media\/[a-z0-9-]+\/(sound\.m4a|replay\.mp4)$/);
    assert.ok(existsSync(file));
    const interfaces = [...(await readFile(path.join(tools, 'net'), 'utf8')).matchAll(/^\s*(\w+):\s+(\d+)/gm)];
    for (const [, name, bytes] of interfaces) assert.deepEqual([name, bytes], ['lo', '0'], 'no way out');
    for (const name of Object.keys(codes)) {
      assert.match(await words(name), /Bonjour à toutes[\s\S]*Et à tous\./);
      assert.doesNotMatch(await words(name), /<script>alert/);
    }
    assert.deepEqual(ask('SELECT DISTINCT origin FROM transcript').map(({ origin }) => origin), ['command']);
  });
  it('is not run over what is there', async () => {
    await again(`transcribe-command = ${await listener('other', "printf 'WEBVTT\\n\\n00:01.000 --> 00:02.000\\nOther words.\\n'")}`);
    await listen();
    assert.doesNotMatch(await words('Ouverture'), /Other words/);
  });
});

describe('the room that recordings take', () => {
  it('is told to organisers alone, the largest first', async () => {
    assert.equal((await server.client().get(RECORDINGS)).status, 403);
    const { status, body_text } = await owner.get(RECORDINGS);
    assert.equal(status, 200);
    assert.match(body_text, /2 recordings take \d+ [kM]B/);
    assert.match(body_text, /Ouverture[\s\S]*Débat/);
  });
  it('has a budget, and a warning from 80 % of it', async () => {
    const set = (fields) => owner.post(RECORDINGS, { keep_days: '0', budget_gb: '0', ...fields });
    for (const wrong of [{ keep_days: '-1' }, { keep_days: '3651' }, { budget_gb: 'x' }, { budget_gb: '100001' }, { keep_days: '' }])
      assert.equal((await set(wrong)).status, 422, JSON.stringify(wrong));
    assert.equal((await set({ budget_gb: '1' })).status, 303);
    const take = (bytes) => {
      const db = open_store(server);
      db.prepare("UPDATE recording SET bytes = ? WHERE title = 'Débat'").run(bytes);
      db.close();
    };
    const percent = async () => Number((await owner.get(RECORDINGS)).body_text.match(/<meter[^>]*value="(\d+)"/)[1]);
    const full = await percent(); // of the disk, which this test does not make
    take(810_000_000);
    assert.ok(await percent() >= Math.max(full, 80));
    assert.match((await owner.get(RECORDINGS)).body_text, /Little room is left/);
    if (full < 80) {
      take(500_000_000);
      assert.doesNotMatch((await owner.get(RECORDINGS)).body_text, /Little room is left/);
    }
  });
  it('is given back by removing one, for good, by who says so', async () => {
    const [{ id, folder }] = ask("SELECT id, folder FROM recording WHERE title = 'Débat'");
    assert.equal((await owner.post(RECORDINGS, { remove: String(id) })).status, 422);
    assert.equal((await owner.post(RECORDINGS, { remove: '999999', sure: '1' })).status, 404);
    assert.equal((await owner.post(RECORDINGS, { remove: String(id), sure: '1' })).status, 303);
    assert.doesNotMatch((await server.client().get('/vus/replays/')).body_text, /Débat/);
    assert.equal((await server.client().head(`/media/${folder}/programme.m3u8`)).status, 404);
    assert.deepEqual(ask('SELECT act FROM recording_log').map(({ act }) => act), ['removed']);
  });
  it('is given back by itself when the days after the event are over', async () => {
    assert.equal((await owner.post(RECORDINGS, { keep_days: '10', budget_gb: '0' })).status, 303);
    const ends = (days) => {
      const db = open_store(server);
      db.prepare("UPDATE event SET last_day = date('now', ?) WHERE slug = 'vus'").run(`-${days} days`);
      db.close();
    };
    ends(9);
    await again('');
    assert.equal(ask('SELECT count(*) AS n FROM recording')[0].n, 1, 'not before');
    const [{ folder }] = ask('SELECT folder FROM recording');
    ends(12);
    await again('');
    await until('the recording is gone', () => ask('SELECT count(*) AS n FROM recording')[0].n === 0);
    await until('its files are gone', () => !existsSync(path.join(server.folder, 'media', folder)));
    assert.deepEqual(ask('SELECT act FROM recording_log ORDER BY id').map(({ act }) => act), ['removed', 'expired']);
    assert.doesNotMatch((await server.client().get('/vus/replays/')).body_text, /Ouverture/);
  });
});
