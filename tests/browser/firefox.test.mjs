// What was first tried in Chromium, once in Firefox: a host with slides and the stage manager's desk, an interpreter in the booth, a
// hall's projector and its phone's page. Who speaks in Chromium is heard and seen there, and the other way round.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { talk_pdf } from "../support/pdf.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { choose, links_for } from "./interpret.mjs";
import { hears, sees_pictures } from "./watch.mjs";

const STAGE_TONE = 500, FOX_TONE = 1000; // Firefox's own fake microphone
const TINY = { width: 320, height: 180, frameRate: 8 };

describe("Firefox leads, shows, interprets, and is the hall", { skip: missing("chromium", "firefox") }, () => {
  const windows = [], tabs = {};
  let server, owner, url, links, halls, code, open_tab;

  before(async () => {
    server = await start();
    await importLive(server);
    owner = await ownerClient(server);
    url = `${server.origin}/test/live/scene/`;
    links = await links_for(owner, "fr");
    const { body_text } = await owner.post("/test/organise/halls/", { room: "scene", name: "Village hall" });
    halls = /href="([^"]+\/screen\/\?key=[^"]+)"/.exec(body_text)[1];
    [, code] = (await owner.get("/test/organise/run/")).body_text.match(/organise\/run\/(\w+)\/">Live now/);
    await owner.post(`/test/organise/run/${code}/act/`, { act: "draft" }, { from: `/test/organise/run/${code}/` });
    // A tab behind another is slow in Firefox: the host has a window of their own.
    const [lead, fox, stage, plain] = await Promise.all([open_firefox(), open_firefox(), open_chromium({ tone: STAGE_TONE }), open_chromium()]);
    windows.push(lead, fox, stage, plain);
    open_tab = (name, more) => fox.tab(more).then((tab) => (tabs[name] = tab));
    const cookies = [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
    tabs.host = await lead.tab({ cookies, camera: TINY });
    tabs.speaker = await stage.tab({ locale: "en-GB", cookies, camera: TINY });
    tabs.watcher = await plain.tab({ locale: "en-GB" });
    for (const tab of [tabs.host, tabs.speaker, tabs.watcher]) {
      await tab.goto(url);
      await tab.sees("Settings", 30000);
    }
  });
  after(async () => {
    for (const one of windows)
      await one.close().catch(() => {});
    const ended = await server?.stop();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  it("goes on stage as a host, seen and heard in Chromium, and sees and hears it", async () => {
    for (const tab of [tabs.speaker, tabs.host]) {
      await tab.click("Go on stage");
      await tab.until(() => document.querySelector("dialog video")?.videoWidth > 0, undefined, 30000);
      await tab.click("Go on stage");
      await tab.sees("Leave the stage", 30000);
    }
    await sees_pictures(tabs.watcher, ["v0", "v1"], { ms: 30000 });
    await sees_pictures(tabs.host, ["v0"], { ms: 30000 });
    await tabs.watcher.click("Turn on the sound");
    await hears(tabs.watcher, { a0: STAGE_TONE, a1: FOX_TONE }, 30000);
  });

  it("shows slides and turns their pages by keys", async () => {
    const { host, watcher } = tabs, form = new FormData();
    form.set("file", new Blob([talk_pdf(4)], { type: "application/pdf" }), "Our talk.pdf"); // the driver has no way to choose a file in Firefox
    form.set("shared", "");
    await owner.post(`/test/talk/${code}/slides/`, form, { headers: { accept: "application/json" } });
    await host.click("Slides");
    await host.sees("4 pages", 60000);
    await host.click("Show Our talk");
    await watcher.until(() => document.querySelector(".slide[data-page='1'] img")?.naturalWidth > 0);
    await host.until(() => document.querySelector(".slide[data-page='1'][aria-busy=false] img")?.naturalWidth > 0);
    await host.press("ArrowRight");
    await host.press("PageDown");
    await watcher.until(() => document.querySelector(".slide[data-page='3'] img")?.naturalWidth > 0);
    await host.until(() => document.querySelector(".slide[data-page='3'][aria-busy=false] img")?.naturalWidth > 0);
    await host.click("All slides");
    await host.until(() => document.querySelectorAll(".slide-grid img").length === 4);
    await host.press("Escape");
    await host.until(() => !document.querySelector("dialog"));
  });

  it("leads by the run sheet, a scene, a countdown and an announcement", async () => {
    const { host, watcher } = tabs;
    await host.click("Backstage");
    await host.click("Next: Welcome");
    await host.until(() => document.querySelector(".sheet .now b")?.textContent === "Welcome");
    await host.click("Everybody");
    await watcher.until(() => document.querySelector(".house").dataset.scene === "gallery");
    await host.click("By itself");
    await host.fill("#desk-text", "Lunch is served in the hall.");
    await host.press("Enter");
    await watcher.sees("Lunch is served in the hall.");
    await host.click("Count down");
    await watcher.until(() => /^[45]:\d\d$/.test(document.querySelector(".countdown b")?.textContent ?? ""));
    await host.click("No countdown");
  });

  it("interprets from the booth, heard by who chose the language", async () => {
    const { watcher } = tabs, booth = await open_tab("booth", { camera: TINY });
    await booth.goto(links[0]);
    await booth.click("Go into the booth");
    await booth.until(() => document.querySelector("dialog [type=submit]:not([disabled])") !== null, undefined, 30000);
    await booth.page.click("dialog [type=submit]");
    await booth.sees("Speak now");
    await choose(watcher, "fr");
    await booth.click("Speak now");
    await booth.sees("You are heard");
    await hears(watcher, { c: FOX_TONE }, 30000);
    await booth.click("Microphone");
    await hears(watcher, { c: 0 });
  });

  it("is the hall's projector and its phone: one queue, the slide, the captions' lane, the floor", async () => {
    const { host } = tabs, projector = await open_tab("projector", { width: 1280, height: 720 });
    await projector.goto(halls);
    await sees_pictures(projector, ["v0", "v1"], { ms: 30000 });
    await projector.until(() => document.querySelector(".loud") !== null); // this driver waits for nothing
    await projector.page.click(".loud");
    await hears(projector, { a0: STAGE_TONE, a1: FOX_TONE }, 30000);
    const phone = await open_tab("phone", { width: 375, height: 800 });
    await phone.goto(`${url}hall/`);
    await phone.fill("#name", "Paul");
    await Promise.all([phone.page.waitForNavigation(), phone.click("Raise my hand")]);
    await phone.sees("first in the queue");
    await phone.until(() => document.querySelector(".slide img")?.naturalWidth > 0);
    await projector.until(() => document.querySelector(".queue")?.innerText.includes("Paul"));
    await host.click("Hands 1");
    await host.click("Give the floor to Paul");
    await projector.until(() => document.querySelector(".floor .name")?.innerText === "Paul");
    await phone.sees("You have the floor");
  });

  it("left no error in any page", () => {
    for (const [name, tab] of Object.entries(tabs))
      assert.deepEqual(tab.errors, [], name);
  });
});
