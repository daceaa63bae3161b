// Notes of the team in Chromium and Firefox: two write at once, in the tab of the team's room and on a page of its own; one is
// offline for a while, the server is killed in the midst; the form without script; all of it by eye and by axe.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { start } from "../http/support.mjs";
import { measured } from "../support/measure.mjs";
import { makeWorld } from "../support/world.mjs";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { dark_findings, html_findings, standing_findings } from "./findings.mjs";

const shot = async (tab, name) => process.env.SHOTS && tab.page.screenshot({ path: `${process.env.SHOTS}/notes-${name}.png` });

describe("notes of the team", { skip: missing("chromium", "firefox") }, () => {
  let world, chromium, firefox, room, page, url;
  const cookies = (who) => [{ name: "session", value: world.accounts.get(who).cookie, url: world.server.origin }];
  const field = (tab) => tab.evaluate(() => document.querySelector("#note-text, #text").value);
  const holds = (tab, words, ms) => tab.until((wanted) => document.querySelector("#note-text, #text")?.value.includes(wanted), words, ms);
  /** Types at the end of the field. */
  async function type(tab, words) {
    await tab.evaluate(() => {
      const area = document.querySelector("#note-text, #text");
      area.focus();
      area.setSelectionRange(area.value.length, area.value.length);
    });
    await tab.page.keyboard.type(words);
  }

  before(async () => {
    world = await makeWorld({ events: { ours: true } });
    [chromium, firefox] = await Promise.all([open_chromium(), open_firefox()]);
    room = await chromium.tab({ locale: "en-GB", cookies: cookies("host@ours") });
    page = await firefox.tab({ cookies: cookies("captioner@ours") });
  });
  after(async () => {
    await Promise.all([chromium?.close(), firefox?.close()]);
    const { stderr } = await world.stop();
    assert.doesNotMatch(stderr, /Sanitizer|runtime error|CRITICAL/);
  });

  it("are begun in the room's tab, and each sees the other's words within a second, and where they are", async () => {
    await room.goto(`${world.server.origin}/ours/organise/`);
    await room.page.click('a[href="/ours/organise/meeting/"]');
    await room.sees("Settings");
    assert.equal(await room.has("Record"), false);
    assert.equal(await room.has("End the session"), false);
    await room.click("Notes");
    await room.sees("There is no note yet");
    await room.fill("#new-note", "Meeting of Monday");
    await room.press("Enter");
    await room.until(() => document.querySelector("#note-text"));
    await type(room, "# Monday\n\nAnna brings the chairs.\n");
    await room.sees("All is saved");
    url = await room.evaluate(() => document.querySelector(".note a").href);
    await page.goto(`${url}write/`);
    await holds(page, "Anna brings the chairs");
    await measured(async (earlier) => {
      const words = earlier.length ? `And lamp ${earlier.length}.` : "Bert the cables.";
      await type(page, words + " ");
      const begun = performance.now();
      await holds(room, words);
      return performance.now() - begun;
    }, (took_ms) => took_ms < 1000);
    await room.sees("Name of captioner@ours is at line 4");
    await shot(room, "room");
    assert.deepEqual(await standing_findings(room.page), []);
  });

  it("keep the cursor at its words while the other writes before it", async () => {
    await page.evaluate(() => {
      const area = document.querySelector("#text");
      area.focus();
      area.setSelectionRange(area.value.indexOf("cables"), area.value.indexOf("cables"));
    });
    await room.evaluate(() => {
      const area = document.querySelector("#note-text");
      area.focus();
      area.setSelectionRange(0, 0);
    });
    await room.page.keyboard.type("😀 First: ");
    await holds(page, "😀 First: # Monday");
    await page.page.keyboard.type("long ");
    await holds(room, "Bert the long cables.");
  });

  it("lose no word of one who was offline for a while", async () => {
    await room.page.context().setOffline(true);
    await type(room, "Offline, Anna went on. ");
    await room.sees("Go on writing");
    await type(page, "Meanwhile Bert did too. ");
    await room.page.context().setOffline(false);
    for (const tab of [room, page])
      for (const words of ["Offline, Anna went on. ", "Meanwhile Bert did too. "])
        await holds(tab, words);
    await room.sees("All is saved");
    assert.equal(await field(room), await field(page));
  });

  it("go on after the server was killed in the midst", async () => {
    const { port } = new URL(world.server.origin);
    await Promise.all([type(room, "Anna while it dies. "), type(page, "Bert while it dies. "), world.server.kill()]);
    await type(page, "And after. ");
    world.server = await start({ command: "serve", folder: world.folder, args: ["--port", port] });
    for (const tab of [room, page]) {
      for (const words of ["Anna while it dies. ", "Bert while it dies. ", "And after. "])
        await holds(tab, words, 20000);
      await tab.until(() => /All is saved|Tout est enregistré/.test(document.body.innerText), undefined, 20000);
    }
    assert.equal(await field(room), await field(page));
    const stored = await (await fetch(`${url}note.md`, { headers: { cookie: `session=${world.accounts.get("host@ours").cookie}` } })).text();
    assert.equal(stored, `# Meeting of Monday\n\n${await field(page)}\n`);
  });

  it("are written by a form without script, and what both wrote at one place is said in words", async () => {
    const bare = await chromium.tab({ width: 375, script: false, locale: "en-GB", cookies: cookies("programme@ours") });
    await bare.page.goto(`${url}write/`);
    const text = await bare.page.inputValue("#text");
    await bare.page.fill("#text", text.replace("chairs", "tables"));
    await page.evaluate(() => {
      const area = document.querySelector("#text"), at = area.value.indexOf("chairs");
      area.focus();
      area.setSelectionRange(at, at + 6);
    });
    await page.page.keyboard.type("benches");
    await holds(room, "brings the benches");
    await bare.page.getByRole("button", { name: "Save the note" }).click();
    await bare.page.getByText("Nothing is lost").waitFor();
    assert.match(await bare.page.innerText("main"), /You wrote: .?tables[\s\S]*Meanwhile somebody wrote: .?benches/);
    await shot(bare, "clash-375");
    await holds(room, "benchestables");
    const plain = await chromium.tab({ width: 375, locale: "en-GB", cookies: cookies("programme@ours") });
    await plain.goto(`${url}`);
    await shot(plain, "page-375");
    assert.deepEqual([...(await standing_findings(plain.page)), ...(await dark_findings(plain.page))], []);
  });

  it("have pages without findings: the list, a note, writing, the history, two versions compared", async () => {
    world.db.exec("UPDATE note_version SET begun_us = begun_us - 36e8, ended_us = ended_us - 36e8");
    await type(page, "Another hour. ");
    await holds(room, "Another hour.");
    const tab = await chromium.tab({ cookies: cookies("organiser@ours") });
    const paths = { list: new URL("../", url).href, note: url, write: `${url}write/`, history: `${url}history/`, compared: `${url}history/2/` };
    for (const [name, address] of Object.entries(paths)) {
      for (const width of [375, 1280]) {
        await tab.resize(width, 900);
        await tab.goto(address);
        if (name === "write")
          await tab.sees("Tout est enregistré");
        await shot(tab, `${name}-${width}`);
        assert.deepEqual(await standing_findings(tab.page), [], `${name} at ${width}`);
      }
      assert.deepEqual(await dark_findings(tab.page), [], `${name} in the dark`);
      await shot(tab, `${name}-dark`);
      const markup = await fetch(address, { headers: { cookie: `session=${world.accounts.get("organiser@ours").cookie}` } });
      assert.deepEqual(await html_findings(await markup.text()), [], name);
    }
    assert.match(await tab.evaluate(() => document.querySelector(".diff .new").innerText), /Another hour/);
    assert.deepEqual([...room.errors, ...page.errors, ...tab.errors], []);
  });
});
