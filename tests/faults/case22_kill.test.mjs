// Case 22: kill -9 in loops during an upload, a migration, a backup, and long work. (During registration, chat and
// recording: kill.test.mjs, record.test.mjs.) What is there afterwards is whole: all of it, or none.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ownerClient, program, run, start } from '../http/support.mjs';
import { importLive, scheduleXml } from '../support/sample.mjs';
import { contents, makeEarlier, numbers, schema } from '../support/earlier.mjs';
import { chance, rows, startAgain, until } from './support.mjs';

const UPLOADS = 10, MIGRATIONS = 12, BACKUPS = 12, PEOPLE = 40;
const random = chance();
const work = mkdtempSync(path.join(tmpdir(), 'treteau-kill-'));
after(() => rmSync(work, { recursive: true, force: true }));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A moment to kill at, which comes nearer to the middle of the work with each kill that was too early or too late. */
class Moment {
  constructor(ms) {
    this.ms = ms;
  }

  next() {
    return this.ms * (0.8 + 0.4 * random());
  }

  /** @param {boolean} early nothing had happened yet @param {boolean} late all had */
  learn(early, late) {
    if (early) this.ms *= 1.25;
    if (late) this.ms *= 0.8;
  }
}

/** Runs a command and kills it after so long, or when that has come. @returns {Promise<number|null>} its code when it was faster */
async function cut(args, life) {
  const child = spawn(program, args, { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  await Promise.race([ended, typeof life === 'number' ? pause(life) : life]);
  child.kill('SIGKILL');
  return ended;
}

describe('case 22: killed during an upload', () => {
  const TALKS = 400;
  let server, place, owner;
  before(async () => {
    server = await start();
    place = await importLive(server);
    owner = await ownerClient(server);
  });
  after(() => server.stop({ keep: false }));

  it(`${UPLOADS} times: a programme is imported whole or not at all`, async (t) => {
    let whole = 0;
    const moment = new Moment(60);
    for (let n = 0; n < UPLOADS; n++) {
      const form = new FormData();
      const talks = Array.from({ length: TALKS }, (_, k) => ({ title: `Upload ${n}`, room: 'Hall',
        start: new Date(Date.UTC(2027, 0, 1 + (k % 5), 8, k % 60)), minutes: 5, guid: `00000000-0000-4000-8${String(n).padStart(3, '0')}-${String(k).padStart(12, '0')}` }));
      form.append('file', new Blob([scheduleXml('Test event', talks)]), 'schedule.xml');
      form.append('act', 'import');
      const sent = owner.post(`/${place.slug}/organise/import/`, form).then(({ status }) => status).catch(() => null);
      await Promise.race([sent, pause(moment.next())]);
      await server.kill();
      const status = await sent;
      server = await startAgain(server);
      const [{ n: there }] = rows(server.folder, 'SELECT count(*) AS n FROM talk WHERE title = ?', `Upload ${n}`);
      assert.ok(there === 0 || there === TALKS, `${there} of ${TALKS} in life ${n}`);
      if (status === 200 || status === 303) assert.equal(there, TALKS, `acknowledged by ${status} in life ${n}`);
      whole += there === TALKS;
      moment.learn(there === 0, there === TALKS);
      const left = readdirSync(server.folder).includes('tmp') ? readdirSync(path.join(server.folder, 'tmp')) : [];
      assert.deepEqual(left.filter((name) => name.startsWith('upload-')), [], 'what came half is gone at the next start');
    }
    t.diagnostic(`${whole} of ${UPLOADS} came in before their kill`);
    assert.deepEqual(rows(server.folder, 'PRAGMA integrity_check').map((row) => row.integrity_check), ['ok']);
  });
});

describe('case 22: killed during a migration', () => {
  it(`${MIGRATIONS} times: the next start goes on, and every row is there`, async (t) => {
    let between = 0;
    const moment = new Moment(40);
    for (let n = 0; n < MIGRATIONS; n++) {
      const folder = path.join(work, `migration-${n}`);
      makeEarlier(folder, 50, { people: PEOPLE });
      const before = contents(folder);
      await cut(['link', 'me@example.org', '--data', folder], moment.next());
      const reached = schema(folder);
      moment.learn(reached === 50, reached === numbers.at(-1));
      between += reached > 50 && reached < numbers.at(-1);
      const { code, stderr } = await run('link', 'me@example.org', '--data', folder);
      assert.equal(code, 0, stderr);
      assert.equal(schema(folder), numbers.at(-1));
      assert.deepEqual({ ...contents(folder), links: contents(folder).links.slice(0, PEOPLE) }, before, `life ${n}, killed at ${reached}`);
      rmSync(folder, { recursive: true, force: true });
    }
    t.diagnostic(`${between} of ${MIGRATIONS} were killed between two migrations`);
  });
});

describe('case 22: killed during a backup', () => {
  const folder = path.join(work, 'data'), to = path.join(work, 'backups');
  const MEDIA = 40;
  before(() => {
    makeEarlier(folder, numbers.at(-1), { people: 50 });
    mkdirSync(path.join(folder, 'media/old'), { recursive: true });
    for (let n = 0; n < MEDIA; n++) writeFileSync(path.join(folder, `media/old/${n}.m4s`), Buffer.alloc(1 << 20, `${n} `));
  });

  it(`${BACKUPS} times: what has a backup's name is whole, and nothing half is left after the next`, async (t) => {
    let whole = 0, half = 0;
    const moment = new Moment(80);
    for (let n = 0; n < BACKUPS; n++) {
      const code = await cut(['backup', '--data', folder, '--to', path.join(to, `${n}.tar.zst`)], moment.next());
      const names = readdirSync(work).includes('backups') ? readdirSync(to) : [];
      half += names.some((name) => name.startsWith('.treteau-'));
      moment.learn(names.length === 0, code === 0);
      for (const name of names) {
        if (name.startsWith('.treteau-')) continue;
        const { code, stderr } = await run('verify', path.join(to, name));
        assert.equal(code, 0, stderr);
        whole++;
        rmSync(path.join(to, name));
      }
    }
    t.diagnostic(`${whole} of ${BACKUPS} were done before their kill, ${half} left something half`);
    assert.equal((await run('backup', '--data', folder, '--to', path.join(to, 'last.tar.zst'))).code, 0);
    assert.deepEqual(readdirSync(to), ['last.tar.zst']);
    assert.deepEqual(readdirSync(path.join(folder, 'tmp')), []);
    const restored = path.join(work, 'restored');
    assert.equal((await run('restore', path.join(to, 'last.tar.zst'), '--data', restored)).code, 0);
    assert.deepEqual(contents(restored), contents(folder));
  });

  it('and during a restore: the folder is whole or not there', async () => {
    const moment = new Moment(80);
    for (let n = 0; n < 8; n++) {
      const restored = path.join(work, `restored-${n}`);
      const code = await cut(['restore', path.join(to, 'last.tar.zst'), '--data', restored], moment.next());
      moment.learn(code === null, code === 0);
      if (!readdirSync(work).includes(`restored-${n}`)) assert.notEqual(code, 0);
      else assert.deepEqual(contents(restored), contents(folder));
    }
    const last = await run('restore', path.join(to, 'last.tar.zst'), '--data', path.join(work, 'restored-last'));
    assert.equal(last.code, 0);
    assert.deepEqual(readdirSync(work).filter((name) => name.startsWith('.treteau-')), [], 'the next one clears away');
  });

  it('in a folder of backups: what lies beside the archives is not copied again, and the result is whole', async (t) => {
    const beside = path.join(work, 'beside');
    const files = () => (existsSync(path.join(beside, 'treteau-files')) ? readdirSync(path.join(beside, 'treteau-files'), { recursive: true }).filter((name) => /^[0-9a-f]{2}\/[^.]/.test(name)) : []);
    let kept = 0;
    for (let n = 0; n < BACKUPS && kept === 0; n++) {
      let over = false;
      const code = await cut(['backup', '--data', folder, '--to', beside],
        until('two files', () => over || files().length > 1, { deadline_ms: 60000, every_ms: 1 })).finally(() => { over = true; });
      const done = readdirSync(work).includes('beside') && readdirSync(beside).some((name) => name.startsWith('treteau-2'));
      if (done) rmSync(beside, { recursive: true, force: true });
      else kept = files().length;
      assert.ok(code !== 0 || done);
    }
    assert.ok(kept > 0, 'none was killed in its middle');
    const { code, stdout } = await run('backup', '--data', folder, '--to', beside);
    assert.equal(code, 0);
    const [, number, unit] = stdout.match(/^new there: ([\d.]+)\s(\S+)$/m);
    t.diagnostic(`${kept} files before the kill; ${number} ${unit} of ${MEDIA} MB were copied after it`);
    assert.ok(unit !== 'MB' || Number(number) <= (MEDIA - 1) * 1.05, stdout);
    const name = readdirSync(beside).find((file) => file.startsWith('treteau-2'));
    const verified = await run('verify', path.join(beside, name));
    assert.equal(verified.code, 0, verified.stderr);
    const restored = path.join(work, 'from-beside');
    assert.equal((await run('restore', path.join(beside, name), '--data', restored)).code, 0);
    assert.deepEqual(contents(restored), contents(folder));
    for (let n = 0; n < MEDIA; n++) assert.ok(readFileSync(path.join(restored, `media/old/${n}.m4s`)).equals(readFileSync(path.join(folder, `media/old/${n}.m4s`))));
  });

  it('as long work of the server: it is done again, and never said to run for ever', async () => {
    let server = await start({ folder });
    const owner = await ownerClient(server);
    const { headers } = await owner.post('/admin/jobs/', { kind: 'backup' });
    const address = headers.get('location'), state = async () => JSON.parse((await owner.get(`${address}state`)).body_text);
    for (let life = 0; life < 2; life++) {
      await until('that it runs', async () => (await state()).state !== 'waiting', { every_ms: 1 });
      await server.kill();
      server = await startAgain(server);
    }
    await until('its end', async () => !(await state()).open);
    assert.equal((await state()).state, 'done');
    const [{ attempts }] = rows(folder, 'SELECT attempts FROM job ORDER BY id DESC LIMIT 1');
    assert.ok(attempts >= 1 && attempts <= 3, `${attempts} attempts`);
    const made = path.join(folder, 'backups'), name = readdirSync(made).find((file) => file.startsWith('treteau-2'));
    assert.equal((await run('verify', path.join(made, name))).code, 0);
    assert.equal((await server.stop({ keep: true })).code, 0);
  });
});
