// Chapters of a replay: lines of the run sheet, answered questions, slides, turns at the floor, scenes; those that are close
// to each other are one; on the page, in the film, when borders move, and without the name of who does not agree.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { hold, importRecorded, open_store, record } from '../support/recorded.mjs';
import { until } from '../faults/support.mjs';
import { ownerClient, start } from './support.mjs';

const no_ffprobe = spawnSync('ffprobe', ['-version']).error ? 'ffprobe is not installed' : false;
let server, code, held;
const address = (rest = '') => `/vus/talk/${code}/replay/${rest}`;
const page = async () => (await server.client().get(address())).body_text;
const chapters = async () => [...(await page()).match(/<ol class="chapters"[\s\S]*?<\/ol>/)[0].matchAll(/<time>([\d:]+)<\/time><a[^>]*>([^<]*)/g)].map(([, at, text]) => [at, text]);
/** The files are made of what is shown now. */
const settled = () => {
  const db = open_store(server), { n } = db.prepare('SELECT count(*) AS n FROM recording WHERE stale > 0').get();
  db.close();
  return n === 0;
};

before(async () => {
  server = await start();
  ({ Ouverture: code } = await importRecorded(server, 'vus', ['Ouverture']));
  held = hold(server, 'vus', code, {
    run: [[4, 'Welcome'], [30, 'Debate & more', 'OPEN'], [900, 'After the recording']],
    questions: [['Which contract?', 3, 33]],
    decks: [[15, 'Holding a room']],
    turns: [[28, 'Open'], [29, 'Shy']],
    scenes: [[17, 'gallery'], [45, 'screen'], [46, 'screen'], [58, 'auto']],
    agree: ['Open'],
  });
  const db = open_store(server);
  // Long ago as it is, what is kept of its people would be erased at the next start.
  db.prepare("UPDATE event SET last_day = '2999-01-01' WHERE slug = 'vus'").run();
  db.close();
  await record(server.folder, 'vus', code, 60);
  await server.stop({ keep: true }); // what waits is done at the start too
  server = await start({ folder: server.folder });
});
after(async () => {
  const { code: exit, stderr } = await server.stop({ keep: false });
  assert.equal(exit, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

describe('chapters', () => {
  it('stand on the page, of those close to each other the one that says most', async () => {
    assert.deepEqual(await chapters(), [
      ['0:00', 'Welcome'], // within ten seconds of the beginning: it begins there
      ['0:15', 'Slides: Holding a room'],
      ['0:30', 'Debate &amp; more: Open'],
      ['0:45', 'The shared screen'],
    ]);
  });
  it('are in the film, in the language of the session', { skip: no_ffprobe }, async () => {
    await until('the film', settled, { deadline_ms: 60000, every_ms: 250 });
    const film = `${server.origin}${(await page()).match(/src="(\/media\/[^"]+\/replay\.mp4)/)[1]}`;
    const { stdout } = await promisify(execFile)('ffprobe', ['-v', 'error', '-of', 'json', '-show_chapters', film]);
    assert.deepEqual(JSON.parse(stdout).chapters.map(({ start_time, tags }) => [Math.round(Number(start_time)), tags.title.replaceAll(/\s/g, ' ')]), [
      [0, 'Welcome'], [15, 'Diapositives : Holding a room'], [30, 'Debate & more: Open'], [45, 'L’écran partagé'],
    ]);
  });
  it('move with the borders', async () => {
    const owner = await ownerClient(server);
    assert.equal((await owner.post(address('cut/'), { from: '0:12', to: '0:40' })).status, 303);
    const [first, second, ...more] = await chapters();
    assert.deepEqual(first, ['0:00', 'Beginning'], 'slides so soon say less than that it begins');
    assert.equal(second[1], 'Debate &amp; more: Open');
    assert.ok(['0:18', '0:19', '0:20', '0:21'].includes(second[0]), second[0]);
    assert.deepEqual(more, []);
  });
  it('do not name who does not agree any more', async () => {
    const db = open_store(server);
    db.prepare('INSERT INTO live_consent(room_id, person_id, given, at_us) VALUES(?, ?, 0, 2)').run(held.room, held.people.Open);
    db.close();
    assert.equal((await chapters())[1][1], 'Debate &amp; more');
    assert.doesNotMatch(await page(), /Open/);
  });
});
