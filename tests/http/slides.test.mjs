// Slides as pictures: sent by who speaks or hosts, drawn by a confined child, shown in the room, read by who may.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Page as RoomPage } from '../support/page.mjs';
import { measured } from '../support/measure.mjs';
import { hostile_pdfs, slides_pdf, talk_pdf } from '../support/pdf.mjs';
import { open_store } from '../support/recorded.mjs';
import { importLive } from '../support/sample.mjs';
import { linkTo } from './mail.mjs';
import { ownerClient, start } from './support.mjs';

let server, place, owner, speaker, stranger, code, other_code;
const join = (options) => RoomPage.join(server, place, 'Somebody', options);
const pages = () => `/test/talk/${code}/slides/`;

/** The code of the session with this title, on whatever day it is. */
function code_of(title) {
  const db = open_store(server);
  const { code: found } = db.prepare('SELECT code FROM talk WHERE title = ?').get(title);
  db.close();
  return found;
}

/** Somebody of the programme, invited and signed in. */
async function invited(name, email) {
  const list = (await owner.get('/test/organise/speakers/')).body_text;
  const page = `/test${list.match(new RegExp(`/organise/speaker/[^/"]+/(?="[^>]*>${name})`))[0]}`;
  assert.equal((await owner.post(`${page}invite/`, { email }, { from: page })).status, 303);
  const client = server.client();
  assert.equal((await client.useLink(await linkTo(server, email))).status, 303);
  return client;
}

before(async () => {
  server = await start();
  place = await importLive(server);
  owner = await ownerClient(server);
  code = code_of('Live now');
  other_code = code_of('Earlier');
  speaker = await invited('Person Two', 'two@example.org');
  stranger = server.client();
});
after(async () => {
  const { code: status, stderr } = await server.stop();
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|store:/);
});

async function send(client, bytes, { name = 'A talk.pdf', shared = '', to = pages(), json = true, token } = {}) {
  const form = new FormData();
  form.set('file', new Blob([bytes], { type: 'application/pdf' }), name);
  form.set('shared', shared);
  const answer = await client.post(to, form, { headers: json ? { accept: 'application/json' } : {}, ...(token && { token }) });
  return json && answer.headers.get('content-type') === 'application/json' ? { status: answer.status, ...JSON.parse(answer.body_text) } : answer;
}

/** The list of a presenter's page once nothing waits to be drawn. */
async function drawn(room) {
  for (;;) {
    const { decks } = await room.ask({ t: 'slide_decks' }, 'slide_decks');
    if (decks.every(({ state }) => state !== 'waiting')) return decks;
    await new Promise((resolve) => setTimeout(resolve, 500)); // as its page looks again
  }
}
const bytes_of = async (address, client = stranger) => Buffer.from(await (await client.request('GET', address)).arrayBuffer());

