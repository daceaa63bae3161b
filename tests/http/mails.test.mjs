// Mails as a relay gets them: confirmation, reminders by the clock, changes, one-click unsubscribe, the queue, and case 14.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { start, ownerClient } from './support.mjs';
import { makeEvent } from './mail.mjs';
import { makeTalk, rows, until } from './registration.mjs';
import { openMailbox } from '../support/mailbox.mjs';

let server, owner, mailbox, refusing = '', refusal = 'no such mailbox here';
const options = () => ({ args: ['--smtp', mailbox.url, '--mail-from', 'relais@example.org'] });
before(async () => {
  mailbox = await openMailbox({ refuse: (to) => (to === refusing ? refusal : undefined) });
  server = await start(options());
  await makeEvent(server, 'nec', { title: 'Numérique en Communs', first: 2 });
  owner = await ownerClient(server);
});
after(async () => {
  const { code, stderr } = await server.stop();
  await mailbox.close();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
  assert.doesNotMatch(stderr, /@example\.org/, 'no address in the log');
});

const pathOf = (link) => new URL(link).pathname;
const at = (time_us) => Math.round(time_us / 1e6 - Date.now() / 1000);

/** Restarts so that the server's clock shows that time. */
async function clockAt(time_us) {
  await server.stop({ keep: true });
  server = await start({ ...options(), folder: server.folder, env: { TRETEAU_CLOCK_OFFSET_S: String(at(time_us)) } });
}

async function attendee(email, fields = {}, { slug = 'nec', lang = 'en' } = {}) {
  const visitor = server.client({ lang });
  assert.equal((await visitor.post(`/${slug}/register/`, { name: email.split('@')[0], email, ...fields })).status, 303);
  const mail = await mailbox.next(email);
  const client = server.client({ lang });
  await client.useLink(pathOf(mail.links[0]));
  return client;
}

// The first session: the day after tomorrow at noon in Paris or an hour beside it.
const noon = Math.floor(Date.now() / 864e5 + 2) * 864e5 * 1000 + 11 * 3600e6;

it('a confirmation has text, HTML and a calendar, and no unsubscribe: nobody is subscribed to anything', async () => {
  await attendee('lettre@example.org', {}, { lang: 'fr' });
  const mail = await mailbox.next('lettre@example.org');
  assert.match(mail.text, /Confirmez-le dans les 24 heures/);
  assert.match(mail.html, /<html lang="fr">/);
  assert.ok(mail.html.includes(`<a href="${mail.links[0]}">`));
  assert.match(mail.attachments[0].content.toString(), /METHOD:PUBLISH/);
  assert.equal(mail.headers.get('list'), undefined);
  assert.equal(mail.headers.get('auto-submitted'), 'auto-generated');
});

it('an address gets one confirmation an hour over all events; the next leaves when the first is answered', async () => {
  const asks = async (slug) => {
    const client = server.client();
    assert.equal((await client.post(`/${slug}/register/`, { name: 'Trop', email: 'trop@example.org' })).headers.get('location'), `/${slug}/register/sent/`);
  };
  const slugs = ['deux', 'trois', 'quatre', 'cinq', 'six', 'sept', 'huit'];
  for (const slug of ['un', ...slugs]) await makeEvent(server, slug, { first: 20 });
  await asks('un');
  const first = await mailbox.next('trop@example.org', /Event un/);
  for (const slug of slugs) await asks(slug);
  const queue = () => rows(server, "SELECT state, (next_us - created_us) / 3600000000.0 AS hours FROM mail WHERE recipient = 'trop@example.org' ORDER BY id");
  const [, ...waiting] = queue();
  assert.equal(waiting.length, 5, 'so many wait; more are not kept');
  waiting.forEach(({ state, hours }, i) => {
    assert.equal(state, 'waiting');
    assert.ok(Math.abs(hours - i - 1) < 0.01, `number ${i + 1} leaves in ${hours} hours`);
  });
  assert.match((await owner.get('/deux/organise/mails/')).body_text, /leaves on [^<]*one an hour/);
  await owner.post('/deux/organise/mails/', { retry: 'all' });
  assert.ok(queue()[1].hours > 0.9, 'an organiser cannot send it sooner either');
  const scanner = server.client();
  await scanner.get(pathOf(first.links[0]));
  assert.equal(queue().filter((mail) => mail.state === 'waiting').length, 5, 'a page that is opened is no answer');
  await server.client().useLink(pathOf(first.links[0]));
  const second = await mailbox.next('trop@example.org', /Event deux/);
  assert.equal(mailbox.to('trop@example.org').length, 2, 'one answer, one mail');
  const person = server.client();
  await person.useLink(pathOf(second.links[0]));
  await mailbox.next('trop@example.org', /Event trois/);
  await person.post('/sept/register/', { name: 'Trop', email: 'trop@example.org' });
  await mailbox.next('trop@example.org', /Event sept/);
  assert.equal(mailbox.to('trop@example.org').length, 4, 'who is signed in gets theirs at once');
});

