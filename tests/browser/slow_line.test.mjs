// A network without UDP whose line is slow: what comes by TCP may be late, so pictures are left out and the voice is not.
// The line's rate is the kernel's (tc), between a namespace with the browser and one with the server.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { measured } from "../support/measure.mjs";
import { missing, open_chromium } from "./browsers.mjs";
import { go_on_stage, in_own_network, lacks, open_house, run } from "./networks.mjs";
import { hears, sees_pictures } from "./watch.mjs";

const TONE = 500, SECONDS = 10;

/** Runs in the page of who watches: what arrived so far. */
async function figures() {
  const pc = globalThis.witness.connections.findLast((one) => one.connectionState === "connected");
  const all = [...((await pc?.getStats())?.values() ?? [])], of = (kind) => all.find((one) => one.type === "inbound-rtp" && one.kind === kind && one.packetsReceived) ?? {};
  const { framesDecoded: frames = 0 } = of("video"), { totalSamplesReceived: samples = 0, concealedSamples = 0, silentConcealedSamples = 0, jitterBufferDelay: delay_s = 0, jitterBufferEmittedCount: emitted = 0 } = of("audio");
  return { frames, samples, concealed: concealedSamples - silentConcealedSamples, delay_s, emitted, way: all.find((one) => one.type === "remote-candidate" && one.protocol === "tcp") ? "tcp" : "" };
}

const can_shape = () => spawnSync("unshare", ["-n", "sh", "-ec", "ip link set lo up; tc qdisc add dev lo root tbf rate 1mbit burst 16k latency 400ms"]).status === 0;
in_own_network(import.meta.url, "a slow TCP line", missing("chromium") || lacks("ip", "nsenter", "tc", "nft") || (!can_shape() && "this kernel's tc has no tbf"), within);

function within() {
  describe("a slow TCP line", () => {
    let house, room, host_browser, browser, host, watcher;
    const rate = (kbit_s) => house.run(kbit_s ? `tc qdisc replace dev to-line root tbf rate ${kbit_s}kbit burst 16k latency 400ms` : "tc qdisc del dev to-line root");

    before(async () => {
      house = await open_house();
      house.connect("line", "10.1.0.1");
      run("ip link set line up; ip addr add 10.1.0.2/24 dev line; ip route add default via 10.1.0.1");
      house.run("nft add table inet t; nft add chain inet t in \"{ type filter hook input priority 0; }\"; nft add rule inet t in iifname to-line meta l4proto udp drop");
      room = await house.start_room({ media: true });
      const { flags, program } = house;
      host_browser = await open_chromium({ tone: TONE, flags, program });
      browser = await open_chromium({ flags });
      const enter = async (one, role) => {
        const tab = await one.tab({ cookies: [{ name: "as", value: role, url: room.named_url }] });
        await tab.goto(room.named_url);
        await tab.sees("Settings");
        return tab;
      };
      host = await enter(host_browser, "host");
      await go_on_stage(host);
      watcher = await enter(browser, "guest");
    });
    after(async () => {
      await host_browser?.close();
      await browser?.close();
      await room?.stop();
      house?.close();
    });

    /** What came in so many seconds. */
    async function over(seconds) {
      const was = await watcher.evaluate(figures);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000)); // the measure is over this time
      const is = await watcher.evaluate(figures), since = (name) => is[name] - was[name];
      return { rate: since("frames") / seconds, concealed: since("concealed") / Math.max(1, since("samples")), buffered_s: since("delay_s") / Math.max(1, since("emitted")) };
    }

    it("is found at once where UDP is dropped without a word", async (t) => {
      const started = performance.now();
      await sees_pictures(watcher, ["v0"], { ms: 30000 });
      t.diagnostic(`first picture ${Math.round(performance.now() - started)} ms after the room`);
      assert.equal((await watcher.evaluate(figures)).way, "tcp");
      await watcher.click("Turn on the sound");
      await hears(watcher, { a0: TONE });
    });

    for (const kbit_s of [400])
      it(`of ${kbit_s} kbit/s lets the voice through, and words`, async (t) => {
        rate(kbit_s);
        await over(3); // it settles
        await measured(async () => {
          const seen = await over(SECONDS);
          t.diagnostic(JSON.stringify(seen));
          return seen;
        }, ({ concealed, buffered_s }) => concealed <= 0.05 && buffered_s <= 1);
        await hears(watcher, { a0: TONE });
        if (await watcher.has("Save"))
          await watcher.fill("#my-name", "Personne exemple 3"), await watcher.press("Enter");
        await watcher.fill("#my-words", `At ${kbit_s}`);
        const began = performance.now();
        await watcher.press("Enter");
        await host.sees(`At ${kbit_s}`);
        t.diagnostic(`words there after ${Math.round(performance.now() - began)} ms`);
      });

    it("that is wide again shows all pictures", async (t) => {
      rate(0);
      const start = performance.now();
      let seen;
      do
        seen = await over(2);
      while (seen.rate < 12 && performance.now() - start < 20000);
      t.diagnostic(`${seen.rate} pictures a second after ${Math.round(performance.now() - start)} ms`);
      assert.ok(seen.rate >= 12, JSON.stringify(seen));
      assert.deepEqual(watcher.errors, []);
    });
  });
}
