// The disk of the recordings is full while a room keeps each voice by itself: the host is told, what was there stays, and
// when space returns nothing lacks, neither in the recording nor in the voices; also when the session ends meanwhile.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ownerClient, start } from '../http/support.mjs';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { hear, loudness, offset } from '../support/sound.mjs';
import { decode, list, recordingFolder } from './recording.mjs';
import { empty, fill, mount, unmount } from './small_disk.mjs';
import { speaker } from './speaker.mjs';
import { until } from './support.mjs';

const TONES = { Ada: 450, Bo: 650 };
const APART_MS = 40, ALIKE = 0.95;
const skip = !existsSync('/usr/bin/ffmpeg') && 'the ffmpeg command is not installed';
let server, place, host, media, folder, why = null;
const speakers = {};
before(async () => {
  if (skip) return;
  server = await start();
  media = path.join(server.folder, 'media');
  mkdirSync(media, { recursive: true });
  why = mount(media, 16); // the store has room: the session can be ended
  place = await importLive(server);
  const owner = await ownerClient(server);
  await owner.post('/test/organise/rooms/scene/', { name: 'Scene', kind: 'stage', capacity: '', note: '', voices: '1' });
  host = await Page.join(server, place, '', { client: owner, deadline_ms: 30000 });
});
after(async () => {
  if (skip) return;
  for (const one of Object.values(speakers)) await one.stop();
  const { code } = await server.stop({ keep: true });
  if (!why) unmount(media);
  await rm(server.folder, { recursive: true });
  assert.equal(code, 0);
});

const apart = () => path.join(folder, 'apart');
const voices = () => (existsSync(apart()) ? readdirSync(apart()).sort() : []);
const file_of = ({ id }) => `${String(id).padStart(6, '0')}-1.opus`;
const bytes_of = (names) => names.map((name) => readFileSync(path.join(folder, name)));
const pieces = (more) => {
  const { length } = list(folder).pieces;
  return until(`${more} more pieces`, () => list(folder).pieces.length >= length + more, { deadline_ms: 30000 });
};

/** Nothing can be written, and the host has heard of it. @returns what the disk held then, by name */
async function fill_up() {
  fill(media);
  const { on, text } = await host.next('record', (m) => m.text);
  assert.equal(on, true);
  assert.match(text, /disque/);
  const names = [...list(folder).pieces.map(({ file }) => file), ...voices().map((file) => `apart/${file}`)];
  return { names, bytes: bytes_of(names) };
}

function assert_kept({ names, bytes }) {
  bytes_of(names).forEach((now, n) => assert.ok(now.subarray(0, bytes[n].length).equals(bytes[n]), `${names[n]} is as it was`));
}

describe('case 23: a full disk while voices are kept', { skip }, () => {
  let held;
  it('is told to the host; what was there stays, and it goes on when space returns', async (t) => {
    if (why) return t.skip(why);
    for (const [name, tone] of Object.entries(TONES)) speakers[name] = await speaker(server, place, host, name, { tone });
    host.send({ t: 'record', on: true });
    folder = await recordingFolder(server);
    await pieces(2);
    assert.deepEqual(voices(), Object.values(speakers).map(file_of).sort());
    held = await fill_up();
    assert_kept(held);
    empty(media);
    await host.next('record', (m) => m.on && m.text === null);
    await pieces(3);
    assert_kept(held);
  });
  it('while the session ends: it has its end when space returns', async (t) => {
    if (why) return t.skip(why);
    held = await fill_up();
    host.send({ t: 'end' });
    await host.next('ended');
    await host.ask({ t: 'ping' }, 'pong');
    assert.equal(list(folder).ended, false);
    empty(media);
    await until('its end, and the film', () => list(folder).ended && existsSync(path.join(folder, 'replay.mp4')), { deadline_ms: 30000 });
    assert_kept(held);
    assert.doesNotMatch(server.stderr, /the child died/);
  });
  it('took nothing: the recording has no hole, and both voices lie beside it', async (t) => {
    if (why) return t.skip(why);
    const { pieces: all } = list(folder), film = path.join(folder, 'replay.mp4');
    for (const [n, piece] of all.slice(1).entries())
      assert.ok(Math.abs(piece.from - all[n].from - all[n].length) < 0.05, `a hole before ${piece.file}`);
    assert.equal(await decode(path.join(folder, 'programme.m3u8')), '');
    assert.equal(await decode(film), '');
    assert.deepEqual(voices(), Object.values(speakers).map(file_of).sort());
    const mix = await hear(film);
    for (const [name, hz] of Object.entries(TONES)) {
      const own = await hear(path.join(apart(), file_of(speakers[name])));
      const { ms, alike } = offset(loudness(own, hz), loudness(mix, hz)), late_ms = (mix.length - own.length) / 48;
      t.diagnostic(`${name}: ${ms} ms from the mix, ${alike.toFixed(3)} alike, ends ${late_ms.toFixed(0)} ms before it`);
      assert.ok(Math.abs(ms) <= APART_MS && alike >= ALIKE, `${name}: ${ms} ms, ${alike} alike`);
      assert.ok(Math.abs(late_ms) < 500, `${name} ends ${late_ms} ms before the film`);
    }
  });
});
