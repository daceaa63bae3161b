// A recording made elsewhere, while the server is killed at each stage of it and the disk is full: what was acknowledged is
// there, what was made is not made again, and it becomes a whole replay.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmdirSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { ownerClient, start } from '../http/support.mjs';
import { importLive } from '../support/sample.mjs';

const PAGE = '/test/organise/films/', TUS = { 'tus-resumable': '1.0.0' }, CHUNK = 1 << 20;
const folder = mkdtempSync(path.join(tmpdir(), 'treteau-films-')), filler = path.join(folder, 'filler');
const skip = (() => {
  try { // a gigabyte is left free for rooms, so the disk is a little larger
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1300m,mode=700', 'treteau-test', folder], { stdio: 'pipe' });
    return false;
  } catch (error) {
    rmdirSync(folder);
    return `no file system of its own: ${String(error.stderr).trim()}`;
  }
})();
let server, owner, code, bytes;

function fill() {
  const file = openSync(filler, 'a');
  for (let size = 1 << 20; size >= 1; size >>= 1)
    try {
      for (;;) writeSync(file, Buffer.alloc(size));
    } catch (error) {
      assert.equal(error.code, 'ENOSPC');
    }
  closeSync(file);
}
async function killed() {
  await server.kill();
  server = await start({ folder });
  Object.assign(owner, { origin: server.origin });
}
async function until(test, what) {
  for (let tries = 0; tries < 600; tries++) {
    const found = await test();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 200)); // as a page looks again
  }
  throw new Error(`never: ${what}`);
}
const tus = (method, address, headers = {}, body) => fetch(new URL(address, server.origin), { method, body, headers: { ...TUS, ...headers } });
const patch = (address, offset, part) => tus('PATCH', address, { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }, part);
const offset_of = async (address) => Number((await tus('HEAD', address)).headers.get('upload-offset'));
const item_of = async (name) => (await owner.get(PAGE)).body_text.split('<li class="stack"').find((one) => one.includes(name)) ?? '';
async function begin(name) {
  const answer = await owner.post(PAGE, { talk: code, promise: '1', name, size: String(bytes.length) }, { headers: { accept: 'application/json' } });
  const { create, upload } = JSON.parse(answer.body_text);
  assert.equal((await tus('POST', create, { 'upload-length': String(bytes.length) })).status, 201);
  return upload;
}
async function send(address, end = bytes.length) {
  for (let at = await offset_of(address); at < end;) {
    const answer = await patch(address, at, bytes.subarray(at, Math.min(at + CHUNK, end)));
    assert.equal(answer.status, 204);
    at = Number(answer.headers.get('upload-offset'));
  }
}
const film_folder = () => readdirSync(path.join(folder, 'uploads')).map((key) => path.join(folder, 'uploads', key, 'film'))[0];
const pieces = (place) => (place && existsSync(place) ? readdirSync(place).filter((name) => /^s\d+\.m4s$/.test(name)) : []);
function frames(place) {
  const text = execFileSync('ffprobe', ['-v', 'error', '-allowed_extensions', 'ALL', '-count_frames', '-select_streams', 'v', '-show_entries', 'stream=nb_read_frames',
    '-of', 'csv=p=0', path.join(place, 'programme.m3u8')], { encoding: 'utf8' });
  return Number(text.split('\n')[0].replace(/\D/g, ''));
}
const newest = () => path.join(folder, 'media', readdirSync(path.join(folder, 'media')).filter((name) => name.startsWith('import-')).sort((a, b) => a.slice(7) - b.slice(7)).at(-1));

