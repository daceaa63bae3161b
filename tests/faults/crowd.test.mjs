// A room that is full says so, lets its host in all the same, and takes the next one when somebody has left.
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

it('five hundred come in, the next one reads that the room is full', async () => {
  const pages = [], wait = { deadline_ms: 60000 };
  while (pages.length < PEOPLE)
    pages.push(...await Promise.all(Array.from({ length: AT_ONCE }, () => Page.join(server, place, '', wait))));
  const late = await Page.open(server, place, wait);
  const bye = await late.ask({ t: 'join', name: '', key: null }, 'bye');
  assert.equal(bye.reason, 'full');
  assert.match(bye.text, /La salle est pleine/);
  await late.closed;
  const host = await Page.join(server, place, '', { client: await ownerClient(server), ...wait });
  assert.equal(host.welcome.people.length, PEOPLE + 1);
  const { key } = pages[0].welcome.me;
  pages[0].socket.terminate(); // a line that is cut keeps its place for a moment
  const back = await Page.join(server, place, '', { key, ...wait });
  assert.equal(back.welcome.me.id, pages[0].welcome.me.id);
  await host.close();
  await pages[1].close();
  await pages[2].next('people', (m) => m.gone.includes(pages[1].welcome.me.id));
  const next = await Page.join(server, place, 'Next', wait);
  assert.equal(next.welcome.people.length, PEOPLE);
  for (const page of [back, next, ...pages]) page.socket.terminate();
});
