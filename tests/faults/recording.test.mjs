// The recorder is killed again and again while a session is recorded, then the server itself: the recording goes on by
// itself, everything but the open segments plays, and seconds after the end its page shows it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, it } from 'node:test';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ownerClient, start } from '../http/support.mjs';
import { Page } from '../support/page.mjs';
import { startAgain, until } from './support.mjs';

const skip = !existsSync('/usr/bin/ffmpeg') && 'the ffmpeg command is not installed';
const KILLS = 5;
const OPEN_S = 4; // an open segment at most
const AGAIN_S = 3; // until the next recorder has a key frame
const place = { slug: 'nec-sud-charente', room: 'grande-scene' };
let server, owner;
before(async () => {
  if (skip) return;
  server = await start({ seed: true }); // its sample speakers send pictures and tones
  owner = await ownerClient(server);
});
after(() => server?.stop({ keep: false }));

/** Process ids of the recorders that this server has started. */
async function recorders() {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,args=', '--ppid', String(server.child.pid)]).catch(() => ({ stdout: '' }));
  return stdout.split('\n').filter((line) => line.includes('treteau-recorder')).map((line) => Number(line.trim().split(' ')[0]));
}

/** The list of the recording of the live session; '' while there is none. */
async function list() {
  const folder = path.join(server.folder, 'media');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('s') && name !== 'sample');
  return names.length ? readFile(path.join(folder, names[0], 'programme.m3u8'), 'utf8').catch(() => '') : '';
}
const segments = (text) => [...text.matchAll(/^s(\d+)\.m4s$/gm)].map(([, number]) => Number(number));
const seconds = (text) => [...text.matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, [, one]) => sum + Number(one), 0);

/** Waits for so many further segments. */
async function grow(by) {
  const had = segments(await list()).length;
  return until(`${by} further segments`, async () => segments(await list()).length >= had + by, { deadline_ms: 40000 });
}

const host = () => Page.join(server, place, 'Organisation', { client: owner, deadline_ms: 20000 });
// The sample's own replay is made in the background at the first start: it is not to be taken for this one.
const sampleIsMade = () => until('the sample replay', () => readFile(path.join(server.folder, 'media/sample/replay.mp4')).then(() => true, () => false),
  { deadline_ms: 60000, every_ms: 200 });

it('goes on', { timeout: 240000, skip }, async () => {
  await sampleIsMade();
  let page = await host();
  assert.equal(page.welcome.me.role, 'host');
  await page.ask({ t: 'record', on: true }, 'record', (message) => message.on);
  const begun = performance.now();
  await grow(2);
  for (let kill = 0; kill < KILLS; kill++) {
    const [pid] = await until('a recorder', async () => (await recorders()).length && recorders());
    process.kill(pid, 'SIGKILL');
    await until('another recorder', async () => (await recorders()).some((other) => other !== pid));
    await grow(1);
  }
  await server.kill();
  server = await startAgain(server, { seed: true });
  page = await host();
  await grow(2);
  await page.ask({ t: 'record', on: false }, 'record', (message) => !message.on);
  const lasted = (performance.now() - begun) / 1000, ended = performance.now();

  const { code } = page.welcome.session ?? page.welcome.talk ?? {};
  assert.ok(code, JSON.stringify(page.welcome).slice(0, 400));
  const client = server.client();
  const found = await until('the replay', async () => {
    const { body_text } = await client.get(`/${place.slug}/talk/${code}/replay/`);
    return !/being recorded/.test(body_text) && body_text.match(/data-list="([^"]+)"/);
  });
  assert.ok(performance.now() - ended < 5000, `played after ${performance.now() - ended} ms`);
  const text = (await client.get(found[1])).body_text;
  assert.match(text, /#EXT-X-ENDLIST\n$/);
  const numbers = segments(text);
  assert.deepEqual(numbers, numbers.map((_, n) => n), 'every finished segment is listed, once and in order');
  const lost = lasted - seconds(text);
  assert.ok(lost < (KILLS + 1) * (OPEN_S + AGAIN_S) + 2, `${lost.toFixed(1)} of ${lasted.toFixed(1)} s are lost`);

  const movie = path.join(server.folder, found[1].replace('programme.m3u8', 'replay.mp4').slice(1));
  await until('the MP4', () => readFile(movie).then(() => true, () => false), { deadline_ms: 30000 });
  const { stderr } = await promisify(execFile)('ffmpeg', ['-v', 'error', '-i', movie, '-fps_mode', 'passthrough',
    '-enc_time_base', '1:90000', '-f', 'null', '-']);
  assert.equal(stderr, '');
  const { stdout } = await promisify(execFile)('ffprobe', ['-v', 'error', '-show_entries', 'stream=duration', '-of', 'csv=p=0', movie]);
  const [picture, sound] = stdout.trim().split('\n').map(Number);
  assert.ok(Math.abs(picture - seconds(text)) < 0.5 && Math.abs(sound - picture) < 0.1, stdout);
});
