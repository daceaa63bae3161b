// Interpretation without a browser: who may offer languages, name interpreters and speak in a channel; turns and relays;
// what is there after a power cut, and what goes with a person.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { ownerClient, start } from './support.mjs';

const LANGUAGES = '/test/organise/rooms/scene/languages/';
let server, place, owner, host, anna, berta, guest;

const join = (name, options) => Page.join(server, place, name, options);
const keys = async () => [...(await owner.get(LANGUAGES)).body_text.matchAll(/#booth=([0-9a-f]{32})/g)].map(([, key]) => key);
const state = (page, fits) => page.next('interpret', fits);
/** What came before is not what is waited for. */
const fresh = () => [host, anna, berta, guest].forEach((page) => page.seen.splice(0));
const channel = (m, code) => m.channels.find((one) => one.code === code);
const refused = async (page, message, pattern) => {
  const m = await page.ask(message, 'refused');
  assert.equal(m.of, message.t);
  assert.match(m.text, pattern);
};

before(async () => {
  server = await start();
  place = await importLive(server);
  owner = await ownerClient(server);
  host = await join('', { client: owner });
  anna = await join('Anna');
  berta = await join('Berta');
  guest = await join('Guest');
});
after(async () => {
  for (const page of [host, anna, berta, guest])
    await page.close();
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|store:/);
});

describe('languages of a room', () => {
  it('are the organisers\' to say, and reach an open room at once', async () => {
    assert.deepEqual(host.welcome.interpret, { channels: [], people: [] });
    assert.equal((await server.client().get(LANGUAGES)).status, 403);
    for (const languages of ['English', 'fr; <b>', 'aa bb cc dd ee ff gg hh ii']) {
      const answer = await owner.post(LANGUAGES, { languages });
      assert.equal(answer.status, 422);
      assert.match(answer.body_text, /href="#languages"/);
    }
    assert.equal((await owner.post(LANGUAGES, { languages: 'fr, pt-BR' })).status, 303);
    const { interpret } = await guest.next('renewed', (m) => m.interpret?.channels.length === 2);
    assert.deepEqual(interpret.channels.map(({ code, who }) => [code, who]), [['fr', 0], ['pt-BR', 0]]);
  });
  it('are offered on the hall\'s light page, without script', async () => {
    const { body_text } = await server.client().get('/test/live/scene/hall/');
    assert.deepEqual([...body_text.matchAll(/<a class="btn" href="([^"]+)" hreflang="([^"]+)"[^>]*>([^<]+)</g)].map(([, ...parts]) => parts),
      [['../#hall=fr', 'fr', 'fr'], ['../#hall=pt-BR', 'pt-BR', 'pt-BR']]);
  });
  it('keep their channel and links when another is added; a new link ends the old one', async () => {
    const [fr, pt] = await keys();
    fresh();
    await owner.post(LANGUAGES, { languages: 'de, pt-BR, fr' });
    assert.deepEqual((await keys()).slice(0, 2), [fr, pt]);
    fresh();
    await owner.post(LANGUAGES, { renew: 'pt-BR' });
    assert.notEqual((await keys())[1], pt);
    await guest.next('renewed', (m) => m.interpret?.channels.length === 3);
    await refused(guest, { t: 'booth_key', key: pt }, /n’est plus valable/);
  });
});

describe('interpreters', () => {
  it('come by the link or by a host\'s word; nobody else does', async () => {
    await refused(guest, { t: 'booth', on: true }, /pas interprète dans cette salle/);
    await refused(guest, { t: 'turn', language: 'fr', in_s: 0 }, /pas interprète vers cette langue/);
    await refused(guest, { t: 'booth_key', key: 'f'.repeat(32) }, /n’est plus valable/);
    const m = await guest.ask({ t: 'interpreter', who: guest.welcome.me.id, language: 'fr', on: true }, 'refused');
    assert.match(m.text, /animation/);
    fresh();
    anna.send({ t: 'booth_key', key: (await keys())[0] });
    await state(host, (now) => now.people.some((one) => one.name === 'Anna' && one.languages.join() === 'fr'));
    fresh();
    host.send({ t: 'interpreter', who: berta.welcome.me.id, language: 'fr', on: true });
    await state(guest, (now) => now.people.length === 2);
    await refused(host, { t: 'interpreter', who: 9999, language: 'fr', on: true }, /est partie/);
    await refused(host, { t: 'interpreter', who: berta.welcome.me.id, language: 'it', on: true }, /ne propose plus/);
  });
  it('go into the booth before they speak; on stage they cannot', async () => {
    await refused(anna, { t: 'turn', language: 'fr', in_s: 0 }, /d’abord dans la cabine/);
    await refused(anna, { t: 'turn', language: 'pt-BR', in_s: 0 }, /pas interprète vers cette langue/);
    fresh();
    anna.send({ t: 'booth', on: true });
    berta.send({ t: 'booth', on: true });
    await state(guest, (now) => now.people.every((one) => one.booth));
    await refused(host, { t: 'stage', who: anna.welcome.me.id, on: true }, /interprète en ce moment/);
    fresh();
    anna.send({ t: 'turn', language: 'fr', in_s: 0 });
    const now = await state(guest, (m) => channel(m, 'fr').who === anna.welcome.me.id);
    assert.deepEqual([channel(now, 'fr').name, channel(now, 'fr').there], ['Anna', true]);
  });
  it('publish a microphone alone', async () => {
    const camera = { t: 'publish', pc: 'one', sdp: 'v=0', tracks: { 0: 'mic' } };
    await refused(anna, camera, /inutilisable/);
    await refused(guest, camera, /pas sur scène/);
  });
  it('take over from each other in a relay, and can think better of it', async () => {
    fresh();
    berta.send({ t: 'turn', language: 'fr', in_s: 100 });
    await state(anna, (m) => channel(m, 'fr').next === berta.welcome.me.id && channel(m, 'fr').who === anna.welcome.me.id);
    fresh();
    berta.send({ t: 'turn', language: 'fr', on: false });
    await state(anna, (m) => channel(m, 'fr').next === 0);
    const asked = Date.now();
    fresh();
    berta.send({ t: 'turn', language: 'fr', in_s: 1 });
    await state(anna, (m) => channel(m, 'fr').who === berta.welcome.me.id);
    assert.ok(Date.now() - asked >= 1000);
    fresh();
    anna.send({ t: 'turn', language: 'fr', in_s: 0 });
    await state(guest, (m) => channel(m, 'fr').who === anna.welcome.me.id);
  });
  it('are there after a power cut, with the turn, and a relay that came due meanwhile', async () => {
    fresh();
    berta.send({ t: 'turn', language: 'fr', in_s: 1 });
    await state(guest, (m) => channel(m, 'fr').next === berta.welcome.me.id);
    const { folder } = server, made = [anna, berta, guest].map((page) => page.welcome.me.key);
    await server.kill();
    server = await start({ folder });
    owner.origin = server.origin;
    [anna, berta, guest] = await Promise.all(made.map((key) => join('', { key })));
    host = await join('', { client: owner });
    assert.deepEqual(host.welcome.interpret.people.map(({ name, languages }) => [name, languages.join()]), [['Anna', 'fr'], ['Berta', 'fr']]);
    fresh();
    anna.send({ t: 'booth', on: true }); // as its page does
    anna.send({ t: 'turn', language: 'fr', in_s: 0 });
    await state(guest, (m) => channel(m, 'fr').who === anna.welcome.me.id && channel(m, 'fr').there);
  });
  it('give up the turn when they leave, and when a host dismisses them', async () => {
    fresh();
    await anna.close();
    await state(guest, (m) => channel(m, 'fr').who === 0);
    fresh();
    berta.send({ t: 'booth', on: true });
    berta.send({ t: 'turn', language: 'fr', in_s: 0 });
    await state(guest, (m) => channel(m, 'fr').who === berta.welcome.me.id);
    fresh();
    host.send({ t: 'interpreter', who: berta.welcome.me.id, language: 'fr', on: false });
    const now = await state(guest, (m) => m.people.length === 1);
    assert.equal(channel(now, 'fr').who, 0);
    await refused(berta, { t: 'booth', on: true }, /pas interprète dans cette salle/);
  });
  it('lose what they have when the language is offered no more', async () => {
    fresh();
    await owner.post(LANGUAGES, { languages: 'de' });
    const { interpret } = await guest.next('renewed', (m) => m.interpret?.channels.length === 1);
    assert.deepEqual([interpret.channels[0].code, interpret.people], ['de', []]);
  });
});
