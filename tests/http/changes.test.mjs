// Who hears of what changes in the programme, of a session that is cancelled, and of a session of their own the day and the
// hour before; and what one click stops and what it does not.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { start, ownerClient } from './support.mjs';
import { makeEvent } from './mail.mjs';
import { makeTalk, rows, until } from './registration.mjs';
import { openMailbox } from '../support/mailbox.mjs';

const HOUR = 3600e6, DAY = 24 * HOUR;
// The third day from today, in the afternoon of Paris: the first session; its second day is the day after.
const first = Math.floor(Date.now() / 864e5 + 3) * DAY + 12 * HOUR;
let server, owner, mailbox, talk, other, workshop, evening;
const options = () => ({ args: ['--smtp', mailbox.url, '--mail-from', 'relais@example.org'] });
before(async () => {
  mailbox = await openMailbox();
  server = await start(options());
  await makeEvent(server, 'nec', { title: 'Numérique en Communs', first: 3 });
  talk = makeTalk(server, 'nec', 'Atelier', { start_us: first, places: 5 });
  other = makeTalk(server, 'nec', 'Ailleurs', { start_us: first + HOUR });
  workshop = makeTalk(server, 'nec', 'Tiers-lieux', { start_us: first + DAY, places: 5 });
  evening = makeTalk(server, 'nec', 'Veillée', { start_us: first + DAY + 3 * HOUR, places: 5 });
  owner = await ownerClient(server);
});
after(async () => {
  const { code, stderr } = await server.stop();
  await mailbox.close();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Sanitizer|runtime error/);
});

// Who was invited hears in the event's language.
const CHANGED = /programme has changed|programme a changé/, CANCELLED = /^(Session cancelled: |Séance annulée.: )Atelier$/;
const pathOf = (link) => new URL(link).pathname;
const code = (id) => rows(server, 'SELECT code FROM talk WHERE id = ?', id)[0].code;
const account = (email) => rows(server, 'SELECT id FROM account WHERE email = ?', email)[0].id;
const about = (who, words) => mailbox.to(who).filter((mail) => words.test(mail.subject)).length;

async function attendee(email, fields = {}) {
  assert.equal((await server.client().post('/nec/register/', { name: email.split('@')[0], email, ...fields })).status, 303);
  const client = server.client();
  await client.useLink(pathOf((await mailbox.next(email)).links[0]));
  return client;
}

async function invited(email, role, slug = 'nec') {
  await owner.post(`/${slug}/organise/team/`, { email, role });
  const client = server.client();
  await client.useLink(pathOf((await mailbox.next(email)).links[0]));
  return client;
}

/** As if the last change were eleven minutes old; waits until all of it was told and sent. */
async function told() {
  rows(server, 'UPDATE talk_change SET at_us = at_us - 660000000 WHERE told_us IS NULL');
  await until('everybody was told', () => rows(server, 'SELECT (SELECT count(*) FROM talk_change WHERE told_us IS NULL) + ' +
    "(SELECT count(*) FROM registration_news) + (SELECT count(*) FROM mail WHERE state = 'waiting') AS n")[0].n === 0, 20);
}

const change = (id, kind, was, is, count = 1) => {
  for (let i = 0; i < count; i++)
    rows(server, 'INSERT INTO talk_change(event_id, talk_id, kind, title, was, now, at_us) SELECT event_id, id, ?, title, ?, ?, ? FROM talk WHERE id = ?',
      kind, was, is, Date.now() * 1000, id);
};

