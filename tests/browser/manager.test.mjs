// Two hosts hold a session by its run sheet, in Chromium: scenes, the countdown, an announcement to another room, the next
// session; each sees at once what the other did, and it stands in the log. The run sheet's page as it is read and printed.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { ownerClient, run, start } from "../http/support.mjs";
import { scheduleXml } from "../support/sample.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { axe_findings, standing_findings } from "./findings.mjs";
import { is_told, listen } from "./keyboard.mjs";

const SHOTS = process.env.SHOTS;

describe("a stage manager", { skip: missing("chromium") }, () => {
  let server, chromium, cookies, one, other, guest, beside, page, code, began;

  before(async () => {
    server = await start();
    const file = path.join(server.folder, "sample.xml"), now = Date.now();
    began = Math.floor(now / 1000 - 12 * 60) * 1000; // a programme knows seconds
    await writeFile(file, scheduleXml("Test event", [
      { title: "The métier of a mediator", room: "Scene", start: new Date(began), minutes: 60, persons: ["Ada", "Bo"] },
      { title: "What comes after", room: "Scene", start: new Date(now + 80 * 60e3), minutes: 45 },
      { title: "Beside", room: "Workshop", start: new Date(now - 5 * 60e3), minutes: 60 },
    ]));
    assert.equal((await run("import", file, "--event", "test", "--publish", "--data", server.folder)).code, 0);
    const owner = await ownerClient(server);
    [, code] = (await owner.get("/test/organise/run/")).body_text.match(/organise\/run\/(\w+)\/">The m/);
    chromium = await open_chromium({});
    cookies = [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
    page = await chromium.tab({ locale: "en-GB", cookies });
    one = await chromium.tab({ locale: "en-GB", cookies });
    other = await chromium.tab({ locale: "fr-FR", cookies, width: 375, height: 800 });
    guest = await chromium.tab({ locale: "en-GB", width: 375, height: 800 });
    beside = await chromium.tab({ locale: "fr-FR" });
  });
  after(async () => {
    for (const tab of [page, one, other, guest, beside].filter(Boolean))
      assert.deepEqual(tab.errors, []);
    await chromium?.close();
    const ended = await server?.stop();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  const shot = (tab, name) => SHOTS && tab.page.screenshot({ path: `${SHOTS}/manager-${name}.png`, fullPage: true });
  const click = (tab, name) => tab.evaluate((wanted) => {
    const found = [...document.querySelectorAll("button, a")].find((one) => (one.getAttribute("aria-label") ?? one.innerText).trim().replace(/\s+/g, " ") === wanted);
    found.scrollIntoView({ block: "center" });
    found.click();
  }, name);

  it("writes a run sheet from a draft, by the page alone; it prints as the sheet alone", async () => {
    await page.goto(`${server.origin}/test/organise/run/${code}/`);
    await page.sees("Nothing is planned yet.");
    await Promise.all([page.page.waitForNavigation(), click(page, "Make a first draft from the programme")]);
    await page.sees("It ends with the session.");
    await Promise.all([page.page.waitForNavigation(), click(page, "Change Welcome")]);
    await page.evaluate(() => { document.getElementById("cue").value = "Thank the town.\nSay where the captions are."; });
    await Promise.all([page.page.waitForNavigation(), click(page, "Save the line")]);
    await page.sees("Say where the captions are.");
    assert.deepEqual(await axe_findings(page.page), []);
    await shot(page, "sheet");
    await page.page.emulateMedia({ media: "print" });
    assert.equal(await page.evaluate(() => [...document.querySelectorAll("form, nav")].some((part) => part.checkVisibility())), false);
    assert.equal(await page.evaluate(() => document.querySelector("table.run").checkVisibility()), true);
    await shot(page, "print");
    await page.page.emulateMedia({ media: "screen" });
  });

  it("both hosts follow it, and see each what the other does; guests have no such tab", async () => {
    for (const tab of [one, other, guest, beside]) {
      await tab.goto(`${server.origin}/test/live/${tab === beside ? "workshop" : "scene"}/`);
      await tab.until(() => document.querySelector("[role=tab]"));
    }
    assert.equal(await guest.evaluate(() => document.getElementById("tab-manager")), null);
    for (const tab of [one, other]) {
      await tab.until(() => document.getElementById("tab-manager"));
      await tab.evaluate(() => document.getElementById("tab-manager").click());
      await tab.until(() => document.querySelectorAll(".sheet > li").length === 5);
    }
    await click(one, "Next: Welcome");
    await other.until(() => document.querySelector(".sheet .now b")?.textContent === "Welcome" || document.querySelector(".sheet .now b")?.textContent === "Accueil");
    await other.sees("Say where the captions are.");
    const minutes = Number(await one.until(() => /(\d+) min behind/.exec(document.getElementById("desk-run").textContent)?.[1]));
    assert.ok(minutes >= 11 && minutes <= Math.round((Date.now() - began) / 60e3), `${minutes} min`);
    await click(other, "Tout le monde");
    await one.until(() => document.querySelector(".desk [aria-pressed=true]")?.textContent === "Everybody");
    await guest.until(() => document.querySelector(".house").dataset.scene === "gallery");
    await one.until(() => /chooses the scene: everybody/.test(document.querySelector(".deeds").textContent));
    await other.until(() => /choisit le plan/.test(document.querySelector(".deeds").textContent));
  });

  it("an announcement is read in every room, and can be put away; a countdown is seen by all", async () => {
    for (const tab of [guest, beside])
      await listen(tab);
    await one.evaluate(() => { document.getElementById("desk-text").value = "Lunch is served in the hall."; });
    await click(one, "Announce");
    for (const tab of [guest, beside]) {
      await tab.sees("Lunch is served in the hall.");
      await is_told(tab, "Lunch is served");
    }
    await click(guest, "Put this announcement away");
    await guest.until(() => !document.querySelector(".announced"));
    await click(one, "Count down");
    await guest.until(() => /^[45]:\d\d$/.test(document.querySelector(".countdown b")?.textContent ?? ""));
    const first = await guest.evaluate(() => document.querySelector(".countdown b").textContent);
    await guest.page.waitForFunction((was) => document.querySelector(".countdown b").textContent !== was, first);
    const screen = await chromium.tab({ locale: "en-GB", cookies, width: 1280, height: 720 });
    await screen.goto(`${server.origin}/test/live/scene/screen/`);
    await screen.until(() => /^[345]:\d\d$/.test(document.querySelector(".told .countdown b")?.textContent ?? ""));
    await screen.sees("Lunch is served in the hall.");
    assert.equal(await screen.has("Put this announcement away"), false, "nobody is at that screen");
    const then = await screen.evaluate(() => document.querySelector(".told .countdown b").textContent);
    await screen.page.waitForFunction((was) => document.querySelector(".told .countdown b").textContent !== was, then);
    assert.deepEqual(await standing_findings(screen.page), []);
    assert.equal(await screen.evaluate(() => document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth), true);
    await shot(screen, "screen");
    assert.deepEqual(screen.errors, []);
    await screen.close();
    for (const tab of [other, guest])
      await tab.resize(375, 2400); // what the bar covers can be scrolled to, which axe does not know
    for (const [tab, name] of [[one, "desk"], [other, "desk-fr"], [guest, "guest"]]) {
      assert.deepEqual(await axe_findings(tab.page), [], name);
      assert.deepEqual(await tab.evaluate(() => (document.documentElement.scrollWidth <= innerWidth ? []
        : [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth).map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`))), [], name);
      await shot(tab, name);
    }
    for (const tab of [other, guest])
      await tab.resize(375, 800);
  });

  it("goes on to the next session, with everybody in the room", async () => {
    await click(one, "Go on to it");
    await one.sees("Everybody stays in the room");
    await shot(one, "next");
    await click(one, "Go on");
    for (const tab of [one, other, guest])
      await tab.until(() => document.querySelector("h1").textContent === "What comes after");
    await one.sees("Write the run sheet");
    await page.goto(`${server.origin}/test/organise/run/${code}/log/`);
    await page.sees("goes on to the next session");
    await page.sees("tells every room: Lunch is served in the hall.");
    assert.deepEqual(await axe_findings(page.page), []);
    await shot(page, "log");
  });
});
