// A talk through a line of 64 kbit/s, for two minutes: its words are heard, each slide is there within three seconds, each
// caption within one, and no packet of sound is lost, though the server goes on looking whether the line carries pictures
// again. The real server, its pages and its media share the line, whose rate is the kernel's (tc).

import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { run as run_command } from "../http/support.mjs";
import { talk_pdf } from "../support/pdf.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { go_on_stage, in_own_network, lacks, open_server_by_a_line } from "./networks.mjs";
import { hears, sees_pictures } from "./watch.mjs";

const KBIT_S = 64, SECONDS = 120, SLIDE_EVERY_MS = 12_000, CAPTION_EVERY_MS = 5_000, SLIDES = 12, CAPTION_MS = 1000;
const WIDE_KBIT_S = 1000, WIDE_MS = 10_000; // how soon a wider line is noticed
const PITCH = 125, LOUDEST = 500; // of the voice, in hertz: its harmonics, and the one that is found again

/** A microphone that speaks: words of a third of a second, of a voice's harmonics and a little breath, with pauses. */
function words_file() {
  const rate = 48000, word_s = 0.38, pause_s = 0.12, seconds = 10, samples = rate * seconds, data = Buffer.alloc(44 + samples * 2);
  data.write("RIFF", 0), data.writeUInt32LE(36 + samples * 2, 4), data.write("WAVEfmt ", 8), data.writeUInt32LE(16, 16), data.writeUInt16LE(1, 20), data.writeUInt16LE(1, 22);
  data.writeUInt32LE(rate, 24), data.writeUInt32LE(rate * 2, 28), data.writeUInt16LE(2, 32), data.writeUInt16LE(16, 34), data.write("data", 36), data.writeUInt32LE(samples * 2, 40);
  let noise = 1;
  for (let i = 0; i < samples; i++) {
    const t = i / rate, at = t % (word_s + pause_s), loud = at < word_s ? Math.sin((Math.PI * at) / word_s) : 0;
    let value = 0;
    for (let n = 1; n <= 28; n++)
      value += Math.sin(2 * Math.PI * PITCH * n * t + n) / (1 + ((PITCH * n - LOUDEST) / 250) ** 2);
    noise = (noise * 48271) % 2147483647;
    data.writeInt16LE(Math.round(loud * (7000 * value + 400 * (noise / 1073741823 - 1))), 44 + 2 * i);
  }
  const file = path.join(mkdtempSync(path.join(tmpdir(), "treteau-words-")), "words.wav");
  writeFileSync(file, data);
  return file;
}

/** Runs in the page: sound that was sent (of the microphone) or came, so far. */
async function sound(of) {
  const all = await Promise.all(globalThis.witness.connections.filter((pc) => pc.connectionState === "connected").map((pc) => pc.getStats()));
  const stats = all.flatMap((one) => [...one.values()]);
  const one = of === "sent" ? stats.find((s) => s.type === "media-source" && s.kind === "audio") : stats.filter((s) => s.type === "inbound-rtp" && s.kind === "audio").sort((a, b) => b.packetsReceived - a.packetsReceived)[0];
  const { totalAudioEnergy: energy = 0, totalSamplesReceived: samples = 0, concealedSamples = 0, silentConcealedSamples = 0, packetsLost: lost = 0, packetsReceived: packets = 0, bytesReceived = 0, headerBytesReceived = 0 } = one ?? {};
  return { energy, samples, concealed: concealedSamples - silentConcealedSamples, lost, packets, bytes: bytesReceived + headerBytesReceived };
}

