// A real programme: imported by command and by browser, read page by page, found by title, exported again.
// Case 8: stored script. Case 16: entities, truncated, wrongly encoded and oversized files.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { data, ownerClient, run, start } from './support.mjs';

const NODES_MAX = 298, BYTES_MAX = 60_000;
const fosdem = path.join(data, 'fosdem_2021.xml');
const withFosdem = { skip: existsSync(fosdem) ? false : `no ${fosdem}` };
let server, owner, visitor, folder;
before(async () => {
  server = await start();
  folder = await mkdtemp(path.join(tmpdir(), 'treteau-programme-'));
  owner = await ownerClient(server);
  visitor = server.client();
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

const importFile = (file, slug, ...more) => run('import', file, '--event', slug, '--data', server.folder, '--lang', 'en', ...more);
const unescape = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"')
  .replaceAll('&#39;', "'").replaceAll('&amp;', '&');
const nodes = (html) => (html.match(/<[a-z]/gi) ?? []).length;

/** The bytes of a first visit: the page, its styles and scripts. */
async function weight(page) {
  let bytes = Buffer.byteLength(page.body_text);
  for (const [, address] of page.body_text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g))
    bytes += Buffer.byteLength((await visitor.get(address)).body_text);
  return bytes;
}

/** A small file: one day, one room. Talks are [title, start, minutes, more mark-up]. */
const schedule = (talks, { day = '2031-05-06', zone = 'Europe/Paris', title = 'Rencontres' } = {}) => `<?xml version="1.0" encoding="UTF-8"?>
<schedule><version>1</version><conference><title>${title}</title><time_zone_name>${zone}</time_zone_name></conference>
<day index="1" date="${day}"><room name="Grande scène">
${talks.map(([name, at, minutes, more = ''], i) => `<event id="${i + 1}"><title>${name}</title><start>${at}</start>`
    + `<duration>0:${minutes}</duration>${more}</event>`).join('\n')}
</room></day></schedule>
`;

async function importText(text, slug, ...more) {
  const file = path.join(folder, `${slug}.xml`);
  await writeFile(file, text);
  const done = await importFile(file, slug, ...more);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  return done.stdout;
}

describe('FOSDEM 2021', withFosdem, () => {
  let text, titles;
  before(async () => {
    text = await readFile(fosdem, 'utf8');
    titles = [...text.matchAll(/<title>([^<]*)<\/title>/g)].slice(1)
      .map(([, title]) => unescape(title).replace(/\s+/g, ' ').trim());
    const done = await importFile(fosdem, 'fosdem', '--publish', '--zone', 'Europe/Brussels');
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /773 sessions: 773 new/);
    assert.match(done.stdout, /108 rooms/);
    assert.match(done.stdout, /684 persons/);
    assert.match(done.stdout, /3371 links/);
    assert.match(done.stdout, /Line 3528: .*thttps:\/\/github.com\/BabarZKhan/);
    assert.match(done.stdout, /names no time zone.*Europe\/Brussels/);
  });

  it('comes in once: importing again changes nothing', async () => {
    const again = await importFile(fosdem, 'fosdem');
    assert.match(again.stdout, /773 sessions: 0 new, 0 changed, 773 as before/);
  });

  /** Follows a list's numbered pages. */
  async function pages(address) {
    const seen = new Map(), todo = [address];
    while (todo.length) {
      const next = todo.shift();
      if (seen.has(next)) continue;
      const page = await visitor.get(next);
      assert.equal(page.status, 200, next);
      seen.set(next, page);
      const pager = page.body_text.match(/<nav class="pages[\s\S]*?<\/nav>/)?.[0] ?? '';
      for (const [, query] of pager.matchAll(/href="(\?[^"]+)"/g))
        if (!query.endsWith('page=1')) todo.push(address.replace(/\?.*/, '') + unescape(query));
    }
    return [...seen];
  }

  it('every session stands in the pages of its day, each of at most 298 nodes and 60 kB', async () => {
    const codes = new Set();
    for (const [day, count] of [['2021-02-06', 401], ['2021-02-07', 372]]) {
      const found = new Set();
      for (const [address, page] of await pages(`/fosdem/schedule/?day=${day}`)) {
        assert.ok(nodes(page.body_text) <= NODES_MAX, `${address}: ${nodes(page.body_text)} nodes`);
        assert.ok(await weight(page) <= BYTES_MAX, `${address}: ${await weight(page)} bytes`);
        for (const [, code] of page.body_text.matchAll(/\/talk\/([0-9A-Z]{6})\//g)) found.add(code);
      }
      assert.equal(found.size, count, day);
      found.forEach((code) => codes.add(code));
    }
    assert.equal(codes.size, 773);
  });

  it('lists of rooms, tracks, persons and one room are as small', async () => {
    for (const list of ['/fosdem/schedule/rooms/', '/fosdem/schedule/tracks/', '/fosdem/speakers/', '/fosdem/', '/',
      '/fosdem/schedule/?room=d-postgresql', '/fosdem/schedule/?track=python', '/fosdem/schedule/?kind=maintrack',
      '/fosdem/schedule/?q=the'])
      for (const [address, page] of await pages(list)) {
        assert.ok(nodes(page.body_text) <= NODES_MAX, `${address}: ${nodes(page.body_text)} nodes`);
        assert.ok(await weight(page) <= BYTES_MAX, address);
      }
    const names = new Set();
    for (const [, page] of await pages('/fosdem/speakers/'))
      for (const [, code] of page.body_text.matchAll(/\/speaker\/([0-9A-Z]{6})\//g)) names.add(code);
    assert.equal(names.size, 684);
  });

  it('a session is found by its title in two requests: the form, its answer', async () => {
    const form = await visitor.get('/fosdem/schedule/');
    assert.match(form.body_text, /role="search" action="\/fosdem\/schedule\/"/);
    assert.match(form.body_text, /name="q"/);
    for (const title of titles.filter((_, i) => i % 12 === 0)) {
      const answer = await visitor.get(`/fosdem/schedule/?${new URLSearchParams({ q: title, room: '', kind: '' })}`);
      const shown = [...answer.body_text.matchAll(/<h3><a [^>]*>([^<]*)<\/a>/g)].map(([, name]) => unescape(name));
      assert.ok(shown.includes(title), `${title}: ${shown.slice(0, 3).join(' | ')}`);
    }
  });

  it('a session shows hour and zone, room, persons, links and documents as the file has them', async () => {
    const answer = await visitor.get('/fosdem/schedule/?q=Empowering+the+school');
    const talk = await visitor.get(answer.body_text.match(/href="(\/fosdem\/talk\/[0-9A-Z]{6}\/)"/)[1]);
    assert.match(talk.body_text, /datetime="2021-02-06T10:00:00\+01:00"/);
    assert.match(talk.body_text, /M\.community/);
    for (const name of ['Marco Marinello', 'Paolo Dongilli']) assert.ok(talk.body_text.includes(name), name);
    assert.match(talk.body_text, /href="https:\/\/fuss\.bz\.it"[^>]*>FUSS Project Homepage/);
    assert.match(talk.body_text, /RemotelyAccessingFiles[^"]*"[^>]*>Research paper - DIDAMATiCA 2020/);
    assert.match(talk.body_text, /<p>How can users of your network/);
    const speaker = await visitor.get(talk.body_text.match(/href="(\/fosdem\/speaker\/[0-9A-Z]{6}\/)"/)[1]);
    assert.equal(speaker.status, 200);
    assert.match(speaker.body_text, /Empowering the school of the future/);
  });

  it('goes out valid, and what went out comes in as the same', async (t) => {
    const out = await visitor.get('/fosdem/schedule/export/schedule.xml');
    assert.match(out.headers.get('content-type'), /^application\/xml/);
    const file = path.join(folder, 'out.xml');
    await writeFile(file, out.body_text);
    assert.equal(out.body_text.match(/<event /g).length, 773);
    const again = await importFile(file, 'fosdem');
    assert.match(again.stdout, /773 sessions: 0 new, 0 changed, 773 as before/);
    const xmllint = await promisify(execFile)('xmllint', ['--version']).then(() => true, () => false);
    if (!xmllint) return t.diagnostic('no xmllint: not validated');
    await promisify(execFile)('xmllint', ['--noout', '--nonet', '--schema', path.join(data, 'schedule.xml.xsd'), file]);
  });
});

describe('a search', () => {
  before(() => importText(schedule([['L’école « du » C++ &amp; co', '09:00', 30], ['Autre', '10:00', 30]]), 'mots', '--publish'));
  it('knows no accents, no operators, no end of quotes', async () => {
    for (const [words, found] of [['ecole', 1], ['ÉCOLE', 1], ['eco', 1], ['ecole OR autre', 0], ['"ecole', 1], ['ecole*', 1],
      ['NEAR(ecole', 0], ['title:ecole', 0], ['-ecole', 1], ['C++ &', 1], ['%', 0], ['&', 0], ['\'; DROP TABLE talk;--', 0]]) {
      const page = await visitor.get(`/mots/schedule/?q=${encodeURIComponent(words)}`);
      assert.equal(page.status, 200, words);
      assert.equal((page.body_text.match(/<h3>/g) ?? []).length, found, words);
    }
  });
  it('without words or with a day that is none shows the programme', async () => {
    for (const query of ['', '?q=', '?day=nonsense', '?day=2031-05-06', '?page=-1', '?page=x'])
      assert.match((await visitor.get(`/mots/schedule/${query}`)).body_text, /Autre/, query);
  });
});

describe('a session', () => {
  it('is to come, live, over by the clock, in the event\'s zone', async () => {
    const at = (minutes) => new Date(Date.now() + minutes * 6e4).toISOString();
    const moment = (minutes) => `<date>${at(minutes).slice(0, 19)}+00:00</date>`;
    await importText(schedule([['Before', '00:00', 20, moment(-60)], ['Now', '00:00', 50, moment(-12)],
      ['Later', '00:00', 20, moment(60)]], { day: at(0).slice(0, 10), zone: 'Asia/Tokyo' }), 'etats', '--publish');
    const day = (await visitor.get('/etats/schedule/?q=o OR e')).body_text; // nothing: operators are words
    assert.doesNotMatch(day, /Before/);
    const page = async (title) => {
      const list = await visitor.get(`/etats/schedule/?q=${title}`);
      return (await visitor.get(list.body_text.match(/href="(\/etats\/talk\/[0-9A-Z]{6}\/)"/)[1])).body_text;
    };
    assert.match(await page('Before'), /This session is over/);
    const now = await page('Now');
    assert.match(now, /began 1[23] min ago/);
    assert.match(now, /href="\/etats\/live\/grande-scene\/"/);
    assert.match(now, /datetime="[^"]+\+09:00"/);
    assert.match(await page('Later'), /It begins on/);
  });
  it('shows what strangers wrote as words: no script runs (case 8)', async () => {
    const evil = '&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;';
    await importText(schedule([[evil, '09:00', 30,
      `<subtitle>${evil}</subtitle><type>${evil}</type><track>${evil}</track><language>${evil}</language>`
      + `<abstract>&lt;p onclick="alert(1)"&gt;hello &lt;a href="javascript:alert(1)"&gt;there&lt;/a&gt;&lt;/p&gt;${evil}</abstract>`
      + `<persons><person>${evil}</person></persons><recording><license>${evil}</license><optout>false</optout></recording>`
      + `<links><link href="javascript:alert(1)">${evil}</link><link href=" javascript:alert(1)">x</link></links>`
      + `<attachments><attachment href="data:text/html,${evil}">x</attachment></attachments>`]],
    { title: evil }), 'mal', '--publish');
    const talk = (await visitor.get('/mal/schedule/')).body_text.match(/\/mal\/talk\/[0-9A-Z]{6}\//)[0];
    const speaker = (await visitor.get('/mal/speakers/')).body_text.match(/\/mal\/speaker\/[0-9A-Z]{6}\//)[0];
    for (const address of ['/', '/mal/', '/mal/schedule/', talk, speaker, '/mal/schedule/tracks/', '/mal/schedule/?q=alert']) {
      const page = (await visitor.get(address)).body_text;
      assert.doesNotMatch(page, /<script>|<img|href="\s*(javascript|data):/i, address);
      assert.doesNotMatch(page.replaceAll(/"[^"]*"/g, '""'), /<[^>]*\son\w+=/i, address); // outside of quoted values
    }
    assert.match((await visitor.get(talk)).body_text, /hello/);
  });
});

describe('an event that is not published', () => {
  before(() => importText(schedule([['Séance', '09:00', 30]]), 'cache'));
  it('is there for its organisers alone', async () => {
    const code = (await owner.get('/cache/schedule/')).body_text.match(/\/talk\/([0-9A-Z]{6})\//)[1];
    for (const address of ['/cache/', '/cache/schedule/', '/cache/schedule/rooms/', `/cache/talk/${code}/`, '/cache/speakers/',
      '/cache/schedule/export/schedule.xml']) {
      assert.equal((await visitor.get(address)).status, 404, address);
      assert.equal((await owner.get(address)).status, 200, address);
    }
    assert.doesNotMatch((await visitor.get('/')).body_text, /\/cache\//);
    for (const address of ['/cache/organise/', '/cache/organise/import/', '/cache/organise/event/', '/admin/events/new/'])
      assert.ok([403, 404].includes((await visitor.get(address)).status), address);
  });
  it('is published by a button, and taken back', async () => {
    const publish = (value) => owner.post('/cache/organise/publish/', { publish: value }, { from: '/cache/organise/' });
    assert.equal((await publish('1')).status, 303);
    assert.equal((await visitor.get('/cache/schedule/')).status, 200);
    assert.match((await visitor.get('/')).body_text, /href="\/cache\/"/);
    assert.equal((await publish('0')).status, 303);
    assert.equal((await visitor.get('/cache/schedule/')).status, 404);
  });
});

describe('an import by the browser', () => {
  const send = (text, act = 'import') => {
    const form = new FormData();
    form.set('file', new File([text], 'schedule.xml', { type: 'application/xml' }));
    form.set('act', act);
    return owner.post('/envoi/organise/import/', form);
  };
  const sessions = async () => ((await owner.get('/envoi/schedule/export/schedule.xml')).body_text.match(/<event /g) ?? []).length;
  before(() => importText(schedule([['Première', '09:00', 30]]), 'envoi'));

  it('can be checked first: it tells everything and changes nothing', async () => {
    const sent = await send(schedule([['Première', '09:00', 30], ['Seconde', '10:00', 30, '<mood>good</mood>'],
      ['Sans heure', '9h', 30]]), 'check');
    assert.equal(sent.status, 303);
    const answer = await owner.get(sent.headers.get('location'));
    assert.equal(answer.status, 200);
    assert.match(answer.body_text, /what an import would do/);
    assert.match(answer.body_text, /2 sessions: 1 new, 0 changed, 1 as before/);
    assert.match(answer.body_text, /Line 5: the element &lt;mood&gt;/);
    assert.match(answer.body_text, /Line 6: .*Sans heure.*left out/);
    assert.equal(await sessions(), 1);
  });
  it('keeps the whole and lists by line what it could not', async () => {
    const answer = await send(schedule([['Première', '09:00', 30], ['Seconde', '10:00', 30, '<mood>good</mood>']]));
    assert.equal(answer.status, 200, answer.body_text);
    assert.match(answer.body_text, /Imported/);
    assert.match(answer.body_text, /Line 5: the element &lt;mood&gt;/);
    assert.equal(await sessions(), 2);
  });
  it('refuses truncated, wrongly encoded, entity-laden, foreign and empty files with a sentence (case 16)', async () => {
    const whole = schedule([['Autre', '09:00', 30]]);
    for (const [file, sentence] of [
      [whole.slice(0, 300), /Line 4: the file stops in the middle/],
      [Buffer.from(whole, 'latin1'), /Line 3: this is not UTF-8/],
      [Buffer.from(whole, 'utf16le'), /this is not UTF-8/],
      [whole.replace('UTF-8', 'ISO-8859-15'), /Line 1: the file says it is written in ISO-8859-15/],
      [`<!DOCTYPE s [<!ENTITY a "${'x'.repeat(99)}"><!ENTITY b "&a;&a;">]>\n${whole.split('\n').slice(1).join('\n')}`,
        /Line 1: the file declares a document type/],
      [whole.replace('Autre', '&a;'), /Line 4: this is not well-formed XML/],
      ['<schedule>'.repeat(2000), /nested more than/],
      ['{"schedule": {}}', /Line 1: this is not a schedule.json/],
      ['<rss></rss>', /its first element is &lt;rss&gt;/],
      ['<schedule></schedule>', /no session was found/],
      ['\n', /the file is empty/],
      ['', /Choose a file first/],
      [`<schedule>${' '.repeat(16.5 * 1024 * 1024)}</schedule>`, /over 16 MiB/],
    ]) {
      const answer = await send(file);
      assert.equal(answer.status, 422, String(sentence));
      assert.match(answer.body_text, sentence);
      assert.match(answer.body_text, /Nothing was changed/);
      assert.equal(await sessions(), 2);
    }
  });
  it('of 50 MB is refused before it is read', async () => {
    const answer = await send(Buffer.alloc(50 * 1024 * 1024, ' ')).catch((error) => error);
    if (answer instanceof Error) assert.match(String(answer.cause?.code), /EPIPE|ECONNRESET|UND_ERR_SOCKET/);
    else assert.equal(answer.status, 413);
    assert.equal(await sessions(), 2);
  });
  it('is refused without the form\'s token', async () => {
    const form = new FormData();
    form.set('file', new File([schedule([['Vol', '09:00', 30]])], 'a.xml'));
    assert.equal((await owner.post('/envoi/organise/import/', form, { token: '0'.repeat(64) })).status, 403);
    assert.equal(await sessions(), 2);
  });
  it('twice at once leaves one of the two whole', async () => {
    const token = await owner.token('/envoi/organise/import/');
    const many = (word) => schedule(Array.from({ length: 40 }, (_, i) => [`${word} ${i}`, '09:00', 30]));
    const post = (word) => {
      const form = new FormData();
      form.set('file', new File([many(word)], 'schedule.xml'));
      return owner.post('/envoi/organise/import/', form, { token });
    };
    const answers = await Promise.all([post('Rouge'), post('Bleu'), post('Vert')]);
    const out = (await owner.get('/envoi/schedule/export/schedule.xml')).body_text;
    const words = new Set([...out.matchAll(/<title>(Rouge|Bleu|Vert) \d+/g)].map(([, word]) => word));
    assert.equal(words.size, 1);
    assert.equal(out.match(/<event /g).length, 40);
    assert.ok(answers.every(({ status }) => status === 200 || status === 422));
  });
});

describe('the command', () => {
  it('refuses addresses of the server and hostile ones, unknown zones and what is no file', async () => {
    const file = path.join(folder, 'ok.xml');
    await writeFile(file, schedule([['Un', '09:00', 30]]));
    for (const slug of ['admin', 'api', 'media', 'resources', 'directory', 'events', 'demo', 'debug', 'healthz', 'metrics',
      'static', '.well-known', 'Admin', '..', '../x', 'a/b', 'a b', 'é', '<script>', '-a', 'a--b', 'a', 'x'.repeat(41), '']) {
      const done = await importFile(file, slug);
      assert.notEqual(done.code, 0, slug);
    }
    for (const [name, ...more] of [['/dev/zero'], [folder], [path.join(folder, 'none.xml')], [file, '--zone', '/etc/passwd']]) {
      const done = await importFile(name, 'autre', ...more);
      assert.equal(done.code, 1, name);
      assert.match(done.stdout, /cannot be read|not known/);
    }
    assert.equal((await owner.get('/autre/')).status, 404);
  });
});
