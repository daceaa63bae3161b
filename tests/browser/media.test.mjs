// The two media connections of the room's client against a browser's own RTCPeerConnection, which plays the server.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { FakeRoom } from "./fake_room.mjs";

for (const [name, open] of [["chromium", open_chromium], ["firefox", open_firefox]])
  describe(`media connections in ${name}`, { skip: missing(name) }, () => {
    let browser, room, tab;

    before(async () => {
      room = await FakeRoom.start();
      browser = await open({ devices: true });
      tab = await browser.tab();
      await tab.goto(room.url);
    });
    after(async () => {
      await browser?.close();
      await room?.stop();
    });

    it("offers five senders at once, H.264 first where there is one, and fills them without another offer", async () => {
      const found = await tab.evaluate(async () => {
        const { Speaking, first_codec } = await import("/src/live/media.js");
        const server = new RTCPeerConnection(), sent = [];
        const client = new Speaking((message) => sent.push(message), () => {});
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
        await client.start();
        await server.setRemoteDescription({ type: "offer", sdp: sent[0].sdp });
        await server.setLocalDescription();
        await new Promise((done) => (server.iceGatheringState === "complete" ? done() : server.addEventListener("icegatheringstatechange", () => server.iceGatheringState === "complete" && done())));
        // an ICE-lite server needs no candidates of the browser; this one does
        const pc = globalThis.witness.connections.at(-1) === server ? globalThis.witness.connections.at(-2) : globalThis.witness.connections.at(-1);
        pc.onicecandidate = (event) => event.candidate && server.addIceCandidate(event.candidate);
        for (const line of pc.localDescription.sdp.split("\r\n").filter((text) => text.startsWith("a=candidate:")))
          await server.addIceCandidate({ candidate: line.slice(2), sdpMLineIndex: 0 });
        await client.answered({ pc: sent[0].pc, sdp: server.localDescription.sdp });
        await client.set("mic", stream.getAudioTracks()[0]);
        await client.set("camera", stream.getVideoTracks()[0]);
        await client.set_vp8(true);
        const mids = Object.fromEntries(Object.entries(sent[0].tracks).map(([mid, kind]) => [kind, mid]));
        const codec = first_codec(server.localDescription.sdp, mids.camera);
        const flowing = async (kind, seen) => {
          for (const end = performance.now() + 10000; performance.now() < end; await new Promise((next) => setTimeout(next, 100))) {
            const stats = [...(await server.getStats()).values()];
            const one = stats.find((s) => s.type === "inbound-rtp" && s.mid === mids[kind] && seen(s));
            if (one)
              return { codec: stats.find((s) => s.id === one.codecId)?.mimeType, height: one.frameHeight };
          }
          return null;
        };
        const camera = await flowing("camera", (s) => s.framesDecoded > 5);
        const small = codec === "H264" ? await flowing("camera-vp8", (s) => s.framesDecoded > 5) : "none needed";
        await client.set_vp8(false);
        const senders = pc.getTransceivers().map((one) => Boolean(one.sender.track));
        const answers = sent.length, kinds = Object.values(sent[0].tracks);
        client.close();
        server.close();
        return { kinds, codec, camera, small, senders, answers };
      });
      assert.deepEqual(found.kinds, ["mic", "camera", "camera-vp8", "screen", "screen-vp8"]);
      assert.equal(found.answers, 1);
      assert.equal(found.codec, name === "chromium" ? "H264" : "VP8"); // Firefox without its downloaded module has VP8
      assert.equal(found.camera?.codec, "video/" + found.codec);
      if (found.codec === "H264") {
        assert.equal(found.small?.codec, "video/VP8");
        assert.ok(found.small.height <= 180, `height ${found.small.height}`);
      }
      assert.deepEqual(found.senders, [true, true, false, false, false]);
    });

    it("keeps the picture on the old connection until the new one is there, and names the port", async () => {
      const found = await tab.evaluate(async () => {
        const { Watching, media_ports } = await import("/src/live/media.js");
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
        const sent = [], servers = [];
        const client = new Watching((message) => sent.push(message), () => {});
        async function offer(id) {
          const server = new RTCPeerConnection();
          servers.push(server);
          for (const track of stream.getTracks())
            server.addTransceiver(track, { direction: "sendonly", streams: [stream] });
          await server.setLocalDescription();
          await new Promise((done) => (server.iceGatheringState === "complete" ? done() : server.addEventListener("icegatheringstatechange", () => server.iceGatheringState === "complete" && done())));
          const before = client.tracks;
          const answering = client.answer({ pc: id, sdp: server.localDescription.sdp });
          const during = client.tracks;
          await answering;
          await server.setRemoteDescription({ type: "answer", sdp: sent.at(-1).sdp });
          const pc = globalThis.witness.connections.at(-1);
          pc.onicecandidate = (event) => event.candidate && server.addIceCandidate(event.candidate);
          for (const line of pc.localDescription.sdp.split("\r\n").filter((text) => text.startsWith("a=candidate:")))
            await server.addIceCandidate({ candidate: line.slice(2), sdpMLineIndex: 0 });
          for (const end = performance.now() + 10000; performance.now() < end && client.state !== "connected"; )
            await new Promise((next) => setTimeout(next, 50));
          while (client.id === id && client.tracks === before && before.size)
            await new Promise((next) => setTimeout(next, 50));
          return { kept: before === during || !before.size, tracks: client.tracks.size, state: client.state };
        }
        const first = await offer("one"), second = await offer("two");
        const port = media_ports("a=candidate:1 1 udp 2130706431 192.0.2.1 40123 typ host\r\na=candidate:2 1 tcp 1 192.0.2.1 443 typ host tcptype passive\r\n");
        const old = servers[0].connectionState;
        client.close();
        for (const server of servers)
          server.close();
        return { first, second, port, old, ids: sent.map((m) => m.pc) };
      });
      assert.deepEqual(found.first, { kept: true, tracks: 2, state: "connected" });
      assert.deepEqual(found.second, { kept: true, tracks: 2, state: "connected" });
      assert.deepEqual(found.ids, ["one", "two"]);
      assert.equal(found.port, "UDP 40123, TCP 443");
    });
  });
