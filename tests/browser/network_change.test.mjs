// A phone that leaves the house: the Wi-Fi it uses is gone, its other network takes over, or comes up a moment later. The
// browser runs in a network namespace with two ways to the server, which has one of its own.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { measured } from "../support/measure.mjs";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { go_on_stage, in_own_network, lacks, open_house, run } from "./networks.mjs";
import { hears, sees_pictures } from "./watch.mjs";

const BACK_MS = 3000, WATCHED_MS = 6000, WITHOUT_MS = 500;
const HOUSE_TONE = 500, PHONE_TONE = 700;
const NETWORKS = { wifi: { there: "10.1.0.1", here: "10.1.0.2", metric: 100 }, mobile: { there: "10.2.0.1", here: "10.2.0.2", metric: 200 } };
in_own_network(import.meta.url, "another network", missing("chromium", "firefox") || lacks("ip", "nsenter"), within);

/** Runs in the page from now on: how long at most no new picture and no new sound of a seat came. */
function watch_gaps(seat) {
  const kinds = (globalThis.gaps = { video: { count: 0, at: 0, longest: 0 }, audio: { count: 0, at: 0, longest: 0 } });
  const look = async () => {
    const pc = globalThis.witness.connections.findLast((one) => one.connectionState !== "closed" && one.getTransceivers().every((line) => line.direction !== "sendonly"));
    const stats = await Promise.race([pc?.getStats(), new Promise((resolve) => setTimeout(resolve, 500))]); // Firefox never answers of one that is closed meanwhile
    const now = performance.now();
    for (const [kind, mid, figure] of [["video", `v${seat}`, "framesDecoded"], ["audio", `a${seat}`, "packetsReceived"]]) {
      const one = kinds[kind], count = [...(stats?.values() ?? [])].find((stat) => stat.type === "inbound-rtp" && stat.mid === mid)?.[figure] ?? 0;
      one.longest = Math.max(one.longest, one.at && now - one.at);
      if (count !== one.count || !one.at)
        Object.assign(one, { count, at: now });
    }
    setTimeout(look, 30);
  };
  look();
}

function within() {
  describe("another network", () => {
    let house, room, host_browser, host;
    const phones = {};

    const up = (name) => run(`ip link set ${name} up; ip addr replace ${NETWORKS[name].here}/24 dev ${name}; ip route replace default via ${NETWORKS[name].there} dev ${name} metric ${NETWORKS[name].metric}`);
    const down = (name) => run(`ip addr flush dev ${name}; ip link set ${name} down`);

    before(async () => {
      house = await open_house();
      for (const [name, { there }] of Object.entries(NETWORKS))
        house.connect(name, there);
      up("wifi");
      room = await house.start_room({ media: true });
      const { flags, program } = house;
      host_browser = await open_chromium({ tone: HOUSE_TONE, flags, program });
      phones.chromium = await open_chromium({ flags });
      phones.speaker = await open_chromium({ flags, tone: PHONE_TONE });
      phones.firefox = await open_firefox();
      host = await enter(host_browser, "host");
      await go_on_stage(host);
    });
    after(async () => {
      for (const browser of [host_browser, ...Object.values(phones)])
        await browser?.close();
      await room?.stop();
      house?.close();
    });

    async function enter(browser, role) {
      const url = browser === phones.firefox ? room.url : room.named_url;
      const tab = await browser.tab({ cookies: [{ name: "as", value: role, url }] });
      await tab.goto(url);
      await tab.sees("Settings");
      return tab;
    }

    /** One change of network, watched. @returns {Promise<number>} the longest time without a picture, sound or words, in ms */
    async function take_another({ name, line, both, change, told }) {
      const on_stage = name === "speaker";
      up("wifi");
      down("mobile");
      const tab = await enter(phones[name], on_stage ? "speaker" : "guest");
      if (on_stage)
        await go_on_stage(tab);
      else
        await tab.fill("#my-name", "Personne exemple"), await tab.press("Enter");
      /** Who hears whom: the phone hears the house, and on stage the house hears the phone. */
      const ears = [[tab, 0, HOUSE_TONE], ...(on_stage ? [[host, 1, PHONE_TONE]] : [])];
      for (const [who, seat, tone] of ears) {
        await sees_pictures(who, [`v${seat}`], { ms: 30000 });
        if (await who.has("Turn on the sound"))
          await who.click("Turn on the sound");
        await hears(who, { [`a${seat}`]: tone });
      }
      await tab.fill("#my-words", line);
      if (both)
        up("mobile");
      for (const [who, seat] of ears)
        await who.evaluate(watch_gaps, seat);
      await tab.page.focus("#my-words");
      const began = performance.now();
      await change();
      await tab.press("Enter");
      await host.sees(line, 30000);
      const said_ms = Math.round(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, WATCHED_MS - said_ms))); // the measure is over this time
      const gaps = await Promise.all(ears.map(async ([who]) => (({ video, audio }) => [Math.round(video.longest), Math.round(audio.longest)])(await who.evaluate(() => globalThis.gaps))));
      told(`without a picture ${gaps.map(([picture]) => picture)} ms, without sound ${gaps.map(([, sound]) => sound)} ms, words there after ${said_ms} ms`);
      for (const [who, seat, tone] of ears)
        await hears(who, { [`a${seat}`]: tone });
      assert.deepEqual(tab.errors, []);
      if (on_stage) {
        await tab.click("Leave the stage");
        await host.until(() => document.querySelectorAll(".tile video").length === 1);
      }
      await tab.close();
      return Math.max(...gaps.flat(), said_ms);
    }

    const without_a_moment = () => down("wifi");
    const with_a_moment = async () => {
      down("wifi");
      await new Promise((resolve) => setTimeout(resolve, WITHOUT_MS)); // without any network
      up("mobile");
    };
    for (const [words, both, change] of [["while both are there", true, without_a_moment], [`with ${WITHOUT_MS} ms of none between`, false, with_a_moment]])
      for (const name of ["chromium", "firefox", "speaker"])
        it(`is taken ${words}: ${name === "speaker" ? "on stage, chromium" : `watching, ${name}`}`, async (t) => {
          await measured(({ length }) => take_another({ name, both, change, line: `I am here ${words} ${name} ${length}`, told: (text) => t.diagnostic(text) }),
            (took_ms) => took_ms <= BACK_MS);
        });
  });
}