describe('slides', () => {
  let room, watcher, deck;

  it('are sent by who speaks there, not by others, and drawn: two sizes, and the words', async () => {
    room = await join({ client: speaker, deadline_ms: 120000 });
    assert.equal(room.welcome.slides.may, true);
    assert.equal(room.welcome.slides.address, pages());
    assert.equal(room.welcome.slides.shown, null);
    deck = (await send(speaker, talk_pdf(5))).deck;
    assert.ok(deck > 0);
    const [found] = await drawn(room);
    assert.deepEqual({ ...found, drawn: undefined }, { id: deck, title: 'A talk', state: 'ready', pages: 5, drawn: undefined, fault: '', fault_page: 0 });
    const list = (await room.ask({ t: 'slide_pages', deck }, 'slide_pages')).pages;
    assert.deepEqual(list.map(({ label }) => label), [1, 2, 3, 4, 5].map((n) => `Slide ${n} of 5`));
    const small = await bytes_of(list[0].small);
    assert.equal(small.toString('latin1', 8, 12), 'WEBP');
    assert.ok(small.length <= 25_000, `${small.length} bytes`);
    assert.equal((await stranger.get(pages())).body_text.includes('A talk'), false, 'they are the room’s alone');
    assert.equal((await stranger.get(`${pages()}${deck}/file/`)).status, 404);
    assert.equal((await stranger.get(`${pages()}?deck=${deck}&page=1`)).status, 404);
  });

  it('are seen by everybody in the room at once, and by who comes late; only the next page is told ahead', async () => {
    watcher = await join();
    assert.deepEqual(watcher.welcome.slides, { may: false, shown: null });
    for (const message of [{ t: 'slide', deck, page: 1 }, { t: 'slide_decks' }, { t: 'slide_pages', deck }])
      assert.equal((await watcher.ask(message, 'refused')).of, message.t);
    const { shown } = await measured(async (earlier) => {
      if (earlier.length) {
        room.send({ t: 'slide', deck, page: 3 });
        await watcher.next('slide', (m) => m.shown?.page === 3);
      }
      const began = performance.now();
      room.send({ t: 'slide', deck, page: 1 });
      return { ...await watcher.next('slide'), took_ms: performance.now() - began };
    }, ({ took_ms }) => took_ms < 1000);
    assert.deepEqual([shown.deck, shown.page, shown.pages, shown.title, shown.width, shown.height], [deck, 1, 5, 'A talk', 1280, 720]);
    assert.match(shown.words, /^Slide 1 of 5\n/);
    for (const address of [shown.big, shown.small, shown.next.big, shown.next.small])
      assert.equal((await bytes_of(address)).toString('latin1', 0, 4), 'RIFF');
    room.send({ t: 'slide', deck, page: 5 });
    const last = (await watcher.next('slide')).shown;
    assert.deepEqual([last.page, last.next], [5, null]);
    const late = await join();
    assert.deepEqual(late.welcome.slides.shown, last);
    await late.close();
    for (const wrong of [{ deck, page: 6 }, { deck, page: 0 }, { deck: 999, page: 1 }, { deck: 'x', page: 1 }, { deck: -1, page: 1 }])
      assert.match((await room.ask({ t: 'slide', ...wrong }, 'refused')).text, /not there|n’existe pas/);
    room.send({ t: 'slide', deck, page: 2 });
    await watcher.next('slide', (m) => m.shown?.page === 2);
  });

  it('are on the hall’s page, without a script', async () => {
    const page = (await stranger.get('/test/live/scene/hall/')).body_text;
    assert.match(page, /alt="Slide 2 of 5"/);
    assert.match(page, /Everybody hears, sees and reads the same \(2\)/);
    assert.equal((await bytes_of(page.match(/<img src="(\/media\/slides\/[^"]+)"/)[1])).toString('latin1', 0, 4), 'RIFF');
  });

  it('are another speaker’s only where that one speaks, and a host’s everywhere', async () => {
    assert.equal((await send(speaker, talk_pdf(1), { to: `/test/talk/${other_code}/slides/`, token: await speaker.token(pages()) })).status, 403);
    assert.equal((await speaker.get(`/test/talk/${other_code}/slides/`)).body_text.includes('<input type="file"'), false);
    const { deck: theirs } = await send(owner, talk_pdf(1), { to: `/test/talk/${other_code}/slides/`, name: 'Theirs.pdf' });
    assert.ok(theirs > 0);
    assert.equal((await room.ask({ t: 'slide', deck: theirs, page: 1 }, 'refused')).of, 'slide');
    assert.equal((await stranger.request('POST', pages(), { body: new FormData(), headers: { origin: server.origin } })).status, 403);
  });

  it('are read and had by everybody once they are shared, and no longer when that is taken back', async () => {
    assert.equal((await speaker.post(`${pages()}${deck}/`, { act: 'share' }, { from: pages() })).status, 303);
    assert.match((await stranger.get(`/test/talk/${code}/`)).body_text, /Read the slides/);
    assert.match((await stranger.get(pages())).body_text, /A talk[\s\S]*Download the PDF/);
    const page = (await stranger.get(`${pages()}?deck=${deck}&page=3`)).body_text;
    assert.match(page, /Page 3 of 5[\s\S]*rel="next"[\s\S]*Questions come after the last slide \(3\)/);
    const file = await stranger.get(`${pages()}${deck}/file/`);
    assert.equal(file.headers.get('content-type'), 'application/pdf');
    assert.match(file.headers.get('content-disposition'), /^attachment/);
    assert.ok(file.body_text.startsWith('%PDF-1.7'));
    await speaker.post(`${pages()}${deck}/`, { act: 'keep' }, { from: pages() });
    assert.equal((await stranger.get(`${pages()}${deck}/file/`)).status, 404);
  });

  it('are still shown after a crash, and what was not drawn yet is drawn then', async () => {
    await room.close();
    await watcher.close();
    const { deck: second } = await send(owner, talk_pdf(30, 'Later'), { name: 'Later.pdf' });
    await server.kill();
    server = await start({ folder: server.folder });
    Object.assign(owner, { origin: server.origin });
    Object.assign(speaker, { origin: server.origin });
    Object.assign(stranger, { origin: server.origin });
    watcher = await join();
    assert.equal(watcher.welcome.slides.shown.page, 2);
    room = await join({ client: speaker, deadline_ms: 240000 });
    const decks = await drawn(room);
    assert.deepEqual(decks.map(({ id, state, pages: count }) => [id, state, count]), [[second, 'ready', 30], [deck, 'ready', 5]]);
  });

  it('are not deleted while they are shown; then their files go with them', async () => {
    assert.equal((await speaker.post(`${pages()}${deck}/`, { act: 'delete' }, { from: pages() })).status, 409);
    room.send({ t: 'slide', deck: 0, page: 0 });
    assert.equal((await watcher.next('slide')).shown, null);
    assert.equal((await speaker.post(`${pages()}${deck}/`, { act: 'delete' }, { from: pages() })).status, 303);
    assert.deepEqual((await room.ask({ t: 'slide_decks' }, 'slide_decks')).decks.map(({ title }) => title), ['Later']);
  });

  it('that are none are refused with a sentence, at once or after the try', async () => {
    const at_once = { empty: /empty/, kind: /no PDF/ };
    const sentences = { damaged: /damaged/, locked: /locked by a password/, nopages: /no pages/, pages: /more than 300 pages/ };
    const checked = hostile_pdfs().filter(({ fault }) => fault in at_once || fault in sentences);
    for (const { name, bytes, fault } of checked) {
      const answer = await send(owner, bytes, { name: `${name}.pdf` });
      if (fault in at_once) {
        assert.equal(answer.status, 422, name);
        assert.match(answer.fault, at_once[fault], name);
        continue;
      }
      assert.equal(answer.status, 200, name);
      const [found] = await drawn(room);
      assert.deepEqual([found.id, found.state, found.fault], [answer.deck, 'refused', fault], name);
      assert.match((await owner.get(pages())).body_text, sentences[fault], name);
      await owner.post(`${pages()}${answer.deck}/`, { act: 'delete' }, { from: pages() });
    }
    const page = await send(owner, Buffer.from('no'), { json: false });
    assert.equal(page.status, 422);
    assert.match(page.body_text, /href="#file"[\s\S]*no PDF/);
  });

  it('are twelve files at most, and titled by their file without what could mislead', async () => {
    const titles = { '../../etc/passwd.pdf': 'passwd', 'mon_exposé.PDF': 'mon exposé', '.pdf': 'Slides' };
    for (const [name, title] of Object.entries(titles)) {
      const { deck: id } = await send(owner, slides_pdf([{ title }]), { name });
      assert.equal((await room.ask({ t: 'slide_decks' }, 'slide_decks')).decks.find((one) => one.id === id).title, title);
    }
    for (let n = 4; n < 12; n++) assert.equal((await send(owner, slides_pdf([{ title: `${n}` }]))).status, 200);
    const one_more = await send(owner, slides_pdf([{ title: 'x' }]));
    assert.equal(one_more.status, 422);
    assert.match(one_more.fault, /twelve/);
    await drawn(room);
  });

  it('lie in folders that no address leads out of', async () => {
    const folder = readdirSync(path.join(server.folder, 'slides'))[0];
    assert.ok(existsSync(path.join(server.folder, 'slides', folder, 'slides.pdf')));
    for (const address of [`/media/slides/${folder}/slides.pdf`, `/media/slides/${folder}/..%2f..%2ftreteau.db`, '/media/slides/../treteau.db', `/media/slides/%2e%2e/${'0'.repeat(32)}.webp`])
      assert.equal((await stranger.get(address)).status, 404, address);
    await room.close();
    await watcher.close();
  });
});
