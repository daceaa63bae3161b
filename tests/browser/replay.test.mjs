// A replay in Chromium and Firefox: it plays from a click, with sound, over a change of picture, seeks, and lasts as long
// as it says; also while it is recorded, and without script. Its pages have no fault.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { build, run, start } from '../http/support.mjs';
import { missing, open_chromium, open_firefox } from './browsers.mjs';
import { page_findings } from './findings.mjs';

const SECONDS = 30;
const schedule = `<?xml version="1.0" encoding="UTF-8"?>
<schedule><version>1</version><conference><title>Replays</title><acronym>vus</acronym><start>2024-03-14</start>
<end>2024-03-14</end><days>1</days><time_zone_name>Europe/Paris</time_zone_name></conference>
<day index="1" date="2024-03-14" start="2024-03-14T08:00:00+01:00" end="2024-03-14T20:00:00+01:00"><room name="Scène">
${['Ouverture', 'Coupée net', 'Jamais'].map((title, i) => `<event id="${i + 1}" guid="0000000${i}-0000-4000-8000-000000000000">
<date>2024-03-14T1${i}:00:00+01:00</date><start>1${i}:00</start><duration>00:45</duration><room>Scène</room><title>${title}</title>
<type>table ronde</type><language>fr</language><abstract></abstract><recording><license>CC BY-SA 4.0</license><optout>false</optout></recording>
<persons><person id="1">Personne exemple</person></persons></event>`).join('\n')}
</room></day></schedule>`;

let server;
const url = {};
before(async () => {
  server = await start();
  const file = path.join(server.folder, 'vus.xml');
  await writeFile(file, schedule);
  const { code, stdout, stderr } = await run('import', file, '--event', 'vus', '--publish', '--data', server.folder);
  assert.equal(code, 0, stdout + stderr);
  await rm(file);
  const page = (await server.client().get('/vus/schedule/?day=2024-03-14')).body_text;
  for (const title of ['Ouverture', 'Coupée net', 'Jamais']) {
    const talk = page.match(new RegExp(`/vus/talk/(\\w+)/">${title}`))[1];
    url[title] = `${server.origin}/vus/talk/${talk}/replay/`;
    if (title !== 'Jamais')
      await promisify(execFile)(path.join(build, 'tests/support/record-sample'),
        [server.folder, 'vus', talk, String(SECONDS), ...(title === 'Ouverture' ? [] : ['open'])]);
  }
});
after(async () => {
  await server?.stop();
});

/** What the player is at. Runs in the page. */
const state = () => {
  const video = document.querySelector('video'), quality = video.getVideoPlaybackQuality();
  return { at: video.currentTime, length: video.duration, frames: quality.totalVideoFrames, width: video.videoWidth,
    sound: video.webkitAudioDecodedByteCount ?? (video.mozHasAudio ? 1 : 0), paused: video.paused, error: video.error?.message ?? '' };
};
/** The first picture is on the screen and time goes on. */
const plays_after = (seconds) => {
  const video = document.querySelector('video');
  return !video.paused && video.currentTime > seconds && video.readyState >= 3;
};

for (const [name, open] of [['chromium', open_chromium], ['firefox', open_firefox]])
  describe(`in ${name}`, { skip: missing(name) }, () => {
    let window, tab;
    before(async () => {
      window = await open();
    });
    after(async () => {
      await window?.close();
    });

    /** Opens a page and clicks the player, as a person does: in its middle. */
    async function watch(address) {
      tab = await window.tab();
      await tab.goto(address);
      await tab.until(() => document.querySelector('video').src.startsWith('blob:'));
      await tab.page.click('video');
      if (await tab.evaluate(() => document.querySelector('video').paused))
        await tab.press('Space');
      await tab.until(plays_after, 0.5);
    }

    it('plays with sound, lasts as long as it says, and seeks', async () => {
      await watch(url.Ouverture);
      let now = await tab.evaluate(state);
      assert.equal(now.error, '');
      assert.ok(Math.abs(now.length - SECONDS) < 2, `lasts ${now.length} s`);
      assert.equal(now.width, 640);
      assert.ok(now.sound > 0, 'no sound was decoded');
      // Over the change of speaker at 20 s, and back.
      await tab.evaluate(() => void (document.querySelector('video').currentTime = 19));
      await tab.until(plays_after, 21.5);
      await tab.evaluate(() => void (document.querySelector('video').currentTime = 5));
      await tab.until(() => document.querySelector('video').currentTime < 10);
      await tab.until(plays_after, 6);
      now = await tab.evaluate(state);
      assert.equal(now.error, '');
      // To its end.
      await tab.evaluate((seconds) => void (document.querySelector('video').currentTime = seconds - 1.5), SECONDS);
      await tab.until(() => document.querySelector('video').ended);
      assert.deepEqual(tab.errors, []);
      await tab.close();
    });

    it('loads no film before somebody wants to see it', async () => {
      tab = await window.tab();
      await tab.goto(url.Ouverture);
      await tab.until(() => performance.getEntriesByType('resource').some((one) => one.name.endsWith('.m3u8')));
      await tab.until(() => document.readyState === 'complete');
      const names = await tab.evaluate(() => performance.getEntriesByType('resource').map((one) => one.name));
      assert.deepEqual(names.filter((one) => /\.(m4s|mp4)$/.test(one)), []);
      await tab.close();
    });

    it('plays near the live edge while it is recorded', async () => {
      await watch(url['Coupée net']);
      const now = await tab.evaluate(state);
      assert.ok(now.at > SECONDS / 3, `begins at ${now.at} s`);
      assert.deepEqual(tab.errors, []);
      await tab.close();
    });
  });

it('without script the MP4 plays', { skip: missing('chromium') }, async () => {
  const window = await open_chromium();
  const context = await window.browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(url.Ouverture);
  const film = page.waitForResponse((response) => response.url().endsWith('/replay.mp4') && response.status() === 206);
  await page.locator('video').press('Space');
  assert.equal((await film).headers()['content-type'], 'video/mp4');
  await window.close();
});

it('the pages have no fault', { skip: missing('chromium') }, async () => {
  const window = await open_chromium();
  const page = await (await window.browser.newContext({ locale: 'fr-FR' })).newPage();
  for (const address of [...Object.values(url), `${server.origin}/vus/replays/`])
    assert.deepEqual(await page_findings(page, address), []);
  await window.close();
});
