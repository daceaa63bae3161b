// The room of an event's team: who comes in, what is kept, and that it belongs to no programme.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { start } from './support.mjs';
import { Page } from '../support/page.mjs';
import { ROLES, makeWorld } from '../support/world.mjs';

let world;
const place = (slug) => ({ slug, path: `/${slug}/organise/meeting/socket` });
const client = (who) => ({ cookies: who ? [['session', world.accounts.get(who).cookie]] : [] });
const join = (who, slug = 'draft') => Page.join(world.server, place(slug), '', { client: client(who) });

before(async () => {
  world = await makeWorld({ events: { ours: true, draft: false } });
});
after(async () => {
  const { code, stderr } = await world.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error|store:/);
});

describe('the team room', () => {
  it('is open before the event is published, to each role of its team, who all lead it', async () => {
    for (const role of ROLES) {
      const who = `${role}@draft`, { status, body } = await world.send('GET', '/draft/organise/meeting/', { who });
      if (['speaker', 'attendee'].includes(role)) {
        assert.ok([403, 404].includes(status), `${role}: ${status}`);
        continue;
      }
      assert.equal(status, 200, role);
      assert.match(body, /data-socket="\/draft\/organise\/meeting\/socket"/);
      const page = await join(who);
      assert.equal(page.welcome.me.role, 'host');
      assert.equal(page.welcome.room.team, true);
      assert.equal(page.welcome.talk, null);
      await page.close();
    }
    await assert.rejects(join('organiser@ours'), /404|403/);
    await assert.rejects(join(null), /404|403/);
  });

  it('stands in no list, and keeps its words over a stop', async () => {
    for (const url of ['/ours/live/', '/ours/organise/rooms/', '/api/v1/events/ours/rooms/'])
      assert.doesNotMatch((await world.send('GET', url, { who: 'owner' })).body, />Team room</, url);
    assert.match((await world.send('GET', '/ours/organise/', { who: 'host@ours' })).body, /href="\/ours\/organise\/meeting\/"/);
    const page = await join('host@draft');
    await page.ask({ t: 'say', id: 'a1', text: 'Who brings the chairs?' }, 'said');
    await page.ask({ t: 'chat', slow_s: 0, moderated: false }, 'chat');
    await page.close();
    await world.server.stop({ keep: true });
    world.server = await start({ command: 'serve', folder: world.folder });
    const again = await join('organiser@draft');
    assert.deepEqual(again.welcome.chat.map(({ text }) => text), ['Who brings the chairs?']);
    await again.close();
  });

  it('records nothing, never ends, and nobody is sent out of it', async () => {
    const [host, other] = [await join('host@draft'), await join('check-in@draft')];
    for (const message of [{ t: 'record', on: true }, { t: 'end' }, { t: 'remove', who: other.welcome.me.id }])
      assert.equal((await host.ask(message, 'refused')).of, message.t);
    host.send({ t: 'take' });
    await other.next('people', ({ set }) => set?.some(({ id, stage }) => id === host.welcome.me.id && stage === 0));
    await host.close();
    await other.close();
  });

  it('is left by whoever is in the team no more, and comes with no other event', async () => {
    const page = await join('captioner@draft');
    world.db.prepare("DELETE FROM role WHERE account_id = (SELECT id FROM account WHERE email = 'captioner@draft.example')").run();
    assert.equal((await page.next('bye')).reason, 'removed');
    await page.closed;
    const { id } = world.event('draft');
    const kept = () => world.db.prepare('SELECT count(*) AS n FROM live_person WHERE room_id = ?').get(-(2 ** 40) - id).n; // live_team_room()
    assert.ok(kept() > 0);
    const still = await join('host@draft');
    world.db.exec(`PRAGMA foreign_keys = ON; DELETE FROM event WHERE id = ${id}`);
    assert.equal(kept(), 0);
    await still.closed;
  });
});
