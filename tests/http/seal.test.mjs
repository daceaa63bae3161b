// A workshop that is encrypted end to end, over HTTP and WebSockets: who asks for it, who comes in, what the server refuses there,
// and how one key is agreed on. What browsers make of it is in tests/browser/seal.test.mjs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { ownerClient, root, start } from './support.mjs';

const CHECK = '0123456789abcdef', OTHER = 'fedcba9876543210';
let server, place, owner, form_url;

/** As a page that encrypts comes in, or not. */
async function enter(name, { sealed = true, key = null, ...options } = {}) {
  const page = await Page.open(server, place, options);
  page.send({ t: 'join', name, key, h264: true, sealed });
  const answer = await page.next(['welcome', 'bye']);
  page[answer.t] = answer;
  return page;
}
const form = (values) => owner.post(form_url, { name: 'Scene', kind: 'workshop', capacity: '', note: '', ...values });
const refused = async (page, message, why) => {
  const { of, text } = await page.ask(message, 'refused');
  assert.equal(of, message.t);
  assert.match(text, why);
};
const SEALED = /chiffré de bout en bout/;

before(async () => {
  server = await start();
  place = await importLive(server);
  owner = await ownerClient(server);
  form_url = `/${place.slug}/organise/rooms/${place.room}/`;
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|store:/);
});

