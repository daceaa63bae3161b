// A small programme around now, as schedule.xml: what tests import when they need a live session.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../http/support.mjs';

const pad = (number) => String(number).padStart(2, '0');
const day = (date) => `${date.getUTCFullYear()}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
const hour = (date) => `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}`;

/** @param {{title: string, room: string, start: Date, minutes: number, persons?: string[], guid?: string}[]} talks */
export function scheduleXml(title, talks) {
  const days = [...new Set(talks.map((talk) => day(talk.start)))].sort();
  const rooms = [...new Set(talks.map((talk) => talk.room))];
  const uuid = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  let id = 0;
  const event = (talk) => `<event id="${++id}" guid="${talk.guid ?? uuid(id)}"><date>${talk.start.toISOString().slice(0, 19)}Z</date>
<start>${hour(talk.start)}</start><duration>${pad(Math.floor(talk.minutes / 60))}:${pad(talk.minutes % 60)}</duration>
<room>${talk.room}</room><title>${talk.title}</title><type>table</type><track></track><abstract>…</abstract>
<persons>${(talk.persons ?? []).map((name, n) => `<person id="${id * 100 + n}">${name}</person>`).join('')}</persons></event>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<schedule><version>1</version><conference><title>${title}</title><acronym>test</acronym><start>${days[0]}</start>
<end>${days.at(-1)}</end><time_zone_name>UTC</time_zone_name></conference>
${days.map((date, index) => `<day index="${index + 1}" date="${date}" start="${date}T00:00:00Z" end="${date}T23:59:00Z">
${rooms.map((room) => `<room name="${room}">${talks.filter((t) => t.room === room && day(t.start) === date).map(event).join('\n')}</room>`).join('\n')}
</day>`).join('\n')}
</schedule>`;
}

/** Imports and publishes the event `slug` with one session that is live now in the room "Scene". */
export async function importLive(server, slug = 'test') {
  const file = path.join(server.folder, 'sample.xml');
  const now = Date.now();
  await writeFile(file, scheduleXml('Test event', [
    { title: 'Earlier', room: 'Scene', start: new Date(now - 3 * 3600e3), minutes: 60, persons: ['Person One'] },
    { title: 'Live now', room: 'Scene', start: new Date(now - 10 * 60e3), minutes: 90, persons: ['Person One', 'Person Two'] },
    { title: 'Elsewhere', room: 'Workshop', start: new Date(now + 20 * 3600e3), minutes: 60 },
  ]));
  const { code, stderr } = await run('import', file, '--event', slug, '--publish', '--data', server.folder);
  if (code !== 0) throw new Error(stderr);
  return { slug, room: 'scene' };
}
