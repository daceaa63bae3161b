// What goes on inside a workshop that is encrypted end to end: an interpreter in the booth, and groups. Who has the key sees and hears
// them; who sits beside them without it sees and hears nobody. Chromium and Firefox, through the server itself.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { choose, links_for, sound_on } from "./interpret.mjs";
import { hears, sees_pictures } from "./watch.mjs";

const HOST_TONE = 500, ANA_TONE = 900, INTERPRETER_TONE = 1400, BEGIN_MS = 45000;
const TINY = { width: 320, height: 180, frameRate: 10 }; // five browsers on two cores

describe("inside a workshop encrypted end to end", { skip: missing("chromium", "firefox") }, () => {
  const windows = [], tabs = [];
  let server, url, link, booth_link, host, ana, bo, interpreter, eve;

  async function open(opener, options, more = {}) {
    const window = await opener(options);
    windows.push(window);
    tabs.push(await window.tab({ locale: "en-GB", ...more }));
    return tabs.at(-1);
  }

  before(async () => {
    server = await start();
    const place = await importLive(server), owner = await ownerClient(server);
    const form = await owner.post(`/${place.slug}/organise/rooms/${place.room}/`, { name: "Scene", kind: "workshop", sealed: "1", capacity: "", note: "" });
    assert.equal(form.status, 303);
    [booth_link] = await links_for(owner, "fr");
    url = `${server.origin}/${place.slug}/live/${place.room}/`;
    const cookies = [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
    host = await open(open_chromium, { tone: HOST_TONE }, { cookies, camera: TINY });
    ana = await open(open_chromium, { tone: ANA_TONE }, { camera: TINY });
    interpreter = await open(open_chromium, { tone: INTERPRETER_TONE });
    eve = await open(open_chromium);
    bo = await open(open_firefox, undefined, { camera: TINY });
  });
  after(async () => {
    for (const one of windows)
      await one.close().catch(() => {});
    const ended = await server?.stop();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  async function come_in(tab, address, name) {
    await tab.goto(address);
    await tab.until(() => document.getElementById("my-name") !== null, null, BEGIN_MS);
    await tab.fill("#my-name", name);
    await tab.press("Enter");
    await tab.until(() => document.getElementById("my-words") !== null);
  }

  async function take_seat(tab) {
    await tab.click("Take a seat");
    await tab.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await tab.click("Take a seat");
    await tab.until(() => !document.querySelector("dialog") && document.querySelector(".tile video") !== null);
  }

  /** Media arrive on the newest line, and no picture is made of them. */
  async function opens_nothing(tab) {
    await tab.until(() => globalThis.witness.connections.at(-1)?.getStats().then((stats) => [...stats.values()].filter((s) => s.type === "inbound-rtp").reduce((sum, s) => sum + s.packetsReceived, 0) > 100));
    assert.equal(await tab.evaluate(() => globalThis.witness.connections.at(-1).getStats().then((stats) => [...stats.values()].reduce((sum, s) => sum + (s.framesDecoded ?? 0), 0))), 0);
  }

  it("the host makes the key, and people come with it and without", async () => {
    await come_in(host, url, "The host");
    await host.click("Make the key");
    await host.sees("The link with the key");
    link = await host.evaluate(() => document.getElementById("seal-link").value);
    await host.click("Close");
    await come_in(ana, link, "Ana");
    await come_in(bo, link, "Bo");
    await come_in(eve, url, "Eve");
    await take_seat(host);
    await sees_pictures(bo, ["v0"], { ms: 30000 });
  });

  it("an interpreter comes by the booth's link, opens the one with the key in the same tab, and is heard by who has the key", async () => {
    await come_in(interpreter, booth_link, "Inès");
    await interpreter.sees("You came without the key");
    await interpreter.goto(link);
    await interpreter.sees("Encrypted end to end");
    await sound_on(interpreter);
    await hears(interpreter, { a0: HOST_TONE });
    await interpreter.click("Go into the booth");
    await interpreter.until(() => Boolean(document.querySelector("dialog [type=submit]:not([disabled])")));
    await interpreter.sees("Nothing can be recorded here");
    assert.equal(await interpreter.evaluate(() => document.querySelector("dialog [name=consent]")), null);
    await interpreter.page.click("dialog [type=submit]");
    await interpreter.click("Speak now");
    await interpreter.sees("You are heard");
    await sound_on(bo);
    await choose(bo, "fr");
    await hears(bo, { a0: HOST_TONE, c: INTERPRETER_TONE }, 25000);
    await sound_on(eve);
    await choose(eve, "fr");
    await opens_nothing(eve);
    await hears(eve, { a0: 0, c: 0 });
  });

  it("a group is encrypted as the room is: who sits in it without the key sees and hears nobody", async () => {
    await take_seat(ana);
    await take_seat(bo);
    await host.click("Groups");
    await host.page.selectOption("#groups-how", "hand");
    await host.click("Make the groups");
    await host.sees("Open the groups");
    for (const name of ["Ana", "Bo", "Eve"]) {
      await host.page.selectOption(`select[aria-label="Group of ${name}"]`, { label: "Group 1" });
      await host.until((who) => [...document.querySelectorAll(".groups ol .names li")].some((one) => one.innerText.startsWith(who)), name);
    }
    await host.click("Open the groups");
    for (const tab of [ana, bo, eve])
      await tab.sees("You are in Group 1.");
    for (const tab of [ana, bo])
      await tab.sees("Encrypted end to end");
    await Promise.all([ana, bo].map((tab) => tab.until(() => document.querySelectorAll(".tile video").length === 2)));
    const seats = await bo.evaluate(() => [...document.querySelectorAll("video[data-line]")].map((one) => one.dataset.line));
    await sees_pictures(bo, seats);
    await hears(bo, { [seats[0].replace("v", "a")]: ANA_TONE }, 25000);
    await opens_nothing(eve);
    await hears(eve, { a0: 0, a1: 0 });
  });

  it("the host visits the group with the same key, and all come back", async () => {
    await host.click("Visit Group 1");
    await host.sees("You are in Group 1.");
    await host.sees("Encrypted end to end");
    await host.until(() => document.querySelectorAll(".tile video").length === 2);
    const seats = await host.evaluate(() => [...document.querySelectorAll("video[data-line]")].map((one) => one.dataset.line));
    await sees_pictures(host, seats);
    await host.click("Back to the room");
    await host.sees("The others talk in groups.");
    await host.click("Groups");
    await host.click("Call everybody back");
    await Promise.all([ana, bo].map((tab) => tab.until(() => !document.body.innerText.includes("You are in Group"), null, BEGIN_MS)));
    await sees_pictures(ana, ["v0"], { ms: 30000 });
  });

  it("left no error on any page", () => {
    for (const one of tabs)
      assert.deepEqual(one.errors, []);
  });
});
