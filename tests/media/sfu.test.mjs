// The media server alone between real browsers: each gets what it can decode, a seat changes hands without another offer,
// a host's mute holds, and what the recorder gets can be played.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { missing, open_chromium, open_firefox } from '../browser/browsers.mjs';
import { until } from '../faults/support.mjs';
import { build } from '../http/support.mjs';
import { measured } from '../support/measure.mjs';

/** The program sfu-stage: one room, told by JSON lines. */
class Stage {
  waiting = new Map();
  events = [];
  next = 1;

  constructor() {
    this.child = spawn(path.join(build, 'tests/media/sfu-stage'), [], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.id)
        this.waiting.get(message.id)(message);
      else
        this.events.push(message);
    });
  }

  ask(message) {
    const id = this.next++;
    this.child.stdin.write(JSON.stringify({ id, ...message }) + '\n');
    return new Promise((resolve, reject) => this.waiting.set(id, (reply) => (reply.error ? reject(new Error(reply.error)) : resolve(reply))));
  }

  async close() {
    const gone = new Promise((resolve) => this.child.on('exit', resolve));
    this.child.stdin.end();
    assert.equal(await gone, 0);
  }
}

/** A speaker in a page: microphone, camera, and the small VP8 copy where the camera is H.264. */
async function speak(stage, tab, seat) {
  const offer = await tab.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    const pc = (globalThis.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' }));
    const [sound] = stream.getAudioTracks(), [picture] = stream.getVideoTracks();
    const lines = { mic: sound, camera: picture, 'camera-vp8': picture.clone() }, tracks = [];
    for (const [kind, track] of Object.entries(lines))
      tracks.push([pc.addTransceiver(track, { direction: 'sendonly', streams: [stream] }), kind]);
    await pc.setLocalDescription();
    return { sdp: pc.localDescription.sdp, tracks: tracks.map(([line, kind]) => [line.mid, kind]) };
  });
  const { peer, sdp } = await stage.ask({ do: 'publish', seat, participant: seat + 1, offer: offer.sdp, tracks: offer.tracks });
  await tab.evaluate((answer) => pc.setRemoteDescription({ type: 'answer', sdp: answer }), sdp);
  await tab.until(() => pc.connectionState === 'connected');
  return peer;
}

async function watch(stage, tab) {
  const { peer, sdp } = await stage.ask({ do: 'subscribe', seats: 4, participant: 99 });
  const answer = await tab.evaluate(async (offer) => {
    const pc = (globalThis.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' }));
    pc.ontrack = ({ track }) => {
      const element = document.createElement(track.kind);
      Object.assign(element, { muted: true, autoplay: true, srcObject: new MediaStream([track]) });
      document.body.append(element);
    };
    await pc.setRemoteDescription({ type: 'offer', sdp: offer });
    await pc.setLocalDescription();
    return pc.localDescription.sdp;
  }, sdp);
  await stage.ask({ do: 'subscribed', peer, answer });
}

/** Waits until so many more frames of a seat are decoded; says of which codec. */
async function decodes(tab, seat, more) {
  const start = await tab.evaluate(received, seat);
  return tab.until(async ({ line, wanted }) => {
    const stats = [...(await pc.getStats()).values()];
    const video = stats.find((one) => one.type === 'inbound-rtp' && one.kind === 'video' && one.mid === line);
    return video?.framesDecoded >= wanted && stats.find((one) => one.id === video.codecId)?.mimeType;
  }, { line: `v${seat}`, wanted: start.frames + more });
}

async function received(seat) {
  const inbound = [...(await pc.getStats()).values()].filter((one) => one.type === 'inbound-rtp');
  const sound = inbound.find((one) => one.mid === `a${seat}`), picture = inbound.find((one) => one.mid === `v${seat}`);
  return { frames: picture?.framesDecoded ?? 0, packets: picture?.packetsReceived ?? 0, sounds: sound?.packetsReceived ?? 0 };
}

describe('the media server between browsers', { skip: missing('chromium') || missing('firefox') }, () => {
  let stage, server, chromium, firefox, folder, first, modern, plain;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'treteau-sfu-'));
    stage = new Stage();
    server = http.createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>x</title><body>'));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    [chromium, firefox] = [await open_chromium({ devices: true }), await open_firefox()];
    const tab = async (browser) => {
      const one = await browser.tab();
      await one.goto(`http://127.0.0.1:${server.address().port}/`);
      return one;
    };
    [first, modern, plain] = [await tab(chromium), await tab(chromium), await tab(firefox)];
    first.another = () => tab(chromium);
  });
  after(async () => {
    await chromium?.close();
    await firefox?.close();
    await stage?.close();
    server?.close();
    await rm(folder, { recursive: true });
  });

  it('gives each the codec it can decode, and tells that VP8 is wanted', async () => {
    await Promise.all([watch(stage, modern), watch(stage, plain)]);
    await speak(stage, first, 0);
    assert.match(await decodes(modern, 0, 40), /H264/i);
    // Firefox has no H.264 until its module was fetched from outside
    const codec = await decodes(plain, 0, 40);
    const wanted = stage.events.some((event) => event.event === 'CODECS_WANTED' && event.on);
    assert.equal(/VP8/i.test(codec), wanted, codec);
  });

  it('keeps a muted camera from everybody, whatever its browser sends', async () => {
    await stage.ask({ do: 'mute', seat: 0, kind: 'camera', on: 1 });
    await measured(async () => { // packets in a second: what was sent before comes late where the machine does something else
      const before = await modern.evaluate(received, 0);
      await modern.until(async (sounds) => [...(await pc.getStats()).values()].find((one) => one.mid === 'a0')?.packetsReceived > sounds, before.sounds + 50);
      return (await modern.evaluate(received, 0)).packets - before.packets;
    }, (packets) => packets < 10);
    await stage.ask({ do: 'mute', seat: 0, kind: 'camera', on: 0 });
    await decodes(modern, 0, 20);
  });

  it('shows the next person on the same line, without another offer', async () => {
    await speak(stage, await first.another(), 0);
    await until('the first is told to be gone', () => stage.events.some((event) => event.event === 'PEER_GONE' && /another publisher/.test(event.reason)));
    await decodes(modern, 0, 40);
    await decodes(plain, 0, 40);
  });

  it('gives the recorder pictures that play and sound in step', async () => {
    const file = path.join(folder, 'tap.h264');
    await stage.ask({ do: 'tap', file });
    await stage.ask({ do: 'tap_video', seat: 0, kind: 'camera' });
    let taped;
    const together = () => Math.abs(taped.video_us - taped.opus_us) < 200000;
    for (const end = performance.now() + 15000; performance.now() < end; await new Promise((next) => setTimeout(next, 100)))
      if ((taped = await stage.ask({ do: 'taped' })).units >= 60 && taped.keys >= 2 && together())
        break;
    await stage.ask({ do: 'tap_stop' });
    assert.ok(taped.units >= 60 && taped.keys >= 2, JSON.stringify(taped));
    assert.ok(together(), 'sound and picture end together');
    const { stdout } = await promisify(execFile)('ffprobe', ['-v', 'error', '-count_frames', '-show_entries', 'stream=codec_name,nb_read_frames', '-of', 'json', file]);
    const [stream] = JSON.parse(stdout).streams;
    assert.equal(stream.codec_name, 'h264');
    assert.ok(Number(stream.nb_read_frames) >= 60, stdout);
  });
});
