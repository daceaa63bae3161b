// The two media connections. Each offer stands for one RTCPeerConnection, and nothing is renegotiated but the way there
// (an ICE restart): README.md, "Media".

import { Mending, Pulse } from "./mend.js";
import { DataMeter } from "./pictures.js";

const SILENT_MS = 8000;        // without packets that should come: say so
const START_KBPS = 800;        // of who speaks
const RETRY_MS = 2000, RETRY_MAX_MS = 30000;
/** What each sender sends: its layers in rising size, the height of the largest at most (0: as it is), the bits of a second (0: by height). @type {Record<string, {rids: string[], height: number, bitrate: number}>} */
const SENT = {
  mic: { rids: [""], height: 0, bitrate: 28_000 },
  camera: { rids: ["q", "h", "f"], height: 720, bitrate: 0 },
  "camera-vp8": { rids: [""], height: 180, bitrate: 150_000 },
  screen: { rids: [""], height: 0, bitrate: 1_500_000 },
  "screen-vp8": { rids: [""], height: 540, bitrate: 400_000 },
};
/** A good picture of 180 lines has 150 kbit/s, of 360 500, of 720 1,700. @param {number} height */
const camera_bitrate = (height) => Math.round(150_000 * (height / 180) ** 1.75);
/** Of a small picture Chromium makes fewer layers, whatever it is asked for. @param {number} pixels */
const layers_of = (pixels) => (pixels >= 470_000 ? 3 : pixels >= 120_000 ? 2 : 1);

/** Pictures that others do without, so that a thin line can leave them out. @type {Record<string, string>} */
const TEMPORAL = { VP8: "L1T3", H264: "L1T2" };

/**
 * How a room's picture and sound are encrypted end to end: `sender` and `receiver` see to it that nothing passes unencrypted,
 * `offer` leaves out of a description what cannot be. `able`: false where the browser cannot; then there are no connections. None is
 * made before `ready`.
 * @typedef {{able: boolean, ready: Promise<void>, offer: (sdp: string) => string, sender: (sender: RTCRtpSender, name: string) => void, receiver: (receiver: RTCRtpReceiver, line: string, connection: string) => void}} Sealing
 */
/** @type {Sealing | null} */
export let sealing = null;

/** Before the first connection, by the script that only encrypted rooms load (`seal/`). @param {Sealing} how */
export function seal_with(how) {
  sealing = how;
}

/** @typedef {import("./devices.js").Kind} Kind */
/** @typedef {(message: object) => boolean} Send false: the line to the room is down */
/** @typedef {{id: string, pc: RTCPeerConnection, pulse: Pulse, mending: Mending, tracks: Map<string, MediaStreamTrack>}} Incoming */
/** @typedef {{id: string, pc: RTCPeerConnection, mending: Mending, senders: Map<string, RTCRtpSender>, answered: boolean, codecs: Map<string, string>, wanted: Record<string, number>, plain: Set<string>}} Outgoing wanted: layers that anybody sees, as bits; plain: senders that refused temporal layers */

/** True when this browser believes that it can receive H.264. */
export function receives_h264() {
  return codecs("receiver").some((codec) => codec.mimeType.toLowerCase() === "video/h264");
}

/** @param {"sender" | "receiver"} side */
function codecs(side) {
  const of = side === "sender" ? globalThis.RTCRtpSender : globalThis.RTCRtpReceiver;
  return of?.getCapabilities?.("video")?.codecs ?? [];
}

/** Of the way that is in use. @param {RTCStatsReport} stats */
function round_trip_s(stats) {
  return [...stats.values()].find((stat) => stat.type === "candidate-pair" && stat.nominated)?.currentRoundTripTime ?? 0;
}

/** The ports that the server's description names, for a sentence that helps: "UDP 3478, TCP 3478". @param {string} sdp */
export function media_ports(sdp) {
  const port = (/** @type {string} */ way) => new RegExp(`^a=candidate:\\S+ 1 ${way} \\d+ \\S+ (\\d+)`, "im").exec(sdp)?.[1];
  return ["udp", "tcp"].flatMap((way) => (port(way) ? [`${way.toUpperCase()} ${port(way)}`] : [])).join(", ");
}

/** What comes in: a track per seat and the shared screen. */
export class Watching {
  /** @type {Incoming | null} */ #now = null;
  /** @type {Incoming | null} */ #next = null;
  /** @type {string} */ state = "new";
  /** @type {string} the server's ports, when nothing has come through them for 8 s */ silent_ports = "";
  /** @type {import("./pictures.js").Second | null} */ figures = null;
  meter = new DataMeter();
  #ports = "";
  #asked_at = -Infinity;
  #retry_ms = RETRY_MS;
  #moved_at = 0;
  #last = { at: 0, bytes: 0, lost: 0, packets: 0 };

