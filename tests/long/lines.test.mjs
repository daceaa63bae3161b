// Bad lines, with Chromium as the judge: one speaks in three layers, one watches through a relay that loses, delays,
// mixes up and narrows. What people would notice is measured: freezes, made-up sound, the size of the picture, how soon
// all is well again.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { missing, open_chromium } from "../browser/browsers.mjs";
import { FakeRoom } from "../browser/fake_room.mjs";
import { free_port, hears, open_relay, sees_pictures } from "../browser/watch.mjs";

const CAMERA = { width: 960, height: 540, frameRate: 15 }; // the smallest that Chromium sends in three layers
const TONE = 500, SECONDS = 10, RECOVERY_MS = 3000, FIRST_FRAME_MS = 1000;

/** Runs in the page of who watches: what arrived so far. */
async function figures() {
  const pc = globalThis.witness.connections.findLast((one) => one.connectionState === "connected");
  const all = [...((await pc?.getStats())?.values() ?? [])].filter((one) => one.type === "inbound-rtp");
  const video = all.find((one) => one.kind === "video" && one.framesReceived), audio = all.find((one) => one.kind === "audio" && one.packetsReceived);
  return {
    frames: video?.framesDecoded ?? 0, freezes: video?.freezeCount ?? 0, frozen_s: video?.totalFreezesDuration ?? 0, height: video?.frameHeight ?? 0,
    samples: audio?.totalSamplesReceived ?? 0, concealed: (audio?.concealedSamples ?? 0) - (audio?.silentConcealedSamples ?? 0),
  };
}

describe("bad lines", { skip: missing("chromium") }, () => {
  let room, relay, host_browser, browser, host, watcher;

  before(async () => {
    const port = await free_port();
    room = await FakeRoom.start({ media: true, media_args: ["--port", String(port)] });
    relay = await open_relay(port);
    host_browser = await open_chromium({ tone: TONE });
    browser = await open_chromium();
    host = await host_browser.tab({ camera: CAMERA, cookies: [{ name: "as", value: "host", url: room.url }] });
    await host.goto(room.url);
    await host.sees("Settings");
    await host.click("Go on stage");
    await host.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await host.click("Go on stage");
    await host.until(() => !document.querySelector("dialog") && document.querySelector(".tile video"));
  });
  after(async () => {
    await host_browser?.close();
    await browser?.close();
    relay?.close();
    await room?.stop();
  });

  /** Changes what the line does, from a good one. */
  function line(...knobs) {
    for (const knob of ["loss 0", "delay 0", "jitter 0", "reorder 0", "rate 0", ...knobs])
      relay.tell(knob);
  }

  /** What came in so many seconds. */
  async function over(seconds) {
    const was = await watcher.evaluate(figures);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000)); // the measure is over this time
    const is = await watcher.evaluate(figures);
    const since = (name) => is[name] - was[name];
    return { rate: since("frames") / seconds, freezes: since("freezes"), frozen_s: since("frozen_s"), height: is.height, concealed: since("concealed") / Math.max(1, since("samples")) };
  }

  /** Waits until the picture has so many lines. @returns how long it took, in ms */
  async function grows_to(height, ms) {
    const start = performance.now();
    let now;
    do
      now = (await watcher.evaluate(figures)).height;
    while (now < height && performance.now() - start < ms);
    assert.ok(now >= height, `${now} lines after ${ms} ms`);
    return performance.now() - start;
  }

  /** Comes anew, with nothing kept. @returns how long the first picture took since the page was asked for, in ms */
  async function visit() {
    await watcher?.close();
    watcher = await browser.tab({ relay: relay.port, cookies: [{ name: "as", value: "guest", url: room.url }] });
    await watcher.goto(room.url);
    return watcher.evaluate(async () => {
      while (!globalThis.witness.connections.length || !(document.querySelector("video[data-line]")?.videoWidth > 0))
        await new Promise((resolve) => setTimeout(resolve, 5));
      return Math.round(performance.now());
    });
  }

  it("show a first picture within a second", async (t) => {
    const took = [await visit(), await visit(), await visit()];
    t.diagnostic(`${took} ms after the click`);
    await watcher.click("Turn on the sound");
    await sees_pictures(watcher, ["v0"]);
    await watcher.evaluate(() => {
      document.querySelector("video[data-line]").closest(".tile").style.cssText = "position:fixed;inset:0 auto auto 0;block-size:540px;inline-size:960px";
      dispatchEvent(new Event("scroll"));
    });
    t.diagnostic(`${Math.round(await grows_to(500, 15000))} ms until it is large`);
    assert.ok(took.sort((a, b) => a - b)[1] <= FIRST_FRAME_MS, `${took} ms`);
  });

  for (const [name, knobs, bounds] of [
    ["a good line", [], { rate: 13, freezes: 1, concealed: 0.01 }],
    ["1 % loss", ["loss 1"], { rate: 13, freezes: 2, concealed: 0.02 }],
    ["5 % loss", ["loss 5"], { rate: 13, freezes: 2, concealed: 0.03 }],
    ["200 ms of delay", ["delay 100"], { rate: 13, freezes: 2, concealed: 0.02 }],
    ["40 ms of jitter", ["delay 20", "jitter 40"], { rate: 13, freezes: 2, concealed: 0.05 }],
    ["3 % overtaken", ["delay 10", "reorder 3"], { rate: 13, freezes: 2, concealed: 0.03 }],
  ])
    it(`of ${name} are followed without effort`, async (t) => {
      line(...knobs);
      await over(2); // it settles
      const seen = await over(SECONDS);
      t.diagnostic(JSON.stringify(seen));
      assert.ok(seen.rate >= bounds.rate && seen.freezes <= bounds.freezes && seen.concealed <= bounds.concealed, JSON.stringify(seen));
    });

  it("of 20 % loss leave the voice to be understood", async (t) => {
    line("loss 20");
    await over(5);
    const seen = await over(SECONDS);
    t.diagnostic(JSON.stringify(seen));
    await hears(watcher, { a0: TONE });
    assert.ok(seen.concealed <= 0.1, JSON.stringify(seen));
    line();
  });

  for (const [kbit_s, height] of [[1000, 250], [300, 120]])
    it(`of ${kbit_s} kbit/s carry voice and a smaller picture, and are left behind`, async (t) => {
      line(`down rate ${kbit_s}`);
      await over(6);
      const seen = await over(SECONDS);
      t.diagnostic(JSON.stringify(seen));
      await hears(watcher, { a0: TONE });
      assert.ok(seen.concealed <= 0.03 && seen.height >= height && seen.rate >= 5 && seen.frozen_s <= 2, JSON.stringify(seen));
      line("down rate 0");
      t.diagnostic(`${Math.round(await grows_to(500, 40000))} ms until it is large again`);
    });

  it("that were cut are well again within 3 s", async (t) => {
    line("loss 100");
    await over(2);
    line();
    const start = performance.now();
    await sees_pictures(watcher, ["v0"], { ms: RECOVERY_MS });
    t.diagnostic(`${Math.round(performance.now() - start)} ms`);
    await hears(watcher, { a0: TONE });
  });
});
