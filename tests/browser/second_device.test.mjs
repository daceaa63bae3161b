// A host's laptop dies in the midst of a session, and the host goes on from a phone: on stage again, with a host's rights, the
// queue, the questions and the run sheet as they were. Then the phone stops without a word, as when a battery is empty, and
// another laptop goes on. The room is told of one person, never of two.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { ownerClient, run, start } from "../http/support.mjs";
import { Page } from "../support/page.mjs";
import { scheduleXml } from "../support/sample.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { axe_findings } from "./findings.mjs";
import { announced, listen } from "./keyboard.mjs";
import { hears, sees_pictures } from "./watch.mjs";

const LAPTOP_TONE = 500, PHONE_TONE = 1200, LAST_TONE = 800;
const TINY = { width: 320, height: 180, frameRate: 10 };

describe("a host whose laptop dies", { skip: missing("chromium") }, () => {
  const windows = [], place = { slug: "test", room: "scene" };
  let server, url, laptop_window, laptop, phone_window, phone, last, watcher, zoe, bo, before_death;

  before(async () => {
    server = await start();
    const file = path.join(server.folder, "sample.xml"), now = Date.now();
    await writeFile(file, scheduleXml("Test event", [
      { title: "Mediation in villages", room: "Scene", start: new Date(now - 10 * 60e3), minutes: 60, persons: ["Ana", "Bo"] },
    ]));
    assert.equal((await run("import", file, "--event", "test", "--publish", "--data", server.folder)).code, 0);
    url = `${server.origin}/test/live/scene/`;
    const owner = await ownerClient(server), [, code] = (await owner.get("/test/organise/run/")).body_text.match(/organise\/run\/(\w+)\/">Mediation/);
    await owner.post(`/test/organise/run/${code}/act/`, { act: "draft" }, { from: `/test/organise/run/${code}/` });
    const watching = await open_chromium();
    laptop_window = await open_chromium({ tone: LAPTOP_TONE });
    windows.push(watching, laptop_window);
    laptop = await laptop_window.tab({ locale: "en-GB", camera: TINY });
    await sign_in(laptop);
    watcher = await watching.tab({ locale: "en-GB" });
    await watcher.goto(url);
    await watcher.sees("Settings");
    await listen(watcher);
  });
  after(async () => {
    for (const tab of [phone, last, watcher].filter(Boolean))
      assert.deepEqual(tab.errors, []);
    for (const page of [zoe, bo].filter(Boolean))
      await page.close();
    for (const one of windows)
      await one.close().catch(() => {});
    const ended = await server?.stop();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  /** By a link of the mail, as on any device. */
  async function sign_in(tab) {
    await tab.goto((await run("link", "owner@example.org", "--data", server.folder, "--origin", server.origin)).stdout.trim());
    await Promise.all([tab.page.waitForNavigation(), tab.click("Enter")]);
    await tab.goto(url);
    await tab.sees("Settings");
  }

  /** Says yes in the preview, which is open. */
  async function confirm_stage(tab) {
    await tab.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await tab.click("Go on stage");
    await tab.until(() => !document.querySelector("dialog") && document.querySelector(".tile video"));
  }

  /** What the room holds, as somebody sees it who comes in now. */
  async function held() {
    const page = await Page.join(server, place, ""), { hands, people, discuss, floor, chat, scene, door } = page.welcome;
    await page.close();
    return { hands, discuss: { polls: discuss.polls, questions: discuss.questions }, floor, chat, scene, door, on_stage: people.filter(({ stage }) => stage !== null).map(({ name, role }) => ({ name, role })) };
  }

  /** The run sheet's line that is under way. */
  const under_way = (tab, words) => tab.until((wanted) => document.querySelector(".sheet .now b")?.textContent === wanted, words);

  it("leads from the laptop: on stage, two hands, a question that is answered, the second line of the run sheet", async () => {
    if (await laptop.has("Save")) {
      await laptop.fill("#my-name", "Ada Host");
      await laptop.press("Enter");
      await laptop.until(() => document.getElementById("my-words"));
    }
    await laptop.click("Go on stage");
    await confirm_stage(laptop);
    await sees_pictures(watcher, ["v0"]);
    await watcher.click("Turn on the sound");
    await hears(watcher, { a0: LAPTOP_TONE });
    [zoe, bo] = [await Page.join(server, place, "Zoé"), await Page.join(server, place, "Bo")];
    for (const page of [zoe, bo])
      await page.ask({ t: "hand", up: true }, "hands", (m) => m.list.includes(page.welcome.me.id));
    const { question } = await zoe.ask({ t: "ask", id: "q", text: "Who drives the bus?", named: true }, "asked");
    await bo.ask({ t: "vote", id: question, on: true }, "voted");
    await laptop.click("Questions 1");
    await laptop.click("Answer now: Who drives the bus?");
    await laptop.click("Backstage");
    await laptop.click("Next: Welcome");
    await laptop.click("Next: Talk");
    await under_way(laptop, "Talk");
    await watcher.click("Questions 1");
    await watcher.sees("Being answered");
    before_death = await held();
    assert.deepEqual(before_death.on_stage.map(({ role }) => role), ["host"]);
    assert.deepEqual(before_death.hands, [zoe.welcome.me.id, bo.welcome.me.id]);
  });

  /** Of a window's whole browser. @param {"SIGKILL" | "SIGSTOP"} signal */
  async function strike(window, signal) {
    const session = await window.browser.newBrowserCDPSession(), { processInfo } = await session.send("SystemInfo.getProcessInfo");
    for (const { id } of processInfo)
      process.kill(id, signal);
    return () => processInfo.forEach(({ id }) => process.kill(id, "SIGKILL"));
  }

  /** The only one on stage is seen and heard by the watcher, from this device. */
  async function is_on_stage(tone) {
    await watcher.until(() => document.querySelectorAll(".tile").length === 1 && document.querySelector(".tile video[data-line]")?.videoWidth > 0 && !document.body.innerText.includes("Line cut"));
    const line = await watcher.evaluate(() => document.querySelector(".tile video[data-line]").dataset.line);
    await sees_pictures(watcher, [line]);
    await hears(watcher, { [line.replace("v", "a")]: tone });
  }

  it("dies: the room says that the line is cut, and keeps everything", async () => {
    await strike(laptop_window, "SIGKILL");
    await watcher.until(() => document.querySelector(".tile .marks")?.innerText.includes("Line cut, coming back"));
    assert.deepEqual(await held(), before_death);
  });

  it("goes on from the phone with one click: the same person on stage, seen and heard", async () => {
    phone_window = await open_chromium({ tone: PHONE_TONE });
    windows.push(phone_window);
    phone = await phone_window.tab({ locale: "en-GB", width: 375, height: 800, camera: TINY });
    await sign_in(phone);
    await phone.sees("Before you go on stage");
    await confirm_stage(phone);
    await is_on_stage(PHONE_TONE);
    assert.equal(await phone.evaluate(() => document.querySelectorAll(".tile").length), 1);
  });

  it("finds the queue, the question and the run sheet as they were, and leads on", async () => {
    assert.deepEqual(await held(), before_death);
    await phone.click("Backstage");
    await under_way(phone, "Talk");
    await phone.click("Hands 2");
    await phone.until((wanted) => [...document.querySelectorAll(".panel .rows li > span:first-child")].map((one) => one.innerText.trim()).join() === wanted, "1. Zoé,2. Bo");
    await phone.click("Give the floor to Zoé");
    await watcher.sees("Zoé has the floor");
    await zoe.next("people", (m) => m.set.some(({ id, stage }) => id === zoe.welcome.me.id && stage !== null));
    zoe.send({ t: "leave" });
    await phone.click("Questions 1");
    await phone.click("It is answered: Who drives the bus?");
    await watcher.until(() => document.querySelector(".votes li.answered"));
    await phone.click("Backstage");
    await phone.click("Next: Talk");
    if (process.env.SHOTS)
      await phone.page.screenshot({ path: `${process.env.SHOTS}/second-device-375.png` });
    assert.deepEqual(await axe_findings(phone.page), []);
    assert.ok(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  });

  it("a device that stops without a goodbye is told as cut within seconds, and another goes on", async () => {
    const end = await strike(phone_window, "SIGSTOP");
    await watcher.until(() => document.querySelector(".tile .marks")?.innerText.includes("Line cut, coming back"), undefined, 20000);
    const window = await open_chromium({ tone: LAST_TONE });
    windows.push(window);
    last = await window.tab({ locale: "en-GB", camera: TINY });
    await sign_in(last);
    await last.sees("Before you go on stage");
    await confirm_stage(last);
    await is_on_stage(LAST_TONE);
    end();
    await last.click("Backstage");
    await under_way(last, "Talk");
    await last.sees("Next: Questions");
  });

  it("told the room sensibly: nobody left who is there", async () => {
    const said = (await announced(watcher)).map(({ text }) => text);
    for (const text of said)
      console.log(`# said to a watcher: ${text}`);
    assert.doesNotMatch(said.join("\n"), /Ada Host (?:left|came in)/);
    const there = await watcher.evaluate(() => document.querySelector(".clock b").innerText);
    assert.equal(there, "4", "host, watcher, Zoé and Bo");
  });
});
