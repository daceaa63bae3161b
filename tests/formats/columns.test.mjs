// docs/formats.md names every column of the programme's tables, as one that goes out or as one that stays, with a reason.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { root, start } from '../http/support.mjs';

const TABLES = ['talk', 'person', 'room', 'track', 'talk_person', 'talk_link', 'event'];

let server, db, page;
before(async () => {
  server = await start();
  db = new DatabaseSync(path.join(server.folder, 'treteau.db'), { readOnly: true });
  page = await readFile(path.join(root, 'docs/formats.md'), 'utf8');
});
after(async () => { db.close(); await server.stop(); });

/** The rows of a table's section: column → [out and in, why it stays]. */
function section(name) {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${name}\n`)) ?? '';
  return new Map([...text.matchAll(/^\| `([a-z_]+)` \| *(.*?) *\| *(.*?) *\|$/gm)].map(([, column, out, why]) => [column, [out, why]]));
}

describe('docs/formats.md', () => {
  for (const table of TABLES)
    it(`names every column of ${table}, and no other`, () => {
      const columns = db.prepare(`SELECT name FROM pragma_table_info(?)`).all(table).map((row) => row.name);
      const rows = section(table);
      assert.deepEqual([...rows.keys()].sort(), columns.sort());
      for (const [column, [out, why]] of rows) assert.ok(out || why, `${table}.${column} says neither`);
    });
});
