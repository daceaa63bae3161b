// What the law asks: pages with usual texts that can be changed, the register, one's data out and erased, consent's page.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { ownerClient, root, start } from './support.mjs';
import { linkTo, mailsTo, makeEvent } from './mail.mjs';

let server, owner, organiser;
before(async () => {
  server = await start();
  await makeEvent(server, 'nec', { title: 'Numérique en Communs' });
  owner = await ownerClient(server);
  await owner.post('/nec/organise/team/', { email: 'org@example.org', role: 'organiser' });
  organiser = server.client();
  await organiser.useLink(await linkTo(server, 'org@example.org'));
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});
const location = (response) => response.headers.get('location');
const PAGES = ['legal', 'privacy', 'accessibility', 'contact'];

describe('pages', () => {
  it('are there in both languages, of the server and of an event, and every footer leads to them', async () => {
    for (const lang of ['fr', 'en'])
      for (const base of ['/', '/nec/']) {
        const visitor = server.client({ lang });
        for (const page of PAGES) {
          const { status, body_text } = await visitor.get(`${base}${page}/`);
          assert.equal(status, 200, `${base}${page}/ in ${lang}`);
          assert.doesNotMatch(body_text, /\{[a-z_]+\}/, 'every place is filled');
          assert.ok(body_text.match(/<[a-z]/g).length <= 298);
          for (const other of PAGES) assert.ok(body_text.includes(`href="${base}${other}/"`), `${base}${page}/ leads to ${other}`);
          assert.ok(body_text.includes('href="/source/"'));
        }
      }
    assert.match((await server.client({ lang: 'fr' }).get('/accessibility/')).body_text, /non conformes/);
    assert.match((await server.client().get('/source/')).body_text, /AGPL/);
  });
  it('the privacy page and the register say every row of the same table', async () => {
    const privacy = (await server.client().get('/nec/privacy/')).body_text, register = (await organiser.get('/nec/organise/processing/')).body_text;
    const rows = [...register.matchAll(/<th scope="row">([^<]+)</g)].map(([, text]) => text);
    assert.ok(rows.length >= 15);
    for (const row of rows) assert.ok(privacy.includes(row), row);
    assert.equal((await owner.get('/admin/register/')).body_text.match(/<th scope="row">/g).length, rows.length);
  });
  it('the sources of what runs are handed out (AGPL 13)', async () => {
    const archive = (await server.client().get('/source/')).body_text.match(/href="(\/source\/treteau-[\d.]+\.tar\.gz)"/)?.[1];
    assert.ok(archive, 'the page offers an archive');
    const bytes = Buffer.from(await (await server.client().request('GET', archive)).arrayBuffer());
    const tar = gunzipSync(bytes).toString('latin1');
    for (const name of ['src/law/law_routes.c', 'meson.build', 'tools/build', 'web/package-lock.json'])
      assert.ok(tar.includes(`treteau-0.1.0/${name}\0`), name);
    assert.ok(!/node_modules\/|\/build\/release/.test(tar.match(/treteau-0\.1\.0\/[^\0]+\0/g).join()));
    assert.ok(tar.includes((await readFile(path.join(root, 'src/law/law_rules.h'))).toString('latin1')), 'as it is here');
  });
  it('security.txt says whom to tell and until when it holds (RFC 9116)', async () => {
    const { status, headers, body_text } = await server.client().get('/.well-known/security.txt');
    assert.equal(status, 200);
    assert.match(headers.get('content-type'), /^text\/plain; charset=utf-8/);
    assert.match(body_text, /^Contact: (mailto:|http)/m);
    const expires = new Date(body_text.match(/^Expires: (.+)$/m)[1]);
    assert.ok(expires > Date.now() && expires < Date.now() + 366 * 864e5);
  });
});

