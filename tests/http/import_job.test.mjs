// Imports of many rows are long work: they say how far they are, can be stopped, survive a kill, and end on the page that
// small ones answer with. Nothing is ever half imported.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ownerClient, start } from './support.mjs';
import { html_findings } from '../browser/findings.mjs';
import { measured } from '../support/measure.mjs';
import { importLive } from '../support/sample.mjs';
import { chance, rows, startAgain, until } from '../faults/support.mjs';

const MANY = 4500, KILLS = 4;
const HEAD = 'Title;Day;Start;Duration;Room';
const two = (number) => String(number).padStart(2, '0');
/** A table of so many sessions. @param {string} word what their titles begin with */
const table = (word, count) => `${HEAD}\n${Array.from({ length: count }, (_, n) => `${word} ${n};2031-01-${two(1 + n % 28)};`
  + `${two(8 + Math.floor(n / 28) % 12)}:${two(Math.floor(n / 336) % 60)};5;Room ${n % 20}`).join('\n')}\n`;
const random = chance();

let server, owner;
const pages = '/test/organise/import/';
before(async () => {
  server = await start();
  await importLive(server);
  owner = await ownerClient(server);
});
after(async () => {
  const { code, stderr } = await server.stop({ keep: false });
  assert.equal(code, 0, stderr);
});

/** @param {string} text @param {string} act */
function send(text, act, name = 'programme.csv') {
  const form = new FormData();
  form.append('file', new Blob([text]), name);
  form.append('act', act);
  return owner.post(pages, form);
}
const there = (word) => rows(server.folder, "SELECT count(*) AS n FROM talk WHERE title LIKE ? || ' %'", word)[0].n;
const state = async (job) => JSON.parse((await owner.get(`${job}state`)).body_text);
const kept = () => rows(server.folder, 'SELECT count(*) AS n FROM import_job WHERE bytes IS NOT NULL')[0].n;
const ended = (job) => until('the end of the import', async () => !(await state(job)).open, { deadline_ms: 60000 });
/** Where a chain of redirections ends. */
async function follow(address) {
  let answer = await owner.get(address);
  for (let steps = 0; answer.status === 303 && steps < 5; steps++) {
    address = answer.headers.get('location');
    answer = await owner.get(address);
  }
  return { address, status: answer.status, body_text: answer.body_text };
}
/** Sends, and waits for the page of the work. @returns {Promise<string>} its address */
async function begin(text, act) {
  const answer = await send(text, act);
  assert.equal(answer.status, 303, answer.body_text);
  const job = answer.headers.get('location');
  assert.match(job, /^\/test\/organise\/jobs\/\d+\/$/);
  return job;
}
/** Looks at a table first, imports exactly that. @returns {Promise<string>} the address of the work that imports */
async function beginSeen(text) {
  const look = await begin(text, 'check');
  await ended(look);
  const preview = await follow(look);
  const [, seal] = preview.body_text.match(/name="seal" value="([^"]+)"/) ?? assert.fail(preview.body_text);
  return (await owner.post(preview.address, { seal })).headers.get('location');
}

