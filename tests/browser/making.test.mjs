// Making a programme: axe and html-validate on its pages at 375 and 1280 pixels; by keyboard alone a session is made, moved
// in the grid, and kept by a visitor; a reader elsewhere reads their own hour.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chromium } from 'playwright-core';
import { ownerClient, run, start } from '../http/support.mjs';
import { CHROMIUM } from './browsers.mjs';
import { page_findings } from './findings.mjs';

let server, browser, folder, owner, code;
const day = new Date(Date.now() + 20 * 864e5).toISOString().slice(0, 10);
const file = `<?xml version="1.0" encoding="UTF-8"?>
<schedule><version>3</version><conference><title>Rencontres</title><time_zone_name>Europe/Paris</time_zone_name></conference>
<day index="1" date="${day}"><room name="Grande scène">
<event id="1"><title>Ouverture</title><start>09:00</start><duration>1:00</duration><type>Plénière</type>
<persons><person id="1">Ada</person></persons></event>
<event id="2"><title>Pause</title><start>10:00</start><duration>0:30</duration><type>pause</type></event></room>
<room name="L’Annexe"><event id="3"><title>Table</title><start>09:30</start><duration>1:00</duration><type>Table ronde</type>
<persons><person id="1">Ada</person></persons></event></room></day></schedule>`;

/** A page of the owner's, or a visitor's. */
async function open(client, options = {}) {
  const context = await browser.newContext({ locale: 'fr-FR', ...options });
  if (client)
    await context.addCookies([...client.cookies].map(([name, value]) => ({ name, value, url: server.origin })));
  return context.newPage();
}

/** Tab until this has the focus. */
async function tab_to(page, selector) {
  for (let i = 0; i < 80; i++) {
    if (await page.evaluate((css) => document.activeElement?.matches(css), selector)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`no ${selector} by Tab on ${page.url()}`);
}

before(async () => {
  server = await start();
  folder = await mkdtemp(path.join(tmpdir(), 'treteau-making-'));
  await writeFile(path.join(folder, 'a.xml'), file);
  const done = await run('import', path.join(folder, 'a.xml'), '--event', 'rencontres', '--publish', '--data', server.folder);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  browser = await chromium.launch({ executablePath: CHROMIUM });
  owner = await ownerClient(server);
  code = (await owner.get('/rencontres/organise/sessions/?q=table')).body_text.match(/organise\/session\/(\w+)\//)[1];
});
after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
  await server.stop();
});

