// What is made of a replay: the film with chapters, the sound alone, the podcast, the frame for other pages, oEmbed; its
// borders, and the part of somebody who takes the consent back. Read by ffprobe, a feed reader and xmllint.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { parseRssFeed } from 'feedsmith';
import { hold, importRecorded, open_store, record } from '../support/recorded.mjs';
import { ownerClient, start } from './support.mjs';

const SECONDS = 24;
const no_ffprobe = spawnSync('ffprobe', ['-version']).error ? 'ffprobe is not installed' : false;
let server, client, owner, code, held;

/** Asks until it is so: what waits is looked for every five seconds. */
async function until(look, what, ms = 100000) {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 250))) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`not within ${ms} ms: ${what}`);
}
const address = (rest = '') => `/vus/talk/${code}/replay/${rest}`;
const page = async (rest) => (await client.get(address(rest))).body_text;
const folder = async () => (await page()).match(/data-list="(\/media\/[^"]+)\/programme/)[1];
const segments = async () => [...(await client.get(`${await folder()}/programme.m3u8`)).body_text.matchAll(/^s(\d+)\.m4s$/gm)].map(([, n]) => Number(n));
const probe = async (file) => {
  const { stdout } = await promisify(execFile)('ffprobe', ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', '-show_chapters', `${server.origin}${file}`]);
  return JSON.parse(stdout);
};
/** The files are made of what is shown now. */
const settled = () => {
  const db = open_store(server), { n } = db.prepare('SELECT count(*) AS n FROM recording WHERE stale > 0').get();
  db.close();
  return n === 0;
};

/** The sound of a language beside, as the recorder names it: its list and a piece for each of the recording's. */
async function speak() {
  const db = open_store(server), { folder: name } = db.prepare('SELECT folder FROM recording').get();
  db.close();
  const place = path.join(server.folder, 'media', name), list = await readFile(path.join(place, 'programme.m3u8'), 'utf8');
  await writeFile(path.join(place, 'fr.m3u8'), list.replace(/^s(\d+\.m4s)$/gm, 'fr-$1').replace(/i\d+\.mp4/g, 'fr.mp4'));
  for (const [, n] of list.matchAll(/^s(\d+)\.m4s$/gm)) await copyFile(path.join(place, `s${n}.m4s`), path.join(place, `fr-${n}.m4s`));
}

before(async () => {
  server = await start();
  ({ Ouverture: code } = await importRecorded(server, 'vus', ['Ouverture']));
  held = hold(server, 'vus', code, {
    captions: [[2, 3, 'Early words.'], [11, 12, 'Words of the middle.'], [21, 22, 'Late words.']],
    questions: [['Which contract & why?', 3, 13]],
    chat: [[1, 'Guest', 'hello']],
    agree: ['Early', 'Late'],
  });
  const db = open_store(server), talk = db.prepare("SELECT start_us FROM talk WHERE code = ?").get(code);
  for (const [name, from, to] of [['Early', 0, 24], ['Late', 9, 13]]) {
    db.prepare('INSERT INTO live_recorded(session_id, room_id, person_id, at_us) VALUES(?, ?, ?, 1)').run(held.session, held.room, held.people[name]);
    db.prepare('INSERT INTO live_recorded_span(session_id, person_id, from_us, to_us) VALUES(?, ?, ?, ?)')
      .run(held.session, held.people[name], talk.start_us + from * 1e6, talk.start_us + to * 1e6);
  }
  // Long ago as it is, what is kept of its people would be erased at the next start.
  db.prepare("UPDATE event SET last_day = '2999-01-01' WHERE slug = 'vus'").run();
  db.close();
  await record(server.folder, 'vus', code, SECONDS);
  await speak();
  await server.stop({ keep: true }); // what waits is done at the start too
  server = await start({ folder: server.folder });
  client = server.client();
  owner = await ownerClient(server);
  await until(settled, 'files of the replay');
});
after(async () => {
  const { code: exit, stderr } = await server.stop({ keep: false });
  assert.equal(exit, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

describe('the files', () => {
  it('are one film with title and chapters inside, and the sound alone', { skip: no_ffprobe }, async () => {
    const film = await probe(`${await folder()}/replay.mp4`);
    assert.equal(film.format.tags.title, 'Ouverture');
    assert.deepEqual(film.chapters.map(({ start_time, tags }) => [Math.round(Number(start_time)), tags.title]), [[0, 'Début'], [13, 'Which contract & why?']]);
    const sound = await probe(`${await folder()}/sound.m4a`);
    assert.deepEqual(sound.streams.map((one) => one.codec_name), ['aac']);
    assert.ok(Math.abs(Number(sound.format.duration) - SECONDS) < 0.5, sound.format.duration);
    assert.equal(sound.format.tags.title, 'Ouverture');
    assert.match(await page(), /href="[^"]*sound\.m4a" download="ouverture\.m4a">.*Sound, \d+ kB/);
    execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-i', `${server.origin}${await folder()}/replay.mp4`, '-f', 'null', '-']);
  });
  it('are episodes of a podcast, as feed readers read it', async () => {
    const answer = await client.get('/vus/replays/podcast.xml');
    assert.match(answer.headers.get('content-type'), /^application\/rss\+xml/);
    const feed = parseRssFeed(answer.body_text);
    assert.equal(feed.title, 'Replays');
    assert.equal(feed.items.length, 1);
    const [{ title, enclosures: [{ url, type, length }] }] = feed.items;
    assert.deepEqual([title, type], ['Ouverture', 'audio/mp4']);
    const head = await client.head(url);
    assert.equal(head.status, 200);
    assert.equal(head.headers.get('content-type'), 'audio/mp4');
    assert.equal(Number(head.headers.get('content-length')), Number(length));
    const file = path.join(server.folder, 'podcast.xml');
    await writeFile(file, answer.body_text);
    execFileSync('xmllint', ['--noout', file]);
    assert.match((await client.get('/vus/replays/')).body_text, /<link rel="alternate" type="application\/rss\+xml"[^>]*podcast\.xml">/);
  });
});

describe('elsewhere', () => {
  it('it may stand in a frame, and no other page may', async () => {
    const embed = await client.get(address('embed/'));
    assert.equal(embed.status, 200);
    assert.match(embed.headers.get('content-security-policy'), /frame-ancestors \*/);
    assert.match(embed.body_text, /<video/);
    assert.equal(embed.headers.getSetCookie().length, 0);
    assert.match((await client.get(address())).headers.get('content-security-policy'), /frame-ancestors 'none'/);
    assert.match((await client.get(address('embed/'))).headers.get('content-security-policy'), /frame-ancestors \*/, 'also the second time');
  });
  it('is told by oEmbed, of its own address alone', async () => {
    const ask = (url, more = '') => client.get(`/media/oembed?url=${encodeURIComponent(url)}${more}`);
    const link = (await page()).match(/<link rel="alternate" type="application\/json\+oembed" href="([^"]+)"/)[1];
    const told = JSON.parse((await client.get(link)).body_text);
    assert.deepEqual([told.type, told.version, told.title, told.width, told.height], ['video', '1.0', 'Ouverture', 640, 360]);
    assert.ok(told.html.includes(`src="${server.origin}${address('embed/')}"`));
    assert.equal(JSON.parse((await ask(`${server.origin}${address()}?t=3`, '&maxwidth=320')).body_text).height, 180);
    for (const [most, width] of [['maxwidth=100', 100], ['maxheight=90', 160], ['maxwidth=9999999999999999999', 640], ['maxwidth=-5&maxheight=x', 640]])
      assert.equal(JSON.parse((await ask(`${server.origin}${address()}`, `&${most}`)).body_text).width, width, most);
    for (const bad of ['https://example.org/vus/talk/x/replay/', `${server.origin}/vus/talk/ZZZZZZ/replay/`, `${server.origin}/../etc/passwd`, `${server.origin}.example.org${address()}`, ''])
      assert.equal((await ask(bad)).status, 404, bad);
    assert.equal((await ask(`${server.origin}${address()}`, '&format=xml')).status, 501);
  });
});

describe('the borders', () => {
  const cut = (fields) => owner.post(address('cut/'), { part: '1', ...fields });
  it('are moved by hosts alone, and wrong ones are said', async () => {
    assert.ok([303, 401, 403].includes((await client.get(address('cut/'))).status));
    assert.equal((await owner.get(address('cut/'))).status, 200);
    for (const [from, to] of [['0:10', '0:05'], ['x', '0:05'], ['0:00', '-1'], ['9:00', '9:30'], ['', '']])
      assert.equal((await cut({ from, to })).status, 422, `${from} ${to}`);
    assert.equal((await segments()).length, new Set(await segments()).size);
  });
  it('show a strip of pictures and the sound', { skip: no_ffprobe }, async () => {
    for (const [file, type] of [['strip.jpg', 'image/jpeg'], ['wave.png', 'image/png']]) {
      const answer = await owner.request('GET', address(`cut/${file}`));
      assert.equal(answer.status, 200, file);
      assert.equal(answer.headers.get('content-type'), type);
      assert.ok((await answer.arrayBuffer()).byteLength > 300, file);
      assert.ok((await client.get(address(`cut/${file}`))).status !== 200);
    }
  });
  it('cut the list, what lies outside is not there any more, words and chapters move with them', async () => {
    const all = await segments(), base = await folder();
    assert.equal((await cut({ from: '0:09', to: '0:16' })).status, 303);
    const list = (await client.get(`${base}/programme.m3u8`)).body_text, left = await segments();
    assert.ok(left.length < all.length && left.length > 0);
    assert.match(list, /#EXT-X-ENDLIST\n$/);
    const name = (n) => `${base}/s${String(n).padStart(6, '0')}.m4s`;
    for (const n of all) assert.equal((await client.head(name(n))).status, left.includes(n) ? 200 : 404, `segment ${n}`);
    const spoken = (n) => `${base}/fr-${String(n).padStart(6, '0')}.m4s`;
    for (const n of all) assert.equal((await client.head(spoken(n))).status, left.includes(n) ? 200 : 404, `sound of segment ${n}`);
    const sound = (await client.get(`${base}/fr.m3u8`)).body_text;
    assert.deepEqual([...sound.matchAll(/^fr-(\d+)\.m4s$/gm)].map(([, n]) => Number(n)), left);
    assert.match((await client.head(name(left[0]))).headers.get('cache-control'), /^public, max-age=30, must-revalidate$/, 'no cache keeps it for long');
    const html = await page();
    assert.match(html, /Words of the middle/);
    assert.doesNotMatch(html, /Early words|Late words/);
    assert.ok(await until(settled, 'the film of what is left'));
  });
  it('the film and the podcast follow', { skip: no_ffprobe }, async () => {
    const base = await folder(), film = await probe(`${base}/replay.mp4`), sound = await probe(`${base}/sound.m4a`);
    for (const one of [film, sound]) assert.ok(Number(one.format.duration) > 5 && Number(one.format.duration) < 14, one.format.duration);
    const lists = (await client.get(`${base}/programme.m3u8`)).body_text;
    const length = [...lists.matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, [, s]) => sum + Number(s), 0);
    assert.ok(Math.abs(Number(film.format.duration) - length) < 0.3, `${film.format.duration} of ${length}`);
    execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-i', `${server.origin}${base}/programme.m3u8`, '-f', 'null', '-']);
  });
  it('go back, and who moved them is written down', async () => {
    assert.equal((await cut({ all: '1', from: '', to: '' })).status, 303);
    assert.match(await page(), /Early words[\s\S]*Late words/);
    assert.equal(((await owner.get(address('cut/'))).body_text.match(/The borders were moved\./g) ?? []).length, 2);
  });
});

describe('what is asked of it in bad faith', () => {
  it('thousands of ranges, ways out of the folder, files that are none of ours', async () => {
    const base = await folder();
    const ranges = `bytes=${Array.from({ length: 4000 }, (_, i) => `${i}-${i}`).join(',')}`;
    for (const file of ['s000000.m4s', 'replay.mp4', 'sound.m4a']) {
      const answer = await client.request('GET', `${base}/${file}`, { headers: { range: ranges } });
      assert.ok([200, 400, 413, 416, 431].includes(answer.status), `${file} ${answer.status}`);
      if (answer.status === 200) assert.equal((await answer.arrayBuffer()).byteLength, Number(answer.headers.get('content-length')));
    }
    const secret = ['..%2f..%2ftreteau.db', '%2e%2e/treteau.db', '..%2fprogramme.m3u8', 'strip.jpg', 'wave.png', 'strip.txt', '.sound.m4a.part', 'sound.m4a%00.jpg', 'fr-000000.m4s%2f..'];
    for (const file of secret) assert.ok([400, 404].includes((await client.get(`${base}/${file}`)).status), file);
  });
});

describe('somebody takes the consent back', () => {
  const choose = (name, given) => {
    const db = open_store(server);
    db.prepare('INSERT INTO live_consent(room_id, person_id, given, at_us) VALUES(?, ?, ?, 9)').run(held.room, held.people[name], given);
    db.close();
  };
  let all;
  it('all of it is gone at once', async () => {
    all = await segments();
    const base = await folder();
    choose('Late', 0);
    assert.doesNotMatch(await page(), /<video/);
    for (const file of ['programme.m3u8', 'replay.mp4', 'sound.m4a', 's000000.m4s']) assert.equal((await client.head(`${base}/${file}`)).status, 404, file);
    assert.equal(parseRssFeed((await client.get('/vus/replays/podcast.xml')).body_text).items?.length ?? 0, 0);
    assert.doesNotMatch((await client.get('/vus/replays/')).body_text, /Ouverture/);
  });
  it('within a minute the rest is back without their part: list, words, and the files', async () => {
    await until(async () => (await page()).includes('<video'), 'the rest of the replay', 75000);
    const left = await segments();
    assert.ok(left.length > 0 && left.length < all.length, `${left} of ${all}`);
    const html = await page();
    assert.match(html, /Early words[\s\S]*Late words/);
    assert.doesNotMatch(html, /Words of the middle/);
    await until(settled, 'files without that part');
    const base = await folder();
    if (!no_ffprobe) {
      const film = await probe(`${base}/replay.mp4`);
      assert.ok(Number(film.format.duration) < SECONDS - 3, film.format.duration);
      execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-i', `${server.origin}${base}/replay.mp4`, '-f', 'null', '-']);
    }
    assert.match((await owner.get(address('cut/'))).body_text, /their part was taken off/);
  });
  it('who agrees again is back within a minute, and who was there all the time takes all of it', async () => {
    choose('Late', 1);
    await until(async () => (await segments()).length === all.length, 'the part that returns', 75000);
    choose('Early', 0);
    assert.doesNotMatch(await page(), /<video/);
  });
});
