// A workshop: people wait at the door and are let in, take seats, talk in three groups, are visited, survive a power cut, and are
// called back. Chromium and Firefox as people have them; commands by their words, the host's by the keyboard where it is marked.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { Page } from "../support/page.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { axe_findings, standing_findings } from "./findings.mjs";
import { connections_made, free_port, hears, sees_pictures } from "./watch.mjs";

const ANA_TONE = 500, CALL_MS = 45000, BEGIN_MS = 45000; // a browser's first page
const TINY = { width: 320, height: 180, frameRate: 10 }; // seven browsers on two cores

describe("a workshop with three groups and a call back", { skip: missing("chromium", "firefox") }, () => {
  const windows = [];
  let server, media_port, place, url, host, ana, bo, cy, dee;

  before(async () => {
    media_port = await free_port();
    server = await start({ args: ["--media-port", String(media_port)] });
    place = await importLive(server);
    const owner = await ownerClient(server);
    const form = await owner.post(`/${place.slug}/organise/rooms/${place.room}/`, { name: "Scene", kind: "workshop", lobby: "1", capacity: "", note: "" });
    assert.equal(form.status, 303);
    url = `${server.origin}/${place.slug}/live/${place.room}/`;
    const cookies = [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
    const [plain, hers, his] = await Promise.all([open_chromium({ devices: true }), open_chromium({ tone: ANA_TONE }), open_firefox()]);
    windows.push(plain, hers, his);
    host = await plain.tab({ locale: "en-GB", cookies, camera: TINY });
    ana = await hers.tab({ locale: "en-GB", camera: TINY });
    bo = await his.tab({ camera: TINY });
    cy = await plain.tab({ locale: "fr-FR", width: 375, height: 800 });
    dee = await plain.tab({ locale: "en-GB" });
    await host.goto(url);
    await host.sees("Nobody has a seat yet.");
    await host.fill("#my-name", "The host");
    await host.press("Enter");
    await host.until(() => document.getElementById("my-words"));
  });
  after(async () => {
    for (const tab of [host, ana, bo, cy, dee].filter(Boolean))
      assert.deepEqual(tab.errors, []);
    for (const one of windows)
      await one.close().catch(() => {});
    const ended = await server?.stop();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  const shot = (tab, name) => process.env.TRETEAU_SHOTS && tab.page.screenshot({ path: join(process.env.TRETEAU_SHOTS, name + ".png") });

  /** Says a name at the door. */
  async function stand(tab, name) {
    await tab.goto(url);
    await tab.until(() => document.querySelector(".lobby") !== null, null, BEGIN_MS);
    await tab.fill("#my-name", name);
    await tab.press("Enter");
    await tab.sees(name);
  }

  /** With camera and microphone. */
  async function take_seat(tab) {
    await tab.click("Take a seat");
    await tab.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await tab.click("Take a seat");
    await tab.until(() => !document.querySelector("dialog") && document.querySelector(".tile video") !== null);
  }

  it("lets somebody wait calmly at the door, test the camera, and be let in", async () => {
    await stand(ana, "Ana");
    await ana.sees("A host will let you in");
    await host.sees("Waiting to be let in: Ana.");
    await host.until(() => document.getElementById("announcer").textContent.includes("to be let in: Ana."));
    await ana.click("Test my camera and my microphone");
    await ana.until(() => document.querySelector(".lobby video")?.videoWidth > 0);
    assert.deepEqual(await standing_findings(ana.page), []);
    await ana.resize(1280, 800);
    await shot(ana, "lobby-test-1280");
    await host.click("Let in");
    await ana.sees("Nobody has a seat yet.");
    await ana.until(() => document.getElementById("announcer").textContent.includes("You are in the room."));
    await host.sees_not("Waiting to be let in");
  });

  it("lets in all who wait at once", async () => {
    await stand(bo, "Bo");
    await stand(cy, "Cy");
    await cy.sees("On va vous faire entrer");
    await stand(dee, "Dee");
    await host.until(() => document.querySelector(".house .notice")?.innerText.includes("Dee"));
    assert.deepEqual(await axe_findings(host.page), []);
    await host.click("Let all in");
    await Promise.all([bo, dee].map((tab) => tab.sees("Take a seat")));
    await cy.sees("Prendre place");
  });

  it("everybody may take a seat and be seen", async () => {
    await take_seat(ana);
    await take_seat(bo);
    await sees_pictures(host, ["v0", "v1"]);
    await sees_pictures(ana, ["v1"]);
    await sees_pictures(bo, ["v0"]);
  });

  it("the host makes three groups by hand, and opens them", async () => {
    await host.click("Groups");
    await host.page.selectOption("#groups-how", "hand");
    await host.page.selectOption("#groups-minutes", "20");
    await host.click("Make the groups");
    await host.sees("Open the groups");
    assert.deepEqual(await axe_findings(host.page), []);
    for (const [name, group] of [["Ana", "Group 1"], ["Bo", "Group 1"], ["Cy", "Group 2"], ["Dee", "Group 3"]]) {
      await host.page.selectOption(`select[aria-label="Group of ${name}"]`, { label: group });
      await host.until((who) => [...document.querySelectorAll(".groups ol .names li")].some((one) => one.innerText.startsWith(who)), name);
    }
    await shot(host, "groups-prepared-1280");
    assert.equal(await ana.has("Groups"), false);
    await host.click("Open the groups");
    for (const tab of [ana, bo])
      await tab.sees("You are in Group 1.");
    await cy.sees("Vous êtes dans Group 2.");
    await dee.sees("You are in Group 3.");
  });

  it("picture and voice come along, without a click, and stay in the group", async () => {
    await Promise.all([ana, bo].map((tab) => tab.until(() => document.querySelectorAll(".tile video").length === 2)));
    const seats = await bo.evaluate(() => [...document.querySelectorAll("video[data-line]")].map((one) => one.dataset.line));
    await sees_pictures(bo, seats);
    await hears(bo, { [seats[0].replace("v", "a")]: ANA_TONE });
    assert.equal(await dee.evaluate(() => document.querySelectorAll(".tile").length), 0);
    await ana.fill("#my-words", "Only for Group 1");
    await ana.press("Enter");
    await bo.sees("Only for Group 1");
    await shot(ana, "group-1280");
    await bo.resize(375, 800);
    await shot(bo, "group-375");
    assert.deepEqual(await axe_findings(ana.page), []);
    assert.equal(await dee.evaluate(() => document.body.innerText.includes("Only for Group 1")), false);
    await bo.resize(1280, 800);
  });

  it("the host visits a group and comes back", async () => {
    await host.until(() => [...document.querySelectorAll(".group-head")].every((one) => /[12] there/.test(one.innerText)));
    await shot(host, "groups-open-1280");
    await host.click("Visit Group 1");
    await host.sees("You are in Group 1.");
    await host.click("Discussion");
    await host.sees("Only for Group 1");
    await host.until(() => document.querySelectorAll(".tile video").length === 2);
    await host.click("Back to the room");
    await host.sees("The others talk in groups.");
  });

  it("a power cut in the midst: the same groups, seats and words", async () => {
    const made = await connections_made(bo), { folder } = server, port = new URL(server.origin).port;
    await server.kill();
    server = await start({ folder, args: ["--port", port, "--media-port", String(media_port)] });
    await Promise.all([ana, bo].map((tab) => tab.until(() => document.querySelectorAll(".tile video").length === 2 && !document.body.innerText.includes("The line to the room is cut"), null, 20000)));
    const seats = await bo.evaluate(() => [...document.querySelectorAll("video[data-line]")].map((one) => one.dataset.line));
    await sees_pictures(bo, seats, { made });
    await bo.sees("Only for Group 1");
    await dee.sees("You are in Group 3.");
    await host.sees("The others talk in groups.");
  });

  it("a message reaches all groups, and the call brings all back with a countdown", async () => {
    await host.click("Groups");
    await host.fill("#groups-say", "Write down one idea");
    await host.press("Enter");
    for (const tab of [ana, bo, cy, dee])
      await tab.sees("Write down one idea");
    await host.click("Call everybody back");
    await ana.until(() => /Everybody goes back to the room\. 0:[0-3]\d/.test(document.querySelector(".groups-end")?.innerText ?? ""));
    assert.deepEqual(await axe_findings(dee.page), []);
    await shot(cy, "called-375");
    await Promise.all([ana, bo, dee].map((tab) => tab.until(() => !document.body.innerText.includes("You are in Group") && document.querySelector("h1")?.innerText === "Live now", null, CALL_MS)));
    await cy.sees("Prendre place");
  });

  it("all are back in the room, those with a seat on one", async () => {
    await host.until(() => document.querySelectorAll(".tile video").length === 2);
    const seats = await host.evaluate(() => [...document.querySelectorAll("video[data-line]")].map((one) => one.dataset.line));
    await sees_pictures(host, seats);
    await sees_pictures(dee, seats);
    await dee.click("Discussion");
    assert.equal(await dee.evaluate(() => document.body.innerText.includes("Only for Group 1")), false);
  });

  it("thirty with a seat: those with cameras are seen by both browsers, on lines for all", async () => {
    await host.click("People");
    await host.page.selectOption("#my-door", "open");
    const made = { host: await connections_made(host), bo: await connections_made(bo) }, pages = [];
    for (let n = 0; n < 28; n++) {
      pages.push(await Page.join(server, place, `P${n}`));
      await pages[n].ask({ t: "take" }, "people", (m) => m.set.some((one) => one.id === pages[n].welcome.me.id && one.stage !== null));
    }
    await host.until(() => document.querySelectorAll(".tile").length === 30);
    await sees_pictures(host, ["v0", "v1"], { made: made.host, ms: 30000 });
    await sees_pictures(bo, [await bo.until(() => document.querySelector("video[data-line]")?.dataset.line)], { made: made.bo, ms: 30000 });
    for (const tab of [host, bo]) {
      const bytes = await tab.evaluate(() => Math.max(...globalThis.witness.connections.filter((pc) => pc.connectionState === "connected")
        .map((pc) => JSON.stringify(pc.localDescription.sdp).length)));
      console.log(`${bytes} bytes of answer for thirty seats`);
      assert.ok(bytes < 60 * 1024, `${bytes} bytes: a message has 64 KiB at most`);
    }
    assert.deepEqual(await standing_findings(host.page), []);
    for (const page of pages)
      await page.close();
  });
});