describe('a change', () => {
  let placed, silent;
  before(async () => {
    placed = await attendee('place@example.org', { [`talk-${talk}`]: '1', [`talk-${workshop}`]: '1', [`talk-${evening}`]: '1' });
    silent = await attendee('muet@example.org', { [`talk-${talk}`]: '1' });
    await attendee('autre@example.org');
    await server.client().post('/nec/register/', { name: 'p', email: 'provisoire@example.org', [`talk-${talk}`]: '1' });
    const keeper = await attendee('favori@example.org');
    assert.equal((await keeper.post(`/nec/talk/${code(talk)}/keep/`, { keep: '1' })).status, 303);
    await invited('orateur@example.org', 'speaker');
    const person = rows(server, "INSERT INTO person(event_id, code, guid, name, account_id) SELECT event_id, 'ORATEU', 'oratrice', 'Oratrice', ? FROM talk WHERE id = ? RETURNING id",
      account('orateur@example.org'), talk)[0].id;
    rows(server, 'INSERT INTO talk_person(talk_id, person_id, position) VALUES(?, ?, 0)', talk, person);
    await invited('animatrice@example.org', 'host');
    await makeEvent(server, 'voisin', { title: 'Le voisin' });
    await invited('voisine@example.org', 'host', 'voisin');
  });
  const concerned = ['place@example.org', 'favori@example.org', 'orateur@example.org', 'animatrice@example.org'];

  it('is told to who has a place in the session, who marked it, who speaks in it and who hosts; to nobody else', async () => {
    change(talk, 'title', 'Atelier', 'Grand atelier');
    await told();
    for (const who of [...concerned, 'muet@example.org'])
      assert.equal(about(who, CHANGED), 1, who);
    for (const who of ['autre@example.org', 'provisoire@example.org', 'voisine@example.org'])
      assert.equal(about(who, /programme/), 0, who);
    assert.ok((await mailbox.next('place@example.org', CHANGED)).attachments.length, 'a place stands in the calendar');
    assert.equal((await mailbox.next('favori@example.org', CHANGED)).attachments.length, 0);
    change(other, 'title', 'Ailleurs', 'Là');
    await told();
    assert.deepEqual(['place@example.org', 'favori@example.org', 'orateur@example.org'].map((who) => about(who, CHANGED)), [1, 1, 1]);
  });

  it('of more than forty says how many more there are, and where', async () => {
    change(talk, 'title', 'Atelier', 'Atelier encore', 45);
    await told();
    const mail = await mailbox.next('place@example.org', /And \d+ more/);
    assert.equal(mail.text.match(/is now called/g).length, 40);
    assert.match(mail.text, /And 5 more changes\. Read them here:/);
    const link = mail.links.find((one) => one.endsWith('/nec/schedule/changes/'));
    const page = await server.client().get(pathOf(link));
    assert.equal(page.status, 200);
    assert.match(page.body_text, /Atelier encore/);
    assert.doesNotMatch(page.body_text, /organise/, 'the page of readers');
    change(talk, 'title', 'Atelier', 'Pas encore dit');
    assert.doesNotMatch((await server.client().get(pathOf(link))).body_text, /Pas encore dit/, 'what nobody was told yet is not there');
    await told();
  });

  it('can be stopped by one click, which stops what it says and nothing else', async () => {
    const raw = (await mailbox.next('muet@example.org', CHANGED)).raw.replaceAll(/\r\n[ \t]/g, ' ');
    const [, url] = raw.match(/^List-Unsubscribe: <([^>]+)>/m);
    const click = await fetch(server.origin + pathOf(url), { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) });
    assert.equal(click.status, 200);
    const before_click = about('muet@example.org', CHANGED);
    change(talk, 'room', 'Scène', 'Jardin');
    await told();
    assert.equal(about('muet@example.org', CHANGED), before_click, 'no news');
    assert.equal(about('place@example.org', CHANGED), before_click + 1, 'of this person alone');
    // what concerns the own place, the own address and the own registration still comes
    await silent.post('/nec/me/place/', { act: `take-${workshop}` }, { from: '/nec/me/' });
    await mailbox.next('muet@example.org', /Your sessions[\s\S]*Tiers-lieux/);
    await silent.post('/nec/me/place/', { act: `leave-${workshop}` }, { from: '/nec/me/' });
    await mailbox.next('muet@example.org', /Place given back/);
    await silent.post('/nec/me/address/', { email: 'muet2@example.org' });
    await mailbox.next('muet2@example.org', /Is this your address/);
    const since = mailbox.mails.length;
    rows(server, 'UPDATE registration SET mailed_us = 0 WHERE account_id = ?', account('muet@example.org'));
    await server.client().post('/nec/register/', { name: 'muet', email: 'muet@example.org' });
    assert.equal((await mailbox.next('muet@example.org', /You are registered/, { since })).headers.get('list'), undefined);
  });

  it('that cancels a session takes it out of the calendar of who had a place, also of who wants no news', async () => {
    const page = `/nec/organise/session/${code(talk)}/`;
    assert.equal((await owner.post(`${page}act/`, { act: 'cancel' }, { from: page })).status, 303);
    await told();
    for (const who of [...concerned, 'muet@example.org'])
      assert.equal(about(who, CANCELLED), 1, who);
    for (const who of ['place@example.org', 'muet@example.org']) {
      const calendar = (await mailbox.next(who, /cancelled/)).attachments[0].content.toString();
      assert.match(calendar, /METHOD:CANCEL/);
      assert.match(calendar, /STATUS:CANCELLED/);
    }
    assert.equal((await mailbox.next('muet@example.org', /cancelled/)).headers.get('list'), undefined, 'this is no news to unsubscribe from');
    assert.equal(about('autre@example.org', /cancelled/), 0);
    assert.equal(about('provisoire@example.org', /cancelled/), 0);
    assert.match((await placed.get('/nec/me/')).body_text, /Atelier/);
  });
});

