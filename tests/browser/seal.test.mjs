// A workshop encrypted end to end: Chromium and Firefox see and hear each other, by the colour of the picture and the tone of the
// voice, through the media server itself; what that passes on opens with the key and not without; who has another key, or none, sees nothing and is told.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Opener, read_header, room_key } from "../../src/seal/sframe.js";
import { FakeRoom } from "./fake_room.mjs";
import { missing, open_chromium, open_firefox } from "./browsers.mjs";
import { axe_findings } from "./findings.mjs";
import { is_told, listen } from "./keyboard.mjs";
import { hears, sees_pictures } from "./watch.mjs";

const HOST_TONE = 500, FIREFOX_TONE = 1000, BEGIN_MS = 45000;
const RED = [200, 30, 30], BLUE = [30, 30, 200];

/** Runs in the page: its camera is a picture of one colour, in which something moves. */
function colour_camera([r, g, b]) {
  const media = navigator.mediaDevices, ask = media.getUserMedia.bind(media);
  media.getUserMedia = async (wish) => {
    if (!wish.video)
      return ask(wish);
    const canvas = Object.assign(document.createElement("canvas"), { width: 480, height: 270 }), pen = canvas.getContext("2d");
    let turn = 0;
    setInterval(() => {
      pen.fillStyle = `rgb(${r} ${g} ${b})`;
      pen.fillRect(0, 0, 480, 270);
      pen.fillStyle = "white";
      pen.fillRect((turn = (turn + 7) % 460), 4, 20, 20);
    }, 66);
    return canvas.captureStream(15);
  };
}

