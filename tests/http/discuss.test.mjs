// What people ask, vote and feel in a room, over a real WebSocket: who may do what, and what is still there afterwards.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Page as RoomPage } from '../support/page.mjs';
import { importLive } from '../support/sample.mjs';
import { start } from './support.mjs';

let server, place;

const Page = {
  open: (options) => RoomPage.open(server, place, options),
  join: (name, options) => RoomPage.join(server, place, name, options),
};

before(async () => {
  server = await start();
  place = await importLive(server);
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

describe('reactions', () => {
  it('are gathered, told to everybody without a name, and limited', async () => {
    const [one, other] = [await Page.join(''), await Page.join('Ada')];
    for (let n = 0; n < 4; n++) one.send({ t: 'react', what: 'clap' });
    one.send({ t: 'react', what: 'heart' });
    const total = { clap: 0, heart: 0 };
    let messages = 0;
    while (total.clap < 4 || total.heart < 1) {
      const { t, counts, ...rest } = await other.next('reacted');
      assert.deepEqual(rest, {});
      for (const [what, n] of Object.entries(counts)) total[what] += n;
      messages++;
    }
    assert.deepEqual(total, { clap: 4, heart: 1 });
    assert.ok(messages <= 2, `${messages} messages`);
    assert.equal((await other.ask({ t: 'react', what: 'boo' }, 'refused')).of, 'react');
    for (let n = 0; n < 6; n++) one.send({ t: 'react', what: 'laugh' });
    assert.match((await one.next('refused')).text, /at once|d’un coup/);
    await one.close();
    await other.close();
  });
});