describe('by the clock', () => {
  let talk;
  before(async () => {
    talk = makeTalk(server, 'nec', 'Ouverture', { start_us: noon, places: 30 });
    await attendee('ada@example.org', { [`talk-${talk}`]: '1' });
    await attendee('bob@example.org', {}, { lang: 'fr' });
  });
  const about = (who, words) => mailbox.to(who).filter((mail) => words.test(mail.subject)).length;

  it('a day before everybody is reminded, once, in their own language, with the way in and the calendar', async () => {
    await clockAt(noon - 86400e6 + 60e6);
    const mail = await mailbox.next('ada@example.org', /Tomorrow: Num/);
    assert.match(mail.text, /Ouverture, .*: you have a place/);
    assert.match(mail.attachments[0].content.toString(), /METHOD:PUBLISH/);
    assert.match((await mailbox.next('bob@example.org', /Demain.: /)).text, /Votre entrée/);
    const visitor = server.client();
    await visitor.useLink(pathOf(mail.links[0]));
    assert.equal((await visitor.get('/nec/me/')).status, 200, 'its link lets in');
  });
  it('one click and no reminder comes any more (RFC 8058); the button does the same, and takes it back', async () => {
    const mail = await mailbox.next('bob@example.org', /Demain.: /);
    const raw = mail.raw.replaceAll(/\r\n[ \t]/g, ' ');
    const [, url] = raw.match(/^List-Unsubscribe: <([^>]+)>/m);
    assert.match(raw, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    const path = pathOf(url);
    const page = server.client();
    assert.match((await page.get(path)).body_text, /No more reminders\?/);
    assert.equal(rows(server, 'SELECT count(*) AS n FROM registration_quiet WHERE quiet_us IS NOT NULL')[0].n, 0, 'GET stops nothing');
    const click = await fetch(server.origin + path, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) });
    assert.equal(click.status, 200);
    assert.match((await page.get(path)).body_text, /Send them to me after all/);
    await page.post(path, { again: '1' });
    await page.post(path, {});
    assert.equal(rows(server, 'SELECT count(*) AS n FROM registration_quiet WHERE quiet_us IS NOT NULL')[0].n, 1);
    assert.equal((await page.get('/nec/unsubscribe/0123456789abcdef/')).status, 404);
  });
  it('an hour before once more, whatever was restarted or killed; who wants none gets none', async () => {
    await server.kill();
    server = await start({ ...options(), folder: server.folder, env: { TRETEAU_CLOCK_OFFSET_S: String(at(noon - 3600e6 + 60e6)) } });
    await mailbox.next('ada@example.org', /In one hour: /);
    await clockAt(noon - 3600e6 + 90e6);
    await until('bob\'s turn has passed', () =>
      rows(server, "SELECT count(*) AS n FROM registration_told WHERE what = 'hour'")[0].n === 3);
    assert.equal(about('ada@example.org', /Tomorrow/), 1);
    assert.equal(about('ada@example.org', /In one hour/), 1);
    assert.equal(about('bob@example.org', /Dans une heure/), 0);
  });
  it('what changed is told to those with a place, in one mail, ten minutes later; the calendar follows', async () => {
    const now = noon - 3600e6 + 120e6;
    const iso = (time_us) => new Date(time_us / 1000).toISOString().replace('.000', '');
    const event = rows(server, "SELECT id FROM event WHERE slug = 'nec'")[0].id;
    const change = (kind, was, is) => rows(server, 'INSERT INTO talk_change(event_id, talk_id, kind, title, was, now, at_us) ' +
      "VALUES(?, ?, ?, 'Ouverture', ?, ?, ?)", event, talk, kind, was, is, now);
    rows(server, 'UPDATE talk SET start_us = start_us + 7200000000, end_us = end_us + 7200000000, sequence = 2 WHERE id = ?', talk);
    change('moved', `${iso(noon)}/${iso(noon + 3600e6)}`, `${iso(noon + 7200e6)}/${iso(noon + 10800e6)}`);
    change('room', 'Petite scène', 'Grande scène');
    await clockAt(now + 660e6);
    const mail = await mailbox.next('ada@example.org', /The programme has changed/);
    assert.match(mail.text, /“Ouverture” is now on .*\(before: /);
    assert.match(mail.text, /is now in “Grande scène” \(before: “Petite scène”\)/);
    const calendar = mail.attachments[0].content.toString().replaceAll('\r\n ', '');
    assert.match(calendar, /METHOD:PUBLISH/);
    assert.match(calendar, /SEQUENCE:2/);
    assert.equal(about('ada@example.org', /programme has changed/), 1);
    assert.equal(about('lettre@example.org', /programme/), 0, 'who has no place in it is left alone');
  });
  it('an event that is cancelled is told to everybody, also to who wants no news, and taken out of calendars', async () => {
    owner = await ownerClientByMail();
    assert.equal((await owner.post('/nec/organise/cancel-event/', { slug: 'necx' }, { from: '/nec/organise/registrations/settings/' })).status, 422);
    await owner.post('/nec/organise/cancel-event/', { slug: 'nec' }, { from: '/nec/organise/registrations/settings/' });
    assert.match((await server.client().get('/nec/register/')).body_text, /This event will not take place/);
    await clockAt(noon);
    for (const who of ['ada@example.org', 'bob@example.org', 'lettre@example.org'])
      assert.match((await mailbox.next(who, /will not take place|aura pas lieu/)).attachments[0].content.toString(), /METHOD:CANCEL/);
  });
  /** `treteau link` knows the true hour alone: with a shifted clock the link comes by mail. */
  async function ownerClientByMail() {
    const client = server.client();
    const since = mailbox.mails.length;
    await client.post('/sign-in/', { email: 'owner@example.org' });
    await client.useLink(pathOf((await mailbox.next('owner@example.org', /(?:)/, { since })).links[0]));
    return client;
  }
});

