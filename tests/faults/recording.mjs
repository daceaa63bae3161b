// A recording's folder looked at from outside: its list, its files, what a decoder says of them.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from './support.mjs';

/** The folder of the one recording of this server, once it has a list. */
export function recordingFolder(server) {
  return until('a list', () => {
    const media = path.join(server.folder, 'media');
    const [name] = readdirSync(media, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    const folder = path.join(media, name ?? '');
    return name && readdirSync(folder).includes('programme.m3u8') && folder;
  }, { deadline_ms: 20000 });
}

/** What the list says: pieces with their file, moment, length and size, and whether it has its end. */
export function list(folder) {
  const pieces = [];
  let moment, length;
  const text = readFileSync(path.join(folder, 'programme.m3u8'), 'utf8');
  for (const line of text.split('\n')) {
    const date = line.match(/^#EXT-X-PROGRAM-DATE-TIME:(.+)/), info = line.match(/^#EXTINF:([\d.]+)/);
    if (date) moment = Date.parse(date[1]) / 1000;
    if (info) length = Number(info[1]);
    if (!line || line.startsWith('#')) continue;
    pieces.push({ file: line, from: moment, length, size: statSync(path.join(folder, line)).size });
    moment += length;
  }
  return { pieces, ended: text.includes('#EXT-X-ENDLIST') };
}

/** What ffmpeg finds to say when it decodes all of it. */
export async function decode(file) {
  const { stdout, stderr } = await promisify(execFile)('ffmpeg', ['-nostdin', '-v', 'error', '-i', file, '-map', '0',
    '-fps_mode', 'passthrough', '-enc_time_base:v', '1:90000', '-f', 'null', '-']);
  return (stdout + stderr).trim();
}
