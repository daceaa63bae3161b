// Fewer pictures for a thin line or a small plan: what really comes by each mode, counted by getStats against the SFU.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { measured } from "../support/measure.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { FakeRoom } from "./fake_room.mjs";
import { axe_findings, html_findings } from "./findings.mjs";
import { hears, sees_pictures } from "./watch.mjs";

const CAMERA = { width: 960, height: 540, frameRate: 15 }; // the smallest that Chromium sends in three layers
const MEASURE_MS = 5000;

/** Runs in the page: bytes that its newest connection has received, as media and in all. */
async function bytes_received() {
  const stats = [...(await globalThis.witness.connections.at(-1).getStats()).values()];
  const sum = (list, of) => list.reduce((total, stat) => total + of(stat), 0);
  const rtp = (kind) => sum(stats.filter((stat) => stat.type === "inbound-rtp" && stat.kind === kind), (stat) => stat.bytesReceived + stat.headerBytesReceived);
  return { at_ms: performance.now(), audio: rtp("audio"), video: rtp("video"), all: sum(stats.filter((stat) => stat.type === "candidate-pair"), (stat) => stat.bytesReceived) };
}

/** kbit/s over some seconds from now on, of sound, pictures and all there is. */
async function rate(tab) {
  const was = await tab.evaluate(bytes_received);
  await new Promise((resolve) => setTimeout(resolve, MEASURE_MS)); // the measure is over this time
  const is = await tab.evaluate(bytes_received);
  const kbit_s = (what) => Math.round(((is[what] - was[what]) * 8) / (is.at_ms - was.at_ms));
  return { audio: kbit_s("audio"), video: kbit_s("video"), all: kbit_s("all") };
}

