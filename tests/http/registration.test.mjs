// Registration: the form, the places, the mail with its calendar, the personal page and what it erases.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { start, ownerClient, run } from './support.mjs';
import { linkTo, mailsTo, makeEvent } from './mail.mjs';
import { rows } from './registration.mjs';

const DAY_S = 86400;
let server, owner;
before(async () => {
  server = await start();
  await makeEvent(server, 'nec', { title: 'Numérique en Communs' });
  await makeEvent(server, 'hall', { title: 'Sur place' });
  await makeEvent(server, 'past', { title: 'Passé', first: -30 });
  owner = await ownerClient(server);
});
after(async () => {
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

const location = (response) => response.headers.get('location');
const pathOf = (link) => new URL(link).pathname;
const register = (slug, fields, client = server.client()) => client.post(`/${slug}/register/`, fields);
const setPlaces = (slug, places) => owner.post(`/${slug}/organise/registrations/`, { places: String(places) });

/** Registers and enters by the mail's link. */
async function attendee(slug, email, name = 'Personne exemple', more = {}) {
  assert.equal((await register(slug, { email, name, ...more })).status, 303);
  const client = server.client();
  assert.equal(location(await client.useLink(await linkTo(server, email))), `/${slug}/me/now/`);
  return client;
}

describe('the form', () => {
  it('comes back filled, with each wrong field told', async () => {
    const answer = await register('nec', { name: '', email: 'personne7@exemple', other: 'Une <b>boucle</b>', captions: '1' });
    assert.equal(answer.status, 422);
    assert.match(answer.body_text, /value="personne7@exemple"/);
    assert.match(answer.body_text, /Une &lt;b&gt;boucle&lt;\/b&gt;/);
    assert.match(answer.body_text, /id="name-e"/);
    assert.match(answer.body_text, /The end of the address is missing/);
    assert.match(answer.body_text, /id="agreed-e"/, 'needs ask for their own consent');
    assert.match(answer.body_text, /name="captions" value="1" checked/);
    assert.equal((await mailsTo(server, 'personne7@exemple')).length, 0);
  });
  it('says beside each field what becomes of it', async () => {
    const page = (await server.client().get('/nec/register/')).body_text;
    for (const id of ['name-h', 'email-h', 'other-h'])
      assert.match(page, new RegExp(`id="${id}">[^<]*erased`));
  });
  it('asks for a path only where one may come on site', async () => {
    assert.doesNotMatch((await server.client().get('/nec/register/')).body_text, /name="path"/);
    await setPlaces('hall', 3);
    const page = (await server.client().get('/hall/register/')).body_text;
    assert.match(page, /value="onsite"/);
    assert.match(page, /Montmoreau\. 3 places left\./);
    await setPlaces('hall', 0);
  });
  it('refuses what is too long, an unknown path, another site, a missing event and one that is over', async () => {
    assert.equal((await register('nec', { name: 'x'.repeat(81), email: 'a@example.org' })).status, 422);
    assert.equal((await register('nec', { name: 'x', email: 'a@example.org', other: 'x'.repeat(501), agreed: '1' })).status, 422);
    assert.equal((await register('nec', { name: 'x', email: 'a@example.org', other: 'x'.repeat(70000) },
      server.client())).status, 413);
    const foreign = await server.client().post('/nec/register/', { name: 'x', email: 'a@example.org' },
      { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } });
    assert.equal(foreign.status, 403);
    assert.equal((await server.client().get('/nowhere/register/')).status, 404);
    assert.match((await server.client().get('/past/register/')).body_text, /This event is over/);
    const late = await server.client().post('/past/register/', { name: 'x', email: 'late@example.org' }, { from: '/sign-in/' });
    assert.equal(late.status, 409);
    assert.equal((await mailsTo(server, 'late@example.org')).length, 0);
  });
});

describe('the mail', () => {
  it('brings the link and a calendar file, in the visitor\'s language, and nothing of what was typed', async () => {
    const french = server.client({ lang: 'fr' });
    assert.equal((await register('nec', { name: 'Achetez http://mal.example', email: 'lettre@example.org' }, french)).status, 303);
    const [mail] = await mailsTo(server, 'lettre@example.org');
    assert.match(mail.subject, /Numérique en Communs/);
    assert.doesNotMatch(mail.text, /mal\.example/);
    assert.equal(mail.links.length, 2);
    assert.equal(pathOf(mail.links[1]), '/nec/me/');
    const unfolded = mail.calendar.replaceAll('\r\n ', '');
    assert.match(unfolded, /\r\nMETHOD:PUBLISH\r\n/);
    assert.match(unfolded, /\r\nUID:event-nec@127\.0\.0\.1\r\n/);
    assert.match(unfolded, /\r\nDTSTART;VALUE=DATE:\d{8}\r\n/);
    assert.match(unfolded, /\r\nSUMMARY:Numérique en Communs\r\n/);
    assert.ok(unfolded.includes(mail.links[0]), 'the link stands in the calendar');
  });
  it('goes to an address once an hour; who registers again is told the same, and changes nothing', async () => {
    const first = await register('nec', { name: 'Première', email: 'deux@example.org' });
    const second = await register('nec', { name: 'Imposteur', email: 'DEUX@example.org' });
    const other = await register('nec', { name: 'Autre', email: 'trois@example.org' });
    assert.deepEqual([first, second, other].map((answer) => [answer.status, location(answer)]),
      Array(3).fill([303, '/nec/register/sent/']));
    assert.equal((await mailsTo(server, 'deux@example.org')).length, 1);
    const client = server.client();
    await client.useLink(await linkTo(server, 'deux@example.org'));
    assert.match((await client.get('/nec/me/')).body_text, /Hello, Première/);
  });
});

describe('the personal link', () => {
  it('lets in as often as its button is pressed, and a scanner does no harm', async () => {
    await register('nec', { name: 'Ada', email: 'ada@example.org' });
    const link = await linkTo(server, 'ada@example.org');
    const scanner = server.client();
    for (let i = 0; i < 3; i++) assert.equal((await scanner.get(pathOf(link))).status, 200);
    for (let i = 0; i < 3; i++) {
      const client = server.client();
      assert.equal(location(await client.useLink(link)), '/nec/me/now/');
      assert.equal(location(await client.get('/nec/me/now/')), '/nec/me/', 'nothing is on');
      assert.match((await client.get('/nec/me/')).body_text, /Hello, Ada/);
    }
  });
  it('confirms by that press alone: no page need follow, and a scanner that opens it confirms nothing', async () => {
    await register('nec', { name: 'Pressé', email: 'presse@example.org' });
    const link = await linkTo(server, 'presse@example.org');
    const confirmed = () => rows(server, 'SELECT confirmed_us FROM registration JOIN account ON account.id = account_id ' +
      "WHERE email = 'presse@example.org'")[0].confirmed_us;
    await server.client().head(pathOf(link));
    await server.client().get(pathOf(link));
    assert.equal(confirmed(), null);
    assert.equal((await server.client().request('POST', pathOf(link))).status, 403, 'a press without the page is none');
    assert.equal(confirmed(), null);
    await server.client().useLink(link);
    assert.notEqual(confirmed(), null);
  });
  it('confirms also for who has a greater role, who is let in by another mail', async () => {
    await owner.post('/hall/organise/team/', { email: 'parle@example.org', role: 'speaker' });
    await server.client().useLink(await linkTo(server, 'parle@example.org'));
    await register('nec', { name: 'Parle', email: 'parle@example.org' });
    assert.equal(location(await server.client().useLink(await linkTo(server, 'parle@example.org'))), '/sign-in/sent/');
    assert.equal(rows(server, 'SELECT confirmed_us IS NOT NULL AS is_so FROM registration JOIN account ON account.id = account_id ' +
      "WHERE email = 'parle@example.org'")[0].is_so, 1);
  });
  it('can be made useless, with a new one by registering again later', async () => {
    const client = await attendee('nec', 'perdu@example.org');
    const link = await linkTo(server, 'perdu@example.org');
    const answer = await client.post('/nec/me/revoke/', {}, { from: '/nec/me/' });
    assert.equal(location(answer), '/nec/me/?done=revoked');
    assert.equal((await server.client().get(pathOf(link))).status, 404);
  });
  it('is no key for who has a greater role: a sign-in link goes to the mailbox instead', async () => {
    await register('nec', { name: 'Org', email: 'org@example.org' });
    const personal = await linkTo(server, 'org@example.org');
    await owner.post('/nec/organise/team/', { email: 'org@example.org', role: 'organiser' });
    const invitation = await linkTo(server, 'org@example.org');
    await server.client().useLink(invitation);
    const thief = server.client();
    assert.equal(location(await thief.useLink(personal)), '/sign-in/sent/');
    assert.equal((await thief.get('/nec/organise/team/')).status, 403);
    assert.match((await mailsTo(server, 'org@example.org'))[0].subject, /link to sign in/);
  });
  it('without it the page asks to sign in, and comes back', async () => {
    assert.equal(location(await server.client().get('/nec/me/')), '/sign-in/?next=/nec/me/');
  });
});

describe('the personal page', () => {
  it('changes the name, and tells what is wrong', async () => {
    const client = await attendee('nec', 'nom@example.org', 'Ancien');
    assert.equal((await client.post('/nec/me/', { name: '' })).status, 422);
    assert.equal(location(await client.post('/nec/me/', { name: 'Nouveau <b>' })), '/nec/me/?done=changed');
    const page = await client.get('/nec/me/?done=changed');
    assert.match(page.body_text, /Hello, Nouveau &lt;b&gt;/);
    assert.match(page.body_text, /role="status"/);
  });
  it('keeps consent with its dates, and takes it back', async () => {
    const client = await attendee('nec', 'accord@example.org');
    assert.match((await client.get('/nec/me/')).body_text, /You have not said yes/);
    const choose = (choice) => client.post('/nec/me/consent/', { choice }, { from: '/nec/me/' });
    await choose('yes');
    const today = new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'Europe/Paris' }).format(new Date());
    assert.match((await client.get('/nec/me/')).body_text, new RegExp(`You said yes on [^<]*${today}`));
    await choose('no');
    assert.match((await client.get('/nec/me/')).body_text, new RegExp(`You withdrew it on [^<]*${today}`));
    const data = JSON.parse((await client.get('/nec/me/registration.json')).body_text);
    assert.ok(data.consent_given && data.consent_withdrawn);
    assert.equal(data.email, 'accord@example.org');
  });
  it('cancels and erases: link, name, address and session are gone, the calendar is told', async () => {
    const client = await attendee('nec', 'adieu@example.org', 'Adieu', { other: 'Une boucle', agreed: '1' });
    const link = await linkTo(server, 'adieu@example.org');
    assert.match((await owner.get('/nec/organise/registrations/')).body_text, /Une boucle/);
    assert.equal((await client.get('/nec/me/cancel/')).status, 200);
    assert.equal(location(await client.post('/nec/me/cancel/', {})), '/nec/register/cancelled/');
    assert.equal(location(await client.get('/nec/me/')), '/sign-in/?next=/nec/me/');
    assert.equal((await server.client().get(pathOf(link))).status, 404);
    const list = (await owner.get('/nec/organise/registrations/')).body_text;
    assert.doesNotMatch(list, /adieu@example\.org|Une boucle/);
    const [mail] = await mailsTo(server, 'adieu@example.org');
    assert.match(mail.calendar, /METHOD:CANCEL/);
    await attendee('nec', 'adieu@example.org', 'Retour');
  });
});

