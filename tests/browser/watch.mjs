// What a page receives and sends, measured in the page: frames by getStats, tones by FFT of what arrives.

import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { networkInterfaces } from "node:os";
import path from "node:path";
import { build } from "../http/support.mjs";
import { measured } from "../support/measure.mjs";

/**
 * Runs in the page: the video streams that arrive, by mid. Firefox never answers when a connection is asked and then
 * closed (as the room does with one that failed): after a moment that is no stream, and one asks again.
 */
function inbound() {
  const asked = (pc) => Promise.race([pc.getStats(), new Promise((resolve) => setTimeout(resolve, 1000))]);
  const live = globalThis.witness.connections.filter((pc) => ["connected", "disconnected"].includes(pc.connectionState) && pc.getReceivers().some((r) => r.track.kind === "video") && pc.getTransceivers().every((one) => one.direction !== "sendonly"));
  return Promise.all(live.slice(-1).map(asked)).then(([stats]) =>
    Object.fromEntries([...(stats?.values() ?? [])].filter((s) => s.type === "inbound-rtp" && s.kind === "video" && s.framesDecoded)
      .map((s) => [s.mid, { connection: live.length && globalThis.witness.connections.indexOf(live.at(-1)), decoded: s.framesDecoded, freezes: s.freezeCount ?? 0, codec: stats.get(s.codecId)?.mimeType ?? "", lost: s.packetsLost }])));
}

/** Runs in the page: frames encoded by each sender and layer. */
function outbound() {
  const live = globalThis.witness.connections.filter((pc) => pc.connectionState === "connected" && pc.getTransceivers().some((one) => one.direction === "sendonly"));
  return Promise.all(live.slice(-1).map((pc) => pc.getStats())).then(([stats]) =>
    [...(stats?.values() ?? [])].filter((s) => s.type === "outbound-rtp" && s.kind === "video" && s.framesEncoded)
      .map((s) => ({ id: s.id, codec: stats.get(s.codecId)?.mimeType ?? "", encoded: s.framesEncoded })));
}

/** Of the layers of a codec the one that moved most: layers nobody watches stand still. */
const encoded_since = (was, is, codec) => Math.max(0, ...is.filter((one) => one.codec === codec).map((one) => one.encoded - (was.find(({ id }) => id === one.id)?.encoded ?? 0)));

/**
 * Runs in the page: the strongest frequency of each voice that plays, in hertz; 0 where it is silent or held back. What
 * arrives is recorded for a moment and transformed: an AudioContext would need a sound card in Firefox.
 */
async function tones(seats) {
  const MOMENT_MS = 700, LOW = 100, HIGH = 3000, STEP = 5, QUIET = 0.003;
  const one = async (seat) => {
    const player = document.querySelector(`#sound audio[data-seat="${seat}"]`);
    if (!player || player.paused)
      return 0;
    const recorder = new MediaRecorder(new MediaStream(player.srcObject.getAudioTracks().map((track) => track.clone()))), parts = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    const done = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    setTimeout(() => recorder.state === "recording" && recorder.stop(), MOMENT_MS);
    await done;
    const bytes = await new Blob(parts).arrayBuffer();
    const sound = bytes.byteLength ? await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(bytes).catch(() => null) : null;
    const samples = sound?.getChannelData(0).subarray(-Math.floor(sound.sampleRate / 4)) ?? new Float32Array(0);
    if (Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / Math.max(1, samples.length)) < QUIET)
      return 0;
    const strength = (hertz) => { // Goertzel
      const k = 2 * Math.cos((2 * Math.PI * hertz) / sound.sampleRate);
      let a = 0, b = 0;
      for (const x of samples)
        [a, b] = [x + k * a - b, a];
      return a * a + b * b - k * a * b;
    };
    let best = LOW, most = 0;
    for (let hertz = LOW; hertz <= HIGH; hertz += STEP)
      if (strength(hertz) > most)
        [best, most] = [hertz, strength(hertz)];
    return best;
  };
  return Object.fromEntries(await Promise.all(seats.map(async (seat) => [seat, await one(seat)])));
}

/** Waits until these seats ("a0" → hertz) are heard, ±15 Hz. */
export async function hears(tab, wanted, ms = 15000) {
  const end = performance.now() + ms;
  let found;
  do {
    found = await tab.evaluate(tones, Object.keys(wanted));
    if (Object.entries(wanted).every(([seat, hertz]) => (hertz ? Math.abs(found[seat] - hertz) <= 15 : !found[seat])))
      return found;
  } while (performance.now() < end);
  throw new Error(`heard ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}, within ${ms} ms`);
}

/** A device behind what a page sends is unplugged: its track ends, as a browser tells it. @param {"audio" | "video"} kind */
export const unplug = (tab, kind) => tab.evaluate((kind) => {
  const { track } = globalThis.witness.connections.flatMap((pc) => pc.getSenders()).find((one) => one.track?.kind === kind && one.track.readyState === "live");
  track.stop();
  track.dispatchEvent(new Event("ended"));
}, kind);

/** Whether the page finds any device from now on. */
export const has_devices = (tab, has) => tab.evaluate((has) => {
  const media = navigator.mediaDevices;
  globalThis.real_devices ??= media.getUserMedia;
  media.getUserMedia = has ? globalThis.real_devices : async () => { throw new DOMException("", "NotFoundError"); };
}, has);