/** Runs in the page: notes when each slide and each caption is there, by this machine's clock. */
function note_times() {
  const there = (globalThis.there = { slides: {}, captions: {} });
  const look = () => {
    const slide = document.querySelector(".slide"), img = slide?.querySelector("img");
    if (slide?.getAttribute("aria-busy") === "false" && img.complete && img.naturalWidth > 0)
      there.slides[slide.dataset.page] ??= Date.now();
    for (const line of document.querySelectorAll(".captions p"))
      there.captions[line.textContent] ??= Date.now();
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  look();
}

in_own_network(import.meta.url, "a talk through 64 kbit/s", missing("chromium") || lacks("ip", "nsenter", "tc"), within);

function within() {
  describe("a talk through 64 kbit/s", () => {
    let place, house, server, host_browser, browser, host, captioner, watcher, origin;
    const asked = { slides: {}, captions: {} };
    const bytes_sent = () => JSON.parse(house.run("ip -j -s link show to-line"))[0].stats64.tx.bytes;

    before(async () => {
      place = await open_server_by_a_line();
      ({ house, server, origin } = place);
      host_browser = await open_chromium({ devices: true, flags: [`--use-file-for-fake-audio-capture=${words_file()}`], program: house.program });
      browser = await open_chromium({ flags: place.flags });
      host = await host_browser.tab({ locale: "en-GB", raw: false });
      const link = (await run_command("link", "owner@example.org", "--data", server.folder, "--origin", origin)).stdout.trim();
      await host.goto(link);
      await Promise.all([host.page.waitForNavigation(), host.click("Enter")]);
      const cookies = (await host.page.context().cookies()).map(({ name, value }) => ({ name, value, url: origin }));
      captioner = await host_browser.tab({ locale: "en-GB", cookies });
      for (const tab of [host, captioner]) {
        await tab.goto(`${origin}/test/live/scene/`);
        await tab.sees("Settings");
      }
      await go_on_stage(host);
      watcher = await browser.tab({ locale: "en-GB" });
      await watcher.goto(`${origin}/test/live/scene/`);
      await sees_pictures(watcher, ["v0"], { ms: 30000 });
      await watcher.click("Turn on the sound");
      await hears(watcher, { a0: LOUDEST });
    });
    after(async () => {
      await host_browser?.close();
      await browser?.close();
      await place?.close();
    });

    it("has its slides sent and shown in the room", async () => {
      const file = path.join(server.folder, "talk.pdf");
      writeFileSync(file, talk_pdf(SLIDES));
      await host.click("Slides");
      await host.page.setInputFiles("#slides-file", file);
      await host.page.click("dialog button[type=submit]");
      await host.sees(`${SLIDES} pages`, 120000);
      asked.slides[1] = Date.now();
      await host.page.click("dialog .deck button");
      await watcher.until(() => document.querySelector(".slide img")?.naturalWidth > 0);
      await captioner.click("Type captions");
      await captioner.until(() => document.querySelector(".desk input[type=text]"));
    });

    it("is followed for two minutes", async (t) => {
      house.run(`tc qdisc replace dev to-line root tbf rate ${KBIT_S}kbit burst 4k latency 400ms`);
      await watcher.sees("Sound only.", 30000); // the page goes down to it by itself
      // What the pictures left in the line's queue is gone when a sentence comes through in time: within ten seconds.
      for (let n = 1, asked_at = -Infinity, end = performance.now() + 10000; performance.now() - asked_at > CAPTION_MS; n++) {
        assert.ok(performance.now() < end, "the line does not come to rest");
        asked_at = performance.now();
        await captioner.page.fill(".desk input[type=text]", `We begin ${n}`);
        await captioner.page.press(".desk input[type=text]", "Enter");
        await watcher.sees(`We begin ${n}`, 10000);
      }
      await watcher.evaluate(note_times);
      const was = await watcher.evaluate(sound, "came"), sent_was = await host.evaluate(sound, "sent"), bytes_was = bytes_sent(), began = performance.now();
      let page = 1, line = 0, next_slide = began + 4000, next_caption = began + 2000;
      while (performance.now() - began < SECONDS * 1000) {
        if (performance.now() >= next_slide && page < SLIDES) {
          next_slide += SLIDE_EVERY_MS;
          asked.slides[++page] = Date.now();
          await host.press("ArrowRight");
        }
        if (performance.now() >= next_caption) {
          next_caption += CAPTION_EVERY_MS;
          const text = `Sentence ${++line} of what is said in the room`;
          await captioner.page.fill(".desk input[type=text]", text);
          asked.captions[text] = Date.now();
          await captioner.page.press(".desk input[type=text]", "Enter");
        }
        await new Promise((resolve) => setTimeout(resolve, 50)); // the talk's own pace
      }
      const seconds = (performance.now() - began) / 1000;
      const is = await watcher.evaluate(sound, "came"), sent_is = await host.evaluate(sound, "sent"), bytes = bytes_sent() - bytes_was;
      await hears(watcher, { a0: LOUDEST });
      const there = await watcher.evaluate(() => globalThis.there);
      const late = (kind) => Object.entries(asked[kind]).filter(([key]) => kind !== "slides" || key !== "1").map(([key, at]) => (there[kind][key] ? there[kind][key] - at : Infinity));
      const figures = {
        slides_ms: late("slides"), captions_ms: late("captions"),
        concealed: (is.concealed - was.concealed) / (is.samples - was.samples), energy: (is.energy - was.energy) / (sent_is.energy - sent_was.energy),
        lost: (is.lost - was.lost) / (is.packets - was.packets), packets_s: (is.packets - was.packets) / seconds, sound_kbit_s: ((is.bytes - was.bytes) * 8) / seconds / 1000, line_kbit_s: (bytes * 8) / seconds / 1000, bytes,
      };
      t.diagnostic(JSON.stringify(figures));
      assert.ok(Math.max(...figures.slides_ms) <= 3000, `slides: ${figures.slides_ms}`);
      assert.equal(figures.slides_ms.length >= 8, true);
      assert.ok(Math.max(...figures.captions_ms) <= CAPTION_MS, `captions: ${figures.captions_ms}`);
      assert.equal(figures.lost, 0);
      assert.ok(await watcher.evaluate(() => document.body.textContent.includes("Sound only.")), "pictures were tried on a line that cannot carry them");
      assert.ok(figures.concealed <= 0.05, `concealed ${figures.concealed}`);
      assert.ok(figures.energy > 0.8 && figures.energy < 1.25, `energy ${figures.energy}`);
      assert.ok(figures.line_kbit_s <= KBIT_S * 1.02, `${figures.line_kbit_s} kbit/s`);
      assert.deepEqual([...host.errors, ...captioner.errors, ...watcher.errors], []);
    });

    it("has its pictures back soon after the line is wider", async (t) => {
      house.run(`tc qdisc replace dev to-line root tbf rate ${WIDE_KBIT_S}kbit burst 4k latency 400ms`);
      const began = performance.now();
      await watcher.until(() => !document.body.textContent.includes("Sound only."), [], WIDE_MS);
      t.diagnostic(`noticed after ${Math.round(performance.now() - began)} ms`);
      await sees_pictures(watcher, ["v0"], { ms: 10000 });
    });
  });
}