describe("fewer pictures", { skip: missing("chromium") }, () => {
  let room, watcher_browser, host_browser, watcher, host;
  const modes = {};

  before(async () => {
    room = await FakeRoom.start({ media: true });
    watcher_browser = await open_chromium();
    host_browser = await open_chromium({ tone: 500 });
  });
  after(async () => {
    assert.deepEqual([...(host?.errors ?? []), ...(watcher?.errors ?? [])], []);
    await watcher_browser?.close();
    await host_browser?.close();
    await room?.stop();
  });

  async function enter(browser, role, more = {}) {
    const tab = await browser.tab({ cookies: [{ name: "as", value: role, url: room.url }], ...more });
    await tab.goto(room.url);
    await tab.sees("Settings");
    return tab;
  }

  /** Waits until the pictures that come have this height; 0: none came for a second. */
  async function arrives(height) {
    await watcher.until(async ([wanted]) => {
      const found = async () => [...(await globalThis.witness.connections.at(-1).getStats()).values()]
        .filter((stat) => stat.type === "inbound-rtp" && stat.kind === "video").reduce((sum, stat) => ({ frames: sum.frames + (stat.framesReceived ?? 0), height: stat.frameHeight || sum.height }), { frames: 0, height: 0 });
      const was = await found();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const is = await found();
      return wanted === 0 ? is.frames === was.frames : is.frames > was.frames && (wanted > 200 ? is.height > 200 : is.height <= 200);
    }, [height], 30000);
  }

  const is_pressed = (name, pressed = true) => watcher.until(([text, wanted]) => [...document.querySelectorAll(".ctl")].find((one) => one.textContent === text).getAttribute("aria-pressed") === wanted, [name, String(pressed)], 20000);

  it("asks for pictures as large as they are shown, without being told otherwise", async () => {
    watcher = await enter(watcher_browser, "guest", { width: 1280, height: 800 });
    host = await enter(host_browser, "host", { camera: CAMERA });
    await host.click("Go on stage");
    await host.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await host.click("Go on stage");
    await sees_pictures(watcher, ["v0"], { ms: 30000 });
    await watcher.click("Turn on the sound");
    await hears(watcher, { a0: 500 });
    await arrives(540);
    modes.full = await rate(watcher);
  });

  it("small pictures: by one click a third of the bytes at most, and still a picture", async () => {
    await measured(async (earlier) => { // what else the machine does may make a camera send little
      if (earlier.length) {
        await watcher.click("Small pictures");
        await arrives(540);
        modes.full = await rate(watcher);
      }
      await watcher.click("Small pictures");
      await is_pressed("Small pictures");
      await arrives(135);
      modes.low = await rate(watcher);
      return { ...modes };
    }, ({ low, full }) => low.video * 3 <= full.video);
    assert.ok(modes.low.video > 0, JSON.stringify(modes));
  });

  it("sound only: by one click no picture at all, all in all under 64 kbit/s, and the sound goes on", async () => {
    await watcher.click("Sound only");
    await watcher.until(() => !document.querySelector("video[data-line]"));
    await arrives(0);
    assert.equal(room.received.findLast((m) => m.t === "view").sizes.v0, 0);
    modes.audio = await rate(watcher);
    assert.equal(modes.audio.video, 0, JSON.stringify(modes));
    assert.ok(modes.audio.audio > 0 && modes.audio.all < 64, JSON.stringify(modes));
    await hears(watcher, { a0: 500 });
  });

  it("shows names and who speaks in place of the pictures", async () => {
    await watcher.until(() => document.querySelector(".voices li.speaking")?.textContent.includes("Animatrice exemple"));
    assert.equal(await watcher.evaluate(() => document.querySelector(".voices small").textContent), "speaks");
    await host.click("Microphone");
    await watcher.until(() => document.querySelector(".voices li:not(.speaking) small")?.textContent === "microphone off");
    await host.click("Microphone");
    assert.deepEqual([...(await axe_findings(watcher.page)), ...(await html_findings(await watcher.page.content()))], []);
  });

  it("says in plain words what came: this minute, and since the page is open", async () => {
    const words = await watcher.evaluate(() => document.querySelector(".net small").textContent);
    const [minute, size] = (/^([\d\s]+) kB this minute, ([\d,]+) MB since \d\d?:\d\d$/u.exec(words) ?? assert.fail(words)).slice(1).map((number) => Number(number.replace(/\s/gu, "").replace(",", ".")));
    const { audio, video } = await watcher.evaluate(bytes_received);
    assert.ok(Math.abs(size * 1e6 - audio - video) < 0.1e6 + 0.05 * (audio + video), `${words}: ${audio + video}`);
    assert.ok(minute * 1000 <= audio + video + 50_000, words);
  });

  it("keeps the choice over a reload, and then never gets a picture", async () => {
    await watcher.reload();
    await watcher.sees("Settings");
    await is_pressed("Sound only");
    await watcher.until(async () => [...(await globalThis.witness.connections.at(-1).getStats()).values()].some((stat) => stat.type === "inbound-rtp" && stat.kind === "audio" && stat.packetsReceived > 50));
    assert.equal((await watcher.evaluate(bytes_received)).video, 0);
  });

  it("goes back to the line's own pace by the same button", async () => {
    await watcher.click("Sound only");
    await sees_pictures(watcher, ["v0"]);
    await arrives(540);
  });

  it("goes down by itself when the server says that the line carries no picture, says so, and comes back by itself", async () => {
    await watcher.evaluate(() => {
      globalThis.said = [];
      const place = document.getElementById("announcer");
      new MutationObserver(() => place.textContent && globalThis.said.push(place.textContent)).observe(place, { childList: true, characterData: true, subtree: true });
    });
    room.tell({ t: "network", mode: "audio", kbps: 70 });
    await watcher.sees("Your connection has become weak");
    await arrives(0);
    room.tell({ t: "network", mode: "full", kbps: 900 });
    await watcher.until(() => document.querySelector("video[data-line]"), undefined, 20000);
    await is_pressed("Small pictures");
    await arrives(135);
    await is_pressed("Small pictures", false);
    await arrives(540);
    const said = await watcher.evaluate(() => globalThis.said);
    assert.deepEqual(said, ["Your connection is weak: the pictures stop, the sound goes on.", "The pictures are back, small for now.", "The pictures are as large as before."]);
  });

  it("lets a person have the pictures all the same", async () => {
    room.tell({ t: "network", mode: "audio", kbps: 70 });
    await watcher.click("Show the pictures");
    await arrives(540);
    room.tell({ t: "network", mode: "audio", kbps: 70 });
    await sees_pictures(watcher, ["v0"]);
    await watcher.sees_not("Your connection has become weak");
    console.log("# kbit/s received:", JSON.stringify(modes));
  });
});
