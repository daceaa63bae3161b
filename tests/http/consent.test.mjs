// One consent to be recorded per person and event: said on one's page it holds in the rooms, taken back in a room it is
// taken back on the page.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { Page } from '../support/page.mjs';
import { build, ownerClient, start, run } from './support.mjs';
import { linkTo } from './mail.mjs';

let server, speaker, socketPath;
before(async () => {
  server = await start();
  const day = (offset) => new Date(Date.now() + offset * 864e5).toISOString().slice(0, 10);
  const clock = new Date(Date.now() - 300e3).toISOString(), date = clock.slice(0, 10), hour = clock.slice(11, 16);
  const file = path.join(server.folder, 'ici.xml');
  await writeFile(file, `<?xml version="1.0" encoding="UTF-8"?>
<schedule><version>1</version><conference><acronym>ici</acronym><title>Ici</title><start>${date}</start><end>${day(1)}</end>
<days>2</days><timeslot_duration>00:05</timeslot_duration><time_zone_name>UTC</time_zone_name></conference>
<day index="1" date="${date}" start="${date}T00:00:00+00:00" end="${date}T23:59:00+00:00"><room name="Scene"><event id="1"
guid="7f5c1d3e-0000-4000-8000-000000000001"><date>${date}T${hour}:00+00:00</date><start>${hour}</start>
<duration>01:00</duration><room>Scene</room><title>Maintenant</title><type>talk</type></event></room></day></schedule>`);
  const { code, stderr } = await run('import', file, '--event', 'ici', '--publish', '--data', server.folder);
  assert.equal(code, 0, stderr);
  speaker = server.client();
  await speaker.post('/ici/register/', { name: 'Ada', email: 'ada@example.org' });
  await speaker.useLink(await linkTo(server, 'ada@example.org'));
  socketPath = `${(await speaker.get('/ici/me/now/')).headers.get('location')}socket`;
});
after(() => server.stop());

/** Joins the room, does something, gives what the room says of this person then. */
async function inRoom(act, key = null) {
  const socket = new WebSocket(server.origin.replace('http', 'ws') + socketPath, {
    headers: { origin: server.origin, cookie: [...speaker.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
  });
  const waiting = [], messages = [];
  socket.on('message', (bytes) => {
    messages.push(JSON.parse(bytes));
    for (const wake of waiting.splice(0)) wake();
  });
  const next = async (test) => {
    for (;;) {
      const found = messages.find(test);
      if (found) return found;
      await new Promise((resolve) => waiting.push(resolve));
    }
  };
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  socket.send(JSON.stringify({ t: 'join', name: '', key, h264: true, publish: null, subscribe: null }));
  const welcome = await next((message) => message.t === 'welcome');
  const me = welcome.people.find(({ id }) => id === welcome.me.id);
  await act?.(socket, next, welcome.me.id);
  await new Promise((resolve) => socket.on('close', resolve).close(1000));
  return { consent: me.consent, key: welcome.me.key };
}

const choose = (choice) => speaker.post('/ici/me/consent/', { choice }, { from: '/ici/me/' });

it('nothing is assumed', async () => {
  assert.equal((await inRoom()).consent, null);
});

it('what is said on the page holds in the room, also when it changes', async () => {
  await choose('yes');
  const { consent, key } = await inRoom();
  assert.equal(consent, true);
  await choose('no');
  assert.equal((await inRoom(null, key)).consent, false);
});

it('what is said in the room stands on the page with its date', async () => {
  const say = (yes) => async (socket, next, id) => {
    socket.send(JSON.stringify({ t: 'consent', yes }));
    await next((message) => message.t === 'people' && message.set?.some((person) => person.id === id && person.consent === yes));
  };
  await inRoom(say(true));
  assert.match((await speaker.get('/ici/me/')).body_text, /You said yes on/);
  await inRoom(say(false));
  assert.match((await speaker.get('/ici/me/')).body_text, /You withdrew it on/);
});

it('taken back on the page it reaches an open room at once, and takes the replay down until it is given again', async () => {
  const place = { slug: 'ici', room: socketPath.split('/').at(-2) };
  await choose('yes');
  const host = await Page.join(server, place, '', { client: await ownerClient(server) });
  const ada = await Page.join(server, place, '', { client: speaker });
  const who = ada.welcome.me.id, consents = (yes) => (m) => m.set.some((p) => p.id === who && p.stage === 0 && p.consent === yes);
  host.send({ t: 'record', on: true });
  await host.next('record', (m) => m.on);
  host.send({ t: 'stage', who, on: true });
  await host.next('people', consents(true));
  await choose('no');
  await host.next('people', consents(false));
  await choose('yes');
  await host.next('people', consents(true));

  const code = host.welcome.talk.code, reader = server.client(), address = `/ici/talk/${code}/replay/`;
  await promisify(execFile)(path.join(build, 'tests/support/record-sample'), [server.folder, 'ici', code, '6']);
  const shown = async () => (await reader.get(`${address}?part=1`)).body_text;
  const list = (await shown()).match(/data-list="([^"]+)"/)[1];
  assert.equal((await reader.get(list)).status, 200);
  assert.match((await reader.get('/ici/replays/')).body_text, new RegExp(address));
  const session = async () => (await reader.get(`/ici/talk/${code}/?${Math.random()}`)).body_text;
  const isTold = async () => [(await session()).includes('"VideoObject"'),
    (await reader.get('/api/v1/events/ici/sessions/')).body_text.includes(address)];
  assert.deepEqual(await isTold(), [true, true]);
  await choose('no');
  assert.match(await shown(), /This replay is not shown: somebody/);
  assert.doesNotMatch(await shown(), /<video/);
  assert.equal((await reader.get(list)).status, 404);
  assert.doesNotMatch((await reader.get('/ici/replays/')).body_text, new RegExp(address));
  assert.deepEqual(await isTold(), [false, false], 'neither the session’s page nor the API leads to it');
  await choose('yes');
  assert.deepEqual(await isTold(), [true, true]);
  assert.equal((await reader.get(list)).status, 200);
  await ada.close();
  await host.close();
});
