// A recording made elsewhere, by an organiser: chosen by keyboard, its line lost in the midst, the page left and opened again, the
// same file chosen once more; then its replay plays. In Chromium and Firefox.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { axe_findings, dark_findings, html_findings, standing_findings } from "./findings.mjs";

const SHOTS = process.env.SHOTS;

/** From now on the line breaks at the n-th piece and stays so. @param {import("./browsers.mjs").Tab} tab @param {number} n */
const lose_the_line = (tab, n) => tab.evaluate((pieces) => {
  const real = window.fetch;
  let left = pieces;
  window.fetch = (address, options) => (options?.method === "PATCH" && left-- <= 0 ? Promise.reject(new TypeError("no line")) : real(address, options));
}, n);

for (const [browser, open] of [["chromium", open_chromium], ["firefox", open_firefox]])
  describe(`a recording is brought in ${browser}`, { skip: missing(browser) }, () => {
    let server, engine, tab, page, file;
    const shot = (name) => SHOTS && tab.page.screenshot({ path: `${SHOTS}/upload-${browser}-${name}.png` });

    const choose = async () => {
      await tab.evaluate(() => {
        const talk = document.querySelector("#talk");
        talk.value = [...talk.options].find(({ text }) => text.includes("Earlier")).value;
      });
      const input = await tab.page.$("input[type=file]");
      await (input.setInputFiles ? input.setInputFiles(file) : input.uploadFile(file));
      await tab.page.focus("#promise");
      await tab.press(" ");
      await tab.page.focus("form[data-films] button[type=submit]");
      await tab.press("Enter");
    };

    before(async () => {
      server = await start();
      await importLive(server);
      const owner = await ownerClient(server);
      file = path.join(server.folder, "Our film.mp4");
      execFileSync("ffmpeg", ["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=24", "-f", "lavfi", "-i", "sine=r=48000:d=24",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "12", "-c:a", "aac", "-ac", "2", file]);
      engine = await open();
      tab = await engine.tab({ cookies: [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin })), locale: "en-GB" });
      page = `${server.origin}/test/organise/films/`;
    });
    after(async () => {
      await engine?.close();
      const { stderr } = await server.stop();
      assert.doesNotMatch(stderr, /Sanitizer|runtime error|CRITICAL/);
    });

    it("goes on after a lost line and a closed page, by keyboard alone", async () => {
      await tab.goto(page);
      await tab.sees("Send a file");
      await lose_the_line(tab, 2);
      await choose();
      await tab.sees("The line is lost");
      await shot("lost");
      assert.deepEqual(await axe_findings(tab.page), []);
      tab.page.on("dialog", (dialog) => dialog.accept().catch(() => {}));
      await tab.page.focus("[data-pause]");
      await tab.press("Enter");
      await tab.sees("Paused at");
      await tab.goto(page);
      await tab.sees("Arriving:");
      await shot("unfinished");
      await choose();
      await tab.sees("its replay is being prepared", 60000);
      await tab.sees("See the replay", 120000);
      await shot("ready");
      assert.deepEqual(tab.errors, []);
    });

    it("its replay plays, with all of its length", async () => {
      await tab.click("See the replay");
      await tab.until(() => document.querySelector("video")?.src.startsWith("blob:"), undefined, 30000);
      await tab.evaluate(() => { // nothing is loaded before
        const video = document.querySelector("video");
        video.muted = true;
        video.play();
      });
      await tab.until(() => document.querySelector("video").currentTime > 2, undefined, 30000);
      const { length, width } = await tab.evaluate(() => ({ length: document.querySelector("video").duration, width: document.querySelector("video").videoWidth }));
      assert.ok(Math.abs(length - 24) < 0.3, `${length} s`);
      assert.equal(width, 640);
      await tab.evaluate(() => void (document.querySelector("video").currentTime = 21));
      await tab.until(() => document.querySelector("video").currentTime > 22, undefined, 30000);
    });

    if (browser === "chromium") // one browser looks
      it("the page stands at 375 and 1280 pixels, light and dark, in both languages", async () => {
        await tab.goto(page);
        await tab.sees("Ready");
        assert.deepEqual(await html_findings(await tab.evaluate(() => fetch(location.href).then((answer) => answer.text()))), []);
        assert.deepEqual(await standing_findings(tab.page), []);
        assert.deepEqual(await dark_findings(tab.page), []);
        await tab.goto(`${page}?lang=fr`);
        await tab.sees("Apporter un enregistrement");
        for (const [width, height] of [[1280, 800], [375, 800]]) {
          await tab.resize(width, height);
          await shot(`fr-${width}`);
        }
      });
  });
