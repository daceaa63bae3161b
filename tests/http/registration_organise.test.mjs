// What organisers say and see of registrations: paths with dates and words, questions, the list, the table; who may what;
// and the address that a person corrects.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { start, ownerClient } from './support.mjs';
import { linkTo, mailsTo, makeEvent } from './mail.mjs';
import { makeTalk, rows } from './registration.mjs';

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
const pathOf = (link) => new URL(link).pathname;
const register = (fields) => server.client().post('/nec/register/', { path: 'remote', ...fields });
async function attendee(email, fields = {}) {
  assert.equal((await register({ name: email.split('@')[0], email, ...fields })).status, 303);
  const client = server.client();
  await client.useLink(await linkTo(server, email));
  await client.get('/nec/me/now/');
  return client;
}
const SETTINGS = '/nec/organise/registrations/settings/';
const settings = (fields) => owner.post(SETTINGS, { places: '3', offer_hours: '24', ...fields });

describe('the two paths', () => {
  it('have their own words, on the form', async () => {
    assert.equal((await settings({ remote_text: 'Depuis <chez> vous.', onsite_text: 'Portes à 9 h.' })).status, 303);
    const page = (await server.client().get('/nec/register/')).body_text;
    assert.match(page, /Depuis &lt;chez&gt; vous\./);
    assert.match(page, /Portes à 9 h\. Montmoreau\. 3 places left\./);
  });
  it('have their own dates: not open yet, closed, and what is shut takes nobody', async () => {
    await settings({ onsite_opens: '2999-01-01T10:00' });
    const page = (await server.client().get('/nec/register/')).body_text;
    assert.match(page, /Registration opens on Tuesday 1 January, 10:00/);
    const early = await register({ name: 'x', email: 'tot@example.org', path: 'onsite' });
    assert.equal(early.status, 422);
    await settings({ remote_closes: '2020-01-01T10:00', onsite_closes: '2020-01-01T10:00' });
    assert.match((await server.client().get('/nec/register/')).body_text, /Registration is closed/);
    await settings({ remote_opens: '2999-01-01T10:00', onsite_opens: '2999-01-01T10:00' });
    assert.match((await server.client().get('/nec/register/')).body_text, /Not open yet/);
    await settings({});
  });
  it('refuse what makes no sense, with a sentence', async () => {
    const answer = await settings({ remote_opens: '2999-01-02T10:00', remote_closes: '2999-01-01T10:00', offer_hours: '0', places: '-1' });
    assert.equal(answer.status, 422);
    assert.match(answer.body_text, /It would close before it opens/);
    assert.match(answer.body_text, /id="offer_hours-e"/);
    assert.match(answer.body_text, /value="2999-01-02T10:00"/, 'and come back filled');
  });
});

