// Case 27: the server is killed while 500 people want the 50 places of a session: nobody acknowledged is lost, exactly 50
// have a place, the first fifty, and nobody stands in line twice.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { start } from '../http/support.mjs';
import { makeEvent } from '../http/mail.mjs';
import { makeTalk, places, rows } from '../http/registration.mjs';
import { chance, startAgain } from './support.mjs';

const PEOPLE = 500, PLACES = 50, KILLS = 8, REGISTRARS = 8;
const random = chance();
let server, talk;
before(async () => {
  server = await start();
  await makeEvent(server, 'foule', { title: 'Foule' });
  talk = makeTalk(server, 'foule', 'Très demandée', { places: PLACES, days: 30 });
});
after(() => server.stop({ keep: false }));

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

it('case 27: places are never oversold under kill -9', async () => {
  const client = server.client();
  const token = await client.token('/foule/register/');
  const wanted = Array.from({ length: PEOPLE }, (_, i) => `p${i}@example.org`), acknowledged = [];
  async function registrar() {
    for (let email; (email = wanted.shift());) {
      for (let sent = false; !sent;) {
        const answer = await client.post('/foule/register/', { name: 'P', email, [`talk-${talk}`]: '1' }, { token }).catch(() => null);
        sent = answer?.status === 303;
        if (!sent) await pause(20);
      }
      acknowledged.push(email);
    }
  }
  const work = Promise.all(Array.from({ length: REGISTRARS }, registrar));
  for (let i = 0; i < KILLS; i++) {
    await pause(random() * 80);
    await server.kill();
    server = await startAgain(server);
  }
  await work;
  assert.equal(acknowledged.length, PEOPLE);
  const line = places(server, talk);
  assert.equal(line.length, PEOPLE, 'each once');
  assert.ok(line.every((row, i) => row.state === (i < PLACES ? 'held' : 'waiting')), 'the first fifty, in order');
  const order = line.map((row) => row.registration_id);
  assert.deepEqual(order, [...order].sort((a, b) => a - b));
  assert.equal(rows(server, "SELECT count(*) AS n FROM mail WHERE kind = 'registration'")[0].n, PEOPLE, 'one mail each');
});