describe('two clicks from the mail', () => {
  /** A programme of one session an hour long, so many minutes from now. */
  async function importSession(slug, minutes) {
    const from = new Date(Date.now() + minutes * 60e3), day = from.toISOString().slice(0, 10);
    const clock = from.toISOString().slice(11, 16), last = new Date(+from + 864e5).toISOString().slice(0, 10);
    const xml = `<?xml version="1.0" encoding="UTF-8"?>
<schedule><version>1</version><conference><acronym>${slug}</acronym><title>Ici</title><start>${day}</start><end>${last}</end>
<days>2</days><timeslot_duration>00:05</timeslot_duration><time_zone_name>UTC</time_zone_name></conference>
<day index="1" date="${day}" start="${day}T00:00:00+00:00" end="${day}T23:59:00+00:00"><room name="Grande scène">
<event id="1" guid="7f5c1d3e-0000-4000-8000-000000000001"><date>${day}T${clock}:00+00:00</date><start>${clock}</start>
<duration>01:00</duration><room>Grande scène</room><title>Le métier &amp; la médiation</title><type>talk</type></event></room></day></schedule>`;
    const file = path.join(server.folder, `${slug}.xml`);
    await writeFile(file, xml);
    const { code, stdout, stderr } = await run('import', file, '--event', slug, '--publish', '--data', server.folder);
    assert.equal(code, 0, stdout + stderr);
  }
  it('lead into the room that is live', async () => {
    await importSession('ici', -5);
    await register('ici', { name: 'Ada', email: 'ici@example.org' });
    const client = server.client();
    assert.equal(location(await client.useLink(await linkTo(server, 'ici@example.org'))), '/ici/me/now/');
    assert.match(location(await client.get('/ici/me/now/')), /^\/ici\/live\/[a-z0-9-]+\/$/);
    const page = (await client.get('/ici/me/')).body_text;
    assert.match(page, /class="tag live"/);
    assert.match(page, /Le métier &amp; la médiation/);
    assert.match(page, /href="\/ici\/live\/[a-z0-9-]+\/"/);
  });
  it('lead to the personal page while nothing is on, which says what comes', async () => {
    await importSession('bientot', 120);
    await register('bientot', { name: 'Ada', email: 'bientot@example.org' });
    const client = server.client();
    await client.useLink(await linkTo(server, 'bientot@example.org'));
    assert.equal(location(await client.get('/bientot/me/now/')), '/bientot/me/');
    assert.match((await client.get('/bientot/me/')).body_text, /Next: Le métier &amp; la médiation/);
  });
});