describe('an import of many rows', () => {
  it('a small one is still answered at once', async () => {
    const answer = await send(table('Few', 20), 'check');
    assert.match(answer.headers.get('location'), /\/import\/[0-9a-f]{32}\/$/);
  });

  it('has a page with a progress bar that has a name, then its preview, then the page of the result', async () => {
    const job = await begin(table('Many', MANY), 'check');
    const page = await owner.get(job);
    if (page.status === 200) {
      assert.match(page.body_text, /<label for="progress">[^<]+<\/label>\s*<progress id="progress" max="100"/);
      assert.match(page.body_text, /role="status"/);
    }
    await ended(job);
    const preview = await follow(job);
    assert.equal(preview.status, 200);
    assert.match(preview.address, /\/import\/[0-9a-f]{32}\/$/);
    assert.match(preview.body_text, new RegExp(`${MANY} sessions: ${MANY} new`));
    assert.equal(there('Many'), 0, 'only looked at');
    const [, seal] = preview.body_text.match(/name="seal" value="([^"]+)"/);
    const work = (await owner.post(preview.address, { seal })).headers.get('location');
    await ended(work);
    const result = await follow(work);
    assert.match(result.address, /\/import\/result\/\d+\/$/);
    assert.match(result.body_text, /Imported\./);
    for (const { body_text } of [preview, result]) assert.deepEqual(await html_findings(body_text), []);
    assert.match(result.body_text, new RegExp(`${MANY} sessions: ${MANY} new`));
    assert.equal(there('Many'), MANY);
    assert.equal(kept(), 0, 'the file is not kept any longer');
    assert.equal((await owner.get(preview.address)).status, 404, 'nor is its preview');
  });

  it('is refused with its sentence, and changes nothing', async () => {
    const job = await begin(`Nothing;Known\n${'a;b\n'.repeat(MANY)}`, 'check');
    await ended(job);
    assert.equal((await state(job)).state, 'failed');
    const result = await follow(job);
    assert.match(result.body_text, /Nothing was changed\./);
    assert.match(result.body_text, /role="alert"/);
    assert.equal(kept(), 0);
  });

  it('what changed since the preview is shown anew, not imported', async () => {
    const look = await begin(table('Changed', MANY), 'check');
    await ended(look);
    const preview = await follow(look);
    const work = (await owner.post(preview.address, { seal: '0'.repeat(64) })).headers.get('location');
    await ended(work);
    const shown = await follow(work);
    assert.match(shown.body_text, /The programme changed since you looked/);
    assert.equal(there('Changed'), 0);
  });

  it('is stopped by a button, also in the middle of its turn, and then nothing was changed', async () => {
    const token = await owner.token(pages);
    const talks = () => rows(server.folder, 'SELECT count(*) AS n FROM talk')[0].n;
    const { there_before, job } = await measured(async (earlier) => { // one that was done before the button is no middle
      const there_before = talks(), job = await beginSeen(table(`Stopped${earlier.length}`, 2 * MANY));
      await until('its turn', async () => (await state(job)).percent >= 40, { deadline_ms: 60000, every_ms: 1 });
      const answer = await owner.post(`${job}cancel/`, {}, { token });
      assert.equal(answer.status, 303);
      await ended(job);
      return { there_before, job, ended: (await state(job)).state };
    }, ({ ended }) => ended === 'cancelled');
    assert.match((await owner.get(job)).body_text, /Nothing half done is kept/);
    assert.equal(talks(), there_before);
    assert.equal(kept(), 0);
  });

  it('one at a time in an event', async () => {
    const job = await begin(table('First', 2 * MANY), 'check');
    const second = await send(table('Second', MANY), 'check');
    if ((await state(job)).open) assert.equal(second.status, 409, second.body_text);
    if (second.status === 409) assert.match(second.body_text, /under way/);
    await ended(job);
    if (second.status === 303) await ended(second.headers.get('location')); // it came after the first: the next test's would be refused
  });

  it(`killed ${KILLS} times in its middle, it begins again from the kept file and is whole`, async (t) => {
    let again = 0;
    for (let n = 0; n < KILLS; n++) {
      const word = `Killed${n}`, job = await beginSeen(table(word, MANY));
      const wait_until = Math.floor(random() * 90);
      await until('so far', async () => { const now = await state(job); return !now.open || now.percent >= wait_until; }, { deadline_ms: 60000, every_ms: 1 });
      await server.kill();
      const left = there(word);
      assert.ok(left === 0 || left === MANY, `${left} of ${MANY} after the kill`);
      again += left === 0;
      server = await startAgain(server);
      await ended(job);
      assert.equal((await state(job)).state, 'done');
      assert.equal(there(word), MANY, `life ${n}`);
      assert.match((await follow(job)).body_text, new RegExp(`${MANY} sessions: ${MANY} new`), 'told once, as what it did');
    }
    t.diagnostic(`${again} of ${KILLS} began again`);
    assert.deepEqual(rows(server.folder, 'PRAGMA integrity_check').map((row) => row.integrity_check), ['ok']);
  });
});