describe('texts', () => {
  it('are changed by the organisers of an event, for it alone and in one language; an empty one brings the usual back', async () => {
    const at = '/nec/organise/legal/?page=legal&in=en';
    assert.match((await organiser.get(at)).body_text, /## Who publishes/);
    const answer = await organiser.post(at, { text: '## Us\n\n{organiser}, {event} <script>alert(1)</script> [x](javascript:alert(1))' });
    assert.equal(location(answer), '/nec/organise/legal/?page=legal&in=en&done=kept');
    const page = (await server.client().get('/nec/legal/')).body_text;
    assert.match(page, /<h2[^>]*>Us<\/h2>/);
    assert.match(page, /Numérique en Communs/);
    assert.doesNotMatch(page, /<script>|href="javascript/);
    assert.doesNotMatch((await server.client({ lang: 'fr' }).get('/nec/legal/')).body_text, /<h2[^>]*>Us</);
    assert.doesNotMatch((await server.client().get('/legal/')).body_text, /<h2[^>]*>Us</);
    await organiser.post(at, { text: '' });
    assert.match((await server.client().get('/nec/legal/')).body_text, /Who publishes/);
  });
  it('a place that stands for nothing is told, and the text comes back', async () => {
    const answer = await organiser.post('/nec/organise/legal/?page=contact&in=fr', { text: 'Écrivez à {adress}' });
    assert.equal(answer.status, 422);
    assert.match(answer.body_text, /\{adress\} stands for nothing/);
    assert.match(answer.body_text, /Écrivez à \{adress\}<\/textarea>/);
  });
  it('who has the server is said by its owner', async () => {
    const answer = await owner.post('/admin/legal/', { name: 'Association *exemple*', address: '1 rue X\n16000 Angoulême', contact: 'hote@example.org',
      source_url: 'https://git.example.org/notre' });
    assert.equal(answer.status, 303, answer.body_text);
    const page = (await server.client().get('/nec/legal/')).body_text;
    assert.match(page, /Association \*exemple\*/);
    assert.match(page, /1 rue X<br>\s*16000 Angoulême/);
    assert.match(page, /href="mailto:hote@example\.org"/);
    assert.match((await server.client().get('/source/')).body_text, /href="https:\/\/git\.example\.org\/notre"/);
    assert.match((await server.client().get('/.well-known/security.txt')).body_text, /Contact: mailto:hote@example\.org/);
    for (const [fields, sentence] of [[{ contact: 'nobody' }, /@ sign/], [{ source_url: 'javascript:alert(1)' }, /aria-invalid/]])
      assert.match((await owner.post('/admin/legal/', fields)).body_text, sentence);
  });
});

describe('one\'s data', () => {
  it('is given out whole, and erased everywhere when one is sure', async () => {
    const email = 'zoe.quidam@example.org', person = server.client();
    await person.post('/nec/register/', { name: 'Zoé Quidam', email });
    await person.useLink(await linkTo(server, email));
    await person.post('/nec/me/consent/', { choice: 'yes' }, { from: '/nec/me/consent/' });
    const page = await person.get('/me/data/');
    assert.match(page.body_text, /zoe\.quidam@example\.org/);
    const data = JSON.parse((await person.get('/me/data/data.json')).body_text);
    assert.equal(data.people.email, email);
    assert.equal(data.people.consents.length, 1);
    assert.equal(data.registration.length ?? 1, 1);
    assert.ok(data.mail.length >= 1);
    assert.equal((await person.post('/me/data/', {})).status, 422, 'not without the tick');
    assert.equal((await person.get('/me/')).status, 200);
    const answer = await person.post('/me/data/', { sure: '1' });
    assert.equal(location(answer), '/me/data/erased/');
    assert.equal((await person.get('/me/')).status, 403, 'signed out');
    assert.equal((await mailsTo(server, email)).length, 0);
    const { stdout } = await promisify(execFile)('python3', ['-c', `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for table, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
    for row in db.execute(f'SELECT * FROM "{table}"'):
        if any('quidam' in str(value).lower() for value in row): print(table)`, path.join(server.folder, 'treteau.db')]);
    assert.equal(stdout, '');
  });
  it('of the server\'s owner stays until the server is somebody else\'s', async () => {
    assert.equal((await owner.post('/me/data/', { sure: '1' }, { from: '/nec/organise/team/' })).status, 422);
    assert.equal((await owner.get('/me/')).status, 200);
  });
});

describe('consent', () => {
  it('is explained, given, withdrawn, and listed with its date for organisers', async () => {
    await organiser.post('/nec/organise/team/', { email: 'ada@example.org', role: 'speaker' });
    const speaker = server.client();
    await speaker.useLink(await linkTo(server, 'ada@example.org'));
    const page = '/nec/me/consent/', list = '/nec/organise/consents/';
    assert.match((await speaker.get(page)).body_text, /You have not said yes/);
    assert.doesNotMatch((await organiser.get(list)).body_text, /ada@example/, 'who has not chosen is not asked for');
    await speaker.post(page, { choice: 'yes' });
    assert.match((await speaker.get(page)).body_text, /You said yes on/);
    assert.match((await organiser.get(list)).body_text, /ada@example\.org <span[^>]*>yes, since /);
    await speaker.post(page, { choice: 'no' });
    assert.match((await organiser.get(list)).body_text, /ada@example\.org <span[^>]*>withdrawn on /);
  });
});
