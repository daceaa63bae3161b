// Case 23: a disk that fails, that may only be read, that has no inodes: each is told in a clear sentence, nothing is
// corrupted, all goes on afterwards. (A full disk: full.test.mjs.)
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build, ownerClient, run, start } from '../http/support.mjs';
import { Page } from '../support/page.mjs';
import { importLive, scheduleXml } from '../support/sample.mjs';
import { rows, startAgain, until } from './support.mjs';

const shim = path.join(build, 'tests/support/libfaulty.so');
const talks = Array.from({ length: 50 }, (_, n) => ({ title: `New ${n}`, room: 'Hall', start: new Date(), minutes: 5 }));
const registered = (folder) => rows(folder, 'SELECT email FROM account').map(({ email }) => email);
const register = (server, place, email) => server.client().post(`/${place.slug}/register/`, { name: 'Somebody', email });
function upload(owner, place) {
  const form = new FormData();
  form.append('file', new Blob([scheduleXml('Other', talks)]), 'schedule.xml');
  form.append('act', 'import');
  return owner.post(`/${place.slug}/organise/import/`, form);
}

describe('case 23: a disk that', { skip: !existsSync(shim) && 'libfaulty.so is not built' }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'treteau-faulty-'));
  const control = `${folder}.switch`;
  const turn = (word) => (word ? writeFileSync(control, word) : rmSync(control, { force: true }));
  let server, place, owner;
  before(async () => {
    server = await start({ folder, env: { LD_PRELOAD: shim, FAULTY_SWITCH: control, FAULTY_FOLDER: folder } });
    place = await importLive(server);
    owner = await ownerClient(server);
  });
  after(async () => {
    turn('');
    await server.stop({ keep: true });
    assert.deepEqual(rows(folder, 'PRAGMA integrity_check').map((row) => row.integrity_check), ['ok']);
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [word, what] of [['EIO', 'fails'], ['EROFS', 'may only be read'], ['EDQUOT', 'has no quota left']])
    it(`${what}: people are told, read on, and register when it is well again`, async () => {
      const room = await Page.join(server, place, `Writer ${word}`);
      assert.equal((await register(server, place, `before-${word}@example.org`)).status, 303);
      turn(word);
      const answer = await register(server, place, `during-${word}@example.org`);
      assert.ok([500, 507].includes(answer.status), `${answer.status}`);
      assert.match(answer.body_text, /nothing was (saved|kept|changed)|could not be (kept|saved)/i);
      assert.equal((await server.client().get(`/${place.slug}/schedule/`)).status, 200);
      const said = await room.ask({ t: 'say', id: 'line', text: 'Hello' }, 'refused');
      assert.equal(said.of, 'say');
      const refused = await upload(owner, place);
      assert.ok(refused.status >= 400, `${refused.status}`);
      turn('');
      assert.equal((await register(server, place, `after-${word}@example.org`)).status, 303);
      await room.ask({ t: 'say', id: 'line', text: 'Hello' }, 'said', (m) => m.id === 'line');
      await room.close();
      const people = registered(folder);
      assert.deepEqual(['before', 'during', 'after'].map((when) => people.includes(`${when}-${word.toLowerCase()}@example.org`)), [true, false, true]);
      assert.equal(rows(folder, "SELECT count(*) AS n FROM talk WHERE title LIKE 'New%'")[0].n, 0);
    });

  it('fails under a backup: the work says that it failed, and leaves nothing', async () => {
    turn('EIO');
    const env = { ...process.env, LD_PRELOAD: shim, FAULTY_SWITCH: control, FAULTY_FOLDER: folder };
    let failure;
    try {
      execFileSync(path.join(build, 'src/treteau'), ['backup', '--data', folder], { env, stdio: 'pipe' });
    } catch (error) {
      failure = String(error.stderr);
    }
    assert.match(failure ?? 'it succeeded', /^treteau: .*(error|cannot)/i);
    turn('');
    const to = path.join(folder, 'backups');
    assert.deepEqual(existsSync(to) ? readdirSync(to).filter((name) => name.startsWith('treteau-2')) : [], []);
    assert.equal((await run('backup', '--data', folder)).code, 0);
  });
});

describe('case 23: no inodes', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'treteau-inodes-'));
  const skip = (() => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m,nr_inodes=200,mode=700', 'treteau-test', folder], { stdio: 'pipe' });
      return false;
    } catch (error) {
      rmdirSync(folder);
      return `no file system of its own: ${String(error.stderr).trim()}`;
    }
  })();
  let server, place, owner;
  const fillers = path.join(folder, 'fillers');
  const fill = () => {
    mkdirSync(fillers, { recursive: true });
    for (let n = 0; ; n++)
      try {
        writeFileSync(path.join(fillers, String(n)), '');
      } catch (error) {
        assert.equal(error.code, 'ENOSPC');
        return;
      }
  };
  const empty = () => rmSync(fillers, { recursive: true, force: true });
  before(async () => {
    if (skip) return;
    server = await start({ folder });
    place = await importLive(server);
    owner = await ownerClient(server);
  });
  after(async () => {
    if (skip) return;
    empty();
    await server.stop({ keep: true });
    assert.deepEqual(rows(folder, 'PRAGMA integrity_check').map((row) => row.integrity_check), ['ok']);
    execFileSync('umount', [folder]);
    rmdirSync(folder);
  });

  it('people still register; a file and a backup are refused with a sentence', { skip }, async () => {
    fill();
    assert.equal((await register(server, place, 'inodes@example.org')).status, 303);
    const answer = await upload(owner, place);
    assert.equal(answer.status, 507);
    assert.match(answer.body_text, /disk is full/);
    const { code, stderr } = await run('backup', '--data', folder);
    assert.equal(code, 1);
    assert.match(stderr, /disk is full/);
    empty();
    assert.ok((await upload(owner, place)).status < 500);
    assert.equal((await run('backup', '--data', folder)).code, 0);
    assert.ok(registered(folder).includes('inodes@example.org'));
  });

  it('the server starts or says why it does not, and starts afterwards', { skip }, async () => {
    await server.stop({ keep: true });
    fill();
    const again = await startAgain(server).catch((error) => error);
    if (again instanceof Error) assert.match(again.message, /treteau: .+/);
    else await again.stop({ keep: true });
    empty();
    server = await startAgain(server);
    await until('a page', async () => (await server.client().get(`/${place.slug}/schedule/`)).status === 200);
  });
});
