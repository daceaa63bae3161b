// Replays: the page before, while and after a session is recorded, the files by range, and what a crash left half done.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { importLive } from '../support/sample.mjs';
import { build, run, start } from './support.mjs';

const TALKS = [
  { title: 'Ouverture', start: '09:00' },
  { title: 'Sans enregistrement', start: '10:00', optout: true },
  { title: 'Jamais enregistrée', start: '11:00' },
  { title: 'Coupée net', start: '12:00' },
];
const schedule = (acronym) => `<?xml version="1.0" encoding="UTF-8"?>
<schedule><version>1</version><conference><title>Replays</title><acronym>${acronym}</acronym><start>2024-03-14</start>
<end>2024-03-14</end><days>1</days><time_zone_name>Europe/Paris</time_zone_name></conference>
<day index="1" date="2024-03-14" start="2024-03-14T08:00:00+01:00" end="2024-03-14T20:00:00+01:00"><room name="Scène">
${TALKS.map(({ title, start: time, optout }, i) => `<event id="${i + 1}" guid="0000000${i}-0000-4000-8000-000000000000">
<date>2024-03-14T${time}:00+01:00</date><start>${time}</start><duration>00:45</duration><room>Scène</room><title>${title}</title>
<type>table ronde</type><language>fr</language><abstract></abstract>
<recording><license>CC BY-SA 4.0</license><optout>${optout ?? false}</optout></recording>
<persons><person id="1">Personne exemple</person></persons></event>`).join('\n')}
</room></day></schedule>`;

/** Makes the sample recording of a session, in the folder of a running server. */
const record = (folder, event, code, seconds, ...more) =>
  promisify(execFile)(path.join(build, 'tests/support/record-sample'), [folder, event, code, String(seconds), ...more]);

let server, client;
const codes = {};
before(async () => {
  server = await start();
  client = server.client();
  const own = await mkdtemp(path.join(tmpdir(), 'treteau-replay-'));
  for (const [slug, ...publish] of [['vus', '--publish'], ['caches']]) {
    const file = path.join(own, `${slug}.xml`);
    await writeFile(file, schedule(slug));
    const { code, stderr, stdout } = await run('import', file, '--event', slug, ...publish, '--data', server.folder);
    assert.equal(code, 0, stdout + stderr);
  }
  await rm(own, { recursive: true });
  const page = (await client.get('/vus/schedule/?day=2024-03-14')).body_text;
  for (const { title } of TALKS)
    codes[title] = page.match(new RegExp(`/vus/talk/(\\w+)/">${title}`))[1];
  await record(server.folder, 'vus', codes.Ouverture, 20);
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});
const replay = async (title) => (await client.get(`/vus/talk/${codes[title]}/replay/`)).body_text;
const media = (page) => page.match(/data-list="(\/media\/[^"]+)\/programme.m3u8"/)[1];

