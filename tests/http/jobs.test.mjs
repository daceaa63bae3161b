// Long work from the browser: a backup that is started, watched, cancelled, taken away, and is whole.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { ownerClient, root, run, start } from './support.mjs';
import { importLive } from '../support/sample.mjs';
import { rows, until } from '../faults/support.mjs';

let server, owner, page;
before(async () => {
  server = await start();
  await importLive(server);
  owner = await ownerClient(server);
});
after(async () => {
  const { code, stderr } = await server.stop({ keep: false });
  assert.equal(code, 0, stderr);
});

/** Until it has ended. @returns {Promise<string>} the page then */
const ended = (address) => until('its end', async () => {
  const { body_text } = await owner.get(`${address}state`);
  return !JSON.parse(body_text).open && (await owner.get(address)).body_text;
});

describe('long work', () => {
  it('is offered to the server\'s owner, and to nobody else', async () => {
    const list = await owner.get('/admin/jobs/');
    assert.equal(list.status, 200);
    assert.match(list.body_text, /<button[^>]*value="backup"/);
    assert.match(list.body_text, /Nothing in the last 30 days/);
    assert.equal((await server.client().get('/admin/jobs/')).status, 403);
  });

  it('is started by a form, and says how far it is', async () => {
    const answer = await owner.post('/admin/jobs/', { kind: 'backup' });
    assert.equal(answer.status, 303);
    page = answer.headers.get('location');
    const text = await ended(page);
    assert.match(text, /Done\./);
    assert.match((await owner.get('/admin/jobs/')).body_text, /<span class="tag ok">done/);
  });

  it('leaves a backup in the server\'s folder, not to be fetched by a page: it is one of several files', async () => {
    const folder = path.join(server.folder, 'backups');
    const [name] = readdirSync(folder).filter((file) => file.startsWith('treteau-2'));
    assert.equal((await run('verify', path.join(folder, name))).code, 0);
    assert.match((await owner.get(page)).body_text, /Copy that folder/);
    assert.equal((await owner.get(`${page}file`)).status, 404);
  });

  it('gives a copy in one file, which verify finds whole and restore puts back', async () => {
    page = (await owner.post('/admin/jobs/', { kind: 'copy' })).headers.get('location');
    await ended(page);
    const answer = await owner.request('GET', `${page}file`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-disposition'), /^attachment; filename="treteau-\d{8}T\d{6}Z\.tar\.zst"$/);
    assert.match(answer.headers.get('cache-control') ?? '', /private|no-store/);
    const file = path.join(server.folder, 'tmp', 'taken.tar.zst'), folder = path.join(server.folder, 'tmp', 'new');
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
    const verified = await run('verify', file);
    assert.equal(verified.code, 0, verified.stderr);
    assert.match(verified.stdout, /^whole: .* files/);
    assert.equal((await run('restore', file, '--data', folder)).code, 0);
    assert.deepEqual(rows(folder, 'SELECT title FROM talk ORDER BY id'), rows(server.folder, 'SELECT title FROM talk ORDER BY id'));
    assert.equal((await server.client().get(`${page}file`)).status, 403);
  });

  it('removes the files of pictures that nothing shows, and says how many', async () => {
    const folder = path.join(server.folder, 'pictures');
    mkdirSync(folder, { recursive: true });
    const hash = (n) => n.toString(16).padStart(32, '0');
    for (let n = 1; n <= 130; n++)
      for (const name of [`${hash(n)}.png`, `${hash(n)}-320.png`]) writeFileSync(path.join(folder, name), 'x');
    writeFileSync(path.join(folder, 'holiday.png'), 'not ours');
    page = (await owner.post('/admin/jobs/', { kind: 'pictures' })).headers.get('location');
    const text = await ended(page);
    assert.match(text, /Done\..*130 pictures that nothing shows any more were removed\./s);
    assert.deepEqual(readdirSync(folder), ['holiday.png']);
    assert.match(await ended((await owner.post('/admin/jobs/', { kind: 'pictures' })).headers.get('location')), /\b0 pictures/);
  });

  it('tells the hours of the server\'s own work where its events are, not by the machine\'s clock', async () => {
    new DatabaseSync(path.join(server.folder, 'treteau.db')).exec("PRAGMA busy_timeout = 5000; UPDATE event SET zone = 'Pacific/Noumea'");
    const [, iso] = (await owner.get('/admin/jobs/')).body_text.match(/<time datetime="([^"]+)">[^<]*\(Pacific\/Noumea\)/) ?? assert.fail('no hour');
    assert.match(iso, /\+11:00$/);
    assert.match((await owner.get(page)).body_text, /Pacific\/Noumea/);
  });

  it('refuses what it does not know', async () => {
    const answer = await owner.post('/admin/jobs/', { kind: 'nothing' });
    assert.equal(answer.status, 422);
    assert.equal((await owner.get('/admin/jobs/999999/')).status, 404);
    assert.equal((await owner.get('/admin/jobs/x/')).status, 404);
  });
});

describe('a server that is told where', () => {
  it('makes a backup by itself, once a day', async () => {
    const to = path.join(server.folder, 'tmp', 'by-itself');
    const other = await start({ command: 'serve', args: ['--backup', to] });
    const names = () => (existsSync(to) ? readdirSync(to).filter((name) => name.startsWith('treteau-2')) : []);
    const [name] = await until('a backup', () => names().length > 0 && names());
    assert.equal((await run('verify', path.join(to, name))).code, 0);
    assert.equal((await other.stop({ keep: true })).code, 0);
    const again = await start({ command: 'serve', folder: other.folder, args: ['--backup', to] });
    assert.equal((await again.stop({ keep: false })).code, 0);
    assert.deepEqual(names(), [name], 'the last one is young');
  });
});

describe('case 16: an archive by somebody else', () => {
  const seeds = path.join(root, 'tests/fuzz/seeds/backup');
  for (const [name, sentence] of Object.entries({
    outside: /leads out of the folder/, absolute: /leads out of the folder/, link: /link or a device/, hardlink: /link or a device/,
    twice: /comes twice/, pooled: /treteau-files/, 'pooled-outside': /list of large files/, listless: /cut short/, newer: /newer Tréteau/, sealed: /encrypted/,
  }))
    it(`is refused with a sentence and leaves nothing: ${name}`, async () => {
      const folder = path.join(server.folder, 'tmp', 'refused');
      const { code, stderr } = await run('restore', path.join(seeds, name), '--data', folder);
      assert.equal(code, 1);
      assert.match(stderr, sentence);
      assert.deepEqual(readdirSync(path.join(server.folder, 'tmp')).filter((file) => /restored|refused/.test(file)), []);
    });
});

describe('the command', () => {
  it('says in a sentence what is wrong', async () => {
    for (const [args, sentence] of [
      [['backup'], /needs --data/],
      [['backup', '--data', path.join(server.folder, 'media-that-is-not')], /holds no treteau\.db/],
      [['backup', '--data', server.folder, '--keep', 'all'], /--keep says/],
      [['backup', '--data', server.folder, '--key-file', '/dev/null'], /first line of a key file/],
      [['verify', '/dev/null'], /no backup of Tréteau|cut short/],
      [['verify', path.join(server.folder, 'treteau.db')], /no backup of Tréteau/],
      [['restore', 'x', '--data', server.folder], /holds something/],
    ]) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 1, args.join(' '));
      assert.match(stderr, sentence);
    }
  });
});