describe('places on site', () => {
  it('are never oversold, whoever comes at once', async () => {
    await setPlaces('hall', 7);
    const clients = Array.from({ length: 40 }, () => server.client());
    const tokens = await Promise.all(clients.map((client) => client.token('/hall/register/')));
    const answers = await Promise.all(clients.map((client, i) => client.post('/hall/register/',
      { name: `P${i}`, email: `p${i}@example.org`, path: 'onsite' }, { token: tokens[i] })));
    const statuses = answers.map((answer) => answer.status);
    assert.equal(statuses.filter((status) => status === 303).length, 7);
    assert.equal(statuses.filter((status) => status === 409).length, 33);
    const refused = answers.find((answer) => answer.status === 409);
    assert.match(refused.body_text, /The last place on site has just been taken/);
    assert.match(refused.body_text, /value="p\d+@example\.org"/);
    assert.match((await owner.get('/hall/organise/registrations/')).body_text, />7<\/b>\s*on site, of 7 places/);
  });
  it('cannot be taken by changing one\'s mind either, and one that is given back can', async () => {
    const client = await attendee('hall', 'loin@example.org', 'Loin', { path: 'remote' });
    const full = await client.post('/hall/me/', { name: 'Loin', path: 'onsite' });
    assert.equal(full.status, 422);
    assert.match(full.body_text, /Every place on site is taken/);
    await setPlaces('hall', 8);
    assert.equal((await client.post('/hall/me/', { name: 'Loin', path: 'onsite' })).status, 303);
    assert.match((await client.get('/hall/me/')).body_text, /Registered, on site/);
    assert.equal((await client.post('/hall/me/', { name: 'Loin', path: 'remote' })).status, 303);
    assert.equal((await register('hall', { name: 'Vite', email: 'vite@example.org', path: 'onsite' })).status, 303);
  });
  it('a number that is none is told', async () => {
    for (const places of ['-1', '1e3', '100001', ''])
      assert.equal((await setPlaces('hall', places)).status, 422, places);
  });
});