describe('pages of those who make the programme', () => {
  it('have no finding of axe or html-validate at 375 and 1280 pixels', async () => {
    const [, person] = (await owner.get('/rencontres/organise/speakers/')).body_text.match(/organise\/speaker\/(\w+)\//);
    const page = await open(owner), found = [];
    for (const address of ['sessions/', 'sessions/new/', `session/${code}/`, `session/${code}/move/`, 'grid/', 'changes/', 'speakers/',
      'speakers/new/', `speaker/${person}/`])
      found.push(...await page_findings(page, `${server.origin}/rencontres/organise/${address}`));
    for (const address of ['my/', `talk/${code}/keep/`, `talk/${code}/`])
      found.push(...await page_findings(page, `${server.origin}/rencontres/${address}`));
    assert.deepEqual(found, []);
    await page.context().close();
  });
});

for (const width of [375, 1280])
  it(`by keyboard alone at ${width} pixels: a session is made, moved in the grid, and kept by a visitor`, async () => {
    const title = `Au clavier ${width}`, page = await open(owner, { viewport: { width, height: 800 } });
    await page.goto(`${server.origin}/rencontres/organise/sessions/new/`);
    for (const [field, words] of [['#title', title], ['#start', '10:30'], ['#length', '30']]) {
      await tab_to(page, field);
      if (field !== '#start') await page.keyboard.press('Control+a');
      await page.keyboard.type(field === '#start' ? '1030AM' : words);
    }
    await tab_to(page, '#room');
    await page.keyboard.type('Grande');
    await tab_to(page, 'form .btn.main');
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    assert.match(page.url(), /done=saved/, await page.textContent('main'));
    const [, made] = page.url().match(/session\/(\w+)\//);
    await page.goto(`${server.origin}/rencontres/organise/grid/?day=${day}`);
    await tab_to(page, `#s-${made}`);
    await page.keyboard.press('Space');
    assert.match(await page.textContent('#said'), /Tenue/);
    await page.keyboard.press('ArrowRight');
    assert.match(await page.textContent('#said'), /Annexe/);
    await Promise.all([page.waitForURL(/moved=/), page.keyboard.press('Enter')]);
    assert.match(await page.textContent(`td:has(#s-${made})`), new RegExp(title));
    assert.equal(await page.getAttribute(`td:has(#s-${made})`, 'data-start'), '10:30');
    assert.match(await page.textContent('[role=status]'), /Annexe/);
    await page.context().close();

    const visitor = await open(null, { viewport: { width, height: 800 }, timezoneId: 'Indian/Reunion' });
    await visitor.goto(`${server.origin}/rencontres/talk/${made}/`);
    assert.match(await visitor.textContent('.here'), /^1[23]:30 pour vous$/);
    await tab_to(visitor, 'a.keep');
    await Promise.all([visitor.waitForFunction(() => document.querySelector('a.keep span')?.textContent === 'Dans mon programme'),
      visitor.keyboard.press('Enter')]);
    await visitor.goto(`${server.origin}/rencontres/my/`);
    assert.match(await visitor.textContent('main'), new RegExp(title));
    await visitor.context().close();
  });

it('a session is dragged by the pointer to another room and any five minutes, and by Shift and arrows too', async () => {
  const page = await open(owner, { viewport: { width: 1280, height: 900 } }), block = `#s-${code}`;
  await page.goto(`${server.origin}/rencontres/organise/grid/?day=${day}`);
  /** Presses the button on the block, moves in steps, lets go. */
  const drag = async (dx, dy) => {
    const { x, y, width, height } = await page.locator(block).boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2 + 8, y + height / 2 + 2, { steps: 4 });
    await page.mouse.move(x + width / 2 + dx, y + height / 2 + dy, { steps: 12 });
    return page.mouse;
  };
  const place = () => page.$eval(block, (one) => ({ room: one.closest('td').dataset.room, start: one.closest('td').dataset.start }));
  const cell = (room) => page.locator(`tr:has(${block}) td[data-room="${room}"]`).boundingBox();
  const before = await place(), rooms = await page.$$eval('tr:has(a.block) td', (cells) => [...new Set(cells.map(({ dataset }) => dataset.room))]);
  const other = rooms.find((room) => room !== before.room);
  assert.equal(before.start, '09:30');

  await (await drag(3, 2)).up();
  await page.waitForFunction(() => /Laissée/.test(document.querySelector('#said')?.textContent ?? ''));
  assert.deepEqual(await place(), before, 'put down where it was, it stays');

  const [from, to] = [await cell(before.room), await cell(other)];
  await drag(to.x + to.width / 2 - (from.x + from.width / 2), from.height / 3);
  await page.waitForFunction(() => document.querySelector('.mark')?.textContent === '09:40');
  await Promise.all([page.waitForURL(/moved=/), page.mouse.up()]);
  assert.deepEqual(await place(), { room: other, start: '09:40' });

  await page.goto(`${server.origin}/rencontres/organise/grid/?day=${day}`);
  await tab_to(page, block);
  await page.keyboard.press('Space');
  for (let i = 0; i < 2; i++) await page.keyboard.press('Shift+ArrowUp');
  assert.match(await page.textContent('#said'), /09:30/);
  await page.keyboard.press('Shift+ArrowUp');
  assert.match(await page.textContent('#said'), /09:25/);
  for (let i = 0; i < 7; i++) await page.keyboard.press('Shift+ArrowUp');
  assert.match(await page.textContent('#said'), /08:50/, 'before the first row too');
  await page.keyboard.press(other < before.room ? 'ArrowRight' : 'ArrowLeft');
  for (let i = 0; i < 6; i++) await page.keyboard.press('Shift+ArrowDown');
  await Promise.all([page.waitForURL(/moved=/), page.keyboard.press('Enter')]);
  assert.deepEqual(await place(), before);
  await page.context().close();
});

it('a star in a list is a button by keyboard, and a page with a button without script', async () => {
  const list = `${server.origin}/rencontres/schedule/?q=table`, star = `a.star[data-code="${code}"]`;
  const visitor = await open(null), pressed = (on) => visitor.waitForFunction(([css, wanted]) =>
    document.querySelector(css)?.getAttribute('aria-pressed') === wanted, [star, String(on)]);
  await visitor.goto(list);
  await tab_to(visitor, star);
  await visitor.keyboard.press('Space');
  await pressed(true);
  assert.equal(await visitor.textContent(star), '★');
  for (const address of [list, `${server.origin}/rencontres/schedule/`, `${server.origin}/rencontres/`]) {
    await visitor.goto(address);
    await pressed(true);
  }
  await visitor.goto(list);
  await pressed(true);
  await tab_to(visitor, star);
  await visitor.keyboard.press('Enter');
  await pressed(false);
  await visitor.context().close();

  const plain = await open(null, { javaScriptEnabled: false });
  await plain.goto(list);
  for (const one of [star, 'button[name=keep]'])
    await Promise.all([plain.waitForNavigation(), plain.click(one)]);
  assert.match(plain.url(), /\/rencontres\/my\/$/);
  assert.match(await plain.textContent('main'), /Table/);
  await plain.context().close();
});

it('a reader in the event\'s zone sees no second hour', async () => {
  const page = await open(null, { timezoneId: 'Europe/Paris' });
  await page.goto(`${server.origin}/rencontres/talk/${code}/`);
  await page.waitForLoadState('load');
  assert.equal(await page.locator('.here').count(), 0);
  await page.context().close();
});
