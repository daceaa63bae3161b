// News: written in a form, read on the poster, on their page and by feed readers; sitemaps. Case 15: Atom.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseAtomFeed } from 'feedsmith';
import { ownerClient, start } from '../http/support.mjs';
import { importText } from './support.mjs';

const EVIL = '</title></entry></feed><script>alert(1)</script> ]]> <!-- & " \'';
let server, owner, visitor;
before(async () => {
  server = await start();
  owner = await ownerClient(server);
  visitor = server.client();
  await importText(server, 'Title;Day;Start;End;Room;Speakers\nOne;2031-01-28;9:00;10:00;A;Ada\n', 'fair');
  await importText(server, 'Title;Day;Start;End;Room\nTwo;2031-01-28;9:00;10:00;A\n', 'other');
});
after(() => server.stop());

const write = (fields) => owner.post('/fair/organise/news/', { id: '', ...fields });
const feed = async () => (await visitor.get('/fair/news/feed.atom')).body_text;
const idOf = async (title) => (await owner.get('/fair/organise/news/')).body_text.split('<li>')
  .find((line) => line.includes(title)).match(/name="id" value="(\d+)"/)[1];

describe('news', () => {
  it('an empty form comes back filled, with what is wrong', async () => {
    const answer = await write({ title: 'Only a title', text: '' });
    assert.equal(answer.status, 422);
    assert.match(answer.body_text, /value="Only a title"/);
  });
  it('is read on the poster, on its page and in the feed, the latest first', async () => {
    assert.equal((await write({ title: 'Doors open', text: 'At **nine**.' })).status, 303);
    assert.equal((await write({ title: EVIL, text: `${EVIL}\n\n[x](javascript:alert(1))` })).status, 303);
    assert.match((await visitor.get('/fair/')).body_text, /Doors open/);
    const page = (await visitor.get('/fair/news/')).body_text;
    assert.match(page, /<strong>nine<\/strong>/);
    assert.match(page, new RegExp(`<link rel="alternate" type="application/atom\\+xml" title="[^"]*" href="${server.origin}/fair/news/feed.atom">`));
    assert.doesNotMatch(page, /<script>alert|href="javascript/);
    const { id, title, updated, entries } = parseAtomFeed(await feed());
    assert.ok(id && title && updated);
    assert.equal(entries.length, 2);
    assert.equal(entries[1].title.value ?? entries[1].title, 'Doors open');
    assert.ok(entries.every((entry) => entry.id.startsWith('urn:uuid:') && entry.updated && entry.links.length));
  });
  it('case 15, Atom: as many entries, and the title as it was', async () => {
    const file = path.join(server.folder, 'feed.atom');
    await writeFile(file, await feed());
    const ask = (query) => execFileSync('xmllint', ['--xpath', query, file], { encoding: 'utf8' }).trim();
    assert.equal(ask('count(//*[local-name()="entry"])'), '2');
    assert.equal(ask('string((//*[local-name()="entry"])[1]/*[local-name()="title"])'), EVIL);
    assert.doesNotMatch(ask('string((//*[local-name()="entry"])[1]/*[local-name()="content"])'), /<script|javascript:/);
  });
  it('is changed and deleted, its entry keeps its id', async () => {
    const before = parseAtomFeed(await feed()).entries[1].id, id = await idOf('Doors open');
    assert.match((await owner.get(`/fair/organise/news/?edit=${id}`)).body_text, /At \*\*nine\*\*\./);
    assert.equal((await write({ id, title: 'Doors open at ten', text: 'At ten.' })).status, 303);
    const changed = parseAtomFeed(await feed()).entries[1];
    assert.equal(changed.id, before);
    assert.equal((await owner.post('/fair/organise/news/delete', { id }, { from: '/fair/organise/news/' })).status, 303);
    assert.equal(parseAtomFeed(await feed()).entries.length, 1);
  });
  it('another event neither sees nor changes it', async () => {
    const id = await idOf('script');
    assert.equal((await owner.post('/other/organise/news/', { id, title: 'x', text: 'y' })).status, 404);
    assert.equal((await owner.post('/other/organise/news/delete', { id }, { from: '/other/organise/news/' })).status, 404);
    assert.equal(parseAtomFeed((await visitor.get('/other/news/feed.atom')).body_text).entries?.length ?? 0, 0);
  });
});

describe('maps for search engines', () => {
  it('name every public page once, and no page of organisers', async () => {
    const index = (await visitor.get('/sitemap.xml')).body_text;
    const robots = (await visitor.get('/robots.txt')).body_text;
    assert.match(robots, new RegExp(`Sitemap: ${server.origin}/sitemap.xml`));
    const maps = [...index.matchAll(/<loc>([^<]*)<\/loc>/g)].map(([, url]) => new URL(url).pathname);
    assert.deepEqual(maps.sort(), ['/fair/sitemap.xml', '/other/sitemap.xml']);
    const pages = [...(await visitor.get('/fair/sitemap.xml')).body_text.matchAll(/<loc>([^<]*)<\/loc>/g)].map(([, url]) => new URL(url).pathname);
    assert.equal(new Set(pages).size, pages.length);
    assert.equal(pages.length, 5 + 1 + 1);
    for (const page of pages) assert.equal((await visitor.get(page)).status, 200, page);
  });
});
