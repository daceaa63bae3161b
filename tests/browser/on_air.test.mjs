// What is on air and what of it is kept: speakers whose browser has VP8 alone, a shared screen with its speaker beside
// it, and nobody who did not agree. Each camera has a colour, each microphone a tone, so that a file tells who is in it.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { ownerClient, start } from "../http/support.mjs";
import { linkTo } from "../http/mail.mjs";
import { measured } from "../support/measure.mjs";
import { Page } from "../support/page.mjs";
import { open_store } from "../support/recorded.mjs";
import { importLive } from "../support/sample.mjs";
import { has_program, missing, open_chromium } from "./browsers.mjs";

const HOST_TONE = 500, OTHER_TONE = 900;
const LEFT_OUT = "What is on air comes as VP8, and this server has no computing time left to convert it";

/** Runs in the page: a camera and a screen of one colour each, and a browser that has VP8 alone where asked. */
function colours({ camera, screen, vp8 }) {
  const picture = (colour, width, height) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height }), pen = canvas.getContext("2d");
    setInterval(() => {
      pen.fillStyle = colour;
      pen.fillRect(0, 0, width, height);
      pen.fillStyle = "#888"; // something moves, so that frames keep coming
      pen.fillRect((performance.now() / 20) % width, height - 20, 20, 20);
    }, 40);
    return canvas.captureStream(25);
  };
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wish) => (wish.video ? Promise.resolve(picture(camera, 640, 360)) : real(wish));
  navigator.mediaDevices.getDisplayMedia = () => Promise.resolve(picture(screen, 1280, 800));
  if (!vp8)
    return;
  const all = RTCRtpSender.getCapabilities.bind(RTCRtpSender);
  RTCRtpSender.getCapabilities = (kind) => {
    const found = all(kind);
    return kind === "video" ? { ...found, codecs: found.codecs.filter(({ mimeType }) => !/h264/i.test(mimeType)) } : found;
  };
}

/** The pictures of a file, one or more a second, each as its mean red, green and blue. */
async function pictures(file) {
  const { stdout } = await promisify(execFile)("ffmpeg", ["-v", "error", "-i", file, "-an", "-vf", "fps=4,scale=1:1:flags=area,format=rgb24", "-f", "rawvideo", "-"],
    { encoding: "buffer", maxBuffer: 1 << 26 });
  return Array.from({ length: stdout.length / 3 }, (_, i) => [...stdout.subarray(3 * i, 3 * i + 3)]);
}
const is_red = ([r, g, b]) => r > 120 && g < 80 && b < 80;
const is_green = ([r, g, b]) => g > 90 && r < 80 && b < 80;
const is_blue = ([r, g, b]) => b > 120 && r < 80 && g < 80;

/** How strong a tone is in the whole of a file, 0 to 1: the strongest quarter second. */
function strength(file, hertz) {
  const { stdout: bytes } = spawnSync("ffmpeg", ["-v", "error", "-i", file, "-vn", "-ac", "1", "-ar", "16000", "-f", "f32le", "-"], { maxBuffer: 1 << 26 });
  const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~3)));
  let most = 0;
  for (let from = 0; from + 4000 <= samples.length; from += 4000) {
    let re = 0, im = 0;
    for (let i = 0; i < 4000; i++) {
      re += samples[from + i] * Math.cos((2 * Math.PI * hertz * i) / 16000);
      im += samples[from + i] * Math.sin((2 * Math.PI * hertz * i) / 16000);
    }
    most = Math.max(most, (2 * Math.hypot(re, im)) / 4000);
  }
  return most;
}

/** Somebody who has registered and types the captions. */
async function captioner(server) {
  const client = server.client(), email = "cleo@example.org", db = open_store(server);
  await client.post("/test/register/", { name: "Cleo", email });
  await client.useLink(await linkTo(server, email));
  db.prepare("INSERT INTO role(account_id, event_id, role) SELECT a.id, e.id, 'captioner' FROM account a, event e WHERE a.email = ? AND e.slug = 'test'").run(email);
  db.close();
  return client;
}

/** With camera and microphone on stage, agreeing to be recorded. */
async function on_stage(tab, url) {
  await tab.goto(url);
  await tab.click("Go on stage");
  await tab.until(() => document.querySelector("dialog video")?.videoWidth > 0);
  await tab.page.check("dialog [name=consent]");
  await tab.click("Go on stage");
  await tab.until(() => !document.querySelector("dialog") && Boolean(document.querySelector(".tile video")));
}