describe('questions', () => {
  const ask = (fields) => owner.post('/nec/organise/questions/', { kind: 'short', ...fields });
  it('of each kind stand on the form, are checked and answered', async () => {
    for (const fields of [{ label: 'Votre structure' }, { label: 'Vos attentes', kind: 'long' }, { label: 'Votre repas', kind: 'choice', choices: 'Midi\nSoir' },
      { label: 'Vos thèmes', kind: 'choices', choices: 'Réseaux\nCommuns\nÉcole', required: '1' }, { label: 'Déjà venu ?', kind: 'yes-no' }])
      assert.equal((await ask(fields)).status, 303, JSON.stringify(fields));
    const ids = rows(server, 'SELECT id FROM registration_question ORDER BY position').map((row) => row.id);
    const missing = await register({ name: 'Ada', email: 'rep@example.org', [`q${ids[0]}`]: 'Tiers-lieu' });
    assert.equal(missing.status, 422);
    assert.match(missing.body_text, new RegExp(`id="q${ids[3]}-0-e"`));
    assert.match(missing.body_text, /value="Tiers-lieu"/);
    const wrong = await register({ name: 'Ada', email: 'rep@example.org', [`q${ids[2]}`]: 'Matin', [`q${ids[3]}-0`]: '1' });
    assert.equal(wrong.status, 422, 'a choice that is none');
    const long = await register({ name: 'Ada', email: 'rep@example.org', [`q${ids[0]}`]: 'x'.repeat(201), [`q${ids[3]}-0`]: '1' });
    assert.equal(long.status, 422);
    const client = await attendee('rep@example.org', { [`q${ids[0]}`]: '=1+1', [`q${ids[1]}`]: 'a\nb', [`q${ids[2]}`]: 'Soir',
      [`q${ids[3]}-0`]: '1', [`q${ids[3]}-2`]: '1', [`q${ids[4]}`]: 'yes' });
    const own = JSON.parse((await client.get('/nec/me/registration.json')).body_text);
    assert.deepEqual(own.answers, { 'Votre structure': '=1+1', 'Vos attentes': 'a\nb', 'Votre repas': 'Soir', 'Vos thèmes': 'Réseaux\nÉcole', 'Déjà venu ?': 'yes' });
  });
  it('go out in a table that no spreadsheet runs', async () => {
    const answer = await owner.get('/nec/organise/registrations/export.csv');
    assert.match(answer.headers.get('content-type'), /text\/csv/);
    assert.match(answer.headers.get('content-disposition'), /attachment/);
    const lines = answer.body_text.split('\r\n');
    assert.match(lines[0], /name,email,path,registered,confirmed,sessions,waiting,Votre structure/);
    assert.match(answer.body_text, /rep@example\.org,remote,.*,'=1\+1,"a\nb",Soir,"Réseaux, École",Yes/);
  });
  it('are limited, moved and taken away; another event\'s is not there', async () => {
    assert.equal((await ask({ label: '' })).status, 422);
    assert.equal((await ask({ label: 'Une', kind: 'choice', choices: 'seule' })).status, 422);
    assert.equal((await ask({ label: 'Deux', kind: 'choices', choices: 'a\na' })).status, 422);
    assert.equal((await ask({ label: 'Trop', kind: 'poem' })).status, 422);
    let refused = 0;
    for (let i = 0; i < 25; i++) refused += (await ask({ label: `Question ${i}` })).status === 422 ? 1 : 0;
    assert.ok(refused >= 10, `${refused} were refused`);
    const form = (await server.client().get('/nec/register/')).body_text;
    assert.ok(form.match(/<[a-z]/g).length <= 298, `${form.match(/<[a-z]/g).length} nodes`);
    const ids = rows(server, 'SELECT id FROM registration_question ORDER BY position').map((row) => row.id);
    await owner.post(`/nec/organise/questions/${ids[1]}/`, { act: 'up' });
    assert.equal(rows(server, 'SELECT id FROM registration_question ORDER BY position')[0].id, ids[1]);
    for (const id of ids) await owner.post(`/nec/organise/questions/${id}/`, { act: 'delete' });
    assert.equal(rows(server, 'SELECT count(*) AS n FROM registration_answer')[0].n, 0);
    assert.equal((await owner.get(`/nec/organise/questions/${ids[0]}/`)).status, 404);
  });
});

describe('the list', () => {
  it('is searched, and filtered by path, state and session', async () => {
    const talk = makeTalk(server, 'nec', 'Atelier', { places: 1 });
    await attendee('zoe@example.org', { path: 'onsite', [`talk-${talk}`]: '1' });
    await attendee('yan_100%@example.org', { [`talk-${talk}`]: '1' });
    await register({ name: 'Pas là', email: 'attente@example.org' });
    const list = async (query) => [...(await owner.get(`/nec/organise/registrations/?${query}`)).body_text
      .matchAll(/<span class="small muted">([^ <]+@example\.org)/g)].map(([, email]) => email);
    assert.deepEqual(await list('q=zoe'), ['zoe@example.org']);
    assert.deepEqual(await list('q=_100%25'), ['yan_100%@example.org']);
    assert.deepEqual(await list('path=onsite'), ['zoe@example.org']);
    assert.deepEqual(await list('state=unconfirmed'), ['attente@example.org']);
    assert.deepEqual(await list('state=waiting'), ['yan_100%@example.org']);
    assert.deepEqual(await list(`talk=${talk}`), ['zoe@example.org', 'yan_100%@example.org']);
    assert.match((await owner.get("/nec/organise/registrations/?q=%27%22%3E")).body_text, /Nobody like that/);
  });
  it('takes someone by hand, once, and never more than there are places', async () => {
    const add = (fields) => owner.post('/nec/organise/registrations/add/', { name: 'Main', path: 'remote', ...fields });
    assert.equal((await add({ email: 'main@example.org' })).status, 303);
    assert.match((await mailsTo(server, 'main@example.org'))[0].subject, /inscription/i);
    assert.equal((await add({ email: 'main@example.org' })).status, 422);
    assert.equal((await add({ email: 'pas une adresse' })).status, 422);
    await settings({ places: '1' });
    assert.equal((await add({ email: 'plein@example.org', path: 'onsite' })).status, 422);
    assert.equal(rows(server, "SELECT count(*) AS n FROM account WHERE email = 'plein@example.org'")[0].n, 0);
  });
  it('shows names alone to who welcomes people at the door', async () => {
    await owner.post('/nec/organise/team/', { email: 'porte@example.org', role: 'check-in' });
    const door = server.client();
    await door.useLink(await linkTo(server, 'porte@example.org'));
    const page = (await door.get('/nec/organise/registrations/')).body_text;
    assert.match(page, /zoe/);
    assert.doesNotMatch(page, /@example\.org<|Weak connection|export\.csv/);
    assert.equal((await door.get('/nec/organise/registrations/export.csv')).status, 403);
    assert.equal((await door.get('/nec/organise/mails/')).status, 403);
  });
});

describe('a wrong address', () => {
  it('is corrected by its owner, confirmed at the new one; the old link opens nothing any more', async () => {
    const client = await attendee('faute@example.org');
    const old = pathOf(await linkTo(server, 'faute@example.org'));
    assert.equal((await client.post('/nec/me/address/', { email: 'pas@' })).status, 422);
    assert.equal(location(await client.post('/nec/me/address/', { email: 'juste@example.org' })), '/nec/me/?done=address');
    const [mail] = await mailsTo(server, 'juste@example.org');
    const link = pathOf(mail.links[0]);
    for (let i = 0; i < 3; i++) assert.equal((await server.client().get(link)).status, 200, 'a scanner burns nothing');
    assert.match((await client.get('/nec/me/')).body_text, /signed in as faute@example\.org/);
    const there = server.client();
    assert.match((await there.post(link, {})).body_text, /Your address is changed/);
    assert.match((await client.get('/nec/me/')).body_text, /signed in as juste@example\.org/);
    assert.equal((await server.client().get(old)).status, 404);
    assert.equal((await there.get(link)).status, 404, 'once');
    const fresh = server.client();
    await fresh.useLink(await linkTo(server, 'juste@example.org'));
    assert.match((await fresh.get('/nec/me/')).body_text, /Hello, faute/);
  });
  it('cannot become somebody else\'s', async () => {
    const client = await attendee('moi@example.org');
    await client.post('/nec/me/address/', { email: 'zoe@example.org' });
    const [mail] = await mailsTo(server, 'zoe@example.org');
    const answer = await server.client().post(pathOf(mail.links[0]), {});
    assert.equal(answer.status, 409);
    assert.match((await client.get('/nec/me/')).body_text, /signed in as moi@example\.org/);
  });
});

describe('answers, needs and path on one\'s own page', () => {
  const data = async (client) => JSON.parse((await client.get('/corrige/me/registration.json')).body_text);
  let question, themes;
  before(async () => {
    await makeEvent(server, 'corrige', { title: 'Corrigé' });
    await owner.post('/corrige/organise/questions/', { kind: 'short', label: 'Votre ville', required: '1' });
    await owner.post('/corrige/organise/questions/', { kind: 'choices', label: 'Vos thèmes', choices: 'Réseaux\nCommuns' });
    [question, themes] = rows(server, "SELECT question.id FROM registration_question AS question JOIN event ON event.id = event_id WHERE slug = 'corrige' ORDER BY position").map((row) => row.id);
  });
  async function person(email, fields = {}) {
    assert.equal((await server.client().post('/corrige/register/', { name: email.split('@')[0], email, [`q${question}`]: 'Angoulême', ...fields })).status, 303);
    const client = server.client();
    await client.useLink(await linkTo(server, email));
    return client;
  }

  it('stand there as they were given, and change', async () => {
    const client = await person('reponse@example.org', { [`q${themes}-0`]: '1', captions: '1', other: 'Une boucle', agreed: '1' });
    assert.match((await client.get('/corrige/me/')).body_text, /href="\/corrige\/me\/answers\/"/);
    const page = (await client.get('/corrige/me/answers/')).body_text;
    assert.match(page, /You can change them until /);
    assert.match(page, /value="Angoulême"/);
    assert.match(page, new RegExp(`name="q${themes}-0" value="1" checked`));
    assert.match(page, /Une boucle/);
    const before_change = await data(client);
    assert.equal(location(await client.post('/corrige/me/answers/', { [`q${question}`]: 'Cognac', [`q${themes}-1`]: '1', captions: '1', other: 'Une boucle', agreed: '1' })), '/corrige/me/?done=changed');
    const changed = await data(client);
    assert.deepEqual(changed.answers, { 'Votre ville': 'Cognac', 'Vos thèmes': 'Communs' });
    assert.equal(changed.needs_agreed, before_change.needs_agreed, 'what did not change was agreed to then');
    await client.post('/corrige/me/answers/', { [`q${question}`]: 'Cognac' });
    assert.equal((await data(client)).needs, null, 'unticked, they are erased');
    assert.equal((await data(client)).needs_agreed, null);
  });
  it('ask for what is required, and for consent to needs, and keep nothing else', async () => {
    const client = await person('demi@example.org');
    const answer = await client.post('/corrige/me/answers/', { [`q${question}`]: '', captions: '1' });
    assert.equal(answer.status, 422);
    assert.match(answer.body_text, new RegExp(`id="q${question}-e"`));
    assert.match(answer.body_text, /id="agreed-e"/);
    assert.deepEqual([(await data(client)).answers['Votre ville'], (await data(client)).needs], ['Angoulême', null]);
    assert.equal((await client.post('/corrige/me/answers/', { [`q${question}`]: 'x'.repeat(201) })).status, 422);
    const stranger = await attendee('etranger@example.org');
    assert.equal(location(await stranger.get('/corrige/me/answers/')), '/corrige/me/');
    assert.equal((await stranger.post('/corrige/me/answers/', {}, { from: '/nec/me/answers/' })).status, 404);
  });
  it('close with the registration of one\'s path; needs can be withdrawn all the same', async () => {
    const client = await person('tard@example.org', { sign: '1', agreed: '1' });
    const settle = (fields) => owner.post('/corrige/organise/registrations/settings/', { places: '0', offer_hours: '24', ...fields });
    await settle({ remote_closes: '2020-01-01T10:00' });
    const page = (await client.get('/corrige/me/answers/')).body_text;
    assert.match(page, /Registration is closed/);
    assert.match(page, /Angoulême/);
    assert.doesNotMatch(page, /<input[^>]*name="q/);
    assert.equal((await client.post('/corrige/me/answers/', { [`q${question}`]: 'Trop tard' })).status, 409);
    assert.equal((await data(client)).answers['Votre ville'], 'Angoulême');
    assert.equal(location(await client.post('/corrige/me/answers/', { forget: '1' })), '/corrige/me/?done=forgotten');
    assert.equal((await data(client)).needs, null);
    await settle({});
  });
  it('the path too, until it closes; and never more come on site than there are places, whoever changes at once', async () => {
    const settle = (fields) => owner.post('/corrige/organise/registrations/settings/', { places: '3', offer_hours: '24', ...fields });
    await settle({});
    const people = [];
    for (let i = 0; i < 10; i++) people.push(await person(`chemin${i}@example.org`, { path: 'remote' }));
    const answers = await Promise.all(people.map((client) => client.post('/corrige/me/', { name: 'x', path: 'onsite' })));
    assert.equal(answers.filter((answer) => answer.status === 303).length, 3);
    const on_site = () => rows(server, "SELECT count(*) AS n FROM registration JOIN event ON event.id = event_id WHERE slug = 'corrige' AND path = 'onsite'")[0].n;
    assert.equal(on_site(), 3);
    const inside = people[answers.findIndex((answer) => answer.status === 303)], outside = people[answers.findIndex((answer) => answer.status === 422)];
    assert.equal((await outside.post('/corrige/me/', { name: 'x', path: 'waiting' })).status, 303);
    assert.equal((await inside.post('/corrige/me/', { name: 'x', path: 'remote' })).status, 303);
    assert.match((await outside.get('/corrige/me/')).body_text, /A place is free for you/);
    const late = people[answers.findLastIndex((answer) => answer.status === 422)];
    assert.equal((await late.post('/corrige/me/', { name: 'x', path: 'onsite' })).status, 422, 'it is offered: nobody passes');
    assert.equal((await outside.post('/corrige/me/', { name: 'x', path: 'onsite' })).status, 303, 'who chooses what is offered accepts it');
    assert.equal(on_site(), 3);
    await settle({ onsite_closes: '2020-01-01T10:00' });
    assert.equal((await inside.post('/corrige/me/', { name: 'x', path: 'onsite' })).status, 422);
    assert.equal(on_site(), 3);
  });
});
