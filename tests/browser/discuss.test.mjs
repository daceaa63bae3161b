// A question asked, voted for and answered, a poll prepared, opened, answered and closed: in Chromium, by the keyboard alone.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { Page } from "../support/page.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { axe_findings } from "./findings.mjs";
import { focused, press, reach } from "./keyboard.mjs";
import { scripts_of } from "./scripts.mjs";

describe("questions and polls", { skip: missing("chromium") }, () => {
  let server, place, owner, chromium, host, guest, url;

  before(async () => {
    server = await start();
    place = await importLive(server);
    chromium = await open_chromium({});
    url = `${server.origin}/${place.slug}/live/${place.room}/`;
    owner = await ownerClient(server);
    const cookies = [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
    host = await chromium.tab({ locale: "en-GB", cookies });
    guest = await chromium.tab({ locale: "en-GB", width: 375, height: 800 });
    for (const tab of [host, guest]) {
      await tab.goto(url);
      await tab.sees("Settings");
    }
  });
  after(async () => {
    for (const tab of [host, guest].filter(Boolean))
      assert.deepEqual(tab.errors, []);
    await chromium?.close();
    const ended = await server?.stop();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  async function open_questions(tab) {
    await reach(tab, /^(Discussion|Questions)/);
    if (!/^Questions/.test(await focused(tab)))
      await tab.press("ArrowRight");
    await tab.until(() => document.querySelector("[role=tab][aria-selected=true]")?.id === "tab-discuss");
  }

  it("a guest without a name asks; another votes; the host answers", async () => {
    await open_questions(guest);
    await reach(guest, "Your question");
    await guest.page.keyboard.type("Who drives the bus on Sundays?");
    await guest.press("Enter");
    await guest.until(() => document.querySelector(".votes li.open"));
    await open_questions(host);
    await press(host, /^Vote for “Who drives/);
    await guest.until(() => document.querySelector(".vote")?.textContent.trim() === "1");
    await press(guest, /^Vote for “Who drives/);
    await host.until(() => document.querySelector(".vote")?.textContent.trim() === "2");
    await guest.press("Enter");
    await host.until(() => document.querySelector(".vote")?.textContent.trim() === "1");
    await press(host, /^Answer now/);
    await guest.sees("Being answered");
    await guest.until(() => document.getElementById("announcer").textContent.includes("Being answered: Who drives"));
    await press(host, /^It is answered/);
    await guest.until(() => document.querySelector(".votes li.answered"));
    assert.equal(await guest.has("Answer now: Who drives the bus on Sundays?"), false);
  });

  it("a poll is prepared, opened, answered once and closed; its results are bars and text", async () => {
    await press(host, "Prepare a poll");
    await reach(host, "Question");
    await host.page.keyboard.type("Where next year?");
    await reach(host, "Answers, one a line, 2 to 12");
    await host.page.keyboard.type("Chalais");
    await host.press("Enter");
    await host.page.keyboard.type("Brossac");
    await press(host, "Save the draft");
    await host.sees("Prepared: only hosts see it.");
    assert.equal(await guest.has("Answer"), false);
    await press(host, "Open the poll");
    await guest.sees("Where next year?");
    await reach(guest, "Chalais");
    await guest.press("Space");
    await press(guest, "Answer");
    await guest.sees("Your answer is counted.");
    await host.until(() => document.querySelector(".bars li b")?.textContent === "100 % (1)");
    assert.equal(await guest.evaluate(() => document.querySelector(".bars")), null);
    await press(host, "Close the poll and show the results");
    await guest.until(() => document.querySelector(".bars li")?.innerText.replace(/\s+/g, " ") === "Chalais 100 % (1)");
  });

  it("leaves a question where it is under the pointer of who is about to vote, and sets the order right after", async () => {
    const [one, two] = [await Page.join(server, place, "One"), await Page.join(server, place, "Two")];
    for (const [page, text] of [[one, "First asked?"], [two, "Second asked?"]])
      await page.ask({ t: "ask", id: "n", text, named: true }, "asked");
    const { question } = await two.ask({ t: "ask", id: "n", text: "Second asked?", named: true }, "asked"); // the same one: its number
    const order = (tab) => tab.evaluate(() => [...document.querySelectorAll(".votes li.open p:first-child")].map((p) => p.textContent).filter((text) => text.includes("asked?")));
    await host.sees("Second asked?");
    await host.page.focus("#my-question"); // what has the focus stays as well
    await host.page.hover(".votes li.open");
    for (const page of [one, two])
      await page.ask({ t: "vote", id: question, on: true }, "voted");
    await host.until(() => [...document.querySelectorAll(".vote")].some((vote) => vote.textContent.trim() === "2"));
    assert.deepEqual(await order(host), ["First asked?", "Second asked?"]);
    await host.page.mouse.move(5, 5);
    await host.until(() => document.querySelector(".votes li.open p").textContent === "Second asked?");
    assert.deepEqual(await order(host), ["Second asked?", "First asked?"]);
    for (const page of [one, two])
      await page.close();
  });

  it("polls of several answers and of words are answered from the page, and shown as bars and as a cloud", async () => {
    const lead = await Page.join(server, place, "", { client: owner });
    const opened = async (kind, question, choices) => {
      const { poll } = await lead.ask({ t: "poll", id: kind, poll: 0, kind, question, choices }, "poll", (m) => m.poll.question === question);
      lead.send({ t: "poll_state", poll: poll.id, state: "open" });
      await guest.sees(question);
      return poll.id;
    };
    const several = await opened("several", "Which days?", ["Monday", "Tuesday", "Friday"]);
    for (const name of ["Monday", "Friday"]) {
      await reach(guest, name);
      await guest.press("Space");
    }
    await press(guest, "Answer");
    await guest.sees("Your answer is counted.");
    lead.send({ t: "poll_state", poll: several, state: "closed" });
    await guest.until(() => document.querySelector(".bars")?.innerText.replace(/\s+/g, " ") === "Monday 100 % (1) Tuesday 0 % (0) Friday 100 % (1)");
    const words = await opened("words", "One word?", []);
    await reach(guest, "Word 1");
    await guest.page.keyboard.type("Bond");
    await press(guest, "Answer");
    await guest.sees("Your answer is counted.");
    lead.send({ t: "poll_state", poll: words, state: "closed" });
    await guest.until(() => document.querySelector(".cloud .s4")?.innerText.startsWith("bond"));
    await lead.close();
  });

  it("the discussion is slowed down and waits for a host, who shows one line at a time", async () => {
    for (const tab of [host, guest])
      await tab.click("Discussion");
    await host.click("How people write");
    await host.click("Messages wait for a host before they are shown");
    await host.page.selectOption("#slow", "300");
    await guest.fill("#my-name", "Gus");
    await guest.press("Enter");
    await guest.fill("#my-words", "May I say this?");
    await guest.press("Enter");
    await guest.sees("Waits for a host");
    const other = await Page.join(server, place, "Other");
    assert.deepEqual(other.welcome.chat, []);
    await guest.fill("#my-words", "And this?");
    await guest.press("Enter");
    await guest.sees("The discussion is slowed down: wait before your next message.");
    assert.equal(await guest.evaluate(() => document.querySelector("#my-words").value), "And this?"); // not lost
    await host.click("Show the message of Gus");
    assert.equal((await other.next("said")).text, "May I say this?");
    await guest.sees_not("Waits for a host");
    await host.click("Messages wait for a host before they are shown");
    await host.page.selectOption("#slow", "0");
    await host.click("How people write");
    for (const tab of [host, guest])
      await open_questions(tab);
    await other.close();
  });

  it("a reaction is seen as a number, and can be hidden", async () => {
    await press(guest, "Applaud");
    await host.until(() => document.querySelector("[data-what=clap] b")?.textContent === "1");
    await host.sees_not("👏 1", 15000);
  });

  it("survives a reload, and axe finds nothing, wide and narrow, dark as the room is", async () => {
    for (const [tab, name] of [[host, "host"], [guest, "guest"]]) {
      assert.deepEqual(await axe_findings(tab.page), []);
      if (process.env.SHOTS)
        await tab.page.screenshot({ path: `${process.env.SHOTS}/discuss-${name}.png`, fullPage: name === "guest" });
      await tab.reload();
      await tab.sees("Settings");
      await open_questions(tab);
      await tab.sees("Who drives the bus on Sundays?");
      await tab.sees("100 % (1)");
      assert.deepEqual(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    }
    assert.equal(await host.evaluate(async () => (await fetch(document.querySelector("a[href$='discussion.csv']").href)).status), 200);
    assert.equal(await guest.evaluate(() => document.querySelector("a[href$='discussion.csv']")), null);
  });

  it("was 60 kB of script for a host who did all this, compressed, and less for a guest", async () => {
    for (const [who, tab, most] of [["a host", host, 60 * 1024], ["a guest", guest, 56 * 1024]]) {
      const { files, bytes } = await scripts_of(tab);
      assert.ok(files.length > 10 && bytes <= most, `${who}: ${files.length} scripts, ${bytes} bytes`);
      console.log(`# the room's script for ${who}: ${bytes} bytes compressed, ${files.length} files`);
    }
  });
});
