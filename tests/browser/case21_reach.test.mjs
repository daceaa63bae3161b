// Case 21, the way there: networks without UDP, with IPv6 alone, with nothing but a TURN server, and ways that are lost in
// the middle. It runs in a network namespace of its own, where nft decides what passes; Chromium and Firefox are the judges.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, afterEach, before, describe, it } from "node:test";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { FakeRoom } from "./fake_room.mjs";
import { go_on_stage, in_own_network, lacks, run } from "./networks.mjs";
import { startCoturn, turnCredentials } from "../support/coturn.mjs";
import { measured } from "../support/measure.mjs";
import { connections_made, hears, longest_gap, open_relay, sees_pictures } from "./watch.mjs";

const BACK_MS = 3000; // pictures after the line is back
const PORT = 34780, HOUSE = "10.9.0.1", TURN = "10.9.0.2", SECRET = "of this test alone";

in_own_network(import.meta.url, "the way there", missing("chromium", "firefox") || lacks("nft", "ip", "turnserver", "turnutils_uclient"), within);

const turn_servers = () => [{ urls: [`turn:${TURN}:3479?transport=tcp`, `turns:${TURN}:5349?transport=tcp`], ...turnCredentials(SECRET) }];

/** Runs in the page: the pair that carries the newest connection to watch. */
async function way() {
  const pc = globalThis.witness.connections.findLast((one) => one.connectionState === "connected" && one.getTransceivers().every((line) => line.direction !== "sendonly"));
  const stats = [...((await pc?.getStats())?.values() ?? [])];
  const transport = stats.find((s) => s.type === "transport");
  const pair = stats.find((s) => s.type === "candidate-pair" && (transport ? s.id === transport.selectedCandidatePairId : s.selected));
  const by_id = (id) => stats.find((s) => s.id === id);
  const local = by_id(pair?.localCandidateId), remote = by_id(pair?.remoteCandidateId);
  return { type: local?.candidateType, protocol: remote?.protocol, relay: local?.relayProtocol, address: remote?.address ?? remote?.ip ?? "" };
}

