// The two media connections. Each offer stands for one RTCPeerConnection, and nothing is renegotiated but the way there
// (an ICE restart): README.md, "Media".

import { Mending, Pulse } from "./mend.js";
import { DataMeter } from "./pictures.js";

const SILENT_MS = 8000;        // without packets that should come: say so
const RETRY_MS = 2000, RETRY_MAX_MS = 30000;
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

const SENDERS = ["mic", "camera", "camera-vp8", "screen", "screen-vp8"];

/** @typedef {import("./devices.js").Kind} Kind */
/** @typedef {typeof import("./sent.js")} Sent */
/** @typedef {(message: object) => boolean} Send false: the line to the room is down */
/** @typedef {{id: string, pc: RTCPeerConnection, pulse: Pulse, mending: Mending, tracks: Map<string, MediaStreamTrack>}} Incoming */
/** @typedef {{id: string, pc: RTCPeerConnection, mending: Mending, senders: Map<string, RTCRtpSender>, answered: boolean, codecs: Map<string, string>, wanted: Record<string, number>, plain: Set<string>}} Outgoing wanted: layers that anybody sees, as bits; plain: senders that refused temporal layers */

/** True when this browser believes that it can receive H.264. */
export function receives_h264() {
  return Boolean(globalThis.RTCRtpReceiver?.getCapabilities?.("video")?.codecs.some((codec) => codec.mimeType.toLowerCase() === "video/h264"));
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
  #last = { at: 0, bytes: 0 };

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
    this.#last = { at: 0, bytes: 0 };
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

  /** When anything came last. */
  get came_ms() {
    return Math.max(this.#now?.pulse.came_ms ?? 0, this.#next?.pulse.came_ms ?? 0);
  }

  /** Once in a second. @param {RTCStatsReport} stats */
  #measure(stats) {
    const sum = { at: performance.now(), bytes: 0 };
    if (sum.at - this.#last.at < 900)
      return;
    for (const stat of stats.values())
      if (stat.type === "inbound-rtp")
        sum.bytes += (stat.bytesReceived ?? 0) + (stat.headerBytesReceived ?? 0);
    if (this.#last.at)
      this.#compare(sum, round_trip_s(stats));
    this.#last = sum;
  }

  /** @param {{at: number, bytes: number}} sum @param {number} rtt_s */
  #compare(sum, rtt_s) {
    const bytes = Math.max(0, sum.bytes - this.#last.bytes);
    this.meter.add(bytes, sum.at);
    this.figures = { kbit_s: Math.round((bytes * 8) / (sum.at - this.#last.at)), rtt_s };
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
  /** @type {Sent | null} */ #sent = null;
  #begun = 0;
  /** @type {Outgoing | null} */ #now = null;
  /** @type {Record<Kind, MediaStreamTrack | null>} */ #tracks = { mic: null, camera: null, screen: null };
  /** @type {Map<string, MediaStreamTrack>} copies for the small senders */ #copies = new Map();
  #vp8 = false;
  #turn = Promise.resolve();
  state = "new";
  /** @type {RTCIceServer[]} ways around a narrow network, from the last welcome */ ice = [];
  /** what the line is believed to carry, where the browser says so */ up_kbit_s = Infinity;
  /** the camera is not sent */ held = false;
  /** Told to the outside: the way to the server may be lost, for the messages too. */
  doubt = () => {};

  /** @param {Send} send @param {() => void} changed @param {string[]} names of its senders */
  constructor(send, changed, names = SENDERS) {
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
    const begun = ++this.#begun;
    await sealing?.ready;
    const sent = (this.#sent = await import("./sent.js"));
    if (begun !== this.#begun)
      return; // begun again meanwhile, or over
    this.close();
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: this.ice });
    /** @type {Outgoing} */ const now = {
      id: random_id(), pc, senders: new Map(), answered: false, codecs: new Map(), wanted: {}, plain: new Set(),
      mending: new Mending(() => this.#restart(now), () => pc.connectionState === "connected", () => now === this.#now && this.start()),
    };
    this.#now = now;
    for (const name of this.names)
      now.senders.set(name, sent.add_sender(pc, name, sealing));
    pc.addEventListener("connectionstatechange", () => {
      this.state = pc.connectionState;
      this.changed();
    });
    // what is sent while nobody looks is not known here, so neither is what should be answered
    new Pulse(pc, {
      expecting: () => false, doubt: () => this.doubt(), lost: () => now === this.#now && !now.mending.under_way && now.mending.begin(),
      seen: (stats) => now === this.#now && stats.forEach((one) => one.availableOutgoingBitrate && (this.up_kbit_s = one.availableOutgoingBitrate / 1000)),
    });
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
    await now.pc.setRemoteDescription({ type: "answer", sdp: /** @type {Sent} */ (this.#sent).begin_higher(sdp) });
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

  /** Whether the camera waits, so that the voice has the line to itself. @param {boolean} on */
  async hold(on) {
    this.held = on;
    await this.#attach();
  }

  close() {
    this.#begun++;
    this.#now?.mending.end();
    this.#now?.pc.close();
    this.#now = null;
    this.up_kbit_s = Infinity;
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
      await this.#sent?.shape(now, kind, this.#tracks[kind], this.held);
      await replace(now.senders.get(kind), this.#tracks[kind]);
    }
    for (const kind of /** @type {("camera" | "screen")[]} */ (["camera", "screen"]))
      await this.#attach_small(now, kind);
  }

  /** @param {Outgoing} now @param {"camera" | "screen"} kind */
  async #attach_small(now, kind) {
    const name = kind + "-vp8", track = this.#tracks[kind];
    const wanted = this.#vp8 && now.codecs.get(kind) === "H264" ? track : null;
    await this.#sent?.shape(now, name, wanted, this.held);
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

/** @param {RTCRtpSender | undefined} sender @param {MediaStreamTrack | null} track */
async function replace(sender, track) {
  if (sender && sender.track !== track)
    await sender.replaceTrack(track).catch(() => {});
}

/** @param {Map<string, RTCRtpSender>} senders @param {RTCRtpSender} sender */
function name_of(senders, sender) {
  return [...senders].find(([, one]) => one === sender)?.[0] ?? "";
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