it('case 14: header injection and a lone dot: each mail is one message to one person', async () => {
  await until('nothing waits to be sent any more', () => rows(server, "SELECT count(*) AS n FROM mail WHERE state = 'waiting'")[0].n === 0);
  await clockAt(Date.now() * 1000);
  await makeEvent(server, 'piege', { title: 'Titre\r\nBcc: vole@evil.example\r\n\r\nCorps\n.\nQUIT' });
  const talk = makeTalk(server, 'piege', 'Séance\r\nBcc: vole@evil.example\r\n.\r\nMAIL FROM:<x@evil.example>', { places: 5 });
  rows(server, "UPDATE event SET contact = ? WHERE slug = 'piege'", 'a@example.org\r\nBcc: vole@evil.example');
  const since = mailbox.mails.length;
  const name = 'Nom\r\nBcc: vole@evil.example\r\n.\r\nQUIT';
  assert.equal((await server.client().post('/piege/register/', { name, email: 'cible@example.org' })).status, 422, 'a name is one line');
  await attendee('cible@example.org', { name: 'Nom Bcc: vole@evil.example', [`talk-${talk}`]: '1' }, { slug: 'piege' });
  const mail = await mailbox.next('cible@example.org', /Your sessions/);
  const got = mailbox.mails.slice(since);
  assert.deepEqual(got.map((one) => one.recipients), [['cible@example.org'], ['cible@example.org']]);
  for (const one of got) {
    assert.equal(one.bcc, undefined);
    assert.equal(one.replyTo, undefined, 'what is no address is nobody\'s');
    assert.equal(one.from.value[0].address, 'relais@example.org');
    assert.doesNotMatch(one.raw.split('\r\n\r\n')[0], /^Bcc:/mi);
    assert.doesNotMatch(one.raw, /[^\r]\n/, 'no bare LF');
  }
  assert.match(mail.text, /\n\.\n/, 'the lone dot is a line of the text');
  assert.match(mail.text, /MAIL FROM:<x@evil\.example>/, 'and so is what follows it');
  assert.equal(mailbox.to('vole@evil.example').length, 0);
});

