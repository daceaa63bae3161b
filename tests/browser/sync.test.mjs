// Sound and picture of a replay belong together: a speaker whose picture flashes as a beep sounds, recorded, then measured
// in the file that people download. And it lasts as long as was recorded. The server restarts in the middle of it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { ownerClient, start } from "../http/support.mjs";
import { measured } from "../support/measure.mjs";
import { importLive } from "../support/sample.mjs";
import { has_program, missing, open_chromium } from "./browsers.mjs";

const HALF_MS = 8000, // before and after the restart
  SEAM_S = 0.5, // about a seam nothing is compared: a flash may be cut there
  APART_MS = 80, DURATION_S = 2;
const CONSENT = "My picture and my voice may be recorded and published. I can take this back at any time; without it I am seen and heard live only.";

/** Runs in the page: a camera that flashes and a microphone that beeps at the same moment, every two seconds. */
function flash_and_beep() {
  navigator.mediaDevices.getUserMedia = async ({ audio }) => {
    const clock = (globalThis.clock ??= new AudioContext());
    await clock.resume();
    const every_s = 2, long_s = 0.2, lit = () => clock.currentTime % every_s < long_s;
    if (audio) {
      const beep = new OscillatorNode(clock, { frequency: 1000 }), gain = new GainNode(clock, { gain: 0 }), out = clock.createMediaStreamDestination();
      beep.connect(gain).connect(out);
      beep.start();
      for (let at = Math.ceil(clock.currentTime / every_s) * every_s, n = 0; n < 60; n++, at += every_s) {
        gain.gain.setValueAtTime(0.8, at);
        gain.gain.setValueAtTime(0, at + long_s);
      }
      return out.stream;
    }
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 }), pen = canvas.getContext("2d");
    setInterval(() => {
      pen.fillStyle = lit() ? "#fff" : "#000";
      pen.fillRect(0, 0, 640, 360);
      pen.fillStyle = "#888"; // something moves, so that frames keep coming
      pen.fillRect((performance.now() / 20) % 640, 340, 20, 20);
    }, 10);
    return canvas.captureStream(30);
  };
}

const RATE_HZ = 100; // both are looked at a hundred times a second

/** Seconds at which a row of values rises over half of its highest. @param {number[]} values */
function rises(values) {
  const high = Math.max(...values) / 2, found = [];
  for (let i = 1; i < values.length; i++)
    if (values[i] > high && values[i - 1] <= high && i / RATE_HZ - (found.at(-1) ?? -1) > 1)
      found.push(i / RATE_HZ);
  return found;
}

async function decode(file, ...options) {
  const { stdout } = await promisify(execFile)("ffmpeg", ["-v", "error", "-i", file, ...options, "-"], { encoding: "buffer", maxBuffer: 1 << 28 });
  return stdout;
}

/** When the picture lights up, on the file's own time line. */
async function flashes(file) {
  return rises([...(await decode(file, "-an", "-vf", `fps=${RATE_HZ}:start_time=0,scale=1:1:flags=area,format=gray`, "-f", "rawvideo"))]);
}

/** When the sound begins, likewise. */
async function beeps(file) {
  const bytes = await decode(file, "-vn", "-af", "aresample=8000:async=1:first_pts=0", "-ac", "1", "-f", "s16le"), loud = [];
  for (let at = 0, step = 8000 / RATE_HZ; at + step * 2 <= bytes.length; at += step * 2) {
    let sum = 0;
    for (let i = 0; i < step; i++)
      sum += Math.abs(bytes.readInt16LE(at + 2 * i));
    loud.push(sum / step);
  }
  return rises(loud);
}

