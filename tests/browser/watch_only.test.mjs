// Watching without a place: two hosts of different pictures and a shared screen on air, seen by the live list in Chromium and
// Firefox, late, back and forth, over a killed recorder; the end, the replay; and what a full room says.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { measured } from "../support/measure.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { standing_findings } from "./findings.mjs";
import { sees_pictures } from "./watch.mjs";

const SHOTS = process.env.SHOTS;
const BEHIND_S = 6;

/** Runs in the page: a screen that changes all the time, for a tab in the background gives no picture. */
function screen_of_800_lines() {
  navigator.mediaDevices.getDisplayMedia = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 800 }), pen = canvas.getContext("2d");
    setInterval(() => {
      pen.fillStyle = "#246";
      pen.fillRect(0, 0, 1280, 800);
      pen.fillStyle = "#fff";
      pen.fillRect((performance.now() / 10) % 1200, 300, 80, 80);
    }, 40);
    return Promise.resolve(canvas.captureStream(25));
  };
}

describe("who watches without a place", { skip: missing("chromium", "firefox") }, () => {
  let server, stage, chromium, firefox, host, other, calm, fox, room_url, list;

  before(async () => {
    server = await start();
    const { folder } = server;
    await server.stop({ keep: true });
    await writeFile(path.join(folder, "treteau.conf"), "[rooms]\nplaces=2\nwatchers=9\n");
    server = await start({ folder, args: ["--config", path.join(folder, "treteau.conf")] });
    const place = await importLive(server), owner = await ownerClient(server);
    room_url = `${server.origin}/${place.slug}/live/${place.room}/`;
    const cookies = [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
    // The host's window is one of its own: a tab behind another draws nothing, and its screen stands still.
    [stage, chromium, firefox] = [await open_chromium({ tone: 500 }), await open_chromium({ tone: 500 }), await open_firefox()];
    host = await stage.tab({ locale: "en-GB", cookies, camera: { width: 640, height: 360, frameRate: 15 } });
    await host.page.addInitScript(screen_of_800_lines);
    other = await chromium.tab({ locale: "en-GB", cookies });
  });
  after(async () => {
    for (const tab of [host, other, calm, fox].filter(Boolean))
      assert.deepEqual(tab.errors, []);
    await Promise.all([stage?.close(), chromium?.close(), firefox?.close()]);
    const ended = await server?.stop({ keep: false });
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  async function go_on_stage(tab) {
    await tab.goto(room_url);
    await tab.click("Go on stage");
    await tab.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await tab.page.check("dialog [name=consent]");
    await tab.click("Go on stage");
  }

  /** Runs in the page: time goes on from here. */
  const plays = async (tab, ms) => {
    const from = await tab.evaluate(() => document.querySelector(".player video").currentTime);
    await tab.until((at) => document.querySelector(".player video").currentTime > at + 1, from, ms);
  };
  const behind = (tab) => tab.evaluate(() => Number(document.querySelector(".player video").dataset.behind || NaN));

  it("is told what a full room is, and that nothing is to be watched before it is recorded", async () => {
    for (const tab of [host, other])
      await go_on_stage(tab);
    await sees_pictures(host, ["v1"]);
    calm = await chromium.tab({ locale: "en-GB" });
    await calm.goto(room_url);
    await calm.sees("All places in the room are taken.");
    await calm.sees("Nothing to watch from outside now.");
    assert.equal(await calm.has("Raise my hand"), false);
    assert.equal(await calm.evaluate(() => globalThis.witness.connections.length), 0);
  });

  it("sees what is on air at most 6 s behind, by itself", async () => {
    await host.click("Record");
    await calm.until(() => document.querySelector(".player video")?.currentTime > 0.5, null, 30000);
    assert.ok(await calm.evaluate(() => document.querySelector(".player video").videoWidth > 0));
    await measured(async () => {
      const seen = [];
      await calm.until(() => Number(document.querySelector(".player video").dataset.behind || 99) <= 6, null, 30000);
      for (const end = performance.now() + 8000; performance.now() < end; await new Promise((resolve) => setTimeout(resolve, 250)))
        seen.push(await behind(calm)); // the measure is over this time
      seen.sort((a, b) => a - b);
      const median = seen[seen.length >> 1];
      console.log(`# behind: ${seen[0]} to ${seen.at(-1)} s, median ${median}`);
      return median;
    }, (median) => median <= BEHIND_S);
    list = await calm.evaluate(() => performance.getEntriesByType("resource").find((one) => one.name.endsWith("/programme.m3u8")).name);
    await calm.sees("s behind the room");
    assert.deepEqual(await standing_findings(calm.page), []);
    for (const [size, wide] of [["375", 375], ["1280", 1280]]) {
      await calm.resize(wide, 800);
      if (SHOTS)
        await calm.page.screenshot({ path: `${SHOTS}/watch-${size}.png` });
    }
  });

  it("is read while it grows by ffprobe and GStreamer", async () => {
    const { stdout } = await promisify(execFile)("ffprobe", ["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", list], { timeout: 30000 });
    assert.deepEqual(stdout.trim().split("\n").map((line) => line.replace(",", "").trim()).filter((name, i, all) => name && all.indexOf(name) === i).sort(), ["aac", "h264"]);
    const got = path.join(server.folder, "of-gstreamer"), gst = spawn("gst-launch-1.0", ["-q", "souphttpsrc", `location=${list}`, "!", "hlsdemux", "!", "filesink", `location=${got}`]);
    let said = "";
    for (const stream of [gst.stdout, gst.stderr])
      stream.setEncoding("utf8").on("data", (text) => (said += text));
    const size = () => (existsSync(got) ? statSync(got).size : 0);
    for (const end = performance.now() + 20000; size() < 20_000 && performance.now() < end && gst.exitCode === null; await new Promise((resolve) => setTimeout(resolve, 100)));
    gst.kill();
    assert.ok(size() >= 20_000, `${size()} bytes came: ${said}`);
    assert.doesNotMatch(said, /ERROR/);
  });

  it("follows the scene, in both browsers, one of them late", async () => {
    fox = await firefox.tab();
    await fox.goto(room_url + "?watch");
    await fox.until(() => document.querySelector(".player video")?.currentTime > 0.5, null, 40000);
    await host.click("Screen");
    for (const tab of [calm, fox])
      await tab.until(() => {
        const { videoWidth: width, videoHeight: height } = document.querySelector(".player video");
        return Math.abs(width / height - 1.6) < 0.02;
      }, null, 30000);
    await host.click("Screen");
  });

  it("goes back to the start and forth to now while it is live", async () => {
    for (const tab of [calm, fox]) {
      await tab.evaluate(() => void (document.querySelector(".player video").currentTime = 0.5));
      await tab.until(() => document.querySelector(".player video").currentTime < 10);
      await plays(tab);
    }
    await calm.click("To what happens now");
    await fox.click(await fox.evaluate(() => document.documentElement.lang) === "fr" ? "Revenir au direct" : "To what happens now");
    for (const tab of [calm, fox]) {
      await plays(tab);
      await tab.until(() => Number(document.querySelector(".player video").dataset.behind || 99) < 12);
    }
  });

  it("goes on when the recorder is killed", async () => {
    const children = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("treteau-record") && readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ")[1] === String(server.child.pid);
      } catch { // gone
        return false;
      }
    });
    assert.equal(children.length, 1);
    const edge = await calm.evaluate(() => document.querySelector(".player video").currentTime);
    process.kill(Number(children[0]), "SIGKILL");
    for (const tab of [calm, fox])
      await tab.until((at) => document.querySelector(".player video").currentTime > at + 10, edge, 40000);
    assert.ok(await calm.evaluate(() => performance.getEntriesByType("resource").some((one) => one.name.endsWith("?_HLS_skip=YES"))), "the whole list was read each time");
  });

  it("comes in by one click when a place is free", async () => {
    await other.click("Leave");
    await calm.sees("A place in the room is free.");
    await calm.click("Come into the room");
    await sees_pictures(calm, ["v0"]);
    assert.ok(await calm.has("Raise my hand"));
    await calm.click("Settings");
    await calm.click("Watch only, a few seconds behind");
    await calm.until(() => document.querySelector(".player video")?.currentTime > 0.5, null, 30000);
  });

  it("has the replay on the same page within five seconds of the end, and on its own", async () => {
    await host.click("End the session");
    await host.sees("End the session?");
    await host.click("End the session");
    await host.sees("The session is over.");
    await calm.sees("this is its replay", 5000);
    await fox.until(() => Number.isFinite(document.querySelector(".player video").duration) && document.querySelector("figcaption").innerText.includes("replay"), null, 5000);
    await calm.evaluate(() => void (document.querySelector(".player video").currentTime = 1));
    await plays(calm);
    const url = await calm.evaluate(() => document.querySelector(".said a.main").href);
    for (const tab of [calm, fox]) {
      await tab.goto(url);
      await tab.until(() => document.querySelector("video")?.src.startsWith("blob:"));
      await tab.page.click("video");
      await tab.evaluate(() => void document.querySelector("video").play().catch(() => {}));
      await tab.until(() => document.querySelector("video").currentTime > 0.5);
    }
  });
});
