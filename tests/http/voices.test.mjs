// Each speaker's own voice beside a recording: only where the room says so, of who agreed, for hosts, and gone within a
// minute when the speaker takes that back. With a real speaker, recorder and files; a second one's file is a copy.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { list, recordingFolder } from '../faults/recording.mjs';
import { speaker } from '../faults/speaker.mjs';
import { until } from '../faults/support.mjs';
import { Page } from '../support/page.mjs';
import { open_store } from '../support/recorded.mjs';
import { importLive } from '../support/sample.mjs';
import { ownerClient, start } from './support.mjs';

const skip = spawnSync('ffprobe', ['-version']).error ? 'ffprobe is not installed' : false;
const ROOM = '/test/organise/rooms/scene/';
let server, place, owner, host, folder, replay;
const speakers = {};
before(async () => {
  server = await start();
  place = await importLive(server);
  owner = await ownerClient(server);
});
after(async () => {
  for (const one of Object.values(speakers)) await one.stop();
  const { code, stderr } = await server.stop({ keep: false });
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|CRITICAL/);
});
const apart = () => path.join(folder, 'apart');
const files = () => (existsSync(apart()) ? readdirSync(apart()).sort() : []);
const file_of = (name, part = 1) => `${String(speakers[name].id).padStart(6, '0')}-${part}.opus`;
const cut = async () => (await owner.get(`${replay}cut/`)).body_text;
const seconds = (file) => Number(execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file]).toString());
function agree(yes) {
  const db = open_store(server), { room_id } = db.prepare('SELECT room_id FROM live_person WHERE id = ?').get(speakers.Bo.id);
  db.prepare('INSERT INTO live_consent(room_id, person_id, given, at_us) VALUES(?, ?, ?, ?)').run(room_id, speakers.Bo.id, Number(yes), Date.now() * 1000);
  db.close();
}
const more = async (what) => {
  const { length } = list(folder).pieces;
  await until(`pieces after ${what}`, () => list(folder).pieces.length >= length + 2, { deadline_ms: 30000 });
};

describe('own voices', { skip }, () => {
  it('are not kept before an organiser asks for it; then everybody in the room is told', async () => {
    host = await Page.join(server, place, '', { client: owner, deadline_ms: 30000 });
    assert.equal(host.welcome.room.voices, false);
    assert.doesNotMatch((await owner.get(ROOM)).body_text, /name="voices"[^>]*checked/);
    assert.equal((await owner.post(ROOM, { name: 'Scene', kind: 'stage', capacity: '', note: '', voices: '1' })).status, 303);
    assert.match((await owner.get(ROOM)).body_text, /name="voices"[^>]*checked/);
    assert.equal((await host.next('kind', (m) => m.room.voices)).room.kind, 'stage');
  });
  it('are told where one agrees beforehand, too', async () => {
    assert.match((await owner.get('/test/me/consent/')).body_text, /kept as a sound file of its own/);
  });
  it('are a file for each speaker, by number, also after the recorder has died', async () => {
    speakers['Ada Lovelace'] = await speaker(server, place, host, 'Ada Lovelace');
    host.send({ t: 'record', on: true });
    await host.next('record', (m) => m.on);
    folder = await recordingFolder(server);
    await more('the start');
    await until('a voice', () => files().length === 1, { deadline_ms: 10000 });
    assert.deepEqual(files(), [file_of('Ada Lovelace')]);
    const recorder = readdirSync('/proc').find((pid) => {
      try {
        return readFileSync(`/proc/${pid}/stat`, 'utf8').match(/\((treteau-record).*\) \S (\d+)/)?.[2] === String(server.child.pid);
      } catch { return false; }
    });
    process.kill(Number(recorder), 'SIGKILL');
    await until('a further file', () => files().length === 2, { deadline_ms: 20000 });
    await more('the death');
    host.send({ t: 'end' });
    ({ replay_url: replay } = await host.next('ended'));
    await until('the film', () => list(folder).ended && existsSync(path.join(folder, 'replay.mp4')), { deadline_ms: 30000 });
    const film = seconds(path.join(folder, 'replay.mp4'));
    assert.ok(seconds(path.join(apart(), file_of('Ada Lovelace'))) > 2);
    const last = seconds(path.join(apart(), file_of('Ada Lovelace', 2)));
    assert.ok(Math.abs(last - film) < 2, `${last} s beside ${film} s`);
  });
  it('are named and given to hosts, to nobody else', async () => {
    const bo = await Page.join(server, place, 'Bo');
    speakers.Bo = { id: bo.welcome.me.id, stop: () => bo.close() };
    agree(true);
    for (const part of [1, 2]) copyFileSync(path.join(apart(), file_of('Ada Lovelace', part)), path.join(apart(), file_of('Bo', part)));
    await until('the list', async () => /Each voice by itself/.test(await cut()), { deadline_ms: 20000 });
    const html = await cut();
    const [, url] = html.match(/<a href="([^"]+)" download="ada-lovelace\.opus">Ada Lovelace, \d+ [kM]B/);
    assert.match(html, /download="bo-2\.opus">Bo \(2\), /);
    const answer = await owner.request('GET', url);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'audio/ogg');
    const bytes = Buffer.from(await answer.arrayBuffer()), file = path.join(server.folder, 'taken.opus');
    assert.equal(bytes.toString('latin1', 0, 4), 'OggS');
    assert.equal(bytes.includes('Ada'), false, 'no name in the file');
    writeFileSync(file, bytes);
    execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-i', file, '-f', 'null', '-']);
    const visitor = server.client();
    assert.ok([303, 401, 403].includes((await visitor.get(url)).status));
    assert.doesNotMatch((await visitor.get(replay)).body_text, /\.opus/);
    const media = `/media/${path.basename(folder)}`;
    for (const address of [`${media}/apart/${file_of('Bo')}`, `${media}/apart%2F${file_of('Bo')}`, `${media}/${file_of('Bo')}`])
      assert.equal((await owner.get(address)).status, 404, address);
    for (const name of ['000999-1.opus', 'x.opus', '..%2Fprogramme.m3u8'])
      assert.equal((await owner.get(`${replay}cut/voices/${name}`)).status, 404, name);
  });
  it('count in what recordings take', () => {
    const db = open_store(server), { bytes } = db.prepare('SELECT bytes FROM recording').get();
    db.close();
    const sum = (of) => readdirSync(of, { withFileTypes: true }).filter((one) => one.isFile())
      .reduce((total, one) => total + statSync(path.join(of, one.name)).size, 0);
    const pieces = list(folder).pieces.reduce((total, one) => total + one.size, 0);
    assert.ok(bytes >= pieces + sum(apart()) / 2, `${bytes} bytes`); // half of it was copied by this test
  });
  it('are deleted within a minute when their speaker takes the consent back, and only those', async () => {
    const [, url] = (await cut()).match(/<a href="([^"]+)" download="bo\.opus">/);
    agree(false);
    assert.equal((await owner.get(url)).status, 404, 'at once');
    assert.doesNotMatch(await cut(), /download="bo/);
    await until('no file of Bo', () => files().length === 2, { deadline_ms: 60000, every_ms: 250 });
    assert.deepEqual(files(), [file_of('Ada Lovelace'), file_of('Ada Lovelace', 2)]);
  });
});
