// The hall's page in Chromium: by keyboard without script, and kept fresh by its script; a host leads the queue in the room.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { dark_findings, html_findings, standing_findings } from "./findings.mjs";

describe("the hall's phone page", { skip: missing("chromium") }, () => {
  let server, chromium, host, url;

  before(async () => {
    server = await start();
    await importLive(server);
    url = `${server.origin}/test/live/scene/hall/`;
    chromium = await open_chromium();
    const owner = await ownerClient(server);
    host = await chromium.tab({ locale: "en-GB", cookies: [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin })) });
    await host.goto(`${server.origin}/test/live/scene/`);
    await host.sees("Settings");
  });
  after(async () => {
    await chromium?.close();
    const { stderr } = await server.stop();
    assert.doesNotMatch(stderr, /Sanitizer|runtime error|CRITICAL/);
  });

  it("raises and lowers a hand without script, by keyboard, and the host leads the queue", async () => {
    const [anna, bert] = [await chromium.tab({ width: 375, script: false, locale: "en-GB" }), await chromium.tab({ width: 375, locale: "en-GB" })];
    for (const [tab, name] of [[anna, "Anna"], [bert, "Bert"]]) {
      await tab.goto(url);
      await tab.page.focus("#name");
      await tab.page.keyboard.type(name);
      await tab.press("Tab");
      await tab.press("Enter");
      await tab.page.getByText("Lower my hand").waitFor();
    }
    await bert.sees("number 2 in the queue");
    await host.sees("Hands 2");
    await host.evaluate(() => [...document.querySelectorAll("[role=tab]")].find((one) => one.innerText.includes("Hands")).click());
    await host.sees("In the hall");
    await host.click("Bert: one place up");
    await bert.sees("first in the queue"); // its script looks by itself
    await host.click("Give the floor to Bert");
    await host.sees("Bert has the floor");
    await host.page.selectOption(".floor select", "60");
    await host.sees("of 1:00");
    if (process.env.SHOTS)
      await host.page.screenshot({ path: `${process.env.SHOTS}/hall-host.png` });
    assert.deepEqual(await standing_findings(host.page), []);
    await bert.sees("Raise my hand");
    await anna.page.locator("noscript a").click(); // words in noscript are no text to the driver, though one sees them
    await anna.page.getByText("first in the queue").waitFor();
    await anna.page.getByRole("button", { name: "Lower my hand" }).click();
    await anna.page.getByRole("button", { name: "Raise my hand" }).waitFor();
    await host.sees("No hand is raised");
    assert.deepEqual([...bert.errors, ...host.errors], []);
    assert.deepEqual([...(await standing_findings(bert.page)), ...(await dark_findings(bert.page))], []);
  });

  it("has no finding in French before a name, and in its mark-up", async () => {
    const tab = await chromium.tab({ width: 375 });
    await tab.goto(url);
    assert.deepEqual(await standing_findings(tab.page), []);
    assert.deepEqual(await html_findings(await (await fetch(url)).text()), []);
    if (process.env.SHOTS)
      for (const width of [375, 1280]) {
        await tab.resize(width, 700);
        await tab.page.screenshot({ path: `${process.env.SHOTS}/hall-${width}.png` });
      }
  });
});
