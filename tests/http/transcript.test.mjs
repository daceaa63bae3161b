// What was said in a replay: captions as a track, the transcript on the page and its search, corrections with their
// history, chapters, questions and chat in the time of the replay.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { hold, importRecorded, open_store, record } from '../support/recorded.mjs';
import vtt from 'webvtt-parser';
import { ownerClient, start } from './support.mjs';

const HOSTILE = '<script>alert(1)</script> & "quotes" --> end';
let server, codes, ada, bo, held;

/** What the W3C's own reader of WebVTT finds wrong. */
const vtt_faults = (text) => new vtt.WebVTTParser().parse(text, 'captions').errors;

/** Somebody who is signed in and has a name. */
async function member(name) {
  const client = await ownerClient(server, `${name}@example.org`);
  const db = open_store(server);
  db.prepare('UPDATE account SET name = ? WHERE email = ?').run(name, `${name}@example.org`);
  db.close();
  return client;
}

before(async () => {
  server = await start();
  codes = await importRecorded(server, 'vus', ['Ouverture', 'Muette']);
  held = hold(server, 'vus', codes.Ouverture, {
    captions: [[2, 4, 'Le métier de médiateur.'], [5, 7, HOSTILE], [8, 9, ''], [12, 14, 'Trois communes, un contrat.'], [900, 902, 'After the recording.']],
    questions: [['Which contract?', 3, 13], ['Who pays?', 7]],
    chat: [[3, 'Shy', 'Hello all'], [12.5, 'Open', 'See https://example.org/contract.'], [950, 'Open', 'Too late']],
    turns: [[1, 'Open']],
    agree: ['Open'],
  });
  await record(server.folder, 'vus', codes.Ouverture, 20);
  await record(server.folder, 'vus', codes.Muette, 4);
  ada = await member('ada');
  bo = await member('bo');
});
after(async () => {
  const { code, stderr } = await server.stop({ keep: false });
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});
const address = (rest = '') => `/vus/talk/${codes.Ouverture}/replay/${rest}`;
const page = async (rest, client = server.client()) => (await client.get(address(rest))).body_text;

describe('captions', () => {
  it('are a track of the player: WebVTT in the time of the recording, escaped, without what is not in it', async () => {
    assert.match(await page(), /<track kind="captions" src="captions\.vtt\?part=1" srclang="fr"/);
    const answer = await server.client().get(address('captions.vtt?part=1'));
    assert.match(answer.headers.get('content-type'), /^text\/vtt/);
    assert.deepEqual(vtt_faults(answer.body_text), []);
    const [head, ...cues] = answer.body_text.trim().split('\n\n').map((cue) => cue.split('\n'));
    assert.deepEqual(head, ['WEBVTT']);
    assert.deepEqual(cues.map(([id]) => id), ['0', '1', '3']);
    assert.deepEqual(cues.map(([, times]) => times.slice(0, 12)), ['00:00:02.000', '00:00:05.000', '00:00:12.000']);
    assert.equal(cues[1][2], '&lt;script&gt;alert(1)&lt;/script&gt; &amp; "quotes" --&gt; end');
  });
  it('are not there where nothing was typed', async () => {
    const silent = (await server.client().get(`/vus/talk/${codes.Muette}/replay/`)).body_text;
    assert.doesNotMatch(silent, /<track|Transcript/);
    assert.equal((await server.client().get(`/vus/talk/${codes.Muette}/replay/captions.vtt`)).status, 404);
  });
});

