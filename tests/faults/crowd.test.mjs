// Who finds a room full watches without a place; its host comes in all the same, and the next one when somebody has left.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { ownerClient, start } from '../http/support.mjs';
import { Page } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';

const PEOPLE = 500, AT_ONCE = 50;
let server, place;
before(async () => {
  server = await start();
  place = await importLive(server);
});
after(() => server.stop());

it('five hundred come in, the next one watches without a place until one is free', async () => {
  const pages = [], wait = { deadline_ms: 60000 };
  while (pages.length < PEOPLE)
    pages.push(...await Promise.all(Array.from({ length: AT_ONCE }, () => Page.join(server, place, '', wait))));
  const late = await Page.join(server, place, '', wait);
  assert.deepEqual(late.welcome.watching, { on: true, free: false, list: null });
  const host = await Page.join(server, place, '', { client: await ownerClient(server), ...wait });
  assert.equal(host.welcome.watching.on, false);
  assert.equal(host.welcome.people.length, PEOPLE + 2);
  const { key } = pages[0].welcome.me;
  pages[0].socket.terminate(); // a line that is cut keeps its place for a moment
  const back = await Page.join(server, place, '', { key, ...wait });
  assert.equal(back.welcome.me.id, pages[0].welcome.me.id);
  assert.equal(back.welcome.watching.on, false);
  await host.close();
  await pages[1].close();
  await late.next('watching', (m) => m.free);
  assert.equal((await late.ask({ t: 'watch', on: false }, 'watching', (m) => !m.on)).free, true);
  const next = await Page.join(server, place, 'Next', wait);
  assert.equal(next.welcome.watching.on, true);
  assert.equal(next.welcome.people.length, PEOPLE + 1);
  for (const page of [back, late, next, ...pages]) page.socket.terminate();
});
