// schedule.json goes out valid by its schema, and what went out comes in the same: the sample event and FOSDEM 2021.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import draft6 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' };
import { data, root, start } from '../http/support.mjs';
import { fetchExport, importFile, importText, plain } from './support.mjs';

const schema = path.join(data, 'schedule.schema.json');
const programmes = [
  { slug: 'sample', file: path.join(root, 'src/app/sample/programme.xml'), talks: 12 },
  { slug: 'fosdem', file: path.join(data, 'fosdem_2021.xml'), talks: 773 },
];

let server, other;
before(async () => { [server, other] = [await start(), await start()]; });
after(() => Promise.all([server.stop(), other.stop()]));

function faults(text) {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  addFormats(ajv);
  ajv.addMetaSchema(draft6);
  const check = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')));
  check(JSON.parse(text));
  return (check.errors ?? []).slice(0, 5).map((error) => `${error.instancePath} ${error.message}`);
}

for (const { slug, file, talks } of programmes)
  describe(slug, { skip: existsSync(file) ? false : `${path.basename(file)} is not beside the checkout` }, () => {
    before(() => importFile(server, file, slug));
    it('is valid by the schema', { skip: existsSync(schema) ? false : 'no schedule.schema.json beside the checkout' }, async () => {
      assert.deepEqual(faults(await fetchExport(server, slug, 'json')), []);
    });
    it(`holds all ${talks} sessions, and comes in again the same`, async () => {
      const json = await fetchExport(server, slug, 'json');
      const days = JSON.parse(json).schedule.conference.days;
      assert.equal(days.flatMap((day) => Object.values(day.rooms)).flat().length, talks);
      const said = await importText(other, json, slug);
      assert.match(said, new RegExp(`${talks} sessions: ${talks} new`));
      assert.equal(plain(await fetchExport(other, slug, 'json')), plain(json));
      assert.match(await importText(other, json, slug), new RegExp(`${talks} as before`));
    });
  });
