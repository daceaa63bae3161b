// A speaker who comes late and by a bad line: the talk is followed by voice and slides, the speaker's own voice reaches the room,
// and when the line is good again the pictures are back, both ways and without a click. The line's rate is the kernel's (tc).

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { run as run_command } from "../http/support.mjs";
import { talk_pdf } from "../support/pdf.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { announced, listen } from "./keyboard.mjs";
import { go_on_stage, in_own_network, lacks, open_server_by_a_line, run } from "./networks.mjs";
import { hears, sees_pictures } from "./watch.mjs";

const FAIR_KBIT_S = 1500, BAD_KBIT_S = 80, HOST_TONE = 500, SPEAKER_TONE = 1200, DOWN_MS = 30000, UP_MS = 60000;
const CAMERA = { width: 640, height: 360, frameRate: 15 };

in_own_network(import.meta.url, "a speaker who comes late", missing("chromium") || lacks("ip", "nsenter", "tc"), within);

function within() {
  describe("a speaker who comes late by a bad line", () => {
    let place, house, server, host_browser, browser, host, speaker, origin;

    /** Both ways; 0: as good as it is. @param {number} kbit_s */
    function rate(kbit_s) {
      const what = kbit_s ? `tbf rate ${kbit_s}kbit burst 4k latency 400ms` : "";
      house.run(what ? `tc qdisc replace dev to-line root ${what}` : "tc qdisc del dev to-line root");
      run(what ? `tc qdisc replace dev line root ${what}` : "tc qdisc del dev line root");
    }

    before(async () => {
      place = await open_server_by_a_line();
      ({ house, server, origin } = place);
      host_browser = await open_chromium({ tone: HOST_TONE, program: house.program });
      browser = await open_chromium({ tone: SPEAKER_TONE, flags: place.flags });
      host = await host_browser.tab({ locale: "en-GB", camera: CAMERA });
      await sign_in(host, "owner@example.org");
      await listen(host);
      await go_on_stage(host);
      const file = path.join(server.folder, "talk.pdf");
      writeFileSync(file, talk_pdf(4));
      await host.click("Slides");
      await host.page.setInputFiles("#slides-file", file);
      await host.page.click("dialog button[type=submit]");
      await host.sees("4 pages", 60000);
      await host.page.click("dialog .deck button");
    });
    after(async () => {
      await host_browser?.close();
      await browser?.close();
      await place?.close();
    });

    async function sign_in(tab, email) {
      await tab.goto((await run_command("link", email, "--data", server.folder, "--origin", origin)).stdout.trim());
      await Promise.all([tab.page.waitForNavigation(), tab.click("Enter")]);
      await tab.goto(`${origin}/test/live/scene/`);
      await tab.sees("Settings", 60000);
    }
    /** How many the speaker's browser has encoded, of all layers. */
    const pictures_made = () => speaker.evaluate(async () => {
      const all = await Promise.all(globalThis.witness.connections.map((pc) => pc.getStats()));
      return all.flatMap((stats) => [...stats.values()]).reduce((sum, one) => sum + (one.type === "outbound-rtp" && one.kind === "video" ? one.framesEncoded : 0), 0);
    });
    const shows = (page, ms) => speaker.until((wanted) => document.querySelector(`.slide[data-page="${wanted}"][aria-busy=false] img`)?.naturalWidth > 0, page, ms);

    it("comes in and goes on stage", async () => {
      rate(FAIR_KBIT_S);
      speaker = await browser.tab({ locale: "en-GB", camera: CAMERA });
      await sign_in(speaker, "late@example.org");
      await listen(speaker);
      await go_on_stage(speaker);
      await sees_pictures(speaker, ["v0"], { ms: 30000 });
      await shows(1);
      await speaker.evaluate(() => document.querySelector(".loud")?.click());
      await hears(speaker, { a0: HOST_TONE });
      await sees_pictures(host, ["v1"], { ms: 30000 });
    });

    it("is brought down to voice and slides when the line is too narrow, both voices heard", async (t) => {
      rate(BAD_KBIT_S);
      const since = performance.now();
      await speaker.sees("Sound only.", DOWN_MS);
      t.diagnostic(`sound only after ${Math.round(performance.now() - since)} ms`);
      await speaker.until(() => document.querySelectorAll("video[data-line]").length === 0);
      await speaker.sees("Your picture is not sent for now");
      await host.until(() => document.querySelector("video[data-line=v1]") === null);
      const before = await pictures_made();
      await host.press("ArrowRight");
      await shows(2, 15000);
      await hears(speaker, { a0: HOST_TONE }, 30000);
      await host.evaluate(() => document.querySelector(".loud")?.click());
      await hears(host, { a1: SPEAKER_TONE }, 30000);
      await speaker.sees_not("The line to the room is cut.");
      assert.equal(await pictures_made(), before);
    });

    it("has the pictures again by itself when the line is good, and is seen", async (t) => {
      rate(0);
      const since = performance.now();
      await speaker.until(() => document.querySelector("video[data-line=v0]") !== null, undefined, UP_MS);
      await sees_pictures(speaker, ["v0"], { ms: 30000 });
      t.diagnostic(`pictures back after ${Math.round(performance.now() - since)} ms`);
      await speaker.sees_not("Sound only.", 30000);
      await speaker.sees_not("Your picture is not sent for now");
      await sees_pictures(host, ["v1"]);
      await shows(2);
      await hears(speaker, { a0: HOST_TONE });
    });

    it("was told in a few sentences, and left no error", async () => {
      const said = (await announced(speaker)).map(({ text }) => text);
      console.log(`# said to the speaker: ${said.join(" | ")}`);
      assert.ok(said.some((text) => text.includes("Your connection is weak: the pictures stop, the sound goes on.")));
      assert.ok(said.some((text) => text.includes("Your picture is not sent for now")));
      assert.ok(!said.some((text) => text.includes("The line to the room is cut.")));
      const told_host = (await announced(host)).map(({ text }) => text);
      assert.ok(!told_host.some((text) => /connection is weak/.test(text)), `what the speaker's line loses is not the host's: ${told_host.join(" | ")}`);
      assert.ok(said.some((text) => text.includes("The pictures are back, small for now.")));
      assert.deepEqual([...host.errors, ...speaker.errors], []);
    });
  });
}
