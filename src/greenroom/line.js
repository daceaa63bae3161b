// The network, measured against this very server: its messages, the ways for picture and sound, and how much comes back of
// what is sent. Only what has really arrived is counted, so that a figure is never promised higher than the line has shown.

/** @typedef {"udp" | "tcp" | "turn"} Way */
/** @typedef {Record<string, string | number>} Findings */
/** @typedef {{t: string, [name: string]: any}} Message */

const OPEN_MS = 8000, CONNECT_MS = 7000, LOOP_MS = 9000, SAMPLE_MS = 500, WINDOW = 4; // samples: two seconds
const PINGS = 5, CAMERA_BITRATE = 2_500_000;
/** What a good picture, and any picture, needs; above 300 ms a talk stumbles. */
const GOOD_KBPS = 1200, SMALL_KBPS = 350, LATE_MS = 300, HOLES_PERMILLE = 30;

/** One question after the other over a WebSocket. */
class Messages {
  /** @type {Message[]} */ #came = [];
  /** @type {(() => void)[]} */ #waiting = [];
  closed = false;

  /** @param {string} url */
  constructor(url) {
    this.socket = new WebSocket(url);
    this.socket.onmessage = (event) => this.#wake(JSON.parse(event.data));
    this.socket.onclose = () => {
      this.closed = true;
      this.#wake();
    };
  }

  /** @param {Message} [message] */
  #wake(message) {
    if (message)
      this.#came.push(message);
    this.#waiting.splice(0).forEach((wake) => wake());
  }

  /** The next message of one of these types; null when none comes in time. @param {string[]} types @param {number} [ms] */
  async next(types, ms = OPEN_MS) {
    const until = performance.now() + ms;
    for (;;) {
      const at = this.#came.findIndex(({ t }) => types.includes(t));
      if (at >= 0)
        return this.#came.splice(at, 1)[0];
      const left = until - performance.now();
      if (this.closed || left <= 0)
        return null;
      await new Promise((resolve) => {
        const late = setTimeout(resolve, left);
        this.#waiting.push(() => {
          clearTimeout(late);
          resolve(null);
        });
      });
    }
  }

  /** @param {Message} message @param {string} type */
  async ask(message, type) {
    if (!this.closed)
      this.socket.send(JSON.stringify(message));
    const answer = await this.next([type, "refused"]);
    return answer?.t === type ? answer : null;
  }
}

/** A picture that cannot be made small, and a sound: what is sent to measure. */
class Source {
  constructor() {
    this.canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    const picture = context.createImageData(640, 360), points = new Uint32Array(picture.data.buffer);
    let seed = 1;
    const draw = () => {
      for (let i = 0; i < points.length; i++)
        points[i] = 0xff000000 | (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 8;
      context.putImageData(picture, 0, 0);
    };
    draw();
    this.timer = setInterval(draw, 66);
    this.audio = new AudioContext();
    const tone = this.audio.createOscillator(), out = this.audio.createMediaStreamDestination();
    tone.connect(out);
    tone.start();
    this.mic = out.stream.getAudioTracks()[0];
    this.camera = this.canvas.captureStream(15).getVideoTracks()[0];
  }

  stop() {
    clearInterval(this.timer);
    this.mic.stop();
    this.camera.stop();
    this.audio.close();
  }
}

/** The server's description with one way alone. @param {string} sdp @param {Way} way */
const only = (sdp, way) => (way === "turn" ? sdp : sdp.replace(new RegExp(`^a=candidate:\\S+ 1 ${way === "udp" ? "tcp" : "udp"} .*\\r\\n`, "gim"), ""));

/** @param {RTCPeerConnection} pc */
function connected(pc) {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(false), CONNECT_MS);
    const look = () => {
      if (!["connected", "failed", "closed"].includes(pc.connectionState))
        return;
      clearTimeout(late);
      resolve(pc.connectionState === "connected");
    };
    pc.addEventListener("connectionstatechange", look);
    look();
  });
}

