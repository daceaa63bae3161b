// Case 28: an upgrade from every earlier schema loses nothing, an old backup comes back, what is configured wrongly is
// refused with a sentence. (SIGTERM during a live room: stop.test.mjs.)
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { run, start } from '../http/support.mjs';
import { contents, makeEarlier, numbers, schema } from '../support/earlier.mjs';

const FIRST_KEPT = 50; // the schema of the first version that somebody may have used
const work = mkdtempSync(path.join(tmpdir(), 'treteau-upgrade-'));
after(() => rmSync(work, { recursive: true, force: true }));

describe('case 28: an upgrade', () => {
  for (const number of numbers.filter((each) => each >= FIRST_KEPT && each < numbers.at(-1)))
    it(`from schema ${number} keeps every row`, async () => {
      const folder = path.join(work, `from-${number}`);
      makeEarlier(folder, number);
      const before = contents(folder);
      assert.equal(before.links.length, 20);
      const { code, stderr } = await run('link', 'me@example.org', '--data', folder);
      assert.equal(code, 0, stderr);
      assert.equal(schema(folder), numbers.at(-1));
      const later = contents(folder);
      assert.deepEqual({ ...later, people: later.people, links: later.links.slice(0, 20) }, before);
    });

  it('from the oldest serves what it held', async () => {
    const folder = path.join(work, `from-${FIRST_KEPT}`);
    const server = await start({ command: 'serve', folder });
    assert.match((await server.client().get('/old/schedule/')).body_text, /An old talk/);
    assert.equal((await server.stop({ keep: true })).code, 0);
  });

  it('restores an old backup, and brings it up to date at its first start', async () => {
    const folder = path.join(work, 'older'), restored = path.join(work, 'restored'), to = path.join(work, 'to');
    makeEarlier(folder, 60);
    mkdirSync(path.join(folder, 'media/old'), { recursive: true });
    writeFileSync(path.join(folder, 'media/old/replay.mp4'), 'film');
    const before = contents(folder);
    assert.equal((await run('backup', '--data', folder, '--to', to)).code, 0);
    assert.equal(schema(folder), 60, 'a backup migrates nothing');
    const [name] = readdirSync(to).filter((file) => file !== 'treteau-files');
    const { code, stderr } = await run('restore', path.join(to, name), '--data', restored);
    assert.equal(code, 0, stderr);
    assert.equal(schema(restored), 60);
    const server = await start({ command: 'serve', folder: restored });
    assert.match((await server.client().get('/old/schedule/')).body_text, /An old talk/);
    assert.equal((await server.stop({ keep: true })).code, 0);
    assert.equal(schema(restored), numbers.at(-1));
    assert.deepEqual(contents(restored), before);
  });
});

describe('case 28: what is configured wrongly', () => {
  const good = path.join(work, 'good');
  const newer = () => {
    const folder = path.join(work, 'newer');
    makeEarlier(folder, numbers.at(-1));
    const db = new DatabaseSync(path.join(folder, 'treteau.db'));
    db.exec("INSERT INTO migration VALUES(9999, '9999_later')");
    db.close();
    return folder;
  };
  const damaged = () => {
    const folder = path.join(work, 'damaged');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'treteau.db'), Buffer.alloc(8192, 'no database '));
    return folder;
  };
  const settings = (text) => {
    const file = path.join(work, 'treteau.conf');
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  for (const [what, args, sentence] of [
    ['no data folder', () => ['serve'], /needs --data/],
    ['a data folder that is a file', () => ['serve', '--data', '/etc/hostname'], /hostname: /],
    ['a data folder of a newer version', () => ['serve', '--data', newer()], /newer Tréteau.*install that version/],
    ['a database that is none', () => ['serve', '--data', damaged()], /not a database|damaged/],
    ['a port that is none', () => ['serve', '--data', good, '--port', '99999'], /port is a number/],
    ['an origin with a path', () => ['serve', '--data', good, '--origin', 'https://example.org/here'], /without a path/],
    ['a relay without who writes', () => ['serve', '--data', good, '--port', '0', '--smtp', 'smtp://127.0.0.1:1'], /mail-from|whose|address/i],
    ['an option that does not exist', () => ['serve', '--data', good, '--prot', '80'], /--prot/],
    ['a section that does not exist', () => ['serve', '--config', settings('[sever]\ndata = /x\n')], /no section \[sever\]/],
    ['hours that are none', () => ['serve', '--config', settings('[backup]\nhours = often\n')], /hours between backups/],
  ])
    it(`is refused with a sentence: ${what}`, async () => {
      const { code, stderr } = await run(...args());
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^treteau: /m);
      assert.match(stderr, sentence);
    });
});
