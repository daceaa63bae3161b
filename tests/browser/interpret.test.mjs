// Interpretation end to end: an organiser offers two languages, interpreters come by their links and take turns; who
// listens hears them in full and the stage softly beneath, everybody else hears the stage alone; a restart keeps it all.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { Page } from "../support/page.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { dark_findings, standing_findings } from "./findings.mjs";
import { free_port, hears } from "./watch.mjs";

const STAGE = 500, FIRST = 900, SECOND = 1400;

describe("interpretation", { skip: missing("chromium", "firefox") }, () => {
  const windows = [], tabs = [];
  let server, media_port, owner, url, host, first, second, listener, other, links, replay_url;

  before(async () => {
    media_port = await free_port();
    server = await start({ args: ["--media-port", String(media_port)] });
    const place = await importLive(server);
    owner = await ownerClient(server);
    url = `${server.origin}/test/live/scene/`;
    const page = await Page.join(server, place, "");
    const { code } = page.welcome.talk;
    await page.close();
    replay_url = `/test/talk/${code}/replay/`;
  });
  after(async () => {
    for (const one of windows)
      await one.close().catch(() => {});
    const ended = await server?.stop();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  async function tab(opener, options, more = {}) {
    const window = await opener(options);
    windows.push(window);
    const one = await window.tab({ locale: "en-GB", ...more });
    tabs.push(one);
    return one;
  }
  const cookies = () => [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
  /** How loud the page plays a voice: the stage's seat, and the channel. */
  const volumes = (one) => one.evaluate(() => Object.fromEntries([...document.querySelectorAll("#sound audio")].map((player) => [player.dataset.seat, player.muted ? 0 : player.volume])));
  const until_volume = (one, seat, wanted) => one.until(([seat, wanted]) => {
    const player = document.querySelector(`#sound audio[data-seat="${seat}"]`);
    return player && Math.abs((player.muted ? 0 : player.volume) - wanted) < 0.01;
  }, [seat, wanted], 20000);
  async function sound_on(one) {
    await one.click("Turn on the sound");
    await one.sees_not("Turn on the sound");
  }
  /** As a person does with the field. */
  const set = (one, css, value) => one.evaluate(([css, value]) => {
    const field = document.querySelector(css);
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }, [css, value]);
  async function into_booth(one, url) {
    await one.goto(url);
    await one.click("Go into the booth");
    await one.until(() => Boolean(document.querySelector("dialog [type=submit]:not([disabled])")));
    await one.page.check("dialog [name=consent]");
    await one.page.click("dialog [type=submit]");
    await one.sees("Speak now");
  }
  /** @param {() => Promise<boolean>} test of what the server says */
  async function until(test, ms = 30000) {
    for (const end = performance.now() + ms; !(await test());) {
      assert.ok(performance.now() < end, `not within ${ms} ms: ${test}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const choose = (one, language) => set(one, "[name=hearing]", language);

  it("gives the organiser a link for each language", async () => {
    const page = await owner.get("/test/organise/rooms/scene/languages/");
    assert.equal(page.status, 200);
    const wrong = await owner.post("/test/organise/rooms/scene/languages/", { languages: "English" });
    assert.equal(wrong.status, 422);
    const done = await owner.post("/test/organise/rooms/scene/languages/", { languages: "fr, en" });
    assert.equal(done.status, 303);
    const { body_text } = await owner.get("/test/organise/rooms/scene/languages/");
    links = [...body_text.matchAll(/(http[^<\s]*#booth=[0-9a-f]{32})/g)].map(([link]) => link.replaceAll("&#x2F;", "/"));
    assert.equal(links.length, 2);
  });

  it("carries an interpreter's voice to who chose the language, and lowers the stage beneath", async () => {
    host = await tab(open_chromium, { tone: STAGE }, { cookies: cookies() });
    await host.goto(url);
    await host.click("Go on stage");
    await host.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await host.page.check("dialog [name=consent]");
    await host.click("Go on stage");
    await host.until(() => !document.querySelector("dialog") && document.querySelector(".tile video"));

    first = await tab(open_chromium, { tone: FIRST });
    await into_booth(first, links[0]);
    assert.doesNotMatch(first.page.url(), /booth=/);
    listener = await tab(open_chromium);
    other = await tab(open_firefox);
    for (const one of [listener, other]) {
      await one.goto(url);
      await sound_on(one);
      await hears(one, { a0: STAGE });
    }
    await choose(listener, "fr");
    await listener.sees("Nobody interprets now");
    assert.equal((await volumes(listener)).a0, 1, "nobody speaks in the channel: the stage as it is");
    await first.click("Speak now");
    await first.sees("You are heard");
    await hears(listener, { a0: STAGE, c: FIRST });
    await until_volume(listener, "a0", 0.15);
    assert.equal((await volumes(listener)).c, 1);
    await hears(other, { a0: STAGE, c: 0, a1: 0, a2: 0, a3: 0 });
    assert.equal((await volumes(other)).a0, 1);
    await hears(host, { c: 0, a1: 0 });
  });

  it("lets a Firefox choose too, and say how loud the stage is", async () => {
    await choose(other, "fr");
    await hears(other, { a0: STAGE, c: FIRST });
    await until_volume(other, "a0", 0.15);
    await set(other, "[name=beneath]", "40");
    await until_volume(other, "a0", 0.4);
    await choose(other, "en"); // nobody interprets into it
    await until_volume(other, "a0", 1);
    await hears(other, { a0: STAGE, c: 0 });
  });

  it("is silent while the interpreter coughs", async () => {
    await first.page.keyboard.down("Alt");
    await first.page.keyboard.down("Shift");
    await first.page.keyboard.down("c");
    await hears(listener, { a0: STAGE, c: 0 });
    await first.page.keyboard.up("c");
    await first.page.keyboard.up("Shift");
    await first.page.keyboard.up("Alt");
    await hears(listener, { c: FIRST });
    await first.click("Microphone");
    await hears(listener, { c: 0 });
    await until_volume(listener, "a0", 1); // silent for long
    await first.click("Microphone");
    await hears(listener, { c: FIRST });
    await until_volume(listener, "a0", 0.15);
  });

  it("hands the channel over, at once or in a relay of thirty seconds", async () => {
    second = await tab(open_chromium, { tone: SECOND });
    await into_booth(second, links[0]);
    await second.click("Take over in 30 s");
    await second.sees("You take over in");
    await first.sees("takes over in");
    await second.click("Do not take over"); // the relay itself runs in tests/http/interpret.test.mjs, sooner
    await first.sees_not("takes over in");
    await second.click("Speak now");
    await hears(listener, { c: SECOND });
    await first.click("Speak now");
    await hears(listener, { c: FIRST });
  });

  it("comes back after the server was killed: who interprets, who listens", async () => {
    const { folder } = server, port = new URL(server.origin).port;
    await server.kill();
    server = await start({ folder, args: ["--port", port, "--media-port", String(media_port)] });
    await hears(listener, { a0: STAGE, c: FIRST }, 40000);
    await until_volume(listener, "a0", 0.15);
    await first.sees("You are heard");
  });

  it("looks as it should", async () => {
    if (process.env.SHOTS)
      for (const [name, one] of Object.entries({ first, listener, host }))
        await one.page.screenshot({ path: `${process.env.SHOTS}/interpret-${name}.png` });
    assert.deepEqual([...(await standing_findings(listener.page)), ...(await dark_findings(listener.page))], []);
    assert.deepEqual(await standing_findings(first.page), []);
  });

  it("is kept by the recording, and the replay lets one choose", async () => {
    await host.click("Record");
    await first.sees("Recording");
    await until(async () => (await owner.get(replay_url)).body_text.includes("/languages.m3u8"));
    await hears(listener, { c: FIRST });
    await host.click("End the session");
    await host.sees("End the session?");
    await host.click("End the session");
    await first.sees("The session is over.");
    assert.equal(await first.has("Leave the booth"), false);
    await until(async () => (await owner.get(replay_url)).body_text.includes("/replay.mp4"));
    await listener.goto(server.origin + replay_url);
    await listener.until(() => document.querySelectorAll(".languages option").length === 2 && !document.querySelector(".languages").hidden);
    await listener.evaluate(() => document.querySelector("video").play());
    await set(listener, ".languages select", "fr");
    await listener.until(() => performance.getEntriesByType("resource").some(({ name }) => /\/fr-0\d+\.m4s$/.test(name)));
    await listener.until(() => document.querySelector("video").currentTime > 1);
    if (process.env.SHOTS)
      await listener.page.screenshot({ path: `${process.env.SHOTS}/interpret-replay.png` });
  });

  it("left no error on any page", () => {
    for (const one of tabs)
      assert.deepEqual(one.errors.filter((text) => !/WebSocket|ERR_CONNECTION/.test(text)), []);
  });
});
