// The page where a replay's borders are moved, by keyboard, in both languages; and the frame that other sites show.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { importRecorded, open_store, record } from '../support/recorded.mjs';
import { ownerClient, start } from '../http/support.mjs';
import { until } from '../faults/support.mjs';
import { missing, open_chromium } from './browsers.mjs';
import { weigh } from '../support/ecoindex.mjs';
import { dark_findings, page_findings } from './findings.mjs';

let server, owner, address;
/** The files of the replay are those of what is shown. */
const made = () => until('the files of the replay', () => {
  const db = open_store(server), { n } = db.prepare('SELECT count(*) AS n FROM recording WHERE stale > 0').get();
  db.close();
  return n === 0;
}, 120000);

before(async () => {
  server = await start();
  const { Ouverture: code } = await importRecorded(server, 'vus', ['Ouverture']);
  await record(server.folder, 'vus', code, 40);
  await server.stop({ keep: true }); // what is done each minute is done at the start too
  server = await start({ folder: server.folder });
  owner = await ownerClient(server);
  address = `${server.origin}/vus/talk/${code}/replay/`;
  await made();
});
after(async () => {
  await server?.stop({ keep: false });
});

describe('in chromium', { skip: missing('chromium') }, () => {
  let window;
  before(async () => {
    window = await open_chromium();
  });
  after(async () => {
    await window?.close();
  });
  /** @param {object} options */
  async function tab(options, client = owner) {
    const context = await window.browser.newContext(options);
    await context.addCookies([...client.cookies].map(([name, value]) => ({ name, value, url: server.origin })));
    return context.newPage();
  }

  for (const [locale, title, button] of [['fr-FR', 'Bornes du replay', 'Déplacer les bornes'], ['en-GB', 'Borders of the replay', 'Move the borders']])
    it(`borders are moved by the keyboard alone (${locale})`, async () => {
      const page = await tab({ locale });
      await page.goto(`${address}cut/`);
      assert.equal(await page.textContent('h1'), title);
      assert.ok(await page.evaluate(() => [...document.querySelectorAll('.strip img')].every((one) => one.complete && one.naturalWidth > 0)), 'pictures and sound');
      await page.focus('#first');
      for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowRight');
      assert.equal(await page.inputValue('[name=from]'), '0:10');
      assert.equal(await page.getAttribute('#first', 'aria-valuetext'), '0:10');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'last');
      await page.keyboard.press('Home');
      assert.equal(await page.inputValue('[name=to]'), '0:11', 'never before the beginning');
      await page.keyboard.press('End');
      for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowLeft');
      assert.equal(await page.inputValue('[name=to]'), '0:30');
      await page.fill('[name=from]', '0:12'); // and the other way round
      await page.keyboard.press('Tab');
      assert.equal(await page.inputValue('#first'), '12');
      await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: button }).press('Enter')]);
      assert.equal(await page.inputValue('[name=from]'), '0:12');
      const list = await (await page.request.get(await page.evaluate(async (url) => new DOMParser().parseFromString(await (await fetch(url)).text(), 'text/html').querySelector('video').dataset.list, address).then((path) => server.origin + path))).text();
      const length = [...list.matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, [, s]) => sum + Number(s), 0);
      assert.ok(length >= 18 && length < 18 + 8.1, `${length} s of 18`);
      await Promise.all([page.waitForNavigation(), page.locator('[name=all]').press('Enter')]);
      assert.equal(await page.inputValue('[name=from]'), '0:00');
      await page.context().close();
    });

  it('a wrong hour is said, and what was typed stays', async () => {
    const page = await tab({ locale: 'en-GB' });
    await page.goto(`${address}cut/`);
    await page.fill('[name=to]', 'soon');
    await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: 'Move the borders' }).click()]);
    assert.match(await page.textContent('main'), /Write it as 0:41 or 1:09:00/);
    assert.equal(await page.inputValue('[name=to]'), 'soon');
    await page.context().close();
  });

  it('without script the form does the same, and the replay is the film', async () => {
    await made();
    const page = await tab({ javaScriptEnabled: false });
    await page.goto(`${address}cut/`);
    assert.equal(await page.isVisible('.ranges'), false);
    assert.equal(await page.isVisible('[name=from]'), true);
    await page.goto(address);
    assert.match(await page.getAttribute('video source', 'src'), /replay\.mp4$/);
    assert.equal(await page.getAttribute('video', 'controls'), '');
    await page.context().close();
  });

  it('another site shows it in a frame, and it plays there; the page itself it does not show', async (t) => {
    const other = createServer((req, res) => res.setHeader('content-type', 'text/html').end(
      `<!doctype html><title>x</title><iframe src="${address}${req.url === '/embed' ? 'embed/' : ''}" width="640" height="400" title="Replay"></iframe>`));
    await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
    t.after(() => other.close());
    const page = await (await window.browser.newContext()).newPage();
    await page.goto(`http://127.0.0.1:${other.address().port}/embed`);
    const video = page.frameLocator('iframe').locator('video');
    await video.evaluate(async (one) => {
      one.muted = true;
      await one.play();
    });
    await page.frames()[1].waitForFunction(() => document.querySelector('video').currentTime > 0.5);
    await page.goto(`http://127.0.0.1:${other.address().port}/page`);
    assert.equal(await page.frameLocator('iframe').locator('video').count(), 0);
    await page.context().close();
  });

  it('has no fault, in the dark neither, and weighs little', async () => {
    const page = await tab({ locale: 'fr-FR' });
    const pages = ['/vus/replays/', '/vus/organise/recordings/', '/vus/organise/films/'].map((path) => server.origin + path);
    for (const one of [`${address}cut/`, `${address}embed/`, address, ...pages]) {
      assert.deepEqual(await page_findings(page, one), []);
      assert.deepEqual(await dark_findings(page), []);
      const weight = await weigh(await page.context().newPage(), one), plays = /(replay|embed)\/$/.test(one);
      assert.ok(weight.score >= (plays ? 70 : 80), `${one}: ${JSON.stringify(weight)}`);
      for (const width of process.env.SHOTS ? [375, 1280] : []) {
        await page.setViewportSize({ width, height: 800 });
        await page.screenshot({ path: `${process.env.SHOTS}/${one.replace(/.*replay\//, '').replace(/\W/g, '') || 'replay'}-${width}.png`, fullPage: true });
      }
    }
    await page.context().close();
  });
});