  /** @param {Send} send @param {() => void} changed */
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
    setInterval(() => this.#retry(), 1000);
  }

  /** Of the newest connection: what the server still holds of it can be mended. */
  get id() {
    return (this.#next ?? this.#now)?.id ?? null;
  }

  /** "a0" … "v11", "s" → what plays there. */
  get tracks() {
    return this.#now?.tracks ?? new Map();
  }

  /** An offer from the server: of a connection that is there, to mend it, or of a new one. The picture stays on the old
   * connection until the new one is there. @param {{pc: string, sdp: string, ice?: RTCIceServer[]}} offer */
  async answer({ pc: id, sdp: offered, ice }) {
    if (sealing && !sealing.able)
      return;
    await sealing?.ready;
    const sdp = sealing?.offer(offered) ?? offered, newest = this.#next ?? this.#now;
    if (newest?.id === id)
      return this.#answer_again(newest, sdp, ice ?? []);
    this.#drop(this.#next);
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: ice ?? [] });
    /** @type {Incoming} */ const next = {
      id, pc, tracks: new Map(),
      mending: new Mending(() => this.send({ t: "restart", pc: id }), () => next.pulse.well, () => this.again()),
      pulse: new Pulse(pc, {
        expecting: () => this.expecting(), doubt: () => this.doubt(), lost: () => next === (this.#next ?? this.#now) && this.#mend(next),
        seen: (stats) => next === this.#now && this.#measure(stats),
      }),
    };
    this.#next = next;
    this.#ports = media_ports(sdp);
    if (!this.silent_ports)
      this.#moved_at = performance.now();
    pc.ontrack = (event) => {
      sealing?.receiver(event.receiver, String(event.transceiver.mid), id);
      next.tracks.set(String(event.transceiver.mid), event.track);
    };
    pc.addEventListener("connectionstatechange", () => this.#moved(next));
    await pc.setRemoteDescription({ type: "offer", sdp });
    await pc.setLocalDescription();
    this.send({ t: "subscribed", pc: id, sdp: pc.localDescription?.sdp });
    if (!this.#now)
      this.#take(next);
  }

  /** @param {Incoming} one @param {string} sdp @param {RTCIceServer[]} ice */
  async #answer_again({ id, pc }, sdp, ice) {
    pc.setConfiguration({ ...pc.getConfiguration(), iceServers: ice });
    await pc.setRemoteDescription({ type: "offer", sdp });
    await pc.setLocalDescription();
    this.send({ t: "subscribed", pc: id, sdp: pc.localDescription?.sdp });
  }

  /** The way of the newest connection is lost. @param {Incoming} one */
  #mend(one) {
    this.doubt();
    if (one === this.#now && !one.mending.under_way)
      one.mending.begin();
    else if (one !== this.#now) // it has never carried anything
      this.again();
  }

  /** The network of this machine is another one: perhaps the way there too, however well it looks. */
  moved() {
    if (!this.#next)
      this.#now?.mending.begin();
  }

  /** The room is back. */
  welcomed() {
    if (!this.#next)
      this.#now?.mending.resume();
  }

  /** The server cannot mend it. @param {string} id */
  unmendable(id) {
    if (this.#next || this.#now?.id !== id || !this.#now.mending.under_way)
      return;
    this.#now.mending.end();
    this.again();
  }

  /** @param {Incoming | null} one */
  #drop(one) {
    one?.mending.end();
    one?.pc.close();
  }

  /** Asks for a new offer: the newest one is of no use. The longer nothing helps, the rarer. */
  again() {
    const now = performance.now();
    if (now - this.#asked_at < this.#retry_ms)
      return;
    this.#retry_ms = now - this.#asked_at < 3 * this.#retry_ms ? Math.min(RETRY_MAX_MS, this.#retry_ms * 2) : RETRY_MS;
    this.#asked_at = now;
    this.doubt();
    this.send({ t: "resubscribe" });
  }

  /** The room took the server's side away, or the person left. */
  close() {
    this.#drop(this.#next);
    this.#drop(this.#now);
    this.#next = this.#now = null;
    this.changed();
  }

  /** @param {Incoming} one */
  #moved(one) {
    if (one.pc.connectionState === "connected" && one === this.#next)
      this.#take(one);
    if (one === this.#now)
      this.state = one.pc.connectionState;
    this.changed();
  }

  /** @param {Incoming} one */
  #take(one) {
    if (this.#now !== one)
      this.#drop(this.#now);
    this.#now = one;
    this.state = one.pc.connectionState;
    if (this.state === "connected")
      this.#next = null;
    this.#last = { at: 0, bytes: 0, lost: 0, packets: 0 };
    this.changed();
  }

  /** Told from outside, since only the room knows: does anybody send something now? */
  expecting = () => false;
  /** Told to the outside: what a second brought. @param {import("./pictures.js").Second} _figures */
  second = (_figures) => {};
  /** Told to the outside: the way to the server may be lost, for the messages too. */
  doubt = () => {};

  #retry() {
    const newest = this.#next ?? this.#now;
    if (newest?.pc.connectionState === "failed" && !newest.mending.under_way)
      this.again();
  }

  /** Once in a second. @param {RTCStatsReport} stats */
  #measure(stats) {
    const sum = { at: performance.now(), bytes: 0, lost: 0, packets: 0 };
    if (sum.at - this.#last.at < 900)
      return;
    for (const stat of stats.values())
      if (stat.type === "inbound-rtp") {
        sum.bytes += (stat.bytesReceived ?? 0) + (stat.headerBytesReceived ?? 0);
        sum.lost += stat.packetsLost ?? 0;
        sum.packets += stat.packetsReceived ?? 0;
      }
    if (this.#last.at)
      this.#compare(sum, round_trip_s(stats));
    this.#last = sum;
  }

  /** @param {{at: number, bytes: number, lost: number, packets: number}} sum @param {number} rtt_s */
  #compare(sum, rtt_s) {
    const bytes = Math.max(0, sum.bytes - this.#last.bytes), packets = sum.packets - this.#last.packets;
    const lost = Math.max(0, sum.lost - this.#last.lost);
    this.meter.add(bytes, sum.at);
    this.figures = { kbit_s: Math.round((bytes * 8) / (sum.at - this.#last.at)), lost: lost / Math.max(1, lost + packets), rtt_s };
    this.second(this.figures);
    const connected = this.#now?.pc.connectionState === "connected";
    if (bytes || (connected && !this.expecting()))
      this.#moved_at = sum.at;
    if (bytes)
      this.#retry_ms = RETRY_MS;
    const silent = sum.at - this.#moved_at > SILENT_MS;
    this.silent_ports = silent ? this.#ports : "";
    if (silent && connected)
      this.again();
    this.changed();
  }
}

/** What goes out while on stage: five senders from the start, tracks come and go by replaceTrack. An interpreter's has the microphone's alone. */
export class Speaking {
  /** @type {Outgoing | null} */ #now = null;
  /** @type {Record<Kind, MediaStreamTrack | null>} */ #tracks = { mic: null, camera: null, screen: null };
  /** @type {Map<string, MediaStreamTrack>} copies for the small senders */ #copies = new Map();
  #vp8 = false;
  #turn = Promise.resolve();
  state = "new";
  /** @type {RTCIceServer[]} ways around a narrow network, from the last welcome */ ice = [];
  /** Told to the outside: the way to the server may be lost, for the messages too. */
  doubt = () => {};

  /** @param {Send} send @param {() => void} changed @param {string[]} names of its senders */
  constructor(send, changed, names = Object.keys(SENT)) {
    this.send = send;
    this.changed = changed;
    this.names = names;
  }

  get id() {
    return this.#now?.id ?? null;
  }

  async start() {
    if (sealing && !sealing.able)
      return;
    await sealing?.ready;
    this.close();
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: this.ice });
    /** @type {Outgoing} */ const now = {
      id: random_id(), pc, senders: new Map(), answered: false, codecs: new Map(), wanted: {}, plain: new Set(),
      mending: new Mending(() => this.#restart(now), () => pc.connectionState === "connected", () => now === this.#now && this.start()),
    };
    this.#now = now;
    for (const name of this.names)
      now.senders.set(name, add_sender(pc, name));
    pc.addEventListener("connectionstatechange", () => {
      this.state = pc.connectionState;
      this.changed();
    });
    // what is sent while nobody looks is not known here, so neither is what should be answered
    new Pulse(pc, { expecting: () => false, doubt: () => this.doubt(), lost: () => now === this.#now && !now.mending.under_way && now.mending.begin() });
    await this.#attach();
    await pc.setLocalDescription();
    this.#offer(now, {});
  }

  /** @param {Outgoing} now @param {{restart?: true}} more */
  #offer({ id, pc, senders }, more) {
    const tracks = Object.fromEntries(pc.getTransceivers().map((one) => [one.mid, name_of(senders, one.sender)]));
    return this.send({ t: "publish", pc: id, sdp: pc.localDescription?.sdp, tracks, ...more });
  }

  /** ICE anew on the same connection. An offer that was not answered is sent once more. @param {Outgoing} now */
  async #restart(now) {
    if (!now.answered)
      return true; // it has not even begun: another one is made when that does not help
    if (now.pc.signalingState === "stable") {
      now.pc.setConfiguration({ ...now.pc.getConfiguration(), iceServers: this.ice });
      now.pc.restartIce();
      await now.pc.setLocalDescription();
    }
    return this.#offer(now, { restart: true });
  }

  /** The network of this machine is another one. */
  moved() {
    this.#now?.mending.begin();
  }

  /** The room is back, and holds this connection. */
  welcomed() {
    this.#now?.mending.resume();
  }

  /** @param {string} id */
  unmendable(id) {
    if (this.#now?.id === id && this.#now.answered)
      this.start();
  }

  /** @param {{pc: string, sdp: string}} answer */
  async answered({ pc: id, sdp }) {
    const now = this.#now;
    if (!now || now.id !== id || now.pc.signalingState !== "have-local-offer")
      return;
    now.answered = true;
    await now.pc.setRemoteDescription({ type: "answer", sdp: begin_higher(sdp) });
    for (const one of now.pc.getTransceivers())
      now.codecs.set(name_of(now.senders, one.sender), first_codec(sdp, String(one.mid)));
    await this.#attach();
  }

  /** @param {Kind} kind @param {MediaStreamTrack | null} track */
  async set(kind, track) {
    this.#tracks[kind] = track;
    await this.#attach();
  }

  /** Whether someone present can take only VP8. @param {boolean} on */
  async set_vp8(on) {
    this.#vp8 = on;
    await this.#attach();
  }

  close() {
    this.#now?.mending.end();
    this.#now?.pc.close();
    this.#now = null;
    for (const copy of this.#copies.values())
      copy.stop();
    this.#copies.clear();
    this.state = "new";
  }

  /** Which layers anybody sees; the rest is not sent. @param {{pc: string, wanted: Record<string, number>}} layers */
  async set_wanted({ pc, wanted }) {
    if (!this.#now || this.#now.id !== pc)
      return;
    Object.assign(this.#now.wanted, wanted);
    await this.#attach();
  }

  /** Brings each sender to what it should send now; one change after the other. */
  #attach() {
    this.#turn = this.#turn.then(() => this.#bring());
    return this.#turn;
  }

  async #bring() {
    const now = this.#now;
    if (!now)
      return;
    for (const kind of /** @type {Kind[]} */ (["mic", "camera", "screen"])) {
      await shape(now, kind, this.#tracks[kind]);
      await replace(now.senders.get(kind), this.#tracks[kind]);
    }
    for (const kind of /** @type {("camera" | "screen")[]} */ (["camera", "screen"]))
      await this.#attach_small(now, kind);
  }

  /** @param {Outgoing} now @param {"camera" | "screen"} kind */
  async #attach_small(now, kind) {
    const name = kind + "-vp8", track = this.#tracks[kind];
    const wanted = this.#vp8 && now.codecs.get(kind) === "H264" ? track : null;
    await shape(now, name, wanted);
    const copy = this.#copies.get(name);
    if (copy && /** @type {any} */ (copy).of === wanted)
      return;
    copy?.stop();
    this.#copies.delete(name);
    const fresh = wanted?.clone() ?? null;
    if (fresh && wanted) {
      Object.assign(fresh, { of: wanted });
      fresh.contentHint = wanted.contentHint;
      this.#copies.set(name, fresh);
    }
    await replace(now.senders.get(name), fresh);
  }
}

/** @param {RTCPeerConnection} pc @param {string} name */
function add_sender(pc, name) {
  const { rids, bitrate } = SENT[name], audio = name === "mic";
  const one = pc.addTransceiver(audio ? "audio" : "video", {
    direction: "sendonly",
    // the smallest layer begins at once; the server then says which are seen
    sendEncodings: rids.map((rid, i) => ({ maxBitrate: bitrate || camera_bitrate(180 << i), active: i === 0, ...(rid && { rid, scaleResolutionDownBy: 2 ** (rids.length - 1 - i) }) })),
  });
  sealing?.sender(one.sender, name);
  if (!audio) // of H.264 the server and the packetizer read more than can stay unencrypted
    prefer(one, sealing || name.endsWith("-vp8") ? ["vp8"] : ["h264", "vp8"]);
  return one.sender;
}

/** H.264 of the constrained baseline first, as every receiver has it; what only accompanies a codec (RTX) stays. @param {RTCRtpTransceiver} one @param {string[]} names */
function prefer(one, names) {
  const all = codecs("sender"), kind = (/** @type {{mimeType: string}} */ codec) => codec.mimeType.toLowerCase().slice(6);
  const fits = (/** @type {{mimeType: string, sdpFmtpLine?: string}} */ codec) => kind(codec) !== "h264"
    || (/packetization-mode=1/.test(codec.sdpFmtpLine ?? "") && /profile-level-id=42[ec]0/i.test(codec.sdpFmtpLine ?? ""));
  const main = names.flatMap((name) => all.filter((codec) => kind(codec) === name && fits(codec)));
  const extra = all.filter((codec) => kind(codec) === "rtx");
  if (main.length)
    one.setCodecPreferences?.([...main, ...extra]);
}

/** @param {RTCRtpSender | undefined} sender @param {MediaStreamTrack | null} track */
async function replace(sender, track) {
  if (sender && sender.track !== track)
    await sender.replaceTrack(track).catch(() => {});
}

/** Brings a picture's layers to their size, rate and being sent at all. @param {Outgoing} now @param {string} name @param {MediaStreamTrack | null} track */
async function shape(now, name, track) {
  const sender = now.senders.get(name), { rids, height, bitrate } = SENT[name], parameters = sender?.getParameters();
  if (!sender || !parameters?.encodings?.length || name === "mic")
    return;
  const { width: w = 1280, height: h = 720 } = track?.getSettings() ?? {}, short = Math.min(w, h);
  const scale = height ? Math.max(1, short / height) : 1, used = Math.min(rids.length, layers_of((w * h) / scale ** 2));
  // a screen is sent in any case: by its coming the server knows whose the room sees
  const bits = name.startsWith("camera") ? now.wanted[name] ?? 1 : 1, mode = now.plain.has(name) ? undefined : TEMPORAL[now.codecs.get(name) ?? ""];
  // what a browser may send is also how far it looks for what its line carries: the largest may have a megabit in any case
  const rate = (/** @type {number} */ lines, /** @type {boolean} */ largest) => bitrate || Math.max(camera_bitrate(lines), largest ? 1_000_000 : 0);
  let changed = false;
  for (const [i, encoding] of parameters.encodings.entries()) {
    const by = scale * 2 ** Math.max(0, used - 1 - i);
    const wish = {
      // the largest that there is stands in for those that are not
      active: i < used - 1 ? Boolean(bits & (1 << i)) : i === used - 1 && bits >> i !== 0,
      scaleResolutionDownBy: by, maxBitrate: rate(short / by, i === used - 1), ...(mode && { scalabilityMode: mode }),
    };
    changed ||= Object.entries(wish).some(([key, value]) => /** @type {any} */ (encoding)[key] !== value);
    Object.assign(encoding, wish);
  }
  if (!changed)
    return;
  await sender.setParameters(parameters).catch(() => {
    // an encoder that knows no temporal layers
    if (mode) {
      now.plain.add(name);
      return shape(now, name, track);
    }
  });
}

/** @param {Map<string, RTCRtpSender>} senders @param {RTCRtpSender} sender */
function name_of(senders, sender) {
  return [...senders].find(([, one]) => one === sender)?.[0] ?? "";
}

/**
 * An answer whose pictures may begin at START_KBPS. Chromium begins at 300 kbit/s, tries three times that and then waits for
 * ten seconds, in which a large picture stays a small one. A line that carries less shows it within the first second.
 * @param {string} sdp
 */
function begin_higher(sdp) {
  return sdp.replace(/^(a=rtpmap:(\d+) (?:H264|VP8)\/90000\r\n)(?:a=fmtp:\2 (.*)\r\n)?/gm, (_, codec, type, format) =>
    `${codec}a=fmtp:${type} ${format ? format + ";" : ""}x-google-start-bitrate=${START_KBPS}\r\n`);
}

/** The codec that an answer puts first in the section of this mid, such as "H264". @param {string} sdp @param {string} mid */
export function first_codec(sdp, mid) {
  const section = sdp.split(/^(?=m=)/m).find((part) => new RegExp(`^a=mid:${mid}\\s*$`, "m").test(part)) ?? "";
  const type = /^m=\w+ \d+ \S+ (\d+)/.exec(section)?.[1];
  return new RegExp(`^a=rtpmap:${type} ([\\w-]+)/`, "m").exec(section)?.[1].toUpperCase() ?? "";
}

function random_id() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
