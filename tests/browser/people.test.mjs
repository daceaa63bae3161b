// The pages of mail, people and registration as they stand in a browser: axe and html-validate find nothing at 375 and
// 1280 pixels, and the whole way from the form to the rooms is walked with the keyboard alone.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { start, ownerClient } from '../http/support.mjs';
import { linkTo, makeEvent } from '../http/mail.mjs';
import { open_chromium } from './browsers.mjs';
import { page_findings } from './findings.mjs';

let server, window, owner;
before(async () => {
  server = await start();
  await makeEvent(server, 'nec', { title: 'Numérique en Communs' });
  owner = await ownerClient(server);
  window = await open_chromium();
});
after(async () => {
  await window?.close();
  await server?.stop();
});

/** A page of a browser that is signed in as this client is, or as nobody. */
async function pageAs(client, lang = 'fr') {
  const context = await window.browser.newContext({ locale: lang });
  for (const [name, value] of client?.cookies ?? [])
    await context.addCookies([{ name, value, url: server.origin }]);
  return context.newPage();
}

async function attendee(email, fields = {}) {
  const client = server.client();
  await client.post('/nec/register/', { name: 'Personne exemple 7', email, ...fields });
  await client.useLink(await linkTo(server, email));
  return client;
}

const none = (found) => assert.deepEqual(found, []);

it('pages for everyone have no fault', async () => {
  const page = await pageAs();
  await attendee('a@example.org');
  for (const path of ['/sign-in/', '/sign-in/sent/', '/sign-in/dead/', '/nec/register/', '/nec/register/sent/',
    '/nec/register/cancelled/', '/me/data/erased/', '/demo/mail', '/demo/mail/1/', new URL(await linkTo(server, 'a@example.org')).pathname])
    none(await page_findings(page, server.origin + path));
});

it('pages for who is signed in have no fault', async () => {
  await owner.post('/nec/organise/registrations/', { places: '30' });
  await owner.post('/nec/organise/team/', { email: 'host@example.org', role: 'host' });
  const guest = await pageAs(await attendee('b@example.org', { other: 'Une boucle', agreed: '1', path: 'onsite' }));
  for (const path of ['/nec/me/', '/nec/me/?done=changed', '/nec/me/cancel/', '/nec/me/consent/', '/me/', '/me/data/'])
    none(await page_findings(guest, server.origin + path));
  const organiser = await pageAs(owner);
  for (const path of ['/nec/organise/team/', '/nec/organise/team/?done=invited', '/nec/organise/registrations/', '/nec/register/',
    '/nec/organise/consents/', '/nec/organise/legal/', '/nec/organise/processing/', '/admin/legal/'])
    none(await page_findings(organiser, server.origin + path));
});

it('from the form to the rooms with the keyboard alone', async () => {
  const page = await pageAs();
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
  /** Tabs on until this id or text has the focus. */
  const tabTo = async (wanted) => {
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      if ((await focused()) === wanted) return;
    }
    assert.fail(`no way to ${wanted} by Tab`);
  };
  await page.goto(`${server.origin}/nec/register/`);
  await tabTo('name');
  await page.keyboard.type('Clavier');
  await tabTo('email');
  await page.keyboard.type('clavier@exemple');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#email-e');
  assert.match(await page.textContent('#email-e'), /fin de l’adresse/);
  assert.equal(await page.inputValue('#name'), 'Clavier');
  await tabTo('email');
  await page.keyboard.press('End');
  await page.keyboard.type('.org');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/register/sent/');
  await page.goto(await linkTo(server, 'clavier@exemple.org'));
  await tabTo('Entrer');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/nec/me/');
  assert.match(await page.textContent('h1'), /Bonjour, Clavier/);
  await tabTo('Entrer dans les salles');
  assert.equal(await page.evaluate(() => new URL(document.activeElement.href).pathname), '/nec/live/');
  await tabTo('Oui, on peut m’enregistrer');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/nec/me/?done=yes');
  assert.match(await page.textContent('[role=status]'), /Votre accord est gardé/);
});
