// What the tests of formats share: an event out and in again, and what may differ between two servers.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../http/support.mjs';

/** Imports a file into an event of this server, published. @returns {Promise<string>} what the command said */
export async function importFile(server, file, slug) {
  const done = await run('import', file, '--event', slug, '--publish', '--data', server.folder, '--lang', 'en');
  assert.equal(done.code, 0, done.stdout + done.stderr);
  return done.stdout;
}

/** Writes a text into the server's own folder and imports it. */
export async function importText(server, text, slug, name = `${slug}.txt`) {
  const file = path.join(server.folder, name);
  await writeFile(file, text);
  return importFile(server, file, slug);
}

export async function fetchExport(server, slug, format, client = server.client()) {
  const answer = await client.get(`/${slug}/schedule/export/schedule.${format}`);
  assert.equal(answer.status, 200);
  return answer.body_text;
}

/** Without what may differ between two servers: their addresses, and when something was written. */
export const plain = (text) => text.replaceAll('\r\n ', '')
  .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, '').replaceAll(/system="[^"]*"/g, '')
  .replaceAll(/^(DTSTAMP|LAST-MODIFIED):.*$/gm, '');
