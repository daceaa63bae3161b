// A power cut: server and children end at one moment, and what they had not yet had on the disk is gone. How far the
// recorder was with a piece is chosen among what its order of writing allows (src/record/recorder/session_test.c holds it
// to that order): the piece beside its name, synced, named, the folder synced; then the list likewise, then its end.
import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { list } from './recording.mjs';
import { until } from './support.mjs';

const LAST_PIECE = /(?:#EXT-X-DISCONTINUITY\n)?(?:#EXT-X-MAP.*\n)?(?:#EXT-X-PROGRAM-DATE-TIME.*\n)?#EXTINF.*\n.*\n$/;
const next_name = (folder) => list(folder).pieces.at(-1).file.replace(/\d+/, (n) => String(Number(n) + 1).padStart(n.length, '0'));

/** States of the folder. @returns {number} pieces of the list that are no more in it */
export function HALF_A_PIECE(folder) {
  const { file, size } = list(folder).pieces.at(-1), part = path.join(folder, `.${next_name(folder)}.part`);
  copyFileSync(path.join(folder, file), part);
  truncateSync(part, Math.floor(size / 2));
  return 0;
}

/** The piece has its name already, also a further one that another cut left; the new list is empty beside its name. */
export function NO_LIST(folder) {
  copyFileSync(path.join(folder, list(folder).pieces.at(-1).file), path.join(folder, next_name(folder)));
  const name = path.join(folder, 'programme.m3u8'), before = readFileSync(name, 'utf8').replace(LAST_PIECE, '');
  writeFileSync(name, before);
  writeFileSync(path.join(folder, '.programme.m3u8.part'), '');
  rmSync(path.join(folder, 'recent.m3u8'));
  return 1;
}

/** The list has it; its end is half, and that of before gone. */
export function ALL_OF_ONE(folder) {
  const recent = path.join(folder, 'recent.m3u8'), bytes = readFileSync(recent);
  writeFileSync(path.join(folder, '.recent.m3u8.part'), bytes.subarray(0, bytes.length / 2));
  rmSync(recent);
  return 0;
}

/** Where what was written first into a voice's file ends, which was had on the disk: the first page that is not full. */
function first_written(file) {
  const bytes = readFileSync(file);
  let at = 0;
  for (let page = 0, segments = 0; page < 3 || segments > 250; page++) {
    segments = bytes[at + 26];
    at += 27 + segments + bytes.subarray(at + 27, at + 27 + segments).reduce((sum, size) => sum + size, 0);
  }
  return at;
}

/** Of what the newest voice said last half is gone; some file systems leave zeros in its place. */
function lose_voices(apart) {
  const age = (file) => statSync(path.join(apart, file)).mtimeMs;
  const newest = path.join(apart, readdirSync(apart).sort((a, b) => age(b) - age(a))[0]), first = first_written(newest);
  truncateSync(newest, Math.floor((first + statSync(newest).size) / 2));
  appendFileSync(newest, Buffer.alloc(1000));
}

/** The store's index is nowhere but in memory, and its log ends in the middle of something nobody was told of. */
function lose_store(data) {
  rmSync(path.join(data, 'treteau.db-shm'), { force: true });
  const log = path.join(data, 'treteau.db-wal');
  if (existsSync(log)) appendFileSync(log, Buffer.alloc(2000, 0x55));
}

/** Each thread has those that it started. */
const children_of = (pid) => readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
  readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter((word) => word.trim()).map(Number));

/** @returns {Promise<number>} what `state` says */
export async function cut_power(server, folder, state) {
  const all = [server.child.pid, ...children_of(server.child.pid)];
  assert.ok(all.length > 1, 'a recorder is there');
  for (const signal of ['SIGSTOP', 'SIGKILL']) // none sees another one's end
    for (const pid of all) process.kill(pid, signal);
  await server.exited;
  await until('all are gone', () => all.every((pid) => !existsSync(`/proc/${pid}`)));
  lose_store(server.folder);
  lose_voices(path.join(folder, 'apart'));
  return state(folder);
}