function within() {
  describe("the way there", () => {
    let room, turn, host_browser, chromium, firefox, host;
    const tabs = [];
    /** What passes from now on: rules of nft for what leaves. */
    const only = (...rules) => run(`nft flush chain inet t out; ${rules.map((rule) => `nft add rule inet t out ${rule}`).join("; ")}`);
    /** Browsers ask it for the one address that a page without a camera may know. */
    function default_route(t, there) {
      if (there)
        return;
      run("ip route del default; ip -6 route del default");
      t.after(() => run("ip route add default dev d0; ip -6 route add default dev d0"));
    }
    const no_udp = "meta l4proto udp drop", no_turn = [`ip daddr ${TURN} tcp dport { 3479, 5349 } drop`], no_house = [`udp dport ${PORT} drop`, `tcp dport ${PORT} drop`];

    before(async () => {
      run(`ip link set lo up; ip link add d0 type veth peer name d1; ip link set d0 up; ip link set d1 up; ip addr add ${HOUSE}/24 dev d0; ip addr add ${TURN}/24 dev d0;
        ip -6 addr add fd09::1/64 dev d0 nodad; ip route add default dev d0; ip -6 route add default dev d0;
        nft add table inet t; nft add chain inet t out '{ type filter hook output priority 0; }'`);
      turn = await startCoturn({ address: TURN, secret: SECRET, peer: HOUSE, tls: 5349 });
      room = await FakeRoom.start({ media: true, media_args: ["--port", String(PORT)], ice: turn_servers() });
      const flags = ["--ignore-certificate-errors"]; // coturn's is of this test alone
      host_browser = await open_chromium({ tone: 500, flags });
      chromium = await open_chromium({ flags });
      firefox = await open_firefox();
      host = await enter(host_browser, "host");
      await go_on_stage(host);
    });
    after(async () => {
      for (const browser of [host_browser, chromium, firefox])
        await browser?.close();
      await room?.stop();
      await turn?.stop();
    });
    afterEach(async () => {
      for (const tab of tabs.splice(1)) {
        assert.deepEqual(tab.errors, []);
        await tab.close();
      }
    });

    async function enter(browser, role, more = {}) {
      const tab = await browser.tab({ ...more, cookies: [{ name: "as", value: role, url: room.url }] });
      tabs.push(tab);
      await tab.goto(room.url);
      await tab.sees("Settings");
      return tab;
    }

    /** Enters and waits for the picture and the tone; says by which way, and how long the picture took. */
    async function watches(t, browser, name) {
      const started = performance.now(), tab = await enter(browser, "guest");
      await sees_pictures(tab, ["v0"], { ms: 30000 });
      const first_ms = Math.round(performance.now() - started);
      await tab.click("Turn on the sound");
      await hears(tab, { a0: 500 });
      const found = await tab.evaluate(way);
      t.diagnostic(`${name}: page to first decoded picture ${first_ms} ms, by ${JSON.stringify(found)}`);
      return { tab, found };
    }

    it("goes by UDP where it can", async (t) => {
      only("meta nfproto ipv6 meta l4proto udp accept");
      for (const [name, browser] of [["chromium", chromium], ["firefox", firefox]])
        assert.equal((await watches(t, browser, name)).found.protocol, "udp");
    });

    for (const route of ["with", "without"])
      it(`goes by TCP where UDP is blocked, ${route} a default route`, async (t) => {
        only(no_udp, ...no_turn);
        default_route(t, route === "with");
        // Firefox finds no address of its own then
        for (const [name, browser] of [["chromium", chromium], ["firefox", firefox]].slice(0, route === "with" ? 2 : 1)) {
          const { found } = await watches(t, browser, name);
          assert.deepEqual([found.protocol, found.type === "relay"], ["tcp", false]);
        }
      });

    it("goes by IPv6 alone, UDP and TCP", async (t) => {
      const no_four = [`meta nfproto ipv4 udp dport ${PORT} drop`, `meta nfproto ipv4 tcp dport ${PORT} drop`, ...no_turn];
      only(...no_four);
      for (const [name, browser] of [["chromium", chromium], ["firefox", firefox]])
        assert.match((await watches(t, browser, name)).found.address, /:/);
      only(...no_four, no_udp);
      const { found } = await watches(t, chromium, "chromium, TCP");
      assert.match(found.address, /:/);
      assert.equal(found.protocol, "tcp");
    });

    it("goes through coturn by its password where nothing else leads out", async (t) => {
      only(`ip saddr ${TURN} accept`, ...no_house);
      for (const [name, browser] of [["chromium", chromium], ["firefox", firefox]])
        assert.equal((await watches(t, browser, name)).found.type, "relay", turn.said().slice(-2000));
    });

    for (const route of ["with", "without"])
      it(`goes through coturn over TLS where nothing but TLS leads out, ${route} a default route`, async (t) => {
        only(`ip saddr ${TURN} accept`, `ip daddr ${TURN} udp sport ${PORT} accept`, no_udp, ...no_house, "tcp dport 3479 drop");
        default_route(t, route === "with");
        const { found } = await watches(t, chromium, "chromium");
        assert.deepEqual([found.type, found.relay], ["relay", "tls"], turn.said().slice(-2000));
      });

    it("leads through coturn to the house alone, to no address of a special purpose (ASVS 17.1.1)", () => {
      only("accept");
      const tries = (peer) => {
        const { stdout, stderr } = spawnSync("turnutils_uclient", ["-t", "-W", SECRET, "-u", "someone", "-p", "3479", "-e", peer, "-r", "9", "-n", "1", "-m", "1", "-c", TURN], { encoding: "utf8", timeout: 10000 });
        return stdout + stderr;
      };
      for (const peer of ["127.0.0.1", "0.0.0.1", "10.0.0.5", "100.64.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "192.0.2.7", "198.18.0.1", "240.0.0.1"])
        assert.match(tries(peer), /403/, `${peer}: ${turn.said().slice(-500)}`);
      assert.doesNotMatch(tries(HOUSE), /403/);
    });

    it("finds another way when the one in use is lost, for who watches and who speaks", async (t) => {
      only("meta nfproto ipv6 meta l4proto udp accept");
      const { tab } = await watches(t, chromium, "chromium");
      const made = await connections_made(tab), lost_at = performance.now();
      only(no_udp, ...no_turn);
      await tab.until(async (way_text) => (await (0, eval)(`(${way_text})`)()).protocol === "tcp", String(way), 30000).catch(() => {});
      await sees_pictures(tab, ["v0"], { ms: 30000 });
      t.diagnostic(`back after ${Math.round(performance.now() - lost_at)} ms, ${(await connections_made(tab)) - made} new connections to watch`);
      assert.equal((await tab.evaluate(way)).protocol, "tcp");
      assert.equal([...room.people.values()].filter((person) => person.stage !== null).length, 1);
    });

    it("keeps its connection when its address changes: behind a NAT that forgot it", async (t) => {
      only("meta l4proto udp accept");
      const relay = await open_relay(room.media_port);
      t.after(() => relay.close());
      const tab = await enter(chromium, "guest", { relay: relay.port });
      await sees_pictures(tab, ["v0"], { ms: 30000 });
      const made = await connections_made(tab);
      await measured(async () => {
        relay.tell("rebind");
        const gap_ms = await longest_gap(tab, "v0", 8000);
        t.diagnostic(`at most ${gap_ms} ms without a picture after the address changed`);
        return gap_ms;
      }, (gap_ms) => gap_ms <= BACK_MS);
      assert.equal(await connections_made(tab), made);
    });

    it("says what is wrong and goes on by text where no way leads out", async () => {
      only(no_udp, ...no_house, ...no_turn);
      const tab = await enter(chromium, "guest");
      await tab.sees("No picture or sound arrives.", 30000);
      await tab.sees(`UDP ${PORT}, TCP ${PORT}`);
      await tab.fill("#my-name", "Personne exemple 3");
      await tab.press("Enter");
      await tab.fill("#my-words", "I read you");
      await tab.press("Enter");
      await host.sees("I read you");
      if (process.env.SHOTS)
        for (const [width, height] of [[375, 800], [1280, 800]]) {
          await tab.resize(width, height);
          await tab.page.screenshot({ path: `${process.env.SHOTS}/no-way-${width}.png` });
        }
    });
  });
}