before(async () => {
  if (skip) return;
  server = await start({ folder });
  await importLive(server);
  owner = await ownerClient(server);
  code = (await owner.get(PAGE)).body_text.match(/<option value="([^"]+)"[^>]*>[^<]*Earlier/)[1];
  const file = path.join(folder, 'film.ts');
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=25:d=40', '-f', 'lavfi', '-i', 'sine=r=48000:d=40',
    '-c:v', 'mpeg2video', '-b:v', '3M', '-c:a', 'mp2', file]);
  bytes = readFileSync(file);
  unlinkSync(file);
});
after(async () => {
  if (skip) return;
  await server.stop({ keep: true });
  execFileSync('umount', [folder]);
  rmdirSync(folder);
});

describe('a film that is brought', { skip }, () => {
  it('goes on behind its last piece after kill -9 while it is made, and becomes whole', async () => {
    const upload = await begin('killed.ts');
    await send(upload, 3 * CHUNK);
    await killed();
    assert.equal(await offset_of(upload), 3 * CHUNK);
    await send(upload);
    const place = await until(() => pieces(film_folder()).length >= 2 && existsSync(path.join(film_folder(), 'programme.m3u8')) && film_folder(), 'two pieces and a list');
    await killed();
    const [first] = pieces(place), born = existsSync(place) ? statSync(path.join(place, first)).mtimeMs : 0;
    await until(async () => /Ready|Prêt/.test(await item_of('killed.ts')), 'it is ready');
    assert.ok(born > 0 && statSync(path.join(newest(), first)).mtimeMs === born, 'the first piece was not made again');
    const count = frames(newest());
    assert.ok(Math.abs(count - 1000) <= 3, `${count} pictures of 40 s`);
  });

  it('is noted after a crash between its last piece and its row', async () => {
    await server.kill();
    const db = new DatabaseSync(path.join(folder, 'treteau.db'));
    db.exec("UPDATE upload SET state = 'waiting'; DELETE FROM recording");
    db.exec('DELETE FROM recording_gone'); // its files stand, as if the row had never been
    db.close();
    server = await start({ folder });
    Object.assign(owner, { origin: server.origin });
    await until(async () => /Ready|Prêt/.test(await item_of('killed.ts')), 'it is ready again');
    assert.match((await server.client().get(`/test/talk/${code}/replay/`)).body_text, /import-\d+\/programme\.m3u8/);
  });

  it('waits while the disk is full, as it arrives and as it is made, and goes on when there is space', async () => {
    const upload = await begin('full.ts');
    await send(upload, CHUNK);
    fill();
    const refused = await patch(upload, CHUNK, bytes.subarray(CHUNK, 2 * CHUNK));
    assert.equal(refused.status, 507);
    assert.match((await refused.json()).detail, /disk is full|disque du serveur est plein/);
    const more = await owner.post(PAGE, { talk: code, promise: '1', name: 'more.ts', size: '1000000' }, { headers: { accept: 'application/json' } });
    assert.ok(more.status === 507, `${more.status} ${more.body_text}`);
    unlinkSync(filler);
    assert.equal(await offset_of(upload), CHUNK);
    await send(upload);
    await until(() => pieces(film_folder()).length >= 1, 'a piece');
    fill();
    await until(async () => /disk is full|disque du serveur est plein/.test(await item_of('full.ts')), 'it says so');
    unlinkSync(filler);
    await until(async () => /Ready|Prêt/.test(await item_of('full.ts')), 'it is ready');
    const count = frames(newest());
    assert.ok(Math.abs(count - 1000) <= 3, `${count} pictures of 40 s`);
  });

  it('given up while it is made, it leaves nothing', async () => {
    const upload = await begin('given-up.ts');
    await send(upload);
    await until(() => pieces(film_folder()).length >= 1, 'a piece');
    const id = (await item_of('given-up.ts')).match(/organise\/films\/(\d+)\//)[1];
    assert.equal((await owner.post(`${PAGE}${id}/`, {}, { from: PAGE })).status, 303);
    await until(() => readdirSync(path.join(folder, 'uploads')).length === 0, 'its files are gone');
    assert.equal((await tus('HEAD', upload)).status, 404);
  });
});
