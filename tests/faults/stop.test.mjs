// SIGTERM while a room is live: every page is told, comes back, and finds what it had.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { ownerClient, start } from '../http/support.mjs';
import { measured } from '../support/measure.mjs';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { startAgain } from './support.mjs';

const PAGES = 20;
const WITHIN_MS = 5000;
let server, place;
before(async () => {
  server = await start();
  place = await importLive(server);
});
after(() => server.stop({ keep: false }));

/** Ends the server as a service manager does. @returns {Promise<number>} how long it took, in ms */
async function stopped() {
  const begun = performance.now();
  const { code, signal, stderr } = await server.stop({ keep: true });
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, stderr);
  return performance.now() - begun;
}

describe('case 28: SIGTERM in the middle of a session', () => {
  it('tells every page, ends well in time, and they come back to their seats, hands and words', async () => {
    const host = await Page.join(server, place, '', { client: await ownerClient(server) });
    const pages = await Promise.all(Array.from({ length: PAGES }, (_, n) => Page.join(server, place, `Person ${n}`)));
    const ids = pages.map((page) => page.welcome.me.id);
    host.send({ t: 'stage', who: ids[0], on: true });
    await pages[0].next('people', (m) => m.set.some((p) => p.id === ids[0] && p.stage === 0));
    await pages[1].ask({ t: 'hand', up: true }, 'hands', (m) => m.list.includes(ids[1]));
    await Promise.all(pages.map((page, n) => page.ask({ t: 'say', id: 'one', text: `line ${n}` }, 'said', (m) => m.id)));
    const goodbyes = [host, ...pages].map((page) => page.next('bye'));
    assert.ok(await stopped() < WITHIN_MS);
    for (const goodbye of await Promise.all(goodbyes)) {
      assert.equal(goodbye.reason, 'restart');
      assert.match(goodbye.text, /revient d’elle-même/);
    }
    for (const page of [host, ...pages]) assert.equal(await page.closed, 1012);

    server = await startAgain(server);
    const back = await Promise.all(pages.map((page) => Page.join(server, place, '', { key: page.welcome.me.key })));
    assert.deepEqual(back.map((page) => page.welcome.me.id), ids);
    const { people, hands, chat } = back.at(-1).welcome;
    assert.equal(people.find((person) => person.id === ids[0]).stage, 0);
    assert.deepEqual(hands, [ids[1]]);
    assert.deepEqual(new Set(chat.map((line) => line.text)), new Set(pages.map((_, n) => `line ${n}`)));
    for (const page of back) await page.close();
  });

  it('does not wait for a page that answers nothing, nor for a form that never comes whole', async () => {
    // It gives both some seconds of these.
    await measured(async () => {
      const mute = await Page.join(server, place, 'Mute');
      mute.socket._socket.pause();
      const form = connect(new URL(server.origin).port, '127.0.0.1');
      form.on('error', () => {}); // reset at the end
      form.write(`POST /${place.slug}/register/ HTTP/1.1\r\nHost: ${new URL(server.origin).host}\r\n`
        + 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n');
      assert.match(String(await new Promise((resolve) => form.once('data', resolve))), / 100 /);
      const took_ms = await stopped();
      form.destroy();
      mute.socket.terminate();
      server = await startAgain(server);
      return took_ms;
    }, (took_ms) => took_ms < WITHIN_MS);
  });

  it('ends well also in the moment it is ready', async () => {
    for (let n = 0; n < 10; n++) {
      await stopped();
      server = await startAgain(server);
    }
  });
});
