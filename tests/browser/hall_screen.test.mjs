// A hall in Chromium: its screen shows and plays the room but what the hall itself sends, and its seat sends the mixer as it
// comes; both come back by themselves after the server was killed.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { Page } from "../support/page.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { standing_findings } from "./findings.mjs";
import { hears, sees_pictures } from "./watch.mjs";

const HOME_TONE = 500, HALL_TONE = 1200;

describe("the screen of a hall", { skip: missing("chromium") }, () => {
  const windows = [];
  let server, owner, place, lead, home, seat, screen, other, watching;

  before(async () => {
    server = await start();
    place = await importLive(server);
    owner = await ownerClient(server);
    watching = await open_chromium();
    windows.push(watching);
  });
  after(async () => {
    for (const one of windows)
      await one.close().catch(() => {});
    const { stderr } = await server.stop({ keep: false });
    assert.doesNotMatch(stderr, /Sanitizer|runtime error|CRITICAL/);
  });

  async function links(name) {
    const { body_text } = await owner.post("/test/organise/halls/", { room: "scene", name });
    return Object.fromEntries(["screen", "seat"].map((page) => [page, new RegExp(`href="([^"]+/${page}/\\?key=[^"]+)"`).exec(body_text)[1]]));
  }
  const cookies = () => [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
  async function take_the_stage(tab) {
    await tab.click("Go on stage");
    await tab.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await tab.click("Go on stage");
    await tab.until(() => !document.querySelector("dialog") && document.querySelector(".tile video"));
  }

  it("shows who is on stage elsewhere with their names, and asks for one click where the browser plays no sound", async () => {
    lead = await Page.join(server, place, "", { client: owner });
    lead.send({ t: "name", name: "Ada Lead" });
    const village = await links("Village hall"), town = await links("Town hall");
    const [at_home, in_hall] = await Promise.all([open_chromium({ tone: HOME_TONE }), open_chromium({ tone: HALL_TONE })]);
    windows.push(at_home, in_hall);
    home = await at_home.tab({ locale: "en-GB", cookies: cookies() });
    await home.goto(`${server.origin}/test/live/scene/`);
    await take_the_stage(home);
    seat = await in_hall.tab({ locale: "en-GB" });
    await seat.goto(village.seat);
    await seat.sees("This page brings the hall's camera and mixer.");
    await take_the_stage(seat);
    screen = await watching.tab({ locale: "en-GB", width: 1280, height: 720 });
    await screen.goto(village.screen);
    assert.doesNotMatch(screen.page.url(), /key/);
    other = await watching.tab({ locale: "en-GB", width: 1280, height: 720 });
    await other.goto(town.screen);
    await sees_pictures(screen, ["v0"]);
    await screen.until(() => globalThis.witness.lock?.released === false); // the machine stays awake
    await sees_pictures(other, ["v0", "v1"]);
    assert.equal(await screen.evaluate(() => document.querySelectorAll(".one").length), 1);
    await other.sees("Village hall");
    await other.sees("In another hall");
    for (const tab of [screen, other])
      await tab.page.click(".loud");
  });

  it("plays every voice but that of its own hall, which the server does not even send", async () => {
    await hears(other, { a0: HOME_TONE, a1: HALL_TONE });
    await hears(screen, { a0: HOME_TONE, a1: 0 });
    const bytes = await screen.evaluate(async () => Object.fromEntries([...(await globalThis.witness.connections.at(-1).getStats()).values()]
      .filter((one) => one.type === "inbound-rtp").map((one) => [one.mid, one.bytesReceived])));
    assert.ok(bytes.a0 > 0 && !(bytes.a1 > 0) && !(bytes.v1 > 0), JSON.stringify(bytes));
    assert.equal(await seat.evaluate(() => document.querySelectorAll("#sound audio").length), 0); // the seat's machine is silent
  });

  it("sends the mixer as it comes: nothing takes echo or noise out of it", async () => {
    const sound = (tab) => tab.evaluate(() => globalThis.witness.wishes.findLast((one) => one.audio).audio);
    const hint = (tab) => tab.evaluate(() => globalThis.witness.connections.flatMap((pc) => pc.getSenders()).find((one) => one.track?.kind === "audio").track.contentHint);
    for (const [tab, cleaned, wanted_hint] of [[seat, false, "music"], [home, true, "speech"]]) {
      const { echoCancellation, noiseSuppression, autoGainControl } = await sound(tab);
      assert.deepEqual([echoCancellation, noiseSuppression, autoGainControl], [cleaned, cleaned, cleaned]);
      assert.equal(await hint(tab), wanted_hint);
    }
  });

  it("shows the queue of both, who has the floor, the question, the poll and its results, the captions, and where phones go", async () => {
    const ada = await Page.join(server, place, "Zoé at home"), phone = server.client();
    ada.send({ t: "hand", up: true });
    await lead.next("hands", (m) => m.list.includes(ada.welcome.me.id));
    const url = "/test/live/scene/hall/";
    assert.equal((await phone.post(url, { hand: "up", name: "Bruno in the hall" })).status, 303);
    await screen.sees("Hands 2");
    assert.match(await screen.evaluate(() => document.querySelector(".queue").innerText), /Zoé at home\s+online[\s\S]*Bruno in the hall\s+in the hall/);
    const bruno = (await lead.next("people", (m) => m.set.some((one) => one.hall))).set.find((one) => one.hall).id;
    lead.send({ t: "floor_limit", seconds: 120 });
    lead.send({ t: "floor", who: bruno });
    await screen.sees("of 2:00");
    lead.send({ t: "poll", id: "p1", poll: 0, kind: "single", question: "Who should carry the post?", choices: ["The town", "The association"] });
    const { poll } = await lead.next("poll");
    lead.send({ t: "poll_state", poll: poll.id, state: "open" });
    await screen.sees("Vote now, on your phone");
    assert.equal((await phone.post(url, { poll: poll.id, pick: 1 })).status, 303);
    await screen.sees("Answers: 1");
    lead.send({ t: "poll_state", poll: poll.id, state: "closed" });
    await screen.sees("100 %");
    ada.send({ t: "ask", id: "q1", text: "How do three small villages share one adviser?", named: true });
    const { question } = await ada.next("asked");
    lead.send({ t: "question", id: question, state: "answering" });
    await screen.sees("How do three small villages share one adviser?");
    lead.send({ t: "caption_take" });
    lead.send({ t: "caption", n: 0, text: "Good afternoon to all, here and at home.", done: true });
    await screen.until(() => document.querySelector(".captions.normal")?.innerText.includes("here and at home"));
    await screen.press("+");
    await screen.until(() => document.querySelector(".captions.large"));
    assert.ok(await screen.evaluate(() => document.querySelector(".address").innerText.endsWith("/test/live/scene/hall/")));
    assert.deepEqual(await screen.evaluate(() => [".floor", ".asked", ".queue", ".join", ".code"].map((one) => document.querySelector(one).getBoundingClientRect())
      .map(({ height, bottom }) => height > 60 && bottom <= document.querySelector(".captions").getBoundingClientRect().top)), [true, true, true, true, true]); // all in sight together
    assert.equal(await screen.evaluate(() => document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth), true);
    assert.deepEqual(await standing_findings(screen.page), []);
    if (process.env.SHOTS)
      for (const [width, height] of [[1280, 720], [1920, 1080], [375, 700]]) {
        await screen.resize(width, height);
        await screen.page.screenshot({ path: `${process.env.SHOTS}/screen-${width}.png` });
        await other.resize(width, height);
        await other.page.screenshot({ path: `${process.env.SHOTS}/screen-two-${width}.png` });
      }
    await ada.close();
  });

  it("comes back by itself after the server was killed, and so does the seat: no echo then either", async () => {
    const port = new URL(server.origin).port, before = await screen.evaluate(() => globalThis.witness.connections.length);
    await server.kill();
    await screen.sees("The line to the room is cut");
    server = await start({ folder: server.folder, args: ["--port", port] });
    await screen.sees_not("The line to the room is cut");
    await sees_pictures(screen, ["v0"], { made: before, ms: 20000 });
    await hears(screen, { a0: HOME_TONE, a1: 0 });
    await hears(other, { a0: HOME_TONE, a1: HALL_TONE });
    await screen.sees("How do three small villages share one adviser?");
    await screen.sees("Bruno in the hall");
    assert.deepEqual([screen, other, seat, home].flatMap((tab) => tab.errors), []);
  });
});
