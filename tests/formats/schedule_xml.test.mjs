// schedule.xml goes out valid by its schema, and what went out comes in the same: the sample event and FOSDEM 2021.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { data, root, run, start } from '../http/support.mjs';

const schema = path.join(data, 'schedule.xml.xsd');
const programmes = [
  { slug: 'sample', file: path.join(root, 'src/app/sample/programme.xml'), talks: 12 },
  { slug: 'fosdem', file: path.join(data, 'fosdem_2021.xml'), talks: 773 },
];

let server;
before(async () => { server = await start(); });
after(() => server.stop());

const count = (xml, pattern) => [...xml.matchAll(pattern)].length;
// What may differ between two servers: their addresses.
const plain = (xml) => xml.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, '').replaceAll(/system="[^"]*"/g, '');

for (const { slug, file, talks } of programmes)
  describe(slug, { skip: existsSync(file) ? false : `${path.basename(file)} is not beside the checkout` }, () => {
    const fetchXml = async (from = server) => {
      const answer = await from.client().get(`/${slug}/schedule/export/schedule.xml`);
      assert.equal(answer.status, 200);
      return answer.body_text;
    };
    it('is valid by the schema', { skip: existsSync(schema) ? false : 'no schedule.xml.xsd beside the checkout' }, async () => {
      const { code, stderr } = await run('import', file, '--event', slug, '--publish', '--data', server.folder);
      assert.equal(code, 0, stderr);
      const out = path.join(server.folder, `${slug}.xml`);
      await writeFile(out, await fetchXml());
      execFileSync('xmllint', ['--noout', '--schema', schema, out], { stdio: 'pipe' });
    });
    it(`holds all ${talks} sessions, and comes in again the same`, async () => {
      await run('import', file, '--event', slug, '--publish', '--data', server.folder);
      const xml = await fetchXml();
      assert.equal(count(xml, /<event /g), talks);
      const out = path.join(server.folder, `${slug}-out.xml`);
      await writeFile(out, xml);
      const other = await start();
      try {
        const { code, stderr } = await run('import', out, '--event', slug, '--publish', '--data', other.folder);
        assert.equal(code, 0, stderr);
        assert.equal(plain(await fetchXml(other)), plain(xml));
      } finally {
        await other.stop();
      }
    });
  });