/** @param {Way} way @param {RTCIceServer[]} ice @returns {RTCConfiguration} */
const configuration = (way, ice) => ({ bundlePolicy: "max-bundle", iceServers: way === "turn" ? ice : [], iceTransportPolicy: way === "turn" ? "relay" : "all" });

/** Browsers give a picture of this size less than the server lets a camera have. @param {RTCRtpSender} sender */
async function unbind(sender) {
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings)
    encoding.maxBitrate = CAMERA_BITRATE;
  await sender.setParameters(parameters).catch(() => {});
}

/** Sends by one way; null when it does not lead there. @param {Messages} messages @param {Source} source @param {Way} way @param {RTCIceServer[]} ice */
async function send(messages, source, way, ice) {
  const pc = new RTCPeerConnection(configuration(way, ice));
  const [mic, camera] = [source.mic, source.camera].map((track) => pc.addTransceiver(track, { direction: "sendonly" }));
  await pc.setLocalDescription();
  const answer = await messages.ask({ t: "publish", sdp: pc.localDescription?.sdp, tracks: { [String(mic.mid)]: "mic", [String(camera.mid)]: "camera" } }, "published");
  if (answer) {
    await pc.setRemoteDescription({ type: "answer", sdp: only(answer.sdp, way) });
    await unbind(camera.sender);
  }
  if (answer && await connected(pc))
    return pc;
  pc.close();
  return null;
}

/** Gets back by the same way what is sent. @param {Messages} messages @param {Way} way @param {RTCIceServer[]} ice */
async function receive(messages, way, ice) {
  const offer = await messages.ask({ t: "watch" }, "subscribe");
  if (!offer)
    return null;
  const pc = new RTCPeerConnection(configuration(way, ice));
  await pc.setRemoteDescription({ type: "offer", sdp: only(offer.sdp, way) });
  await pc.setLocalDescription();
  messages.socket.send(JSON.stringify({ t: "subscribed", sdp: pc.localDescription?.sdp }));
  if (await connected(pc))
    return pc;
  pc.close();
  return null;
}

/** @param {RTCPeerConnection} pc @returns {Promise<Record<string, number>>} */
async function look(pc) {
  const sum = { sent: 0, packets_sent: 0, lost_up: 0, got: 0, packets_got: 0, lost_down: 0, rtt_ms: Infinity };
  for (const stat of (await pc.getStats()).values())
    if (stat.type === "outbound-rtp") {
      sum.sent += stat.bytesSent ?? 0;
      sum.packets_sent += stat.packetsSent ?? 0;
    } else if (stat.type === "remote-inbound-rtp") {
      sum.lost_up += Math.max(0, stat.packetsLost ?? 0);
    } else if (stat.type === "inbound-rtp") {
      sum.got += stat.bytesReceived ?? 0;
      sum.packets_got += stat.packetsReceived ?? 0;
      sum.lost_down += Math.max(0, stat.packetsLost ?? 0);
    } else if (stat.type === "candidate-pair" && stat.nominated && stat.currentRoundTripTime) {
      sum.rtt_ms = stat.currentRoundTripTime * 1000;
    }
  return sum;
}

/** The most in two seconds, of samples [ms, bytes]. @param {[number, number][]} samples */
function best_kbps(samples) {
  let best = 0;
  for (let i = WINDOW; i < samples.length; i++)
    best = Math.max(best, ((samples[i][1] - samples[i - WINDOW][1]) * 8) / (samples[i][0] - samples[i - WINDOW][0]));
  return Math.round(best);
}

/** How much goes, and how much comes back. @param {RTCPeerConnection} out @param {RTCPeerConnection | null} back */
async function measure_loop(out, back) {
  /** @type {Record<"sent" | "got", [number, number][]>} */ const { sent, got } = { sent: [], got: [] };
  let rtt_ms = Infinity, up, down;
  const until = performance.now() + LOOP_MS;
  do {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    up = await look(out);
    down = back ? await look(back) : up;
    sent.push([performance.now(), up.sent]);
    got.push([performance.now(), down.got]);
    rtt_ms = Math.min(rtt_ms, up.rtt_ms, down.rtt_ms);
  } while (performance.now() < until);
  const lost_up = up.lost_up / Math.max(1, up.packets_sent), lost_down = down.lost_down / Math.max(1, down.lost_down + down.packets_got);
  return {
    rtt_ms, loss_permille: Math.round(1000 * Math.min(1, Math.max(lost_up, lost_down))),
    up_kbps: Math.round(best_kbps(sent) * (1 - Math.min(1, lost_up))), down_kbps: best_kbps(got),
  };
}

