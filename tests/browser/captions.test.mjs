// Captions from one keyboard to another page's lane, in Chromium against the whole server: by Enter and word by word,
// corrections, turns, a restart, sizes that are kept; and the interpreter's picture, as large as a person wants it.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { run, start } from "../http/support.mjs";
import { measured } from "../support/measure.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { axe_findings, html_findings } from "./findings.mjs";

describe("captions in the room", { skip: missing("chromium") }, () => {
  let server, chromium, room, captioner, other, watcher;

  before(async () => {
    server = await start();
    const place = await importLive(server);
    room = `${server.origin}/${place.slug}/live/${place.room}/`;
    chromium = await open_chromium({ devices: true });
  });
  after(async () => {
    for (const tab of [captioner, other, watcher])
      assert.deepEqual(tab?.errors ?? [], []);
    await chromium?.close();
    const { stderr } = await server.stop({ keep: false });
    assert.doesNotMatch(stderr, /Sanitizer|runtime error|CRITICAL/);
  });

  async function enter(email, size = {}) {
    const tab = await chromium.tab({ locale: "en-GB", ...size });
    if (email) {
      await tab.goto((await run("link", email, "--data", server.folder, "--origin", server.origin)).stdout.trim());
      await Promise.all([tab.page.waitForNavigation(), tab.click("Enter")]);
    }
    await tab.goto(room);
    await tab.sees("Settings");
    return tab;
  }

  const lane = (tab) => tab.evaluate(() => [...document.querySelectorAll(".captions p")].map((p) => p.textContent));
  const shows = (tab, text) => tab.until((wanted) => document.querySelector(".captions p:last-child")?.textContent === wanted, text, 5000);
  const choose = async (tab, what, value) => {
    await tab.click("Settings");
    await tab.page.selectOption(what, value);
    await tab.press("Escape");
    await tab.until(() => !document.querySelector("dialog"));
  };

  const within_a_second = (act, undo) => measured(async (earlier) => {
    if (earlier.length)
      await undo();
    const since = performance.now();
    await act();
    return performance.now() - since;
  }, (took_ms) => took_ms < 1000);

  it("are typed by keyboard alone and read elsewhere within a second", async () => {
    watcher = await enter(null, { width: 1280, height: 800 });
    captioner = await enter("captioner@example.org");
    assert.equal(await watcher.evaluate(() => document.querySelector(".desk, .captions")), null, "nothing to see before a word");
    assert.equal(await captioner.evaluate(() => document.querySelector(".desk")), null, "an organiser who leads is not asked to type");
    await captioner.page.getByRole("button", { name: "Type captions" }).focus();
    await captioner.press("Enter");
    await captioner.page.focus("#caption");
    await captioner.page.keyboard.type("The shared post changes all.");
    await within_a_second(async () => {
      await captioner.press("Enter");
      await shows(watcher, "The shared post changes all.");
    }, async () => { // takes it back, and types it again
      await captioner.until(() => document.querySelector(".desk li"));
      await captioner.press("ArrowUp");
      await captioner.page.fill("#caption", "");
      await captioner.press("Enter");
      await watcher.until(() => !document.querySelector(".captions p"));
      await captioner.page.keyboard.type("The shared post changes all.");
    });
    assert.equal(await captioner.evaluate(() => document.activeElement.id + document.activeElement.value), "caption");
  });

  it("come word by word where the captioner says so, each within a second", async () => {
    await captioner.click("Show each word as I type");
    await captioner.page.focus("#caption");
    for (const [typed, seen, before] of [["Three", "Three", ""], [" towns", "Three towns", "Three"], [" and a contract", "Three towns and a contract", "Three towns"]])
      await within_a_second(async () => {
        await captioner.page.keyboard.type(typed);
        await shows(watcher, seen);
      }, async () => {
        await captioner.page.fill("#caption", before);
        await shows(watcher, before || "The shared post changes all.");
      });
    await captioner.press("Enter");
    await captioner.until(() => document.querySelectorAll(".desk li").length === 2);
    assert.deepEqual(await lane(watcher), ["The shared post changes all.", "Three towns and a contract"]);
  });

  it("are there at once also where the page's clock is slow", async () => {
    const late = await chromium.tab({ locale: "en-GB" });
    await late.page.addInitScript(() => {
      const parse = JSON.parse;
      JSON.parse = (text) => {
        const message = parse(text);
        if (message?.now_us)
          message.now_us -= 60e6;
        return message;
      };
    });
    await late.goto(room);
    await late.sees("Raise my hand");
    await captioner.page.focus("#caption");
    await captioner.page.keyboard.type("At once.");
    await captioner.press("Enter");
    await shows(late, "At once.");
    await captioner.until(() => document.querySelector(".desk li span").textContent === "At once.");
    await captioner.press("ArrowUp");
    await captioner.until(() => document.querySelector("#caption").value === "At once.");
    await captioner.page.fill("#caption", "");
    await captioner.press("Enter");
    await shows(watcher, "Three towns and a contract");
    assert.deepEqual(late.errors, []);
    await late.close();
  });

  it("are read by a screen reader to who asks for it, each line once, and to nobody else", async () => {
    const listener = await enter(null);
    const hears = (tab) => tab.evaluate(() => {
      globalThis.heard = [];
      const place = document.getElementById("announcer");
      new MutationObserver(() => place.textContent && globalThis.heard.push(place.textContent)).observe(place, { childList: true, characterData: true, subtree: true });
    });
    await listener.click("Settings");
    await listener.click("My screen reader reads the captions");
    await listener.press("Escape");
    for (const tab of [listener, watcher])
      await hears(tab);
    await captioner.page.focus("#caption");
    await captioner.page.keyboard.type("A line that is heard.");
    await captioner.press("Enter");
    await listener.until(() => globalThis.heard.includes("A line that is heard."));
    await captioner.press("ArrowUp");
    await captioner.until(() => document.querySelector("#caption").value === "A line that is heard.");
    await captioner.page.fill("#caption", "");
    await captioner.press("Enter");
    await shows(watcher, "Three towns and a contract");
    await captioner.page.keyboard.type("And one more.");
    await captioner.press("Enter");
    await listener.until(() => globalThis.heard.includes("And one more."));
    assert.deepEqual(await listener.evaluate(() => globalThis.heard.filter((text) => /line|more/.test(text))), ["A line that is heard.", "And one more."]);
    assert.equal(await watcher.evaluate(() => globalThis.heard.some((text) => /line|more/.test(text))), false);
    await captioner.press("ArrowUp");
    await captioner.until(() => document.querySelector("#caption").value === "And one more.");
    await captioner.page.fill("#caption", "");
    await captioner.press("Enter");
    await shows(watcher, "Three towns and a contract");
    await captioner.until(() => document.querySelector(".desk li span").textContent === "Three towns and a contract");
    assert.deepEqual(listener.errors, []);
    await listener.close();
  });

  it("are corrected by ↑ and Enter, and taken back when emptied", async () => {
    await captioner.press("ArrowUp");
    await captioner.until(() => document.querySelector("#caption").value === "Three towns and a contract");
    await captioner.press("ArrowUp");
    await captioner.until(() => document.querySelector("#caption").value === "The shared post changes all.");
    await captioner.press("Escape");
    await captioner.until(() => document.querySelector("#caption").value === "");
    await captioner.press("ArrowUp");
    await captioner.page.keyboard.type(".");
    await captioner.press("Enter");
    await shows(watcher, "Three towns and a contract.");
    await captioner.press("ArrowUp");
    await captioner.press("Control+a");
    await captioner.press("Delete");
    await captioner.press("Enter");
    await shows(watcher, "The shared post changes all.");
  });

  it("show a few lines, as words and not as tags", async () => {
    for (const text of ["One <b>two</b> & three", "Four", "Five", "Six"]) {
      await captioner.page.keyboard.type(text);
      await captioner.press("Enter");
      await shows(watcher, text);
    }
    assert.deepEqual(await lane(watcher), ["Four", "Five", "Six"]);
  });

  it("change hands by one button, and what was being typed is not lost", async () => {
    other = await enter("other@example.org");
    await other.click("Type captions");
    await other.sees("types the captions now.");
    assert.equal(await other.evaluate(() => document.querySelector("#caption").disabled), true);
    await captioner.page.focus("#caption");
    await captioner.page.keyboard.type("Half a sent");
    await other.click("I take over");
    await captioner.sees("types the captions now.");
    assert.equal(await captioner.evaluate(() => document.querySelector("#caption").value), "Half a sent");
    await other.until(() => !document.querySelector("#caption").disabled);
    await other.page.focus("#caption");
    await other.page.keyboard.type("By the second.");
    await other.press("Enter");
    await shows(watcher, "By the second.");
    await captioner.click("I take over");
    await captioner.until(() => !document.querySelector("#caption").disabled);
    await captioner.page.focus("#caption");
    await captioner.page.keyboard.type("ence.");
    await captioner.press("Enter");
    await shows(watcher, "Half a sentence.");
  });

  it("are as large as a person wants, or not there, also after a reload", async () => {
    const height = () => watcher.evaluate(() => document.querySelector(".captions p").getBoundingClientRect().height);
    const heights = [];
    for (const size of ["small", "normal", "large"]) {
      await choose(watcher, "#my-captions", size);
      await watcher.until((wanted) => document.querySelector(".captions").classList.contains(wanted), size);
      heights.push(await height());
    }
    assert.ok(heights[0] < heights[1] && heights[1] < heights[2], String(heights));
    await watcher.reload();
    await watcher.until(() => document.querySelector(".captions.large"));
    await watcher.click("Captions");
    await watcher.until(() => !document.querySelector(".captions"));
    await watcher.reload();
    await watcher.sees("Settings");
    assert.equal(await watcher.evaluate(() => document.querySelector(".captions")), null);
    await watcher.click("Captions");
    await watcher.until(() => document.querySelector(".captions.large"));
  });

  it("goes on after a restart of the server, with every line", async () => {
    const origin = new URL(server.origin), before = await lane(watcher);
    await server.kill();
    await captioner.sees("The line to the room is cut");
    await captioner.page.focus("#caption");
    await captioner.page.keyboard.type("Said while it was away.");
    await captioner.press("Enter");
    server = await start({ folder: server.folder, args: ["--port", origin.port] });
    await captioner.sees_not("The line to the room is cut", 20000);
    await watcher.sees_not("The line to the room is cut", 20000);
    await shows(watcher, "Said while it was away.");
    assert.deepEqual((await lane(watcher)).slice(0, 2), before.slice(1));
  });

  it("puts the interpreter's picture apart, at the size a person chooses, and keeps that", async () => {
    await captioner.click("Go on stage");
    await captioner.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await captioner.click("Go on stage");
    await watcher.until(() => document.querySelector(".cast video[data-line]")?.videoWidth > 0, undefined, 20000);
    await other.click("People");
    const name = await other.until(() => document.querySelector(".cast [aria-label^='What to do with']")?.getAttribute("aria-label"));
    await other.click(name);
    await other.click("Pin as the sign-language interpreter");
    await watcher.until(() => document.querySelector(".signs.medium video[data-line]")?.videoWidth > 0, undefined, 20000);
    assert.equal(await watcher.evaluate(() => document.querySelectorAll("video[data-line=v0]").length), 1, "in one place only");
    const width = () => watcher.evaluate(() => Math.round(document.querySelector(".signs").getBoundingClientRect().width));
    const widths = [];
    for (const size of ["small", "medium", "large"]) {
      await choose(watcher, "#my-sign", size);
      await watcher.until((wanted) => document.querySelector(".signs").classList.contains(wanted), size);
      widths.push(await width());
    }
    assert.ok(widths[0] < widths[1] && widths[1] < widths[2], String(widths));
    await watcher.reload();
    await watcher.until(() => document.querySelector(".signs.large video[data-line]")?.videoWidth > 0, undefined, 20000);
    assert.deepEqual([...(await axe_findings(watcher.page)), ...(await html_findings(await watcher.page.content()))], []);
    assert.deepEqual([...(await axe_findings(captioner.page)), ...(await html_findings(await captioner.page.content()))], []);
    if (process.env.SHOTS)
      for (const [name, tab] of Object.entries({ watcher, captioner }))
        for (const [w, h] of [[1280, 800], [375, 812]]) {
          await tab.resize(w, h);
          await tab.page.screenshot({ path: `${process.env.SHOTS}/captions-${name}-${w}.png` });
          assert.ok((await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
        }
  });
});
