// The programme's pages: axe and html-validate at 375 and 1280 pixels, and a journey by keyboard alone.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chromium } from 'playwright-core';
import { ownerClient, run, start } from '../http/support.mjs';
import { CHROMIUM } from './browsers.mjs';
import { dark_findings, page_findings } from './findings.mjs';

let server, browser, folder, talk, speaker;

/** Three rooms, a plenary, a break, workshops side by side: what makes a grid. */
const file = (day) => `<?xml version="1.0" encoding="UTF-8"?>
<schedule><version>3</version><conference><title>Rencontres</title><time_zone_name>Europe/Paris</time_zone_name></conference>
<day index="1" date="${day}">
<room name="Grande scène">
<event id="1"><title>Ouverture</title><start>09:00</start><duration>1:00</duration><type>Plénière</type><language>fr</language>
<abstract>Un *mot* d’accueil.

- un
- deux</abstract><persons><person id="1">Personne exemple 1</person><person id="2">Personne exemple 2</person></persons>
<links><link href="https://exemple.fr/">Le site</link><link href="ipns://nulle-part">Ailleurs</link></links>
<attachments><attachment href="https://exemple.fr/a.pdf">Le support</attachment></attachments></event>
<event id="2"><title>Pause</title><start>10:00</start><duration>0:30</duration><type>pause</type></event></room>
<room name="La Parenthèse"><event id="3"><title>Atelier long</title><start>10:30</start><duration>2:00</duration><type>Atelier</type>
<track>Métiers</track></event></room>
<room name="L’Annexe"><event id="4"><title>Table</title><start>10:30</start><duration>1:00</duration><type>Table ronde</type>
<track>Réseaux</track></event>
<event id="5"><title>Suite</title><start>11:30</start><duration>1:00</duration><type>Atelier</type></event></room>
</day></schedule>`;

/** A page signed in as the client is. */
async function signed_in(client) {
  const context = await browser.newContext({ locale: 'fr-FR' });
  await context.addCookies([...client.cookies].map(([name, value]) => ({ name, value, url: server.origin })));
  return context.newPage();
}

before(async () => {
  server = await start();
  folder = await mkdtemp(path.join(tmpdir(), 'treteau-pages-'));
  const soon = new Date(Date.now() + 20 * 864e5).toISOString().slice(0, 10);
  await writeFile(path.join(folder, 'a.xml'), file(soon));
  const done = await run('import', path.join(folder, 'a.xml'), '--event', 'rencontres', '--publish', '--data', server.folder);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  browser = await chromium.launch({ executablePath: CHROMIUM });
  const visitor = server.client();
  talk = (await visitor.get('/rencontres/schedule/?q=ouverture')).body_text.match(/\/rencontres\/talk\/[0-9A-Z]{6}\//)[0];
  speaker = (await visitor.get(talk)).body_text.match(/\/rencontres\/speaker\/[0-9A-Z]{6}\//)[0];
});
after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
  await server.stop();
});

describe('pages of the programme', () => {
  it('have no finding of axe or html-validate at 375 and 1280 pixels, light and dark', async () => {
    const addresses = ['/', '/rencontres/', '/rencontres/schedule/', '/rencontres/schedule/?q=atelier',
      '/rencontres/schedule/?q=rien', '/rencontres/schedule/rooms/', '/rencontres/schedule/tracks/', talk,
      '/rencontres/speakers/', speaker];
    const found = [], page = await browser.newPage({ locale: 'fr-FR', colorScheme: 'light' });
    for (const address of addresses)
      found.push(...await page_findings(page, server.origin + address), ...await dark_findings(page));
    await page.close();
    assert.deepEqual(found, []);
  });
  it('of the organisers have none either, filled or faulty', async () => {
    const page = await signed_in(await ownerClient(server)), found = [];
    for (const address of ['/', '/rencontres/organise/', '/rencontres/organise/event/', '/rencontres/organise/import/',
      '/admin/events/new/'])
      found.push(...await page_findings(page, server.origin + address));
    assert.deepEqual(found, []);
  });
});

describe('by keyboard alone', () => {
  it('a session is found by a word and opened', async () => {
    const page = await browser.newPage({ locale: 'fr-FR' });
    await page.goto(`${server.origin}/rencontres/schedule/`);
    const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
    for (let i = 0; i < 30 && await focused() !== 'q'; i++) await page.keyboard.press('Tab');
    await page.keyboard.type('annexe table');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=annexe\+table/);
    for (let i = 0; i < 40 && await focused() !== 'Table'; i++) await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Table');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/talk\//);
    assert.equal(await page.locator('h1').textContent(), 'Table');
  });
  it('an organiser publishes, takes back and imports by a file', async () => {
    const page = await signed_in(await ownerClient(server));
    await page.goto(`${server.origin}/rencontres/organise/`);
    await page.getByRole('button', { name: 'Retirer' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Non publié').waitFor();
    await page.getByRole('button', { name: 'Publier' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Publié : chacun le trouve').waitFor();
    await page.goto(`${server.origin}/rencontres/organise/import/`);
    await page.getByLabel('Fichier').setInputFiles(path.join(folder, 'a.xml'));
    await page.getByRole('button', { name: 'Voir ce que cela ferait' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('5 séances : 0 nouvelles, 0 modifiées, 5 inchangées').waitFor();
    await page.getByRole('link', { name: 'Un autre fichier' }).click();
    await page.getByLabel('Fichier').setInputFiles(path.join(folder, 'a.xml'));
    await page.getByRole('button', { name: 'Importer tout de suite' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('C’est importé.').waitFor();
  });
});
