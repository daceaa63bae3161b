// What interpreters said is kept: the recording has a sound for each language, and the replay lets one choose.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { Page } from "../support/page.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { into_booth, links_for, on_stage, set } from "./interpret.mjs";

const STAGE = 500, FRENCH = 900;

describe("a replay of an interpreted session", { skip: missing("chromium") }, () => {
  const windows = [];
  let server, owner, replay_url, host, interpreter;

  before(async () => {
    server = await start();
    const place = await importLive(server);
    owner = await ownerClient(server);
    const page = await Page.join(server, place, "");
    replay_url = `/test/talk/${page.welcome.talk.code}/replay/`;
    await page.close();
  });
  after(async () => {
    for (const one of windows)
      await one.close().catch(() => {});
    const ended = await server?.stop();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  async function tab(options, more = {}) {
    const window = await open_chromium(options);
    windows.push(window);
    return window.tab({ locale: "en-GB", ...more });
  }
  /** Until the replay's page says so. */
  async function replay_has(text, ms = 60000) {
    for (const end = performance.now() + ms; !(await owner.get(replay_url)).body_text.includes(text);) {
      assert.ok(performance.now() < end, `no ${text} within ${ms} ms`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  it("records the stage and the interpreter beside it", async () => {
    const [link] = await links_for(owner, "fr, de");
    host = await tab({ tone: STAGE }, { cookies: [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin })) });
    await on_stage(host, `${server.origin}/test/live/scene/`);
    interpreter = await tab({ tone: FRENCH });
    await into_booth(interpreter, link);
    await interpreter.click("Speak now");
    await interpreter.sees("You are heard");
    await host.click("Record");
    await interpreter.sees("Recording");
    await replay_has("/programme.m3u8");
    const list = (await owner.get(replay_url)).body_text.match(/\/media\/[^"]*\/programme\.m3u8/)[0].replace("programme", "languages");
    for (const end = performance.now() + 60000; (await owner.get(list)).status !== 200;) {
      assert.ok(performance.now() < end, "nobody was heard in any language");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await host.click("End the session");
    await host.sees("End the session?");
    await host.click("End the session");
    await interpreter.sees("The session is over.");
    assert.equal(await interpreter.has("Leave the booth"), false);
  });

  it("has both sounds in its MP4, the second one named French; nobody spoke German", async () => {
    await replay_has("/replay.mp4");
    const { body_text } = await owner.get(replay_url);
    const movie = server.origin + body_text.match(/\/media\/[^"]*\/replay\.mp4/)[0];
    const { stdout } = spawnSync("ffprobe", ["-v", "error", "-select_streams", "a", "-show_entries", "stream_tags=language", "-of", "csv=p=0", movie], { encoding: "utf8" });
    assert.deepEqual(stdout.trim().split("\n").filter(Boolean), ["und", "fra"]);
    const folder = movie.replace("replay.mp4", "");
    assert.equal((await fetch(folder + "fr.m3u8")).status, 200);
    assert.equal((await fetch(folder + "de.m3u8")).status, 404);
    /** How strong a tone is in a sound of the MP4, 0 to 1. */
    const strength = (track, hertz) => {
      const { stdout: bytes } = spawnSync("ffmpeg", ["-v", "error", "-vn", "-i", movie, "-map", `0:a:${track}`, "-ss", "1", "-t", "0.5", "-ac", "1", "-ar", "48000", "-f", "f32le", "-"], { maxBuffer: 1 << 24 });
      const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~3)));
      let re = 0, im = 0;
      samples.forEach((x, i) => {
        re += x * Math.cos((2 * Math.PI * hertz * i) / 48000);
        im += x * Math.sin((2 * Math.PI * hertz * i) / 48000);
      });
      return (2 * Math.hypot(re, im)) / samples.length;
    };
    assert.ok(strength(0, STAGE) > 10 * strength(0, FRENCH), "the stage's sound is without the interpreter");
    assert.ok(strength(1, FRENCH) > 2 * strength(1, STAGE), "the interpreter in full, the stage beneath");
    assert.ok(strength(1, STAGE) > 0.005, "and there");
  });

  it("lets one choose on its page", async () => {
    const reader = await tab({});
    await reader.goto(server.origin + replay_url);
    await reader.until(() => document.querySelectorAll(".languages option").length === 2 && !document.querySelector(".languages").hidden);
    await reader.evaluate(() => {
      const video = document.querySelector("video");
      video.muted = true; // nobody has clicked: a browser plays no sound then
      return video.play();
    });
    await set(reader, ".languages select", "fr");
    await reader.until(() => performance.getEntriesByType("resource").some(({ name }) => /\/fr-0\d+\.m4s$/.test(name)));
    await reader.until(() => document.querySelector("video").currentTime > 0.5);
    await reader.until(() => {
      const video = document.querySelector("video"), audio = document.querySelector("video + audio");
      return audio?.currentTime > 0.5 && Math.abs(audio.currentTime - video.currentTime) < 0.3 && video.muted;
    });
    if (process.env.SHOTS)
      await reader.page.screenshot({ path: `${process.env.SHOTS}/interpret-replay.png` });
    assert.deepEqual(reader.errors, []);
  });
});