describe('the page', () => {
  it('plays the list by script and the MP4 without, with speakers, licence and one file to download', async () => {
    const page = await replay('Ouverture');
    const folder = media(page);
    assert.match(page, new RegExp(`<source src="${folder}/replay.mp4" type="video/mp4">`));
    assert.match(page, /href="[^"]*replay.mp4" download="ouverture.mp4">.*Download the video, \d+ kB/);
    assert.match(page, /20 s/);
    assert.match(page, /Personne exemple/);
    assert.match(page, /Licence CC BY-SA 4.0: copy/);
    assert.match(page, /replay\/replay-[0-9a-f]+\.js/);
  });
  it('says of itself what it is: one address, a video with its length, its file, its licence and its session', async () => {
    const page = await replay('Ouverture'), address = `${server.origin}/vus/talk/${codes.Ouverture}/replay/`;
    assert.ok(page.includes(`<link rel="canonical" href="${address}">`));
    const data = JSON.parse(page.match(/<script type="application\/ld\+json">(.*?)<\/script>/s)[1]);
    assert.equal(data['@type'], 'VideoObject');
    assert.equal(data.name, 'Ouverture');
    assert.equal(data.description, 'Ouverture');
    assert.equal(data.url, address);
    assert.equal(data.duration, 'PT20S');
    assert.equal(data.license, 'CC BY-SA 4.0');
    assert.equal(data.encodingFormat, 'video/mp4');
    assert.deepEqual(data.actor.map((person) => person.name), ['Personne exemple']);
    assert.equal(data.recordedAt.startDate, '2024-03-14T09:00:00+01:00');
    assert.ok(Date.parse(data.uploadDate) > Date.parse('2024-01-01'));
    for (const name of ['contentUrl', 'thumbnailUrl']) {
      if (data[name]) assert.equal((await client.head(data[name])).status, 200, name);
    }
    assert.ok(data.contentUrl);
    assert.doesNotMatch(await replay('Jamais enregistrée'), /ld\+json/);
  });
  it('says why there is none', async () => {
    assert.match(await replay('Sans enregistrement'), /This session is not recorded/);
    const never = await replay('Jamais enregistrée');
    assert.match(never, /it was not recorded/);
    assert.doesNotMatch(never, /<video|replay\.js/);
    assert.equal((await client.get('/vus/talk/ZZZZZZ/replay/')).status, 404);
    assert.equal((await client.get(`/rien/talk/${codes.Ouverture}/replay/`)).status, 404);
  });
  it('is found from the session and in the list', async () => {
    assert.match((await client.get(`/vus/talk/${codes.Ouverture}/`)).body_text, /Watch the replay/);
    const list = (await client.get('/vus/replays/')).body_text;
    assert.match(list, new RegExp(`/vus/talk/${codes.Ouverture}/replay/`));
    assert.doesNotMatch(list, /Jamais/);
    assert.match((await client.get('/vus/replays/?page=99999999999999999999')).body_text, /no replay yet/);
  });
});

describe('the files', () => {
  let folder;
  before(async () => { folder = media(await replay('Ouverture')); });

  it('are a whole list, and segments that never change', async () => {
    const list = await client.get(`${folder}/programme.m3u8`);
    assert.equal(list.headers.get('content-type'), 'application/vnd.apple.mpegurl');
    assert.equal(list.headers.get('cache-control'), 'max-age=1');
    assert.match(list.body_text, /^#EXTM3U\n#EXT-X-VERSION:7\n[\s\S]*#EXT-X-ENDLIST\n$/);
    const seconds = [...list.body_text.matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, [, one]) => sum + Number(one), 0);
    assert.ok(Math.abs(seconds - 20) < 0.5, `${seconds} s`);
    for (const [, name] of list.body_text.matchAll(/^(s\d+\.m4s)$/gm)) {
      const segment = await client.head(`${folder}/${name}`);
      assert.equal(segment.status, 200);
      assert.match(segment.headers.get('cache-control'), /^public, max-age=30, must-revalidate$/);
    }
  });
  it('come by one range', async () => {
    const whole = await client.request('GET', `${folder}/replay.mp4`);
    const bytes = Buffer.from(await whole.arrayBuffer()), tag = whole.headers.get('etag');
    assert.equal(bytes.toString('latin1', 4, 8), 'ftyp');
    const ask = async (headers) => {
      const answer = await client.request('GET', `${folder}/replay.mp4`, { headers });
      return [answer, Buffer.from(await answer.arrayBuffer())];
    };
    let [answer, part] = await ask({ range: 'bytes=1000-1999' });
    assert.equal(answer.status, 206);
    assert.equal(answer.headers.get('content-range'), `bytes 1000-1999/${bytes.length}`);
    assert.deepEqual(part, bytes.subarray(1000, 2000));
    [answer, part] = await ask({ range: 'bytes=-500' });
    assert.deepEqual(part, bytes.subarray(-500));
    [answer] = await ask({ range: `bytes=${bytes.length}-` });
    assert.equal(answer.status, 416);
    assert.equal(answer.headers.get('content-range'), `bytes */${bytes.length}`);
    [answer, part] = await ask({ range: 'bytes=0-9', 'if-range': tag });
    assert.equal(answer.status, 206);
    [answer, part] = await ask({ range: 'bytes=0-9', 'if-range': '"old"' });
    assert.equal(answer.status, 200);
    assert.equal(part.length, bytes.length);
    const head = await client.head(`${folder}/replay.mp4`);
    assert.equal(Number(head.headers.get('content-length')), bytes.length);
  });
  it('are no others', async () => {
    for (const address of ['/media/', '/media/../treteau.db', '/media/%2e%2e/treteau.db', '/media/..%2f/treteau.db',
      `${folder}/..%2f..%2ftreteau.db`, `${folder}/.programme.m3u8.part`, `${folder}/s999999.m4s`, `${folder}/`,
      '/media/unknown/programme.m3u8', `${folder}/REPLAY.MP4`]) {
      let answer = await client.get(address);
      if (answer.status === 303) answer = await client.get(answer.headers.get('location'));
      assert.equal(answer.status, 404, address);
    }
  });
  it('stay hidden with their event', async () => {
    await record(server.folder, 'caches', codes.Ouverture, 4);
    // The folder is named after the session; the hidden one exists, and nobody gets it.
    const known = Number(folder.match(/\d+$/)[0]);
    for (let id = 1; id < known + 10; id++) {
      if (id === known) continue;
      assert.equal((await client.get(`/media/sample-${id}/programme.m3u8`)).status, 404);
    }
    assert.equal((await client.get(`/caches/talk/${codes.Ouverture}/replay/`)).status, 404);
  });
});