/** Runs in the page: the colour in the middle of a seat's picture, null without one. */
function colour_of(line) {
  const video = document.querySelector(`video[data-line="${line}"]`);
  if (!video?.videoWidth)
    return null;
  const canvas = new OffscreenCanvas(1, 1), pen = canvas.getContext("2d");
  pen.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 2, 2, 0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

const is_near = (found, wanted) => found?.every((value, i) => Math.abs(value - wanted[i]) < 60);

async function sees_colour(tab, line, wanted, ms = 20000) {
  const end = performance.now() + ms;
  let found;
  do {
    found = await tab.evaluate(colour_of, line);
    if (is_near(found, wanted))
      return;
    await new Promise((next) => setTimeout(next, 200));
  } while (performance.now() < end);
  throw new Error(`line ${line} shows ${found}, not ${wanted}`);
}

/**
 * Runs in a page of the same server: watches as the room's page does, but without the key, and keeps the frames as the server
 * passed them on.
 */
async function tap(address) {
  const code = `onrtctransform = ({ transformer: { readable, writable, options } }) =>
    readable.pipeThrough(new TransformStream({ transform(frame, controller) {
      postMessage({ line: options.line, bytes: [...new Uint8Array(frame.data)] });
      controller.enqueue(frame);
    } })).pipeTo(writable).catch(() => {})`;
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const kept = (globalThis.tapped = { frames: [], seen: {} });
  worker.onmessage = ({ data }) => kept.frames.filter(({ line }) => line === data.line).length < 100 && kept.frames.push(data);
  const socket = new WebSocket(address), send = (message) => socket.send(JSON.stringify(message));
  socket.onopen = () => send({ t: "join", name: "", key: null, h264: true, sealed: true });
  socket.onmessage = async ({ data }) => {
    const m = JSON.parse(data);
    if (m.t !== "subscribe")
      return;
    const pc = (kept.pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" }));
    pc.ontrack = ({ receiver, transceiver: { mid }, track }) => {
      receiver.transform = new RTCRtpScriptTransform(worker, { line: mid });
      const player = (kept.seen[mid] = document.createElement(track.kind));
      player.muted = true;
      player.dataset.line = mid;
      player.srcObject = new MediaStream([track]);
      document.body.append(player);
      player.play().catch(() => {});
    };
    await pc.setRemoteDescription({ type: "offer", sdp: m.sdp });
    await pc.setLocalDescription();
    send({ t: "subscribed", pc: m.pc, sdp: pc.localDescription.sdp });
    send({ t: "view", sizes: { v0: 270, v1: 270 } });
    setInterval(() => send({ t: "ping" }), 4000);
  };
}

/** Runs in the page: whether a browser's own decoder makes a picture of these frames; its middle's colour, or null. */
async function decode_vp8(frames) {
  let colour = null;
  const canvas = new OffscreenCanvas(1, 1), pen = canvas.getContext("2d");
  const decoder = new VideoDecoder({
    output: (frame) => {
      pen.drawImage(frame, frame.displayWidth / 2, frame.displayHeight / 2, 2, 2, 0, 0, 1, 1);
      colour = [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
      frame.close();
    },
    error: () => {},
  });
  decoder.configure({ codec: "vp8" });
  frames.forEach((bytes, i) => decoder.state === "configured" && decoder.decode(new EncodedVideoChunk({ type: bytes[0] & 1 ? "delta" : "key", timestamp: i * 66000, data: new Uint8Array(bytes) })));
  await decoder.flush().catch(() => {});
  return colour;
}

/** With what the server says of an encrypted workshop. */
class SealedRoom extends FakeRoom {
  place = { title: "Scene", slug: "stage", kind: "workshop", part: 0, sealed: true };
  state = { ...this.state, seal: { check: "" } };
  hellos = new Map();

  on_seal_key(socket, { check, was, public: key, proof, handed }) {
    assert.equal(was, this.state.seal.check);
    this.state.seal = { check };
    for (const [id, text] of Object.entries(handed ?? {}))
      this.socketOf(Number(id))?.send(JSON.stringify({ t: "seal_handed", check, from: this.sockets.get(socket), public: key, proof, handed: text }));
    this.tell({ t: "seal", check });
  }

  on_seal_hello(socket, hello) {
    this.hellos.set(this.sockets.get(socket), { public: hello.public, proof: hello.proof });
  }

  on_seal_who(socket) {
    socket.send(JSON.stringify({ t: "seal_there", people: [...this.hellos].map(([id, hello]) => ({ id, ...hello })) }));
  }
}

describe("a workshop encrypted end to end", { skip: missing("chromium", "firefox") }, () => {
  const windows = [];
  let room, url, link, host, bo, wrong, late, spy;

  before(async () => {
    room = await SealedRoom.start({ media: true, scripts: ["seal/seal"] });
    url = room.url;
    const [hers, his] = await Promise.all([open_chromium({ tone: HOST_TONE }), open_firefox()]);
    windows.push(hers, his);
    host = await hers.tab({ locale: "en-GB", cookies: [{ name: "as", value: "host", url }] });
    wrong = await hers.tab({ locale: "en-GB" });
    late = await hers.tab({ locale: "fr-FR", width: 375, height: 800 });
    spy = await hers.tab({ locale: "en-GB" });
    bo = await his.tab();
  });
  after(async () => {
    for (const tab of [host, bo, wrong, late].filter(Boolean))
      assert.deepEqual(tab.errors, []);
    for (const one of windows)
      await one.close().catch(() => {});
    await room?.stop();
  });

  const shot = (tab, name) => process.env.TRETEAU_SHOTS && tab.page.screenshot({ path: join(process.env.TRETEAU_SHOTS, name + ".png") });

  async function take_seat(tab, name, colour) {
    await tab.evaluate(colour_camera, colour);
    if (name) {
      await tab.fill("#my-name", name);
      await tab.press("Enter");
      await tab.until(() => document.getElementById("my-words") !== null);
    }
    await tab.click("Take a seat");
    await tab.until(() => document.querySelector("dialog video")?.videoWidth > 0);
    await tab.click("Take a seat");
    await tab.until(() => !document.querySelector("dialog") && document.querySelector(".tile video") !== null);
  }

  it("has no key until a host makes it; then the link has it, and nothing of it goes to the server", async () => {
    await late.goto(url);
    await late.sees("has no key yet", BEGIN_MS);
    await host.goto(url);
    await host.sees("has no key yet", BEGIN_MS);
    assert.deepEqual(await axe_findings(host.page), []);
    await shot(host, "seal-none-1280");
    const sent = [];
    host.page.on("request", (request) => sent.push(request.url(), request.postData() ?? ""));
    const debug = await host.page.context().newCDPSession(host.page);
    await debug.send("Network.enable");
    debug.on("Network.webSocketFrameSent", ({ response }) => sent.push(response.payloadData));
    await host.click("Make the key");
    await host.sees("The link with the key");
    assert.deepEqual(await axe_findings(host.page), []);
    await shot(host, "seal-dialog-1280");
    link = await host.evaluate(() => document.getElementById("seal-link").value);
    assert.match(link, /^http:\/\/[\d.:]+\/#key=[\w-]{22}$/);
    assert.equal(link, await host.evaluate(() => location.href));
    const key = link.split("#key=")[1];
    await host.until((tries) => tries.length > 0, sent);
    assert.ok(sent.some((text) => text.includes("seal_key")));
    assert.ok(sent.every((text) => !text.includes(key)), "the key was sent");
    await host.click("Close");
    await host.sees("Encrypted end to end");
  });

  it("tells who comes without the key what to ask for, and who comes with another that it is another", async () => {
    await late.sees("You came without the key");
    assert.deepEqual(await axe_findings(late.page), []);
    await shot(late, "seal-without-375");
    await wrong.goto(url + "#key=AAAAAAAAAAAAAAAAAAAAAA");
    await wrong.sees("The key in your link is not the key of this workshop", BEGIN_MS);
  });

  it("Chromium and Firefox see and hear each other", async () => {
    await bo.goto(link);
    await bo.sees("Encrypted end to end", BEGIN_MS);
    await spy.goto(url + "base.css");
    await spy.evaluate(tap, url.replace("http", "ws") + "socket");
    await take_seat(host, "", RED);
    await take_seat(bo, "Bo", BLUE);
    await sees_colour(host, "v1", BLUE);
    await sees_colour(bo, "v0", RED);
    for (const tab of [host, bo]) // who has a seat need not ask for the sound
      await tab.sees_not("Turn on the sound");
    await hears(bo, { a0: HOST_TONE }, 25000);
    await hears(host, { a1: FIREFOX_TONE }, 25000);
    await shot(host, "seal-1280");
  });

  it("who has another key, or none, sees and hears nobody", async () => {
    for (const tab of [wrong, late]) {
      await tab.until(() => globalThis.witness.connections.at(-1)?.getStats().then((stats) => [...stats.values()].filter((s) => s.type === "inbound-rtp").reduce((sum, s) => sum + s.packetsReceived, 0) > 100));
      await hears(tab, { a0: 0, a1: 0 });
      const decoded = await tab.evaluate(() => globalThis.witness.connections.at(-1).getStats().then((stats) => [...stats.values()].reduce((sum, s) => sum + (s.framesDecoded ?? 0), 0)));
      assert.equal(decoded, 0);
    }
    await shot(wrong, "seal-wrong-1280");
  });

  it("what the server passes on is SFrame: it opens with the key of the link, and no decoder makes the picture of it", async () => {
    const frames = await spy.until(() => {
      const { frames } = globalThis.tapped, of = (line) => frames.filter((one) => one.line === line).map((one) => one.bytes);
      return of("v0").some((bytes) => !(bytes[0] & 1)) && of("v0").length > 20 && of("a0").length > 40 && of("a1").length > 40 && of("v1").length > 20 && { v0: of("v0"), v1: of("v1"), a0: of("a0"), a1: of("a1") };
    });
    const text = link.split("#key=")[1], key = await room_key(new Uint8Array(Buffer.from(text, "base64url"))), other = await room_key(new Uint8Array(16));
    const opened = {};
    for (const [line, all] of Object.entries(frames)) {
      const video = line[0] === "v", opener = new Opener(video), stranger = new Opener(video);
      opened[line] = [];
      for (const bytes of all) {
        const data = Uint8Array.from(bytes), clear = video ? (data[0] & 1 ? 1 : 10) : 0;
        assert.equal(read_header(data.subarray(clear)).kid >> 48n, key.id);
        const found = await opener.open([key], data);
        assert.ok("data" in found, `${line}: ${found.fault}`);
        assert.ok("fault" in await stranger.open([other], data));
        opened[line].push([...found.data]);
      }
    }
    const whole = (all) => all.slice(all.findIndex((bytes) => !(bytes[0] & 1)), 12 + all.findIndex((bytes) => !(bytes[0] & 1)));
    assert.ok(is_near(await spy.evaluate(decode_vp8, whole(opened.v0)), RED), "opened with the key it is the picture");
    assert.ok(!is_near(await spy.evaluate(decode_vp8, whole(frames.v0)), RED), "as the server has it it is not");
    assert.ok(!is_near(await spy.evaluate(colour_of, "v0"), RED));
  });

  it("goes on with another layer when the pictures are to be small", async () => {
    const height = (wanted) => bo.until((h) => globalThis.witness.connections.findLast((pc) => pc.getTransceivers().every((one) => one.direction !== "sendonly"))
      .getStats().then((stats) => [...stats.values()].some((s) => s.type === "inbound-rtp" && s.mid === "v0" && (h < 200 ? s.frameHeight < 200 : s.frameHeight > 200))), wanted, 30000);
    await height(270);
    await bo.click("Small pictures");
    await height(135);
    await sees_pictures(bo, ["v0"]);
    await sees_colour(bo, "v0", RED);
    await bo.click("Small pictures");
    await height(270);
    await sees_colour(bo, "v0", RED);
  });

  it("a new key reaches those who are here, and not who came without one", async () => {
    await listen(bo);
    await host.click("What that means");
    await host.click("Make a new key");
    await host.until((old) => document.getElementById("seal-link").value !== old, link);
    link = await host.evaluate(() => location.href);
    await host.click("Close");
    await bo.until((wanted) => location.href === wanted, link);
    await is_told(bo, "The host changed the key.");
    for (const tab of [host, bo])
      await tab.until(() => performance.now() > (globalThis.changed ??= performance.now()) + 11000, null, 20000); // the key before is forgotten
    await sees_pictures(host, ["v1"]);
    await sees_pictures(bo, ["v0"]);
    await sees_colour(bo, "v0", RED);
    await hears(host, { a1: FIREFOX_TONE }, 25000);
    assert.equal(await bo.evaluate(() => document.querySelector(".seal-notice, .seal ~ .notice") !== null), false);
    await late.sees("You came without the key");
  });

  it("with a key in the link, one sees at once", async () => {
    await late.evaluate((address) => (location.href = address), link);
    await late.sees("Encrypted end to end");
    await sees_colour(late, "v0", RED);
    await sees_colour(late, "v1", BLUE);
    await shot(late, "seal-375");
  });
});
