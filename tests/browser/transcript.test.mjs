// The words of a replay in Chromium and Firefox: they follow the picture, are searched, lead to their moment; speed,
// captions and keys; the pages where they are corrected have no fault.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { hold, importRecorded, record } from '../support/recorded.mjs';
import { weigh } from '../support/ecoindex.mjs';
import { ownerClient, start } from '../http/support.mjs';
import { missing, open_chromium, open_firefox } from './browsers.mjs';
import { dark_findings, page_findings } from './findings.mjs';

const SECONDS = 40, LINES = 400;
let server, code, address;
before(async () => {
  server = await start();
  ({ Ouverture: code } = await importRecorded(server, 'vus', ['Ouverture']));
  hold(server, 'vus', code, {
    captions: Array.from({ length: LINES }, (_, i) => [i / 10, i / 10 + 0.1, i === 300 ? 'Trois communes, un vrai contrat & <b>un</b> métier.' : `Line ${i} of what was said.`]),
    questions: [['Existe-t-il un titre professionnel reconnu, et comment le financer ?', 27, 25], ['Quelle place pour les bénévoles ?', 11]],
    chat: Array.from({ length: 60 }, (_, i) => [i / 2, 'Ada', i === 40 ? 'See https://example.org/contract.' : `Word ${i}`]),
    agree: ['Ada'],
  });
  await record(server.folder, 'vus', code, SECONDS);
  address = `${server.origin}/vus/talk/${code}/replay/`;
});
after(async () => {
  await server?.stop({ keep: false });
});

const words = () => [...document.querySelectorAll('[data-follows=captions] > p')].map((row) => row.lastElementChild.textContent);

for (const [name, open] of [['chromium', open_chromium], ['firefox', open_firefox]])
  describe(`in ${name}`, { skip: missing(name) }, () => {
    let window, tab;
    before(async () => {
      window = await open();
      tab = await window.tab();
      await tab.goto(address);
      await tab.until(() => document.querySelector('video').src.startsWith('blob:'));
    });
    after(async () => {
      assert.deepEqual(tab.errors, []);
      await window?.close();
    });

    it('the words follow the picture, a few dozen of hundreds', async () => {
      await tab.page.click('video');
      if (await tab.evaluate(() => document.querySelector('video').paused)) await tab.press('Space');
      await tab.until(() => document.querySelector('[data-follows=captions] > p[aria-current]') !== null);
      await tab.evaluate(() => void (document.querySelector('video').currentTime = 35));
      await tab.until(() => {
        const row = document.querySelector('[data-follows=captions] > p[aria-current]');
        return row !== null && Number(row.dataset.at) >= 34500;
      });
      const row = await tab.evaluate(() => {
        const region = document.querySelector('[data-follows=captions]'), one = region.querySelector('[aria-current]');
        return { count: region.children.length, seen: one.offsetTop - region.offsetTop - region.scrollTop, high: region.clientHeight, at: Number(one.dataset.at), words: one.lastElementChild.textContent };
      });
      assert.ok(row.count <= 30, `${row.count} lines`);
      assert.ok(row.seen >= 0 && row.seen < row.high, JSON.stringify(row));
      assert.equal(row.words, `Line ${row.at / 100} of what was said.`);
      assert.ok(row.at >= 34500, JSON.stringify(row));
    });

    it('a chapter and a word lead to their moment', async () => {
      await tab.evaluate(() => document.querySelector('.chapters li:last-child a').click());
      await tab.until(() => Math.abs(document.querySelector('video').currentTime - 25) < 3);
      await tab.until(() => document.querySelector('.chapters li:last-child').getAttribute('aria-current') === 'true');
      await tab.until(() => document.querySelector('#link').value.endsWith(`?t=${Math.floor(document.querySelector('video').currentTime)}`));
    });

    it('are searched without leaving the film, whatever case and accents', async () => {
      await tab.evaluate(() => {
        document.querySelector('#words').value = 'METIER';
        document.querySelector('form.search button').click();
      });
      await tab.until(() => document.querySelector('[data-follows=captions] mark') !== null);
      assert.deepEqual(await tab.evaluate(words), ['Trois communes, un vrai contrat & <b>un</b> métier.']);
      assert.equal(await tab.evaluate(() => document.querySelector('mark').textContent), 'métier');
      assert.equal(await tab.evaluate(() => document.querySelector('video').src.startsWith('blob:')), true);
    });

    it('has speed, captions and keys, which do nothing outside of the player', async () => {
      await tab.evaluate(() => document.querySelector('video').focus());
      await tab.press('c');
      await tab.until(() => document.querySelector('track[kind=captions]').track.mode === 'showing' && document.querySelector('[data-act=captions]').getAttribute('aria-pressed') === 'true');
      await tab.press('>');
      await tab.until(() => document.querySelector('video').playbackRate === 1.25 && document.querySelector('select').value === '1.25');
      await tab.evaluate(() => document.querySelector('video').pause());
      await tab.evaluate(() => document.querySelector('#words').focus());
      await tab.press('m');
      assert.deepEqual(await tab.evaluate(() => [document.querySelector('video').muted, document.querySelector('#words').value]), [false, 'METIERm']);
    });
  });

it('its pages have no fault, in the dark neither, and weigh little', { skip: missing('chromium') }, async (t) => {
  const window = await open_chromium();
  t.after(() => window.close());
  const owner = await ownerClient(server);
  const context = await window.browser.newContext({ locale: 'fr-FR' });
  await context.addCookies([...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin })));
  const page = await context.newPage();
  for (const one of [address, `${address}?q=contrat`, `${address}?correct=1`, `${address}?t=30`, `${address}line/?n=300`, `${address}cut/`, `${address}embed/`, `${server.origin}/vus/organise/recordings/`]) {
    assert.deepEqual(await page_findings(page, one), []);
    assert.deepEqual(await dark_findings(page), []);
    if (process.env.SHOTS)
      for (const width of [375, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await page.screenshot({ path: `${process.env.SHOTS}/${one.replace(/.*replay\//, '').replace(/\W/g, '') || 'replay'}-${width}.png`, fullPage: true });
      }
  }
  const fresh = await (await window.browser.newContext()).newPage();
  const weight = await weigh(fresh, address);
  assert.ok(weight.score >= 70, JSON.stringify(weight));
  t.diagnostic(`replay: ${JSON.stringify(weight)}`);
});
