// Two who speak at once in a room that keeps each voice by itself: what their hosts download holds each one's own tone
// alone, and lies beside the recording's mix in which both are heard. One comes a while after the recording has begun.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { list, recordingFolder } from '../faults/recording.mjs';
import { speaker } from '../faults/speaker.mjs';
import { until } from '../faults/support.mjs';
import { ownerClient, start } from '../http/support.mjs';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { hear, loudness, offset } from '../support/sound.mjs';

const skip = spawnSync('ffmpeg', ['-version']).error ? 'ffmpeg is not installed' : false;
const TONES = { Ada: 450, Bo: 650 };
const TOGETHER = 6; // pieces, of about two seconds, while both are there
const APART_MS = 40, ALIKE = 0.95;
const OTHER_DB = -35, LONG_MS = 200; // another's tone in a voice's own file, beneath its own, by a sharp filter: Opus itself leaves noise at −43
const HEARD = 0.04; // of the half of its amplitude, 0.08
let server, place, owner, host, folder, page;
const speakers = [];
before(async () => {
  server = await start();
  place = await importLive(server);
  owner = await ownerClient(server);
  await owner.post('/test/organise/rooms/scene/', { name: 'Scene', kind: 'stage', capacity: '', note: '', voices: '1' });
});
after(async () => {
  for (const one of speakers) await one.stop();
  await server.stop({ keep: false });
});

const pieces = (more) => {
  const { length } = list(folder).pieces;
  return until(`${more} more pieces`, () => list(folder).pieces.length >= length + more, { deadline_ms: 60000 });
};
const power = (course) => course.reduce((sum, value) => sum + value * value, 0) / course.length;

describe('two voices by themselves', { skip }, () => {
  it('are recorded while both speak', async () => {
    host = await Page.join(server, place, '', { client: owner, deadline_ms: 30000 });
    speakers.push(await speaker(server, place, host, 'Ada', { tone: TONES.Ada }));
    host.send({ t: 'record', on: true });
    await host.next('record', (m) => m.on);
    folder = await recordingFolder(server);
    speakers.push(await speaker(server, place, host, 'Bo', { tone: TONES.Bo }));
    await pieces(TOGETHER);
    host.send({ t: 'end' });
    const { replay_url } = await host.next('ended');
    await until('the film', () => list(folder).ended && existsSync(path.join(folder, 'replay.mp4')), { deadline_ms: 30000 });
    page = (await owner.get(`${replay_url}cut/`)).body_text;
  });
  it('are each heard alone in their file, where the recording has them', async (t) => {
    const mix = await hear(path.join(folder, 'replay.mp4'));
    for (const [name, hz] of Object.entries(TONES)) {
      const [, url] = page.match(new RegExp(`<a href="([^"]+)" download="${name.toLowerCase()}\\.opus">${name}`));
      const answer = await owner.request('GET', url), file = path.join(server.folder, `${name}.opus`);
      assert.equal(answer.status, 200);
      await writeFile(file, Buffer.from(await answer.arrayBuffer()));
      const own = await hear(file), voice = loudness(own, hz), mixed = loudness(mix, hz);
      const [other] = Object.values(TONES).filter((tone) => tone !== hz);
      const other_db = 10 * Math.log10(power(loudness(own, other, LONG_MS)) / power(voice));
      const apart = offset(voice, mixed), length_ms = (own.length - mix.length) / 48;
      t.diagnostic(`${name}: ${apart.ms} ms from the mix, ${apart.alike.toFixed(3)} alike; the other tone at ${other_db.toFixed(0)} dB; ${length_ms.toFixed(0)} ms longer`);
      assert.ok(Math.abs(apart.ms) <= APART_MS && apart.alike >= ALIKE, `${name} is ${apart.ms} ms from the mix, ${apart.alike} alike`);
      assert.ok(other_db < OTHER_DB, `${name} has the other tone at ${other_db} dB`);
    }
  });
  it('were both heard at the same moments, not by turns', async () => {
    const mix = await hear(path.join(folder, 'replay.mp4')), [one, two] = Object.values(TONES).map((hz) => loudness(mix, hz));
    const both = one.filter((value, i) => value > HEARD && two[i] > HEARD).length / one.length;
    assert.ok(both > 0.1, `${(100 * both).toFixed(0)} % of the time`);
  });
});