describe('the transcript', () => {
  it('stands on the page with its times, escaped, and as a text to take away', async () => {
    const html = await page();
    assert.match(html, /href="\?part=1&amp;t=2#player">0:02<\/a><span>Le métier de médiateur\.<\/span>/);
    assert.ok(html.includes('&lt;script&gt;alert(1)&lt;/script&gt;') && !html.includes('<script>alert'));
    assert.equal((await server.client().get(address('transcript.txt'))).body_text,
      `0:02\tLe métier de médiateur.\n0:05\t${HOSTILE}\n0:12\tTrois communes, un contrat.\n`);
  });
  it('is searched whatever case and accents, and says when nothing is found', async () => {
    const found = await page('?q=MEDIATEUR');
    assert.match(found, /Le métier de <mark>médiateur<\/mark>\./);
    assert.doesNotMatch(found, /Trois communes/);
    assert.match(found, /1 line/);
    assert.match(await page('?q=zzz'), /0 lines/);
    assert.match(await page(`?q=${encodeURIComponent('"><script>')}`), /value="&quot;&gt;&lt;script&gt;"|value="&#34;&gt;&lt;script&gt;"/);
  });
  it('without script the film begins where the address says', async () => {
    assert.match(await page('?t=12'), /replay\.mp4#t=12"/);
    assert.match(await page('?t=0:12'), /replay\.mp4#t=12"/);
    assert.match(await page('?t=javascript'), /replay\.mp4" type/);
  });
});

describe('chapters, questions and chat', () => {
  it('stand at their moments', async () => {
    const html = await page();
    const chapters = [...html.match(/<ol class="chapters"[\s\S]*?<\/ol>/)[0].matchAll(/<time>([\d:]+)<\/time><a[^>]*>([^<]*)/g)].map(([, at, text]) => [at, text]);
    assert.deepEqual(chapters, [['0:00', 'Beginning'], ['0:13', 'Which contract?']]); // the turn at 1 s is too near
    const questions = html.match(/Questions asked in the session[\s\S]*?<\/ol>/)[0];
    assert.ok(questions.indexOf('Who pays?') < questions.indexOf('Which contract?'), 'the most wanted first');
    assert.match(questions, /7 votes · <span class="tag">Not answered/);
    assert.match(questions, /3 votes · <a href="\?part=1&amp;t=13#player" data-at="13\d{3}">answer at 0:13/);
    assert.doesNotMatch(questions, /Asker/, 'who has not agreed is not named');
  });
  it('the chat names only who agreed, its addresses are links, and what came later is not in it', async () => {
    const html = await page();
    assert.match(html, /<span><b>Open<\/b> See <a href="https:\/\/example\.org\/contract" rel="nofollow noopener">https:\/\/example\.org\/contract<\/a>\./);
    assert.match(html, /<span>Hello all<\/span>/);
    assert.doesNotMatch(html, /Shy|Too late/);
    const chat = (await server.client().get(address('chat.vtt'))).body_text;
    assert.deepEqual(vtt_faults(chat), []);
    assert.match(chat, /00:00:12\.500 --> [\d:.]+\nOpen: See https/);
    assert.doesNotMatch(chat, /Shy|Too late/);
  });
  it('go with the replay when somebody in it takes the consent back', async () => {
    const db = open_store(server);
    db.prepare('INSERT INTO live_recorded(session_id, room_id, person_id, at_us) VALUES(?, ?, ?, 1)').run(held.session, held.room, held.people.Open);
    assert.match(await page(), /<video/);
    db.prepare('INSERT INTO live_consent(room_id, person_id, given, at_us) VALUES(?, ?, 0, 2)').run(held.room, held.people.Open);
    for (const file of ['captions.vtt', 'chat.vtt', 'transcript.txt'])
      assert.equal((await server.client().get(address(file))).status, 404, file);
    assert.doesNotMatch(await page(), /<video|Le métier de/);
    db.prepare('INSERT INTO live_consent(room_id, person_id, given, at_us) VALUES(?, ?, 1, 3)').run(held.room, held.people.Open);
    db.close();
    assert.match(await page(), /<video/);
  });
});

describe('corrections', () => {
  const line = (n) => address(`line/?n=${n}`);
  const correct = (client, n, was, text, more = {}) => client.post(address('line/'), { n, was, text, ...more }, { from: line(n) });

  it('are for those who are signed in', async () => {
    assert.ok([303, 401, 403].includes((await server.client().get(line(0))).status));
    assert.match(await page('?correct=1'), /replay\/line\/\?n=0/);
    assert.equal((await ada.get(line(0))).status, 200);
    for (const bad of ['99', '-1', 'x', '', '1e9']) assert.equal((await ada.get(line(bad))).status, 404, bad);
  });
  it('are seen by everybody at once, in the page and in the captions, with who and when', async () => {
    assert.equal((await correct(ada, 0, 'Le métier de médiateur.', 'Le métier de médiatrice <b>.')).status, 303);
    assert.match(await page(), /Le métier de médiatrice &lt;b&gt;\./);
    assert.match((await server.client().get(address('captions.vtt'))).body_text, /Le métier de médiatrice &lt;b&gt;\./);
    const history = (await bo.get(line(0))).body_text;
    assert.match(history, /<b>ada<\/b> ·[\s\S]*<s>Le métier de médiateur\.<\/s>/);
  });
  it('do not run over each other', async () => {
    const answer = await correct(bo, 0, 'Le métier de médiateur.', 'Mine.');
    assert.equal(answer.status, 409);
    assert.match(answer.body_text, /Somebody has corrected this line meanwhile/);
    assert.match(await page(), /médiatrice/);
  });
  it('are taken back to what stood before, which is history too', async () => {
    const answer = await correct(bo, 0, 'Le métier de médiatrice <b>.', 'Le métier de médiateur.', { back: '1' });
    assert.equal(answer.status, 303);
    assert.match(await page(), /Le métier de médiateur\./);
    assert.equal(((await ada.get(line(0))).body_text.match(/Go back to this/g) ?? []).length, 2);
  });
  it('take a line out, and bring it back', async () => {
    assert.equal((await correct(ada, 3, 'Trois communes, un contrat.', '')).status, 303);
    assert.doesNotMatch(await page(), /Trois communes/);
    assert.equal((await correct(ada, 3, '', 'Trois communes, un contrat.')).status, 303);
    assert.match(await page(), /Trois communes/);
  });
  it('have limits: length, number', async () => {
    assert.equal((await correct(ada, 0, 'Le métier de médiateur.', 'x'.repeat(601))).status, 422);
    assert.equal((await ada.post(address('line/'), { n: 99, was: 'x', text: 'y' }, { from: line(0) })).status, 404);
    let was = HOSTILE, answer;
    for (let i = 0; i < 70; i++) {
      answer = await correct(bo, 1, was, `Try ${i}`);
      if (answer.status !== 303) break;
      was = `Try ${i}`;
    }
    assert.equal(answer.status, 409);
    assert.match(answer.body_text, /a lot of corrections at once/);
    assert.equal((await correct(ada, 1, was, HOSTILE)).status, 303);
  });
  it('are still there after kill -9, and lose their name with the account', async () => {
    await server.kill();
    server = await start({ folder: server.folder });
    assert.match(await page(), /Le métier de médiateur\./);
    const db = open_store(server);
    assert.ok(db.prepare('SELECT count(*) AS n FROM transcript_change WHERE account_id IS NOT NULL').get().n > 3);
    db.close();
  });
});
