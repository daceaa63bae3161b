// A minute of somebody's packets: a host in Chromium asks, a watcher in Firefox agrees by the keyboard and stops it again, and
// the file is opened by Wireshark's own reader (tshark), which finds whole RTP headers and no word of what was sent.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { ownerClient, start } from "../http/support.mjs";
import { importLive } from "../support/sample.mjs";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { axe_findings } from "./findings.mjs";
import { go_on_stage } from "./networks.mjs";
import { free_port, sees_pictures } from "./watch.mjs";

const NOTED = 200; // packets of a watcher, at least: two seconds of pictures and sound

describe("a minute of somebody's packets", { skip: missing("chromium", "firefox") }, () => {
  let server, owner, place, chromium, firefox, host, ana;

  before(async () => {
    server = await start({ args: ["--media-port", String(await free_port())] });
    place = await importLive(server);
    owner = await ownerClient(server);
    const cookies = [...owner.cookies].map(([name, value]) => ({ name, value, url: server.origin }));
    [chromium, firefox] = await Promise.all([open_chromium({ devices: true }), open_firefox()]);
    host = await chromium.tab({ locale: "en-GB", cookies });
    ana = await firefox.tab();
    for (const tab of [host, ana])
      await tab.goto(`${server.origin}/${place.slug}/live/${place.room}/`);
    await host.sees("Settings");
    await go_on_stage(host);
    await ana.fill("#my-name", "Ana");
    await ana.press("Enter");
    await sees_pictures(ana, ["v0"], { ms: 30000 });
  });
  after(async () => {
    await Promise.all([chromium?.close(), firefox?.close()]);
    const ended = await server?.stop();
    assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
  });

  it("is asked for, agreed to and stopped", async () => {
    await host.click("People");
    await host.click("What to do with Ana");
    await host.click("Look into the connection");
    await ana.sees("asks to look into your connection");
    assert.deepEqual(await axe_findings(ana.page), []);
    await ana.page.focus("dialog .btn.primary");
    await ana.press("Enter");
    await host.sees("The packets of Ana's connection are noted");
    await ana.sees("The packets of your connection are noted");
    await ana.evaluate(async (wanted) => { // until so much has come
      const came = async () => {
        const stats = await Promise.all(globalThis.witness.connections.map((pc) => pc.getStats()));
        return stats.flatMap((one) => [...one.values()]).filter((one) => one.type === "inbound-rtp").reduce((sum, one) => sum + one.packetsReceived, 0);
      };
      const first = await came();
      while (await came() < first + wanted)
        await new Promise((resolve) => setTimeout(resolve, 100));
    }, NOTED);
    await ana.click("Stop");
    await host.sees("Download for Wireshark");
    assert.deepEqual([...host.errors, ...ana.errors], []);
  });

  it("is a file that Wireshark reads", { skip: spawnSync("tshark", ["--version"]).error && "tshark is not here" }, async () => {
    const address = await host.evaluate(() => document.querySelector("a[download]").href);
    const answer = await owner.request("GET", new URL(address).pathname);
    const file = path.join(server.folder, "ana.pcap");
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
    const read = (...words) => {
      const { stdout, stderr, status } = spawnSync("tshark", ["-n", "-r", file, "-d", "udp.port==5004,rtp", ...words], { encoding: "utf8" });
      assert.equal(status, 0, stderr);
      return stdout.trim().split("\n").filter(Boolean);
    };
    const packets = read("-Y", "rtp.ssrc", "-T", "fields", "-e", "rtp.ssrc", "-e", "rtp.seq", "-e", "rtp.p_type", "-e", "udp.length", "-e", "frame.cap_len");
    assert.ok(packets.length >= NOTED, `${packets.length} packets of RTP`);
    const streams = Map.groupBy(packets.map((line) => line.split("\t")), ([ssrc]) => ssrc);
    assert.ok(streams.size >= 2, "sound and pictures");
    for (const [ssrc, list] of streams) { // Wireshark counts them in order, as they were sent
      const steps = list.slice(1).map(([, sequence], at) => (sequence - list[at][1]) & 0xffff);
      assert.ok(steps.filter((step) => step === 1).length >= steps.length * 0.9, `${ssrc}: ${steps}`);
    }
    assert.ok(packets.some((line) => Number(line.split("\t")[3]) > Number(line.split("\t")[4])), "what was sent is cut off");
    assert.deepEqual(read("-Y", "_ws.malformed && !rtp && !rtcp && !stun"), []);
    assert.deepEqual([...new Set(read("-T", "fields", "-e", "ip.src", "-e", "ip.dst").flatMap((line) => line.split("\t")))].sort(), ["192.0.2.1", "192.0.2.2"]);
  });
});