it('the organisers\' list is theirs alone', async () => {
  const client = await attendee('nec', 'curieux@example.org');
  assert.equal((await client.get('/nec/organise/registrations/')).status, 403);
  assert.equal((await server.client().get('/nec/organise/registrations/')).status, 403);
  assert.equal((await owner.get('/nec/organise/registrations/')).status, 200);
});

it('a long list of people or of needs keeps to 298 nodes a page', async () => {
  await makeEvent(server, 'foule', { title: 'Foule' });
  const client = server.client();
  const token = await client.token('/foule/register/');
  for (let i = 0; i < 90; i++)
    assert.equal((await client.post('/foule/register/', { name: `P${i}`, email: `foule${i}@example.org`, other: `Besoin ${i}`,
      agreed: '1' }, { token })).status, 303);
  for (const page of [1, 2, 3]) {
    const { body_text } = await owner.get(`/foule/organise/registrations/?page=${page}`);
    const nodes = body_text.match(/<[a-z]/g).length;
    assert.ok(nodes <= 298, `${nodes} nodes`);
    assert.match(body_text, new RegExp(`foule${(page - 1) * 30}@`));
  }
});

// Last: it restarts on the same data, later.
it('what was promised is erased: needs the day after the event, the rest 30 days after it', async () => {
  await attendee('nec', 'besoin@example.org', 'Besoin', { other: 'Un siège', agreed: '1' });
  const link = pathOf(await linkTo(server, 'besoin@example.org'));
  const at = async (days) => {
    const later = await start({ folder: server.folder, env: { TRETEAU_CLOCK_OFFSET_S: String(days * DAY_S) } });
    const client = later.client(); // `treteau link` knows the true hour alone: the link comes by mail
    await client.post('/sign-in/', { email: 'owner@example.org' });
    await client.useLink(await linkTo(later, 'owner@example.org'));
    const list = (await client.get('/nec/organise/registrations/')).body_text;
    const status = (await later.client().get(link)).status;
    await later.stop({ keep: true });
    return { list, status };
  };
  const during = await at(31);
  assert.match(during.list, /Un siège/);
  assert.equal(during.status, 200);
  const afterwards = await at(33);
  assert.doesNotMatch(afterwards.list, /Un siège/);
  assert.match(afterwards.list, /besoin@example\.org|[?]page=/);
  const gone = await at(63);
  assert.match(gone.list, /Nobody has registered yet/);
  assert.equal(gone.status, 404);
});
