// Recordings made elsewhere: sent by tus 1.0.0, on after a cut, made by a confined child into a replay like the others.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { request } from 'node:http';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../faults/support.mjs';
import { importLive } from '../support/sample.mjs';
import { ownerClient, start } from './support.mjs';

const PAGE = '/test/organise/films/', TUS = { 'tus-resumable': '1.0.0' }, CHUNK = 1 << 20;
const folder = mkdtempSync(path.join(tmpdir(), 'treteau-films-'));
let server, owner, code, serial = 0;

/** A film or a sound, made by ffmpeg. @param {string} name @param {string[]} args @returns {Buffer} */
function film(name, ...args) {
  const file = path.join(folder, name);
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args, file]);
  return readFileSync(file);
}
const bars = (size, rate, seconds) => ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${rate}:d=${seconds}`];
const tone = (rate, seconds) => ['-f', 'lavfi', '-i', `sine=f=440:r=${rate}:d=${seconds}`];
const H264 = ['-c:v', 'libx264', '-preset', 'veryfast'], AAC = ['-c:a', 'aac', '-ac', '2'];

before(async () => {
  server = await start();
  await importLive(server);
  owner = await ownerClient(server);
  code = (await owner.get(PAGE)).body_text.match(/<option value="([^"]+)"[^>]*>[^<]*Earlier/)[1];
});
after(async () => {
  const { code: status, stderr } = await server.stop();
  rmSync(folder, { recursive: true });
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|store:/);
});

const announce = async (name, size, fields = {}) => {
  const answer = await owner.post(PAGE, { talk: code, promise: '1', name, size: String(size), ...fields }, { headers: { accept: 'application/json' } });
  return { status: answer.status, ...JSON.parse(answer.body_text) };
};
const tus = (method, address, headers = {}, body) => fetch(new URL(address, server.origin), { method, body, headers: { ...TUS, ...headers } });
const create = (address, size) => tus('POST', address, { 'upload-length': String(size) });
/** What a program hears that asks before it sends so much: one that does not may find the line cut off instead. */
const too_much = (address, offset, size) => new Promise((resolve, reject) => {
  const headers = { ...TUS, 'upload-offset': offset, 'content-type': 'application/offset+octet-stream', 'content-length': size, expect: '100-continue' };
  const asking = request(new URL(address, server.origin), { method: 'PATCH', headers });
  asking.on('response', ({ statusCode }) => { resolve(statusCode); asking.destroy(); });
  asking.on('continue', () => asking.end(Buffer.alloc(size)));
  asking.on('error', reject);
  asking.flushHeaders();
});
const patch = (address, offset, bytes) => tus('PATCH', address, { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }, bytes);
const offset_of = async (address) => Number((await tus('HEAD', address)).headers.get('upload-offset'));

/** Sends all of it from where the server is. */
async function send(address, bytes) {
  for (let at = await offset_of(address); at < bytes.length;) {
    const answer = await patch(address, at, bytes.subarray(at, at + CHUNK));
    assert.equal(answer.status, 204, await answer.text());
    at = Number(answer.headers.get('upload-offset'));
  }
}

/** What the page says of a file once it no longer waits: the item's words. */
async function settled(name) {
  for (;;) {
    const item = (await owner.get(PAGE)).body_text.split('<li class="stack"').find((one) => one.includes(name));
    assert.ok(item, `${name} is not on the page`);
    if (!/Waits to be|Being prepared/.test(item)) return item;
    await new Promise((resolve) => setTimeout(resolve, 300)); // as its page looks again
  }
}

/** Brings a file as the page's script does. @returns {Promise<string>} */
async function bring(bytes, extension) {
  const name = `film-${++serial}.${extension}`, { create: begins, upload } = await announce(name, bytes.length);
  assert.equal((await create(begins, bytes.length)).status, 201);
  await send(upload, bytes);
  return settled(name);
}

const media = () => path.join(server.folder, 'media'), uploads = () => path.join(server.folder, 'uploads');
const made = () => (existsSync(media()) ? readdirSync(media()) : []).filter((name) => name.startsWith('import-')).sort((a, b) => a.slice(7) - b.slice(7)).map((name) => path.join(media(), name));
/** What a foreign reader finds in the newest recording's list. */
function probe(list = path.join(made().at(-1), 'programme.m3u8')) {
  const text = execFileSync('ffprobe', ['-v', 'error', '-allowed_extensions', 'ALL', '-count_frames', '-show_entries',
    'stream=codec_name,width,height,channels,nb_read_frames:format=duration', '-of', 'json', list], { encoding: 'utf8' });
  const { streams, format } = JSON.parse(text);
  return { picture: streams.find(({ width }) => width), sound: streams.find(({ channels }) => channels), seconds: Number(format.duration) };
}

describe('recordings made elsewhere', () => {
  it('H.264 and AAC stay as they are: every picture, both channels, in order; the replay plays and can be downloaded', async () => {
    const bytes = film('copy.mp4', ...bars('320x180', 25, 13), ...tone(48000, 13), ...H264, ...AAC);
    assert.match(await bring(bytes, 'mp4'), /Ready[\s\S]*\/replay\//);
    const { picture, sound, seconds } = probe();
    assert.deepEqual([picture.codec_name, picture.width, Number(picture.nb_read_frames)], ['h264', 320, 325]);
    assert.deepEqual([sound.codec_name, sound.channels], ['aac', 2]);
    assert.ok(Math.abs(seconds - 13) < 0.1, `${seconds} s`);
    const page = await server.client().get(`/test/talk/${code}/replay/`);
    assert.match(page.body_text, /\/media\/import-\d+\/programme\.m3u8/);
    const list = await server.client().get(`/media/${path.basename(made()[0])}/programme.m3u8`);
    assert.match(list.body_text, /#EXT-X-TARGETDURATION:10\n[\s\S]*#EXT-X-ENDLIST/);
    await until('the file that came is gone', () => existsSync(uploads()) && readdirSync(uploads()).length === 0);
  });

  it('other films are made anew: odd sizes, 60 pictures a second, turned by a phone, no sound', async () => {
    assert.match(await bring(film('odd.webm', ...bars('213x121', 30, 5), ...tone(48000, 5), '-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus'), 'webm'), /Ready/);
    const odd = probe();
    assert.deepEqual([odd.picture.codec_name, odd.picture.width % 2, odd.picture.height % 2, odd.sound.codec_name], ['h264', 0, 0, 'aac']);
    assert.match(await bring(film('fast.avi', ...bars('160x120', 60, 5), '-c:v', 'mpeg4'), 'avi'), /Ready/);
    const fast = probe();
    assert.ok(Math.abs(fast.picture.nb_read_frames - 150) <= 3, `${fast.picture.nb_read_frames} pictures of 5 s`);
    assert.ok(fast.sound, 'silence is a sound');
    film('flat.mp4', ...bars('160x90', 25, 3), ...H264);
    assert.match(await bring(film('turned.mp4', '-i', path.join(folder, 'flat.mp4'), '-c', 'copy', '-metadata:s:v:0', 'rotate=90'), 'mp4'), /Ready/);
    const turned = probe();
    assert.deepEqual([turned.picture.width, turned.picture.height], [90, 160]);
    assert.match(await bring(film('ts.ts', ...bars('160x90', 50, 4), ...tone(44100, 4), '-c:v', 'mpeg2video', '-c:a', 'mp2'), 'ts'), /Ready/);
    assert.ok(Math.abs(probe().seconds - 4) < 0.15);
  });

  it('a sound alone is seen as the slate', async () => {
    assert.match(await bring(film('voice.mp3', ...tone(44100, 9), '-c:a', 'libmp3lame'), 'mp3'), /Ready/);
    const { picture, sound, seconds } = probe();
    assert.equal(Number(picture.nb_read_frames), 3);
    assert.ok(sound && Math.abs(seconds - 9) < 0.1, `${seconds} s`);
  });

  it('what is not what it says is refused with a reason, and leaves nothing behind', async () => {
    const good = film('good.mp4', ...bars('160x90', 25, 6), ...tone(48000, 6), ...H264, ...AAC), before_them = made().length;
    const locked = film('locked.mp4', ...bars('160x90', 25, 3), ...H264, '-encryption_scheme', 'cenc-aes-ctr', '-encryption_key', '0'.repeat(32), '-encryption_kid', '1'.repeat(32));
    const list = Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n/etc/passwd\n'), concat = Buffer.from('ffconcat version 1.0\nfile /etc/passwd\n');
    for (const [bytes, reason] of [[list, /neither a film nor/], [concat, /neither a film nor/], [Buffer.alloc(70000, 'x'), /neither a film nor/],
      [readFileSync('/bin/ls'), /neither a film nor/], [locked, /locked against copying/], [good.subarray(0, 3000), /damaged, or was cut off/]])
      assert.match(await bring(bytes, 'mp4'), reason);
    assert.equal(made().length, before_them);
    await until('nothing is left of what came', () => readdirSync(uploads()).length === 0);
  });

  it('tus: goes on after a cut and after kill -9 of the server, byte for byte', async () => {
    const bytes = film('long.mkv', ...bars('640x360', 25, 20), ...tone(44100, 20), ...H264, '-crf', '10', '-c:a', 'aac');
    assert.ok(bytes.length > 3 * CHUNK, `${bytes.length} bytes`);
    const { create: begins, upload } = await announce('long.mkv', bytes.length);
    const answer = await create(begins, bytes.length);
    assert.deepEqual([answer.status, answer.headers.get('location'), answer.headers.get('tus-resumable')], [201, upload, '1.0.0']);
    assert.ok(Date.parse(answer.headers.get('upload-expires')) > Date.now());
    assert.equal((await patch(upload, 0, bytes.subarray(0, CHUNK))).status, 204);
    assert.equal((await patch(upload, 0, bytes.subarray(0, CHUNK))).status, 409, 'these came already');
    assert.equal((await patch(upload, CHUNK + 1, bytes.subarray(0, 9))).status, 409, 'a hole');
    assert.equal(await too_much(upload, CHUNK, CHUNK + 8192), 413);
    await server.kill();
    server = await start({ folder: server.folder });
    Object.assign(owner, { origin: server.origin });
    const head = await tus('HEAD', upload);
    assert.deepEqual([head.headers.get('upload-offset'), head.headers.get('upload-length'), head.headers.get('cache-control')],
      [String(CHUNK), String(bytes.length), 'no-store']);
    // What a crash leaves beyond what was acknowledged is not counted, and written over.
    const [key] = readdirSync(path.join(server.folder, 'uploads')), file = path.join(server.folder, 'uploads', key, 'file');
    writeFileSync(file, Buffer.alloc(5000, 'x'), { flag: 'a' });
    const again = await announce('long.mkv', bytes.length);
    assert.equal(again.upload, upload, 'the same file for the same session goes on');
    assert.equal((await create(again.create, bytes.length)).status, 201);
    await send(upload, bytes.subarray(0, bytes.length - 1));
    assert.ok(readFileSync(file).subarray(0, bytes.length - 1).equals(bytes.subarray(0, bytes.length - 1)));
    await send(upload, bytes);
    await server.kill(); // while it is made, or about to be
    server = await start({ folder: server.folder });
    Object.assign(owner, { origin: server.origin });
    assert.match(await settled('long.mkv'), /Ready/);
    const { picture, seconds } = probe();
    assert.equal(Number(picture.nb_read_frames), 500);
    assert.ok(Math.abs(seconds - 20) < 0.2, `${seconds} s`);
  });

  it('tus: what a program may get wrong', async () => {
    const { create: begins, upload } = await announce('small.mp4', 100);
    const options = await fetch(new URL(upload, server.origin), { method: 'OPTIONS' });
    assert.deepEqual([options.status, options.headers.get('tus-version'), options.headers.get('tus-extension'), options.headers.get('tus-max-size')],
      [204, '1.0.0', 'creation,termination,expiration', String(20 * 2 ** 30)]);
    const old = await fetch(new URL(upload, server.origin), { method: 'HEAD', headers: { 'tus-resumable': '0.2.0' } });
    assert.deepEqual([old.status, old.headers.get('tus-version')], [412, '1.0.0']);
    for (const length of ['', '-1', '1e3', 'x', '99999999999999999999']) assert.equal((await create(begins, length)).status, 400, length);
    assert.equal((await create(begins, 101)).status, 409, 'another file');
    assert.equal((await tus('PATCH', upload, { 'upload-offset': '0', 'content-type': 'text/plain' }, 'x')).status, 415);
    assert.equal((await patch(upload, 0, Buffer.alloc(101))).status, 409, 'more than was announced');
    assert.equal((await tus('HEAD', upload.replace(/.$/, (c) => (c === '0' ? '1' : '0')))).status, 404);
    assert.equal((await tus('DELETE', upload)).status, 204);
    assert.equal((await tus('HEAD', upload)).status, 404);
    assert.equal((await patch(upload, 0, 'x')).status, 404);
  });

  it('too large, empty, no promise, no such session, five at once: each has its sentence', async () => {
    assert.deepEqual((({ status, fault }) => [status, /20 GB/.test(fault)])(await announce('a.mp4', 20 * 2 ** 30 + 1)), [413, true]);
    assert.match((await announce('a.mp4', 0)).fault, /empty/);
    assert.match((await announce('a.mp4', 10, { promise: '' })).fault, /./);
    assert.match((await announce('a.mp4', 10, { talk: 'NOSUCH' })).fault, /./);
    assert.match((await announce('a.mp4', 'x')).fault, /Choose a file/);
    for (let n = 0; n < 5; n++) assert.equal((await announce(`many-${n}.mp4`, 10)).status, 200);
    assert.match((await announce('many-5.mp4', 10)).fault, /Five files/);
    const page = (await owner.get(PAGE)).body_text;
    for (const [, id] of page.matchAll(/action="\/test\/organise\/films\/(\d+)\/"/g)) assert.equal((await owner.post(`${PAGE}${id}/`, {}, { from: PAGE })).status, 303);
    assert.doesNotMatch((await owner.get(PAGE)).body_text, /many-/);
  });

  it('without script the form takes a whole file', async () => {
    const form = new FormData();
    form.set('talk', code);
    form.set('promise', '1');
    form.set('file', new Blob([film('plain.mp4', ...bars('160x90', 25, 3), ...H264)]), 'plain.mp4');
    const answer = await owner.post(PAGE, form);
    assert.deepEqual([answer.status, answer.headers.get('location')], [303, `${PAGE}?done=sent`]);
    assert.match(await settled('plain.mp4'), /Ready/);
  });
});
