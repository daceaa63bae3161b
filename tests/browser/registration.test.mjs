// Sessions with limited places with the keyboard alone, at 375 pixels: in line by the form, the offer of the mail accepted
// on one's page. The pages of it have no fault at both widths.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { start, ownerClient } from '../http/support.mjs';
import { linkTo, mailsTo, makeEvent } from '../http/mail.mjs';
import { makeTalk, rows } from '../http/registration.mjs';
import { open_chromium } from './browsers.mjs';
import { page_findings } from './findings.mjs';

let server, window, owner, talk;
before(async () => {
  server = await start();
  await makeEvent(server, 'nec', { title: 'Numérique en Communs' });
  talk = makeTalk(server, 'nec', 'Comment animer un réseau de médiation numérique ?', { places: 1 });
  makeTalk(server, 'nec', 'Les indispensables pour être médiateur numérique', { places: 12, days: 30.1 });
  owner = await ownerClient(server);
  window = await open_chromium();
});
after(async () => {
  await window?.close();
  await server?.stop();
});

async function pageAs(client, width = 1280, locale = 'fr') {
  const context = await window.browser.newContext({ locale, viewport: { width, height: 800 } });
  for (const [name, value] of client?.cookies ?? []) await context.addCookies([{ name, value, url: server.origin }]);
  return context.newPage();
}

const none = (found) => assert.deepEqual(found, []);

async function attendee(email, fields = {}) {
  const client = server.client();
  await client.post('/nec/register/', { name: 'Personne exemple 1', email, ...fields });
  await client.useLink(await linkTo(server, email));
  await client.get('/nec/me/now/');
  return client;
}

it('from the form into the line, and from the mail to the place, with the keyboard alone', async () => {
  const holder = await attendee('tient@example.org', { [`talk-${talk}`]: '1' });
  const page = await pageAs(null, 375);
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
  const tabTo = async (wanted) => {
    for (let i = 0; i < 60 && !wanted.test(await focused()); i++) await page.keyboard.press('Tab');
    assert.match(await focused(), wanted);
  };
  await page.goto(`${server.origin}/nec/register/`);
  await tabTo(/^name$/);
  await page.keyboard.type('Personne exemple 7');
  await tabTo(/^email$/);
  await page.keyboard.type('file@example.org');
  await tabTo(new RegExp(`^talk-${talk}$`));
  await page.keyboard.press('Space');
  await tabTo(/M’inscrire/);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/register/sent/');
  await page.goto(await linkTo(server, 'file@example.org'));
  await tabTo(/^Entrer/);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/nec/me/');
  await page.getByText('Dans la file : numéro 1').waitFor();
  await holder.post('/nec/me/place/', { act: `leave-${talk}` }, { from: '/nec/me/' });
  const [offer] = await mailsTo(server, 'file@example.org');
  assert.match(offer.subject, /C’est votre tour/);
  await page.goto(offer.links[0]);
  await tabTo(/^Entrer/);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/nec/me/');
  await tabTo(/^Accepter la place$/);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/nec/me/?done=place');
  await page.getByText('Vous avez une place', { exact: true }).waitFor();
});

it('the pages have no fault', async () => {
  await owner.post('/nec/organise/registrations/settings/', { places: '10', offer_hours: '24', onsite_text: 'Portes à 9 h.' });
  await owner.post('/nec/organise/questions/', { kind: 'choices', label: 'Vos thèmes', choices: 'Réseaux\nCommuns' });
  await owner.post('/nec/organise/questions/', { kind: 'choice', label: 'Votre repas', choices: 'Midi\nSoir', help: 'Pour la cuisine.' });
  const guest = await pageAs(await attendee('voit@example.org', { path: 'remote', [`talk-${talk}`]: '1' }));
  for (const path of ['/nec/register/', '/nec/me/', '/nec/me/sessions/']) none(await page_findings(guest, server.origin + path));
  const [{ id }] = rows(server, 'SELECT max(id) AS id FROM registration');
  const [{ id: question }] = rows(server, 'SELECT id FROM registration_question LIMIT 1');
  const organiser = await pageAs(owner);
  for (const path of ['registrations/', `registrations/${id}/`, 'registrations/settings/',
    `questions/${question}/`, 'mails/'])
    none(await page_findings(organiser, `${server.origin}/nec/organise/${path}`));
  if (process.env.SHOTS)
    for (const [page, name, path] of [[guest, 'register', 'register/'], [guest, 'me', 'me/'], [guest, 'sessions', 'me/sessions/'], [organiser, 'list', 'organise/registrations/'],
      [organiser, 'settings', 'organise/registrations/settings/'], [organiser, 'questions', 'organise/questions/'], [organiser, 'mails', 'organise/mails/']])
      for (const width of [375, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(`${server.origin}/nec/${path}`);
        await page.screenshot({ path: `${process.env.SHOTS}/${name}-${width}.png`, fullPage: true });
      }
});

it('what one seldom sees has no fault either, in French and in English', async () => {
  const guest = await attendee('rare@example.org', { path: 'remote', captions: '1', agreed: '1' });
  await owner.post('/nec/organise/team/', { email: 'oratrice@example.org', role: 'speaker' });
  const speaker = server.client();
  await speaker.useLink(await linkTo(server, 'oratrice@example.org'));
  rows(server, "INSERT INTO person(event_id, code, guid, name, account_id) SELECT event.id, 'ORATRI', 'oratrice', 'Oratrice', account.id " +
    "FROM event, account WHERE slug = 'nec' AND email = 'oratrice@example.org'");
  const table = new FormData();
  table.set('file', new Blob(['Name,Biography,E-mail\nAda Exemple,Écrit des <b>programmes</b>,ada@example.org\n,sans nom,\n']), 'people.csv');
  const preview = (await owner.post('/nec/organise/import/', table)).headers.get('location');
  assert.match(preview, /\/organise\/import\/\w+/);
  rows(server, "INSERT INTO talk_change(event_id, talk_id, kind, title, was, now, at_us, told_us) SELECT event_id, id, 'title', title, 'Avant', title, 1, 2 FROM talk WHERE id = ?", talk);
  const pages = [[guest, '/nec/me/address/'], [guest, '/nec/me/answers/'], [guest, '/nec/schedule/changes/'], [guest, '/nec/accessibility/'],
    [speaker, '/nec/me/speaker/'], [owner, '/nec/organise/registrations/add/'], [owner, preview]];
  for (const locale of ['fr', 'en'])
    for (const [client, address] of pages) {
      const page = await pageAs(client, 1280, locale);
      none(await page_findings(page, server.origin + address));
      assert.equal(await page.getAttribute('html', 'lang'), locale, address);
      for (const width of process.env.SHOTS ? [375, 1280] : []) {
        await page.setViewportSize({ width, height: 800 });
        await page.screenshot({ path: `${process.env.SHOTS}/${address.split('/').slice(2, -1).join('-').slice(0, 30)}-${locale}-${width}.png`, fullPage: true });
      }
      await page.context().close();
    }
});
