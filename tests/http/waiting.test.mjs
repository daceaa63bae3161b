// Sessions with limited places: lines that move by themselves, offers with their time, and never one place too many.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { start, ownerClient } from './support.mjs';
import { linkTo, mailsTo, makeEvent } from './mail.mjs';
import { makeTalk, places, rows, until } from './registration.mjs';

let server, owner;
before(async () => {
  server = await start();
  await makeEvent(server, 'nec', { title: 'Numérique en Communs' });
  owner = await ownerClient(server);
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

const location = (response) => response.headers.get('location');

async function attendee(email, fields = {}, slug = 'nec') {
  const visitor = server.client();
  assert.equal((await visitor.post(`/${slug}/register/`, { name: email.split('@')[0], email, ...fields })).status, 303);
  const client = server.client();
  await client.useLink(await linkTo(server, email));
  return client;
}
const act = (client, what, slug = 'nec') => client.post(`/${slug}/me/place/`, { act: what }, { from: `/${slug}/me/` });

describe('a line', () => {
  it('begins when the places are taken, is told on the form, the page and by mail', async () => {
    const talk = makeTalk(server, 'nec', 'Atelier réseau', { places: 1, days: 30 });
    const first = await attendee('un@example.org', { [`talk-${talk}`]: '1' });
    const form = (await server.client().get('/nec/register/')).body_text;
    assert.match(form, /Atelier réseau/);
    assert.match(form, /Full: you would be number 1 in line/);
    const second = await attendee('deux@example.org', { [`talk-${talk}`]: '1' });
    assert.match((await first.get('/nec/me/')).body_text, /You have a place/);
    assert.match((await second.get('/nec/me/')).body_text, /In line: number 1/);
    const [mail] = await mailsTo(server, 'un@example.org');
    assert.match(mail.text, /Atelier réseau, .*: you have a place/);
    const calendar = mail.calendar.replaceAll('\r\n ', '');
    assert.match(calendar, /METHOD:PUBLISH/);
    assert.match(calendar, /SUMMARY:Atelier réseau/);
    assert.match(calendar, /live\/scene\//, 'the join link stands in it');
    assert.match((await mailsTo(server, 'deux@example.org'))[0].text, /number 1 in line/);
  });
  it('moves when a place is given back: an offer by mail, accepted on one\'s page; the calendar is told', async () => {
    const talk = makeTalk(server, 'nec', 'Atelier deux', { places: 1, days: 30 });
    const holder = await attendee('a1@example.org', { [`talk-${talk}`]: '1' });
    const next = await attendee('a2@example.org', { [`talk-${talk}`]: '1' });
    const last = await attendee('a3@example.org', { [`talk-${talk}`]: '1' });
    assert.equal(location(await act(holder, `leave-${talk}`)), '/nec/me/?done=left');
    const [left] = await mailsTo(server, 'a1@example.org');
    assert.match(left.calendar, /METHOD:CANCEL/);
    assert.match(left.calendar, /SEQUENCE:1/);
    const [offer] = await mailsTo(server, 'a2@example.org');
    assert.match(offer.subject, /It is your turn/);
    assert.match(offer.text, /Accept it on your own page before/);
    const byMail = server.client();
    assert.equal(location(await byMail.useLink(offer.links[0])), '/nec/me/');
    assert.match((await byMail.get('/nec/me/')).body_text, /A place is free for you/);
    assert.equal(location(await act(last, `accept-${talk}`)), '/nec/me/?done=late', 'who has no offer accepts nothing');
    assert.equal(location(await act(byMail, `accept-${talk}`)), '/nec/me/?done=place');
    assert.deepEqual(places(server, talk).map((row) => row.state), ['held', 'waiting']);
    await act(next, `leave-${talk}`);
    assert.match((await mailsTo(server, 'a3@example.org'))[0].subject, /It is your turn/);
    assert.equal(location(await act(last, `leave-${talk}`)), '/nec/me/?done=left', 'an offer can be refused');
    assert.deepEqual(places(server, talk), []);
  });
  it('lets nobody pass, also when a place is free, and takes nobody twice', async () => {
    const talk = makeTalk(server, 'nec', 'Atelier trois', { places: 1, days: 30 });
    await attendee('b1@example.org', { [`talk-${talk}`]: '1' });
    await attendee('b2@example.org', { [`talk-${talk}`]: '1' });
    rows(server, 'UPDATE talk SET places = 2 WHERE id = ?', talk); // the organisers have found a larger room
    const late = await attendee('b3@example.org');
    assert.equal(location(await act(late, `take-${talk}`)), '/nec/me/?done=line');
    assert.equal(location(await act(late, `take-${talk}`)), '/nec/me/?done=none');
    assert.equal((await act(late, 'take-999999')).headers.get('location'), '/nec/me/?done=none');
    assert.equal((await act(late, 'burn-1')).status, 404);
  });
  it('offers to confirmed people alone: an unconfirmed one keeps the turn and is passed over', async () => {
    const talk = makeTalk(server, 'nec', 'Atelier quatre', { places: 1, days: 30 });
    const holder = await attendee('c1@example.org', { [`talk-${talk}`]: '1' });
    await server.client().post('/nec/register/', { name: 'c2', email: 'c2@example.org', [`talk-${talk}`]: '1' });
    await attendee('c3@example.org', { [`talk-${talk}`]: '1' });
    await act(holder, `leave-${talk}`);
    assert.deepEqual(places(server, talk).map((row) => row.state), ['waiting', 'offered']);
  });
  it('for a place on site is one more choice, and accepting it changes the path', async () => {
    await makeEvent(server, 'salle', { title: 'En salle' });
    await owner.post('/salle/organise/registrations/', { places: '1' });
    const holder = await attendee('d1@example.org', { path: 'onsite' }, 'salle');
    assert.match((await server.client().get('/salle/register/')).body_text, /value="waiting"/);
    const next = await attendee('d2@example.org', { path: 'waiting' }, 'salle');
    assert.match((await next.get('/salle/me/')).body_text, /In line: number 1/);
    await holder.post('/salle/me/', { name: 'd1', path: 'remote' });
    assert.match((await mailsTo(server, 'd2@example.org'))[0].text, /a place on site is free for you/);
    const late = await server.client().post('/salle/register/', { name: 'd3', email: 'd3@example.org', path: 'onsite' });
    assert.equal(late.status, 409, 'an offered place is not free');
    assert.equal(location(await act(next, 'accept-0', 'salle')), '/salle/me/?done=place');
    assert.match((await next.get('/salle/me/')).body_text, /Registered, on site/);
  });
  it('can be overruled by an organiser, and a cancelled registration moves it', async () => {
    const talk = makeTalk(server, 'nec', 'Atelier cinq', { places: 1, days: 30 });
    await attendee('e1@example.org', { [`talk-${talk}`]: '1' });
    await attendee('e2@example.org', { [`talk-${talk}`]: '1' });
    const [, second] = places(server, talk);
    const page = `/nec/organise/registrations/${second.registration_id}/`;
    assert.match((await owner.get(page)).body_text, /number 1 in line/);
    await owner.post(page, { act: `give-${talk}` });
    assert.deepEqual(places(server, talk).map((row) => row.state), ['held', 'held']);
    await attendee('e3@example.org', { [`talk-${talk}`]: '1' });
    for (const { registration_id: id } of places(server, talk).slice(0, 2))
      await owner.post(`/nec/organise/registrations/${id}/`, { act: 'cancel' });
    assert.deepEqual(places(server, talk).map((row) => row.state), ['offered']);
    assert.match((await mailsTo(server, 'e1@example.org'))[0].subject, /Cancelled/);
  });
});

it('case 27: 500 people for 50 places of a session: exactly 50 have one, in the order they were taken, 450 stand in line', async () => {
  await makeEvent(server, 'foule', { title: 'Foule' });
  const talk = makeTalk(server, 'foule', 'Très demandée', { places: 50, days: 30 });
  const client = server.client();
  const token = await client.token('/foule/register/');
  const answers = await Promise.all(Array.from({ length: 500 }, (_, i) => client.post('/foule/register/',
    { name: `P${i}`, email: `p${i}@example.org`, [`talk-${talk}`]: '1' }, { token })));
  assert.ok(answers.every((answer) => answer.status === 303));
  const line = places(server, talk);
  assert.equal(line.length, 500);
  assert.equal(line.filter((row) => row.state === 'held').length, 50);
  assert.ok(line.slice(0, 50).every((row) => row.state === 'held'), 'the first fifty');
  assert.ok(line.slice(50).every((row) => row.state === 'waiting'));
  const order = line.map((row) => row.registration_id);
  assert.deepEqual(order, [...order].sort((a, b) => a - b), 'the line is in the order of the registrations');
});

// Last: these restart on the same data, later. Offers and unconfirmed places run out by the clock.
describe('time', () => {
  const later = async (seconds, work) => {
    await server.stop({ keep: true });
    server = await start({ folder: server.folder, env: { TRETEAU_CLOCK_OFFSET_S: String(seconds) } });
    await work();
  };
  it('a registration that nobody confirms lapses after 24 hours, and its place goes on', async () => {
    await makeEvent(server, 'temps', { title: 'Le temps' });
    const talk = makeTalk(server, 'temps', 'Une place', { places: 1, days: 30 });
    await server.client().post('/temps/register/', { name: 'f1', email: 'f1@example.org', [`talk-${talk}`]: '1' });
    await attendee('f2@example.org', { [`talk-${talk}`]: '1' }, 'temps');
    assert.deepEqual(places(server, talk).map((row) => row.state), ['held', 'waiting']);
    await later(86400 + 60, () => until('the place is offered', () => places(server, talk).map((row) => row.state).join() === 'offered'));
    assert.equal(rows(server, "SELECT count(*) AS n FROM account WHERE email = 'f1@example.org'")[0].n, 0, 'the address is erased');
    assert.match((await mailsTo(server, 'f2@example.org'))[0].subject, /It is your turn/);
  });
  it('an offer that is not accepted in its 24 hours goes to the next in line', async () => {
    const talk = rows(server, "SELECT id FROM talk WHERE title = 'Une place'")[0].id;
    await attendee('f3@example.org', { [`talk-${talk}`]: '1' }, 'temps');
    const [offered] = places(server, talk);
    await later(2 * 86400 + 3600, () => until('the next has it', () => {
      const [first] = places(server, talk);
      return first?.state === 'offered' && first.registration_id !== offered.registration_id;
    }));
    assert.match((await mailsTo(server, 'f2@example.org'))[0].subject, /The offer is over/);
    assert.match((await mailsTo(server, 'f3@example.org'))[0].subject, /It is your turn/);
    assert.equal((await mailsTo(server, 'f2@example.org')).filter((mail) => mail.subject.includes('over')).length, 1);
  });
});