describe('a workshop that asks for end-to-end encryption', () => {
  let host, ana;

  it('is one by the form of its room; a stage cannot be', async () => {
    const page = await owner.get(form_url);
    assert.match(page.body_text, /name="sealed"/);
    const stage = await form({ kind: 'stage', sealed: '1' });
    assert.equal(stage.status, 422);
    assert.match(stage.body_text, /Only a workshop can be encrypted/);
    const there = await enter('Early', { sealed: false });
    assert.equal(there.welcome.room.sealed, false);
    assert.equal((await form({ sealed: '1' })).status, 303);
    assert.match((await owner.get(form_url)).body_text, /name="sealed"[^>]*checked|checked[^>]*name="sealed"/);
    const bye = await there.next('bye');
    assert.equal(bye.reason, 'reload');
    assert.match(bye.text, SEALED);
  });

  it('loads its script there, and in no other room', async () => {
    const sealed = await owner.get(`/${place.slug}/live/${place.room}/`), other = await owner.get(`/${place.slug}/live/workshop/`);
    assert.match(sealed.body_text, /seal\/seal[^"]*\.js/);
    assert.equal(other.status, 200);
    assert.doesNotMatch(other.body_text, /seal\/seal/);
  });

  it('lets in pages that encrypt, and tells the others to load again', async () => {
    const plain = await enter('Plain', { sealed: false });
    assert.equal(plain.bye.reason, 'reload');
    host = await enter('', { client: owner });
    ana = await enter('Ana');
    assert.equal(host.welcome.room.sealed, true);
    assert.deepEqual(host.welcome.seal, { check: '' });
  });

  it('is not recorded, captioned or looked into', async () => {
    await refused(host, { t: 'record', on: true }, SEALED);
    await refused(host, { t: 'caption_take', on: true }, SEALED);
    await refused(host, { t: 'caption', text: 'Hello' }, SEALED);
    await refused(host, { t: 'capture_ask', who: ana.welcome.me.id }, SEALED);
    await refused(ana, { t: 'capture_answer', yes: true }, SEALED);
    assert.equal(host.welcome.captions.may, false);
  });

  it('takes no camera and no player without a page', async () => {
    const key_of = async (kind) => (await owner.post('/test/organise/encoders/', { room: 'scene', kind, name: kind, told: '1' })).body_text.match(/<code>([\w-]{32})<\/code>/)[1];
    for (const [kind, end, file] of [['camera', 'whip', 'obs-30-publish'], ['player', 'whep', 'aiortc-play']]) {
      const answer = await fetch(`${server.origin}/test/live/scene/${end}`, {
        method: 'POST', body: await readFile(path.join(root, `tests/fuzz/seeds/sdp/${file}.sdp`), 'utf8'),
        headers: { 'content-type': 'application/sdp', authorization: `Bearer ${await key_of(kind)}`, 'accept-language': 'en' },
      });
      assert.equal(answer.status, 403);
      assert.match((await answer.json()).detail, /encrypted end to end/);
    }
  });

  it('has a key when a host makes one; everybody hears its check, and who comes later', async () => {
    ana.send({ t: 'seal_key', check: CHECK, was: '' });
    assert.match((await ana.next('refused')).text, /animation/);
    for (const check of [7, CHECK + '0', CHECK.toUpperCase()]) // a host may ask ten times a minute
      await refused(host, { t: 'seal_key', check, was: '' }, /lire/);
    host.send({ t: 'seal_key', check: CHECK, was: '' });
    assert.equal((await host.next('seal')).check, CHECK);
    assert.equal((await ana.next('seal')).check, CHECK);
    const late = await enter('Late');
    assert.deepEqual(late.welcome.seal, { check: CHECK });
    await late.close();
  });

  it('has one key: of two hosts the second hears of the first', async () => {
    await refused(host, { t: 'seal_key', check: OTHER, was: '' }, /vient de créer une clé/);
    host.send({ t: 'seal_key', check: OTHER, was: CHECK });
    assert.equal((await ana.next('seal')).check, OTHER);
  });

  it('hands a new key on to those who said hello, as a host encrypted it, and to nobody else', async () => {
    const hello = (letter) => ({ public: letter.repeat(87), proof: letter.repeat(43) }), id = ana.welcome.me.id;
    for (const bad of [{}, { public: 'A', proof: 'A' }, { ...hello('A'), proof: 'A'.repeat(44) }, { ...hello('A'), public: '+'.repeat(87) }, { public: 1, proof: [] }])
      await refused(ana, { t: 'seal_hello', ...bad }, /lire/);
    await refused(ana, { t: 'seal_who' }, /animation/);
    assert.deepEqual((await host.ask({ t: 'seal_who' }, 'seal_there')).people, []);
    ana.send({ t: 'seal_hello', ...hello('A') });
    await ana.ask({ t: 'ping' }, 'pong');
    assert.deepEqual((await host.ask({ t: 'seal_who' }, 'seal_there')).people, [{ id, ...hello('A') }]);
    const silent = await enter('Silent'), text = 'H'.repeat(59), key = { t: 'seal_key', check: CHECK, was: OTHER };
    for (const handed of [{ [id]: text + 'H' }, Object.fromEntries(Array.from({ length: 601 }, (_, i) => [i, text]))])
      await refused(host, { ...key, ...hello('B'), handed }, /lire/);
    await refused(host, { ...key, handed: { [id]: text } }, /lire/);
    host.send({ ...key, ...hello('B'), handed: { [id]: text, [silent.welcome.me.id]: text, 99999: text, x: text } });
    const handed = await ana.next('seal_handed');
    assert.deepEqual(handed, { t: 'seal_handed', check: CHECK, from: host.welcome.me.id, ...hello('B'), handed: text });
    assert.equal((await ana.next('seal')).check, CHECK);
    assert.equal((await silent.next('seal')).check, CHECK);
    assert.equal(silent.seen.filter((m) => m.t === 'seal_handed').length, 0);
    await ana.close();
    await host.next('people', (m) => m.gone?.includes(id));
    assert.deepEqual((await host.ask({ t: 'seal_who' }, 'seal_there')).people, []);
    await silent.close();
  });

  it('keeps the check over a crash', async () => {
    await server.kill();
    server = await start({ folder: server.folder });
    owner.origin = server.origin;
    host = await enter('', { client: owner, key: host.welcome.me.key });
    assert.deepEqual(host.welcome.seal, { check: CHECK });
  });

  it('is an ordinary one again when the form says so, after the pages have loaded again', async () => {
    assert.equal((await form({})).status, 303);
    assert.equal((await host.next('bye')).reason, 'reload');
    assert.equal((await enter('Still', { sealed: true })).bye.reason, 'reload');
    const plain = await enter('Plain', { sealed: false, client: owner });
    assert.equal(plain.welcome.room.sealed, false);
    await refused(plain, { t: 'seal_key', check: CHECK, was: OTHER }, /pas chiffrée/);
  });
});
