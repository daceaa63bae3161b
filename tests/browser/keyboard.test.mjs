// A session by the keyboard alone: a host takes a hand, gives the floor, answers a question, opens a poll, turns the slides and
// ends; somebody who takes part raises a hand, comes on stage, asks, votes, answers and writes. Forty others come, write and go
// meanwhile: what a screen reader is given is kept as text, and has to be little and clear.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { Page } from "../support/page.mjs";
import { talk_pdf } from "../support/pdf.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { axe_findings } from "./findings.mjs";
import { announced, is_told, listen, open_tab, press, reach } from "./keyboard.mjs";
import { sees_pictures } from "./watch.mjs";

const OTHERS = 40, MINUTE_MS = 60e3, SAID_A_MINUTE = 20, WORDS_A_MINUTE = 200; // a slow screen reader speaks as many
const TINY = { width: 320, height: 180, frameRate: 10 };

describe("a session by the keyboard alone", { skip: missing("chromium") }, () => {
  const others = [];
  let server, place, chromium, host, gus, url;

  before(async () => {
    server = await start();
    place = await importLive(server);
    url = `${server.origin}/${place.slug}/live/${place.room}/`;
    chromium = await open_chromium({ devices: true });
    const owner = await ownerClient(server);
    host = await chromium.tab({ locale: "en-GB", camera: TINY, cookies: [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin })) });
    gus = await chromium.tab({ locale: "en-GB", camera: TINY });
    for (const tab of [host, gus]) {
      await tab.goto(url);
      await tab.sees("Settings");
      await listen(tab);
    }
  });
  after(async () => {
    for (const page of others)
      page.socket.terminate();
    for (const tab of [host, gus].filter(Boolean))
      assert.deepEqual(tab.errors, []);
    await chromium?.close();
    const ended = await server?.stop();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  async function say_name(tab, name) {
    await reach(tab, "Your name, to write or to raise a hand");
    await tab.page.keyboard.type(name);
    await tab.press("Enter");
    await tab.until(() => document.getElementById("my-words"));
  }

  /** Others come in, write, and some raise a hand. */
  async function bustle(from, count) {
    await Promise.all(Array.from({ length: count }, async (_, n) => {
      const page = await Page.join(server, place, `Person ${from + n}`);
      others.push(page);
      await page.ask({ t: "say", id: `s${n}`, text: `Hello, I am number ${from + n}` }, "said", (m) => m.id === `s${n}`);
      if (n % 10 === 0)
        await page.ask({ t: "hand", up: true }, "hands", (m) => m.list.includes(page.welcome.me.id));
    }));
  }

  it("a host says a name, goes on stage; somebody raises a hand by two keys", async () => {
    await say_name(host, "Ada");
    await press(host, "Go on stage");
    await host.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await press(host, /^My picture and my voice may be recorded/, "Space");
    await press(host, "Go on stage");
    await host.until(() => !document.querySelector("dialog") && document.querySelector(".tile video"));
    await sees_pictures(gus, ["v0"], { ms: 30000 });
    await gus.press("Alt+Shift+H"); // without a name one is led to that field
    await gus.until(() => document.activeElement?.id === "my-name");
    await say_name(gus, "Gus");
    await gus.press("Alt+Shift+H");
    await is_told(gus, "Your hand is first in the queue.");
  });

  it("the host takes the hand, and who raised it says yes", async () => {
    await bustle(1, 12);
    await open_tab(host, "hands");
    await press(host, "Bring Gus on stage");
    await gus.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await press(gus, "Go on stage");
    await gus.until(() => !document.querySelector("dialog") && document.querySelectorAll(".tile video").length === 2, undefined, 30000);
    await gus.press("Alt+Shift+M");
    await host.until(() => [...document.querySelectorAll(".tile")].some((one) => one.innerText.includes("Gus") && one.innerText.includes("microphone off")));
    await gus.press("Alt+Shift+M");
  });

  it("the host gives the floor, lowers a hand, and takes the floor back", async () => {
    await press(host, /^Give the floor to Person/);
    await gus.sees("has the floor");
    await press(host, /^Lower the hand of Person/);
    await press(host, "Take the floor back");
    await gus.sees_not("has the floor");
  });

  it("one asks, one answers; a poll is opened, answered and closed", async () => {
    await bustle(13, 14);
    await open_tab(gus, "discuss");
    await reach(gus, "Your question");
    await gus.page.keyboard.type("Who drives the bus on Sundays?");
    await gus.press("Enter");
    await open_tab(host, "discuss");
    await press(host, "Answer now: Who drives the bus on Sundays?");
    await gus.sees("Being answered");
    await press(host, "It is answered: Who drives the bus on Sundays?");
    await press(host, "Prepare a poll");
    await reach(host, "Question");
    await host.page.keyboard.type("Where next year?");
    await reach(host, "Answers, one a line, 2 to 12");
    await host.page.keyboard.type("Chalais");
    await host.press("Enter");
    await host.page.keyboard.type("Brossac");
    await press(host, "Save the draft");
    await press(host, "Open the poll");
    await gus.sees("Where next year?");
    await reach(gus, "Chalais");
    await gus.press("ArrowDown");
    await press(gus, "Answer");
    await host.until(() => document.querySelectorAll(".bars li b")[1]?.textContent === "100 % (1)");
    await press(host, "Close the poll and show the results");
    await gus.until(() => document.querySelectorAll(".bars li b")[1]?.textContent === "100 % (1)");
  });

  it("the host shows slides and turns them", async () => {
    const file = path.join(server.folder, "Our talk.pdf");
    writeFileSync(file, talk_pdf(4));
    await press(host, "Slides");
    await host.page.setInputFiles("#slides-file", file);
    await press(host, "Send");
    await host.sees("4 pages", 60000);
    await press(host, "Show Our talk");
    await gus.until(() => document.querySelector(".slide[data-page='1'] img")?.naturalWidth > 0);
    await press(host, "Next slide");
    await gus.until(() => document.querySelector(".slide[data-page='2'] img")?.naturalWidth > 0);
    await host.press("ArrowRight");
    await gus.until(() => document.querySelector(".slide[data-page='3'] img")?.naturalWidth > 0);
    await is_told(gus, "Slide 3 of 4"); // after what was being said
    await bustle(27, 14);
    for (const tab of [host, gus])
      assert.deepEqual(await axe_findings(tab.page), []);
  });

  it("the host ends the session", async () => {
    for (const page of others.slice(0, 20))
      page.close();
    await press(host, "End the session");
    await host.sees("End the session?");
    assert.deepEqual(await axe_findings(host.page), []);
    await press(host, "End the session");
    await is_told(gus, "The session is over.");
    await gus.sees("It was not recorded.");
  });

  it("gave screen readers little to say, and clear sentences", async () => {
    const said = { host: await announced(host), gus: await announced(gus) };
    for (const [who, list] of Object.entries(said)) {
      for (const { at_ms, text } of list)
        console.log(`# ${who} ${(at_ms / 1000).toFixed(1)} s: ${text}`);
      for (const [n, { at_ms }] of list.entries()) {
        const minute = list.slice(n).filter((one) => one.at_ms < at_ms + MINUTE_MS), words = minute.map(({ text }) => text).join(" ").split(/\s+/).length;
        assert.ok(minute.length <= SAID_A_MINUTE && words <= WORDS_A_MINUTE, `${who}: ${minute.length} announcements of ${words} words in a minute`);
      }
      for (const { text } of list) {
        assert.doesNotMatch(text, /undefined|null|NaN|\[object|[{}<>]/, text);
        assert.doesNotMatch(text, /[^.!?…:,] (?:Slide \d|Being answered|A poll|You |Your |The |\d+ (?:people|hands|new) )/u, `a sentence has no end: ${text}`);
      }
    }
    const all = (who) => said[who].map(({ text }) => text).join("\n");
    for (const sentence of ["Gus raises a hand.", "new messages.", "has the floor"])
      assert.ok(all("host").includes(sentence), sentence);
    for (const sentence of ["Your hand is first in the queue.", "The host invites you on stage.", "has the floor", "Being answered: Who drives the bus on Sundays?", "Slide 3 of 4", "The session is over."])
      assert.ok(all("gus").includes(sentence), sentence);
  });
});