/** Where the list has a seam, in seconds of what plays. */
function seams(list) {
  const found = [];
  let at = 0;
  for (const line of list.split("\n")) {
    if (line === "#EXT-X-DISCONTINUITY" && at > 0)
      found.push(at);
    at += Number(/^#EXTINF:([\d.]+)/.exec(line)?.[1] ?? 0);
  }
  return found;
}

/** Runs in the page: the number of the connection by which its picture and voice reach the server, if it is after `last`. */
const publishes = (last) => {
  const own = globalThis.witness.connections.findLastIndex((pc) => pc.connectionState === "connected" && pc.getTransceivers().some((one) => one.direction === "sendonly"));
  return own + 1 > last && own + 1;
};

const pass = (ms) => new Promise((resolve) => setTimeout(resolve, ms)); // the length of what is recorded

describe("a recording", { skip: missing("chromium") || (!has_program("ffmpeg") && "ffmpeg not installed") }, () => {
  let server, chromium;

  before(async () => {
    server = await start();
    chromium = await open_chromium({ devices: true });
  });
  after(async () => {
    await chromium?.close();
    await server?.stop();
  });

  /** One session from the stage to its film: how far each flash is from its beep, in ms. */
  async function apart() {
    const place = await importLive(server), owner = await ownerClient(server);
    const cookies = [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
    const host = await chromium.tab({ locale: "en-GB", cookies });
    await host.page.addInitScript(flash_and_beep);
    await host.goto(`${server.origin}/${place.slug}/live/${place.room}/`);
    await host.click("Go on stage");
    await host.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await host.click(CONSENT);
    await host.click("Go on stage");
    const first = await host.until(publishes, 0);
    await host.sees("On air");
    await host.click("Record");
    await host.sees("Stop recording");
    const began = performance.now();
    await pass(HALF_MS);
    const { folder, origin, stderr } = server, stopped = performance.now();
    await server.stop({ keep: true });
    server = await start({ folder, args: ["--port", new URL(origin).port, "--media-port", stderr.match(/media=udp\/(\d+)/)[1]] });
    const away_s = (performance.now() - stopped) / 1000;
    await host.until(publishes, first);
    await host.sees("On air");
    await pass(HALF_MS);
    await host.click("End the session");
    await host.sees("End the session?");
    await host.click("End the session");
    const length_s = (performance.now() - began) / 1000;
    await host.click("Watch the replay");
    await host.until(() => location.pathname.endsWith("/replay/") && document.readyState === "complete");
    let address; // the page plays at once; the one file to download is made meanwhile
    for (const end = performance.now() + 60000; !(address = await host.evaluate(() => document.querySelector("a[download]")?.href)) && performance.now() < end;)
      await host.reload();
    const file = path.join(server.folder, "replay.mp4"), movie = await fetch(address);
    await writeFile(file, Buffer.from(await movie.arrayBuffer()));
    const { stdout } = await promisify(execFile)("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", file]);
    const seen = await flashes(file), heard = await beeps(file);
    const cuts = seams(await (await fetch(new URL("programme.m3u8", address))).text());
    const far_from_a_cut = (at) => at > SEAM_S && cuts.every((cut) => Math.abs(at - cut) > SEAM_S);
    const apart_ms = seen.filter(far_from_a_cut).map((at) => Math.round(1000 * heard.map((other) => at - other).reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a), Infinity)));
    console.log(`picture after sound, ms: ${apart_ms}; ${Number(stdout).toFixed(1)} s of ${length_s.toFixed(1)} s, away for ${away_s.toFixed(1)} s, cut at ${cuts.map((cut) => cut.toFixed(1))}`);
    assert.ok(cuts.length > 0 && apart_ms.length >= 4, `${seen} / ${heard}`);
    assert.ok(seen.some((at) => at < cuts[0] - SEAM_S) && seen.some((at) => at > cuts.at(-1) + SEAM_S), `${seen}`);
    assert.ok(Math.abs(Number(stdout) - (length_s - away_s)) <= DURATION_S, `${stdout} s of ${length_s} s`);
    assert.deepEqual(host.errors, []);
    await host.close();
    return apart_ms;
  }

  it("keeps sound and picture together, and all of the session", async () => {
    await measured(async (earlier) => { // what else the machine does may make the browser's own flash late
      if (earlier.length) {
        await server.stop({ keep: false });
        server = await start();
      }
      return apart();
    }, (apart_ms) => apart_ms.every((ms) => Math.abs(ms) <= APART_MS));
  });
});
