// A recording is interrupted again and again, by the death of the recorder, of the server, by a restart, and by power cuts
// that take what was not yet on the disk: it goes on in the same list, all but the pieces that were open plays, and seconds
// after the end its page shows it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ownerClient, start } from '../http/support.mjs';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { ALL_OF_ONE, HALF_A_PIECE, NO_LIST, cut_power } from './power.mjs';
import { decode, list, recordingFolder } from './recording.mjs';
import { speaker } from './speaker.mjs';
import { startAgain, until } from './support.mjs';

const PIECES = 2; // of about two seconds, between one interruption and the next
const GAP_MAX_S = 10; // the open piece (4 s), the start, and the speaker's way back
let server, place, owner, host, guest, folder;
before(async () => {
  server = await start();
  place = await importLive(server);
});
after(async () => {
  await guest?.stop();
  await server.stop({ keep: false });
});

const more = async (what) => {
  const { length } = list(folder).pieces;
  await until(`pieces after ${what}`, () => list(folder).pieces.length >= length + PIECES, { deadline_ms: 30000 });
};

function recorderOf(pid) {
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      const [, name, parent] = readFileSync(`/proc/${entry}/stat`, 'utf8').match(/\((.*)\) \S (\d+)/);
      if (Number(parent) === pid && name.startsWith('treteau-record')) return Number(entry);
    } catch { /* it has ended meanwhile */ }
  return null;
}

async function backInTheRoom() {
  const key = host?.welcome.me.key ?? null;
  host = await Page.join(server, place, '', { client: owner, key, deadline_ms: 30000 });
  assert.equal(host.welcome.recording, key !== null);
  const back = (person) => person.id === guest.id && person.consent && person.camera && person.stage !== null;
  if (guest && !host.welcome.people.some(back)) await host.next('people', (m) => m.set.some(back));
}

const skip = !existsSync('/usr/bin/ffmpeg') && 'the ffmpeg command is not installed';

describe('case 22: a recording that is interrupted', { skip }, () => {
  let begunAt, before_, endedAt;
  it('begins', async () => {
    owner = await ownerClient(server);
    await owner.post('/test/organise/rooms/scene/', { name: 'Scene', kind: 'stage', capacity: '', note: '', voices: '1' });
    await backInTheRoom();
    guest = await speaker(server, place, host);
    begunAt = Date.now() / 1000;
    host.send({ t: 'record', on: true });
    await host.next('record', (m) => m.on);
    folder = await recordingFolder(server);
    await more('the start');
  });
  /** @returns how many pieces nobody was told of before */
  const power_cut = (state) => async () => {
    const untold = await cut_power(server, folder, state);
    server = await startAgain(server);
    await backInTheRoom();
    return untold;
  };
  const interruptions = {
    'the recorder is killed': () => process.kill(recorderOf(server.child.pid), 'SIGKILL'),
    'the next recorder is killed': () => process.kill(recorderOf(server.child.pid), 'SIGKILL'),
    'the one after it is killed': () => process.kill(recorderOf(server.child.pid), 'SIGKILL'),
    'the server is killed': async () => {
      await server.kill();
      server = await startAgain(server);
      await backInTheRoom();
    },
    'the server is restarted': async () => {
      const { code, stderr } = await server.stop({ keep: true });
      assert.equal(code, 0, stderr);
      server = await startAgain(server);
      await backInTheRoom();
    },
    'the power is cut within a piece': power_cut(HALF_A_PIECE),
    'the power is cut before the list has the piece': power_cut(NO_LIST),
    'the power is cut when the list has it': power_cut(ALL_OF_ONE),
  };
  for (const [what, interrupt] of Object.entries(interruptions))
    it(`goes on when ${what}`, async () => {
      before_ = list(folder).pieces;
      const told = before_.slice(0, before_.length - (await interrupt() ?? 0));
      await more(what);
      assert.deepEqual(list(folder).pieces.slice(0, told.length), told, 'what was in the list stays');
    });
  it('has its end when the session ends', async () => {
    endedAt = Date.now() / 1000;
    host.send({ t: 'end' });
    const { replay_url } = await host.next('ended');
    const page = await until('its page', async () => {
      const { body_text } = await server.client().get(replay_url);
      return list(folder).ended && !body_text.includes('being recorded') && body_text.match(/data-list="([^"]+)"/);
    }, { deadline_ms: 5000 });
    assert.match((await server.client().get(page[1])).body_text, /#EXT-X-ENDLIST\n$/);
  });
  it('plays, and lacks no more than what was open', async (t) => {
    const { pieces } = list(folder);
    const gaps = pieces.slice(1).map((piece, n) => piece.from - pieces[n].from - pieces[n].length).filter((gap) => gap > 0.05);
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    t.diagnostic(`${length.toFixed(1)} s in ${pieces.length} pieces, gaps of ${gaps.map((gap) => gap.toFixed(1)).join(', ')} s`);
    assert.ok(gaps.length <= Object.keys(interruptions).length && gaps.every((gap) => gap < GAP_MAX_S), `gaps: ${gaps}`);
    const wall = endedAt - begunAt, covered = length + gaps.reduce((sum, gap) => sum + gap, 0);
    assert.ok(Math.abs(wall - covered) < 2, `${wall} s went by, ${covered} s are told`);
    assert.equal(await decode(path.join(folder, 'programme.m3u8')), '');
    const { stdout } = await promisify(execFile)('ffprobe', ['-v', 'error', '-show_entries',
      'format=duration:stream=codec_name', '-of', 'json', path.join(folder, 'programme.m3u8')]);
    const { format, streams } = JSON.parse(stdout);
    assert.deepEqual(new Set(streams.map((stream) => stream.codec_name)), new Set(['h264', 'aac']));
    assert.ok(Math.abs(Number(format.duration) - length) < 0.5, `${format.duration} s play of ${length}`);
  });
  it('becomes one file that plays', async () => {
    const file = path.join(folder, 'replay.mp4');
    await until('the file', () => readdirSync(folder).includes('replay.mp4'), { deadline_ms: 15000 });
    assert.equal(await decode(file), '');
    const { stdout } = await promisify(execFile)('ffprobe', ['-v', 'error', '-show_entries', 'stream=duration', '-of', 'csv=p=0', file]);
    const [picture, sound] = stdout.trim().split('\n').map(Number);
    const length = list(folder).pieces.reduce((sum, piece) => sum + piece.length, 0);
    assert.ok(Math.abs(picture - length) < 0.5 && Math.abs(sound - picture) < 0.1, `${picture} s and ${sound} s of ${length}`);
  });
  it('has the voice by itself, a file for each start of the recorder, which plays as far as it goes', async () => {
    const apart = path.join(folder, 'apart'), files = readdirSync(apart);
    assert.equal(files.length, Object.keys(interruptions).length + 1, files.join());
    for (const file of files) assert.equal(await decode(path.join(apart, file)), '', file);
  });
});