/** How many connections the page has made: what comes later has a higher number. */
export const connections_made = (tab) => tab.evaluate(() => globalThis.witness.connections.length);

/**
 * Waits until pictures of these seats ("v0") are decoded from now on, on whichever connection; or on one made after
 * `made` others, since the last pictures of a connection that is lost are decoded for a moment still.
 */
export async function sees_pictures(tab, seats, { ms = 15000, made = 0 } = {}) {
  const end = performance.now() + ms, before = await tab.evaluate(inbound);
  const moves = (seat, now) => now[seat] && now[seat].connection >= made && (now[seat].connection !== before[seat]?.connection || now[seat].decoded > before[seat].decoded);
  let now;
  do {
    now = await tab.evaluate(inbound);
    if (seats.every((seat) => moves(seat, now)))
      return now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (performance.now() < end);
  const states = await tab.evaluate(() => globalThis.witness.connections.map((pc) => pc.connectionState));
  throw new Error(`pictures of ${seats} not within ${ms} ms: ${JSON.stringify(now)}, connections ${states}\n${await tab.evaluate(() => document.body.innerText.slice(0, 600))}`);
}

/** Runs in the page: pictures of a line decoded by the newest connection to watch, whatever its state. */
async function decoded(seat) {
  const pc = globalThis.witness.connections.findLast((one) => one.connectionState !== "closed" && one.getTransceivers().every((line) => line.direction !== "sendonly"));
  return [...((await pc?.getStats())?.values() ?? [])].find((s) => s.type === "inbound-rtp" && s.mid === seat)?.framesDecoded ?? 0;
}

/** The longest time without a new picture of a seat, of so many ms from now. */
export async function longest_gap(tab, seat, ms) {
  const end = performance.now() + ms;
  let last = await tab.evaluate(decoded, seat), since = performance.now(), longest = 0;
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    const now = await tab.evaluate(decoded, seat);
    longest = Math.max(longest, performance.now() - since);
    if (now !== last)
      [last, since] = [now, performance.now()];
  }
  return Math.round(longest);
}

/**
 * Lets some time pass and compares what each watcher decoded with what each speaker encoded of that codec.
 * @returns {Promise<{watcher: string, seat: string, ratio: number, freezes: number, codec: string}[]>}
 */
async function compare_frames(watchers, speakers, ms) {
  const all = async () => ({
    in: Object.fromEntries(await Promise.all(Object.entries(watchers).map(async ([name, tab]) => [name, await tab.evaluate(inbound)]))),
    out: Object.fromEntries(await Promise.all(Object.entries(speakers).map(async ([seat, tab]) => [seat, await tab.evaluate(outbound)]))),
  });
  const before = await all();
  await new Promise((resolve) => setTimeout(resolve, ms)); // the measure is over this time
  const after = await all();
  return Object.keys(watchers).flatMap((watcher) => Object.keys(speakers).map((seat) => {
    const was = before.in[watcher][seat], is = after.in[watcher][seat], codec = is?.codec ?? "none";
    const sent = encoded_since(before.out[seat], after.out[seat], codec);
    return { watcher, seat, codec, sent, ratio: ((is?.decoded ?? 0) - (was?.decoded ?? 0)) / Math.max(1, sent), freezes: (is?.freezes ?? 0) - (was?.freezes ?? 0) };
  }));
}

/**
 * Whether pictures go on without a stop: each watcher decodes 90 % of what was sent, and has two late pictures in so many ms at
 * most. What else the machine does makes pictures late as well; a fault stays.
 */
export async function assert_smooth(watchers, speakers, ms, late_ms) {
  await measured(() => compare_frames(watchers, speakers, ms),
    (seen) => seen.every((one) => one.sent > 6 * ms / 1000 && one.ratio >= 0.9 && one.freezes <= 2 * ms / late_ms));
}

/** A UDP port that is free now: a relay must know it before the server starts, and keep it over a restart. */
export async function free_port() {
  const socket = dgram.createSocket("udp4");
  await new Promise((resolve) => socket.bind(0, resolve));
  const { port } = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

/** An address of this machine that is not loopback: Firefox takes no server that sees it at 127.0.0.1. */
function own_address() {
  const found = Object.values(networkInterfaces()).flat().find((one) => one.family === "IPv4" && !one.internal);
  return found?.address ?? "127.0.0.1";
}

/** A bad network in front of the media port; change it by `tell("loss 5")`. */
export async function open_relay(media_port) {
  const child = spawn(path.join(build, "tests/support/udp-relay"), ["--listen", "0.0.0.0:0", "--target", `${own_address()}:${media_port}`], { stdio: ["pipe", "pipe", "inherit"] });
  const port = await new Promise((resolve, reject) => {
    child.stdout.on("data", (bytes) => {
      const found = /port (\d+)/.exec(String(bytes));
      if (found)
        resolve(Number(found[1]));
    });
    child.on("exit", (code) => reject(new Error(`udp-relay ended with ${code}`)));
  });
  return { port, tell: (line) => child.stdin.write(line + "\n"), close: () => child.stdin.end() };
}