describe("on air", { skip: missing("chromium") || (!has_program("ffmpeg") && "ffmpeg not installed") }, () => {
  const windows = [];
  let server, owner, place, replay_url;

  async function stop() {
    const ended = await server?.stop();
    server = undefined;
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  }
  async function open(args = []) {
    await stop();
    server = await start({ args });
    place = await importLive(server);
    owner = await ownerClient(server);
    const page = await Page.join(server, place, "");
    replay_url = `/test/talk/${page.welcome.talk.code}/replay/`;
    await page.close();
  }
  after(async () => {
    for (const one of windows)
      await one.close().catch(() => {});
    await stop();
  });
  const cookies = () => [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
  async function tab(tone, look, more = {}) {
    const window = await open_chromium({ tone });
    windows.push(window);
    const opened = await window.tab({ locale: "en-GB", ...more });
    await opened.page.addInitScript(colours, look);
    return opened;
  }
  async function wait_for(found, what, ms = 60000) {
    for (const end = performance.now() + ms; ;) {
      const result = await found();
      if (result) return result;
      assert.ok(performance.now() < end, `no ${what} within ${ms} ms`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const media_of = async (file) => (await owner.get(replay_url)).body_text.match(/\/media\/[^"]*\/(?=programme\.m3u8)/)?.[0] + file;
  /** Until more than so many seconds are in the list of the recording: how many. */
  const recorded = (seconds) => wait_for(async () => {
    const { status, body_text } = await owner.get(await media_of("programme.m3u8"));
    const there = [...(status === 200 ? body_text : "").matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, [, one]) => sum + Number(one), 0);
    return there > seconds && there;
  }, `${seconds} s recorded`);
  async function end(host) {
    await host.click("End the session");
    await host.sees("End the session?");
    await host.click("End the session");
    const address = await wait_for(async () => (await owner.get(replay_url)).body_text.match(/\/media\/[^"]*\/replay\.mp4/)?.[0], "replay.mp4");
    const file = path.join(server.folder, "replay.mp4");
    await writeFile(file, Buffer.from(await (await fetch(server.origin + address)).arrayBuffer()));
    return file;
  }

  it("keeps a camera and a screen that come as VP8, the speaker beside the screen", async () => {
    await open();
    const host = await tab(HOST_TONE, { camera: "#f00", screen: "#00f", vp8: true }, { cookies: cookies() });
    await on_stage(host, `${server.origin}/test/live/scene/`);
    await host.click("Record");
    await host.sees("Stop recording");
    await recorded(4);
    await host.click("Screen");
    await wait_for(async () => (await owner.get(await media_of("beside.m3u8"))).status === 200, "beside.m3u8");
    await recorded(await recorded(0) + 8);
    assert.equal(await host.has(LEFT_OUT), false);
    const movie = await end(host), seen = await pictures(movie);
    console.log(`of ${seen.length} quarters of a second: ${seen.filter(is_red).length} red, ${seen.filter(is_blue).length} blue`);
    assert.ok(seen.filter(is_red).length >= 4, `the camera is in it: ${JSON.stringify(seen.slice(0, 60))}`);
    assert.ok(seen.filter(is_blue).length >= 8, "and the screen");
    assert.ok(strength(movie, HOST_TONE) > 0.01, "and the voice");
    const { stdout } = spawnSync("ffprobe", ["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", movie], { encoding: "utf8" });
    assert.deepEqual(stdout.trim().split("\n").sort(), ["aac", "h264"]);
    const beside = await pictures(server.origin + (await media_of("beside.m3u8")));
    assert.ok(beside.length >= 8 && beside.every(is_red), `the camera alone is beside it: ${JSON.stringify(beside)}`);
  });

  it("shows the speaker beside the screen in the replay, at the same moment, where people want it", async () => {
    const reader = await tab(undefined, { camera: "#fff", screen: "#fff" });
    await reader.goto(server.origin + replay_url);
    await reader.evaluate(() => {
      const video = document.querySelector("video");
      video.muted = true;
      return video.play();
    });
    // Both lists tell dates: what the tile shows is of the moment that the recording shows.
    await reader.until(() => {
      const tile = document.querySelector("video.beside");
      return tile && !tile.hidden && tile.currentTime > 1 && tile.readyState >= 3;
    });
    const apart = () => reader.evaluate(async () => {
      const { read_list, moment_beside } = await import(performance.getEntriesByType("resource").find(({ name }) => /\/replay\/beside[^/]*\.js/.test(name)).name);
      const video = document.querySelector("video"), tile = document.querySelector("video.beside");
      const lists = await Promise.all([video.dataset.list, document.querySelector(".player").dataset.beside].map(async (url) => read_list(await (await fetch(url)).text()).pieces));
      return moment_beside(...lists, video.currentTime) - tile.currentTime;
    });
    await measured(async (before) => { // what else the machine does may hold one of both: a second later the page has seen to it
      if (before.length)
        await reader.until((at) => document.querySelector("video").currentTime > at + 1, await reader.evaluate(() => document.querySelector("video").currentTime));
      const apart_s = await apart();
      console.log(`tile ${Math.round(apart_s * 1000)} ms beside the recording`);
      return apart_s;
    }, (apart_s) => Math.abs(apart_s) < 0.25);
    const corner = () => reader.evaluate(() => document.querySelector("video.beside").dataset.corner);
    assert.equal(await corner(), "se");
    await reader.click("Another corner");
    assert.equal(await corner(), "sw");
    await reader.click("Speaker's picture");
    await reader.until(() => document.querySelector("video.beside").hidden);
    await reader.reload();
    await reader.until(() => document.querySelector("video.beside")?.dataset.corner === "sw"); // kept in this browser
    // Before the screen was shared there is nobody beside.
    await reader.evaluate(() => document.querySelector("[data-act=beside]").click());
    await reader.evaluate(async () => {
      const video = document.querySelector("video");
      video.muted = true;
      await video.play();
      video.currentTime = 0.5;
    });
    await reader.until(() => document.querySelector("video").currentTime < 2 && document.querySelector("video.beside").hidden);
    assert.deepEqual(reader.errors, []);
  });

  it("shows the poster and keeps the voice where the budget is zero, and tells the host", async () => {
    const file = path.join(tmpdir(), `treteau-on-air-${process.pid}.conf`);
    await writeFile(file, "[media]\ntranscode-percent = 0\n");
    await open(["--config", file]);
    const host = await tab(HOST_TONE, { camera: "#f00", screen: "#00f", vp8: true }, { cookies: cookies() });
    await on_stage(host, `${server.origin}/test/live/scene/`);
    await host.click("Record");
    await host.sees(LEFT_OUT);
    await recorded(4);
    const movie = await end(host), seen = await pictures(movie);
    assert.equal(seen.filter(is_red).length, 0);
    assert.ok(strength(movie, HOST_TONE) > 0.01, "the voice is kept");
  });

  it("keeps neither picture nor voice nor words of who did not agree", async () => {
    await open();
    const typist = await captioner(server);
    const host = await tab(HOST_TONE, { camera: "#f00" }, { cookies: cookies() });
    await on_stage(host, `${server.origin}/test/live/scene/`);
    await host.click("Record");
    await host.sees("Stop recording");
    const page = await Page.join(server, place, "", { client: typist });
    page.send({ t: "caption", n: 0, text: "Said by who agrees.", done: true });
    await page.next("captioned");
    await recorded(4);

    const other = await tab(OTHER_TONE, { camera: "#0f0" });
    await other.goto(`${server.origin}/test/live/scene/`);
    const is_guest = (one) => one.role === "guest";
    const who = (await page.next("people", (m) => m.set?.some(is_guest))).set.find(is_guest).id;
    const leader = await Page.join(server, place, "", { client: owner });
    leader.send({ t: "stage", who, on: true });
    await other.sees("The host invites you on stage.");
    await other.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await other.click("Go on stage");
    await other.until(() => !document.querySelector("dialog") && Boolean(document.querySelector(".tile video")));
    await page.next("people", (m) => m.set?.some((one) => one.id === who && one.mic && one.camera));
    leader.send({ t: "pin", who });
    await page.next("onair", (m) => m.who === who); // in the room, of course
    await page.next("speaking", (m) => m.list.includes(who));
    page.send({ t: "caption", n: 1, text: "Said by who does not.", done: true });
    await page.next("captioned", (m) => m.n === 1);
    await recorded(await recorded(0) + 5);
    await leader.close();
    await page.close();

    const movie = await end(host), seen = await pictures(movie);
    console.log(`of ${seen.length} quarters of a second: ${seen.filter(is_red).length} red, ${seen.filter(is_green).length} green; tones ${strength(movie, HOST_TONE).toFixed(4)} and ${strength(movie, OTHER_TONE).toFixed(4)}`);
    assert.ok(seen.some(is_red), "the host is in it");
    assert.equal(seen.filter(is_green).length, 0);
    assert.ok(seen.filter((one) => !is_red(one)).length >= 8, "the poster stands for who did not agree");
    assert.ok(strength(movie, HOST_TONE) > 0.01);
    assert.ok(strength(movie, OTHER_TONE) < 0.02 * strength(movie, HOST_TONE));
    const { body_text } = await owner.get(`${replay_url}captions.vtt`);
    assert.match(body_text, /Said by who agrees/);
    assert.doesNotMatch(body_text, /who does not/);
    assert.doesNotMatch((await owner.get(replay_url)).body_text, /who does not/);
  });
});
