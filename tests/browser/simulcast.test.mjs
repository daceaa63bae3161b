// A camera of three layers: what is sent follows what is shown, and the picture goes on through each change.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { FakeRoom } from "./fake_room.mjs";

const CAMERA = { width: 960, height: 540, frameRate: 15 }; // the smallest that Chromium sends in three layers
// encoders like even numbers, and a browser short of time makes its largest layer somewhat smaller by itself
const HEIGHTS = { q: [130, 140], f: [300, 540] };

/** Runs in the page of who watches: the one picture that arrives. */
async function received() {
  const stats = await globalThis.witness.connections.at(-1).getStats();
  const stat = [...stats.values()].find((one) => one.type === "inbound-rtp" && one.kind === "video" && one.framesDecoded);
  return stat && { height: stat.frameHeight, decoded: stat.framesDecoded, codec: stats.get(stat.codecId)?.mimeType };
}

/** Runs in the page of who is on stage: whether just these layers of the camera are sent. */
function sends(wanted) {
  const pc = globalThis.witness.connections.findLast((one) => one.getTransceivers().some((line) => line.direction === "sendonly"));
  return pc.getTransceivers()[1].sender.getParameters().encodings.filter((one) => one.active).map((one) => one.rid).join("") === wanted;
}

/** Runs in the page of who watches: the picture takes that many lines, or as many as the page gives it (0). */
function show(height) {
  const video = document.querySelector("video[data-line]"), place = video.closest(".tile");
  place.style.cssText = height ? `position:fixed;inset:0 auto auto 0;block-size:${height}px;inline-size:${(height * 16) / 9}px` : "";
  dispatchEvent(new Event("scroll"));
}

describe("a camera's layers", { skip: missing("chromium", "firefox") }, () => {
  let watcher_browser;

  before(async () => {
    watcher_browser = await open_chromium();
  });
  after(() => watcher_browser?.close());

  async function enter(room, browser, role, camera) {
    const tab = await browser.tab({ camera, cookies: [{ name: "as", value: role, url: room.url }] });
    await tab.goto(room.url);
    await tab.sees("Settings");
    return tab;
  }

  /** Waits until the picture has a height between these, and then goes on. */
  async function arrives(watcher, [least, most]) {
    const tall = async () => {
      const now = await watcher.evaluate(received);
      return now?.height >= least && now.height <= most && now;
    };
    const end = performance.now() + 20000;
    let first, now;
    do {
      now = await tall();
      first ||= now;
      if (first && now && now.decoded > first.decoded)
        return now;
      await new Promise((resolve) => setTimeout(resolve, 50));
    } while (performance.now() < end);
    throw new Error(`no picture of ${least} to ${most} lines: ${JSON.stringify(await watcher.evaluate(received))}`);
  }

  /** @param {() => Promise<any>} open who speaks */
  async function follows(t, open, codec) {
    const room = await FakeRoom.start({ media: true }), browser = await open();
    t.after(() => Promise.all([browser.close(), room.stop()]));
    const watcher = await enter(room, watcher_browser, "guest"), host = await enter(room, browser, "host", CAMERA);
    t.after(() => watcher.close());
    await host.click("Go on stage");
    await host.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await host.click("Go on stage");
    await watcher.until(() => document.querySelector("video[data-line]")?.videoWidth > 0, undefined, 30000);
    await watcher.evaluate(show, 540);
    assert.equal((await arrives(watcher, HEIGHTS.f)).codec, codec);
    await host.until(sends, "f"); // the others are seen by nobody
    await watcher.evaluate(show, 60);
    await arrives(watcher, HEIGHTS.q);
    await host.until(sends, "q");
    await watcher.evaluate(show, 540);
    await arrives(watcher, HEIGHTS.f);
    await host.until(sends, "f");
    assert.deepEqual([...host.errors, ...watcher.errors], []);
  }

  it("of Chromium, in H.264", (t) => follows(t, () => open_chromium({ tone: 500 }), "video/H264"));

  it("of Firefox, in VP8", (t) => follows(t, open_firefox, "video/VP8"));
});
