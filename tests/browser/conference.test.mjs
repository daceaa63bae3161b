// An organiser's pages of an event in a browser: a photograph is made smaller before it is sent, and the event's own
// colour reaches its pages under the strict policy. (pages.test.mjs looks at the pages themselves.)
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { jpeg } from '../http/pictures.mjs';
import { ownerClient, start } from '../http/support.mjs';
import { missing, open_chromium } from './browsers.mjs';

describe('an event in the browser', { skip: missing('chromium') }, () => {
  let server, window, owner, page, folder;
  before(async () => {
    server = await start();
    owner = await ownerClient(server);
    assert.equal((await owner.post('/admin/events/new/', { title: 'Rencontres', slug: 'ev', first_day: '2032-01-01',
      last_day: '2032-01-02', zone: 'Europe/Paris', lang: 'fr' })).status, 303);
    window = await open_chromium();
    folder = await mkdtemp(path.join(tmpdir(), 'treteau-conference-'));
    const context = await window.browser.newContext({ locale: 'fr' });
    for (const [name, value] of owner.cookies) await context.addCookies([{ name, value, url: server.origin }]);
    page = await context.newPage();
  });
  after(async () => {
    await window?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('a photograph is made smaller before it is sent', async () => {
    const file = path.join(folder, 'photo.jpg'), photo = jpeg({ width: 2600, height: 1300, secret: 'x'.repeat(60_000) });
    // what a camera writes is heavier than one colour: bytes behind the end count for the size and are dropped
    await writeFile(file, Buffer.concat([photo, Buffer.alloc(900_000)]));
    await page.goto(`${server.origin}/ev/organise/look/`);
    await page.setInputFiles('#logo', file);
    await page.waitForFunction(() => document.querySelector('#logo').files[0].size < 500_000);
    assert.equal(await page.evaluate(() => document.querySelector('#logo').files[0].name), 'photo.jpg');
    await Promise.all([page.waitForNavigation(), page.click('main form .btn.main')]);
    const shown = await page.evaluate(async () => {
      const logo = document.querySelector('img.logo');
      await logo.decode();
      return [logo.naturalWidth, logo.naturalHeight];
    });
    assert.deepEqual(shown, [320, 160]);
  });

  it('its own colour reaches every page of it, under the strict policy', async () => {
    const refused = [];
    page.on('console', (message) => /Content.Security/i.test(message.text()) && refused.push(message.text()));
    await page.goto(`${server.origin}/ev/organise/look/`);
    await page.check('[name=theme][value=own]');
    await page.fill('#accent', '#c8506e');
    await Promise.all([page.waitForNavigation(), page.click('main form .btn.main')]);
    const offer = await page.getAttribute('[name=take]', 'value');
    await Promise.all([page.waitForNavigation(), page.click('[name=take]')]);
    for (const address of ['/ev/', '/ev/organise/', '/ev/organise/team/', '/ev/live/']) {
      await page.goto(server.origin + address);
      const accent = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--accent').trim());
      assert.equal(accent, offer, address);
    }
    assert.deepEqual(refused, []);
  });
});