/** How long a question to the server takes. @param {Messages} messages */
async function measure_pings(messages) {
  let best = Infinity;
  for (let i = 0; i < PINGS; i++) {
    const asked = performance.now();
    if (await messages.ask({ t: "ping" }, "pong"))
      best = Math.min(best, performance.now() - asked);
  }
  return best;
}

/** A download of half a megabyte, or as much of it as comes in six seconds. @param {Messages} messages */
async function measure_fill(messages) {
  const begun = performance.now();
  let bytes = 0;
  messages.socket.send(JSON.stringify({ t: "fill" }));
  for (let left = 1; left > 0 && performance.now() - begun < 6000;) {
    const part = await messages.next(["fill"], 6000);
    if (!part)
      break;
    bytes += part.noise.length;
    left = part.left;
  }
  return Math.round((bytes * 8) / Math.max(1, performance.now() - begun));
}

/** Which ways lead there, and a connection by the best one. @param {Messages} messages @param {Source} source @param {Message} hello @param {Findings} found */
async function try_ways(messages, source, { tcp, ice }, found) {
  /** @type {Way[]} */ const ways = ["udp", ...(tcp ? /** @type {Way[]} */ (["tcp"]) : []), ...(ice.length ? /** @type {Way[]} */ (["turn"]) : [])];
  /** @type {Way | null} */ let best = null;
  for (const way of ways) {
    const pc = await send(messages, source, way, ice);
    found[way] = pc ? 1 : 0;
    best ??= pc ? way : null;
    pc?.close();
  }
  found.way = best === "turn" ? "relay" : best ?? "none";
  return best;
}

/** @param {Findings} found @param {{rtt_ms: number, loss_permille: number, up_kbps: number, down_kbps: number}} loop @param {{ping_ms: number, fill_kbps: number}} by_messages */
function judge(found, { rtt_ms, loss_permille, up_kbps, down_kbps }, { ping_ms, fill_kbps }) {
  const delay_ms = Math.round(Math.min(rtt_ms, ping_ms, 60000)), narrow = Math.min(up_kbps, Math.max(down_kbps, fill_kbps));
  Object.assign(found, { rtt_ms: delay_ms, loss_permille, up_kbps, down_kbps: Math.min(1e6, Math.max(down_kbps, fill_kbps)) });
  found.picture = narrow >= GOOD_KBPS ? "ok" : narrow >= SMALL_KBPS ? "small" : "voice";
  found.delay = delay_ms > LATE_MS ? "late" : loss_permille > HOLES_PERMILLE ? "holes" : "ok";
}

/**
 * All of it. told hears what is known so far, as often as something new is.
 * @param {string} url @param {(found: Findings) => void} told
 */
export async function measure(url, told) {
  /** @type {Findings} */ const found = {};
  const messages = new Messages(url), hello = await messages.next(["hello", "bye"]);
  if (hello?.t !== "hello") {
    told({ line: hello ? String(hello.reason) : "blocked" });
    messages.socket.close();
    return;
  }
  const source = new Source();
  try {
    const ping_ms = await measure_pings(messages), fill_kbps = await measure_fill(messages);
    found.line = messages.closed ? "blocked" : "ok";
    told(found);
    const way = await try_ways(messages, source, hello, found);
    told(found);
    const out = way && await send(messages, source, way, hello.ice), back = out && way && await receive(messages, way, hello.ice);
    if (out)
      judge(found, await measure_loop(out, back), { ping_ms, fill_kbps });
    out?.close();
    back?.close();
    told(found);
  } finally {
    source.stop();
    messages.socket.close();
  }
}