describe('a session with a place', () => {
  const clockAt = async (time_us) => {
    await server.stop({ keep: true });
    server = await start({ ...options(), folder: server.folder, env: { TRETEAU_CLOCK_OFFSET_S: String(Math.round(time_us / 1e6 - Date.now() / 1000)) } });
  };
  const sent = () => until('all is sent', () => rows(server, "SELECT count(*) AS n FROM mail WHERE state = 'waiting'")[0].n === 0);

  it('is reminded of the day before, all those of a day in one mail, with the calendar; only who has a place', async () => {
    await attendee('soir@example.org', { [`talk-${evening}`]: '1' });
    await clockAt(first + 60e6);
    const mail = await mailbox.next('place@example.org', /You have a place tomorrow|you have a place tomorrow/);
    assert.equal(mail.subject, 'Tomorrow: Numérique en Communs');
    assert.match(mail.text, /Tiers-lieux, [\s\S]*Veillée, /);
    assert.match(mail.attachments[0].content.toString(), /METHOD:PUBLISH[\s\S]*Tiers-lieux/);
    assert.match(mail.raw, /^List-Unsubscribe: /m);
    await clockAt(first + 3 * HOUR + 60e6);
    assert.equal((await mailbox.next('soir@example.org', /you have a place tomorrow/)).subject, 'Tomorrow: Veillée', 'its own hour has come');
    await sent();
    assert.equal(mailbox.to('place@example.org').filter((one) => /you have a place tomorrow/.test(one.text)).length, 1, 'once for both');
    for (const who of ['autre@example.org', 'muet@example.org', 'favori@example.org'])
      assert.equal(mailbox.to(who).filter((one) => /tomorrow:/.test(one.text)).length, 0, who);
  });

  it('and the hour before, with the way in', async () => {
    await clockAt(first + DAY - HOUR + 60e6);
    const mail = await mailbox.next('place@example.org', /In one hour: Tiers-lieux/);
    assert.match(mail.text, /You have a place/);
    const visitor = server.client();
    await visitor.useLink(pathOf(mail.links[0]));
    assert.equal((await visitor.get('/nec/me/')).status, 200);
    await clockAt(first + DAY - HOUR + 120e6);
    await sent();
    assert.equal(about('place@example.org', /In one hour: Tiers-lieux/), 1, 'once, whatever restarts');
    assert.equal(about('autre@example.org', /In one hour: Tiers-lieux/), 0);
  });
});
