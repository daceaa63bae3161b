// A stage manager's tools: run sheets on their page and in the room, the log of what hosts did, scenes, the countdown, the
// next session, announcements to every room; who may do what, and what is still there after a power cut.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { measured } from '../support/measure.mjs';
import { Page as RoomPage } from '../support/page.mjs';
import { scheduleXml } from '../support/sample.mjs';
import { ownerClient, run, start } from './support.mjs';

const SCENE = { slug: 'test', room: 'scene' }, WORKSHOP = { slug: 'test', room: 'workshop' };
let server, owner, code;

const join = (place, name, options) => RoomPage.join(server, place, name, options);
const host_page = (place = SCENE) => join(place, '', { client: owner });
const sheet = () => `/test/organise/run/${code}/`;

async function restart() {
  const { folder } = server;
  await server.kill();
  server = await start({ folder });
  owner.origin = server.origin;
}

before(async () => {
  server = await start();
  const file = path.join(server.folder, 'sample.xml'), now = Date.now();
  await writeFile(file, scheduleXml('Test event', [
    { title: 'Live now', room: 'Scene', start: new Date(now - 10 * 60e3), minutes: 60, persons: ['Ada', 'Bo'] },
    { title: 'The next one', room: 'Scene', start: new Date(now + 90 * 60e3), minutes: 45 },
    { title: 'Tomorrow', room: 'Scene', start: new Date(now + 30 * 3600e3), minutes: 45 },
    { title: 'Beside', room: 'Workshop', start: new Date(now - 5 * 60e3), minutes: 60 },
  ]));
  const imported = await run('import', file, '--event', 'test', '--publish', '--data', server.folder);
  assert.equal(imported.code, 0, imported.stderr);
  owner = await ownerClient(server);
  const list = await owner.get('/test/organise/run/');
  assert.equal(list.status, 200);
  [, code] = list.body_text.match(/organise\/run\/(\w+)\/">Live now/);
});
after(async () => {
  const { code: exit, stderr } = await server.stop({ keep: false });
  assert.equal(exit, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|CRITICAL/);
});

/** The ids of the sheet's lines, as its page has them. */
const ids = (page) => [...page.body_text.matchAll(/href="\?row=(\d+)#form"/g)].map(([, id]) => Number(id));
const whats = (page) => [...page.body_text.matchAll(/<th scope="row"><b>([^<]*)<\/b>/g)].map(([, what]) => what);
const save = (fields) => owner.post(sheet(), { row: 0, version: 0, minutes: 5, who: '', cue: '', link: '', scene: '', ...fields });
const act = (name) => owner.post(`${sheet()}act/`, { act: name }, { from: sheet() });

describe('a run sheet on its page', () => {
  it('begins with a draft from the programme that fills the session', async () => {
    assert.equal((await act('draft')).status, 303);
    const page = await owner.get(sheet());
    assert.deepEqual(whats(page), ['Welcome', 'Talk', 'Talk', 'Questions', 'Thanks, and what comes next']);
    assert.match(page.body_text, /It ends with the session/);
    assert.match(page.body_text, /<br>Ada/);
    assert.equal((await act('draft')).status, 303);
    assert.equal(ids(await owner.get(sheet())).length, 5, 'a second draft adds nothing');
  });

  it('takes lines, moves them, deletes them; says what is wrong and keeps the rest', async () => {
    const wrong = await save({ what: '', cue: 'Mind <the> gap' });
    assert.equal(wrong.status, 422);
    assert.match(wrong.body_text, /Mind &lt;the&gt; gap/);
    for (const bad of [{ minutes: 0 }, { minutes: 'x' }, { link: 'javascript:alert(1)' }, { scene: 'fireworks' }, { what: 'x'.repeat(201) }])
      assert.equal((await save({ what: 'Song', ...bad })).status, 422, JSON.stringify(bad));
    assert.equal((await save({ what: 'Song', cue: 'Lights down', link: 'https://example.org/song', scene: 'gallery' })).status, 303);
    const id = ids(await owner.get(sheet())).at(-1);
    assert.equal((await act(`up:${id}`)).status, 303);
    assert.deepEqual(whats(await owner.get(sheet())).slice(-2), ['Song', 'Thanks, and what comes next']);
    assert.match((await owner.get(sheet())).body_text, /5 minutes longer/);
    assert.equal((await act(`drop:${id}`)).status, 303);
    assert.equal(ids(await owner.get(sheet())).length, 5);
    assert.equal((await act('fly:1')).status, 400);
  });

  it('does not let two writers overwrite each other unseen', async () => {
    const id = ids(await owner.get(sheet()))[0];
    const form = await owner.get(`${sheet()}?row=${id}`);
    const version = Number(form.body_text.match(/name="version" value="(\d+)"/)[1]);
    assert.equal((await save({ row: id, version, what: 'Welcome', minutes: 3, scene: 'speaker', cue: 'Say the house rules' })).status, 303);
    const stale = await save({ row: id, version, what: 'Hello', minutes: 3 });
    assert.equal(stale.status, 409);
    assert.match(stale.body_text, /value="Hello"/);
    assert.match(stale.body_text, /Say the house rules/);
  });

  it('is for hosts alone', async () => {
    const visitor = server.client();
    for (const address of [sheet(), `${sheet()}log/`, `${sheet()}log.csv`, '/test/organise/run/'])
      assert.ok([303, 403].includes((await visitor.get(address)).status), address);
  });
});

describe('in the room', () => {
  it('hosts go through the run sheet, which brings its scene; others see none of it', async () => {
    const [host, guest] = [await host_page(), await join(SCENE, 'Ada')];
    const { run: here, log, sentences } = host.welcome.manager;
    assert.deepEqual(here.rows.map(({ what }) => what).slice(0, 2), ['Welcome', 'Talk']);
    assert.ok(Array.isArray(log) && sentences['stage:on'].includes('{whom}'));
    assert.deepEqual(Object.keys(guest.welcome.manager).sort(), ['announcements', 'start_us']);
    for (const message of [{ t: 'run', row: here.rows[0].id }, { t: 'scene', scene: 'gallery' }, { t: 'next' }, { t: 'start', in_s: 60 }, { t: 'announce', text: 'x', minutes: 5 }, { t: 'unannounce', id: 1 }])
      assert.equal((await guest.ask(message, 'refused')).of, message.t);
    assert.equal((await host.ask({ t: 'run', row: 99999 }, 'refused')).of, 'run');
    assert.equal((await host.ask({ t: 'scene', scene: 'fireworks' }, 'refused')).of, 'scene');

    host.send({ t: 'run', row: here.rows[0].id });
    assert.equal((await host.next('run')).run.row, here.rows[0].id);
    assert.equal((await guest.next('scene')).scene, 'speaker');
    const { what, detail } = await host.next('deed', (m) => m.what === 'run');
    assert.deepEqual([what, detail], ['run', 'Welcome']);

    assert.equal((await save({ what: 'Song', scene: 'gallery' })).status, 303);
    const changed = await host.next('run', (m) => m.run.rows.some((row) => row.what === 'Song'));
    assert.equal(changed.run.row, here.rows[0].id, 'a change on the page leaves the place where it was');
    assert.equal(guest.seen.some((m) => m.t === 'run' || m.t === 'deed'), false);
    for (const page of [host, guest]) await page.close();
  });

  it('a countdown and announcements come to everybody, these in every room and to who comes later', async () => {
    const [host, guest, away] = [await host_page(), await join(SCENE, 'Ada'), await join(WORKSHOP, 'Cy')];
    for (const in_s of [-1, 4 * 3600, 'soon', 1.5])
      assert.equal((await host.ask({ t: 'start', in_s }, 'refused')).of, 'start');
    host.send({ t: 'start', in_s: 300 });
    const { start_us } = await guest.next('start');
    assert.ok(Math.abs(start_us / 1000 - Date.now() - 300e3) < 20e3);
    for (const bad of [{ text: '', minutes: 5 }, { text: 'a\nb', minutes: 5 }, { text: 'x'.repeat(301), minutes: 5 }, { text: 'Lunch', minutes: 0 }, { text: 'Lunch', minutes: 181 }])
      assert.equal((await host.ask({ t: 'announce', ...bad }, 'refused')).of, 'announce');
    host.send({ t: 'announce', text: 'Lunch is <served>', minutes: 20 });
    const { announcement } = await away.next('announced');
    assert.equal(announcement.text, 'Lunch is <served>');
    assert.equal((await guest.next('announced')).announcement.id, announcement.id);
    const late = await join(WORKSHOP, 'Late');
    assert.deepEqual(late.welcome.manager.announcements.map(({ text }) => text), ['Lunch is <served>']);
    host.send({ t: 'announce', text: 'A mistake', minutes: 20 });
    const { announcement: mistake } = await away.next('announced');
    host.send({ t: 'unannounce', id: mistake.id });
    assert.equal((await away.next('unannounced')).id, mistake.id);
    for (const page of [host, guest, away, late]) await page.close();
  });
});

describe('what is on air', () => {
  it('follows the scene and the host, never with two cuts within two seconds unless its picture is gone', async () => {
    const host = await host_page(), people = [await join(SCENE, 'Dee'), await join(SCENE, 'Eli'), await join(SCENE, 'Fay')];
    const [dee, eli, fay] = people, [a, b, c] = people.map((page) => page.welcome.me.id);
    host.send({ t: 'scene', scene: 'auto' });
    for (const page of people) {
      host.send({ t: 'stage', who: page.welcome.me.id, on: true });
      await page.next('people', (m) => m.set?.some((one) => one.id === page.welcome.me.id && one.stage !== null));
    }
    const first_ms = performance.now(); // no later than the first cut
    dee.send({ t: 'state', mic: false, camera: true, screen: false });
    await host.next('onair', (m) => m.who === a);
    eli.send({ t: 'state', mic: false, camera: true, screen: false });
    for (const who of [b, a, b]) host.send({ t: 'pin', who });
    assert.equal((await host.next('onair', (m) => m.who === b)).what, 'pinned');
    const second_ms = performance.now();
    assert.ok(second_ms - first_ms >= 2000, `${second_ms - first_ms} ms after the cut before`);
    assert.equal(host.seen.filter((m) => m.t === 'onair' && m.who === b).length, 0, 'one cut, not two');

    await measured(async (earlier) => { // a picture that is gone is replaced at once
      let cut_ms = second_ms;
      if (earlier.length) {
        eli.send({ t: 'state', mic: false, camera: true, screen: false });
        await host.next('onair', (m) => m.who === b);
        cut_ms = performance.now();
      }
      eli.send({ t: 'state', mic: false, camera: false, screen: false });
      await host.next('onair', (m) => m.who === a && m.what === 'loudest');
      return performance.now() - cut_ms;
    }, (took_ms) => took_ms < 1900);

    fay.send({ t: 'state', mic: false, camera: false, screen: true });
    const shared = await host.next('onair', (m) => m.who === c);
    assert.deepEqual([shared.what, shared.beside], ['screen', a]);
    host.send({ t: 'scene', scene: 'screen' });
    assert.equal((await host.next('onair', (m) => m.who === c && m.beside === null)).what, 'screen');
    host.send({ t: 'scene', scene: 'gallery' });
    assert.equal((await host.next('onair', (m) => m.who === null)).what, 'poster');
    host.send({ t: 'pin', who: null });
    for (const page of [host, ...people]) await page.close();
  });
});

describe('the log', () => {
  it('has what hosts did, to whom, and not what was refused or what others did; as page and as table', async () => {
    const [host, bo] = [await host_page(), await join(SCENE, 'Bo')];
    host.send({ t: 'stage', who: bo.welcome.me.id, on: true });
    const deed = await host.next('deed', (m) => m.what === 'stage:on');
    assert.deepEqual([deed.whom, deed.whom_name, deed.who], [bo.welcome.me.id, 'Bo', host.welcome.me.id]);
    await host.ask({ t: 'pin', who: 9999 }, 'refused');
    host.send({ t: 'pin', who: bo.welcome.me.id });
    await host.next('deed', (m) => m.what === 'pin');
    bo.send({ t: 'leave' });
    host.send({ t: 'floor_limit', seconds: 60 });
    await host.next('deed', (m) => m.what === 'floor_limit');
    const csv = (await owner.get(`${sheet()}log.csv`)).body_text.trim().split('\r\n').map((line) => line.replace('\ufeff', '').split(','));
    assert.deepEqual(csv[0], ['at', 'who', 'what', 'whom', 'detail', 'text']);
    const told = csv.slice(1).map((row) => row[2]);
    assert.deepEqual(told.slice(-3), ['stage:on', 'pin', 'floor_limit']);
    assert.deepEqual(csv.filter((row) => row[2] === 'pin' && (row[3] === 'Bo' || !row[3])).map((row) => row[3]), ['Bo']);
    assert.ok(csv.some((row) => row[2] === 'announce' && row[4] === 'Lunch is <served>'));
    const page = await owner.get(`${sheet()}log/`);
    assert.match(page.body_text, /brings Bo on stage/);
    assert.match(page.body_text, /Lunch is &lt;served&gt;/);
    for (const one of [host, bo]) await one.close();
  });

  it('and all the rest is there after a power cut', async () => {
    const host = await host_page(), before_it = host.welcome.manager;
    host.send({ t: 'scene', scene: 'both' });
    await host.next('deed', (m) => m.what === 'scene:both');
    await restart();
    const back = await host_page(), after_it = back.welcome.manager;
    assert.equal(back.welcome.scene, 'both');
    assert.deepEqual(after_it.run, before_it.run);
    assert.equal(after_it.start_us, before_it.start_us);
    assert.deepEqual(after_it.announcements, before_it.announcements);
    assert.deepEqual(after_it.log.slice(0, -1), before_it.log);
    assert.equal(after_it.log.at(-1).what, 'scene:both');
    await back.close();
  });
});

describe('the next session', () => {
  it('begins before its hour, with everybody in the room; hosts stay on stage; a power cut changes nothing of it', async () => {
    const [host, ada] = [await host_page(), await join(SCENE, 'Ada')];
    assert.equal(host.welcome.talk.title, 'Live now');
    assert.equal(host.welcome.manager.next.title, 'The next one');
    host.send({ t: 'take' });
    host.send({ t: 'stage', who: ada.welcome.me.id, on: true });
    await host.next('people', (m) => m.set?.some((one) => one.id === ada.welcome.me.id && one.stage !== null));
    host.send({ t: 'next' });
    for (const page of [host, ada]) {
      assert.equal((await page.next('talk')).talk.title, 'The next one');
      assert.equal((await page.next('scene', (m) => m.scene === 'auto')).scene, 'auto');
    }
    const { manager } = await host.next('renewed');
    assert.deepEqual([manager.log.length, manager.run.rows.length, manager.next.title], [0, 0, 'Tomorrow']);
    await ada.next('people', (m) => m.set?.some((one) => one.id === ada.welcome.me.id && one.stage === null));
    assert.equal((await host.ask({ t: 'next' }, 'refused')).of, 'next', 'tomorrow is not begun today');
    assert.match((await owner.get(`${sheet()}log.csv`)).body_text, /,next,/);

    const { key, id } = host.welcome.me;
    await restart();
    const back = await join(SCENE, '', { client: owner, key });
    assert.equal(back.welcome.talk.title, 'The next one');
    assert.notEqual(back.welcome.people.find((one) => one.id === id).stage, null);
    await back.close();
  });
});