describe('a recording without an end', () => {
  it('gets it within minutes when nobody comes back, also while its session still lasts', async (t) => {
    const place = await importLive(server, 'maintenant');
    const code = (await client.get(`/${place.slug}/schedule/`)).body_text.match(/talk\/(\w+)\/">Live now/)[1];
    const now = async () => (await client.get(`/${place.slug}/talk/${code}/replay/`)).body_text;
    await record(server.folder, place.slug, code, 6, 'open');
    assert.match(await now(), /being recorded\. Here you watch it/);
    const mender = spawn(path.join(build, 'tests/support/record-sample'), [server.folder, 'mend'],
      { stdio: ['pipe', 'inherit', 'inherit'] });
    const ended = new Promise((resolve) => mender.on('exit', resolve));
    t.after(() => mender.kill());
    let page = await now();
    for (const end = Date.now() + 60000; Date.now() < end && !page.includes('replay.mp4'); page = await now())
      await new Promise((resolve) => setTimeout(resolve, 100));
    assert.match(page, /Download the video, \d/);
    assert.match((await client.get(`${media(page)}/programme.m3u8`)).body_text, /#EXT-X-ENDLIST\n$/);
    mender.stdin.end();
    assert.equal(await ended, 0);
  });
  it('is watched live, and finished at the next start when its session is long over', async () => {
    await record(server.folder, 'vus', codes['Coupée net'], 10, 'open');
    const page = await replay('Coupée net');
    assert.match(page, /being recorded\. Here you watch it/);
    assert.doesNotMatch(page, /replay\.mp4/);
    const list = await client.get(`${media(page)}/programme.m3u8`);
    assert.match(list.body_text, /s000002\.m4s\n/);
    assert.doesNotMatch(list.body_text, /ENDLIST/);

    await server.stop({ keep: true });
    server = await start({ folder: server.folder });
    client = server.client();
    let after_page;
    for (const end = Date.now() + 60000; Date.now() < end;) {
      after_page = await replay('Coupée net');
      if (after_page.includes('replay.mp4')) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.match(after_page, /Download the video/);
    assert.match((await client.get(`${media(after_page)}/programme.m3u8`)).body_text, /#EXT-X-ENDLIST\n$/);
  });
});