it('the queue shows what the relay refused, in its words, and tries again when asked', async () => {
  owner = await ownerClient(server);
  await makeEvent(server, 'file', { title: 'La file' });
  refusing = 'refus@example.org';
  await server.client().post('/file/register/', { name: 'Refus', email: refusing });
  await until('it is refused', () => rows(server, "SELECT state FROM mail WHERE recipient = 'refus@example.org'")[0]?.state === 'refused');
  const page = (await owner.get('/file/organise/mails/?state=refused')).body_text;
  assert.match(page, /refus@example\.org/);
  assert.match(page, /the relay says: [^<]*550|the relay says: [^<]*no such mailbox/);
  refusing = '';
  const { id } = rows(server, "SELECT id FROM mail WHERE recipient = 'refus@example.org'")[0];
  const elsewhere = await owner.post('/nec/organise/mails/', { retry: String(id) });
  assert.equal(elsewhere.status, 404, 'another event\'s mail is not there');
  assert.equal((await owner.post('/file/organise/mails/', { retry: String(id) }, { from: '/file/organise/mails/' })).status, 303);
  await mailbox.next('refus@example.org', /La file/);
  await until('it is sent', () => rows(server, 'SELECT state FROM mail WHERE id = ?', id)[0].state === 'sent');
  assert.match((await owner.get('/file/organise/mails/')).body_text, /Sent: 1/);
});

it('what the relay cannot take now waits 1, 5, 30 minutes, then three hours; the queue says so, and gives up after four days', async () => {
  refusing = 'tard@example.org';
  refusal = [451, 'try again later, greylisted'];
  await server.client().post('/file/register/', { name: 'Tard', email: refusing });
  const row = () => rows(server, "SELECT id, state, tries, (next_us - ?) / 60e6 AS minutes FROM mail WHERE recipient = 'tard@example.org'", Date.now() * 1000)[0];
  const tried = (tries) => until(`it was tried ${tries} times`, () => row().tries === tries);
  const again = () => owner.post('/file/organise/mails/', { retry: String(row().id) }, { from: '/file/organise/mails/' });
  for (const [i, minutes] of [1, 5, 30, 180].entries()) {
    if (i > 0) await again();
    await tried(i + 1);
    const { state, minutes: left } = row();
    assert.equal(state, 'waiting');
    assert.ok(left > minutes - 0.7 && left <= minutes, `${left} of ${minutes} minutes`);
  }
  const page = (await owner.get('/file/organise/mails/?state=waiting')).body_text;
  assert.match(page, /tard@example\.org/);
  assert.match(page, /the relay says: [^<]*(451|greylisted)/);
  assert.match(page, /next try: /);
  assert.match(page, new RegExp(`name="retry" value="${row().id}"[^>]*>Try again<`));
  assert.equal(mailbox.to(refusing).length, 0);
  rows(server, 'UPDATE mail SET tries = 32, next_us = 0 WHERE id = ?', row().id);
  await until('it is given up', () => row().state === 'refused');
  assert.match((await owner.get('/file/organise/mails/?state=refused')).body_text, /tard@example\.org/);
  refusing = '';
  await again();
  await mailbox.next('tard@example.org', /La file/);
});
