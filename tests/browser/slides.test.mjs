// Slides in Chromium: a host sends a PDF in the room and turns its pages by keyboard and by button; who watches, at a desk and
// on a phone, and the phone in the hall see the same page; who comes late, too. The page of the session's slides.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { talk_pdf } from "../support/pdf.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { axe_findings, dark_findings, html_findings, standing_findings } from "./findings.mjs";

const SHOTS = process.env.SHOTS;

describe("slides", { skip: missing("chromium") }, () => {
  let server, chromium, cookies, host, watcher, phone, room, file;
  const shot = (tab, name) => SHOTS && tab.page.screenshot({ path: `${SHOTS}/slides-${name}.png` });
  const shows = (tab, page) => tab.until((wanted) => document.querySelector(`.slide[data-page="${wanted}"][aria-busy=false] img`)?.naturalWidth > 0, page);

  /** Of what the server sent: the browser's own tree has what looking at it left. */
  const sent_findings = async (tab) => html_findings(await tab.evaluate(() => fetch(location.href).then((answer) => answer.text())));

  before(async () => {
    server = await start();
    await importLive(server);
    const owner = await ownerClient(server);
    cookies = [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
    room = `${server.origin}/test/live/scene/`;
    file = path.join(server.folder, "Our talk.pdf");
    writeFileSync(file, talk_pdf(6));
    chromium = await open_chromium();
    const enter = async (options) => {
      const tab = await chromium.tab({ locale: "en-GB", ...options });
      await tab.goto(room);
      await tab.sees(options.locale ? "Réglages" : "Settings");
      return tab;
    };
    host = await enter({ cookies });
    watcher = await enter({});
    phone = await enter({ width: 375, height: 700, locale: "fr-FR" });
  });
  after(async () => {
    await chromium?.close();
    const { stderr } = await server.stop();
    assert.doesNotMatch(stderr, /Sanitizer|runtime error|CRITICAL/);
  });

  it("are sent in the room, drawn, and shown to everybody, by keyboard alone", async () => {
    assert.equal(await watcher.has("Slides"), false, "nobody else has this command");
    await host.page.getByRole("button", { name: "Slides" }).focus();
    await host.press("Enter");
    await host.page.setInputFiles("#slides-file", file);
    await host.page.focus("dialog button[type=submit]");
    await host.press("Enter");
    await host.sees("6 pages", 90000);
    assert.deepEqual(await axe_findings(host.page), []);
    await shot(host, "files");
    await host.page.getByRole("button", { name: "Show Our talk" }).focus();
    await host.press("Enter");
    for (const tab of [host, watcher, phone])
      await shows(tab, 1);
    await host.page.keyboard.press("ArrowRight");
    await host.page.keyboard.press("PageDown");
    await host.page.keyboard.press("ArrowRight");
    await host.page.keyboard.press("ArrowLeft");
    for (const tab of [host, watcher, phone])
      await shows(tab, 3);
    assert.equal(await watcher.evaluate(() => document.querySelector(".slide img").alt), "Slide 3 of 6");
    assert.match(await watcher.evaluate(() => document.getElementById("slide-words").textContent), /^Slide 3 of 6\nWe|^Slide 3 of 6\n/);
    assert.equal(await watcher.evaluate(() => document.querySelectorAll(".turn").length), 0);
  });

  it("look as they should, at a desk and on a phone", async () => {
    assert.deepEqual(await html_findings(await watcher.page.content()), []); // before what looks at it leaves its marks
    for (const [tab, name] of [[host, "host"], [watcher, "watcher"], [phone, "phone"]]) {
      await shot(tab, name);
      assert.deepEqual([...(await standing_findings(tab.page)), ...(await dark_findings(tab.page))], [], name);
    }
  });

  it("leave fields and the discussion their keys", async () => {
    await host.page.focus(".say input");
    await host.page.keyboard.press("ArrowRight");
    await host.page.keyboard.press("PageDown");
    await host.evaluate(() => document.activeElement.blur());
    await host.page.keyboard.press("ArrowRight");
    await shows(watcher, 4);
  });

  it("are all seen at a glance, and any of them shown", async () => {
    await host.click("All slides");
    await host.until(() => document.querySelectorAll(".slide-grid img").length === 6);
    await host.until(() => [...document.querySelectorAll(".slide-grid img")].every((one) => one.naturalWidth > 0));
    await shot(host, "all");
    assert.deepEqual(await axe_findings(host.page), []);
    await host.page.getByRole("button", { name: "6. Slide 6 of 6" }).click();
    await shows(watcher, 6);
    await host.until(() => [...document.querySelectorAll(".turn button")].find((one) => one.textContent === "Next slide")?.disabled);
  });

  it("are there for who comes late, small ones for who asks for sound only", async () => {
    const late = await chromium.tab({ locale: "en-GB" });
    await late.goto(room);
    await shows(late, 6);
    const size = () => late.evaluate(() => document.querySelector(".slide img").naturalWidth);
    assert.equal(await size(), 1280);
    await late.click("Sound only");
    await late.until(() => !document.querySelector(".cast video") && document.querySelector(".slide"));
    await host.press("ArrowLeft");
    await shows(late, 5);
    await late.until(() => document.querySelector(".slide img").naturalWidth === 640);
    await host.press("ArrowRight");
    await shows(late, 6);
    assert.equal(await size(), 1280); // it is there already: not once more, smaller
    await shot(late, "sound-only");
    assert.deepEqual(late.errors, []);
    await late.close();
  });

  it("are on the phone in the hall, kept fresh, and hidden when the host hides them", async () => {
    const hall = await chromium.tab({ locale: "en-GB", width: 375, height: 700 });
    await hall.goto(`${room}hall/`);
    await hall.until(() => document.querySelector(".slide img[alt='Slide 6 of 6']")?.naturalWidth === 640);
    await shot(hall, "hall");
    assert.deepEqual(await standing_findings(hall.page), []);
    const screen = await chromium.tab({ locale: "en-GB", cookies, width: 1280, height: 720 });
    await screen.goto(`${room}screen/`);
    await screen.until(() => document.querySelector(".share.slide[data-page='6'] img")?.naturalWidth === 1280);
    await shot(screen, "screen");
    assert.deepEqual(await standing_findings(screen.page), []);
    await host.press("ArrowLeft");
    await hall.until(() => document.querySelector(".slide img[alt='Slide 5 of 6']"));
    await screen.until(() => document.querySelector(".share.slide[data-page='5'] img[alt='Slide 5 of 6']")?.naturalWidth === 1280);
    assert.match(await screen.evaluate(() => document.getElementById("slide-words").textContent), /Slide 5 of 6/);
    await host.click("Hide");
    for (const tab of [watcher, screen])
      await tab.until(() => !document.querySelector(".slide"));
    await hall.until(() => !document.querySelector(".slide img"));
    assert.deepEqual([...hall.errors, ...screen.errors], []);
    await screen.close();
  });

  it("have a page where they are sent, shared and read", async () => {
    const desk = await chromium.tab({ locale: "en-GB", cookies }), reader = await chromium.tab({ locale: "fr-FR", width: 375, height: 800 });
    await desk.goto(`${server.origin}/test/schedule/`);
    await Promise.all([desk.page.waitForNavigation(), desk.click("Live now")]);
    await Promise.all([desk.page.waitForNavigation(), desk.click("Send or show the slides")]);
    await shot(desk, "page");
    assert.deepEqual([...(await standing_findings(desk.page)), ...(await dark_findings(desk.page)), ...(await sent_findings(desk))], []);
    await Promise.all([desk.page.waitForNavigation(), desk.click("Let everybody have it")]);
    await reader.goto(desk.page.url().replace(/\?.*/, ""));
    await reader.sees("Our talk");
    await Promise.all([reader.page.waitForNavigation(), reader.click("Lire")]);
    await shot(reader, "read");
    assert.deepEqual([...(await standing_findings(reader.page)), ...(await sent_findings(reader))], []);
    assert.deepEqual([...desk.errors, ...reader.errors, ...host.errors, ...watcher.errors, ...phone.errors], []);
  });
});
